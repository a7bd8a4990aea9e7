/** A record with a field of every kind, for the tests of records. */

struct Place {
  1: string room,
  2: optional i16 shelf
}

/** A book. */
struct Book {
  1: optional string id (tw.kept = "key"),
  2: string readerId (tw.kept = "owner"),
  3: optional string title = "none",
  4: optional string boughtOn (tw.kept = "created"),
  5: optional string changedOn (tw.kept = "updated"),
  6: optional i64 version (tw.kept = "version"),
  7: optional bool lent,
  8: optional string notes (tw.kept = "folded"),
  9: optional string dueOn (tw.kept = "time"),
  10: optional i32 pages (tw.internal = "true"),
  11: optional double weight,
  12: optional string seriesId (tw.kept = "id"),
  13: optional i16 stars = 3,
  14: optional list<string> words,
  15: optional string readOn (tw.kept = "when"),
  16: optional binary cover,
  17: optional list<i32> chapters (tw.kept = "no"),
  20: optional string where (tw.kept = "no")
} (tw.record = "books", tw.tag = "version")

/** What nobody owns and no commit changes. */
struct Stamp {
  1: string code (tw.kept = "name"),
  2: string madeOn (tw.kept = "time"),
  3: optional binary picture,
  4: i64 uses,
  5: bool old,
  6: optional string note
} (tw.record = "stamps")

/** The same with other keys. */
struct Page {
  1: i32 number (tw.kept = "key"),
  2: string text
} (tw.record = "pages")

struct Leaf {
  1: binary hash (tw.kept = "key"),
  2: string text
} (tw.record = "leaves")

struct NewBook {
  1: string title,
  2: optional string dueOn,
  3: optional i32 pages,
  4: optional string seriesId,
  5: optional i8 unknown,
  6: optional list<string> words,
  7: optional string readOn
}

struct BookChanges {
  1: optional set<string> clear (tw.nulls = "true"),
  2: optional string title,
  3: optional string notes,
  4: optional i32 pages,
  5: optional bool lent,
  6: optional list<string> words
}

struct BookSaid {
  1: string title (vt.max_size = "20000"),
  2: optional i32 pages = 7,
  3: optional string readOn
}

struct Depends {
  1: optional string again (tw.key = "true"),
  2: optional binary asked (tw.fingerprint = "true"),
  3: optional list<string> ifMatch (tw.if_match = "true")
}

struct Wanted {
  1: optional i32 limit = 2 (api.query = "limit", vt.ge = "1", vt.le = "50"),
  2: optional string cursor (api.query = "cursor")
}

/** What may be asked of books, in every way that there is. */
struct BookQuestion {
  1: optional i32 pages (tw.filter = "pages =; none=0"),
  2: optional i32 fewer (tw.filter = "pages <"),
  3: optional i32 atMost (tw.filter = "pages <="),
  4: optional i32 more (tw.filter = "pages >"),
  5: optional i32 atLeast (tw.filter = "pages >="),
  6: optional double lighter (tw.filter = "weight <"),
  7: optional double heavy (tw.filter = "weight >="),
  8: optional string readOn (tw.filter = "readOn ="),
  9: optional string readBefore (tw.filter = "readOn <"),
  10: optional string readAfter (tw.filter = "readOn >="),
  11: optional string dueBefore (tw.filter = "dueOn <"),
  12: optional string q (tw.filter = "title,notes words"),
  13: optional string title (tw.filter = "title ="),
  14: optional string notes (tw.filter = "notes ="),
  15: optional string word (tw.filter = "words has"),
  16: optional string seriesId (tw.filter = "seriesId ="),
  17: optional bool lent (tw.filter = "lent ="),
  18: optional string sort (tw.order = "bought=boughtOn, title=title, pages=pages, weight=weight",
    vt.in = "bought,-bought,title,-title,pages,-pages,weight,-weight")
} (tw.query = "books")

struct SomeBooks {
  1: list<Book> books,
  2: optional string more (tw.link = "next; query=cursor")
}

exception Refusal {
  1: i32 code,
  2: string message,
  3: optional string about (tw.error = "location")
}

service Shelf {
  Book put(1: string readerId, 2: NewBook book, 3: Place place),
  Book change(1: string readerId, 2: BookChanges changes, 4: list<i32> others),

  Book make(1: string readerId (tw.claim = "sub", vt.min_size = "1", tw.max_bytes = "128"),
    2: BookSaid book, 3: Depends options = {}) throws (1: Refusal why)
    (tw.serve = "create books", api.post = "/books"),
  Book look(1: string readerId (tw.claim = "sub", vt.min_size = "1", tw.max_bytes = "128"),
    2: string id (api.path = "id")) throws (1: Refusal why)
    (tw.serve = "get books", api.get = "/books/:id"),
  SomeBooks all(1: string readerId (tw.claim = "sub", vt.min_size = "1", tw.max_bytes = "128"),
    2: Wanted wanted) throws (1: Refusal why)
    (tw.serve = "list books", api.get = "/books"),
  Book alter(1: string readerId (tw.claim = "sub", vt.min_size = "1", tw.max_bytes = "128"),
    2: string id (api.path = "id"), 3: BookChanges changes, 4: Depends options = {}) throws (1: Refusal why)
    (tw.serve = "patch books", api.patch = "/books/:id"),
  void drop(1: string readerId (tw.claim = "sub", vt.min_size = "1", tw.max_bytes = "128"),
    2: string id (api.path = "id"), 3: Depends options = {}) throws (1: Refusal why)
    (tw.serve = "remove books", api.delete = "/books/:id")
}
