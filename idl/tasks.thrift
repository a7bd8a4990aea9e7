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
  1: optional string id (tw.kept = "key", tw.example = "665f1f77bcf86cd799439011"),
  /** Whose task it is: an opaque name of 1 to 128 bytes. */
  2: string userId (tw.kept = "owner", tw.claim = "sub", vt.min_size = "1", tw.max_bytes = "128"),
  /** What is to be done: at most 500 characters, none of them a control character, and one at least that can be seen. */
  3: optional string name = "" (tw.kept = "folded", vt.max_size = "500", tw.visible = "true",
    vt.pattern = "[^\\x00-\\x1f\\x7f-\\x9f]*", tw.example = "Water the plants"),
  /** When it was made: UTC, RFC 3339 with milliseconds. */
  4: optional string createdOn (tw.kept = "created", tw.example = "2026-01-31T09:30:00.000Z"),
  /** Whether it is finished. */
  5: optional bool done (tw.example = "true"),
  /** When it was last changed: UTC, RFC 3339 with milliseconds. */
  6: optional string updatedOn (tw.kept = "updated", tw.example = "2026-02-01T18:05:12.345Z"),
  /** From 1, one more with each change. */
  7: optional i64 version (tw.kept = "version", tw.example = "2"),
  /** More about it: at most 10,000 characters. Line ends and tabs may be among them, no other control characters. */
  8: optional string notes (vt.max_size = "10000", vt.pattern = "[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f]*",
    tw.example = "The ferns twice a week.\nThe cactus is fine."),
  /** By when it is to be done: a date, or a time with its offset (RFC 3339), kept in UTC, with milliseconds. */
  9: optional string dueOn (tw.kept = "when", tw.format = "date,date-time", vt.max_size = "64",
    tw.example = "2026-12-24"),
  /** When to be reminded of it: a time with its offset (RFC 3339), which is kept in UTC, with milliseconds. */
  10: optional string remindOn (tw.kept = "time", tw.format = "date-time", vt.max_size = "64",
    tw.example = "2026-12-23T17:00:00.000Z"),
  /** How urgent it is, from 1, the most, to 4. None where it is absent. */
  11: optional i32 priority (vt.ge = "0", vt.le = "4", tw.example = "2"),
  /** Words to find it by: at most 20, of 1 to 50 characters each, none of them a control character, and one at least
   * that can be seen. */
  12: optional list<string> labels (vt.max_size = "20", tw.distinct = "folded", vt.elem.min_size = "1",
    vt.elem.max_size = "50", tw.elem.visible = "true", vt.elem.pattern = "[^\\x00-\\x1f\\x7f-\\x9f]*",
    tw.example = '["home", "garden"]'),
  /** When it was finished: UTC, RFC 3339 with milliseconds. Only where it is done, and not where it was so before this
   * was noted. */
  13: optional string completedOn (tw.kept = "time", tw.example = "2026-02-01T18:05:12.345Z"),
  /** The list that it is in: 24 hex digits; without one it is in its user's inbox. */
  14: optional string listId (tw.kept = "id", tw.former = "true", vt.pattern = "[0-9A-Fa-f]{24}", vt.max_size = "24",
    tw.example = "665f1f77bcf86cd799439012"),
  /** Who is to do it: somebody in its list; in the inbox its user alone. */
  15: optional string assigneeId (vt.min_size = "1", tw.max_bytes = "128", tw.example = "665f1f77bcf86cd799439013"),
  /** Who made it; without it, its user. */
  16: optional string createdBy (tw.max_bytes = "128", tw.example = "665f1f77bcf86cd799439014"),
  /** Its place where its user sorts by hand: the lesser comes first. */
  17: optional double position (vt.ge = "-1.7976931348623157e308", vt.le = "1.7976931348623157e308", tw.example = "1.5")
} (tw.record = "tasks", tw.tag = "version")

/** What a new task starts with. */
struct NewTask {
  /** What is to be done: 1 to 500 characters, none of them a control character, and one at least that can be seen. */
  1: string name (vt.min_size = "1", vt.max_size = "500", tw.visible = "true",
    vt.pattern = "[^\\x00-\\x1f\\x7f-\\x9f]*", tw.example = "Water the plants"),
  /** Whether it is finished already. */
  2: optional bool done = false,
  /** More about it: at most 10,000 characters. Line ends and tabs may be among them, no other control characters. */
  3: optional string notes (vt.max_size = "10000", vt.pattern = "[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f]*",
    tw.example = "The ferns twice a week.\nThe cactus is fine."),
  /** By when it is to be done: a date, or a time with its offset (RFC 3339), kept in UTC, with milliseconds. */
  4: optional string dueOn (tw.format = "date,date-time", vt.max_size = "64", tw.example = "2026-12-24T18:00:00+01:00"),
  /** When to be reminded of it: a time with its offset (RFC 3339), which is kept in UTC, with milliseconds. */
  5: optional string remindOn (tw.format = "date-time", vt.max_size = "64", tw.example = "2026-12-23T18:00:00+01:00"),
  /** How urgent it is, from 1, the most, to 4; 0 is the same as none. */
  6: optional i32 priority (vt.ge = "0", vt.le = "4", tw.example = "2"),
  /** Words to find it by: at most 20, of 1 to 50 characters each, none of them a control character, and one at least
   * that can be seen. */
  7: optional list<string> labels (vt.max_size = "20", tw.distinct = "folded", vt.elem.min_size = "1",
    vt.elem.max_size = "50", tw.elem.visible = "true", vt.elem.pattern = "[^\\x00-\\x1f\\x7f-\\x9f]*",
    tw.example = '["home", "garden"]'),
  /** The list that it will be in: 24 hex digits; without one it will be in its user's inbox. */
  8: optional string listId (vt.pattern = "[0-9A-Fa-f]{24}", vt.max_size = "24",
    tw.example = "665f1f77bcf86cd799439012", tw.example_alone = "true"),
  /** Who is to do it: somebody in its list; in the inbox its user alone. */
  9: optional string assigneeId (vt.min_size = "1", tw.max_bytes = "128",
    tw.example = "665f1f77bcf86cd799439013", tw.example_alone = "true"),
  /** Its place where its user sorts by hand: the lesser comes first. */
  10: optional double position (vt.ge = "-1.7976931348623157e308", vt.le = "1.7976931348623157e308", tw.example = "1.5")
}

