/**
 * What every Taskwire service has in common: how it fails and how it says that it is well.
 */

namespace c_glib Tw
namespace py taskwire.common

/** A refusal that the caller can act on. At the edge it becomes an HTTP answer with this status. */
exception BaseException {
  /**
   * What went wrong, as an HTTP status: 400 bad data, 401 not signed in, 404 not there, 409 taken, 412 not as it had to
   * be, 422 a key of another request, 429 too often, 503 away.
   */
  1: i32 code (tw.error = "status"),
  /** One sentence for a person. */
  2: string message (tw.error = "detail"),
  /** After how many seconds to try again, where that is known. */
  3: optional i32 retryAfter (api.header = "Retry-After", tw.example = "30"),
  /** What of the input it is about, where it is about a part of it: the names that lead to it. */
  4: optional string location (tw.error = "location")
}

/** How a service is. */
struct Healthcheck {
  /** True while the service can do its work. */
  1: bool ok,
  /** What is wrong; empty while all is well. */
  2: string message
}
