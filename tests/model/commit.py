# SPDX-License-Identifier: Apache-2.0
"""`commit` on MongoDB, which changes one document in one step and has no transactions here.

What there is:

    heads[partition]     n, the number of the newest entry; the newest entries themselves, up to BUCKET; and settled:
                         the number up to which all of them are known to be in the records
    log[partition, m]    a full bucket of older entries, the first of which is m, written once
    records[id]          the record, with its version, and as `at` partition and number of the entry that wrote it
                         last; a removal leaves a tombstone

A change is made by one findAndModify of the head, conditional on n: it adds the entry and sets n + 1. From then on it
has happened, whoever dies: it is in the log, and no number can be missing. Then it is *settled*: its records are
written, each conditional on being older, by one update command, in order. Settling may happen several times, and late.

What may not be settled yet (usually that is the newest entry, of which nobody else knows more) is no work for the next
writer: it reads records as these entries leave them, makes its own claim, and settles them with its own entry. A claim
also says what its writer knows to be settled. A writer that knows n, since it made that entry itself, needs no look at
the head: if n has moved on, its findAndModify changes nothing.

A head that is full is settled and copied to the log before the claim that begins anew.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from .explore import End

TOMBSTONE = "tombstone"

BUCKET = 3  # entries of a head; some 32 in earnest


class Change(NamedTuple):
    """What an entry does to one record: the whole record as it is then."""

    record: str
    version: int
    value: str


Entry = tuple[Change, ...]


class Record(NamedTuple):
    version: int
    value: str
    at: tuple[str, int]


class Head(NamedTuple):
    n: int = 0
    settled: int = 0
    entries: tuple[Entry, ...] = ()

    @property
    def first(self) -> int:
        return self.n - len(self.entries) + 1

    @property
    def is_full(self) -> bool:
        return len(self.entries) >= BUCKET

    def unsettled(self) -> tuple[tuple[int, Change], ...]:
        numbered = enumerate(self.entries, self.first)
        return tuple((m, change) for m, entry in numbered if m > self.settled for change in entry)


@dataclass(frozen=True)
class Shared:
    heads: tuple[tuple[str, Head], ...] = (("p", Head()), ("q", Head()))
    log: frozenset[tuple[str, int, tuple[Entry, ...]]] = frozenset()
    records: tuple[tuple[str, Record], ...] = ()
    acknowledged: frozenset[tuple[str, int]] = frozenset()  # the model's own: entries that a caller was told of

    # --- Commands: each is one step of the database. race.py has the same ones of a server. ---

    def head(self, partition: str) -> Head:
        return dict(self.heads)[partition]

    def record(self, name: str) -> Record | None:
        return dict(self.records).get(name)

    def claim(self, partition: str, n: int, settled: int, entry: Entry, anew: bool) -> tuple[Shared, bool]:
        """The findAndModify that is the change; `anew`: in a bucket of its own."""
        head = self.head(partition)
        if head.n != n:
            return self, False
        head = Head(n + 1, settled, (() if anew else head.entries) + (entry,))
        return replace(self, heads=tuple((p, head if p == partition else h) for p, h in self.heads)), True

    def write_records(self, partition: str, numbered: tuple) -> tuple[Shared, tuple]:
        """An update command of a statement for each, in order: a first version is inserted where nothing is, another
        one replaces what is older. So none of them fails, and a late one changes nothing. It is one step for each
        document only: here for the first one. Returns what is left of it."""
        (n, change), *rest = numbered
        there = self.record(change.record)
        if there is None if change.version == 1 else there is not None and there.version < change.version:
            return self.with_record(change.record, Record(change.version, change.value, (partition, n))), tuple(rest)
        return self, tuple(rest)

    def archive(self, partition: str, head: Head) -> Shared:
        """An insertion, with a unique key on partition and first number: what is there already stays."""
        if any((p, m) == (partition, head.first) for p, m, _ in self.log):
            return self
        return replace(self, log=self.log | {(partition, head.first, head.entries)})

    def buckets(self, partition: str) -> list[tuple[int, tuple[Entry, ...]]]:
        return [(m, entries) for p, m, entries in self.log if p == partition]

    # --- The model's own. ---

    def with_record(self, name: str, record: Record) -> Shared:
        return replace(self, records=tuple(sorted({**dict(self.records), name: record}.items())))

    def acknowledge(self, partition: str, n: int) -> Shared:
        return replace(self, acknowledged=self.acknowledged | {(partition, n)})


# --- Processes. ---


class Settle(NamedTuple):
    """Writes records, then goes on with `then`, what it was meant for."""

    partition: str
    numbered: tuple[tuple[int, Change], ...]
    then: object

    def run(self, shared: Shared) -> tuple[Shared, object]:
        shared, left = shared.write_records(self.partition, self.numbered)
        return shared, settle(self.partition, left, self.then)


def settle(partition: str, numbered: tuple[tuple[int, Change], ...], then: object) -> object:
    return Settle(partition, numbered, then) if numbered else then


class Wish(NamedTuple):
    """What a writer's caller asks for: `values` by record; None removes. `expected` is a version, or 0 for any.
    `create` asks whether there is such a record, unless it is `fresh`: its id was made for it."""

    partition: str
    values: tuple[tuple[str, str | None], ...]
    expected: int = 0
    create: bool = False
    fresh: bool = False


class Look(NamedTuple):
    wish: Wish


class Archive(NamedTuple):
    """Of a full head, all of which is settled."""

    wish: Wish
    head: Head


class Read(NamedTuple):
    """Reads the records that it is about, as the head's entries leave them."""

    wish: Wish
    head: Head
    seen: tuple[Record | None, ...] = ()


