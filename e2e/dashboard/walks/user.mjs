// One user: time, devices with names, variables, a ban, a password; in dialogs with the script, as pages without it.

import assert from "node:assert/strict";

import { accessible, calm, narrow } from "../support/audit.mjs";
import { BEHIND_A_PROXY, furnish } from "../support/furnish.mjs";
import { agree, confirm, signedIn } from "../support/person.mjs";
import { appOf, HWID, Program } from "../support/program.mjs";

const PASSWORD = "correct horse battery";

export async function walk({ step, browser, servers }) {
  const server = await servers.demo({ settings: BEHIND_A_PROXY });
  await furnish(server);
  const visitor = await signedIn(browser, server);
  const { page } = visitor;
  const login = async (name, pass, hwid) =>
    (await new Program(server.base, appOf(server.demo), { address: "203.0.113.99" }).init()).login(name, pass, hwid);
  const said = (text) => page.getByRole("status").filter({ hasText: text }).first().waitFor();
  let address;

  await step("from why to all of the user and back", async () => {
    await visitor.open("/dashboard/demo-app/find?text=mara");
    await visitor.link("All of the user").click();
    await page.waitForURL(/\/users\/\d+$/);
    address = visitor.place;
    assert.equal(await visitor.heading(), "mara");
    await accessible(visitor, "light");
    await accessible(visitor, "dark");
    await narrow(visitor);
    await calm(visitor);
    await visitor.link("Why it works or not").click();
    await page.waitForURL(/\/why\/users\/\d+$/);
    await visitor.open(address);
  });

  await step("time is given, and nonsense is refused beside its field", async () => {
    visitor.watch.expect(422);
    await visitor.field("Days, a date, or never").fill("soon");
    await visitor.button("Give time").click();
    await page.getByRole("alert").filter({ hasText: /Write a number/ }).waitFor();
    assert.equal(await visitor.field("Days, a date, or never").inputValue(), "soon");
    await visitor.field("Days, a date, or never").fill("never");
    await visitor.button("Give time").click();
    await said(/Extended/);
    await visitor.see("never ends");
  });

  await step("a device is named, another one added, and freed after asking", async () => {
    await visitor.field(`Name of ${HWID}-0`).fill("tower at home");
    await visitor.button(/^Name$/).click();
    await said(/named/);
    assert.equal(await visitor.field(`Name of ${HWID}-0`).inputValue(), "tower at home");
    await visitor.field("Add a device").fill(`${HWID}-new`);
    await visitor.button(/^Add$/).click();
    await said(/may sign in/);
    assert.equal((await login("mara", PASSWORD, `${HWID}-new`)).success, true);
    await visitor.link(`Free ${HWID}-new`).click();
    const words = await agree(visitor, "Free the device");
    assert.match(words, /All sessions of the user end/);
    await said(/The device is free/);
    assert.equal((await login("mara", PASSWORD, `${HWID}-new`)).success, false);
  });

  await step("a variable and a note", async () => {
    await visitor.field("New variable").fill("rank");
    await page.locator("input[name=value]").fill("gold");
    await page.locator("form:has(input[name=new]) button").click();
    await said(/rank is set/);
    await visitor.field("Note").fill("Pays by invoice.\nAsk Jo.");
    await visitor.button("Keep the note").click();
    await said(/note is kept/);
    await visitor.see("Written by demo");
  });

  await step("banned and unbanned", async () => {
    await visitor.field("Reason, which the user is told").fill("charged back");
    await visitor.button("Ban the user").click();
    await said(/Banned/);
    assert.equal((await login("mara", PASSWORD, `${HWID}-0`)).success, false);
    await visitor.button("Unban the user").click();
    await said(/Unbanned/);
    assert.equal((await login("mara", PASSWORD, `${HWID}-0`)).success, true);
  });

  await step("another password, after proving who one is", async () => {
    await visitor.link("Sign-in").click();
    await confirm(visitor, server.demo.dashboard.password);
    await page.waitForURL(/\/account$/);
    await visitor.fill({ "New password": "another one" });
    await visitor.button("Set the password").click();
    await said(/password is set/);
    assert.equal((await login("mara", "another one", `${HWID}-0`)).success, true);
    await accessible(visitor, "light");
    await narrow(visitor);
    await calm(visitor);
  });
  await visitor.close();

  await step("without scripts: sessions end, and the user is deleted, each after a page that asks", async () => {
    const plain = await signedIn(browser, server, { scripts: false });
    await plain.open(address);
    await plain.link("Kill all").click();
    await plain.button("Kill all sessions").click();
    await plain.see("Killed");
    await plain.link("Delete").click();
    await plain.page.waitForURL(/\/delete/);
    await plain.open(`${address}/delete`);
    await plain.see("Licenses that the user used stay used");
    await plain.button("Delete the user").click();
    await plain.see("Deleted the user mara.");
    assert.equal((await login("mara", "another one", `${HWID}-0`)).success, false);
    await plain.close();
  });
}
