// Signing in and out, with what is wrong told in the same words whatever it is.

import assert from "node:assert/strict";

import { HOME, SIGN_IN, sentToSignIn, signIn } from "../support/person.mjs";

export async function walk({ step, browser, servers }) {
  const server = await servers.demo();
  const { username, password } = server.demo.dashboard;
  const visitor = await browser.visitor(server.base);

  await step("a page that needs somebody leads to the sign-in and back", async () => {
    await sentToSignIn(visitor, "/dashboard/demo-app/?a=b");
    await visitor.fill({ Name: username, Password: password });
    await visitor.button("Sign in").click();
    await visitor.page.waitForURL("/dashboard/demo-app/?a=b");
  });

  await step("signing out ends it", async () => {
    await visitor.button("Sign out").click();
    await visitor.page.waitForURL(SIGN_IN);
    await visitor.see("You are signed out.");
    await sentToSignIn(visitor, HOME);
  });

  await step("a wrong password and an unknown name are told alike, and the name is kept", async () => {
    visitor.watch.expect(422);
    const told = [];
    for (const name of [username, "nobody-of-this-name"]) {
      await visitor.open(SIGN_IN);
      await visitor.fill({ Name: name, Password: "wrong" });
      await visitor.button("Sign in").click();
      told.push(await visitor.page.getByRole("alert").innerText());
      assert.equal(await visitor.field("Name").inputValue(), name);
      assert.equal(await visitor.field("Password").inputValue(), "");
    }
    assert.equal(told[0], told[1]);
    assert.ok(!told[0].includes(username));
  });

  await step("it works without scripts, by the keyboard alone", async () => {
    const other = await browser.visitor(server.base, { scripts: false });
    await other.open(SIGN_IN);
    await other.page.keyboard.type(username);
    await other.page.keyboard.press("Tab");
    await other.page.keyboard.type(password);
    await other.page.keyboard.press("Enter");
    await other.page.waitForURL(HOME);
    await other.close();
  });

  await step("the cookie is hidden from scripts and other sites", async () => {
    await signIn(visitor, { username, password });
    const cookie = (await visitor.context.cookies()).find(({ name }) => name === "claviger");
    assert.deepEqual([cookie.httpOnly, cookie.sameSite, cookie.path], [true, "Lax", "/"]);
  });
  await visitor.close();
}