/** What to change of a task. What is absent stays as it is; what is null is cleared. */
struct TaskChanges {
  /** Names that the request set to null: these fields are cleared. */
  1: optional set<string> clear (tw.nulls = "true", vt.max_size = "64"),
  /** What is to be done: 1 to 500 characters, none of them a control character, and one at least that can be seen. */
  2: optional string name (vt.min_size = "1", vt.max_size = "500", tw.visible = "true",
    vt.pattern = "[^\\x00-\\x1f\\x7f-\\x9f]*", tw.null = "refused",
    tw.example = "Water the plants on the balcony"),
  /** Whether it is finished. */
  3: optional bool done (tw.null = "refused", tw.example = "true"),
  /** More about it: at most 10,000 characters. Line ends and tabs may be among them, but no other control characters.
   * An empty text clears it. */
  4: optional string notes (vt.max_size = "10000", vt.pattern = "[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f]*",
    tw.example = "The ferns twice a week.\nThe cactus is fine."),
  /** By when it is to be done: a date, or a time with its offset (RFC 3339), kept in UTC, with milliseconds. */
  5: optional string dueOn (tw.format = "date,date-time", vt.max_size = "64", tw.example = "2026-12-24T18:00:00+01:00"),
  /** When to be reminded of it: a time with its offset (RFC 3339), which is kept in UTC, with milliseconds. */
  6: optional string remindOn (tw.format = "date-time", vt.max_size = "64", tw.example = "2026-12-23T18:00:00+01:00"),
  /** How urgent it is, from 1, the most, to 4; 0 is the same as none. */
  7: optional i32 priority (vt.ge = "0", vt.le = "4", tw.example = "2"),
  /** Words to find it by: at most 20, of 1 to 50 characters each, none of them a control character, and one at least
   * that can be seen. An empty list clears them. */
  8: optional list<string> labels (vt.max_size = "20", tw.distinct = "folded", vt.elem.min_size = "1",
    vt.elem.max_size = "50", tw.elem.visible = "true", vt.elem.pattern = "[^\\x00-\\x1f\\x7f-\\x9f]*",
    tw.example = '["home", "garden"]'),
  /** The list that it is to be in: 24 hex digits; null moves it to its user's inbox. */
  9: optional string listId (vt.pattern = "[0-9A-Fa-f]{24}", vt.max_size = "24",
    tw.example = "665f1f77bcf86cd799439012", tw.example_alone = "true"),
  /** Who is to do it: somebody in its list; in the inbox its user alone. */
  10: optional string assigneeId (vt.min_size = "1", tw.max_bytes = "128",
    tw.example = "665f1f77bcf86cd799439013", tw.example_alone = "true"),
  /** Its place where its user sorts by hand: the lesser comes first. */
  11: optional double position (vt.ge = "-1.7976931348623157e308", vt.le = "1.7976931348623157e308", tw.example = "1.5")
}

