// Pictures of every page: wide and narrow, light and dark. Run by `cargo xtask screenshots`.
// Usage: screenshots.mjs PACKAGES GIVEN_JSON; the file says where the programs are and where pictures go.

import fs from "node:fs";
import path from "node:path";

import { Browser, NARROW, WIDE } from "./support/browser.mjs";
import { BEHIND_A_PROXY, furnish } from "./support/furnish.mjs";
import { pages } from "./support/pages.mjs";
import { signIn } from "./support/person.mjs";
import { Servers } from "./support/server.mjs";
import { until } from "./support/wait.mjs";

/** Those that README shows, without what one would have to scroll to. */
const IN_README = ["sessions-1280-light.png", "why-banned-1280-light.png"];

const [packages, file] = process.argv.slice(2);
const given = { ...JSON.parse(fs.readFileSync(file, "utf8")), packages };
for (const folder of [given.pictures, given.readme].filter(Boolean)) fs.mkdirSync(folder, { recursive: true });

const servers = new Servers(given);
const browser = await Browser.start(given);
const server = await servers.demo({ settings: BEHIND_A_PROXY });
const furnished = await furnish(server);
const visitor = await browser.visitor(server.base);
await signIn(visitor, server.demo.dashboard);
// Counts are written every ten seconds.
await until("counts for the plots", async () => {
  await visitor.open(`/dashboard/${furnished.app}/sessions`);
  return !(await visitor.text()).includes("not counted yet");
}, 60_000);
const state = await visitor.context.storageState();
const wanted = ({ name }) => given.only.length === 0 || given.only.some((text) => name.includes(text));

for (const size of [WIDE, NARROW]) {
  for (const scheme of ["light", "dark"]) {
    const [guest, person] = [await browser.visitor(server.base, { size, scheme }),
      await browser.visitor(server.base, { size, scheme, state })];
    for (const { name, address, nobody } of pages(furnished).filter(wanted)) {
      const { page } = nobody ? guest : person;
      await page.goto(address);
      const file = `${name}-${size.width}-${scheme}.png`;
      await page.screenshot({ path: path.join(given.pictures, file), fullPage: true });
      if (given.readme && IN_README.includes(file)) await page.screenshot({ path: path.join(given.readme, file) });
    }
    await guest.away();
    await person.away();
  }
}
await browser.stop();
await servers.stop();
