// Settings that lock out, blacklist, chats and logs: read along while a program writes, with and without scripts.

import assert from "node:assert/strict";

import { agree, signedIn } from "../support/person.mjs";
import { appOf, Program } from "../support/program.mjs";

export async function walk({ step, browser, servers }) {
  const server = await servers.demo({});
  const { base, demo } = server;
  const app = appOf(demo), at = (rest) => `/dashboard/${encodeURIComponent(demo.app_name)}/${rest}`;
  const visitor = await signedIn(browser, server);
  const { page } = visitor;
  const program = await new Program(base, app).init();
  assert.equal((await program.register("walker", "correct horse battery", demo.licenses[0])).success, true);

  await step("a line appears as it is written", async () => {
    await visitor.open(at("logs"));
    await program.ask("log", { pcuser: "WALK-PC", message: "the first line" });
    await page.getByText("the first line").waitFor();
    await program.ask("log", { pcuser: "WALK-PC", message: "the second line" });
    await page.getByText("the second line").waitFor();
    await visitor.open(at("logs?text=FIRST"));
    assert.equal(await page.locator("tbody tr").count(), 1);
  });

  await step("a chat is read along and answered", async () => {
    await visitor.open(at("chats"));
    await visitor.fill({ Name: "walk" });
    await visitor.button("Add channel").click();
    await page.getByText("Nothing was said yet.").waitFor();
    await program.ask("chatsend", { channel: "walk", message: "Is anybody there?" });
    await page.getByText("Is anybody there?").waitFor();
    await visitor.fill({ Message: "Yes, we are.", As: "Support" });
    await visitor.button("Say it").click();
    await page.getByText("Yes, we are.").waitFor();
    const { messages } = await program.ask("chatget", { channel: "walk" });
    assert.deepEqual(messages.map(({ author }) => author), ["walker", "Support"]);
  });

  await step("what locks programs out is asked first", async () => {
    await visitor.open(at("settings?text=api.v1_3"));
    await page.getByRole("checkbox", { name: "API 1.3" }).uncheck();
    await visitor.button("Save").click();
    await page.getByText(/API 1.3 is switched off: 1 live session uses it now/).waitFor();
    await page.getByRole("link", { name: "Cancel" }).click();
    assert.equal(await program.lives(), true);
    await visitor.open(at("settings?text=loggedIn"));
    await page.getByRole("textbox", { name: "Signed in" }).fill("Welcome back");
    await page.locator("output", { hasText: "Welcome back" }).waitFor();
    await visitor.button("Save").click();
    await page.getByText("Changed: Signed in.").waitFor();
  });

  await step("somebody is kept out and let in again", async () => {
    await visitor.open(at("blacklist"));
    await page.getByRole("link", { name: "Add", exact: true }).click();
    visitor.watch.expect(422);
    await visitor.fill({ "One a line": "192.0.2.0/24\nnonsense" });
    await visitor.button("Keep out").click();
    await page.getByText(/Line 2:/).waitFor();
    await visitor.fill({ "One a line": "192.0.2.0/24" });
    await visitor.button("Keep out").click();
    await page.getByText("192.0.2.0/24 is kept out.").waitFor();
    await visitor.open(at("blacklist?check=192.0.2.9"));
    await page.getByText("is kept out by:").waitFor();
    await page.getByRole("link", { name: "Remove 192.0.2.0/24" }).click();
    await agree(visitor, "Remove 1 entry");
  });
  await visitor.close();

  await step("all of it works without scripts", async () => {
    const plain = await signedIn(browser, server, { scripts: false });
    for (const [address, text] of [["logs", "the second line"], ["chats/walk", "Is anybody there?"], ["audit-log", "settings"]]) {
      await plain.open(at(address));
      await plain.page.getByText(text).first().waitFor();
    }
    await plain.close();
  });
}
