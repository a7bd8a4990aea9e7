/**
 * The Accounts service: who may sign in, and which sessions are open.
 *
 * Access tokens are made and checked by the gateway. What is kept here is the account, the hash of its password, and
 * of each session the hashes of its last two refresh tokens.
 */

include "common.thrift"

namespace c_glib Tw
namespace py taskwire.accounts

/** Somebody who can sign in. */
struct Account {
  /** Made by the service: 24 hex digits. Its tasks are kept under it. */
  1: string id (tw.example = "665f1e2a0b7c4d8f9e013579"),
  /** The address, in lower case. */
  2: string email (tw.example = "ada@example.org"),
  /** What to call the person. */
  3: optional string name (tw.example = "Ada Lovelace"),
  /** When it was made: UTC, RFC 3339 with milliseconds. */
  4: string createdOn (tw.example = "2026-01-31T09:30:00.000Z")
}

/** What it takes to sign up. */
struct NewAccount {
  /** An address such as ada@example.org, in ASCII and of at most 254 bytes. Upper and lower case are the same. */
  1: string email (tw.max_bytes = "254", tw.example = "ada@example.org",
    vt.pattern = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:[.][A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:[.][A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"),
  /** At least 8 characters and at most 1,024 bytes. It does not matter how a character is typed: it is compared in NFC. */
  2: string password (vt.min_size = "8", tw.max_bytes = "1024", tw.normalize = "nfc", tw.secret = "true",
    tw.example = "correct horse battery staple"),
  /** What to call the person: 1 to 500 characters, none of them a control character, and one at least that can be seen. */
  3: optional string name (vt.min_size = "1", vt.max_size = "500", tw.normalize = "nfc", tw.visible = "true",
    vt.pattern = "[^\\x00-\\x1f\\x7f-\\x9f]*", tw.example = "Ada Lovelace")
}

/** What it takes to sign in. Anything that is not an account's address and password is refused in the same way. */
struct Credentials {
  /** The account's address. */
  1: string email (tw.max_bytes = "254", tw.example = "ada@example.org"),
  /** The account's password. */
  2: string password (tw.max_bytes = "1024", tw.secret = "true", tw.example = "correct horse battery staple")
}

/** A session's next refresh token is bought with the one before. */
struct RefreshRequest {
  /**
   * The token that the last answer gave. It buys the same one however often it is presented, until that one has been
   * used: whoever did not hear an answer asks again.
   */
  1: string refreshToken (tw.max_bytes = "128", tw.secret = "true", tw.cookie = "taskwire_refresh",
    tw.example = "aw1VEyKZbu4fDdWfF1jguHsRnyiT4LTctZO-20kBq4Suyh3kkyXomvCSwannlZ3RNt2ltmAO0mnCxdzN")
}

/** An open session. The gateway adds an access token to it. */
struct Session {
  /** The account's id. */
  1: string userId (tw.claim = "sub"),
  /** Which session. */
  2: string sessionId (tw.claim = "sid"),
  /** Buys the next session tokens. */
  3: string refreshToken (tw.secret = "true", tw.cookie = "taskwire_refresh; path=/v1/sessions; max_age=2592000",
    tw.example = "aw1VEyKZbu4fDdWfF1jguHsRnyiT4LTctZO-20kBq4Suyh3kkyXomvCSwannlZ3RNt2ltmAO0mnCxdzN"),
  /** The account, after signing up. */
  4: optional Account account,
  /** A session that this one has taken the place of: the one that an earlier answer to the same sign-up has opened. */
  5: optional string endedSession (tw.claim = "ended")
}

/** A session that has ended. */
struct Revocation {
  /** Which session. */
  1: string sessionId,
  /** Until when the session's access tokens must be refused, in seconds since 1970. */
  2: i64 expires
}

/** The sessions that ended, oldest first. */
struct Revocations {
  /** What to ask for next. */
  1: i64 position,
  /** The sessions. Empty when there is nothing newer. */
  2: list<Revocation> ended
}

/** A refresh token that can't be used. If its successor was used before, its session has been ended. */
exception RefreshRefused {
  /** 401; 400 for what can be no token. */
  1: i32 code (tw.error = "status"),
  /** One sentence for a person. */
  2: string message (tw.error = "detail"),
  /** The session that was ended, where one was. */
  3: optional string sessionId (tw.claim = "sid")
}

/** Keeps accounts and their sessions. */
service Accounts {
  /** Make an account and open its first session. */
  Session signup(
    /** Who. */
    1: NewAccount account,
    /** By what it is known when it is sent again, within 30 days: with the password it is answered then, and the session
     * of the answer before has ended. */
    2: common.CreateOptions options = {}
  ) throws (1: common.BaseException ouch)
    (api.post = "/v1/accounts", tw.auth = "none", tw.status = "201", tw.retry = "key", tw.issues = "session",
      tw.revokes = "sid", tw.errors = "409,422"),

  /** Open a session. */
  Session login(
    /** Who, and the proof of it. */
    1: Credentials credentials
  ) throws (1: common.BaseException ouch)
    (api.post = "/v1/sessions", tw.auth = "none", tw.status = "201", tw.issues = "session", tw.errors = "401"),

  /**
   * Exchange a refresh token for new tokens. Asking again gives the same refresh token; a token whose successor was used
   * before ends its session.
   */
  Session refresh(
    /** The token. */
    1: RefreshRequest request
  ) throws (1: RefreshRefused refused, 2: common.BaseException ouch)
    (api.post = "/v1/sessions/refresh", tw.auth = "none", tw.issues = "session", tw.revokes = "sid",
      tw.errors = "400,401"),

  /** End the session: its access and refresh tokens are refused from then on. */
  void logout(
    /** Whose session. */
    1: string userId (tw.claim = "sub", vt.min_size = "1", tw.max_bytes = "128"),
    /** Which session. */
    2: string sessionId (tw.claim = "sid", vt.min_size = "1", tw.max_bytes = "128")
  ) throws (1: common.BaseException ouch)
    (api.delete = "/v1/sessions/current", tw.status = "204", tw.revokes = "sid", tw.drops = "taskwire_refresh",
      tw.errors = "503"),

  /** The account. */
  Account get(
    /** Which account. */
    1: string userId (tw.claim = "sub", vt.min_size = "1", tw.max_bytes = "128")
  ) throws (1: common.BaseException ouch)
    (api.get = "/v1/account", tw.retry = "safe", tw.errors = "404"),

  /** The sessions that have ended since a point, for as long as one of their access tokens could be valid. */
  Revocations revocations(
    /** 0 for all of them, then the position of the answer before. */
    1: i64 since (vt.ge = "0")
  ) throws (1: common.BaseException ouch)
    (tw.role = "revocations", tw.retry = "safe"),

  /** How the service is. */
  common.Healthcheck check() (tw.role = "health", tw.retry = "safe")
} (tw.calls = "side-by-side", tw.context = "accepted")
