// A service that the tests of rpc/ serve: what it does is up to each test.

namespace c_glib Kitchen

struct Place {
  /** A name. */
  1: required string name,
  /** A floor. */
  2: optional i32 floor
}

/** A refusal with more in it than status and detail. */
exception Refusal {
  /** A status. */
  1: i32 code,
  /** A sentence. */
  2: string message,
  /** Hints. */
  3: required list<string> hints,
  /** More. */
  4: optional string more,
  /** A place. */
  5: required Place place
}

service Kitchen {
  /** Gives the text back, or refuses. */
  string echo(
    /** A text. */
    1: string text (vt.max_size = "12")
  ) throws (1: Refusal refusal),

  /** The same without a declared exception. */
  string shout(
    /** A text. */
    1: string text (vt.max_size = "12")
  ),

  /** Gives the text back, and changes nothing. */
  string look(
    /** A text. */
    1: string text (vt.max_size = "12")
  ) (tw.retry = "safe"),

  /** Is not answered. */
  oneway void note(
    /** A text. */
    1: string text
  ),

  /** Is answered with nothing. */
  void nothing(),

  /** Is answered with this many bytes. */
  binary many(
    /** How many. */
    1: i32 bytes
  )
}