/** Which tasks to list. */
struct PageRequest {
  /** How many tasks at most. */
  1: optional i32 limit = 50 (api.query = "limit", vt.ge = "1", vt.le = "200"),
  /** The nextCursor of the page before, as it came: this page goes on there. It is of one filter and one sort. */
  2: optional string cursor (api.query = "cursor", vt.max_size = "2704",
    vt.pattern = "A(?:[Q-Za-f][A-Za-z0-9_-]{26}|[g-v][A-Za-z0-9_-]{2}(?:[A-Za-z0-9_-]{4}){8,675})",
    tw.example = "ApzkhCLo1wAAAaIsFFQOaw1VEy-OEUb5KS5g", tw.example_alone = "true"),
  /** Only the finished tasks (true) or only the open ones (false). */
  3: optional bool done (api.query = "done", tw.filter = "done =", tw.example = "false"),
  /** Only tasks with this label, or with one that differs in case and accents alone. */
  4: optional string label (api.query = "label", tw.filter = "labels has", vt.min_size = "1", vt.max_size = "50",
    vt.pattern = "[^\\x00-\\x1f\\x7f-\\x9f]*", tw.example = "home"),
  /** Only tasks of this priority, from 1, the most urgent, to 4; 0: those that have none. */
  5: optional i32 priority (api.query = "priority", tw.filter = "priority =; none=0", vt.ge = "0", vt.le = "4", tw.example = "1"),
  /** Only tasks that this account is to do. */
  6: optional string assigneeId (api.query = "assigneeId", tw.filter = "assigneeId =", vt.min_size = "1", tw.max_bytes = "128",
    tw.example = "665f1f77bcf86cd799439013"),
  /** Only tasks that are due before this: a date, which is its first moment in UTC, or a time with its offset (RFC 3339). */
  7: optional string dueBefore (api.query = "dueBefore", tw.filter = "dueOn <", tw.format = "date,date-time", vt.max_size = "64",
    tw.example = "2027-01-01"),
  /** Only tasks that are due then or later: a date or a time, as with dueBefore. */
  8: optional string dueAfter (api.query = "dueAfter", tw.filter = "dueOn >=", tw.format = "date,date-time", vt.max_size = "64",
    tw.example = "2026-12-24"),
  /**
   * Only tasks whose names and notes have all of these words, each as the beginning of a word. Case and accents do not
   * matter: "cafe" finds "CAFÉ", and "strasse" finds "Straße".
   */
  9: optional string q (api.query = "q", tw.filter = "name,notes words", vt.max_size = "200", tw.example = "water plant"),
  /** Only the tasks of this list: 24 hex digits; "inbox": those that are in no list. */
  10: optional string listId (api.query = "listId", vt.max_size = "24", vt.pattern = "inbox|[0-9A-Fa-f]{24}",
    tw.example = "inbox"),
  /**
   * Which come first: the newest ("created"), those due first, the most urgent ("priority"), by name, or by position
   * ("manual"); "-" turns that round. Names go by letters without case and accents. What a task does not have comes last
   * either way, and of those that are alike the newest comes first.
   */
  11: optional string sort = "created" (api.query = "sort",
    tw.order = "created=createdOn, due=dueOn, priority=priority, name=name, manual=position",
    vt.in = "created,-created,due,-due,priority,-priority,name,-name,manual,-manual", tw.example = "due")
} (tw.query = "tasks")

/** A part of a user's tasks, in the order that was asked for. */
struct TaskPage {
  /** The tasks. */
  1: list<Task> tasks,
  /** Asks for the next page. Absent on the last one. */
  2: optional string nextCursor (tw.link = "next; query=cursor", tw.example = "ApzkhCLo1wAAAaIsFFQOaw1VEy-OEUb5KS5g")
}

/** One of several changes that are asked for at once. */
struct TaskBatchOperation {
  /** "create" makes a task, "patch" changes what `task` has of the task `id`, "remove" deletes it. */
  1: string op (vt.in = "create,patch,remove", tw.example = "patch"),
  /** Which task: of all but "create". Each may be named once. */
  2: optional string id (vt.max_size = "128", tw.example = "665f1f77bcf86cd799439011"),
  /** The version that the task has to have, where it has to: of all but "create". */
  3: optional i64 version (vt.ge = "1", tw.example = "2"),
  /** What it starts with, which has to have a name, or what to change: of all but "remove". */
  4: optional TaskChanges task
}

/** Changes that are asked for at once, of tasks that lie with one user. */
struct TaskBatch {
  /** What to do, in this order. */
  1: list<TaskBatchOperation> operations (vt.min_size = "1", vt.max_size = "100"),
  /** Whether all are to be done or none. Otherwise each is done that can be. */
  2: optional bool atomic = true
}

/** Why an operation was not done: problem details, as a request of its own would have been answered with. */
struct TaskBatchProblem {
  /** What the status says. */
  1: string title (tw.example = "Not Found"),
  /** The HTTP status. */
  2: i32 status (tw.example = "404"),
  /** One sentence for a person. */
  3: string detail (tw.example = "Task not found")
}

/** What has become of an operation. */
struct TaskBatchResult {
  /** What a request of its own would have been answered with: 201, 200, 204, or why it was not done. */
  1: i32 status (tw.example = "200"),
  /** The task as it is then, unless it was removed. */
  2: optional Task task,
  /** Why it was not done. */
  3: optional TaskBatchProblem problem
}

/** What has become of what was asked for. */
struct TaskBatchResults {
  /** Of each operation, in their order. */
  1: list<TaskBatchResult> results
}


/**
 * A list of tasks that people share. It has one owner, who made it; editors, who change its tasks; and viewers, who see
 * them.
 */
struct SharedList {
  /** Made by the service: 24 hex digits. */
  1: string id (tw.kept = "key", tw.example = "6660a1b2c3d4e5f601234567"),
  /** Whose it is. */
  2: optional string ownerId (tw.kept = "owner", tw.internal = "true"),
  /** What it is called. */
  3: string name (tw.example = "Household"),
  /** The color to show it in. */
  4: optional string color (tw.example = "#3366ff"),
  /** Whether anybody who is signed in and knows its id may join it, as a viewer. */
  5: optional bool isPublic (api.body = "public", tw.example = "false"),
  /** What the caller is in it: owner, editor or viewer. */
  6: string role (tw.kept = "no", tw.example = "owner"),
  /** Its place among the caller's lists, which come in ascending order; those without one come last, newest first. */
  7: optional double position (tw.kept = "no", tw.example = "1.5"),
  /** When it was made: UTC, RFC 3339 with milliseconds. */
  8: string createdOn (tw.kept = "created", tw.example = "2026-01-31T09:30:00.000Z"),
  /** When it, or who is in it, was last changed: UTC, RFC 3339 with milliseconds. */
  9: string updatedOn (tw.kept = "updated", tw.example = "2026-02-01T18:05:12.345Z"),
  /** From 1, one more with each change of the list itself, and of who is in it. */
  10: i64 version (tw.kept = "version", tw.example = "2"),
  /** How many are in it. */
  11: optional i32 members = 0 (tw.internal = "true"),
  /** The version of what the caller is in it. */
  12: optional i64 membership (tw.kept = "no", tw.internal = "true")
} (tw.record = "lists", tw.tag = "version,membership,role")

