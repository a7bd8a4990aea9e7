// SPDX-License-Identifier: Apache-2.0

// What this browser's tabs with the page tell each other, and what is kept until the server can be told.

// Set while a sign-out has not reached the server: the cookie, which no script can remove, would sign in again.
const SIGN_OUT_PENDING = "taskwire-sign-out-pending";

const channel = new BroadcastChannel("taskwire");

/** Tells the other tabs that somebody has signed out, in all of them. */
export function tellSignedOut(owner) {
  channel.postMessage({ signedOut: owner });
}

/** Calls `onSignedOut(owner)` when another tab says so. */
export function listenToOtherTabs(onSignedOut) {
  channel.addEventListener("message", ({ data }) => {
    if (data?.signedOut) onSignedOut(data.signedOut);
  });
}

// This one, among the tabs that follow what changes.
const tab = Math.random();

/** Tells the other tabs that this one begins to read a stream, for which the browser needs a connection. */
export function tellFollowing() {
  channel.postMessage({ following: tab });
}

/** Calls `onFollowing(tab)` when another tab says so, until `signal` is aborted. */
export function listenToFollowers(onFollowing, signal) {
  channel.addEventListener("message", ({ data }) => data?.following && onFollowing(data.following), { signal });
}

// A browser may refuse to keep anything: then a sign-out that failed is forgotten with the tab.
function withStorage(action) {
  try {
    return action(localStorage);
  } catch {
    return null;
  }
}

export function isSignOutPending() {
  return withStorage((storage) => storage.getItem(SIGN_OUT_PENDING)) !== null;
}

export function setSignOutPending(pending) {
  withStorage((storage) => (pending ? storage.setItem(SIGN_OUT_PENDING, "1") : storage.removeItem(SIGN_OUT_PENDING)));
}
