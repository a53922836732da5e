// Two servers over one PostgreSQL: who is signed in at one is so at the other, and sessions of one are seen at the other.

import assert from "node:assert/strict";

import { agree, HOME, SIGN_IN, signedIn } from "../support/person.mjs";
import { appOf, Program } from "../support/program.mjs";

/** How soon a session that begins at one node is seen at the other, in milliseconds. */
const LIVE_BESIDE = 2000;

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

  await step("a session that begins at one is seen at the other, and killed there", async () => {
    await beside.open("/dashboard/demo-app/sessions");
    await beside.page.mouse.move(5, 5);
    const program = await new Program(first.base, appOf(first.demo)).init();
    const row = beside.page.locator(`#s-${program.session}`);
    await row.waitFor({ timeout: LIVE_BESIDE });
    await row.getByRole("link", { name: /^Kill/ }).click();
    await agree(beside, "Kill 1 session");
    assert.equal(await program.lives(), false);
    await beside.settle();
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
