// Every page, as its first visitor sees it: light on the wire, accessible in light and dark, no wider than a small
// screen, readable without scripts, quiet in the console.

import assert from "node:assert/strict";

import { accessible, byKeyboard, narrow, weigh, WEIGHT } from "../support/audit.mjs";
import { BEHIND_A_PROXY, furnish } from "../support/furnish.mjs";
import { pages } from "../support/pages.mjs";
import { signedIn } from "../support/person.mjs";

export async function walk({ step, browser, servers }) {
  const server = await servers.demo({ settings: BEHIND_A_PROXY });
  const furnished = await furnish(server);
  const person = await signedIn(browser, server);
  const signed = await person.context.storageState();
  await person.close();

  for (const { name, address, plots, nobody, status = 200 } of pages(furnished)) {
    const state = nobody ? undefined : signed;
    let heading;
    await step(`${name}: quiet, light, narrow, accessible, all by the keyboard`, async () => {
      const visitor = await browser.visitor(server.base, { state });
      const weight = await weigh(visitor);
      await visitor.open(address, status);
      heading = await visitor.heading();
      assert.ok((await visitor.page.title()).startsWith(heading), `the title of ${address} is ${await visitor.page.title()}`);
      weight.atMost(plots ? WEIGHT.plots : WEIGHT.page);
      await byKeyboard(visitor);
      await narrow(visitor);
      await accessible(visitor, "light");
      await accessible(visitor, "dark");
      await visitor.close();
    });
    await step(`${name}: the same without scripts`, async () => {
      const visitor = await browser.visitor(server.base, { state, scripts: false });
      await visitor.open(address, status);
      assert.equal(await visitor.heading(), heading);
      await narrow(visitor);
      await visitor.close();
    });
  }
}
