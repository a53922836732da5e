// Texts of strangers come out as texts, on every page, and break no layout.

import assert from "node:assert/strict";

import { narrow } from "../support/audit.mjs";
import { plant, OWNED, TEXTS } from "../support/hostile.mjs";
import { pages } from "../support/pages.mjs";
import { signedIn } from "../support/person.mjs";
import { BEHIND_A_PROXY } from "../support/furnish.mjs";

/** Fails when markup of a text became part of the page. */
async function unharmed({ page }) {
  assert.notEqual(await page.title(), OWNED);
  assert.equal(await page.locator("[onerror], [onload], [onmouseover], main style, main script").count(), 0);
  assert.equal(await page.locator("h1").filter({ hasText: new RegExp(`^${OWNED}$`) }).count(), 0);
}

export async function walk({ step, browser, servers }) {
  const server = await servers.demo({ settings: BEHIND_A_PROXY });
  const taken = await step("strangers fill in what they can", () => plant(server));
  for (const field of ["user, HWID", "log line", "note", "subscription", "variable", "account", "ban"]) {
    assert.ok(taken[field].includes("markup: taken"), `${field} no longer takes markup: ${taken[field]}`);
  }
  const visitor = await signedIn(browser, server);
  for (const { name, address, status } of pages({ app: server.demo.app_name, users: [TEXTS.markup], banned: TEXTS.quotes })) {
    await step(`${name} is unharmed`, async () => {
      await visitor.open(address, status);
      await unharmed(visitor);
      await narrow(visitor);
    });
  }
  await visitor.close();
}
