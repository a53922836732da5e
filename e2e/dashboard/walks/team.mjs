// An owner makes a reseller by a link, gives it a balance and suspends it; the reseller sells meanwhile.

import assert from "node:assert/strict";

import { accessible, byKeyboard, calm, narrow, wideTables } from "../support/audit.mjs";
import { agree, SIGN_IN, signedIn } from "../support/person.mjs";

const PASSWORD = "correct horse battery";
const TEAM = "/dashboard/demo-app/team";
const OWN = "/dashboard/demo-app/own";

export async function walk({ step, browser, servers }) {
  const server = await servers.demo();
  const owner = await signedIn(browser, server);
  const reseller = await browser.visitor(server.base);
  let link;
  let member;

  await step("a reseller is made, with a link for the password", async () => {
    await owner.open(TEAM);
    await owner.link("New reseller").click();
    await owner.fill({ Name: "shop <b>", "Levels of licenses": "1" });
    await owner.field(/ban licenses/).check();
    await owner.button("Make the reseller").click();
    link = await owner.page.locator("#link").innerText();
    await owner.link("Done").click();
    await owner.page.waitForURL(/team\/\d+$/);
    member = owner.place;
    await owner.see("has no password yet");
  });

  await step("a balance is given, and stands in the journal", async () => {
    await owner.page.getByLabel("Change for a week").fill("5");
    await owner.button("Change the balance").click();
    await owner.see("Changed: +5 for a week.");
    await owner.page.getByRole("cell", { name: "+5 for a week" }).waitFor();
  });

  await step("the reseller sets a password and makes licenses within the balance", async () => {
    await reseller.open(link);
    await reseller.fill({ Password: PASSWORD });
    await reseller.button("Set the password").click();
    await reseller.page.waitForURL((url) => !url.pathname.includes("welcome"));
    await reseller.open(`${OWN}/new`);
    await reseller.field("Each lasts").selectOption("week");
    await reseller.fill({ "How many": "3", Note: "order 7" });
    await reseller.button("Make licenses").click();
    const keys = (await reseller.page.locator("#keys").innerText()).trim().split("\n");
    assert.equal(keys.length, 3);
    await reseller.link("Done").click();
    for (const key of keys) await reseller.see(key);
  });

  await step("what does not suffice is told, and what was typed is kept", async () => {
    reseller.watch.expect(422);
    await reseller.link("New licenses").click();
    await reseller.field("Each lasts").selectOption("week");
    await reseller.fill({ "How many": "9" });
    await reseller.button("Make licenses").click();
    await reseller.page.getByRole("alert").waitFor();
    assert.equal(await reseller.field("How many").inputValue(), "9");
  });

  await step("a license is banned after asking, and unbanned", async () => {
    await reseller.open(OWN);
    await reseller.link(/^Ban /).click();
    await agree(reseller, "Ban the license");
    await reseller.see("is banned.");
    await reseller.button(/^Unban /).click();
    await reseller.see("can be used again.");
  });

  for (const address of [OWN, `${OWN}/new`, "/dashboard/demo-app/own-users"]) {
    await step(`${address} is accessible, narrow, and readable without scripts`, async () => {
      await reseller.open(address);
      await wideTables(reseller);
      await byKeyboard(reseller);
      await narrow(reseller);
      await calm(reseller);
      await accessible(reseller, "light");
      await accessible(reseller, "dark");
      const state = await reseller.context.storageState();
      const plain = await browser.visitor(server.base, { scripts: false, state });
      await plain.open(address);
      assert.equal(await plain.heading(), await reseller.heading());
      await plain.close();
    });
  }

  await step("suspended, the reseller is out at once", async () => {
    await owner.open(member);
    await owner.link("Suspend").click();
    assert.match(await agree(owner, /^Suspend/), /stay as they are/);
    await owner.see("is suspended, and signed out everywhere.");
    await reseller.open(OWN);
    assert.ok(reseller.place.startsWith(SIGN_IN), reseller.place);
    await owner.button("Let sign in again").click();
    await owner.see("can sign in again.");
  });
  await owner.close();
  await reseller.close();
}
