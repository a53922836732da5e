// The page of sessions: live rows, filters, selecting by keyboard, killing what is selected and what matches, exports.

import assert from "node:assert/strict";

import { BEHIND_A_PROXY, furnish } from "../support/furnish.mjs";
import { agree, signedIn } from "../support/person.mjs";
import { appOf, Program } from "../support/program.mjs";

const HERE = "/dashboard/demo-app/sessions";
/** How soon a session is seen after its `init` was answered, in milliseconds. */
const LIVE = 1000;

export async function walk({ step, browser, servers }) {
  const server = await servers.demo({ settings: BEHIND_A_PROXY });
  await furnish(server);
  const visitor = await signedIn(browser, server);
  const { page } = visitor;
  // New rows come in at the top where nobody is busy there.
  visitor.watch.letMove(/^\s*<tr id="s-/);
  const rows = page.locator("form[data-pick] tbody tr:not(.ended)");
  const row = ({ session }) => page.locator(`#s-${session}`);
  const start = (options) => new Program(server.base, appOf(server.demo), options).init();
  const filter = async (values, order) => {
    await visitor.open(HERE);
    await visitor.fill(values);
    if (order) await visitor.field("Order").selectOption({ label: order });
    await visitor.button("Filter").click();
    await page.waitForURL(/sessions\?/);
    await visitor.settle();
  };

  await step("a session that begins is seen at once, one that ends goes", async () => {
    await visitor.open(HERE);
    await page.mouse.move(5, 5);
    const program = await start({ address: "198.18.0.1" });
    await row(program).waitFor({ timeout: LIVE });
    await visitor.settle();
    await program.ask("logout");
    await page.locator(`#s-${program.session}:not(.ended)`).waitFor({ state: "detached", timeout: 3 * LIVE });
  });

  await step("rows do not move while some are selected; the new ones are announced", async () => {
    await rows.first().getByRole("checkbox").check();
    const before = await rows.allInnerTexts();
    const program = await start({ address: "198.18.0.2" });
    await page.locator("[data-live-fresh]").filter({ hasText: /1 new/ }).waitFor({ timeout: LIVE });
    assert.equal((await rows.allInnerTexts()).length, before.length);
    await page.locator("[data-live-fresh]").click();
    await row(program).waitFor();
    await visitor.settle();
  });

  await step("filters by user, network, sign-in and text; the address keeps them", async () => {
    await filter({ User: "MARA" });
    assert.equal(await rows.count(), 1);
    await filter({ "Address or network": "198.18.0.0/15" });
    assert.equal(await rows.count(), 1);
    const [id] = await rows.first().locator(".first").allInnerTexts();
    await filter({ "Text in id or name": id.slice(4, 20) });
    assert.equal(await rows.count(), 1);
    await visitor.open(HERE);
    await visitor.field("Signed in").selectOption({ label: "Yes" });
    await visitor.button("Filter").click();
    await page.waitForURL(/signed_in=yes/);
    assert.equal(await rows.filter({ hasText: "not signed in" }).count(), 0);
    await visitor.open(visitor.place);
    assert.equal(await visitor.field("Signed in").inputValue(), "yes");
  });

  await step("nonsense in a filter is told beside it and kept", async () => {
    visitor.watch.expect(422);
    await filter({ "Address or network": "300.1.2.3" });
    await page.getByRole("alert").waitFor();
    assert.equal(await visitor.field("Address or network").inputValue(), "300.1.2.3");
  });

  await step("the keyboard filters, selects and kills", async () => {
    const victims = await Promise.all([1, 2, 3].map((place) => start({ address: `198.18.1.${place}` })));
    await visitor.open(`${HERE}?ip=198.18.1.0/24`);
    await page.keyboard.press("/");
    await page.locator("[data-filter]:focus").waitFor();
    await page.keyboard.press("Escape");
    for (const key of ["ArrowDown", "Space", "ArrowDown", "Space", "k"]) await page.keyboard.press(key);
    assert.match(await agree(visitor, "Kill 2 sessions"), /cannot|undo|signed/i);
    await visitor.see(/2 sessions/);
    const alive = await Promise.all(victims.map((victim) => victim.lives()));
    assert.deepEqual(alive.filter(Boolean).length, 1);
    await visitor.settle();
  });

  await step("all that match are killed, and no other", async () => {
    const kept = await start({ address: "198.18.3.1" });
    const victims = await Promise.all([1, 2, 3, 4].map((place) => start({ address: `198.18.2.${place}` })));
    await visitor.open(`${HERE}?ip=198.18.2.0/24`);
    await visitor.link("Kill all that match").click();
    await agree(visitor, "Kill 4 sessions");
    await visitor.see("No session is like this");
    for (const victim of victims) assert.equal(await victim.lives(), false);
    assert.ok(await kept.lives());
  });

  await step("exports hold the same sessions", async () => {
    await visitor.open(`${HERE}?user=mara`);
    const read = async (word) => {
      await page.getByText("Export").click();
      const [download] = await Promise.all([page.waitForEvent("download"), visitor.link(word).click()]);
      const chunks = [];
      for await (const chunk of await download.createReadStream()) chunks.push(chunk);
      return Buffer.concat(chunks).toString("utf8");
    };
    const csv = (await read("CSV")).trim().split(/\r?\n/);
    assert.equal(csv.length, 2);
    assert.match(csv[1], /mara/);
    await visitor.open(`${HERE}?user=mara`);
    const json = JSON.parse(await read("JSON"));
    assert.match(JSON.stringify(json), /"mara"/);
  });

  await step("counts that lose a digit move nothing", async () => {
    await visitor.open(HERE);
    const live = page.locator("[data-live-count]");
    const count = async () => Number((await live.innerText()).replace(/\D/g, ""));
    // Ten are selected, and all that live are as many that one fewer has a digit less.
    const full = 10 ** String(await count() + 10).length;
    const missing = full - await count();
    const programs = await Promise.all(Array.from({ length: missing }, (_, at) => start({ address: `198.18.5.${at + 1}` })));
    await visitor.open(`${HERE}?ip=198.18.5.0/24`);
    assert.equal(await count(), full);
    const shown = await rows.all();
    for (const each of shown.slice(0, 10)) await each.getByRole("checkbox").check();
    const picked = page.locator("[data-count]");
    assert.equal(await picked.innerText(), "10");
    const first = await shown[0].getAttribute("id");
    await programs.find(({ session }) => first === `s-${session}`).ask("logout");
    await picked.filter({ hasText: /^9$/ }).waitFor();
    await live.filter({ hasText: `${full - 1} live` }).waitFor();
    await visitor.settle();
  });

  await step("without scripts one, the selected and all are killed as well", async () => {
    const plain = await signedIn(browser, server, { scripts: false });
    const [one, two, three] = await Promise.all([1, 2, 3].map((place) => start({ address: `198.18.4.${place}` })));
    await plain.open(`${HERE}?ip=198.18.4.0/24`);
    await plain.page.getByRole("link", { name: `Kill ${one.session}` }).click();
    await plain.button("Kill 1 session").click();
    assert.equal(await one.lives(), false);
    await plain.open(`${HERE}?ip=198.18.4.0/24`);
    await plain.page.getByRole("checkbox", { name: `Select ${two.session}` }).check();
    await plain.button("Kill selected").click();
    await plain.button("Kill 1 session").click();
    assert.equal(await two.lives(), false);
    assert.ok(await three.lives());
    await plain.open(HERE);
    await plain.link("Kill all").click();
    await plain.button(/^Kill \d+ sessions$/).click();
    await plain.see("No program runs");
    assert.equal(await three.lives(), false);
    await plain.close();
  });
  await visitor.close();
}
