// What surrounds every page: its keys, its menu, and the side bar that a small screen has as a sheet.

import assert from "node:assert/strict";

import { accessible } from "../support/audit.mjs";
import { NARROW } from "../support/browser.mjs";
import { signedIn } from "../support/person.mjs";

export async function walk({ step, browser, servers }) {
  const server = await servers.demo();
  const visitor = await signedIn(browser, server);
  const { page } = visitor;
  const press = (...keys) => keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve());
  const focused = (selector) => page.locator(`${selector}:focus`).waitFor();
  await visitor.open("/dashboard/demo-app/");

  await step("the first stop skips the side bar", async () => {
    await press("Tab");
    await focused(".skip");
    await press("Enter");
    await focused("main");
  });

  await step("control and K finds, escape leaves", async () => {
    await press("Control+k");
    await focused("[data-find]");
    await page.keyboard.type("somebody");
    await press("Escape");
    assert.equal(await page.locator("[data-find]:focus").count(), 0);
  });

  await step("the menu of applications opens and closes", async () => {
    const menu = page.locator("details.menu").first();
    await menu.locator("summary").focus();
    await press("Enter");
    await menu.getByRole("link", { name: "All applications" }).waitFor();
    await press("Escape");
    await menu.getByRole("link", { name: "All applications" }).waitFor({ state: "hidden" });
  });
  await visitor.close();

  for (const scripts of [true, false]) {
    await step(`on a small screen the side bar is a sheet, ${scripts ? "with" : "without"} scripts`, async () => {
      const small = await signedIn(browser, server, { size: NARROW, scripts });
      await small.open("/dashboard/demo-app/");
      const link = small.page.getByRole("link", { name: "Seller settings" });
      assert.equal(await link.isVisible(), false);
      await small.button("Pages").click();
      await link.waitFor();
      if (scripts) await accessible(small, "light");
      if (scripts) await accessible(small, "dark");
      await small.page.keyboard.press("Escape");
      await link.waitFor({ state: "hidden" });
      await small.close();
    });
  }
}
