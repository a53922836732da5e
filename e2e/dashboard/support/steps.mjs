// Named steps: each is run, printed and counted. The first failure ends its walk, since later steps build on it; other
// walks go on.

import { inspect, stripVTControlCharacters } from "node:util";

export class Steps {
  passed = 0;
  failed = 0;

  /** Runs a walk; `leave` is told the step that failed, to keep what was seen. */
  async walk(name, walk, leave) {
    const started = performance.now();
    let at = "the beginning";
    const step = async (what, act) => {
      at = what;
      const result = await act();
      this.passed += 1;
      console.log(`ok      ${name}: ${what}`);
      return result;
    };
    try {
      await walk(step);
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      console.log(`        ${name} took ${seconds} s`);
    } catch (error) {
      this.failed += 1;
      console.log(`FAILED  ${name}: ${at}: ${stripVTControlCharacters(inspect(error))}`);
      await leave(at).catch((trouble) => console.log(`nothing could be kept of it: ${trouble.message}`));
    }
  }

  finish() {
    console.log(`dashboard: ${this.passed} passed, ${this.failed} failed`);
    return this.passed > 0 && this.failed === 0;
  }
}
