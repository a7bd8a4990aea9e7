/**
 * The Tasks service: each user's list of things to do.
 *
 * The first four methods and the first five fields of Task are what older clients speak. They never change.
 * New fields get numbers from 6 on, new methods stand beside the old ones.
 */

include "common.thrift"

namespace c_glib Tw
namespace py taskwire.tasks

/** Something to do. */
struct Task {
  /** Made by the service: 24 hex digits. */
  1: optional string id,
  /** Whose task it is: an opaque name of 1 to 128 bytes. */
  2: string userId (tw.claim = "sub", vt.min_size = "1", tw.max_bytes = "128"),
  /** What is to be done: at most 500 characters, none of them a control character, and one at least that can be seen. */
  3: optional string name = "" (vt.max_size = "500", tw.visible = "true",
    vt.pattern = "[^\\x00-\\x1f\\x7f-\\x9f]*"),
  /** When it was made: UTC, RFC 3339 with milliseconds. */
  4: optional string createdOn,
  /** Whether it is finished. */
  5: optional bool done,
  /** When it was last changed: UTC, RFC 3339 with milliseconds. */
  6: optional string updatedOn,
  /** From 1, one more with each change. */
  7: optional i64 version
}

/** What a new task starts with. */
struct NewTask {
  /** What is to be done: 1 to 500 characters, none of them a control character, and one at least that can be seen. */
  1: string name (vt.min_size = "1", vt.max_size = "500", tw.visible = "true",
    vt.pattern = "[^\\x00-\\x1f\\x7f-\\x9f]*"),
  /** Whether it is finished already. */
  2: optional bool done = false
}

/** What to change of a task. What is absent stays as it is. */
struct TaskChanges {
  /** Names that the request set to null. No field of a task can be cleared, so any is refused. */
  1: optional set<string> clear (tw.nulls = "true", vt.max_size = "0"),
  /** What is to be done: 1 to 500 characters, none of them a control character, and one at least that can be seen. */
  2: optional string name (vt.min_size = "1", vt.max_size = "500", tw.visible = "true",
    vt.pattern = "[^\\x00-\\x1f\\x7f-\\x9f]*"),
  /** Whether it is finished. */
  3: optional bool done
}

/** Which tasks to list. */
struct PageRequest {
  /** How many tasks at most. */
  1: optional i32 limit = 50 (api.query = "limit", vt.ge = "1", vt.le = "200"),
  /** The nextCursor of the page before, as it came: this page goes on there. */
  2: optional string cursor (api.query = "cursor", vt.max_size = "28", vt.pattern = "A[Q-Za-f][A-Za-z0-9_-]{26}"),
  /** Only the finished tasks (true) or only the open ones (false). */
  3: optional bool done (api.query = "done")
}

/** A part of a user's tasks, newest first. */
struct TaskPage {
  /** The tasks. */
  1: list<Task> tasks,
  /** Asks for the next page. Absent on the last one. */
  2: optional string nextCursor
}

/** Keeps each user's tasks. */
service Tasks {
  /** Every task of a user, newest first. For long lists there is page. */
  list<Task> all(
    /** Whose tasks. */
    1: string userId (vt.min_size = "1", tw.max_bytes = "128")
  ) (tw.retry = "safe"),

  /** Add a task. */
  Task add(
    /** Whose task. */
    1: string userId (vt.min_size = "1", tw.max_bytes = "128"),
    /** What is to be done. */
    2: string name (vt.min_size = "1", vt.max_size = "500", tw.visible = "true",
      vt.pattern = "[^\\x00-\\x1f\\x7f-\\x9f]*")
  ),

  /** Set a task's name and whether it is done. */
  Task update(
    /** Which task. */
    1: string taskId,
    /** What is to be done. */
    2: string name (vt.min_size = "1", vt.max_size = "500", tw.visible = "true",
      vt.pattern = "[^\\x00-\\x1f\\x7f-\\x9f]*"),
    /** Whether it is finished. */
    3: bool done,
    /** Whose task. */
    4: string userId (vt.min_size = "1", tw.max_bytes = "128")
  ) throws (1: common.BaseException ouch),

  /** Change the task that has this id, or add one where there is no id. */
  Task upsert(
    /** The task. With an id, an absent or empty name and an absent done are left as they are. */
    1: Task task
  ) throws (1: common.BaseException ouch),

  /** How the service is. */
  common.Healthcheck check() (tw.role = "health", tw.retry = "safe"),

  /** One task. */
  Task get(
    /** Whose task. */
    1: string userId (tw.claim = "sub", vt.min_size = "1", tw.max_bytes = "128"),
    /** Which task. */
    2: string id (api.path = "id")
  ) throws (1: common.BaseException ouch)
    (api.get = "/v1/tasks/:id", tw.retry = "safe"),

  /** A page of a user's tasks, newest first. */
  TaskPage page(
    /** Whose tasks. */
    1: string userId (tw.claim = "sub", vt.min_size = "1", tw.max_bytes = "128"),
    /** Which of them. */
    2: PageRequest request
  ) throws (1: common.BaseException ouch)
    (api.get = "/v1/tasks", tw.retry = "safe"),

  /** Make a task. */
  Task create(
    /** Whose task. */
    1: string userId (tw.claim = "sub", vt.min_size = "1", tw.max_bytes = "128"),
    /** What it starts with. */
    2: NewTask task
  ) throws (1: common.BaseException ouch)
    (api.post = "/v1/tasks", tw.status = "201", tw.location = "/v1/tasks/{id}"),

  /** Change what is named of a task and leave the rest. */
  Task patch(
    /** Whose task. */
    1: string userId (tw.claim = "sub", vt.min_size = "1", tw.max_bytes = "128"),
    /** Which task. */
    2: string id (api.path = "id"),
    /** The changes. */
    3: TaskChanges changes
  ) throws (1: common.BaseException ouch)
    (api.patch = "/v1/tasks/:id"),

  /** Delete a task. */
  void remove(
    /** Whose task. */
    1: string userId (tw.claim = "sub", vt.min_size = "1", tw.max_bytes = "128"),
    /** Which task. */
    2: string id (api.path = "id")
  ) throws (1: common.BaseException ouch)
    (api.delete = "/v1/tasks/:id", tw.status = "204")
} (tw.calls = "side-by-side", tw.context = "accepted")
