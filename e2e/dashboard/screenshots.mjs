// Pictures of every page: wide and narrow, light and dark. Run by `cargo xtask screenshots`.
// Usage: screenshots.mjs PACKAGES GIVEN_JSON; the file says where the programs are and where pictures go.

import fs from "node:fs";
import path from "node:path";

import { Browser, NARROW, WIDE } from "./support/browser.mjs";
import { BEHIND_A_PROXY, furnish } from "./support/furnish.mjs";
import { pages } from "./support/pages.mjs";
import { signIn } from "./support/person.mjs";
import { Servers } from "./support/server.mjs";

/** Which of them README shows. */
const IN_README = ["sessions-1280-light", "why-1280-light"];

const [packages, file] = process.argv.slice(2);
const given = { ...JSON.parse(fs.readFileSync(file, "utf8")), packages };
fs.mkdirSync(given.pictures, { recursive: true });

const servers = new Servers(given);
const browser = await Browser.start(given);
const server = await servers.demo({ settings: BEHIND_A_PROXY });
const furnished = await furnish(server);
const visitor = await browser.visitor(server.base);
await signIn(visitor, server.demo.dashboard);
const state = await visitor.context.storageState();
const wanted = ({ name }) => given.only.length === 0 || given.only.some((text) => name.includes(text));

for (const size of [WIDE, NARROW]) {
  for (const scheme of ["light", "dark"]) {
    const [guest, person] = [await browser.visitor(server.base, { size, scheme }),
      await browser.visitor(server.base, { size, scheme, state })];
    for (const { name, address, nobody } of pages(furnished).filter(wanted)) {
      const { page } = nobody ? guest : person;
      await page.goto(address);
      await page.screenshot({ path: path.join(given.pictures, `${name}-${size.width}-${scheme}.png`), fullPage: true });
    }
    await guest.away();
    await person.away();
  }
}
if (given.readme) {
  fs.mkdirSync(given.readme, { recursive: true });
  for (const name of IN_README) {
    fs.copyFileSync(path.join(given.pictures, `${name}.png`), path.join(given.readme, `${name}.png`));
  }
}
await browser.stop();
await servers.stop();
