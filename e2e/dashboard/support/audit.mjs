// What every page must be: accessible in light and dark, no wider than a small screen, and light on the wire.

import { NARROW, WIDE } from "./browser.mjs";

const KIB = 1024;
/** What the first visit of a page may cost, assets and headers included. */
export const WEIGHT = { page: 100 * KIB, plots: 160 * KIB };

/** Fails on what axe-core calls serious or critical. */
export async function accessible(visitor, scheme) {
  const { page, browser } = visitor;
  await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
  await page.evaluate(browser.axe);
  const violations = await page.evaluate(async () => {
    const { violations } = await window.axe.run(document, { resultTypes: ["violations"], preload: false });
    return violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  });
  const told = violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${help}\n  ${html.slice(0, 200)}\n  ${failureSummary.split("\n").slice(1).join(" ")}`));
  if (told.length > 0) throw new Error(`axe-core on ${page.url()}, ${scheme}:\n${told.join("\n")}`);
}

/** Fails when a table on a wide screen hides some of its columns. */
export async function wideTables({ page }) {
  const hidden = await page.evaluate(() => [...document.querySelectorAll("main .table")]
    .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth + 1)
    .map((table) => `${table.scrollWidth} of ${table.clientWidth} px: ${table.innerText.slice(0, 80)}`));
  if (hidden.length > 0) throw new Error(`a table on ${page.url()} has to be scrolled sideways:\n${hidden.join("\n")}`);
}

/** Fails when a small screen would have to be scrolled sideways. */
export async function narrow(visitor) {
  const { page } = visitor;
  await page.setViewportSize(NARROW);
  const wide = await page.evaluate(tooWide);
  await page.setViewportSize(WIDE);
  if (wide.length > 0) throw new Error(`${page.url()} is wider than ${NARROW.width} px:\n${wide.join("\n")}`);
}

/** Fails when anything moves on a page that stays open, on a wide screen or a small one, while its times go on. */
export async function calm(visitor) {
  const { page } = visitor;
  for (const size of [NARROW, WIDE]) {
    await page.setViewportSize(size);
    const moved = await page.evaluate(movedByTimes);
    if (moved.length > 0) throw new Error(`time goes on and moves on ${page.url()}, ${size.width} px wide:\n${moved.join("\n")}`);
  }
}

/** Runs in the page: what words stand elsewhere once each time has its shortest or its longest words. */
function movedByTimes() {
  const times = [...document.querySelectorAll("main time[datetime]")].filter((time) => time.textContent !== "never");
  const shown = times.map(({ textContent }) => textContent);
  const closed = [...document.querySelectorAll("main details:not([open])")];
  closed.forEach((details) => { details.open = true; });
  const words = [];
  for (const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT); walker.nextNode();) {
    const { currentNode: text } = walker;
    if (text.data.trim() && !text.parentElement.closest("time, script, noscript, template")) words.push(text);
  }
  const range = document.createRange();
  const place = (text) => {
    range.selectNodeContents(text);
    const { x, y, width, height } = range.getBoundingClientRect();
    return `${x},${y} ${width}x${height}`;
  };
  const say = (what) => {
    times.forEach((time, at) => { time.textContent = what ?? shown[at]; });
    return words.map(place);
  };
  const before = say("now");
  const moved = ["10 seconds ago", "59 minutes ago", "in 10 months"].flatMap((what) => say(what).flatMap((now, at) =>
    now === before[at] ? [] : [`"${words[at].data.trim().slice(0, 80)}" from ${before[at]} to ${now} by "${what}"`]));
  say();
  closed.forEach((details) => { details.open = false; });
  return moved.slice(0, 5);
}

/** Runs in the page: what reaches over its right edge, if it can be scrolled sideways. */
function tooWide() {
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return [];
  const reaches = [...document.body.querySelectorAll("*")].filter((element) => {
    const { right, width } = element.getBoundingClientRect();
    return width > 0 && right > clientWidth + 1;
  });
  return reaches.slice(-5).map((element) => `${scrollWidth} px: ${element.outerHTML.slice(0, 160)}`);
}

/** Fails unless the tabulator reaches everything that can be clicked or typed into, and shows where it is. */
export async function byKeyboard(visitor) {
  const { page } = visitor;
  const count = await page.evaluate(markStops);
  const reached = new Set();
  for (let pressed = 0; pressed < count + 60; pressed += 1) {
    await page.keyboard.press("Tab");
    const { stop, shown, what } = await page.evaluate(whereFocusIs);
    if (what && !shown) throw new Error(`nobody sees that the focus on ${page.url()} is on ${what}`);
    if (stop !== undefined) reached.add(Number(stop));
  }
  const missed = await page.evaluate((found) => [...document.querySelectorAll("[data-stop]")]
    .filter(({ dataset }) => !found.includes(Number(dataset.stop))).map(({ outerHTML }) => outerHTML.slice(0, 160)), [...reached]);
  if (missed.length > 0) throw new Error(`the keyboard does not reach on ${page.url()}:\n${missed.join("\n")}`);
}

/** Runs in the page: numbers what the keyboard must reach. */
function markStops() {
  document.activeElement.blur();
  const all = document.querySelectorAll("a[href], button, input:not([type=hidden], [type=radio]), select, textarea, summary");
  const stops = [...all].filter((element) => !element.disabled && element.tabIndex >= 0 && element.checkVisibility({ visibilityProperty: true }));
  stops.forEach((element, place) => { element.dataset.stop = place; });
  return stops.length;
}

/** Runs in the page: what has the focus, and whether a ring or a shadow tells so. */
function whereFocusIs() {
  const element = document.activeElement;
  if (!element || element === document.body) return {};
  const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
  const ring = outlineStyle !== "none" && parseFloat(outlineWidth) > 0;
  return { stop: element.dataset.stop, shown: ring || boxShadow !== "none", what: element.outerHTML.slice(0, 160) };
}

/** Counts the bytes that a page's first visit brings over the wire. */
export async function weigh(visitor) {
  const session = await visitor.context.newCDPSession(visitor.page);
  await session.send("Network.enable");
  const weights = new Map();
  const addresses = new Map();
  session.on("Network.requestWillBeSent", ({ requestId, request }) => addresses.set(requestId, request.url));
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => weights.set(requestId, encodedDataLength));
  return {
    /** Fails when it was more than this. */
    atMost(limit) {
      const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
      const told = [...weights].map(([id, weight]) => `  ${weight} ${addresses.get(id)}`).join("\n");
      if (total > limit) throw new Error(`${visitor.page.url()} costs ${total} bytes, at most ${limit}:\n${told}`);
      return total;
    },
  };
}