class Claim(NamedTuple):
    wish: Wish
    head: Head
    entry: Entry


class Answer(NamedTuple):
    partition: str
    head: Head


def begin(wish: Wish, head: Head) -> object:
    """A writer that knows the head. A full one has to be settled and copied first."""
    if head.is_full:
        whole = head._replace(settled=head.n)
        return settle(wish.partition, head.unsettled(), Archive(wish, whole))
    return read_or_claim(wish, head)


def read_or_claim(wish: Wish, head: Head) -> object:
    if wish.fresh:
        return Claim(wish, head, tuple(Change(name, 1, value) for name, value in wish.values))
    return Read(wish, head)


def as_left(record: Record | None, name: str, partition: str, head: Head) -> Record | None:
    """What was read, or what an entry that is not settled will make of it."""
    for n, change in head.unsettled():
        if change.record == name and (record is None or record.version < change.version):
            record = Record(change.version, change.value, (partition, n))
    return record


def entry_of(wish: Wish, seen: tuple[Record | None, ...]) -> Entry | str:
    """The rule: what is not there can't be changed, and what is there can't be made."""
    made = []
    for (name, value), record in zip(wish.values, seen):
        there = record is not None and record.value != TOMBSTONE
        if wish.create and there:
            return "conflict"
        if not wish.create and not there:
            return "not found"
        if wish.expected not in (0, record.version if record else 0):
            return "changed meanwhile"
        made.append(Change(name, (record.version if record else 0) + 1, TOMBSTONE if value is None else value))
    return tuple(made)


def writer(shared: Shared, local: object) -> tuple[Shared, object]:
    match local:
        case Look(wish):
            return shared, begin(wish, shared.head(wish.partition))
        case Archive(wish, head):
            return shared.archive(wish.partition, head), read_or_claim(wish, head)
        case Read(wish, head, seen):
            name = wish.values[len(seen)][0]
            seen += (as_left(shared.record(name), name, wish.partition, head),)
            if len(seen) < len(wish.values):
                return shared, Read(wish, head, seen)
            entry = entry_of(wish, seen)
            return shared, End(entry) if isinstance(entry, str) else Claim(wish, head, entry)
        case Claim(wish, head, entry):
            shared, won = shared.claim(wish.partition, head.n, head.settled, entry, head.is_full)
            if not won:
                return shared, Look(wish)
            mine = Head(head.n + 1, head.settled, (() if head.is_full else head.entries) + (entry,))
            return shared, settle(
                wish.partition, mine.unsettled(), Answer(wish.partition, mine._replace(settled=mine.n))
            )
        case Answer(partition, head):
            return shared.acknowledge(partition, head.n), End(("done", partition, head))
        case Settle():
            return local.run(shared)
    raise TypeError(local)


