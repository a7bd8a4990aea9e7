/**
 * An address book: a service that is not ours, to prove that nothing of ours is built into the rooms.
 *
 * It uses every annotation of docs/annotations.md and every type that the IDL allows.
 */

include "directory.thrift"

namespace py address_book

/** Where somebody lives. */
struct Address {
  /** Street and number. */
  1: optional string street (vt.max_size = "80"),
  /** The town. */
  2: required string city (vt.min_size = "1", vt.max_size = "60"),
  /** The floor; below 0 is under ground. */
  3: optional i16 floor (vt.ge = "-9", vt.le = "200"),
  /** Degrees north of the equator. */
  4: optional double latitude (vt.ge = "-90", vt.le = "90.0")
}

/** How to reach somebody: one way of these. */
union Reach {
  /** By telephone. */
  1: string phone (vt.pattern = "[+][0-9]{3,15}", tw.example = "+49301234"),
  /** By fax: a number without its plus. */
  2: i64 fax (vt.ge = "1"),
  /** By letter. */
  3: Address letter
}

/** Somebody, as the book has it. */
struct Contact {
  /** Made by the book. */
  1: string key,
  /** Whose contact it is. */
  2: string owner (tw.claim = "sub"),
  /** The whole name. */
  3: string fullName (api.body = "full_name"),
  /** What friends say. */
  4: optional string nickname,
  /** Words to find the contact by, in order. */
  5: list<string> labels,
  /** Which groups the contact is in. */
  6: set<i32> groups,
  /** Notes by their title. */
  7: map<string, string> notes,
  /** Addresses by the year since when they hold. */
  8: map<i32, Address> addresses,
  /** A small picture. */
  9: optional binary portrait,
  /** From 0 to 5. */
  10: optional i8 stars,
  /** In metres. */
  11: optional double height,
  /** How to get in touch. */
  12: optional Reach reach,
  /** Whether it is a favourite. */
  13: optional bool starred,
  /** Counts the changes. */
  14: i64 revision (api.header = "Contact-Revision"),
  /** The key of the contact, for the next visit. */
  15: optional string lastSeen (api.cookie = "last_seen")
} (tw.tag = "revision,fullName")

/** By what a request is known again. */
struct Once {
  /** The same key does it once. */
  1: optional string key (tw.key = "true", vt.min_size = "1", vt.max_size = "128", vt.pattern = "[\\x20-\\x7e]*"),
  /** What was asked for with the key. */
  2: optional binary fingerprint (tw.fingerprint = "true")
}

/** What a change depends on, and by what it is known again. */
struct Terms {
  /** Only where the contact has one of these tags. */
  1: optional list<string> ifMatch (tw.if_match = "true", vt.max_size = "8"),
  /** Only where it has none of them. */
  2: optional list<string> ifNoneMatch (tw.if_none_match = "true"),
  /** The same key does it once. */
  3: optional string key (tw.key = "true", vt.min_size = "1", vt.max_size = "128", vt.pattern = "[\\x20-\\x7e]*"),
  /** What was asked for with the key. */
  4: optional binary fingerprint (tw.fingerprint = "true")
}

/** Somebody to write into the book. */
struct NewContact {
  /** The whole name. */
  1: string fullName (api.body = "full_name", vt.min_size = "1", vt.max_size = "100", tw.visible = "true",
    vt.pattern = "[^\\x00-\\x1f]*"),
  /** What friends say. */
  2: optional string nickname (tw.max_bytes = "40", tw.visible = "true"),
  /** Words to find the contact by, in order. */
  3: optional list<string> labels (vt.max_size = "5", tw.example = '["friend", "<i>chess</i>"]'),
  /** Which groups the contact is in. */
  4: optional set<i32> groups (vt.min_size = "1", vt.max_size = "3"),
  /** Notes by their title. */
  5: optional map<string, string> notes (vt.max_size = "4", tw.example = '{"met": "in Ulm & around"}'),
  /** Addresses by the year since when they hold. */
  6: optional map<i32, Address> addresses,
  /** A small picture. */
  7: optional binary portrait (vt.min_size = "1", vt.max_size = "64", tw.example = "iVBORw0KGgo="),
  /** From 0 to 5. */
  8: optional i8 stars (vt.ge = "0", vt.le = "5"),
  /** In metres. */
  9: optional double height (vt.ge = "0.3", vt.le = "3", tw.example = "1.75"),
  /** How to get in touch. */
  10: optional Reach reach,
  /** Whether it is a favourite. */
  11: optional bool starred = false,
  /** 1 is the most important. */
  12: optional i32 importance = 2 (vt.in = "1,2,3"),
  /** What kind it is. */
  13: optional string kind = "person" (vt.in = "person,company"),
  /** The same key makes the contact once. */
  14: optional string requestKey (api.header = "Request-Key", tw.max_bytes = "64"),
  /** Where the visitor came from. */
  15: optional string campaign (api.cookie = "campaign", vt.max_size = "20"),
  /** Opens the contact's diary. */
  16: optional string passphrase (tw.secret = "true", vt.min_size = "4", tw.max_bytes = "128")
}