/** The caller's lists, in the caller's order. */
struct SharedLists {
  /** The lists. */
  1: list<SharedList> lists
}

/** What a new list starts with. */
struct NewList {
  /** What it is called: 1 to 200 characters, none of them a control character, and one at least that can be seen. */
  1: string name (vt.min_size = "1", vt.max_size = "200", tw.visible = "true",
    vt.pattern = "[^\\x00-\\x1f\\x7f-\\x9f]*", tw.example = "Household"),
  /** The color to show it in: # and six hex digits. */
  2: optional string color (vt.pattern = "#[0-9A-Fa-f]{6}", tw.example = "#3366ff"),
  /** Whether anybody who is signed in and knows its id may join it, as a viewer. */
  3: optional bool isPublic = false (api.body = "public"),
  /** Its place among the caller's lists. */
  4: optional double position (vt.ge = "-1.7976931348623157e308", vt.le = "1.7976931348623157e308", tw.example = "1.5")
}

/** What to change of a list. What is absent stays as it is; null clears a color or a position. */
struct ListChanges {
  /** Names that the request set to null. */
  1: optional set<string> clear (tw.nulls = "true", vt.max_size = "2"),
  /** What it is called: 1 to 200 characters, none of them a control character, and one at least that can be seen. */
  2: optional string name (vt.min_size = "1", vt.max_size = "200", tw.visible = "true", tw.null = "refused",
    vt.pattern = "[^\\x00-\\x1f\\x7f-\\x9f]*", tw.example = "Household"),
  /** The color to show it in: # and six hex digits. */
  3: optional string color (vt.pattern = "#[0-9A-Fa-f]{6}", tw.example = "#cc3300"),
  /** Whether anybody who is signed in and knows its id may join it, as a viewer. */
  4: optional bool isPublic (api.body = "public", tw.null = "refused", tw.example = "true"),
  /** Its place among the caller's lists: the caller's own, whoever the list belongs to. */
  5: optional double position (vt.ge = "-1.7976931348623157e308", vt.le = "1.7976931348623157e308", tw.example = "2.5")
}

/** Somebody who is in a list. */
struct Member {
  /** Made of the list's id and the member's. */
  1: optional string id (tw.kept = "key", tw.internal = "true"),
  /** Whose list it is. */
  2: optional string ownerId (tw.kept = "owner", tw.internal = "true"),
  /** Which list. */
  3: optional string listId (tw.kept = "id", tw.internal = "true", tw.former = "true"),
  /** Of somebody who is no more in it, of whom nothing else is kept: which list. */
  4: optional string formerListId (tw.kept = "id", tw.internal = "true"),
  /** Who. */
  5: string userId (tw.former = "true", tw.example = "665f1e2a0b7c4d8f9e013579"),
  /** owner, editor or viewer. */
  6: string role (tw.example = "editor"),
  /** What to call them here. */
  7: optional string displayName (tw.example = "Ada"),
  /** The list's place among the member's. */
  8: optional double position (tw.internal = "true"),
  /** Since when they have been in the list: UTC, RFC 3339 with milliseconds. */
  9: optional string since (tw.kept = "time", tw.example = "2026-01-31T09:30:00.000Z"),
  /** When this was first kept. */
  10: optional string createdOn (tw.kept = "created", tw.internal = "true"),
  /** When it was last changed. */
  11: optional string updatedOn (tw.kept = "updated", tw.internal = "true"),
  /** From 1, one more with each change. */
  12: optional i64 version (tw.kept = "version", tw.internal = "true"),
  /** Who, again, unless it is their own list: by this the lists of others are found that somebody is in. Of their own it
   * is there when it is gone, until nothing is left in it. */
  13: optional string guestId (tw.internal = "true")
} (tw.record = "members")

/** Who is in a list, longest first. */
struct ListMembers {
  /** They. */
  1: list<Member> members
}

/** What to change of a member. The owner says what somebody else's role is, everybody what they are called themselves. */
struct MemberChanges {
  /** Names that the request set to null. */
  1: optional set<string> clear (tw.nulls = "true", vt.max_size = "1"),
  /** What they are from now on. */
  2: optional string role (vt.in = "editor,viewer", tw.null = "refused"),
  /** What to call them: 1 to 100 characters, none of them a control character, and one at least that can be seen. */
  3: optional string displayName (vt.min_size = "1", vt.max_size = "100", tw.visible = "true",
    vt.pattern = "[^\\x00-\\x1f\\x7f-\\x9f]*", tw.example = "Ada")
}

