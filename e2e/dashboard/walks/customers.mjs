// "My key doesn't work": found by what the customer pasted, told in one line, mended, and a sentence to send back.

import assert from "node:assert/strict";

import { accessible, calm, narrow } from "../support/audit.mjs";
import { BEHIND_A_PROXY, furnish } from "../support/furnish.mjs";
import { signedIn } from "../support/person.mjs";
import { appOf, HWID, Program } from "../support/program.mjs";
import { until } from "../support/wait.mjs";

const PASSWORD = "correct horse battery";

export async function walk({ step, browser, servers }) {
  const server = await servers.demo({ settings: BEHIND_A_PROXY });
  const { keys, banned } = await furnish(server);
  const visitor = await signedIn(browser, server);
  const { page } = visitor;
  await visitor.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await visitor.open("/dashboard/demo-app/");

  /** Asks in the box of every page, by the keyboard alone. */
  const find = async (text) => {
    await page.keyboard.press("Control+k");
    await page.keyboard.insertText(text);
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/(why|find)/);
    await page.locator("main h1").waitFor();
    await visitor.settle();
  };
  const verdict = () => page.locator("main .note").first().innerText();
  const newcomer = async () => new Program(server.base, appOf(server.demo), { address: "203.0.113.99" }).init();

  await step("a key is found in a message, with blanks, in the wrong case", async () => {
    const key = keys[0];
    for (const text of [`hi, my key ${key} does not work!!`, ` ${key.toUpperCase().replaceAll("-", " - ")} `]) {
      await find(text);
      assert.equal(await visitor.heading(), key, text);
    }
  });

  await step("another device: told, reset, and the customer is in", async () => {
    await visitor.open("/dashboard/demo-app/");
    await find("  MARA ");
    assert.match(await verdict(), /device/);
    assert.equal((await (await newcomer()).login("mara", PASSWORD, `${HWID}-new`)).success, false);
    await visitor.button(/Reset/).click();
    await page.getByRole("status").filter({ hasText: /\S/ }).first().waitFor();
    assert.equal((await (await newcomer()).login("mara", PASSWORD, `${HWID}-new`)).success, true);
  });

  await step("what to tell the customer is copied as it is read", async () => {
    const told = await page.locator("#tell").innerText();
    await visitor.button("Copy").click();
    assert.equal(await until("a copy", () => page.evaluate(() => navigator.clipboard.readText())), told);
  });

  await step("a banned user: by whom and for what, and unbanned", async () => {
    await find("xX_Viper_Xx");
    assert.match(await verdict(), /charged back/);
    await visitor.button(/Unban/).click();
    await page.getByRole("status").filter({ hasText: /\S/ }).first().waitFor();
    assert.doesNotMatch(await verdict(), /charged back/);
    assert.equal((await (await newcomer()).login("xX_Viper_Xx", PASSWORD, `${HWID}-8`)).success, true);
  });

  await step("a banned license tells why", async () => {
    await find(banned);
    assert.match(await verdict(), /resold/);
  });

  await step("more time: nonsense is refused and kept, days are given", async () => {
    visitor.watch.expect(422);
    await find("piotr");
    const days = page.getByRole("textbox", { name: /Extend by/ });
    await days.fill("soon");
    await visitor.button(/^Extend$/).click();
    await page.getByRole("alert").waitFor();
    assert.equal(await days.inputValue(), "soon");
    await days.fill("45");
    await visitor.button(/^Extend$/).click();
    await page.getByRole("status").filter({ hasText: /\S/ }).first().waitFor();
    await visitor.settle();
  });

  await step("the last tries are told, alike ones together", async () => {
    await find("kestrel");
    await visitor.see("the password is wrong");
    await visitor.see("2 times");
    await accessible(visitor, "light");
    await accessible(visitor, "dark");
    await narrow(visitor);
    await calm(visitor);
  });

  await step("nothing found says how it was looked for", async () => {
    await find("nobody of this name");
    await visitor.see("Nothing is exactly that");
  });
  await visitor.close();

  await step("all of it works without scripts", async () => {
    const plain = await signedIn(browser, server, { scripts: false });
    await plain.open("/dashboard/demo-app/");
    await plain.page.getByRole("searchbox").fill("liwei");
    await plain.page.keyboard.press("Enter");
    await plain.page.waitForURL(/\/why\//);
    assert.match(await plain.page.locator("main .note").first().innerText(), /paused/i);
    await plain.close();
  });
}
