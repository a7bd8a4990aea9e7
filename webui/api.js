// SPDX-License-Identifier: Apache-2.0

// One request to the gateway, and what can go wrong with it.

/** An answer that is no success (RFC 9457), or no answer at all: then the status is 0. */
export class Problem extends Error {
  /**
   * @param {number} status the HTTP status
   * @param {string} detail one sentence for a person
   * @param {{location: string, detail: string}[]} errors what is wrong with which part of the request
   * @param {?number} retryAfterS when to try again, in seconds, where the server says so
   */
  constructor(status, detail, errors = [], retryAfterS = null) {
    super(detail);
    this.name = "Problem";
    this.status = status;
    this.errors = errors;
    this.retryAfterS = retryAfterS;
  }

  /** Whether the same request may well succeed later. */
  get isTemporary() {
    return [0, 429, 502, 503, 504].includes(this.status);
  }

  /** What to tell a person. */
  get advice() {
    if (!this.isTemporary) return this.message;
    // The server's own sentence may end so, for those who do not look at Retry-After.
    const what = this.message.replace(/: try again later\.$/, ".");
    return `${what} Try again ${this.retryAfterS > 0 ? `in ${duration(this.retryAfterS)}` : "in a moment"}.`;
  }
}

function duration(seconds) {
  const [count, unit] = seconds <= 90 ? [seconds, "second"] : [Math.ceil(seconds / 60), "minute"];
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function sentence(text) {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function problemOf(answer, body) {
  const detail = body?.detail || body?.title || `The server answered with status ${answer.status}`;
  const retryAfterS = Number.parseInt(answer.headers.get("Retry-After"), 10);
  return new Problem(
    answer.status,
    sentence(String(detail)),
    Array.isArray(body?.errors) ? body.errors : [],
    Number.isNaN(retryAfterS) ? null : retryAfterS,
  );
}

// Longer than the server takes for anything, a slow way there included.
const PATIENCE_MS = 60_000;

/** An answer's text, or the problem that it is. */
async function textOf(answer) {
  const text = await answer.text();
  if (!answer.ok) throw problemOf(answer, parse(text));
  return text;
}

function unreachable(error) {
  return error instanceof Problem ? error : new Problem(0, "The server can't be reached.");
}

/**
 * Opens a stream of events (text/event-stream), behind the event `lastEventId` where there was one, and gives its bytes, until
 * `signal` is aborted.
 * @returns {ReadableStream<Uint8Array>}
 * @throws {Problem}
 */
export async function openStream(verb, path, { token, lastEventId, signal }) {
  const headers = { Accept: "text/event-stream, application/problem+json", Authorization: `Bearer ${token}` };
  if (lastEventId) headers["Last-Event-ID"] = lastEventId;
  try {
    const answer = await fetch(path, { method: verb, headers, cache: "no-store", credentials: "omit", signal });
    if (!answer.ok) await textOf(answer);
    return answer.body;
  } catch (error) {
    throw unreachable(error);
  }
}

/**
 * Sends a request and gives the answer's JSON back, null where there is none. With `cookies` it takes and brings the
 * session's cookie, which nothing here can read. A request that changes something has a `key`: see repeats.js. `ifMatch`
 * is the tag of what it is about (RFC 9110), or "*"; where that is another one by now, it is a 412.
 * @throws {Problem}
 */
export async function request(verb, path, { body, token, key, ifMatch, cookies = false } = {}) {
  const headers = { Accept: "application/json, application/problem+json" };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (key) headers["Idempotency-Key"] = `"${key}"`;
  if (ifMatch) headers["If-Match"] = ifMatch;
  if (cookies) headers["Use-Cookies"] = "true";
  if (body !== undefined) {
    headers["Content-Type"] = verb === "PATCH" ? "application/merge-patch+json" : "application/json";
  }
  try {
    const answer = await fetch(path, {
      method: verb,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: "no-store",
      credentials: cookies ? "same-origin" : "omit",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return parse(await textOf(answer));
  } catch (error) {
    throw unreachable(error);
  }
}