/** Somebody of many. */
struct Card {
  /** Whose contact it will be. */
  1: string owner (tw.claim = "sub", vt.max_size = "40"),
  /** The whole name. */
  2: string fullName (api.body = "full_name", vt.min_size = "1", vt.max_size = "100"),
  /** How to get in touch. */
  3: optional Reach reach
}

/** What to change of a contact. What is absent stays as it is; null clears what is optional. */
struct ContactChanges {
  /** What the request set to null. */
  1: optional set<string> clear (tw.nulls = "true"),
  /** The whole name. */
  2: optional string fullName (api.body = "full_name", vt.min_size = "1", vt.max_size = "100"),
  /** What friends say. */
  3: optional string nickname (tw.max_bytes = "40"),
  /** Where the contact lives now. */
  4: optional Address home,
  /** Only this revision is changed. */
  5: optional i64 revision (api.header = "Contact-Revision", vt.ge = "1")
}

/** Which contacts to list. */
struct ContactQuery {
  /** How many at most. */
  1: optional i32 size = 20 (api.query = "page_size", vt.ge = "1", vt.le = "100"),
  /** Where to go on. */
  2: optional string after (api.query = "after", tw.max_bytes = "64"),
  /** Only favourites, or only the others. */
  3: optional bool starred (api.query = "starred"),
  /** Only those at least this tall, in metres. */
  4: optional double height (api.query = "height", vt.ge = "0"),
  /** Only this kind. */
  5: optional string kind (api.query = "kind", vt.in = "person,company")
}

/** A part of the book. */
struct ContactList {
  /** The contacts. */
  1: list<Contact> contacts,
  /** Asks for the next part. Absent on the last one. */
  2: optional string after (tw.link = "next; query=after"),
  /** Asks for the first part, where this is another one. */
  3: optional i32 start (tw.link = "first; query=after")
}

/** A visitor's name and word. */
struct Visitor {
  /** The name. */
  1: string visitor (vt.min_size = "1", vt.max_size = "30"),
  /** The word. */
  2: string word (tw.secret = "true", tw.max_bytes = "100")
}

/** An open visit. The gateway adds an access token to it. */
struct Visit {
  /** Who. */
  1: string owner (tw.claim = "sub"),
  /** Which visit. */
  2: string visit (tw.claim = "sid"),
  /** A greeting. */
  3: string greeting,
  /** Lets the visitor in again, without the word. */
  4: optional string stamp (tw.secret = "true", tw.cookie = "visit_stamp; path=/v1/visits; max_age=3600"),
  /** A visit that this one has put an end to. */
  5: optional string over (tw.claim = "ended")
}

/** What a visitor who was here before shows. */
struct Return {
  /** What the last visit gave. */
  1: string stamp (tw.secret = "true", vt.max_size = "40", tw.cookie = "visit_stamp")
}

/** A visit that is over. */
struct EndedVisit {
  /** Which visit. */
  1: string visit,
  /** Until when its tokens must be refused, in seconds since 1970. */
  2: i64 expires
}

/** The visits that are over. */
struct EndedVisits {
  /** What to ask for next. */
  1: i64 position,
  /** The visits. */
  2: list<EndedVisit> ended
}

/** Something that has happened. */
struct Happening {
  /** To whom. */
  1: string key,
  /** What. */
  2: string what
}

/** What has happened since. */
struct News {
  /** In order. */
  1: list<Happening> happenings,
  /** What to ask with next. */
  2: string mark,
  /** Whether there is more already. */
  3: bool further
}

/** Which news. */
struct NewsQuery {
  /** Where to go on; from the beginning without it. */
  1: optional string behind (api.query = "behind", vt.max_size = "4000", vt.pattern = "[a-z0-9.]+"),
  /** How many at most. */
  2: optional i32 most = 10 (api.query = "most", vt.ge = "1", vt.le = "1000")
}

/** Who may want to ask for news. */
struct Whispers {
  /** What to ask with next. */
  1: i64 at,
  /** Who. */
  2: list<string> owners,
  /** Anybody. */
  3: bool anybody
}

