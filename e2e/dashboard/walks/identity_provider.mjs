// Signing in through an identity provider that others wrote: linking, signing in, showing that it is still you, unlinking,
// and all that must lead nowhere.

import assert from "node:assert/strict";

import { accessible, calm, narrow } from "../support/audit.mjs";
import { House } from "../support/house.mjs";
import { SIGN_IN, signedIn } from "../support/person.mjs";

const ACCOUNT = "/dashboard/-/account";
const WITH = "Sign in with House accounts";
const PASSWORD = "four words that differ";

export async function walk({ step, browser, servers, given }) {
  const house = await House.open(given.packages);
  const server = await servers.demo({ settings: house.settings });
  house.serve(server.base);
  const owner = await signedIn(browser, server);
  await house.welcome(owner);

  const newcomer = async (options) => {
    const visitor = await browser.visitor(server.base, options);
    await house.welcome(visitor);
    return visitor;
  };
  const signIn = async (visitor, login) => {
    await visitor.open(SIGN_IN);
    await visitor.link(WITH).click();
    await house.through(visitor, login);
    await visitor.page.waitForURL(`${server.base}/**`);
  };
  /** Signs in there and stays; tells what would lead back. */
  const stopBefore = async (visitor, login) => {
    await visitor.open(SIGN_IN);
    await visitor.link(WITH).click();
    return house.stopBefore(visitor, login);
  };
  const refused = async (visitor, words) => {
    await visitor.page.getByRole("alert").waitFor();
    assert.match(await visitor.page.getByRole("alert").innerText(), words);
    await visitor.open(ACCOUNT);
    assert.ok(visitor.place.startsWith(SIGN_IN), visitor.place);
  };

  await step("the sign-in offers it, for everybody", async () => {
    const visitor = await newcomer();
    await visitor.open(SIGN_IN);
    await visitor.link(WITH).waitFor();
    for (const scheme of ["light", "dark"]) await accessible(visitor, scheme);
    await narrow(visitor);
    await calm(visitor);
    await visitor.close();
  });

  await step("an owner links an account of the provider", async () => {
    await owner.open(ACCOUNT);
    await owner.button("Link with House accounts").click();
    await owner.link("Go on to House accounts").waitFor();
    for (const scheme of ["light", "dark"]) await accessible(owner, scheme);
    await narrow(owner);
    await calm(owner);
    await owner.link("Go on to House accounts").click();
    await house.through(owner, "rita");
    await owner.see("It is linked: you can sign in with it now.");
    await owner.see("rita@example.org");
    for (const scheme of ["light", "dark"]) await accessible(owner, scheme);
    await narrow(owner);
    await calm(owner);
  });

  await step("it signs in, to the page that was wanted", async () => {
    const visitor = await newcomer();
    await visitor.open("/dashboard/demo-app/sessions");
    await visitor.link(WITH).click();
    await house.through(visitor, "rita");
    await visitor.page.waitForURL("/dashboard/demo-app/sessions");
    await visitor.open("/dashboard/-/account-logs");
    await visitor.see("signed in by identity provider");
    await visitor.close();
  });

  await step("without scripts too", async () => {
    const visitor = await newcomer({ scripts: false });
    await signIn(visitor, "rita");
    await visitor.open(ACCOUNT);
    await visitor.see("rita@example.org");
    await visitor.close();
  });

  await step("what is sensitive asks for credentials there again", async () => {
    const visitor = await newcomer();
    await signIn(visitor, "rita");
    await visitor.open("/dashboard/-/account/password");
    assert.ok(visitor.place.startsWith("/dashboard/-/confirm"), visitor.place);
    for (const scheme of ["light", "dark"]) await accessible(visitor, scheme);
    await visitor.link(`${WITH} again`).click();
    await visitor.page.locator("input[name=login]").waitFor();
    await house.through(visitor, "rita");
    await visitor.page.waitForURL("/dashboard/-/account/password");
    await visitor.close();
  });

  await step("whoever is not linked is told what to do", async () => {
    const visitor = await newcomer();
    visitor.watch.expect(422);
    await signIn(visitor, "stranger");
    await refused(visitor, /Nobody here is linked/);
    await visitor.close();
    const other = await newcomer();
    other.watch.expect(422);
    await signIn(other, "unverified");
    await refused(other, /has not verified your e-mail address/);
    await other.close();
  });

  await step("who says no there is told so", async () => {
    const visitor = await newcomer();
    visitor.watch.expect(422);
    await visitor.open(SIGN_IN);
    await visitor.link(WITH).click();
    await visitor.page.getByRole("link", { name: "Cancel" }).click();
    await visitor.page.waitForURL(`${server.base}/**`);
    await refused(visitor, /did not let you in, or you said no/);
    await visitor.close();
  });

  await step("a way back is for the browser that went, and for once", async () => {
    const [victim, thief] = [await newcomer(), await newcomer()];
    const back = await stopBefore(victim, "rita");
    await thief.open(SIGN_IN);
    await thief.open(back, 422);
    await refused(thief, /too old or was sent before/);
    await victim.open(back);
    await victim.page.waitForURL("/dashboard/");
    await victim.open(back);
    await victim.see("This page is too old or was sent before");
    await victim.button("Sign out").click();
    await victim.page.waitForURL(SIGN_IN);
    await victim.open(back, 422);
    await refused(victim, /too old or was sent before/);
    await thief.close();
    await victim.close();
  });

  await step("a group makes an owner, who cannot shut the only door", async () => {
    const nina = await newcomer();
    await signIn(nina, "nina");
    await nina.page.waitForURL("/dashboard/");
    await nina.open(ACCOUNT);
    await nina.button(/^Unlink/).click();
    await nina.link(`${WITH} again`).click();
    await house.through(nina, "nina");
    await nina.page.waitForURL(`${server.base}/**`);
    await nina.open(ACCOUNT);
    await nina.button(/^Unlink/).click();
    await nina.see("This is all you sign in with: set a password first.");
    await nina.open("/dashboard/-/account/password");
    await nina.page.locator("input[type=password]").first().waitFor();
    for (const field of await nina.page.locator("main input[type=password]").all()) await field.fill(PASSWORD);
    await nina.page.getByRole("main").getByRole("button").first().click();
    await nina.page.waitForURL(ACCOUNT);
    await nina.button(/^Unlink/).click();
    await nina.see("It is unlinked");
    await nina.close();
  });

  await step("unlinked, it opens nothing", async () => {
    await owner.open(ACCOUNT);
    await owner.button(/^Unlink House accounts/).click();
    await owner.see("It is unlinked");
    const visitor = await newcomer();
    visitor.watch.expect(422);
    await signIn(visitor, "rita");
    await refused(visitor, /Nobody here is linked/);
    await visitor.close();
  });

  await step("one that is away is told of kindly", async () => {
    const visitor = await newcomer();
    const back = await stopBefore(visitor, "rita");
    await house.close();
    await visitor.open(back, 503);
    await refused(visitor, /House accounts cannot be reached now/);
    await visitor.close();
  });
  await owner.close();
}
