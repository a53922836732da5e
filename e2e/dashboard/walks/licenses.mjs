// Licenses: made with a preview, copied, downloaded, imported from a list, looked at one by one.

import assert from "node:assert/strict";
import fs from "node:fs";

import { accessible, narrow } from "../support/audit.mjs";
import { agree, signedIn } from "../support/person.mjs";
import { appOf, Program } from "../support/program.mjs";

export async function walk({ step, browser, servers }) {
  const server = await servers.demo();
  const visitor = await signedIn(browser, server);
  const { page } = visitor;
  await visitor.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const said = (text) => page.getByRole("status").filter({ hasText: text }).first().waitFor();
  const works = async (key) => (await new Program(server.base, appOf(server.demo)).init()).license(key);
  let keys;

  await step("the preview follows what is typed", async () => {
    await visitor.open("/dashboard/demo-app/licenses/new");
    await visitor.field("Mask").fill("SHOP-**");
    await visitor.see("1,296 possible keys");
    await visitor.see("can be guessed");
    await page.locator("#preview code", { hasText: /^SHOP-\w\w$/ }).first().waitFor();
    await visitor.field("Mask").fill("SHOP-******-******-******");
    await page.locator("#preview .warn").waitFor({ state: "hidden" });
    await accessible(visitor, "light");
    await accessible(visitor, "dark");
    await narrow(visitor);
  });

  await step("five are made, copied and downloaded", async () => {
    await visitor.field("How many").fill("5");
    await visitor.button("Make licenses").click();
    await page.waitForURL(/\/licenses\/made\//);
    keys = (await page.locator("#keys").innerText()).trim().split(/\s+/);
    assert.equal(keys.length, 5);
    await visitor.button("Copy all").click();
    await page.locator("#live", { hasText: "Copied" }).waitFor({ state: "attached" });
    assert.deepEqual((await page.evaluate(() => navigator.clipboard.readText())).split("\n"), keys);
    for (const [name, first] of [["Text", keys[0]], ["CSV", "key,level,days,note,made"]]) {
      const [file] = await Promise.all([page.waitForEvent("download"), visitor.link(name).click()]);
      assert.equal(fs.readFileSync(await file.path(), "utf8").split("\r\n")[0], first);
    }
    assert.equal((await works(keys[0])).success, true);
    await page.reload();
    await visitor.settle();
    assert.equal((await page.locator("#keys").innerText()).trim().split(/\s+/).length, 5);
    await accessible(visitor, "light");
    await narrow(visitor);
  });

  await step("a list with a fault is refused as a whole, and the others are taken by choice", async () => {
    visitor.watch.expect(422);
    await visitor.open("/dashboard/demo-app/licenses/import");
    await visitor.field("List").fill(`key,days\nOLD-1,30\n${keys[1]},30\nOLD-2,never\nOLD-3,soon`);
    await page.getByRole("button", { name: "Import", exact: true }).click();
    await page.getByRole("alert").filter({ hasText: "2 lines cannot be taken, 2 can" }).waitFor();
    await visitor.see("there is a license of this key already");
    await accessible(visitor, "light");
    await narrow(visitor);
    await visitor.button("Import the other 2").click();
    await said(/2 licenses are imported/);
    assert.equal((await works("old-2")).success, true);
    assert.equal((await works("OLD-3")).success, false);
  });

  await step("a list comes as a file", async () => {
    await page.locator("input[type=file]").setInputFiles({
      name: "keys.txt", mimeType: "text/plain", buffer: Buffer.from("FILE-1\r\nFILE-2\r\n"),
    });
    await visitor.button("Import the file").click();
    await said(/2 licenses are imported/);
    assert.equal((await works("FILE-2")).success, true);
  });

  await step("one license: found, noted, banned, and deleted after asking", async () => {
    await visitor.open(`/dashboard/demo-app/find?text=${keys[2]}`);
    await visitor.link("All of the license").click();
    await page.waitForURL(/\/licenses\/\d+$/);
    const address = visitor.place;
    await visitor.field("Note").fill("for the shop");
    await visitor.button("Keep the note").click();
    await said(/note is kept/);
    await visitor.field("Reason").fill("resold");
    await visitor.button("Ban the license").click();
    await said(/Banned/);
    assert.equal((await works(keys[2])).success, false);
    await visitor.see("ban-license");
    await accessible(visitor, "light");
    await accessible(visitor, "dark");
    await page.locator("summary", { hasText: "Delete" }).click();
    await visitor.link("The license").click();
    await agree(visitor, "Delete the license");
    await said(/Deleted the license/);
    await visitor.open(address, 404);
  });
  await visitor.close();

  await step("without scripts: previewed with a button, and made", async () => {
    const plain = await signedIn(browser, server, { scripts: false });
    await plain.open("/dashboard/demo-app/licenses/new");
    await plain.field("Mask").fill("PLAIN-********");
    await plain.button("Preview").click();
    await plain.page.locator("#preview code", { hasText: /^PLAIN-/ }).first().waitFor();
    await plain.button("Make licenses").click();
    await plain.page.waitForURL(/\/made\//);
    assert.match(await plain.page.locator("#keys").innerText(), /^PLAIN-/);
    await plain.close();
  });
}
