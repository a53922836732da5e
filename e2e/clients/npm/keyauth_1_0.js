"use strict";
// The published npm package `keyauth` 1.0.3: API 1.0. Usage: keyauth_1_0.js PACKAGES GIVEN_JSON

const assert = require("node:assert/strict");
const { createRequire } = require("node:module");
const path = require("node:path");

const { Given, HWID, leadTo, pretendWindows, runSteps } = require("./around");

const HASH = "0123456789abcdef0123456789abcdef";
const PASSWORD = "correct horse";

const [packages, file] = process.argv.slice(2);
const given = new Given(file);
const load = createRequire(path.join(packages, "package.json"));
pretendWindows();
leadTo(load("axios"), given, "https://keyauth.win/api/1.0/", "1.0");
const Keyauth = load("keyauth");

function program({ version = given.demo.app_version } = {}) {
  const { app_name: name, owner_id: owner, app_secret: secret } = given.demo;
  return new Keyauth(name, owner, secret, version, HASH);
}

async function started() {
  const app = program();
  assert.equal((await app.initialize()).message, "Initialized");
  return app;
}

const key = given.license();
let app;

runSteps([
  ["npm keyauth: init", async () => {
    app = await started();
    assert.equal(await program({ version: "0.9" }).initialize(), false);
  }],
  ["npm keyauth: check before signing in", async () => {
    assert.equal(await app.check(), "Session is not validated");
    assert.equal(await app.getvar("mine"), "Session is not validated");
  }],
  ["npm keyauth: register", async () => {
    assert.equal(await app.register("js-user", PASSWORD, "no-such-key"), "Invalid license key");
    const { info } = await app.register("js-user", PASSWORD, key);
    assert.deepEqual([info.username, info.ip, info.hwid], ["js-user", "127.0.0.1", HWID]);
    assert.equal(info.subscriptions[0].subscription, "default");
  }],
  ["npm keyauth: login", async () => {
    app = await started();
    assert.equal(await app.login("js-user", "wrong"), undefined);
    assert.equal((await app.login("js-user", PASSWORD)).info.username, "js-user");
    assert.equal((await app.check()).success, true);
  }],
  ["npm keyauth: setvar, getvar, var", async () => {
    assert.equal((await app.setvar("mine", "a & b = \u00e9\u{1f600}")).success, true);
    assert.equal((await app.getvar("mine")).response, "a & b = \u00e9\u{1f600}");
    assert.equal(await app.getvar("no-such-variable"), "Variable not found for user");
    for (const { name, value } of Object.values(given.variables)) {
      assert.equal((await app.var(name)).message, value);
    }
    assert.equal(await app.var("no-such-variable"), "Variable not found.");
  }],
  ["npm keyauth: log, check_blacklist", async () => {
    assert.equal(await app.log("a line of npm"), true);
    assert.match(given.vendor("log", "list", given.app, "--json"), /a line of npm/);
    assert.equal(await app.check_blacklist(), false);
    given.vendor("blacklist", "add", given.app, "--hwid", HWID);
    assert.equal(await app.check_blacklist(), true);
    given.vendor("blacklist", "delete", given.app, "--hwid", HWID);
  }],
  ["npm keyauth: file, webhook", async () => {
    const notice = Buffer.from(given.files.public_hex, "hex").toString("utf8");
    assert.equal(await app.file(given.files.public), notice);
    assert.equal(await app.file("no-such-file"), "File not Found");
    assert.equal((await app.webhook(given.webhooks.authed, "?a=1")).success, true);
  }],
  ["npm keyauth: upgrade", async () => {
    assert.equal((await app.upgrade("js-user", given.license())).success, true);
    assert.equal(await app.upgrade("js-user", key), "License key has already been used");
  }],
  ["npm keyauth: license, ban", async () => {
    const other = given.license();
    app = await started();
    assert.equal((await app.license(other)).info.username, other);
    assert.equal((await app.check()).success, true);
    assert.equal(await app.ban(), true);
    assert.equal(await (await started()).license(other), "The user is banned");
  }],
]);