/** Lets whoever is signed in and has its code be in a list. */
struct Invitation {
  /** Made by the service: 24 hex digits. */
  1: string id (tw.kept = "key", tw.example = "6660a1b2c3d4e5f6089abcde"),
  /** Whose list it is. */
  2: optional string ownerId (tw.kept = "owner", tw.internal = "true"),
  /** Which list. */
  3: optional string listId (tw.kept = "id", tw.internal = "true"),
  /** What is kept of the code. */
  4: optional string codeHash (tw.internal = "true"),
  /** What is to be presented. It is shown once, when the invitation is made. */
  5: optional string code (tw.kept = "no", tw.secret = "random", tw.example = "q2w3yZbu4fDdWfF1jguHsQ0oN7pXcK5a"),
  /** What whoever accepts it becomes: editor or viewer. */
  6: string role (tw.example = "editor"),
  /** How many more may accept it. */
  7: i32 uses (tw.example = "1"),
  /** Until when: UTC, RFC 3339 with milliseconds. */
  8: optional string expiresOn (tw.kept = "time", tw.example = "2026-02-07T09:30:00.000Z"),
  /** When it was made. */
  9: optional string createdOn (tw.kept = "created", tw.internal = "true"),
  /** When it was last used. */
  10: optional string updatedOn (tw.kept = "updated", tw.internal = "true"),
  /** From 1, one more with each change. */
  11: optional i64 version (tw.kept = "version", tw.internal = "true")
} (tw.record = "invitations")

/** A list's invitations that can be accepted still, newest first. */
struct Invitations {
  /** The invitations, without their codes. */
  1: list<Invitation> invitations
}

