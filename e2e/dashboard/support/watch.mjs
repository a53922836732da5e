// What must never happen on a page, whoever opens it: words in the console, broken rules of the content security policy,
// requests to elsewhere, dialogs nobody asked for, and content that jumps.

/** Runs in the page before anything of it does. */
function observe() {
  const seen = { violations: [], shifts: [] };
  Object.defineProperty(window, "claviger_seen", { value: seen });
  document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sample }) =>
    seen.violations.push(`${violatedDirective}: ${blockedURI} ${sample}`));
  const shifts = new PerformanceObserver((list) => {
    for (const entry of list.getEntries().filter(({ hadRecentInput }) => !hadRecentInput)) {
      const place = ({ x, y, width, height }) => `${x},${y} ${width}x${height}`;
      const names = entry.sources.map(({ node, previousRect, currentRect }) =>
        `${node?.outerHTML?.slice(0, 80) ?? node?.textContent?.slice(0, 80)} from ${place(previousRect)} to ${place(currentRect)}`);
      seen.shifts.push({ value: entry.value, names });
    }
  });
  shifts.observe({ type: "layout-shift", buffered: true });
}

/** Watches all pages of a context. */
export class Watch {
  #complaints = [];
  #expected = new Set();
  #moving;
  #breaking = false;
  #elsewhere = new Set();

  constructor(origin) {
    this.origin = origin;
  }

  async attach(context, { scripts }) {
    if (scripts) await context.addInitScript(observe);
    context.on("console", (message) => this.#hear(message));
    context.on("weberror", (error) => this.#complain(`a script failed: ${error.error()}`));
    context.on("request", (request) => this.#meet(request.url()));
    context.on("dialog", async (dialog) => {
      this.#complain(`a dialog: ${dialog.message()}`);
      await dialog.dismiss();
    });
  }

  /** From now on an answer with this status is no surprise; the browser notes each in its console. */
  expect(status) {
    this.#expected.add(status);
  }

  /** From now on this origin is asked too: an identity provider's, whose pages are not ours to judge. */
  letGo(origin) {
    this.#elsewhere.add(origin);
  }

  /** From now on what begins so may move: rows of a live table, below one that comes in. */
  letMove(beginning) {
    this.#moving = beginning;
  }

  /** From now on connections may break: a walk cuts them. */
  letBreak() {
    this.#breaking = true;
  }

  #hear(message) {
    const text = message.text();
    if ([...this.#elsewhere].some((origin) => message.location().url.startsWith(origin))) return;
    if (this.#breaking && /^Failed to load resource: net::ERR_/.test(text)) return;
    const status = /^Failed to load resource: the server responded with a status of (\d+)/.exec(text)?.[1];
    if (status && this.#expected.has(Number(status))) return;
    // Who signs out has the browser's cache emptied, which it tells.
    if (message.type() === "info" && /^Clear-Site-Data header on '[^']*\/sign-out': Cleared data types: "cache"\.$/.test(text)) return;
    this.#complain(`in the console of ${message.page()?.url()}: ${message.type()}: ${text}`);
  }

  #meet(url) {
    const { origin, protocol } = new URL(url);
    if (origin !== this.origin && !this.#elsewhere.has(origin) && protocol !== "data:") this.#complain(`a request to elsewhere: ${url}`);
  }

  #complain(what) {
    this.#complaints.push(what);
  }

  /** Fails when something happened that must not, also on the page as it is now. */
  async settle(page) {
    // Nobody observes pages without scripts.
    const seen = await page.evaluate("window.claviger_seen");
    for (const violation of seen?.violations ?? []) this.#complain(`against the policy: ${violation}`);
    const shifts = (seen?.shifts ?? []).filter(({ names }) => !names.every((name) => this.#moving?.test(name)));
    for (const { value, names } of shifts) {
      this.#complain(`the content of ${page.url()} jumped by ${value}:\n${names.join("\n")}`);
    }
    const complaints = this.#complaints.splice(0);
    if (complaints.length > 0) throw new Error(complaints.join("\n"));
  }
}
