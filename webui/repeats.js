// SPDX-License-Identifier: Apache-2.0

// Keys by which the server knows a request that changes something when it comes again: it is done once.

import { Problem } from "./api.js";

// For how long the same request means the same wish. Later somebody may well want it once more.
const SAME_WISH_MS = 5 * 60_000;

/** Also where a page has no `crypto.randomUUID()`: over plain HTTP. */
function makeKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Whether the request may have been done all the same, or was not looked at. */
function isOpen(problem) {
  return problem instanceof Problem && (problem.isTemporary || problem.status === 500);
}

/** The requests of one person. Of each path, the last one that had no answer is remembered. */
export class Repeats {
  #open = new Map(); // { wish, key, since } by path

  /**
   * Sends what `send(key)` sends, with a new key, or with the one that the same request had which was not answered.
   * @param {string} path
   * @param {string} wish what is asked for there; no secret
   */
  async send(path, wish, send) {
    const key = this.#take(path, wish) ?? makeKey();

    try {
      return await send(key);
    } catch (problem) {
      if (isOpen(problem)) this.#open.set(path, { wish, key, since: Date.now() });
      throw problem;
    }
  }

  /** Whoever asks for something else meanwhile does not mean what was asked for before. */
  #take(path, wish) {
    const open = this.#open.get(path);

    this.#open.delete(path);
    return open?.wish === wish && Date.now() - open.since < SAME_WISH_MS ? open.key : null;
  }
}
