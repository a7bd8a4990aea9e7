/**
 * What every directory has in common. The address book includes it, so that inheritance and included types are met.
 */

namespace py directory

/** A refusal: an exception whose status and sentence have names of their own. */
exception Refusal {
  /** The HTTP status. */
  1: i32 reason (tw.error = "status"),
  /** One sentence for a person. */
  2: string explanation (tw.error = "detail"),
  /** How often this was refused before. */
  3: optional i32 times,
  /** After how many seconds to ask again. */
  4: optional i32 pause (api.header = "Retry-After"),
  /** What it is about. */
  5: optional string what (tw.error = "location")
}

/** How the directory is. */
struct Wellbeing {
  /** True while it can do its work. */
  1: bool well,
  /** What is wrong; empty while all is well. */
  2: string complaint
}

/** What every directory answers. */
service Directory {
  /** How the directory is. */
  Wellbeing ping() (tw.role = "health", tw.retry = "safe"),

  /** What the directory says to whoever asks. */
  string motto(
    /** In which language. */
    1: string language = "en" (api.query = "lang", vt.in = "en,de")
  ) (api.get = "/v1/motto", tw.auth = "none", tw.retry = "safe")
}
