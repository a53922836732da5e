// Fills an application with what a vendor has after some time: users, licenses, sessions, refusals.

import assert from "node:assert/strict";

import { appOf, HWID, Program, seller } from "./program.mjs";
import { until } from "./wait.mjs";

/** Lets a server believe `X-Forwarded-For` of this machine, so that customers come from everywhere. */
export const BEHIND_A_PROXY = 'trusted_proxies = ["127.0.0.1"]\n';

const NAMES = ["mara", "Jonas_84", "kestrel", "o.brien", "liwei", "samira.k", "Bjørn", "tango-delta", "xX_Viper_Xx",
  "anna-lena", "piotr", "guest417", "emre", "wolfgang.amadeus.longname", "zoe"];
const PASSWORD = "correct horse battery";

/** Somewhere in the networks for documentation. */
const address = (place) => (place % 4 === 3 ? `2001:db8::${place + 1}` : `203.0.113.${place * 7 + 2}`);

/** Asks the Seller API, which must not refuse. */
const selling = ({ base, demo }) => async (type, fields) => {
  const reply = await seller(base, demo.seller_key, type, fields);
  assert.equal(reply.success, true, `${type}: ${reply.message}`);
  return reply;
};

/** Makes what pages are about that depends on no customer. */
export async function stock(server) {
  const sell = selling(server);
  server.cli("app", "set", "demo/demo-app", "sellerLogs=true");
  server.cli("app", "rotate-key-pair", "demo/demo-app", "--versions", "0.8,0.9", "--yes");
  await until("requests are kept", async () => {
    await sell("fetchallsubs", {});
    return server.cli("seller-log", "list", "demo/demo-app", "--json").includes("fetchallsubs");
  });
  await sell("addvar", { name: "news", data: "Version 3 is out.\nIt is quicker.", authed: 0 });
  await sell("addvar", { name: "endpoint", data: "https://data.example.org/v3", authed: 1 });
  await sell("addwebhook", { baseurl: "https://1.1.1.1/hook", webid: "hook", authed: 1 });
  await sell("addbutton", { value: "start", text: "Start" });
  await sell("addhash", { hash: "0123456789abcdef0123456789abcdef" });
  await sell("addchannel", { name: "general", delay: 0 });
  const account = (role, user, more) => sell("addAccount", { role, user, pass: PASSWORD, email: `${user}@example.org`, ...more });
  await account("Manager", "support-desk", { perms: 19 });
  await account("Reseller", "keyshop", { keylevels: "1,2" });
}

/** Does all of it; tells names and keys that pages are about. */
export async function furnish(server) {
  const { base, demo } = server;
  const app = appOf(demo);
  const sell = selling(server);
  const program = (place) => new Program(base, app, { address: address(place) });
  const keys = [...demo.licenses];
  await sell("addsub", { name: "premium", level: 2 });
  await sell("add", { expiry: 30, level: 2, amount: 5, note: "for the shop" });
  await stock(server);

  const programs = await Promise.all(NAMES.map(async (name, place) => {
    const started = await program(place).init();
    const reply = await started.register(name, PASSWORD, keys[place], `${HWID}-${place}`);
    assert.equal(reply.success, true, `${name}: ${reply.message}`);
    return started;
  }));
  // Some only started, some were signed in elsewhere as well.
  await Promise.all([...Array(9)].map((_, place) => program(place + 20).init()));
  await programs[0].ask("log", { pcuser: "MARA-PC", message: "Loaded profile 3" });

  // What customers write about.
  const refused = async (name, pass, hwid, place) => (await program(place).init()).login(name, pass, hwid);
  await refused("mara", PASSWORD, `${HWID}-other`, 0);
  await refused("kestrel", "forgotten", `${HWID}-2`, 2);
  await refused("kestrel", "forgotten again", `${HWID}-2`, 2);
  await (await program(30).init()).license("no-such-key-at-all");
  await sell("banuser", { user: "xX_Viper_Xx", reason: "charged back" });
  await refused("xX_Viper_Xx", PASSWORD, `${HWID}-8`, 8);
  await sell("pauseuser", { username: "liwei" });
  await refused("liwei", PASSWORD, `${HWID}-4`, 4);
  await sell("ban", { key: keys[40], reason: "resold", userToo: 0 });
  await (await program(31).init()).license(keys[40]);
  await sell("setbalance", { username: "keyshop", week: 20, month: 50, year: 5 });
  await sell("add", { expiry: 30, owner: "keyshop", amount: 3 });
  await sell("black", { ip: "198.51.100.0/24", reason: "scanner" });
  await sell("addWhite", { ip: "203.0.113.128/25" });
  await programs[0].ask("chatsend", { channel: "general", message: "Is the update out?" });
  await programs[1].ask("chatsend", { channel: "general", message: "Since this morning, yes." });
  await sell("muteuser", { user: "tango-delta", time: 86400 });
  return { app: demo.app_name, users: NAMES, keys, banned: keys[40], unused: keys[50] };
}
