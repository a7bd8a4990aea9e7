// SPDX-License-Identifier: Apache-2.0

// Somebody who is signed in. The tokens live in here, in memory, and nowhere else: a reload forgets them.

import { Problem, request } from "./api.js";

// How long before its end an access token is renewed; a short-lived one at half its time.
const RENEW_EARLY_S = 60;

export class Session {
  #tokens; // {accessToken, refreshToken}; null once the session is over
  #onEnded;
  #renewing = null; // the one renewal under way, which all who need it wait for
  #timer = null;

  constructor(tokens, onEnded) {
    this.#onEnded = onEnded;
    this.#take(tokens);
  }

  /** `onEnded` is called once if the session ends otherwise than by signOut(). */
  static async signIn(credentials, onEnded) {
    return new Session(await request("POST", "/v1/sessions", { body: credentials }), onEnded);
  }

  static async signUp(account, onEnded) {
    return new Session(await request("POST", "/v1/accounts", { body: account }), onEnded);
  }

  /** A request in this session's name. A token that is refused is renewed, and the request sent once more. */
  async request(verb, path, body) {
    const tokens = this.#tokens;
    try {
      return await request(verb, path, { body, token: tokens?.accessToken });
    } catch (problem) {
      if (problem.status !== 401 || tokens === null) throw problem;
    }
    await this.#renew(tokens);
    if (this.#tokens === null) throw new Problem(401, "Your session has ended.");
    try {
      return await request(verb, path, { body, token: this.#tokens.accessToken });
    } catch (problem) {
      if (problem.status === 401) this.#end();
      throw problem;
    }
  }

  /** Forgets the tokens in any case. Throws where the server could not be told that the session is over. */
  async signOut() {
    this.#onEnded = () => {};
    try {
      await this.request("DELETE", "/v1/sessions/current");
    } catch (problem) {
      if (problem.status !== 401) throw problem;
    } finally {
      this.#forget();
    }
  }

  #take({ accessToken, refreshToken, expiresIn }) {
    const tokens = { accessToken, refreshToken };
    const early = Math.min(RENEW_EARLY_S, expiresIn / 2);
    this.#tokens = tokens;
    clearTimeout(this.#timer);
    // Where this fails, the next request is refused and tries again.
    this.#timer = setTimeout(() => this.#renew(tokens).catch(() => {}), (expiresIn - early) * 1000);
  }

  /** Replaces the tokens `used`, unless that has been done meanwhile. */
  async #renew(used) {
    if (this.#tokens !== used) return;
    this.#renewing ??= this.#buyTokens().finally(() => {
      this.#renewing = null;
    });
    await this.#renewing;
  }

  async #buyTokens() {
    const { refreshToken } = this.#tokens;
    let bought;
    try {
      bought = await request("POST", "/v1/sessions/refresh", { body: { refreshToken } });
    } catch (problem) {
      if (problem.isTemporary) throw problem;
      this.#end();
      throw new Problem(401, "Your session has ended.");
    }
    if (this.#tokens !== null) this.#take(bought);
  }

  #forget() {
    clearTimeout(this.#timer);
    this.#tokens = null;
  }

  #end() {
    if (this.#tokens === null) return;
    this.#forget();
    this.#onEnded();
  }
}