class Sweep(NamedTuple):
    """A reader of the log, or a sweeper: settles what may not be, however late."""

    partition: str


class Log(NamedTuple):
    """Then reads the older entries, and after them the records: what they show is as new as the log says."""

    partition: str
    head: Head


def reader(shared: Shared, local: object) -> tuple[Shared, object]:
    match local:
        case Sweep(partition):
            head = shared.head(partition)
            return shared, settle(partition, head.unsettled(), Log(partition, head))
        case Log(partition, head):
            entries = dict(enumerate(head.entries, head.first))
            for first, older in shared.buckets(partition):
                entries |= {m: entry for m, entry in enumerate(older, first) if m <= head.n}
            assert sorted(entries) == list(range(1, head.n + 1)), f"a reader of {head.n} finds {sorted(entries)}"
            for change in (change for entry in entries.values() for change in entry):
                record = shared.record(change.record)
                assert record is not None and record.version >= change.version, f"{change} is in the log alone"
            return shared, End(("read", partition, head.n))
        case Settle():
            return local.run(shared)
    raise TypeError(local)


# --- What must hold. ---


def entries_of(shared: Shared) -> dict[tuple[str, int], Entry]:
    """All changes that have happened."""
    entries = {}
    held = [(p, head.first, head.entries) for p, head in shared.heads]
    for partition, first, some in [*shared.log, *held]:
        for m, entry in enumerate(some, first):
            assert entries.get((partition, m), entry) == entry, "the log says something else than the head"
            entries[partition, m] = entry
    return entries


def always(shared: Shared, locals_: tuple) -> None:
    entries = entries_of(shared)
    for partition, head in shared.heads:
        numbers = sorted(m for p, m in entries if p == partition)
        assert numbers == list(range(1, head.n + 1)), f"a number of {partition} is missing"
    made = [(change.record, change.version) for entry in entries.values() for change in entry]
    assert len(made) == len(set(made)), "a version was used twice"
    for name in {name for name, _ in made}:
        versions = sorted(version for record, version in made if record == name)
        assert versions == list(range(1, len(versions) + 1)), f"a version of {name} is missing"
    told = shared.acknowledged | {(p, m) for p, head in shared.heads for m in range(1, head.settled + 1)}
    for number in told:
        assert number in entries, f"{number} was told, and is nowhere"
        for change in entries[number]:
            record = shared.record(change.record)
            assert record is not None and record.version >= change.version, f"{change} was told, and can't be read"
    for name, record in shared.records:
        assert record.at in entries, f"{name} shows a change that did not happen"
        assert Change(name, record.version, record.value) in entries[record.at], f"{name} shows another change"


def recovered(shared: Shared) -> Shared:
    """After whoever comes next has settled everything."""
    for partition, head in shared.heads:
        local = settle(partition, head.unsettled(), None)
        while local is not None:
            shared, local = local.run(shared)
    return shared


def finally_(shared: Shared, locals_: tuple) -> None:
    shared = recovered(shared)
    always(shared, locals_)
    entries = entries_of(shared)
    for name, record in shared.records:
        newest = max(
            (c for entry in entries.values() for c in entry if c.record == name), key=lambda change: change.version
        )
        assert (record.version, record.value) == (newest.version, newest.value), f"{name} is not as its entry says"
    for change in (change for entry in entries.values() for change in entry):
        record = shared.record(change.record)
        assert record is not None and record.version >= change.version, f"{change} was done half"
