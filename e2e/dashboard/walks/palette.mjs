// The box on top of every page, by the keyboard alone: what is typed is found as it is typed.

import assert from "node:assert/strict";

import { accessible } from "../support/audit.mjs";
import { NARROW } from "../support/browser.mjs";
import { BEHIND_A_PROXY, furnish } from "../support/furnish.mjs";
import { signedIn } from "../support/person.mjs";

export async function walk({ step, browser, servers }) {
  const server = await servers.demo({ settings: BEHIND_A_PROXY });
  await furnish(server);
  const visitor = await signedIn(browser, server);
  const { page } = visitor;
  const press = (key) => page.keyboard.press(key);
  const input = page.locator("[data-find]");
  const options = page.locator(".found [role=option]");
  // What was found for less of it may be there before.
  const type = async (text) => {
    await page.keyboard.type(text);
    await page.locator(`.found[data-of="${text}"]`).waitFor({ state: "attached" });
  };
  const said = (text) => page.locator("#live").filter({ hasText: text }).waitFor({ state: "attached" });
  const chosen = () => page.locator(".found [aria-selected=true]").innerText();

  await step("a part of a name opens the user", async () => {
    await visitor.open("/dashboard/demo-app/sessions");
    await press("Control+k");
    await type("amadeus");
    await options.first().waitFor();
    await said(/\d+ found/);
    assert.equal(await input.getAttribute("role"), "combobox");
    assert.equal(await input.getAttribute("aria-expanded"), "true");
    await press("ArrowDown");
    assert.match(await chosen(), /wolfgang\.amadeus\.longname/);
    const active = await input.getAttribute("aria-activedescendant");
    assert.equal(await page.locator(`#${active}`).getAttribute("aria-selected"), "true");
    for (const scheme of ["light", "dark"]) await accessible(visitor, scheme);
    await press("Enter");
    await page.waitForURL(/\/users\/\d+/);
    assert.match(await visitor.heading(), /wolfgang\.amadeus\.longname/);
  });

  await step("the arrows go round, escape goes back to where one was", async () => {
    await visitor.open("/dashboard/demo-app/sessions");
    const link = page.getByRole("link", { name: "Seller settings" });
    await link.focus();
    await press("Control+k");
    await type("sell");
    await options.nth(1).waitFor();
    await press("ArrowUp");
    const last = await chosen();
    await press("ArrowDown");
    const first = await chosen();
    assert.notEqual(first, last);
    await press("ArrowUp");
    assert.equal(await chosen(), last);
    await press("Escape");
    assert.equal(await options.count(), 0);
    assert.equal(await input.getAttribute("aria-expanded"), "false");
    assert.equal(await link.evaluate((element) => element === document.activeElement), true);
  });

  await step("an act leads to the page that asks", async () => {
    await press("Control+k");
    await input.fill("");
    await type("kill all");
    await options.filter({ hasText: "Kill all sessions" }).waitFor();
    await press("ArrowDown");
    await press("Enter");
    await page.waitForURL(/\/sessions\/kill/);
  });

  await step("nothing found is said", async () => {
    await press("Control+k");
    await input.fill("");
    await type("nothing is called so");
    await said("Nothing found");
    await press("Escape");
  });

  await step("only what was typed last is shown", async () => {
    await press("Control+k");
    await input.fill("");
    await page.route(/search\?.*text=mar&?/, async (route) => {
      await new Promise((done) => setTimeout(done, 1500));
      await route.continue().catch(() => {});
    });
    const asked = page.waitForRequest(/search\?.*text=mar(&|$)/);
    await page.keyboard.type("mar");
    await asked;
    await page.keyboard.type("a");
    await options.filter({ hasText: "mara" }).first().waitFor();
    await press("Escape");
    await page.unroute(/search\?.*text=mar&?/);
  });

  await step("on a page without an application too", async () => {
    await visitor.open("/dashboard/-/account");
    await press("Control+k");
    await type("demo-app");
    await options.filter({ hasText: "demo-app" }).first().waitFor();
    await press("ArrowDown");
    await press("Enter");
    await page.waitForURL(/\/dashboard\/demo-app\//);
  });
  await visitor.close();

  await step("on a small screen", async () => {
    const small = await signedIn(browser, server, { size: NARROW });
    await small.open("/dashboard/demo-app/");
    await small.page.locator("[data-find]").click();
    await small.page.keyboard.type("e");
    await small.page.locator(".found [role=option]").first().waitFor();
    const wide = await small.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${wide} pixels beyond the edge`);
    await accessible(small, "light");
    await small.close();
  });

  await step("without scripts Enter leads to a page with the same", async () => {
    const plain = await signedIn(browser, server, { scripts: false });
    await plain.open("/dashboard/demo-app/");
    await plain.page.locator("[data-find]").fill("mara");
    await plain.page.keyboard.press("Enter");
    await plain.page.waitForURL(/\/(why|users)\//);
    await plain.open("/dashboard/-/search?app=demo-app&text=se");
    await plain.see("Pages and actions");
    await plain.close();
  });
}
