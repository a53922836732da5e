// What people do again and again.

import assert from "node:assert/strict";

export const SIGN_IN = "/dashboard/-/sign-in";
export const HOME = "/dashboard/";

/** Signs in with name and password, from wherever the visitor is. */
export async function signIn(visitor, { username, password }) {
  await visitor.open(SIGN_IN);
  await visitor.fill({ Name: username, Password: password });
  await visitor.button("Sign in").click();
  await visitor.page.waitForURL((url) => url.pathname !== SIGN_IN);
  await visitor.settle();
}

/** Somebody new who is signed in. */
export async function signedIn(browser, server, options = {}) {
  const visitor = await browser.visitor(options.base ?? server.base, options);
  await signIn(visitor, server.demo.dashboard);
  return visitor;
}

/** Proves once more who it is, where a page asks for that first. */
export async function confirm(visitor, password) {
  if (!visitor.place.startsWith("/dashboard/-/confirm")) return;
  await visitor.fill({ Password: password });
  await visitor.button("Go on").click();
  await visitor.page.waitForURL((url) => !url.pathname.startsWith("/dashboard/-/confirm"));
}

/** Says yes in the dialog that an act opened; its button names the act. */
export async function agree(visitor, name) {
  const dialog = visitor.page.getByRole("dialog");
  await dialog.waitFor();
  const words = await dialog.innerText();
  await dialog.getByRole("button", { name }).click();
  await dialog.waitFor({ state: "hidden" });
  return words;
}

/** Fails unless a page is what guests get: the way to sign in. */
export async function sentToSignIn(visitor, address) {
  await visitor.open(address);
  assert.ok(visitor.place.startsWith(SIGN_IN), `${address} leads to ${visitor.place}`);
}
