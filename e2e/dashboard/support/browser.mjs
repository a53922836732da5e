// Chromium, and people in it: each has cookies, a cache and a window of their own.

import assert from "node:assert/strict";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

import { PATIENCE } from "./wait.mjs";
import { Watch } from "./watch.mjs";

/** Beside what Playwright gives by itself. */
const FLAGS = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];

export const WIDE = { width: 1280, height: 900 };
export const NARROW = { width: 400, height: 800 };

export class Browser {
  #visitors = new Set();

  static async start({ packages, chromium }) {
    const load = createRequire(path.join(packages, "package.json"));
    const { chromium: driver } = load("playwright-core");
    const options = { executablePath: chromium, headless: true, chromiumSandbox: false, args: FLAGS };
    const browser = new Browser();
    browser.axe = fs.readFileSync(load.resolve("axe-core/axe.min.js"), "utf8");
    browser.program = await driver.launch(options);
    return browser;
  }

  /** Somebody new, at a server. What they look like to it and it to them can be told. */
  async visitor(base, { scripts = true, size = WIDE, scheme = "light", state, agent } = {}) {
    const context = await this.program.newContext({
      baseURL: base, viewport: size, colorScheme: scheme, javaScriptEnabled: scripts, storageState: state,
      userAgent: agent, locale: "en-GB", timezoneId: "UTC", acceptDownloads: true,
    });
    context.setDefaultTimeout(PATIENCE);
    const watch = new Watch(new URL(base).origin);
    await watch.attach(context, { scripts });
    const visitor = new Visitor({ browser: this, context, watch, page: await context.newPage() });
    this.#visitors.add(visitor);
    return visitor;
  }

  forget(visitor) {
    this.#visitors.delete(visitor);
  }

  /** Keeps what everybody sees at this moment in a folder, and sends them away. */
  async leave(folder, name) {
    fs.mkdirSync(folder, { recursive: true });
    for (const [place, { page }] of [...this.#visitors].entries()) {
      const file = path.join(folder, `${name}-${place}`);
      await page.screenshot({ path: `${file}.png`, timeout: 5000 });
      fs.writeFileSync(`${file}.html`, `<!-- ${page.url()} -->\n${await page.content()}`);
    }
    await Promise.all([...this.#visitors].map((visitor) => visitor.away()));
  }

  stop() {
    return this.program.close();
  }
}

/** Somebody with a window. */
class Visitor {
  constructor(parts) {
    Object.assign(this, parts);
  }

  /** Opens an address, which must answer with this status. */
  async open(address, status = 200) {
    if (status >= 400) this.watch.expect(status);
    const reply = await this.page.goto(address, { waitUntil: "load" });
    assert.equal(reply.status(), status, `${address} answers ${reply.status()}`);
    await this.settle();
    return reply;
  }

  /** Fails when something happened that never must. */
  settle() {
    return this.watch.settle(this.page);
  }

  /** The page's path and query. */
  get place() {
    const { pathname, search } = new URL(this.page.url());
    return pathname + search;
  }

  heading() {
    return this.page.getByRole("heading", { level: 1 }).first().innerText();
  }

  link(name) {
    return this.page.getByRole("link", { name }).first();
  }

  button(name) {
    return this.page.getByRole("button", { name }).first();
  }

  field(label) {
    return this.page.getByRole("main").getByLabel(label).and(this.page.locator("input, select, textarea")).first();
  }

  /** Fills in fields by their labels. */
  async fill(values) {
    for (const [label, value] of Object.entries(values)) await this.field(label).fill(value);
  }

  /** Waits for a text to be seen. */
  see(text) {
    return this.page.getByText(text).filter({ visible: true }).first().waitFor();
  }

  /** Waits for a text to be gone. */
  async miss(text) {
    await this.page.getByText(text).filter({ visible: true }).first().waitFor({ state: "hidden" });
  }

  /** What the page holds as text. */
  text() {
    return this.page.locator("body").innerText();
  }

  /** Says that nothing bad happened so far, and closes the window. */
  async close() {
    await this.settle();
    await this.away();
  }

  async away() {
    this.browser.forget(this);
    await this.context.close();
  }
}
