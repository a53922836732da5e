// A passkey: made with a virtual authenticator, then the only thing that is needed.

import assert from "node:assert/strict";

import { agree, HOME, SIGN_IN, signedIn } from "../support/person.mjs";
import { giveDevice } from "../support/passkey.mjs";

export async function walk({ step, browser, servers }) {
  const server = await servers.demo({ named: true });
  const visitor = await signedIn(browser, server, { base: server.named });
  const { page } = visitor;
  const device = await giveDevice(visitor);

  await step("a passkey is made", async () => {
    await visitor.open("/dashboard/-/account/passkeys");
    await visitor.fill({ "What you call it": "Laptop <i>of mine</i>" });
    await visitor.button("Add a passkey").click();
    await page.locator("td.first", { hasText: "Laptop <i>of mine</i>" }).waitFor();
    assert.equal((await device.passkeys()).length, 1);
    await visitor.settle();
  });

  await step("it signs in without name and password", async () => {
    await visitor.button("Sign out").click();
    await page.waitForURL(SIGN_IN);
    await visitor.button("Sign in with a passkey").click();
    await page.waitForURL(HOME);
    await visitor.settle();
  });

  await step("somebody whom the device does not know stays outside, and is told", async () => {
    await visitor.button("Sign out").click();
    await page.waitForURL(SIGN_IN);
    await device.refuse();
    await visitor.button("Sign in with a passkey").click();
    await page.getByRole("alert").filter({ hasText: /\S/, visible: true }).waitFor();
    assert.ok(visitor.place.startsWith(SIGN_IN));
    await device.accept();
    await visitor.button("Sign in with a passkey").click();
    await page.waitForURL(HOME);
  });

  await step("removed after a question, it opens nothing", async () => {
    await visitor.open("/dashboard/-/account/passkeys");
    await visitor.link(/^Remove/).click();
    await agree(visitor, /Remove/);
    await visitor.see("No passkeys yet");
    await visitor.button("Sign out").click();
    await page.waitForURL(SIGN_IN);
    visitor.watch.expect(422);
    await visitor.button("Sign in with a passkey").click();
    await page.getByRole("alert").filter({ hasText: /\S/, visible: true }).waitFor();
    assert.ok(visitor.place.startsWith(SIGN_IN));
  });
  await visitor.close();
}
