// Waiting for conditions, never for a time.

import { setTimeout as pause } from "node:timers/promises";

/** How long anything may take that has no limit of its own, in milliseconds; most of it is patience with busy machines. */
export const PATIENCE = 15_000;

/**
 * Asks again and again until the answer is neither false nor empty, and returns it. What the last try threw is told
 * when the time is up.
 */
export async function until(what, ask, limit = PATIENCE) {
  const end = performance.now() + limit;
  let failure;
  do {
    try {
      failure = undefined;
      const answer = await ask();
      if (answer) return answer;
    } catch (error) {
      failure = error;
    }
    await pause(20);
  } while (performance.now() < end);
  throw new Error(`waited ${limit} ms in vain: ${what}`, { cause: failure });
}
