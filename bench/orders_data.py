# SPDX-License-Identifier: Apache-2.0
"""The data set of --orders: users of several kinds with as many tasks each, and lists that some of them share, in a data
folder that tasks-service has made. Lists and members come by REST, tasks by SQL, as dataset.py has it; what is to be
seen, and in which order, is reckoned here from the rows."""

import contextlib
import dataclasses
import functools
import random
import sqlite3
import tempfile

import httpx

from bench.dataset import FIRST_MS, PROCESS_PART, SPAN_MS, copy_databases, rfc3339
from bench.places import CACHE
from bench.tokens import Key
from support.processes import Stack, eventually

TASKS_A_USER = 10_000
FORM = "1"  # of what is in the cache: another number makes it anew
LISTS = 5  # of a user whose tasks have what they are sorted by; half of the tasks lie in them
SHARED = 5  # lists of others that somebody busy is in
FEW_NAMES = 64  # names of no more tasks than that are not kept in order

# How many there are of each kind. Plain tasks are W1's, sorted ones have what there are orders by. A guest sees one
# list of somebody else, who is busy has tasks and is in several lists. Written tasks have notes and labels, a tenth of
# them not in ASCII; foreign ones have all of it in another script.
KINDS = {"plain": 4, "sorted": 6, "guest": 6, "busy": 2, "written": 3, "foreign": 2, "checked": 1}
WITHOUT_TASKS = ("guest",)
SORTED = ("sorted", "busy")

COLUMNS = (
    "user_id", "created_ms", "id", "updated_ms", "version", "done", "name", "rare", "notes", "due", "priority", "labels",
    "completed_ms", "list_id", "position",
)  # fmt: skip
INSERT = f"INSERT INTO tasks ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"

DAY_MS = 86_400_000
DAYS = 400  # on which something is due: some tasks each
WORDS = "Call Mail Order Book Check Paint Water Move Mend Clean Write Read Print Sort Plan Buy".split()
FOREIGN = "Позвонить Заказать Проверить Покрасить Полить Перенести Починить Написать Прочитать Купить".split()
LABELS = ("home", "garden", "office", "Büro")


def names(kind):
    return [f"{kind}-{number}" for number in range(KINDS[kind])]


@dataclasses.dataclass(frozen=True)
class Row:
    """A task in its table."""

    user_id: str
    created_ms: int
    id: bytes
    updated_ms: int
    version: int
    done: int
    name: str
    rare: int = 0
    notes: str | None = None
    due: int | None = None
    priority: int | None = None
    labels: bytes | None = None
    completed_ms: int | None = None
    list_id: bytes | None = None
    position: float | None = None


def texts(some, words, n):
    return " ".join(some.choice(words) for _ in range(n))


def what_it_has(kind, some, list_ids):
    """What a task of that kind has beside the usual."""
    if kind in SORTED:
        day_ms = FIRST_MS + some.randrange(DAYS) * DAY_MS
        return {
            "name": f"{texts(some, WORDS, 3)} {some.randrange(3000):04}",
            "due": some.choice([None, None, day_ms * 2, (day_ms + some.randrange(1440) * 60_000) * 2 + 1]),
            "priority": some.choice([None, 1, 2, 3, 4]),
            "position": some.choice([None, some.randrange(2**22) / 2 ** some.randrange(5)]),
            "list_id": some.choice([None, some.choice(list_ids)]) if list_ids else None,
        }
    if kind in ("written", "foreign"):
        in_ascii = kind == "written" and some.randrange(10) > 0
        words = WORDS if in_ascii else [*WORDS, "Café"] if kind == "written" else FOREIGN
        length = 8 if kind == "written" else 4
        labels = some.sample(LABELS, 2) if some.randrange(3) == 0 else []
        return {
            "name": texts(some, words, length),
            "notes": texts(some, words, length * 5) if some.randrange(3) == 0 else None,
            "priority": some.choice([None, 1, 2, 3]),
            "due": some.choice([None, (FIRST_MS + some.randrange(DAYS) * DAY_MS) * 2]),
            "labels": "".join(f"{label}\0" for label in labels).encode() or None,
        }
    return {}


RARE = ("notes", "due", "priority", "labels", "completed_ms", "list_id", "position")


