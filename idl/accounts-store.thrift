/**
 * What accounts-service keeps. No service speaks of these: only its tables, documents and copies follow from them.
 * Secrets are kept as hashes, but for the key.
 */

namespace c_glib Tw
namespace py taskwire.accounts.store

/** Somebody who can sign in. */
struct StoredAccount {
  /** 24 hex digits. */
  1: string id (tw.kept = "name"),
  /** In lower case; no two have one. */
  2: string email,
  /** What to call the person. */
  3: optional string name,
  /** argon2id, with its parameters and salt. */
  4: string passwordHash,
  /** When it was made. */
  5: string createdOn (tw.kept = "time"),
  /** Where it was made with an Idempotency-Key: hashes of that and of the request. */
  6: optional binary signupKey,
  /** The session that the last answer under that key has opened. */
  7: optional string signupSession
} (tw.record = "accounts")

/** What tokens and counts are made with. */
struct StoredKey {
  /** What for. */
  1: string name (tw.kept = "name"),
  /** 32 random bytes. */
  2: binary key
} (tw.record = "keys")

/** An open session. */
struct StoredSession {
  /** 24 hex digits. */
  1: string id (tw.kept = "name"),
  /** Whose. */
  2: string userId,
  /** When it was opened. */
  3: string createdOn (tw.kept = "time"),
  /** When it ends at the latest. */
  4: string endsOn (tw.kept = "time"),
  /** Until when it is open, if it is not refreshed. */
  5: string expiresOn (tw.kept = "time"),
  /** The hash of the token that was given out last. One that the first version has opened has none until it is refreshed. */
  6: optional binary token,
  /** The hash of the one before. */
  7: optional binary tokenBefore
} (tw.record = "sessions")

/** A refresh token of the first version. */
struct StoredToken {
  /** The token's. */
  1: binary hash (tw.kept = "key"),
  /** Of which session. */
  2: string sessionId,
  /** Whether it has been exchanged. */
  3: bool used,
  /** Until when it is known. */
  4: string expiresOn (tw.kept = "time")
} (tw.record = "tokens")

/** An attempt to sign in that failed. */
struct StoredFailure {
  /** 24 hex digits. */
  1: string id (tw.kept = "name"),
  /** A keyed hash of the address that was asked for. */
  2: binary account,
  /** A keyed hash of from where. */
  3: binary origin,
  /** Whether nobody had signed in from there. */
  4: bool strange,
  /** When. */
  5: string failedOn (tw.kept = "time")
} (tw.record = "failures")

/** From where somebody has signed in. */
struct StoredOrigin {
  /** The next two, one behind the other. */
  1: binary key (tw.kept = "key"),
  /** A keyed hash of the address. */
  2: binary account,
  /** A keyed hash of from where. */
  3: binary origin,
  /** When somebody last did. */
  4: string seenOn (tw.kept = "time")
} (tw.record = "origins")

/** A session that has ended. */
struct StoredRevocation {
  /** Its place among all of them. */
  1: i64 position (tw.kept = "key"),
  /** Which session. */
  2: string sessionId,
  /** Until when its access tokens must be refused, in seconds since 1970. */
  3: i64 expiresS
} (tw.record = "revocations")
