// A service whose methods have every kind of argument that a command line can give.

namespace c_glib Desk

struct Drawer {
  /** What stands on it. */
  1: string label (vt.min_size = "1", vt.max_size = "12"),
  /** How high
      it is. */
  2: optional i32 height = 3 (vt.ge = "1", vt.le = "9")
}

struct Lamp {
  /** What it is called. */
  1: string label,
  /** Its colours. */
  2: optional list<string> colours (vt.max_size = "2", tw.distinct = "folded", vt.elem.max_size = "9", vt.elem.in = "red,blue"),
  /** How bright. */
  3: optional double brightness,
  /** When it is lit. */
  4: optional string lit (tw.format = "date,date-time")
}

struct Terms {
  /** Only in one of these states. */
  1: optional list<string> match (tw.if_match = "true"),
  /** Only in none of these states. */
  2: optional list<string> other (tw.if_none_match = "true"),
  /** The same key does it once. */
  3: optional string key (tw.key = "true", vt.max_size = "128"),
  4: optional binary fingerprint (tw.fingerprint = "true")
}

service Desk {
  /** Turns something. */
  void turn(
    /** What. */
    1: string key,
    /** On which terms. */
    2: Terms terms = {}
  ),

  /** Puts things on the desk. */
  void put(
    /** Where. */
    1: string place (vt.in = "left,right"),
    /** A drawer. */
    2: Drawer drawer,
    /** A lamp. */
    3: Lamp lamp,
    /** Whether it is urgent. */
    4: bool urgent
  ),

  /** Opens it. */
  void unlock(
    /** The code. */
    1: string code (tw.secret = "true")
  )
}
