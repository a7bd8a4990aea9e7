// SPDX-License-Identifier: Apache-2.0

// Follows what changes of all that somebody may see, as docs/live.md has it: a stream of events, which is opened again, behind the
// last event that came, whenever it ends.

import { Problem } from "./api.js";
import { eventsOf } from "./event-stream.js";
import { listenToFollowers, tellFollowing } from "./other-tabs.js";

const PATH = "/v1/events";

// The server says something every 15 seconds: where nothing comes, the connection is dead and nobody has told.
const SILENCE_MS = 45_000;

// Between two streams; doubled as long as they don't last.
const PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 60_000;
const LASTING_MS = 10_000;

// How long a page that nobody can see goes on.
const HIDDEN_MS = 60_000;

// A browser has six connections to a server, over HTTP/1.1, for all its tabs, and requests need some: a tab makes room when as
// many others have begun to follow after it, unless it is the one that is worked in.
const OTHER_TABS = 3;

/** As long as its session goes on. */
export class Follower {
  #session;
  #listener;
  #last = ""; // the id of the last event that has been taken
  #stream = null; // AbortController of the stream that is read
  #rests = false; // nobody looks, or others need the room
  #hidden = null; // the timer of a page that can't be seen
  #others = new Set(); // tabs that have begun to follow later
  #wake = () => {}; // ends a pause

  /**
   * @param {Session} session
   * @param {{onChanges: (changes: object[]) => void, onRefetch: () => void}} listener gets each event's changes; or hears that
   *   what it knows may be other than what is: all there is comes next, as changes, but not what is no more
   */
  constructor(session, listener) {
    const { over: signal } = session;

    this.#session = session;
    this.#listener = listener;
    document.addEventListener("visibilitychange", () => this.#look(), { signal });
    window.addEventListener("focus", () => this.#look(), { signal });
    window.addEventListener("online", () => this.#wake(), { signal });
    listenToFollowers((tab) => this.#makeRoom(tab), signal);
    signal.addEventListener("abort", () => this.#rest());
    this.#look();
    this.#run();
  }

  #look() {
    clearTimeout(this.#hidden);
    if (document.visibilityState === "hidden") {
      this.#hidden = setTimeout(() => this.#rest(), HIDDEN_MS);
      return;
    }
    this.#rests = false;
    this.#wake();
  }

  #makeRoom(tab) {
    this.#others.add(tab);
    if (this.#others.size >= OTHER_TABS && !document.hasFocus()) this.#rest();
  }

  #rest() {
    clearTimeout(this.#hidden);
    this.#rests = true;
    this.#stream?.abort();
    this.#wake();
  }

  async #run() {
    let pause = PAUSE_MS;

    while (!this.#session.over.aborted) {
      const began = performance.now();
      const least = this.#rests ? Infinity : await this.#listen();

      if (least === null) return;
      pause = performance.now() - began < LASTING_MS ? Math.min(pause * 2, LONGEST_PAUSE_MS) : PAUSE_MS;
      if (!this.#session.over.aborted) await this.#pause(least + pause * (0.5 + Math.random()));
    }
  }

  /** Gives back, when the stream has ended, for how many milliseconds at least there should be none; null: for ever. */
  async #listen() {
    const stream = new AbortController();
    let silence = null;
    const onBytes = () => {
      clearTimeout(silence);
      silence = setTimeout(() => stream.abort(), SILENCE_MS);
    };

    this.#stream = stream;
    this.#others.clear();
    tellFollowing();
    onBytes();
    try {
      const body = await this.#session.openStream(PATH, { lastEventId: this.#last, signal: stream.signal });

      for await (const event of eventsOf(body, onBytes)) this.#take(event);
      return 0;
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      if (problem.status === 400) this.#forget(); // the place where it was is none here
      return problem.status === 404 ? null : (problem.retryAfterS ?? 0) * 1000;
    } finally {
      clearTimeout(silence);
      stream.abort(); // it may not have ended by itself
      this.#stream = null;
    }
  }

  #take({ name, id, data }) {
    if (name === "refetch") return this.#forget();
    if (name === "changes") this.#listener.onChanges(JSON.parse(data).changes);
    this.#last = id;
  }

  #forget() {
    this.#last = "";
    this.#listener.onRefetch();
  }

  /** Until `ms` are over, or something has happened. */
  #pause(ms) {
    return new Promise((resolve) => {
      const timer = ms === Infinity ? null : setTimeout(resolve, ms);

      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
