"use strict";
// What the published packages expect around them, and what the vendor gives. None of their files is changed: they hold
// the hosted service's address and run on Windows.

const child_process = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");

// 20 bytes at least, as the default settings ask for.
const HWID = "S-1-5-21-1004336348-1177238915-682003330-1001";

/** What the server and its vendor give to a program. */
class Given {
  constructor(file) {
    const given = JSON.parse(fs.readFileSync(file, "utf8"));
    this.demo = JSON.parse(fs.readFileSync(given.demo, "utf8"));
    Object.assign(this, { variables: given.variables, files: given.files, webhooks: given.webhooks, app: given.app });
    this.claviger = [given.claviger, given.data];
  }

  /** A key that nobody has used yet. */
  license() {
    return this.demo.licenses.pop();
  }

  /** Runs a command of the vendor; what it prints. */
  vendor(...command) {
    const [program, data] = this.claviger;
    return child_process.execFileSync(program, [...command, "--data-dir", data], { encoding: "utf8" });
  }
}

/** Answers `wmic useraccount … get sid`, which prints a heading first. Before a package is loaded. */
function pretendWindows() {
  const run = child_process.execSync;
  os.platform = () => "win32";
  child_process.execSync = (command, ...more) =>
    command.startsWith("wmic useraccount") ? Buffer.from(`SID\r\r\n${HWID}  \r\r\n`) : run(command, ...more);
}

/** Sends requests for `address` to the server instead. */
function leadTo(axios, given, address, version) {
  axios.interceptors.request.use((request) => {
    if (request.url !== address) throw new Error(`the package calls ${request.url}`);
    return { ...request, url: `${given.demo.base_url}/api/${version}/`, proxy: false };
  });
}

/** Runs named steps; the first failure ends the run, since later steps build on it. */
async function runSteps(steps) {
  let passed = 0;
  // A package that gives up ends the process; whoever waits for it for ever does too.
  process.on("exit", () => {
    const failed = passed < steps.length ? 1 : 0;
    console.log(`e2e: ${passed} passed, ${failed} failed`);
    process.exitCode = failed;
  });
  for (const [name, step] of steps) {
    try {
      await step();
    } catch (error) {
      console.log(`FAILED  ${name}: ${error.stack}`);
      return;
    }
    passed += 1;
    console.log(`ok      ${name}`);
  }
}

module.exports = { Given, HWID, leadTo, pretendWindows, runSteps };
