// Named steps: each is run, printed and counted. The first failure ends its walk, since later steps build on it; other
// walks go on. A walk that failed is walked once more, on servers of its own: what is wrong fails again. One that then
// passes is told at the end all the same, since what hangs on the moment wants mending, too; several of them are a failure.

import { inspect, stripVTControlCharacters } from "node:util";

/** Walks that may pass only when walked again. */
const UNSTEADY_MAX = 2;

export class Steps {
  passed = 0;
  failed = 0;
  unsteady = [];

  /** Runs a walk, once more if it fails; `leave` is told under which name to keep what was seen then. */
  async walk(name, walk, leave) {
    const failure = await this.#once(name, walk, () => leave(name));
    if (!failure) return;
    console.log(`        ${name} is walked again`);
    if (await this.#once(name, walk, () => leave(`${name}-again`))) this.failed += 1;
    else this.unsteady.push(`${name}: ${failure}`);
  }

  /** Runs a walk; the step that failed, if one did. */
  async #once(name, walk, leave) {
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
      return null;
    } catch (error) {
      console.log(`FAILED  ${name}: ${at}: ${stripVTControlCharacters(inspect(error))}`);
      await leave().catch((trouble) => console.log(`nothing could be kept of it: ${trouble.message}`));
      return at;
    }
  }

  finish() {
    for (const walk of this.unsteady) console.log(`unsteady: passed only when walked again: ${walk}`);
    console.log(`dashboard: ${this.passed} passed, ${this.failed} failed, ${this.unsteady.length} unsteady`);
    return this.passed > 0 && this.failed === 0 && this.unsteady.length <= UNSTEADY_MAX;
  }
}
