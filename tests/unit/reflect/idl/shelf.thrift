/** A base in a document of its own. */

enum Colour { RED = 1, GREEN = 2 }

/** What is thrown without annotations. */
exception Trouble { 1: i32 code, 2: string message }

service Shelf {
  /** How it is. */
  Health well() (tw.role = "health", tw.retry = "safe"),
  void dust(1: i32 row (vt.ge = "1"))
    (api.post = "/shelf/dust", tw.auth = "none")
}

struct Health { 1: bool ok, 2: string message }
