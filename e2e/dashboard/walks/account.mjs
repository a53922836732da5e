// An account: other browsers are signed out, the password is changed, the looks are kept, and the log tells all of it.

import assert from "node:assert/strict";

import { HOME, SIGN_IN, signedIn, signIn } from "../support/person.mjs";

const AGENT = "<b>Browser</b> \u202Eof somebody";
const PASSWORD = "another correct horse";

export async function walk({ step, browser, servers }) {
  const server = await servers.demo();
  const visitor = await signedIn(browser, server);
  const { page } = visitor;
  const others = async () => Promise.all([signedIn(browser, server), signedIn(browser, server)]);
  const isOut = async (other) => {
    await other.open(HOME);
    assert.ok(other.place.startsWith(SIGN_IN), other.place);
    await other.close();
  };

  await step("one other browser is signed out, then all others", async () => {
    const [first, second] = await others();
    await visitor.open("/dashboard/-/account");
    assert.equal(await page.getByRole("button", { name: /^Sign out .+ at/ }).count(), 2);
    await page.getByRole("button", { name: /^Sign out .+ at/ }).first().click();
    await page.getByRole("status").filter({ hasText: /\S/ }).first().waitFor();
    await visitor.button("Sign out all other browsers").click();
    await page.getByRole("button", { name: /^Sign out .+ at/ }).first().waitFor({ state: "hidden" });
    await isOut(first);
    await isOut(second);
  });

  await step("a new password signs the others out, and is the only one that works", async () => {
    const [first, second] = await others();
    await visitor.open("/dashboard/-/account/password");
    await visitor.fill({ Password: PASSWORD });
    await visitor.see(/Strength: /);
    await visitor.button("Change the password").click();
    await page.waitForURL(/\/account$/);
    await isOut(first);
    second.watch.expect(422);
    await second.open(SIGN_IN);
    const { username, password } = server.demo.dashboard;
    await second.fill({ Name: username, Password: password });
    await second.button("Sign in").click();
    await second.page.getByRole("alert").waitFor();
    await signIn(second, { username, password: PASSWORD });
    await second.close();
  });

  await step("colours are kept, whatever the system likes", async () => {
    await visitor.open("/dashboard/-/account");
    await visitor.field("Colours").selectOption({ label: "Dark" });
    await visitor.fill({ "Time zone": "Europe/Berlin" });
    await visitor.button("Keep").click();
    await page.locator("html[data-theme=dark]").waitFor();
    assert.match(await page.locator("td time").first().getAttribute("title"), /Europe\/Berlin/);
  });

  await step("a time zone of nonsense is refused and kept", async () => {
    visitor.watch.expect(422);
    await visitor.fill({ "Time zone": "<b>Mars</b>" });
    await visitor.button("Keep").click();
    await page.getByRole("alert").waitFor();
    assert.equal(await visitor.field("Time zone").inputValue(), "<b>Mars</b>");
  });

  await step("a time zone that no browser knows breaks nothing", async () => {
    await visitor.fill({ "Time zone": "Mars/Olympus" });
    await visitor.button("Keep").click();
    await visitor.see("Kept.");
    await visitor.settle();
  });

  await step("the log tells of sign-ins, failures and changes, and of browsers as text", async () => {
    const odd = await browser.visitor(server.base, { agent: Buffer.from(AGENT).toString("latin1") });
    await signIn(odd, { username: server.demo.dashboard.username, password: PASSWORD });
    await odd.close();
    await visitor.open("/dashboard/-/account");
    await visitor.link("Log of your account").click();
    await page.waitForURL(/account-logs/);
    const text = await visitor.text();
    for (const word of [/signed in/i, /fail|wrong/i, /password/i]) assert.match(text, word);
    assert.equal(await page.locator("main b").count(), 0);
    await visitor.settle();
  });
  await visitor.close();
}
