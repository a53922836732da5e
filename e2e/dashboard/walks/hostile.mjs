// Texts of strangers come out as texts, on every page, and break no layout.

import assert from "node:assert/strict";

import { calm, narrow } from "../support/audit.mjs";
import { plant, OWNED, TEXTS } from "../support/hostile.mjs";
import { pages } from "../support/pages.mjs";
import { signedIn } from "../support/person.mjs";
import { appOf, HWID, Program } from "../support/program.mjs";
import { BEHIND_A_PROXY, stock } from "../support/furnish.mjs";

/** Fails when markup of a text became part of the page. */
async function unharmed({ page }) {
  assert.notEqual(await page.title(), OWNED);
  assert.equal(await page.locator("[onerror], [onload], [onmouseover], main style, main script:not([src^=\"/dashboard/\"])").count(), 0);
  assert.equal(await page.locator("h1").filter({ hasText: new RegExp(`^${OWNED}$`) }).count(), 0);
}

export async function walk({ step, browser, servers }) {
  const server = await servers.demo({ settings: BEHIND_A_PROXY });
  await stock(server);
  const taken = await step("strangers fill in what they can", () => plant(server));
  for (const field of ["user, HWID", "log line", "note", "subscription", "variable", "account", "ban"]) {
    assert.ok(taken[field].includes("markup: taken"), `${field} no longer takes markup: ${taken[field]}`);
  }
  const visitor = await signedIn(browser, server);
  const { page } = visitor;
  for (const { name, address, status } of pages({ app: server.demo.app_name, users: [TEXTS.markup], banned: TEXTS.quotes })) {
    await step(`${name} is unharmed`, async () => {
      await visitor.open(address, status);
      await unharmed(visitor);
      await narrow(visitor);
      await calm(visitor);
    });
  }

  const users = Object.entries(TEXTS).filter(([name]) => taken["user, HWID"].includes(`${name}: taken`));
  for (const [name, text] of users) {
    await step(`the page of a user called ${name} tells the name as it is`, async () => {
      await visitor.open(`/dashboard/demo-app/find?text=${encodeURIComponent(text)}`);
      await visitor.see(text);
      await unharmed(visitor);
      await narrow(visitor);
      await calm(visitor);
    });
  }
  await step("the audit log and the list of sessions tell texts as they are", async () => {
    // The others were banned, which ended their sessions.
    const name = `${TEXTS.closing} 2`;
    const program = await new Program(server.base, appOf(server.demo)).init();
    const reply = await program.register(name, "correct horse", server.demo.licenses[0], `${HWID}-2`);
    assert.equal(reply.success, true, reply.message);
    const text = encodeURIComponent(name);
    for (const address of [`audit-log?text=${encodeURIComponent(TEXTS.closing)}`, `sessions?user=${text}`]) {
      await visitor.open(`/dashboard/demo-app/${address}`);
      await page.locator("td").filter({ hasText: TEXTS.closing, visible: true }).first().waitFor();
      await unharmed(visitor);
      await narrow(visitor);
      await calm(visitor);
    }
  });

  for (const name of [TEXTS.markup.slice(0, 40), TEXTS.quotes, TEXTS.arabic, "../..", TEXTS.wide.slice(0, 40)]) {
    await step(`an application called ${name} has its pages`, async () => {
      await visitor.open("/dashboard/");
      await visitor.fill({ Name: name });
      await visitor.button("Make it").click();
      await visitor.see("Your seller key");
      await visitor.settle();
      await visitor.link("Overview").click();
      await page.waitForURL((url) => !url.pathname.endsWith("/dashboard/"));
      const base = visitor.place;
      for (const rest of ["", "sessions", "seller-settings", "credentials", "app-settings", "app-settings/delete"]) {
        await visitor.open(base + rest);
        await visitor.see(name);
        await unharmed(visitor);
        await narrow(visitor);
        await calm(visitor);
      }
    });
  }
  await visitor.close();
}
