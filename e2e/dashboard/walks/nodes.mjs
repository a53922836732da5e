// Two servers over one PostgreSQL: who is signed in at one is so at the other.

import assert from "node:assert/strict";

import { HOME, SIGN_IN, signedIn } from "../support/person.mjs";

export async function walk({ step, browser, servers, given }) {
  const first = await servers.demo({ database: given.postgres });
  const second = await servers.beside(first);
  const visitor = await signedIn(browser, first);
  const state = await visitor.context.storageState();
  // Cookies know no ports: the same ones go to both.
  const beside = await browser.visitor(second.base, { state });

  await step("a sign-in counts on both nodes", async () => {
    await beside.open(HOME);
    assert.equal(beside.place, HOME);
  });

  await step("signing out on one ends it on the other", async () => {
    await visitor.button("Sign out").click();
    await visitor.page.waitForURL(SIGN_IN);
    await beside.open(HOME);
    assert.ok(beside.place.startsWith(SIGN_IN));
  });
  await visitor.close();
  await beside.close();
}
