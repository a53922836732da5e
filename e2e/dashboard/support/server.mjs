// Servers that a walk starts, each on data of its own unless it shares another's.

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import net from "node:net";
import path from "node:path";

import { until } from "./wait.mjs";

/** What makes servers; ends those that are left. */
export class Servers {
  #running = new Set();
  #count = 0;

  constructor(given) {
    this.given = given;
  }

  /** A demo server on an empty folder; `named` as passkeys need it, which no address will do for. */
  demo(options = {}) {
    return this.#start({ ...options, args: ["--demo"] });
  }

  /** A server that nobody has used yet. */
  empty(options = {}) {
    return this.#start(options);
  }

  /** A second server over the data of one that keeps it in PostgreSQL. */
  beside(server) {
    return this.#start({ data: server.data, database: server.database, demo: server.demo });
  }

  async #start({ args = [], data, database, demo, named = false, settings = "" }) {
    const number = (this.#count += 1);
    const address = `127.0.0.1:${await freePort()}`;
    if (!data) {
      data = path.join(this.given.folder, `data-${number}`);
      fs.mkdirSync(data);
      // Walks are quicker than people. The address is there for the command line as well.
      const url = named ? `public_url = "http://${address.replace("127.0.0.1", "localhost")}"\n` : "";
      fs.writeFileSync(path.join(data, "claviger.toml"), `rate_limits = false\nlisten = "${address}"\n${url}${settings}`);
    }
    const words = ["serve", ...args, "--listen", address, "--data-dir", data];
    if (database) words.push("--database", database);
    const server = new Server({ ...this.given, data, database, demo, address });
    await server.run(words, path.join(this.given.folder, `server-${number}`));
    this.#running.add(server);
    return server;
  }

  /** Ends all of them, which must be in good order. */
  async stop() {
    const servers = [...this.#running];
    this.#running.clear();
    await Promise.all(servers.map((server) => server.stop()));
  }
}

class Server {
  constructor({ claviger, data, database, demo, address }) {
    Object.assign(this, { claviger, data, database, demo, base: `http://${address}` });
  }

  async run(words, log) {
    const files = ["out", "err"].map((stream) => fs.openSync(`${log}.${stream}`, "w"));
    this.printed = () => ["out", "err"].map((stream) => fs.readFileSync(`${log}.${stream}`, "utf8")).join("\n");
    // It ends with us, however we end.
    const program = ["--pdeathsig", "TERM", "--", this.claviger, ...words];
    this.process = spawn("setpriv", program, { stdio: ["ignore", ...files] });
    this.ended = once(this.process, "exit");
    for (const file of files) fs.closeSync(file);
    await until("the server to be ready", async () => {
      if (this.process.exitCode !== null) return true;
      return (await fetch(`${this.base}/readyz`)).ok;
    });
    if (this.process.exitCode !== null) throw new Error(`the server ended early:\n${this.printed()}`);
    const demo = path.join(this.data, "demo.json");
    if (!this.demo && fs.existsSync(demo)) this.demo = JSON.parse(fs.readFileSync(demo, "utf8"));
  }

  /** The same server by its name. */
  get named() {
    return this.base.replace("127.0.0.1", "localhost");
  }

  /** Runs the command line on its data; what it prints. */
  cli(...words) {
    const database = this.database ? ["--database", this.database] : [];
    const all = [...words, "--data-dir", this.data, ...database];
    return execFileSync(this.claviger, all, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  }

  async stop() {
    this.process.kill("SIGTERM");
    const [code, signal] = await this.ended;
    if (code !== 0) throw new Error(`the server ended with ${code ?? signal} after SIGTERM:\n${this.printed()}`);
  }
}

/** A port that nobody listened on a moment ago. */
async function freePort() {
  const listener = net.createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address();
  listener.close();
  await once(listener, "close");
  return port;
}
