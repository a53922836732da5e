// A seller key from its making to its end, and what bots notice of it. KeyAuth's page names lead there.

import assert from "node:assert/strict";

import { agree, HOME, signedIn } from "../support/person.mjs";
import { appOf, Program, seller } from "../support/program.mjs";

export async function walk({ step, browser, servers }) {
  const server = await servers.demo();
  const visitor = await signedIn(browser, server);
  const { page } = visitor;
  const ask = (key, type, fields) => seller(server.base, key, type, fields);
  await new Program(server.base, appOf(server.demo)).init();
  let key;

  await step("a new key is shown once", async () => {
    await visitor.open("/dashboard/demo-app/");
    await visitor.link("Seller settings").click();
    await visitor.link("New key").click();
    await visitor.fill({ Name: "Shop <b>bot</b>" });
    await visitor.field("Sessions only").check();
    await visitor.button(/Make/).click();
    key = await page.locator("#secret").innerText();
    await visitor.settle();
    await visitor.link("Done").click();
    await visitor.see("Shop <b>bot</b>");
    assert.ok(!(await page.content()).includes(key), "the whole key is on the page");
    await visitor.see(`…${key.slice(-4)}`);
  });

  await step("it may do what it was made for, and no more", async () => {
    assert.equal((await ask(key, "fetchallsessions")).success, true);
    assert.equal((await ask(key, "add", { expiry: 1 })).success, false);
  });

  await step("rotating leaves the old secret for a while", async () => {
    await visitor.link(/^Rotate Shop/).click();
    await page.getByRole("dialog").getByRole("button", { name: "Draw a new secret" }).click();
    const fresh = await page.locator("#secret").innerText();
    assert.notEqual(fresh, key);
    for (const one of [key, fresh]) assert.equal((await ask(one, "fetchallsessions")).success, true);
    await visitor.link("Done").click();
    key = fresh;
  });

  await step("revoking ends it", async () => {
    await visitor.link(/^Revoke Shop/).click();
    assert.match(await agree(visitor, /Revoke/), /Shop/);
    await page.locator("td", { hasText: "Shop <b>bot</b>" }).waitFor({ state: "hidden" });
    assert.equal((await ask(key, "fetchallsessions")).success, false);
  });

  await step("an address of nonsense is told beside its field, and kept", async () => {
    visitor.watch.expect(422);
    const field = visitor.field(/From where any key may be used/);
    await field.fill("203.0.113.0/24\nnonsense");
    await visitor.button("Save addresses").click();
    await page.getByRole("alert").waitFor();
    assert.equal(await field.inputValue(), "203.0.113.0/24\nnonsense");
  });

  await step("what was changed is in the audit log, what was asked in the log of requests", async () => {
    await visitor.open("/dashboard/demo-app/seller-settings");
    await visitor.button("Keep requests").click();
    await visitor.button("Keep no more requests").waitFor();
    await ask(server.demo.seller_key, "fetchallsessions");
    await visitor.link("Seller requests").click();
    await visitor.see("fetchallsessions");
    await visitor.link("Audit log").click();
    await visitor.see("Shop <b>bot</b>");
  });

  await step("a request has a page of its own, which leads to all changes of the same", async () => {
    await ask(server.demo.seller_key, "addsub", { name: "gold", level: 2 });
    await ask(server.demo.seller_key, "editsub", { name: "gold", level: 3 });
    await visitor.open("/dashboard/demo-app/seller-logs?type=editsub");
    await page.locator("tbody tr td.first a").first().click();
    await page.getByRole("heading", { name: "What it changed" }).waitFor();
    await visitor.see("gold 3");
    await visitor.link("all changes to it").click();
    await page.getByRole("heading", { name: "Audit log" }).waitFor();
  });

  await step("KeyAuth's addresses lead to their pages here", async () => {
    await visitor.open("/app/?page=seller-settings");
    assert.equal(visitor.place, "/dashboard/demo-app/seller-settings");
    await visitor.open("/app/?page=manage-apps");
    assert.equal(visitor.place, HOME);
    for (const name of ["licenses", "users", "subscriptions", "chats", "sessions", "webhooks", "files", "vars", "logs",
      "blacklists", "app-settings", "audit-log", "manage-accs", "account-settings", "account-logs", "upgrade",
      "webloader", "seller-logs", "tokens"]) {
      await visitor.open(`/app/?page=${name}`);
      assert.ok(visitor.place.startsWith("/dashboard/"), `${name} leads to ${visitor.place}`);
    }
  });
  await visitor.close();
}