/** Keeps everybody's address book. */
service AddressBook extends directory.Directory {
  /** Begin a visit. */
  Visit enter(
    /** Who. */
    1: Visitor visitor
  ) throws (1: directory.Refusal refused)
    (api.post = "/v1/visits", tw.auth = "none", tw.status = "201", tw.issues = "session", tw.revokes = "sid"),

  /** Go on with a visit. */
  Visit again(
    /** What lets in. */
    1: Return shown
  ) throws (1: directory.Refusal refused)
    (api.post = "/v1/visits/again", tw.auth = "none", tw.issues = "session"),

  /** End the visit. */
  void leave(
    /** Who. */
    1: string owner (tw.claim = "sub", vt.max_size = "40"),
    /** Which visit. */
    2: string visit (tw.claim = "sid", vt.max_size = "40")
  ) (api.delete = "/v1/visits/current", tw.status = "204", tw.revokes = "sid", tw.drops = "visit_stamp"),

  /** The visits that are over since a point. */
  EndedVisits ended(
    /** 0 for all of them, then the position of the answer before. */
    1: i64 since (vt.ge = "0")
  ) (tw.role = "revocations", tw.retry = "safe"),

  /** Write somebody into the book. */
  Contact write(
    /** Whose book. */
    1: string owner (tw.claim = "sub"),
    /** Who. */
    2: NewContact contact,
    /** How often. */
    3: Once once = {}
  ) throws (1: directory.Refusal refused)
    (api.post = "/v1/contacts", tw.retry = "key", tw.status = "201", tw.location = "/v1/contacts/{key}"),

  /** Somebody. */
  Contact look(
    /** Whose book. */
    1: string owner (tw.claim = "sub"),
    /** Who. */
    2: string key (api.path = "key", vt.max_size = "40")
  ) throws (1: directory.Refusal refused)
    (api.get = "/v1/contacts/:key", tw.retry = "safe"),

  /** A part of the book, by name. */
  ContactList leaf(
    /** Whose book. */
    1: string owner (tw.claim = "sub"),
    /** Which part. */
    2: ContactQuery query
  ) throws (1: directory.Refusal refused)
    (api.get = "/v1/contacts", tw.retry = "safe"),

  /** Change what is named of somebody and leave the rest. */
  Contact amend(
    /** Whose book. */
    1: string owner (tw.claim = "sub"),
    /** Who. */
    2: string key (api.path = "key", vt.max_size = "40"),
    /** The changes. */
    3: ContactChanges changes,
    /** On which terms. */
    4: Terms terms = {}
  ) throws (1: directory.Refusal refused)
    (api.patch = "/v1/contacts/:key"),

  /** Set one note. */
  void note(
    /** Whose book. */
    1: string owner (tw.claim = "sub"),
    /** About whom. */
    2: string key (api.path = "key", vt.max_size = "40"),
    /** The note's number. */
    3: i32 number (api.path = "number", vt.ge = "1", vt.le = "99"),
    /** What it says. */
    4: string text (vt.max_size = "1000"),
    /** Whether nobody else may read it. */
    5: bool hidden
  ) throws (1: directory.Refusal refused)
    (api.put = "/v1/contacts/:key/notes/:number"),

  /** Take many in at once, later. The answer names each that will be. */
  list<string> gather(
    /** Whose book. */
    1: string owner (tw.claim = "sub"),
    /** Who. */
    2: list<Card> cards (vt.min_size = "1", vt.max_size = "10")
  ) throws (1: directory.Refusal refused)
    (api.post = "/v1/contacts:gather", tw.status = "202"),

  /** Strike somebody out. */
  void strike(
    /** Whose book. */
    1: string owner (tw.claim = "sub"),
    /** Who. */
    2: string key (api.path = "key", vt.max_size = "40"),
    /** On which terms. */
    3: Terms terms = {}
  ) throws (1: directory.Refusal refused)
    (api.delete = "/v1/contacts/:key", tw.status = "204", tw.errors = "403,404,418"),

  /** What has happened in the book. */
  News news(
    /** Whose book. */
    1: string owner (tw.claim = "sub"),
    /** Of which kind: "all", or what has happened. */
    2: string kind (api.path = "kind", vt.max_size = "20"),
    /** Which part. */
    3: NewsQuery query
  ) throws (1: directory.Refusal refused)
    (api.get = "/v1/news/:kind", tw.retry = "safe", tw.errors = "400,403,410",
      tw.stream = "/v1/news/:kind/events; list=happenings; token=mark; more=further; since=behind"),

  /** Who has news. */
  Whispers whispers(
    /** What the last answer said; 0 at first. */
    1: i64 after,
    /** For how many milliseconds to wait for some. */
    2: i32 waitMs
  ) (tw.role = "hints", tw.retry = "safe"),

  /** How many there are. It has no route. */
  i32 total(
    /** Whose book. */
    1: string owner
  ),
}
