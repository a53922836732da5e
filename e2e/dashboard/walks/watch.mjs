// The watch itself: on a page where everything is wrong each thing must be told, or no other walk would mean anything.

import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";

import { accessible, calm, narrow, weigh } from "../support/audit.mjs";
import { until } from "../support/wait.mjs";

const POLICY = "default-src 'none'; style-src 'self'; script-src 'self'; img-src http:";
const PAGE = `<!doctype html><html lang="en"><title>Bad</title><link rel="stylesheet" href="/style.css">
<script src="/script.js"></script><script>alert(1)</script>
<h1>Bad</h1><p class="faint">Hardly to be read</p><div class="wide">Wide</div>
<main><time datetime="2026-01-31T12:00:00Z">now</time> and more</main>
<img alt="" src="http://127.0.0.2:9/elsewhere.png">`;
const STYLE = `.faint { color: #ccc } .wide { width: 900px } .late { height: 300px }`;
// Above what was there already, and long after it was drawn.
const SCRIPT = `addEventListener("load", () => requestAnimationFrame(() => setTimeout(() => {
  const late = document.createElement("div"); late.className = "late"; document.body.prepend(late);
  console.error("a complaint"); document.body.dataset.done = "yes"; }, 200)));`;

export async function walk({ step, browser }) {
  const server = http.createServer(({ url }, reply) => {
    const [type, text] = { "/style.css": ["text/css", STYLE], "/script.js": ["text/javascript", SCRIPT] }[url]
      ?? ["text/html; charset=utf-8", PAGE];
    reply.writeHead(200, { "content-type": type, "content-security-policy": POLICY }).end(text);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const visitor = await browser.visitor(`http://127.0.0.1:${server.address().port}`);
  const { page, watch } = visitor;
  const weight = await weigh(visitor);

  await step("a bad page is told in every way", async () => {
    await page.goto("/");
    await page.locator("body[data-done]").waitFor();
    const told = [];
    await until("all complaints", async () => {
      await watch.settle(page).catch(({ message }) => told.push(message));
      const all = told.join("\n");
      return [/in the console of .*: error: a complaint/, /against the policy: script-src-elem: inline/,
        /a request to elsewhere: http:\/\/127.0.0.2:9\/elsewhere.png/, /the content of .* jumped by 0\.\d/]
        .every((complaint) => complaint.test(all));
    });
    await assert.rejects(accessible(visitor, "light"), /color-contrast/);
    await assert.rejects(narrow(visitor), /is wider than 400 px/);
    await assert.rejects(calm(visitor), /time goes on and moves on .*\n"and more" from/);
    assert.throws(() => weight.atMost(500), /costs \d+ bytes/);
  });
  await visitor.away();
  server.close();
}
