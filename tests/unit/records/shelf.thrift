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
  10: optional i32 pages,
  11: optional double weight,
  12: optional string seriesId (tw.kept = "id"),
  13: optional i16 stars = 3,
  14: optional list<string> words,
  15: optional string readOn (tw.kept = "when"),
  16: optional binary cover,
  17: optional list<i32> chapters (tw.kept = "no"),
  20: optional string where (tw.kept = "no")
} (tw.record = "books")

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

service Shelf {
  Book put(1: string readerId, 2: NewBook book, 3: Place place),
  Book change(1: string readerId, 2: BookChanges changes, 4: list<i32> others)
}
