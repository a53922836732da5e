// An application from its making to its end, and what programs notice of each change.

import assert from "node:assert/strict";

import { agree, HOME, signedIn } from "../support/person.mjs";
import { Program, seller } from "../support/program.mjs";

const NAME = "Loader & Sons";

/** What the credentials tell of a word, as it is to be copied. */
const fact = (page, word) =>
  page.locator("dt", { hasText: word }).first().locator("xpath=following-sibling::dd[1]//code").innerText();

export async function walk({ step, browser, servers }) {
  const server = await servers.demo();
  const visitor = await signedIn(browser, server);
  const { page } = visitor;
  let app;
  let key;

  await step("a name that is taken is refused and kept", async () => {
    visitor.watch.expect(422);
    await visitor.fill({ Name: server.demo.app_name });
    await visitor.button("Make it").click();
    await page.getByRole("alert").waitFor();
    assert.equal(await visitor.field("Name").inputValue(), server.demo.app_name);
  });

  await step("a new one shows its credentials, and its seller key this once", async () => {
    await visitor.fill({ Name: NAME });
    await visitor.button("Make it").click();
    await visitor.see("Your seller key");
    key = await page.locator("#seller-key").innerText();
    app = { name: await fact(page, "Application"), owner: await fact(page, "Owner id"), version: await fact(page, "Version") };
    assert.equal(app.name, NAME);
    await visitor.settle();
    assert.equal((await seller(server.base, key, "appdetails")).success, true);
    await visitor.open(`/dashboard/${encodeURIComponent(NAME)}/credentials`);
    assert.equal(await page.locator("#seller-key").count(), 0);
  });

  await step("every language has something to copy that names the application", async () => {
    const languages = await page.locator(".tabs a").allInnerTexts();
    assert.equal(languages.length, 11, languages.join());
    await visitor.context.grantPermissions(["clipboard-read", "clipboard-write"]);
    for (const language of languages) {
      await page.locator(".tabs").getByRole("link", { name: language, exact: true }).click();
      await page.locator(".tabs [aria-current]", { hasText: language }).waitFor();
      await page.locator("#lines-1 ~ button, .snippet button").first().click();
      const copied = await page.evaluate(() => navigator.clipboard.readText());
      assert.ok(copied.includes(app.owner) && copied.includes(NAME), `${language}: ${copied}`);
    }
  });

  const program = await new Program(server.base, app).init();

  await step("pausing refuses programs that start, and lets them start again", async () => {
    await visitor.open(`/dashboard/${encodeURIComponent(NAME)}/app-settings`);
    await visitor.button("Pause").click();
    await page.getByText("1 session is open now.").waitFor();
    await visitor.button("Pause the application").click();
    await visitor.button("Let it go on").waitFor();
    await assert.rejects(new Program(server.base, app).init(), /paused/);
    await visitor.button("Let it go on").click();
    await visitor.button("Pause").waitFor();
    assert.ok(await program.lives());
    await new Program(server.base, app).init();
  });

  await step("a new secret ends the sessions, after it was said", async () => {
    await visitor.link("Draw a new secret").click();
    const words = await agree(visitor, /secret/);
    assert.match(words, /sessions/);
    assert.equal(await program.lives(), false);
  });

  await step("another key pair is drawn, and the former one ended", async () => {
    await visitor.open(`/dashboard/${encodeURIComponent(NAME)}/app-settings`);
    await page.locator(".tabs").getByRole("link", { name: "Key pairs" }).click();
    await page.getByText("No former key pairs").waitFor();
    const former = await page.locator("#public-key").innerText();
    await visitor.link("Draw a new key pair").click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Other versions that are out").fill("0.8, 0.9");
    await dialog.getByRole("button", { name: "Draw a new key pair" }).click();
    const row = page.locator("tbody tr", { hasText: former });
    await row.getByText("0.8, 0.9").waitFor();
    assert.notEqual(await page.locator("#public-key").innerText(), former);
    await visitor.settle();
    await row.getByRole("link", { name: /End/ }).click();
    assert.match(await agree(visitor, "End the key pair"), /0\.8, 0\.9.*cannot be brought back/s);
    await row.getByText("ended").waitFor();
  });

  await step("renaming refuses the old name", async () => {
    await visitor.open(`/dashboard/${encodeURIComponent(NAME)}/app-settings`);
    await visitor.fill({ "Name of the application": "Loader" });
    await visitor.button("Rename").click();
    await page.waitForURL(/\/dashboard\/Loader\//);
    await assert.rejects(new Program(server.base, app).init());
    await new Program(server.base, { ...app, name: "Loader" }).init();
  });

  await step("deleting wants the name typed, and leaves nothing", async () => {
    await visitor.open("/dashboard/Loader/app-settings");
    await visitor.link("Delete the application").click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("textbox").fill("Loader!");
    await dialog.getByRole("button", { name: /Delete/ }).click();
    await page.getByRole("alert").filter({ visible: true }).waitFor();
    await page.getByRole("textbox", { name: /Type/ }).fill("Loader");
    await page.getByRole("button", { name: /Delete/ }).click();
    await page.waitForURL(HOME);
    assert.equal(await page.getByRole("link", { name: "Loader", exact: true }).count(), 0);
    assert.equal((await seller(server.base, key, "appdetails")).success, false);
    await visitor.open("/dashboard/Loader/", 404);
  });
  await visitor.close();
}
