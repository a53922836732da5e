// Walks through the dashboard in a headless Chromium. Run by `cargo xtask e2e --only dashboard`.
// Usage: run.mjs PACKAGES GIVEN_JSON; the file says where the programs are and which walks are wanted.

import fs from "node:fs";
import path from "node:path";

import { Browser } from "./support/browser.mjs";
import { Servers } from "./support/server.mjs";
import { Steps } from "./support/steps.mjs";

const [packages, file] = process.argv.slice(2);
const given = { ...JSON.parse(fs.readFileSync(file, "utf8")), packages };
fs.rmSync(given.left, { recursive: true, force: true });

const folder = new URL("./walks/", import.meta.url);
const names = fs.readdirSync(folder).filter((name) => name.endsWith(".mjs")).map((name) => name.slice(0, -4));
const wanted = names.filter((name) => given.walks.length === 0 || given.walks.includes(name)).sort();
const unknown = given.walks.filter((name) => !names.includes(name));
if (unknown.length > 0) throw new Error(`there is no walk ${unknown.join(", ")}; there are ${names.join(", ")}`);

const steps = new Steps();
const browser = await Browser.start(given);
for (const name of wanted) {
  const { walk } = await import(new URL(`${name}.mjs`, folder));
  let servers;
  await steps.walk(name, async (step) => {
    servers = new Servers({ ...given, folder: fs.mkdtempSync(path.join(given.folder, `${name}-`)) });
    await walk({ step, browser, servers, given });
    await servers.stop();
  }, (kept) => browser.leave(given.left, kept).finally(() => servers.stop()));
}
await browser.stop();
// A walk that failed may have left open what keeps a process alive, as a server of its own.
process.exit(steps.finish() ? 0 : 1);
