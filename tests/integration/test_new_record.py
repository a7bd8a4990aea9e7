# SPDX-License-Identifier: Apache-2.0
"""A new record is its struct and its methods in the IDL, and its table in the list of migrations: everything else follows.

Builds a copy of the project in which people keep notes, too, and nothing else has changed, and hands its programs to
tests/newrecord/."""

import pytest

from support.rebuilding import check, rebuilt

STRUCTS = """
/** Something to remember. */
struct Note {
  /** Made by the service. */
  1: string id (tw.kept = "key"),
  /** Whose it is. */
  2: optional string ownerId (tw.kept = "owner", tw.internal = "true"),
  /** What it says. */
  3: string text,
  /** The color to show it in. */
  4: optional string color,
  /** How often it was read. */
  5: optional i32 reads = 0,
  /** Words about it. */
  6: optional list<string> words,
  /** When to show it. */
  7: optional string showOn (tw.kept = "when"),
  /** Whether it stays on top. */
  8: optional bool pinned,
  /** Which task it is about. */
  9: optional string taskId (tw.kept = "id"),
  /** When it was made. */
  10: string createdOn (tw.kept = "created"),
  /** When it was last changed. */
  11: string updatedOn (tw.kept = "updated"),
  /** From 1, one more with each change. */
  12: i64 version (tw.kept = "version")
} (tw.record = "notes", tw.tag = "version")

/** What a new note starts with. */
struct NewNote {
  /** What it says. */
  1: string text (vt.min_size = "1", vt.max_size = "100"),
  /** The color to show it in. */
  2: optional string color (vt.in = "red,green"),
  /** Words about it. */
  3: optional list<string> words (vt.max_size = "5"),
  /** When to show it. */
  4: optional string showOn (tw.format = "date,date-time"),
  /** Whether it stays on top. */
  5: optional bool pinned = false,
  /** Which task it is about. */
  6: optional string taskId (vt.pattern = "[0-9a-f]{24}")
}

/** What to change of a note. */
struct NoteChanges {
  /** Names that the request set to null. */
  1: optional set<string> clear (tw.nulls = "true", vt.max_size = "10"),
  /** What it says. */
  2: optional string text (vt.min_size = "1", vt.max_size = "100", tw.null = "refused"),
  /** The color to show it in. */
  3: optional string color (vt.in = "red,green"),
  /** Words about it. */
  4: optional list<string> words (vt.max_size = "5"),
  /** Whether it stays on top. */
  5: optional bool pinned (tw.null = "refused")
}

/** Which notes. */
struct NotesRequest {
  /** How many at most. */
  1: optional i32 limit = 50 (api.query = "limit", vt.ge = "1", vt.le = "200"),
  /** The nextCursor of the page before. */
  2: optional string cursor (api.query = "cursor", vt.pattern = "[0-9a-f]{24}")
}

/** A part of somebody's notes. */
struct Notes {
  /** The notes. */
  1: list<Note> notes,
  /** Asks for the next page. */
  2: optional string nextCursor (tw.link = "next; query=cursor")
}

"""

CALLER = '1: string userId (tw.claim = "sub", vt.min_size = "1", tw.max_bytes = "128")'
WHICH = '2: string id (api.path = "id")'
METHODS = f"""

  /** Make a note. */
  Note createNote({CALLER}, 2: NewNote note, 3: common.CreateOptions options = {{}}) throws (1: common.BaseException ouch)
    (tw.serve = "create notes", api.post = "/v1/notes", tw.retry = "key", tw.status = "201", tw.location = "/v1/notes/{{id}}",
     tw.errors = "404"),

  /** One note. */
  Note getNote({CALLER}, {WHICH}) throws (1: common.BaseException ouch)
    (tw.serve = "get notes", api.get = "/v1/notes/:id", tw.retry = "safe", tw.errors = "404"),

  /** Notes, newest first. */
  Notes notes({CALLER}, 2: NotesRequest request) throws (1: common.BaseException ouch)
    (tw.serve = "list notes", api.get = "/v1/notes", tw.retry = "safe", tw.errors = "400"),

  /** Change a note. */
  Note patchNote({CALLER}, {WHICH}, 3: NoteChanges changes, 4: common.ChangeOptions options = {{}})
    throws (1: common.BaseException ouch)
    (tw.serve = "patch notes", api.patch = "/v1/notes/:id", tw.retry = "key", tw.errors = "400,404"),

  /** Delete a note. */
  void removeNote({CALLER}, {WHICH}, 3: common.ChangeOptions options = {{}}) throws (1: common.BaseException ouch)
    (tw.serve = "remove notes", api.delete = "/v1/notes/:id", tw.retry = "key", tw.status = "204", tw.errors = "404")
}} (tw.calls"""

MIGRATION = """
  "CREATE TABLE notes ("
  "  owner_id TEXT NOT NULL, id BLOB NOT NULL UNIQUE CHECK (length (id) = 12), created_ms INTEGER NOT NULL,"
  "  updated_ms INTEGER NOT NULL, version INTEGER NOT NULL, text TEXT NOT NULL, color TEXT, reads INTEGER NOT NULL,"
  "  words BLOB, show INTEGER, pinned INTEGER NOT NULL, task_id BLOB, PRIMARY KEY (owner_id, id)"
  ") STRICT, WITHOUT ROWID",
"""


def add_notes(idl):
    before, service, behind = idl.partition("/** Keeps each user's tasks. */\nservice Tasks {")
    assert service and behind.count("\n} (tw.calls") == 1
    return before + STRUCTS.lstrip() + service + behind.replace("\n} (tw.calls", "," + METHODS, 1)


@pytest.mark.rebuild
def test_new_record_is_everywhere(mongodb_uri, tmp_path):
    """Data of the version before is brought up to date, and served."""
    build = rebuilt(tmp_path / "project", add_notes, MIGRATION)
    check(build, "newrecord/check_new_record.py", tmp_path / "inside", mongodb_uri)
