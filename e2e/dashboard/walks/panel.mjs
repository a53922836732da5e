// A customer of a vendor: from the first start of the program to a device freed in the browser, in two panels at once,
// without scripts, on a telephone, and from right to left.

import assert from "node:assert/strict";

import { accessible, byKeyboard, narrow, weigh, WEIGHT } from "../support/audit.mjs";
import { NARROW } from "../support/browser.mjs";
import { signedIn } from "../support/person.mjs";
import { appOf, HWID, Program } from "../support/program.mjs";

const PASSWORD = "correct horse battery";
const PANEL = "/panel/demo/demo-app/";

export async function walk({ step, browser, servers }) {
  const server = await servers.demo();
  const { demo } = server;
  const vendor = await signedIn(browser, server);
  const program = (device) => new Program(server.base, appOf(demo), { agent: `Program on ${device}` }).init();

  await step("a vendor turns the panel on, and is told of a colour that cannot be read", async () => {
    vendor.watch.expect(422);
    await vendor.open("/dashboard/demo-app/customers-panel");
    const { page } = vendor;
    await page.getByLabel("The panel is on").check();
    await page.getByLabel("Name", { exact: false }).first().fill("Acme Tools");
    await page.getByLabel("Colour on light ground").fill("#ffee55");
    await vendor.button("Set the panel").click();
    await page.getByRole("alert").filter({ hasText: "to 1 on the light ground" }).waitFor();
    await page.getByLabel("Colour on light ground").fill("#0b6b3a");
    await vendor.button("Set the panel").click();
    await page.getByRole("status").filter({ hasText: "is on" }).waitFor();
    await vendor.settle();
  });

  await step("a program registers its user on the first computer, and not on a second one", async () => {
    const first = await program("the first computer");
    const registered = await first.register("mara", PASSWORD, demo.licenses[0]);
    assert.equal(registered.success, true, registered.message);
    const second = await program("the second computer");
    const refused = await second.login("mara", PASSWORD, `${HWID}-new`);
    assert.equal(refused.success, false, refused.message);
  });

  await step("the customer frees the first computer, and the program runs on the second", async () => {
    const visitor = await browser.visitor(server.base, { size: NARROW });
    const weight = await weigh(visitor);
    await visitor.open(`${PANEL}sign-in`);
    const { page } = visitor;
    weight.atMost(WEIGHT.page);
    await page.getByLabel("Name").fill("mara");
    await page.getByLabel("Password").fill(PASSWORD);
    await visitor.button("Sign in").first().click();
    await page.getByRole("heading", { name: "Your account" }).waitFor();
    await narrow(visitor);
    await byKeyboard(visitor);
    for (const scheme of ["light", "dark"]) await accessible(visitor, scheme);
    await visitor.button("Free this device").click();
    await page.getByRole("heading", { name: "Free this device?" }).waitFor();
    for (const scheme of ["light", "dark"]) await accessible(visitor, scheme);
    await visitor.button("Free this device").click();
    await page.getByRole("status").filter({ hasText: "The device is free." }).waitFor();
    const second = await program("the second computer");
    const there = await second.login("mara", PASSWORD, `${HWID}-new`);
    assert.equal(there.success, true, there.message);
    await page.reload();
    await page.getByText("You can free devices again").waitFor();
    await page.getByText(`${HWID}-new`).waitFor();
    await visitor.close();
  });

  await step("all of it in Arabic, from right to left, without scripts", async () => {
    const visitor = await browser.visitor(server.base, { size: NARROW, scripts: false });
    await visitor.open(`${PANEL}sign-in?lang=ar`);
    const { page } = visitor;
    const html = page.locator("html");
    assert.deepEqual([await html.getAttribute("lang"), await html.getAttribute("dir")], ["ar", "rtl"]);
    await narrow(visitor);
    await page.locator("input[name=name]").fill("mara");
    await page.locator("input[name=password]").fill(PASSWORD);
    await page.locator("button.main").click();
    await page.getByRole("heading", { name: "حسابك" }).waitFor();
    assert.equal(await html.getAttribute("dir"), "rtl", "the language stays");
    await narrow(visitor);
    await visitor.close();
  });

  await step("two panels in one browser keep their customers apart", async () => {
    await server.cli("app", "create", "--owner", "demo", "second");
    await vendor.open("/dashboard/second/customers-panel");
    await vendor.page.getByLabel("The panel is on").check();
    await vendor.button("Set the panel").click();
    await vendor.page.getByRole("status").filter({ hasText: "is on" }).waitFor();
    const visitor = await browser.visitor(server.base);
    const { page } = visitor;
    await visitor.open(`${PANEL}sign-in`);
    await page.getByLabel("Name").fill("mara");
    await page.getByLabel("Password").fill(PASSWORD);
    await visitor.button("Sign in").first().click();
    await page.getByRole("heading", { name: "Your account" }).waitFor();
    const beside = await visitor.context.newPage();
    await beside.goto("/panel/demo/second/");
    await beside.getByRole("heading", { name: "Sign in", exact: true }).waitFor();
    await page.reload();
    await page.getByRole("heading", { name: "Your account" }).waitFor();
    await visitor.close();
  });
  await vendor.close();
}
