// Every page, as its first visitor sees it: light on the wire, accessible in light and dark, no wider than a small
// screen, calm while time goes on, all of it by the keyboard, readable without scripts, quiet in the console.

import assert from "node:assert/strict";

import { accessible, byKeyboard, calm, narrow, weigh, WEIGHT, wideTables } from "../support/audit.mjs";
import { BEHIND_A_PROXY, furnish } from "../support/furnish.mjs";
import { pages } from "../support/pages.mjs";
import { signedIn } from "../support/person.mjs";

/** How many pages are looked at side by side. */
const LANES = 2;

export async function walk({ step, browser, servers }) {
  const server = await servers.demo({ settings: BEHIND_A_PROXY });
  const furnished = await furnish(server);
  const person = await signedIn(browser, server);
  const signed = await person.context.storageState();
  await person.close();

  const look = async ({ name, address, plots, nobody, status = 200 }) => {
    const state = nobody ? undefined : signed;
    let heading;
    await step(`${name}: quiet, light, narrow, calm, accessible, all by the keyboard`, async () => {
      const visitor = await browser.visitor(server.base, { state });
      const weight = await weigh(visitor);
      await visitor.open(address, status);
      heading = await visitor.heading();
      const title = await visitor.page.title();
      assert.ok(title.startsWith(heading), `the title of ${address} is ${title}`);
      weight.atMost(plots ? WEIGHT.plots : WEIGHT.page);
      await wideTables(visitor);
      await byKeyboard(visitor);
      await narrow(visitor);
      await calm(visitor);
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
  };

  const waiting = pages(furnished);
  const lane = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await look(next);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}
