// A newcomer: from the link that an empty server prints to a session that appears, is killed, and is gone for its program.

import assert from "node:assert/strict";

import { HOME } from "../support/person.mjs";
import { Program } from "../support/program.mjs";
import { until } from "../support/wait.mjs";

const OWNER = { username: "vendor", password: "correct horse battery staple" };

/** How soon a session must be seen after its `init` was answered, in milliseconds. */
const LIVE = 1000;

const LINK = /http:\S+\/dashboard\/-\/welcome\S+/;

export async function walk({ step, browser, servers }) {
  const server = await servers.empty();
  const visitor = await browser.visitor(server.base);
  const { page } = visitor;
  const link = await until("a link", () => LINK.exec(server.printed())?.[0]);

  await step("a weak password is refused, and the name is kept", async () => {
    visitor.watch.expect(422);
    await visitor.open(link);
    await visitor.fill({ Name: OWNER.username, Password: "password" });
    await visitor.see(/Strength: /);
    await visitor.button("Make the account").click();
    await page.getByRole("alert").waitFor();
    assert.equal(await visitor.field("Name").inputValue(), OWNER.username);
  });

  await step("the link makes the first owner, who is signed in", async () => {
    await visitor.fill({ Password: OWNER.password });
    await visitor.button("Make the account").click();
    await page.waitForURL(HOME);
    await visitor.see("Make your first application");
    await visitor.settle();
  });

  await step("it works once", async () => {
    const other = await browser.visitor(server.base);
    await other.open(link, 404);
    await other.close();
  });

  let app;
  await step("the first application is made and waits for its first session", async () => {
    await visitor.fill({ Name: "loader" });
    await visitor.button("Make it").click();
    const fact = (word) => page.locator("dt", { hasText: word }).first().locator("xpath=following-sibling::dd[1]//code").innerText();
    app = { name: await fact("Application"), owner: await fact("Owner id"), version: await fact("Version") };
    await visitor.see("Waiting for a program to start");
  });

  await step("it appears live", async () => {
    const program = await new Program(server.base, app).init();
    await page.getByText(program.session).waitFor({ timeout: LIVE });
    await visitor.see("127.0.0.1");
    assert.ok(await program.lives());
    await visitor.settle();
    app.program = program;
  });

  await step("a click kills it, and the program learns so", async () => {
    await visitor.button(/^Kill session/).click();
    await visitor.see("Waiting for a program to start");
    assert.equal(await app.program.lives(), false);
  });

  await step("a lost password is set anew by a link from the command line", async () => {
    const [invitation] = LINK.exec(server.cli("owner", "invite", OWNER.username));
    const other = await browser.visitor(server.base);
    await other.open(invitation);
    await other.fill({ Password: "another correct horse" });
    await other.button("Set the password").click();
    await other.page.waitForURL(HOME);
    await visitor.open(HOME);
    assert.ok(visitor.place.startsWith("/dashboard/-/sign-in"), "the old sign-in goes on");
    await visitor.fill({ Name: OWNER.username, Password: OWNER.password });
    await visitor.button("Sign in").click();
    await page.getByRole("alert").waitFor();
    await other.close();
  });
  await visitor.close();
}
