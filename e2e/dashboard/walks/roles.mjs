// Managers and resellers: each sees what is theirs, in the side bar and behind every address.

import assert from "node:assert/strict";

import { pages } from "../support/pages.mjs";
import { SIGN_IN, signIn } from "../support/person.mjs";
import { seller } from "../support/program.mjs";

const PASSWORD = "correct horse battery";
/** Permission bits as on the wire. */
const SESSIONS = 16;

export async function walk({ step, browser, servers }) {
  const server = await servers.demo();
  const account = async (role, perms) => {
    const user = `${role}-${perms}`;
    const fields = { role, user, pass: PASSWORD, email: `${user}@example.org`, perms };
    const reply = await seller(server.base, server.demo.seller_key, "addAccount", fields);
    assert.equal(reply.success, true, reply.message);
    const visitor = await browser.visitor(server.base);
    await signIn(visitor, { username: user, password: PASSWORD });
    return visitor;
  };
  const all = pages({ app: server.demo.app_name, users: [], banned: "none" });
  const links = (visitor) => visitor.page.locator("#side .links a").allInnerTexts();
  /** The names of pages that somebody is let in to; all others must say no, or that there is nothing. */
  const open = async (visitor) => {
    const names = [];
    for (const status of [403, 404, 422]) visitor.watch.expect(status);
    for (const { name, address } of all.filter(({ nobody }) => !nobody)) {
      const reply = await visitor.page.goto(address);
      await visitor.settle();
      if (reply.status() === 200) names.push(name);
      else assert.ok([403, 404].includes(reply.status()), `${name} answers ${reply.status()}`);
    }
    return names;
  };

  await step("a manager of sessions gets those, and nothing of the seller's", async () => {
    const manager = await account("Manager", SESSIONS);
    const names = await open(manager);
    assert.ok(names.includes("sessions") && names.includes("overview") && names.includes("account"), names.join());
    for (const name of ["seller-settings", "seller-logs", "audit-log", "app-settings", "app-delete", "credentials", "find", "why"]) {
      assert.ok(!names.includes(name), `a manager of sessions is let in to ${name}`);
    }
    await manager.open("/dashboard/demo-app/");
    const shown = (await links(manager)).join(" ");
    assert.match(shown, /Sessions/);
    assert.doesNotMatch(shown, /Seller|Audit|Settings|Credentials/);
    await manager.close();
  });

  await step("a reseller gets the overview and the account alone, of what owners see", async () => {
    const reseller = await account("Reseller", 1);
    const names = await open(reseller);
    for (const name of names) assert.match(name, /^(applications|overview|search.*|account.*|confirm-person)$/);
    await reseller.close();
  });

  await step("another owner finds nothing at this one's addresses", async () => {
    server.cli("owner", "create", "somebody-else");
    const link = /http:\S+welcome\S+/.exec(server.cli("owner", "invite", "somebody-else"))[0];
    const stranger = await browser.visitor(server.base);
    await stranger.open(link);
    await stranger.fill({ Password: PASSWORD });
    await stranger.button("Set the password").click();
    await stranger.page.waitForURL((url) => !url.pathname.includes("welcome"));
    for (const { name, address } of all.filter(({ address }) => address.includes("/demo-app/"))) {
      await stranger.open(address, 404);
      assert.equal(await stranger.heading(), "Nothing here", name);
    }
    await stranger.close();
  });

  await step("nobody gets anything but the way to sign in", async () => {
    const guest = await browser.visitor(server.base);
    for (const { name, address } of all.filter(({ nobody, status }) => !nobody && !status)) {
      await guest.open(address);
      assert.ok(guest.place.startsWith(SIGN_IN), `${name} leads to ${guest.place}`);
    }
    await guest.close();
  });
}
