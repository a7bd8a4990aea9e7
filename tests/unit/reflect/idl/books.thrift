/** Every type, every kind of default, every annotation. */

include "shelf.thrift"

typedef i64 Moment
typedef list<string> Names
const i16 SEVEN = 7

/**
 * Two lines
 *   of words.
 */
struct Every {
  1: required bool flag,
  2: i8 tiny = -3,
  3: i16 small = SEVEN,
  4: shelf.Colour colour = shelf.Colour.GREEN,
  5: Moment big = -9223372036854775808,
  6: double real = 3,
  7: string text = "with \"quotes\"",
  8: binary bytes,
  9: Names names = ["a"],
  10: set<i32> numbers,
  11: map<i64, list<map<string, Every>>> deep,
  12: optional Every twin,
  13: Either either,
  14: optional bool yes = true
  40: required i32 both = 5
}

union Either { 1: i32 number, 2: string word }

struct Limited {
  1: optional set<string> clear (tw.nulls = "true", vt.max_size = "2"),
  5: string text (vt.min_size = "2", vt.max_size = "4", tw.max_bytes = "6", vt.pattern = "[^\\x00-\\x1f]*", unknown = "fine"),
  3: optional i32 number (vt.ge = "-5", vt.le = "10", api.body = "count"),
  4: optional double share (vt.ge = "0.5", vt.le = "1"),
  2: optional string kind (vt.in = "low,high"),
  6: optional list<i32> rows (vt.min_size = "1", vt.max_size = "3"),
  7: optional i8 level (vt.in = "-1,0,1"),
  8: optional binary blob (vt.max_size = "3", tw.secret = "true"),
  9: optional string plain = "" (vt.min_size = "1", vt.max_size = "5"),
  10: optional list<string> words (vt.max_size = "3", tw.distinct = "folded", vt.elem.max_size = "3", tw.elem.visible = "true",
    vt.elem.pattern = "[^\\x00-\\x1f]*"),
  11: optional set<i32> odds (vt.max_size = "3", vt.elem.ge = "1", vt.elem.in = "1,3,5"),
  12: optional string day (tw.format = "date,date-time"),
  13: optional string moment (tw.format = "date-time"),
  14: optional string birthday (tw.format = "date"),
  15: optional i32 rank (tw.null = "refused")
}

struct Query {
  1: optional i32 limit = 50 (api.query = "limit", vt.ge = "1"),
  2: optional string agent (api.header = "X-Agent"),
  3: optional bool dark (api.cookie = "dark"),
  4: string shelf (api.path = "shelf")
}

struct Ticket {
  1: string holder (tw.claim = "sub"),
  2: string stub (tw.claim = "sid"),
  3: string id,
  4: optional string tag (api.header = "ETag")
}

exception Refused {
  1: i32 code,
  2: i16 answer (tw.error = "status"),
  3: string message,
  4: optional string stub (tw.claim = "sid")
}

struct Ended { 1: string stub, 2: i64 expires }
struct Ends { 1: i64 position, 2: list<Ended> ended }

/** Lends books. */
service Books extends shelf.Shelf {
  /** Find some. */
  list<Every> find(1: string reader (tw.claim = "sub"), 2: Query query) throws (1: shelf.Trouble trouble)
    (api.get = "/shelves/:shelf/books", tw.retry = "safe"),
  Ticket lend(1: Limited wish, 2: string note (tw.max_bytes = "10", tw.secret = "true")) throws (1: Refused refused)
    (api.post = "/tickets:lend", tw.auth = "none", tw.status = "201", tw.location = "/tickets/{id}",
     tw.issues = "session", tw.revokes = "sid"),
  void give(1: string stub (tw.claim = "sid"), 2: string id (api.path = "id")) (api.delete = "/tickets/:id", tw.revokes = "sid"),
  Every put(1: Every every) (api.put = "/every"),
  string patch(1: Limited changes) (api.patch = "/limited", tw.status = "202"),
  oneway void tell(1: string word),
  Ends ends(1: i64 since) (tw.role = "revocations"),
  binary raw(1: Every every, 2: Either either)
}
