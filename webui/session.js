// SPDX-License-Identifier: Apache-2.0

// Somebody who is signed in. The access token lives in here, in memory, and nowhere else. What renews it is a cookie that no
// script can read: so a reload, another tab, and the browser's next start go on with the session.

import { Problem, openStream, request } from "./api.js";
import { Repeats } from "./repeats.js";

// How long before its end an access token is renewed; a short-lived one at half its time.
const RENEW_EARLY_S = 60;

/**
 * A request that uses the cookie: one at a time in all tabs, where the browser can do that (it can't over plain HTTP). Two
 * that take the same cookie all the same are given the same next one by the server.
 */
function requestWithCookie(verb, path, options) {
  const send = () => request(verb, path, { ...options, cookies: true });
  return navigator.locks ? navigator.locks.request("taskwire-session", send) : send();
}

/** Whether the server says that there is no session to go on with: whatever else went wrong, there may well be one. */
function isOver(problem) {
  return problem instanceof Problem && (problem.status === 400 || problem.status === 401);
}

/** Who an access token is for: RFC 7519, section 4.1.2. */
function ownerOf(token) {
  const part = token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
  const bytes = Uint8Array.from(atob(part), (character) => character.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes)).sub;
}

/**
 * What happens to a session otherwise than by its own signOut(); one of these, once.
 * @typedef {object} Ends
 * @property {(session: Session) => void} onEnded it is over
 * @property {(session: Session, other: Session) => void} onReplaced another person has signed in, in another tab
 */

export class Session {
  static #signUps = new Repeats();

  #ends;
  #repeats = new Repeats();
  // {token}, null once the session is over. Each renewal makes another object, which tells it from the one before: the
  // texts may be the same, where both were made in one second.
  #access = null;
  #renewing = null; // the one renewal under way, which all who need it wait for
  #timer = null;
  #over = new AbortController();

  /** @param {Ends} ends */
  constructor(answer, ends) {
    this.owner = ownerOf(answer.accessToken);
    this.#ends = ends;
    this.#take(answer);
  }

  static async signIn(credentials, ends) {
    return new Session(await requestWithCookie("POST", "/v1/sessions", { body: credentials }), ends);
  }

  static async signUp(account, ends) {
    const path = "/v1/accounts";
    const wish = JSON.stringify([account.email, account.name]);
    const send = (key) => requestWithCookie("POST", path, { body: account, key });

    return new Session(await Session.#signUps.send(path, wish, send), ends);
  }

  /** Goes on with the session that the browser has a cookie of; null where there is none. */
  static async resume(ends) {
    try {
      return new Session(await requestWithCookie("POST", "/v1/sessions/refresh"), ends);
    } catch (problem) {
      if (!isOver(problem)) throw problem;
      return null;
    }
  }

  /**
   * A request in this session's name. A token that is refused is renewed, and the request sent once more. What changes
   * something has a key, and the same one where it was not answered and comes again, whatever its `ifMatch` is then: it may
   * have been done, and has changed the tag itself.
   */
  async request(verb, path, { body, ifMatch } = {}) {
    if (verb === "GET") return this.#send(request, verb, path);
    const wish = JSON.stringify([verb, body]);

    return this.#repeats.send(path, wish, (key) => this.#send(request, verb, path, { body, key, ifMatch }));
  }

  /** A stream of events in this session's name, as openStream() has it. */
  openStream(path, options) {
    return this.#send(openStream, "GET", path, options);
  }

  /** An AbortSignal that says when the session is over, or is being ended: nothing goes on in its name then. */
  get over() {
    return this.#over.signal;
  }

  /** Forgets the token in any case. Throws where the server could not be told that the session is over. */
  async signOut() {
    this.#ends = null;
    this.#over.abort();
    try {
      await this.#send(requestWithCookie, "DELETE", "/v1/sessions/current");
    } catch (problem) {
      if (problem.status !== 401) throw problem;
    } finally {
      this.#forget();
    }
  }

  /** Ends it here: it has been ended elsewhere. */
  end() {
    if (this.#access === null) return;
    this.#forget();
    this.#ends?.onEnded(this);
  }

  async #send(send, verb, path, options) {
    const used = this.#access;
    try {
      return await send(verb, path, { ...options, token: used?.token });
    } catch (problem) {
      if (problem.status !== 401 || used === null) throw problem;
    }
    await this.#renew(used);
    if (this.#access === null) throw new Problem(401, "Your session has ended.");
    try {
      return await send(verb, path, { ...options, token: this.#access.token });
    } catch (problem) {
      if (problem.status === 401) this.end();
      throw problem;
    }
  }

  #take({ accessToken, expiresIn }) {
    const early = Math.min(RENEW_EARLY_S, expiresIn / 2);
    const taken = { token: accessToken };
    this.#access = taken;
    clearTimeout(this.#timer);
    // Where this fails, the next request is refused and tries again.
    this.#timer = setTimeout(() => this.#renew(taken).catch(() => {}), (expiresIn - early) * 1000);
  }

  /** Replaces what was `used`, unless that has been done meanwhile. */
  async #renew(used) {
    if (this.#access !== used) return;
    this.#renewing ??= this.#buyToken().finally(() => {
      this.#renewing = null;
    });
    await this.#renewing;
  }

  async #buyToken() {
    let bought;
    try {
      bought = await requestWithCookie("POST", "/v1/sessions/refresh");
    } catch (problem) {
      if (!isOver(problem)) throw problem;
      this.end();
      throw new Problem(401, "Your session has ended.");
    }
    if (this.#access === null) return;
    if (ownerOf(bought.accessToken) === this.owner) this.#take(bought);
    else this.#giveWay(bought);
  }

  /** The cookie is somebody else's by now: nothing may be done in that person's name that this one has begun. */
  #giveWay(answer) {
    const ends = this.#ends;
    this.#forget();
    ends?.onReplaced(this, new Session(answer, ends));
  }

  #forget() {
    clearTimeout(this.#timer);
    this.#access = null;
    this.#over.abort();
  }
}
