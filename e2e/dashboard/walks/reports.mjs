// Reports: what is drawn is told in numbers too, and comes as files.

import assert from "node:assert/strict";
import fs from "node:fs";

import { accessible, calm, narrow } from "../support/audit.mjs";
import { BEHIND_A_PROXY, furnish } from "../support/furnish.mjs";
import { signedIn } from "../support/person.mjs";
import { until } from "../support/wait.mjs";

const PAGE = "/dashboard/demo-app/reports";

export async function walk({ step, browser, servers }) {
  const server = await servers.demo({ settings: BEHIND_A_PROXY });
  const { users } = await furnish(server);
  const visitor = await signedIn(browser, server);
  const { page } = visitor;

  await step("what happened is counted within seconds", async () => {
    await until("the counts", async () => {
      await visitor.open(PAGE);
      return (await page.locator(".figures dd").first().innerText()) === String(users.length);
    });
    await page.getByRole("img", { name: /Registrations, activations and renewals/ }).waitFor();
  });

  await step("the calendar tells what ends", async () => {
    const calendar = page.locator("#endings svg").first();
    assert.match(await calendar.getAttribute("aria-label"), /\d+ subscriptions in all/);
    assert.equal(await page.locator("#endings .scrolled rect").count(), 366);
    await page.locator("#endings summary").click();
    assert.equal(await page.locator("#endings tbody tr").count(), 13);
  });

  await step("users who came back are followed", async () => {
    assert.match(await page.locator(".cohorts tbody tr").first().innerText(), /100%/);
  });

  await step("each report comes as a file", async () => {
    await page.locator("details summary").first().click();
    for (const link of await page.getByRole("link", { name: /^CSV/ }).all()) {
      const [file] = await Promise.all([page.waitForEvent("download"), link.click()]);
      assert.match(file.suggestedFilename(), /^demo-app-[a-z]+\.csv$/);
      assert.match(fs.readFileSync(await file.path(), "utf8"), /^\w.*\r\n/);
    }
  });

  await step("other spans, and what they look like", async () => {
    for (const name of ["last 30 days", "last year"]) {
      await page.getByRole("link", { name }).click();
      await page.locator(`a[aria-current=true]`, { hasText: name }).waitFor();
    }
    for (const scheme of ["light", "dark"]) await accessible(visitor, scheme);
    await narrow(visitor);
    await calm(visitor);
  });
  await visitor.close();
}
