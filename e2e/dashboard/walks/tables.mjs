// The tables of licenses and users: filters, selecting by keyboard, changing what is selected and all that match, files.

import assert from "node:assert/strict";

import { furnish } from "../support/furnish.mjs";
import { agree, signedIn } from "../support/person.mjs";

const LICENSES = "/dashboard/demo-app/licenses";
const USERS = "/dashboard/demo-app/users";

export async function walk({ step, browser, servers }) {
  const server = await servers.demo();
  await furnish(server);
  const visitor = await signedIn(browser, server);
  const { page } = visitor;
  const rows = page.locator("form[data-pick] tbody tr");

  await step("licenses are filtered by state, and pages lead on and back", async () => {
    await visitor.open(LICENSES);
    assert.equal(await rows.count(), 50);
    const first = await rows.first().locator(".first a").innerText();
    await page.getByRole("link", { name: "On", exact: true }).click();
    await page.waitForURL(/after=/);
    await page.getByRole("link", { name: "Back", exact: true }).click();
    await page.waitForURL((url) => !url.search.includes("after="));
    assert.equal(await rows.first().locator(".first a").innerText(), first);
    await visitor.field("State").selectOption({ label: "Used" });
    await visitor.button("Filter").click();
    await page.waitForURL(/state=used/);
    for (const text of await rows.allInnerTexts()) assert.match(text, /used/);
  });

  await step("the keyboard filters, selects and deletes", async () => {
    await visitor.open(`${LICENSES}?state=unused`);
    await page.keyboard.press("/");
    await page.locator("[data-filter]:focus").waitFor();
    await page.keyboard.press("Escape");
    for (const key of ["ArrowDown", "Space", "ArrowDown", "Space", "k"]) await page.keyboard.press(key);
    assert.match(await agree(visitor, "Delete 2 licenses"), /cannot be undone/);
    await visitor.see("Changed 2 licenses.");
  });

  await step("one license is changed from its row", async () => {
    await visitor.open(`${LICENSES}?state=unused`);
    await rows.first().getByRole("link", { name: /^Change/ }).click();
    await page.getByRole("dialog").getByRole("link", { name: "Set the note" }).click();
    await page.getByRole("dialog").getByLabel("Note").fill("for <mara>");
    await agree(visitor, "Set the note of 1 license");
    await visitor.open(`${LICENSES}?note=for+%3Cmara%3E`);
    assert.equal(await rows.count(), 1);
  });

  await step("all that match are changed, and what is wrong is told beside its field", async () => {
    await visitor.open(`${LICENSES}?note=for+%3Cmara%3E`);
    await visitor.link("Change all that match").click();
    await page.getByRole("dialog").getByRole("link", { name: "Add time" }).click();
    await page.getByRole("dialog").getByLabel("Days").fill("none");
    visitor.watch.expect(422);
    await page.getByRole("dialog").getByRole("button", { name: "Add time to 1 license" }).click();
    await page.getByRole("alert").waitFor();
    assert.equal(await visitor.field("Days").inputValue(), "none");
    await visitor.fill({ Days: "7" });
    await visitor.button("Add time to 1 license").click();
    await visitor.see("Changed 1 license.");
  });

  await step("users are found and paused", async () => {
    await visitor.open(USERS);
    await visitor.fill({ "Name begins with": "MAR" });
    await visitor.button("Filter").click();
    await page.waitForURL(/begins=MAR/);
    assert.equal(await rows.count(), 1);
    await rows.first().getByRole("checkbox").check();
    await visitor.button("Pause").click();
    await agree(visitor, "Pause subscriptions of 1 user");
    await visitor.see("Changed 1 user.");
    assert.match(await rows.first().innerText(), /paused/);
  });

  await step("files hold the same licenses", async () => {
    await visitor.open(`${LICENSES}?note=for+%3Cmara%3E`);
    await page.getByText("Export").click();
    const [download] = await Promise.all([page.waitForEvent("download"), visitor.link("CSV").click()]);
    const chunks = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk);
    const lines = Buffer.concat(chunks).toString("utf8").trim().split(/\r?\n/);
    assert.equal(lines.length, 2);
    assert.match(lines[1], /for <mara>/);
  });

  await step("without scripts one, the selected and all that match are changed as well", async () => {
    const plain = await signedIn(browser, server, { scripts: false });
    await plain.open(`${USERS}?begins=mar`);
    await plain.page.getByRole("link", { name: /^Change mara/ }).click();
    await plain.link("Resume").click();
    await plain.button("Resume subscriptions of 1 user").click();
    await plain.see("Changed 1 user.");
    await plain.open(`${LICENSES}?state=unused`);
    await plain.page.locator("td.pick input").first().check();
    await plain.button("Lift bans").click();
    await plain.button("Lift the ban of 1 license").click();
    await plain.see("Nothing was changed");
    await plain.open(`${LICENSES}?note=for+%3Cmara%3E`);
    await plain.link("Change all that match").click();
    await plain.link("Delete").click();
    await plain.button("Delete 1 license").click();
    await plain.see("Changed 1 license.");
    await plain.close();
  });
  await visitor.close();
}
