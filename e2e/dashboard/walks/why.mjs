// "My key does not work": paste, see why, mend, copy what to answer; by the keyboard alone.

import assert from "node:assert/strict";

import { signedIn } from "../support/person.mjs";
import { appOf, HWID, Program } from "../support/program.mjs";

const OTHER = `${HWID}-other`;
/** What the motion may take, with the pages that it loads. */
const SECONDS = 10;

export async function walk({ step, browser, servers }) {
  const server = await servers.demo();
  const visitor = await signedIn(browser, server);
  const { page } = visitor;
  await visitor.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const key = server.demo.licenses[0];
  const license = async (hwid) => (await new Program(server.base, appOf(server.demo)).init()).license(key, hwid);
  const copied = () => page.evaluate(() => navigator.clipboard.readText());

  await step("a key from a message leads to why, and three times Enter mends and copies", async () => {
    assert.equal((await license(HWID)).success, true);
    assert.match((await license(OTHER)).message, /HWID/);
    await visitor.open(`/dashboard/${server.demo.app_name}/`);
    const begun = performance.now();
    await page.keyboard.press("Control+k");
    await page.keyboard.insertText(`hi, my key "${key.toLowerCase()}" does not work since today`);
    await page.keyboard.press("Enter");
    await page.locator("button:focus", { hasText: "Reset devices" }).waitFor();
    assert.match(await page.locator("main").innerText(), /it came from another device/i);
    await page.keyboard.press("Enter");
    await page.locator("button:focus", { hasText: "Copy" }).waitFor();
    await page.keyboard.press("Enter");
    await page.locator("#live", { hasText: "Copied" }).waitFor({ state: "attached" });
    assert.match(await copied(), /^Your devices were reset\./);
    const seconds = (performance.now() - begun) / 1000;
    assert.ok(seconds < SECONDS, `it took ${seconds} s`);
    assert.equal((await license(OTHER)).success, true);
  });

  await step("nothing to mend: Enter copies that all is well", async () => {
    await page.keyboard.press("Control+k");
    await page.keyboard.insertText(OTHER);
    await page.keyboard.press("Enter");
    await page.locator("button:focus", { hasText: "Copy" }).waitFor();
    await page.keyboard.press("Enter");
    await page.waitForFunction(async () => (await navigator.clipboard.readText()).startsWith("Your account is fine"));
  });

  await step("what is nowhere is told with what begins so", async () => {
    await visitor.open(`/dashboard/${server.demo.app_name}/find?text=${encodeURIComponent(key.slice(0, 9))}`);
    await visitor.see("Nothing is exactly that");
    await page.locator("a:focus", { hasText: key }).waitFor();
  });
}
