// Two-factor sign-in: set up, used, recovered, switched off.

import assert from "node:assert/strict";

import { accessible, narrow } from "../support/audit.mjs";
import { agree, HOME, SIGN_IN, signedIn } from "../support/person.mjs";
import { code } from "../support/totp.mjs";

export async function walk({ step, browser, servers }) {
  const server = await servers.demo();
  const { username, password } = server.demo.dashboard;
  const visitor = await signedIn(browser, server);
  const { page } = visitor;
  let secret;
  let recovery;
  // A code works once; the next step's is taken as well.
  let used = -1;
  const fresh = () => code(secret, (used += 1));

  const signOut = async () => {
    await visitor.button("Sign out").click();
    await page.waitForURL(SIGN_IN);
  };
  const withPassword = async () => {
    await visitor.fill({ Name: username, Password: password });
    await visitor.button("Sign in").click();
    await page.getByLabel("Code").waitFor();
  };
  const withCode = async (typed) => {
    await visitor.fill({ Code: typed });
    await visitor.button("Sign in").click();
  };

  await step("nothing changes before the code is right", async () => {
    visitor.watch.expect(422);
    await visitor.open("/dashboard/-/account");
    await visitor.link("Set up").click();
    await visitor.button("Set it up").click();
    secret = await page.locator("#secret").innerText();
    await page.locator("main svg").first().waitFor();
    await accessible(visitor, "light");
    await accessible(visitor, "dark");
    await narrow(visitor);
    await visitor.fill({ Code: "000000" });
    await visitor.button("Switch it on").click();
    await page.getByRole("alert").waitFor();
    assert.equal(await page.locator("#secret").innerText(), secret);
  });

  await step("the right code switches it on and brings recovery codes once", async () => {
    await visitor.fill({ Code: fresh() });
    await visitor.button("Switch it on").click();
    await page.locator(".codes li").first().waitFor();
    recovery = await page.locator(".codes li").allInnerTexts();
    assert.ok(recovery.length >= 8 && new Set(recovery).size === recovery.length, recovery.join());
    await accessible(visitor, "light");
    await visitor.link("I have kept them").click();
    await visitor.see(`${recovery.length} recovery codes left`);
  });

  await step("then the password alone lets nobody in", async () => {
    await signOut();
    await withPassword();
    await visitor.open(HOME);
    assert.ok(visitor.place.startsWith(SIGN_IN));
  });

  await step("a wrong code is refused, the right one lets in", async () => {
    await withPassword();
    await withCode("000000");
    await page.getByRole("alert").waitFor();
    await withCode(fresh());
    await page.waitForURL(HOME);
    await visitor.settle();
  });

  await step("a recovery code lets in once", async () => {
    await signOut();
    await withPassword();
    await withCode(recovery[0].toUpperCase());
    await page.waitForURL(HOME);
    await signOut();
    await withPassword();
    await withCode(recovery[0]);
    await page.getByRole("alert").waitFor();
    await withCode(recovery[1]);
    await page.waitForURL(HOME);
  });

  await step("it is switched off after a question", async () => {
    await visitor.open("/dashboard/-/account/two-factor");
    await visitor.see(`${recovery.length - 2} left`);
    await visitor.link("Switch it off").click();
    await agree(visitor, /off/i);
    await signOut();
    await visitor.fill({ Name: username, Password: password });
    await visitor.button("Sign in").click();
    await page.waitForURL(HOME);
  });
  await visitor.close();
}
