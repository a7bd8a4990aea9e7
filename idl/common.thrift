/**
 * What every Taskwire service has in common: how it fails and how it says that it is well.
 */

namespace c_glib Tw
namespace py taskwire.common

/** A refusal that the caller can act on. At the edge it becomes an HTTP answer with this status. */
exception BaseException {
  /**
   * What went wrong, as an HTTP status: 400 bad data, 401 not signed in, 403 not allowed, 404 not there, 409 taken,
   * 410 no more there, 412 not in the state that was asked for, 422 a key that another request had, 429 too often,
   * 503 away.
   */
  1: i32 code (tw.error = "status"),
  /** One sentence for a person. */
  2: string message (tw.error = "detail"),
  /** After how many seconds to try again, where that is known. */
  3: optional i32 retryAfter (api.header = "Retry-After", tw.example = "30"),
  /** What of the input it is about, where it is about a part of it: the names that lead to it. */
  4: optional string location (tw.error = "location"),
  /** Which kind of problem it is, where that says more than its status: a URI reference (RFC 9457, section 3.1.1). */
  5: optional string problemType (tw.error = "type")
}

/** By what a request that makes something is known when it is sent again. */
struct CreateOptions {
  /** A name of the request, of the caller's own: the same again with the same key is done once. */
  1: optional string idempotencyKey (tw.key = "true", vt.min_size = "1", vt.max_size = "128", vt.pattern = "[\\x20-\\x7e]*"),
  /** What was asked for with the key. */
  2: optional binary requestFingerprint (tw.fingerprint = "true", vt.max_size = "16")
}

/** What a change depends on, and by what it is known when it is sent again. */
struct ChangeOptions {
  /** A name of the request, of the caller's own: the same again with the same key is done once. */
  1: optional string idempotencyKey (tw.key = "true", vt.min_size = "1", vt.max_size = "128", vt.pattern = "[\\x20-\\x7e]*"),
  /** What was asked for with the key. */
  2: optional binary requestFingerprint (tw.fingerprint = "true", vt.max_size = "16"),
  /** Only where it has one of these tags; "*": only where it is there. */
  3: optional list<string> ifMatch (tw.if_match = "true", vt.max_size = "100"),
  /** Only where it has none of these tags; "*": only where it is not there. */
  4: optional list<string> ifNoneMatch (tw.if_none_match = "true", vt.max_size = "100")
}

/** How a service is. */
struct Healthcheck {
  /** True while the service can do its work. */
  1: bool ok,
  /** What is wrong; empty while all is well. */
  2: string message
}