def row(user, kind, nth, number, span_ms, list_ids, some):
    """The task with that number of all, the user's nth. One in four was finished later."""
    created_ms = FIRST_MS + nth * span_ms + number % 1000
    done = nth % 4 == 3
    fields = {
        "user_id": user,
        "created_ms": created_ms,
        "id": (created_ms // 1000).to_bytes(4, "big") + PROCESS_PART + number.to_bytes(3, "big"),
        "updated_ms": created_ms + 3_600_000 if done else created_ms,
        "version": 2 if done else 1,
        "done": int(done),
        "name": f"Call back about offer {nth + 1:04}",
        **what_it_has(kind, some, list_ids),
    }
    if done and kind in SORTED:
        fields["completed_ms"] = fields["updated_ms"]
    return Row(**fields, rare=int(any(fields.get(name) is not None for name in RARE)))


def as_seen(row):
    """The task as a client gets it."""
    seen = {
        "id": row.id.hex(),
        "name": row.name,
        "createdOn": rfc3339(row.created_ms),
        "done": bool(row.done),
        "updatedOn": rfc3339(row.updated_ms),
        "version": row.version,
        "notes": row.notes,
        "dueOn": row.due if row.due is None else rfc3339(row.due // 2)[: None if row.due % 2 else 10],
        "priority": row.priority,
        "labels": row.labels and row.labels.decode().rstrip("\0").split("\0"),
        "completedOn": row.completed_ms and rfc3339(row.completed_ms),
        "listId": row.list_id and row.list_id.hex(),
        "position": row.position,
    }
    return {name: value for name, value in seen.items() if value is not None}


KEYS = {
    "due": lambda row: row.due,
    "priority": lambda row: row.priority,
    "name": lambda row: row.name.casefold(),
    "manual": lambda row: row.position,
}


def in_order(rows, sort):
    """Rows as that sort has them: what has no key comes last, ties are newest first."""
    backwards, key = sort.startswith("-"), sort.removeprefix("-")
    newest_first = sorted(rows, key=lambda row: (row.created_ms, row.id), reverse=True)
    if key == "created":
        return newest_first[::-1] if backwards else newest_first
    key = KEYS[key]
    having = [row for row in newest_first if key(row) is not None]
    return sorted(having, key=key, reverse=backwards) + [row for row in newest_first if key(row) is None]


class Seen(dict):
    """By user, the tasks as they are seen, newest first: reckoned when they are asked for."""

    def __init__(self, data):
        super().__init__()
        self.data = data

    def __missing__(self, user):
        self[user] = [as_seen(row) for row in in_order(self.data.rows(user), "created")]
        return self[user]


class OrdersData:
    """What is in the cache, made where it is not. To bench.measure it is as a Dataset."""

    def __init__(self, build, tasks_a_user=TASKS_A_USER, cache=CACHE):
        self.tasks_a_user = tasks_a_user
        self.users = [user for kind in KINDS for user in names(kind)]
        self.folder = cache / f"orders-{FORM}-{tasks_a_user}"
        if not self.folder.exists():
            cache.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=cache, prefix="orders-") as made:
                self._make(cache / made, build)
        self.tasks = Seen(self)
        self.lists = self._lists()

    def _open(self):
        return contextlib.closing(sqlite3.connect(f"file:{self.folder / 'tasks.db'}?mode=ro&immutable=1", uri=True))

    def _lists(self):
        """By user, the ids of their lists, in the order of their making."""
        found = {}
        with self._open() as database:
            for owner, id_ in database.execute("SELECT owner_id, id FROM lists ORDER BY name"):
                found.setdefault(owner, []).append(id_)
        return found

    @functools.cache  # noqa: B019: there is one
    def rows(self, user):
        """All tasks of the user's own."""
        with self._open() as database:
            found = database.execute(f"SELECT {', '.join(COLUMNS)} FROM tasks WHERE user_id = ?", (user,))
            return [Row(*values) for values in found]

    def list_of(self, user, nth=0):
        """An id, and the rows that are in that list."""
        id_ = self.lists[user][nth]
        return id_.hex(), [row for row in self.rows(user) if row.list_id == id_]

    def shared_with(self, user):
        """The rows of others' lists that somebody busy is in."""
        owners = names("sorted")[:SHARED] if user in names("busy") else []
        return [row for owner in owners for row in self.list_of(owner)[1]]

    def _make(self, folder, build):
        key = Key()
        arguments = ["--token-key-file", key.write_ours(folder / "token.key")]
        with Stack(folder, build=build, gateway_arguments=arguments) as stack:
            make_lists(stack.url, key)
        fill(folder / "data" / "tasks.db", self.tasks_a_user)
        with Stack(folder, build=build, gateway_arguments=arguments) as stack:
            put_names_in_order(stack.url, key, folder / "data" / "tasks.db", self.tasks_a_user)
        (folder / "data").rename(self.folder)

    def copy_all(self, folder):
        """A data folder for our services."""
        copy_databases(self.folder, folder)

    @contextlib.contextmanager
    def store(self, folder):
        yield None

    def counter(self, running):
        return lambda: 0  # nothing is written


def _client(url, key, user):
    return httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key.token(user)}"}, timeout=60)


def make_lists(url, key):
    """Lists of those who have sorted tasks; guests and the busy join."""
    for number, owner in enumerate(names("sorted")):
        guests = [f"guest-{number}", *(names("busy") if number < SHARED else [])]
        with _client(url, key, owner) as client:
            made = [client.post("/v1/lists", json={"name": f"list {nth}", "public": True}) for nth in range(LISTS)]
        for guest in guests:
            with _client(url, key, guest) as client:
                path = f"/v1/lists/{made[0].json()['id']}/join"
                client.post(path, json={"displayName": guest}).raise_for_status()


def fill(path, tasks_a_user):
    """Puts the tasks into the database of a tasks-service that has stopped, in the order of their making."""
    some = random.Random(6)
    users = [(user, kind) for kind in KINDS if kind not in WITHOUT_TASKS for user in names(kind)]
    with contextlib.closing(sqlite3.connect(path)) as database:
        lists = {}
        for owner, id_ in database.execute("SELECT owner_id, id FROM lists ORDER BY name"):
            lists.setdefault(owner, []).append(id_)
        rows = (
            row(user, kind, nth, nth * len(users) + at, SPAN_MS // tasks_a_user, lists.get(user), some)
            for nth in range(tasks_a_user)
            for at, (user, kind) in enumerate(users)
        )
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("PRAGMA synchronous = OFF")
        with database:
            database.executemany(INSERT, (dataclasses.astuple(one) for one in rows))
        database.execute("PRAGMA journal_mode = WAL")


def put_names_in_order(url, key, path, tasks_a_user):
    """Has the service index names for all whose tasks are asked for by name, which it does for those who ask."""
    users = [user for kind in ("sorted", "busy", "written") for user in names(kind)]
    for user in users:
        with _client(url, key, user) as client:
            client.get("/v1/tasks?sort=name").raise_for_status()
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        count = "SELECT count(*) FROM tasks_folded"
        wanted = len(users) if tasks_a_user > FEW_NAMES else 0
        eventually(lambda: database.execute(count).fetchone()[0] >= wanted, "names to be in order")
