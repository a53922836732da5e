// What programs and bots send: the Client API and the Seller API, over plain HTTP.

import assert from "node:assert/strict";

// 20 bytes at least, as the default settings ask for.
export const HWID = "S-1-5-21-1004336348-1177238915-682003330-1001";

/** An application as programs name it. */
export function appOf(demo) {
  return { owner: demo.owner_id, name: demo.app_name, version: demo.app_version };
}

/** A program of API 1.3. Where the server believes a proxy, it may be anywhere. */
export class Program {
  constructor(base, { owner, name, version }, { agent = "Vendor's program/1.0", address } = {}) {
    Object.assign(this, { base, owner, name, version });
    this.headers = { "user-agent": agent, ...(address ? { "x-forwarded-for": address } : {}) };
  }

  /** Sends a request as it is; the reply. */
  async send(fields) {
    const body = new URLSearchParams({ name: this.name, ownerid: this.owner, ...fields });
    return (await fetch(`${this.base}/api/1.3/`, { method: "POST", body, headers: this.headers })).json();
  }

  /** Starts a session, which later requests are of. */
  async init() {
    const reply = await this.send({ type: "init", ver: this.version });
    assert.equal(reply.success, true, reply.message);
    this.session = reply.sessionid;
    return this;
  }

  /** Sends a request of its session. */
  ask(type, fields = {}) {
    return this.send({ type, sessionid: this.session, ...fields });
  }

  /** Whether its session is still there, signed in or not. */
  async lives() {
    const { success, message } = await this.ask("check");
    if (success || message === "Session is not validated") return true;
    assert.match(message, /^Session not found\./);
    return false;
  }

  register(username, pass, key, hwid = HWID) {
    return this.ask("register", { username, pass, key, hwid });
  }

  login(username, pass, hwid = HWID) {
    return this.ask("login", { username, pass, hwid });
  }

  license(key, hwid = HWID) {
    return this.ask("license", { key, hwid });
  }
}

/** Sends a request to the Seller API; the reply. */
export async function seller(base, key, type, fields = {}) {
  const query = new URLSearchParams({ sellerkey: key, type, ...fields });
  return (await fetch(`${base}/api/seller/?${query}`)).json();
}
