# SPDX-License-Identifier: Apache-2.0
"""Orders, filters and pages of tasks, as Python makes them of the same tasks."""

import datetime
import itertools
import random
import unicodedata

SORTS = [sign + key for key in ("created", "due", "priority", "name", "manual") for sign in ("", "-")]
LIMITS = itertools.cycle((200, 7, 3, 29, 30, 31, 11))

NAMES = (
    "Water the plants", "water the PLANTS", "WÄTER THE PLANTS", "Straße fegen", "STRASSE fegen", "strasse", "Øre", "10", "2",
    "Ｆｕｌｌ width", "ﬁnish", "Ёлка", "елка", "日本", "🎉 party", "-", "zebra", "Zebra crossing", "éclair", "ECLAIR",
    "x" * 499 + "a", "x" * 499 + "B", "X" * 499 + "á",
)  # fmt: skip
DUE = (
    "2026-12-24", "2026-12-24T00:00:00Z", "2026-12-24T01:00:00+02:00", "2026-12-24T23:59:59.999Z", "2026-12-25",
    "2027-02-01T12:00:00.5Z",
)  # fmt: skip
LABELS = (["home"], ["Hómé", "garden"], ["GARDEN"], ["homes"])
NOTES = ("Call the CAFÉ.", "cafeteria; or else", "decaf")


def fold(text):
    """As names and labels are compared: NFKD, accents dropped, case folded."""
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).casefold()


def moment(text):
    """What is due is in this order: a date before the times of its day."""
    if "T" not in text:
        return datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.UTC), 0
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")), 1


def key_of(task, key):
    if key == "due" and "dueOn" in task:
        return moment(task["dueOn"])
    if key == "name":
        return fold(task["name"])
    return task.get({"priority": "priority", "manual": "position"}.get(key))


def in_order(tasks, sort):
    key = sort.removeprefix("-")
    newest = sorted(tasks, key=lambda task: (task["createdOn"], task["id"]), reverse=True)
    if key == "created":
        return newest[::-1] if sort.startswith("-") else newest
    have = [task for task in newest if key_of(task, key) is not None]
    # reverse=True keeps what is alike as it was.
    have.sort(key=lambda task: key_of(task, key), reverse=sort.startswith("-"))
    return have + [task for task in newest if key_of(task, key) is None]


def words(text):
    return "".join(c if c.isalnum() else " " for c in fold(text)).split()


def has_words(task, q):
    there = words(task["name"]) + words(task.get("notes", ""))
    return all(any(word.startswith(asked) for word in there) for asked in words(q))


def due_ms(task):
    return moment(task["dueOn"])[0]


FILTERS = [
    ({}, lambda task: True),
    ({"done": "true"}, lambda task: task["done"]),
    ({"listId": "inbox", "done": "false"}, lambda task: not task["done"]),
    ({"label": "HOME"}, lambda task: "home" in map(fold, task.get("labels", ()))),
    ({"priority": "1"}, lambda task: task.get("priority") == 1),
    ({"priority": "0"}, lambda task: "priority" not in task),
    ({"dueAfter": "2026-12-24"}, lambda task: "dueOn" in task and due_ms(task) >= moment("2026-12-24")[0]),
    (
        {"dueBefore": "2026-12-25T00:00:00+00:00", "done": "false"},
        lambda task: "dueOn" in task and due_ms(task) < moment("2026-12-25")[0] and not task["done"],
    ),
    (
        {"dueAfter": "2026-12-24T00:00:00Z", "dueBefore": "2027-01-01", "label": "garden"},
        lambda task: "dueOn" in task
        and moment("2026-12-24")[0] <= due_ms(task) < moment("2027-01-01")[0]
        and "garden" in map(fold, task.get("labels", ())),
    ),
    ({"q": "cafe"}, lambda task: has_words(task, "cafe")),
    ({"q": "Wat STRASS"}, lambda task: has_words(task, "Wat STRASS")),
    ({"q": "water pla", "priority": "2"}, lambda task: has_words(task, "water pla") and task.get("priority") == 2),
    ({"assigneeId": "somebody else"}, lambda task: False),
]


def pages(person, query, limit):
    """All tasks, in pages of so many."""
    found, query = [], {**query, "limit": limit}
    while True:
        answer = person.client.get("/v1/tasks", params=query)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert len(page["tasks"]) <= limit
        found += page["tasks"]
        if "nextCursor" not in page:
            return found
        assert len(page["tasks"]) == limit
        query["cursor"] = page["nextCursor"]


def fill(person, list_ids=(None,)):
    """Thirty tasks that differ in much, in these lists in turn."""
    chance, made = random.Random(3), []
    for n in range(30):
        task = {"name": NAMES[n % len(NAMES)], "done": chance.random() < 0.4}
        for member, values in (
            ("dueOn", DUE), ("labels", LABELS), ("notes", NOTES), ("priority", (0, 1, 2, 4)), ("position", (-1.5, 0, 2, 1e9)),
        ):  # fmt: skip
            if chance.random() < 0.6:
                task[member] = chance.choice(values)
        if list_ids[n % len(list_ids)] is not None:
            task["listId"] = list_ids[n % len(list_ids)]
        answer = person.client.post("/v1/tasks", json=task)
        assert answer.status_code == 201, answer.text
        made.append(answer.json())
    return made
