// The page of the link in a mail. End users see it, so it is held to the same as the dashboard's.

import { accessible, narrow, weigh, WEIGHT } from "../support/audit.mjs";

export async function walk({ step, browser, servers }) {
  const server = await servers.demo();
  const visitor = await browser.visitor(server.base);
  await step("a link that is not valid says so", async () => {
    const weight = await weigh(visitor);
    await visitor.open(`/reset/${"a".repeat(64)}`, 404);
    weight.atMost(WEIGHT.page);
    await visitor.see(/link/);
  });
  await step("the page is accessible and fits a small screen", async () => {
    await accessible(visitor, "light");
    await accessible(visitor, "dark");
    await narrow(visitor);
  });
  await visitor.close();
}