/** Whom to invite. */
struct NewInvitation {
  /** What whoever accepts it becomes. */
  1: string role (vt.in = "editor,viewer"),
  /** How many may accept it. */
  2: optional i32 uses = 1 (vt.ge = "1", vt.le = "100"),
  /** Until when it can be accepted: RFC 3339, later than now. Seven days, where nothing is said. */
  3: optional string expiresOn (tw.format = "date-time", tw.example = "2099-02-07T09:30:00Z"),
  /** Whose it is to be: an address such as ada@example.org. It is checked, and not kept; nothing is mailed yet. */
  4: optional string email (tw.max_bytes = "254", tw.example = "ada@example.org",
    vt.pattern = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:[.][A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:[.][A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*")
}

/** A code that somebody was given. */
struct InvitationCode {
  /** The code. */
  1: string code (tw.max_bytes = "128", tw.secret = "random", tw.example = "q2w3yZbu4fDdWfF1jguHsQ0oN7pXcK5a")
}

/** What an invitation is to. */
struct InvitationPreview {
  /** What the list is called. */
  1: string listName (tw.example = "Household"),
  /** What whoever accepts it becomes. */
  2: string role (tw.example = "editor"),
  /** Until when it can be accepted: UTC, RFC 3339 with milliseconds. */
  3: string expiresOn (tw.example = "2026-02-07T09:30:00.000Z")
}

/** Accepts an invitation. */
struct Acceptance {
  /** The code. */
  1: string code (tw.max_bytes = "128", tw.secret = "random", tw.example = "q2w3yZbu4fDdWfF1jguHsQ0oN7pXcK5a"),
  /** What to call the caller: 1 to 100 characters, none of them a control character, and one at least that can be seen. */
  2: string displayName (vt.min_size = "1", vt.max_size = "100", tw.visible = "true",
    vt.pattern = "[^\\x00-\\x1f\\x7f-\\x9f]*", tw.example = "Ada")
}

/** Joins a list. */
struct Joining {
  /** What to call the caller: 1 to 100 characters, none of them a control character, and one at least that can be seen. */
  1: string displayName (vt.min_size = "1", vt.max_size = "100", tw.visible = "true",
    vt.pattern = "[^\\x00-\\x1f\\x7f-\\x9f]*", tw.example = "Ada")
}

/** What is left to do of something that has been done already, for whoever asks: no method shows it. */
struct Chore {
  /** Made by the service. */
  1: string id (tw.kept = "key"),
  /** Whose list it is about; of a task that was moved, with whom it lay before. */
  2: string ownerId (tw.kept = "owner"),
  /** Which list: what lay in one that was deleted goes. Or: */
  3: optional string listId (tw.kept = "id"),
  /** Since when. */
  4: string createdOn (tw.kept = "created"),
  /** Since when, too. */
  5: string updatedOn (tw.kept = "updated"),
  /** 1. */
  6: i64 version (tw.kept = "version"),
  /** Who has left the list: no task of it is theirs to do any more. Or: */
  7: optional string leaverId,
  /** Which task was moved to the list from another owner's, whose log says so already: the list's owner's has to. */
  8: optional string taskId (tw.kept = "id"),
  /** The version that the task came with. */
  9: optional i64 taskVersion,
  /** Whose the list is that the task was moved to. */
  10: optional string receiverId,
  /** Who moved it. */
  11: optional string moverId
} (tw.record = "chores")

/** Something that has changed, as it is now. */
struct Change {
  /** What it is: "task", "list", or "member", of a list. */
  1: string kind (tw.example = "task"),
  /** "put": it is new, or other than it was. "delete": it is no more, or no more for the caller; a list's stands for its
   * tasks and its members too. */
  2: string op (tw.example = "put"),
  /** Which one. A member's is the list's and theirs, with a slash in between. */
  3: string id (tw.example = "665f1f77bcf86cd799439011"),
  /** Its version; not of what is deleted. */
  4: optional i64 version (tw.example = "2"),
  /** The task, where one is put. */
  5: optional Task task,
  /** The list, as the caller sees it, where one is put. */
  6: optional SharedList sharedList (api.body = "list"),
  /** The member, where one is put. */
  7: optional Member member
}

/** What is new to whoever asks. */
struct Changes {
  /** Each thing once, as it is now. */
  1: list<Change> changes,
  /** Asks for what comes after this. */
  2: string syncToken (tw.example = "Yf2c1o0S5KbAqfLQ3yJv3g.qk3Wm1vG0bq8xZ2n5u7y9A"),
  /** Whether there is more already: ask again, with the syncToken. */
  3: bool more (tw.example = "false")
}

/** What to begin with. */
struct ChangesRequest {
  /** The syncToken of the answer before, as it came; without one, everything is new. */
  1: optional string since (api.query = "since", vt.max_size = "8192", vt.pattern = "[A-Za-z0-9_-]+[.][A-Za-z0-9_-]+",
    tw.example = "Yf2c1o0S5KbAqfLQ3yJv3g.qk3Wm1vG0bq8xZ2n5u7y9A", tw.example_alone = "true"),
  /** How many changes at most. */
  2: optional i32 limit = 200 (api.query = "limit", vt.ge = "1", vt.le = "1000")
}

/** Which part of a history. */
struct HistoryRequest {
  /** How many entries at most. */
  1: optional i32 limit = 50 (api.query = "limit", vt.ge = "1", vt.le = "200"),
  /** The nextCursor of the page before, as it came. */
  2: optional string cursor (api.query = "cursor", vt.max_size = "64", vt.pattern = "[A-Za-z0-9_-]+",
    tw.example = "AAAAAAAAACoAAAAAAAABfgABAgMEBQYHCAkKCwwNDg8", tw.example_alone = "true")
}

/** Something that was done to a task. */
struct TaskEvent {
  /** When: UTC, RFC 3339 with milliseconds. */
  1: string at (tw.example = "2026-02-01T18:05:12.345Z"),
  /** Who did it. */
  2: string by (tw.example = "665f1e2a0b7c4d8f9e013579"),
  /** "create" or "change". */
  3: string op (tw.example = "change"),
  /** The version that the task had then. */
  4: i64 version (tw.example = "2"),
  /** The names of what it was given, or of what became another. */
  5: list<string> changes (tw.example = '["name", "done"]')
}

/** What was done to a task, newest first. */
struct TaskHistory {
  /** It. */
  1: list<TaskEvent> entries,
  /** Asks for what was done before. Absent where nothing was that is known. */
  2: optional string nextCursor (tw.link = "next; query=cursor", tw.example = "AAAAAAAAACoAAAAAAAABfgABAgMEBQYHCAkKCwwNDg8")
}

/** Who may have something new. */
struct Hints {
  /** What to ask with next. */
  1: i64 at,
  /** Who. */
  2: list<string> users,
  /** Anybody may: what was asked with is not known here, or no more. */
  3: bool all
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

  /** One task: one's own, or one of a list that one is in. */
  Task get(
    /** Who asks. */
    1: string userId (tw.claim = "sub", vt.min_size = "1", tw.max_bytes = "128"),
    /** Which task. */
    2: string id (api.path = "id", tw.example = "665f1f77bcf86cd799439011")
  ) throws (1: common.BaseException ouch)
    (api.get = "/v1/tasks/:id", tw.retry = "safe", tw.errors = "404"),

  /** A page of all tasks that a user may see, their own and those of lists that they are in; newest first or in another order. */
  TaskPage page(
    /** Whose tasks. */
    1: string userId (tw.claim = "sub", vt.min_size = "1", tw.max_bytes = "128"),
    /** Which of them. */
    2: PageRequest request
  ) throws (1: common.BaseException ouch)
    (api.get = "/v1/tasks", tw.retry = "safe", tw.errors = "400,404"),

  /** Make a task. */
  Task create(
    /** Whose task. */
    1: string userId (tw.claim = "sub", vt.min_size = "1", tw.max_bytes = "128"),
    /** What it starts with. */
    2: NewTask task,
    /** By what it is known when it is sent again. */
    3: common.CreateOptions options = {}
  ) throws (1: common.BaseException ouch)
    (api.post = "/v1/tasks", tw.retry = "key", tw.status = "201", tw.location = "/v1/tasks/{id}",
     tw.errors = "400,403,404"),

  /** Change what is named of a task and leave the rest. */
  Task patch(
    /** Whose task. */
    1: string userId (tw.claim = "sub", vt.min_size = "1", tw.max_bytes = "128"),
    /** Which task. */
    2: string id (api.path = "id", tw.example = "665f1f77bcf86cd799439011"),
    /** The changes. */
    3: TaskChanges changes,
    /** What it depends on, and by what it is known when it is sent again. */
    4: common.ChangeOptions options = {}
  ) throws (1: common.BaseException ouch)
    (api.patch = "/v1/tasks/:id", tw.retry = "key", tw.errors = "400,403,404"),

  /** Delete a task. */
  void remove(
    /** Whose task. */
    1: string userId (tw.claim = "sub", vt.min_size = "1", tw.max_bytes = "128"),
    /** Which task. */
    2: string id (api.path = "id", tw.example = "665f1f77bcf86cd799439011"),
    /** What it depends on, and by what it is known when it is sent again. */
    3: common.ChangeOptions options = {}
  ) throws (1: common.BaseException ouch)
    (api.delete = "/v1/tasks/:id", tw.retry = "key", tw.status = "204", tw.errors = "403,404"),

  /** Change several tasks at once: all or none, unless `atomic` is false. */
  TaskBatchResults batch(
    /** Whose tasks. */
    1: string userId (tw.claim = "sub", vt.min_size = "1", tw.max_bytes = "128"),
    /** What to do. */
    2: TaskBatch batch,
    /** By what it is known when it is sent again. */
    3: common.CreateOptions options = {}
  ) throws (1: common.BaseException ouch)
    (api.post = "/v1/tasks:batch", tw.retry = "key", tw.errors = "400,403,404,412"),

  /** The lists that somebody is in, in their own order. */
  SharedLists lists(
    /** Who asks. */
    1: string userId (tw.claim = "sub", vt.min_size = "1", tw.max_bytes = "128")
  ) throws (1: common.BaseException ouch)
    (api.get = "/v1/lists", tw.retry = "safe", tw.errors = "503"),

  /** Make a list. */
  SharedList createList(
    /** Who asks. */
    1: string userId (tw.claim = "sub", vt.min_size = "1", tw.max_bytes = "128"),
    /** What it starts with. */
    2: NewList newList,
    /** By what it is known when it is sent again. */
    3: common.CreateOptions options = {}
  ) throws (1: common.BaseException ouch)
    (api.post = "/v1/lists", tw.status = "201", tw.location = "/v1/lists/{id}", tw.retry = "key", tw.errors = "404,409"),

  /** One list. */
  SharedList getList(
    /** Who asks. */
    1: string userId (tw.claim = "sub", vt.min_size = "1", tw.max_bytes = "128"),
    /** Which list. */
    2: string id (api.path = "id", tw.example = "6660a1b2c3d4e5f601234567")
  ) throws (1: common.BaseException ouch)
    (api.get = "/v1/lists/:id", tw.retry = "safe", tw.errors = "404"),

  /** Change what is named of a list and leave the rest. The owner alone changes it; its position is each member's own. */
  SharedList patchList(
    /** Who asks. */
    1: string userId (tw.claim = "sub", vt.min_size = "1", tw.max_bytes = "128"),
    /** Which list. */
    2: string id (api.path = "id", tw.example = "6660a1b2c3d4e5f601234567"),
    /** The changes. */
    3: ListChanges changes,
    /** What it depends on, and by what it is known when it is sent again. */
    4: common.ChangeOptions options = {}
  ) throws (1: common.BaseException ouch)
    (api.patch = "/v1/lists/:id", tw.retry = "key", tw.errors = "400,403,404"),

  /** Delete a list, with its tasks. The owner alone may. */
  void removeList(
    /** Who asks. */
    1: string userId (tw.claim = "sub", vt.min_size = "1", tw.max_bytes = "128"),
    /** Which list. */
    2: string id (api.path = "id", tw.example = "6660a1b2c3d4e5f601234567"),
    /** What it depends on, and by what it is known when it is sent again. */
    3: common.ChangeOptions options = {}
  ) throws (1: common.BaseException ouch)
    (api.delete = "/v1/lists/:id", tw.status = "204", tw.retry = "key", tw.errors = "403,404"),

  /** Who is in a list. */
  ListMembers members(
    /** Who asks. */
    1: string userId (tw.claim = "sub", vt.min_size = "1", tw.max_bytes = "128"),
    /** Which list. */
    2: string id (api.path = "id", tw.example = "6660a1b2c3d4e5f601234567")
  ) throws (1: common.BaseException ouch)
    (api.get = "/v1/lists/:id/members", tw.retry = "safe", tw.errors = "404"),

  /** Change a member: their role, by the owner; what they are called, by themselves. */
  Member patchMember(
    /** Who asks. */
    1: string userId (tw.claim = "sub", vt.min_size = "1", tw.max_bytes = "128"),
    /** Which list. */
    2: string id (api.path = "id", tw.example = "6660a1b2c3d4e5f601234567"),
    /** Which member: a userId, or me, which is the caller. */
    3: string memberId (api.path = "userId", tw.example = "me"),
    /** The changes. */
    4: MemberChanges changes,
    /** By what it is known when it is sent again. */
    5: common.CreateOptions options = {}
  ) throws (1: common.BaseException ouch)
    (api.patch = "/v1/lists/:id/members/:userId", tw.retry = "key", tw.errors = "400,403,404,409"),

  /** Leave a list, or, as its owner, have somebody leave it. The owner can't leave. */
  void removeMember(
    /** Who asks. */
    1: string userId (tw.claim = "sub", vt.min_size = "1", tw.max_bytes = "128"),
    /** Which list. */
    2: string id (api.path = "id", tw.example = "6660a1b2c3d4e5f601234567"),
    /** Which member: a userId, or me, which is the caller. */
    3: string memberId (api.path = "userId", tw.example = "me"),
    /** By what it is known when it is sent again. */
    4: common.CreateOptions options = {}
  ) throws (1: common.BaseException ouch)
    (api.delete = "/v1/lists/:id/members/:userId", tw.status = "204", tw.retry = "key", tw.errors = "403,404,409"),

  /** Join a public list, as a viewer. */
  SharedList joinList(
    /** Who asks. */
    1: string userId (tw.claim = "sub", vt.min_size = "1", tw.max_bytes = "128"),
    /** Which list. */
    2: string id (api.path = "id", tw.example = "6660a1b2c3d4e5f601234567"),
    /** As whom. */
    3: Joining joining,
    /** By what it is known when it is sent again. */
    4: common.CreateOptions options = {}
  ) throws (1: common.BaseException ouch)
    (api.post = "/v1/lists/:id/join", tw.retry = "key", tw.errors = "404,409"),

  /** Invite somebody to a list. The owner alone may. */
  Invitation invite(
    /** Who asks. */
    1: string userId (tw.claim = "sub", vt.min_size = "1", tw.max_bytes = "128"),
    /** Which list. */
    2: string id (api.path = "id", tw.example = "6660a1b2c3d4e5f601234567"),
    /** Whom, and as what. */
    3: NewInvitation invitation,
    /** By what it is known when it is sent again. */
    4: common.CreateOptions options = {}
  ) throws (1: common.BaseException ouch)
    (api.post = "/v1/lists/:id/invitations", tw.status = "201", tw.retry = "key", tw.errors = "400,403,404,409"),

  /** The invitations to a list that can be accepted still. The owner alone sees them. */
  Invitations invitations(
    /** Who asks. */
    1: string userId (tw.claim = "sub", vt.min_size = "1", tw.max_bytes = "128"),
    /** Which list. */
    2: string id (api.path = "id", tw.example = "6660a1b2c3d4e5f601234567")
  ) throws (1: common.BaseException ouch)
    (api.get = "/v1/lists/:id/invitations", tw.retry = "safe", tw.errors = "403,404"),

  /** Take an invitation back. The owner alone may. */
  void removeInvitation(
    /** Who asks. */
    1: string userId (tw.claim = "sub", vt.min_size = "1", tw.max_bytes = "128"),
    /** Which list. */
    2: string id (api.path = "id", tw.example = "6660a1b2c3d4e5f601234567"),
    /** Which invitation. */
    3: string invitationId (api.path = "invitationId", tw.example = "6660a1b2c3d4e5f6089abcde"),
    /** By what it is known when it is sent again. */
    4: common.CreateOptions options = {}
  ) throws (1: common.BaseException ouch)
    (api.delete = "/v1/lists/:id/invitations/:invitationId", tw.status = "204", tw.retry = "key", tw.errors = "403,404"),

  /** What an invitation is to. */
  InvitationPreview lookInvitation(
    /** Its code. */
    1: InvitationCode asked
  ) throws (1: common.BaseException ouch)
    (api.post = "/v1/invitations:look", tw.auth = "none", tw.retry = "safe", tw.errors = "404"),

  /** Accept an invitation. Who is in the list already stays what they are, and it counts as no use. */
  SharedList acceptInvitation(
    /** Who asks. */
    1: string userId (tw.claim = "sub", vt.min_size = "1", tw.max_bytes = "128"),
    /** The invitation, and as whom. */
    2: Acceptance acceptance,
    /** By what it is known when it is sent again. */
    3: common.CreateOptions options = {}
  ) throws (1: common.BaseException ouch)
    (api.post = "/v1/invitations:accept", tw.retry = "key", tw.errors = "404,409"),

  /**
   * What has changed of all that the caller may see, each thing once, as it is now: since a syncToken, or, without one,
   * all of it. While `more` is true there is more already.
   */
  Changes changes(
    /** Who asks. */
    1: string userId (tw.claim = "sub", vt.min_size = "1", tw.max_bytes = "128"),
    /** What to begin with. */
    2: ChangesRequest request
  ) throws (1: common.BaseException ouch)
    (api.get = "/v1/changes", tw.retry = "safe", tw.errors = "400,410",
      tw.stream = "/v1/events; list=changes; token=syncToken; more=more; since=since"),

  /** What was done to a task, newest first, as far as it is known: of the last 30 days, and since it lies with whom it
   * lies with now. */
  TaskHistory history(
    /** Who asks. */
    1: string userId (tw.claim = "sub", vt.min_size = "1", tw.max_bytes = "128"),
    /** Which task. */
    2: string id (api.path = "id", tw.example = "665f1f77bcf86cd799439011"),
    /** How much of it. */
    3: HistoryRequest request
  ) throws (1: common.BaseException ouch)
    (api.get = "/v1/tasks/:id/history", tw.retry = "safe", tw.errors = "400,404"),

  /**
   * Who may have something new, by what this instance has done: for gateways, which ask each instance. It is answered as
   * soon as there is somebody.
   */
  Hints hints(
    /** What the answer before said; 0 at first. */
    1: i64 after,
    /** For how many milliseconds to wait, at most. */
    2: i32 waitMs (vt.ge = "0")
  ) (tw.role = "hints", tw.retry = "safe")
} (tw.calls = "side-by-side", tw.context = "accepted")
