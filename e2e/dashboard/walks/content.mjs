// What programs get: files, dropped, cut off and replaced; variables; hashes; webhooks. With scripts and without.

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import http from "node:http";
import path from "node:path";
import fs from "node:fs";
import os from "node:os";

import { agree, signedIn } from "../support/person.mjs";
import { appOf, Program } from "../support/program.mjs";
import { until } from "../support/wait.mjs";

const AT = "/dashboard/demo-app/";
/** Three pieces. */
const LARGE = 9 * 1024 * 1024;

export async function walk({ step, browser, servers }) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "claviger-content-"));
  const seen = [];
  const target = http.createServer((request, response) => {
    let body = "";
    request.on("data", (piece) => { body += piece; });
    request.on("end", () => {
      seen.push({ url: request.url, body });
      response.setHeader("X-Told", "yes");
      response.end("reply of the target");
    });
  });
  await new Promise((done) => { target.listen(0, "127.0.0.1", done); });
  const server = await servers.demo({ settings: 'outgoing_allow = ["127.0.0.0/8"]\n' });
  const visitor = await signedIn(browser, server);
  const { page } = visitor;
  // Rows of progress come in above the list, as whoever dropped a file expects.
  visitor.watch.letMove(/./);

  const file = (name, content) => {
    const at = path.join(folder, name);
    fs.writeFileSync(at, content);
    return at;
  };
  const downloaded = async (name) => {
    const [download] = await Promise.all([page.waitForEvent("download"), visitor.link(name).click()]);
    return fs.readFileSync(await download.path());
  };

  const content = randomBytes(LARGE);
  await step("a file that is dropped is uploaded with progress", async () => {
    await visitor.open(`${AT}files`);
    await visitor.see("No files");
    const transfer = await page.evaluateHandle((bytes) => {
      const transfer = new DataTransfer();
      const decoded = Uint8Array.from(atob(bytes), (char) => char.charCodeAt(0));
      transfer.items.add(new File([decoded], "dropped.bin"));
      return transfer;
    }, content.toString("base64"));
    await page.evaluate(() => {
      window.claviger_progress = new Set();
      new MutationObserver(() => {
        const bar = document.querySelector("progress");
        if (bar) window.claviger_progress.add(bar.value);
      }).observe(document.querySelector("[data-progress]"), { subtree: true, childList: true, characterData: true });
      addEventListener("pagehide", () => sessionStorage.setItem("seen", JSON.stringify([...window.claviger_progress])));
    });
    await page.dispatchEvent("form[data-uploads]", "dragover", { dataTransfer: transfer });
    await page.dispatchEvent("form[data-uploads]", "drop", { dataTransfer: transfer });
    await page.getByRole("link", { name: "dropped.bin", exact: true }).waitFor();
    const progress = await page.evaluate(() => JSON.parse(sessionStorage.getItem("seen")));
    assert.ok(progress.length > 2, `progress was seen at ${progress}`);
    assert.deepEqual(await downloaded("dropped.bin"), content);
    await visitor.settle();
  });

  await step("an upload whose connection breaks goes on where it was", async () => {
    visitor.watch.letBreak();
    const pieces = [];
    await page.route("**/files/uploads/*", async (route) => {
      const request = route.request();
      if (request.method() !== "POST") return route.continue();
      pieces.push(Number(request.headers()["upload-offset"]));
      return pieces.length === 2 ? route.abort("connectionreset") : route.continue();
    });
    await page.getByLabel("File", { exact: false }).setInputFiles(file("broken.bin", content));
    await visitor.button("Upload").click();
    await visitor.see("The connection broke off");
    await page.getByRole("link", { name: "broken.bin", exact: true }).waitFor();
    await page.unroute("**/files/uploads/*");
    assert.deepEqual(pieces, [0, 4, 4, 8].map((size) => size * 1024 * 1024));
    assert.deepEqual(await downloaded("broken.bin"), content);
  });

  await step("what is too large is refused in words", async () => {
    visitor.watch.expect(422);
    await page.getByLabel("File", { exact: false }).setInputFiles(file("large.bin", Buffer.alloc(17 * 1024 * 1024)));
    await visitor.button("Upload").click();
    await page.getByRole("alert").filter({ hasText: "at most" }).waitFor();
  });

  await step("a file is replaced in place, and a program gets the new content", async () => {
    await visitor.open(`${AT}files`);
    const id = await page.locator("tr", { hasText: "dropped.bin" }).locator("button.id").first().innerText();
    await visitor.link("Replace dropped.bin").click();
    await page.getByLabel("New content").setInputFiles(file("second.bin", "second"));
    await visitor.button("Replace the content").click();
    await page.getByRole("link", { name: "second.bin", exact: true }).waitFor();
    await visitor.see(id);
    await visitor.link("Edit second.bin").click();
    await page.getByRole("dialog").getByLabel(/Only after/).uncheck();
    await agree(visitor, "Save");
    const program = await new Program(server.base, appOf(server.demo)).init();
    const reply = await program.ask("file", { fileid: id });
    assert.equal(Buffer.from(reply.contents, "hex").toString(), "second");
  });

  await step("a link downloads without signing in", async () => {
    await visitor.link("Link to second.bin").click();
    await page.getByRole("dialog").getByRole("button", { name: "Make a link" }).click();
    const link = await page.locator("#link").innerText();
    const reply = await fetch(link.replace(new URL(link).origin, server.base));
    assert.equal(await reply.text(), "second");
  });

  await step("the same without scripts", async () => {
    const plain = await browser.visitor(server.base, { state: await visitor.context.storageState(), scripts: false });
    await plain.open(`${AT}files`);
    await plain.page.getByLabel("File", { exact: false }).setInputFiles(file("plain.bin", content.subarray(0, 5_000_000)));
    await plain.button("Upload").click();
    await plain.see("plain.bin is uploaded.");
    await plain.link("Delete plain.bin").click();
    await plain.button("Delete the file").click();
    await plain.see("1 file deleted.");
    await plain.open(`${AT}variables`);
    await plain.link("Add a variable").click();
    await plain.fill({ Name: "plain", Value: "text" });
    await plain.button("Add").click();
    await plain.see("plain is added.");
    await plain.close();
  });

  await step("variables are added, edited and deleted in dialogs", async () => {
    await visitor.open(`${AT}variables`);
    await visitor.link("Add a variable").click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name").fill("news");
    await dialog.getByLabel("Value").fill("first\nsecond");
    await agree(visitor, "Add");
    await visitor.see("news is added.");
    await visitor.link("Edit news").click();
    await dialog.getByLabel("Value").fill("third");
    await agree(visitor, "Save");
    await visitor.see("third");
    await page.getByLabel("Select news").check();
    await visitor.button("Delete selected").click();
    assert.match(await agree(visitor, /Delete/), /cannot be undone/);
    await visitor.see("1 variable deleted.");
  });

  await step("the hash of a program is taken from its file, which stays here", async () => {
    await visitor.open(`${AT}hashes`);
    const bytes = randomBytes(5_000_003);
    const hash = createHash("md5").update(bytes).digest("hex");
    await page.locator("[data-hash-file]").setInputFiles(file("program.exe", bytes));
    await visitor.see("This is the hash of program.exe.");
    assert.equal(await visitor.field("MD5 of the program").inputValue(), hash);
    await visitor.button(/^Add$/).click();
    await visitor.see(hash);
  });

  await step("a webhook is added, tried, and its log tells what came of it", async () => {
    await visitor.open(`${AT}webhooks`);
    await visitor.link("Add a webhook").click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Address").fill(`http://127.0.0.1:${target.address().port}/hook`);
    await dialog.getByLabel("Id").fill("hook");
    await dialog.getByLabel(/Only after/).uncheck();
    await agree(visitor, "Add");
    await visitor.link("Test hook").click();
    await visitor.fill({ Parameters: "?user=ann", Body: "{\"a\": 1}" });
    await visitor.button("Call it").click();
    await visitor.see("It answered with status 200");
    await visitor.see("reply of the target");
    await visitor.see("x-told");
    assert.deepEqual(seen.at(-1), { url: "/hook?user=ann", body: "{\"a\": 1}" });
    await visitor.link("This try in the log").click();
    await visitor.see("What came back");
    const program = await new Program(server.base, appOf(server.demo)).init();
    await program.ask("webhook", { webid: "hook", params: "?secret=1" });
    await until("the call in the log", async () => {
      await visitor.open(`${AT}webhooks/log?kind=call`);
      return (await visitor.text()).includes("arrived");
    });
    assert.ok(!(await visitor.text()).includes("secret"));
  });

  target.close();
  fs.rmSync(folder, { recursive: true });
  await visitor.close();
}
