# SPDX-License-Identifier: Apache-2.0
"""`commit` on MongoDB, which changes one document in one step and has no transactions here.

What there is:

    heads[partition]   n, the number of the newest entry, and pending: that entry's changes
    log[partition, n]  the entries, written once
    records[id]        the record, with its version, and as `at` partition and number of the entry that wrote it last;
                       a removal leaves a tombstone

A change is made by one findAndModify of the head, conditional on n: it sets n + 1 and the change as pending. From then
on it has happened, whoever dies. It is then *brought in*: its entry is inserted (a duplicate key is no error), and its
records are written, each conditional on being older. Whoever finds a pending entry that may not have been brought in
does that first: the next writer, whoever reads, a sweeper. So bringing in may happen several times, and late.

pending is not emptied: that would be one more command for each change, and says nothing that bringing in again does
not find out. A writer that knows n, and has brought in what was pending at n, needs no look at the head either: if n has
moved on, its findAndModify changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NamedTuple

from .explore import End

TOMBSTONE = "tombstone"


class Change(NamedTuple):
    """What an entry does to one record: the whole record as it is then."""

    record: str
    version: int
    value: str


class Record(NamedTuple):
    version: int
    value: str
    at: tuple[str, int]


@dataclass(frozen=True)
class Shared:
    heads: tuple[tuple[str, int, tuple[Change, ...]], ...] = (("p", 0, ()), ("q", 0, ()))
    log: frozenset[tuple[str, int, tuple[Change, ...]]] = frozenset()
    records: tuple[tuple[str, Record], ...] = ()
    acknowledged: frozenset[tuple[str, int]] = frozenset()  # the model's own: entries that a caller was told of

    def with_head(self, partition: str, n: int, pending: tuple[Change, ...]) -> Shared:
        return replace(self, heads=tuple((p, n, pending) if p == partition else (p, m, c) for p, m, c in self.heads))

    def with_record(self, name: str, record: Record) -> Shared:
        return replace(self, records=tuple(sorted({**dict(self.records), name: record}.items())))

    # --- Commands: each is one step of the database. race.py has the same ones of a server. ---

    def head(self, partition: str) -> tuple[int, tuple[Change, ...]]:
        return next((n, pending) for name, n, pending in self.heads if name == partition)

    def record(self, name: str) -> Record | None:
        return dict(self.records).get(name)

    def insert_entry(self, partition: str, n: int, changes: tuple[Change, ...]) -> Shared:
        """A unique key on partition and number: what is there already stays."""
        if any((p, m) == (partition, n) for p, m, _ in self.log):
            return self
        return replace(self, log=self.log | {(partition, n, changes)})

    def write_record(self, partition: str, n: int, change: Change) -> Shared:
        """An update, or an insertion, conditional on the record's version: a late one changes nothing."""
        there = self.record(change.record)
        if there is not None and there.version >= change.version:
            return self
        return self.with_record(change.record, Record(change.version, change.value, (partition, n)))

    def claim(self, partition: str, n: int, changes: tuple[Change, ...]) -> tuple[Shared, bool]:
        """The findAndModify that is the change."""
        if self.head(partition)[0] != n:
            return self, False
        return self.with_head(partition, n + 1, changes), True

    def acknowledge(self, partition: str, n: int) -> Shared:
        """No command: the caller hears of it."""
        return replace(self, acknowledged=self.acknowledged | {(partition, n)})


# --- Processes. ---


class BringIn(NamedTuple):
    """Brings an entry in: its log entry, then its records; then goes on with `then`, what it was meant for."""

    partition: str
    n: int
    changes: tuple[Change, ...]
    step: int
    then: object

    def run(self, shared: Shared) -> tuple[Shared, object]:
        if self.step == 0:
            shared = shared.insert_entry(self.partition, self.n, self.changes)
        else:
            shared = shared.write_record(self.partition, self.n, self.changes[self.step - 1])
        if self.step == len(self.changes):
            return shared, self.then
        return shared, self._replace(step=self.step + 1)


def bring_in(partition: str, n: int, changes: tuple[Change, ...], then: object) -> object:
    return BringIn(partition, n, changes, 0, then) if n > 0 else then


class Wish(NamedTuple):
    """What a writer's caller asks for: `values` by record; None removes. `expected` is a version, or 0 for any."""

    partition: str
    values: tuple[tuple[str, str | None], ...]
    expected: int = 0
    create: bool = False


class Look(NamedTuple):
    wish: Wish


class Read(NamedTuple):
    """Reads the records that it is about, knowing n, whose entry was brought in."""

    wish: Wish
    n: int
    seen: tuple[Record | None, ...] = ()


class Claim(NamedTuple):
    wish: Wish
    n: int
    changes: tuple[Change, ...]


class Answer(NamedTuple):
    partition: str
    n: int


def changes_of(wish: Wish, seen: tuple[Record | None, ...]) -> tuple[Change, ...] | str:
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
            n, pending = shared.head(wish.partition)
            return shared, bring_in(wish.partition, n, pending, Read(wish, n))
        case Read(wish, n, seen):
            seen += (shared.record(wish.values[len(seen)][0]),)
            if len(seen) < len(wish.values):
                return shared, Read(wish, n, seen)
            made = changes_of(wish, seen)
            if isinstance(made, str):
                return shared, End(made)
            return shared, Claim(wish, n, made)
        case Claim(wish, n, changes):
            shared, won = shared.claim(wish.partition, n, changes)
            if not won:
                return shared, Look(wish)
            return shared, bring_in(wish.partition, n + 1, changes, Answer(wish.partition, n + 1))
        case Answer(partition, n):
            return shared.acknowledge(partition, n), End(("done", partition, n))
        case BringIn():
            return local.run(shared)
    raise TypeError(local)


class Sweep(NamedTuple):
    """A reader of the log, or a sweeper: brings in what is pending, however late."""

    partition: str


class Log(NamedTuple):
    """Then reads the log up to n, and after it the records: what they show is as new as the log says."""

    partition: str
    n: int


def reader(shared: Shared, local: object) -> tuple[Shared, object]:
    match local:
        case Sweep(partition):
            n, pending = shared.head(partition)
            return shared, bring_in(partition, n, pending, Log(partition, n))
        case Log(partition, n):
            entries = {m: changes for p, m, changes in shared.log if p == partition and m <= n}
            assert sorted(entries) == list(range(1, n + 1)), f"a reader that was told {n} finds {sorted(entries)}"
            for changes in entries.values():
                for change in changes:
                    record = shared.record(change.record)
                    assert record is not None and record.version >= change.version, f"{change} is in the log alone"
            return shared, End(("read", partition, n))
        case BringIn():
            return local.run(shared)
    raise TypeError(local)


# --- What must hold. ---


def entries_of(shared: Shared) -> dict[tuple[str, int], tuple[Change, ...]]:
    """All changes that have happened: the log, and what is pending."""
    entries = {(p, n): changes for p, n, changes in shared.log}
    for partition, n, pending in shared.heads:
        if n > 0:
            assert entries.get((partition, n), pending) == pending, "the log says something else than what was pending"
            entries[partition, n] = pending
    return entries


def always(shared: Shared, locals_: tuple) -> None:
    entries = entries_of(shared)
    for partition, n, _ in shared.heads:
        assert sorted(m for p, m in entries if p == partition) == list(range(1, n + 1)), f"a number of {partition} is missing"
    made = [(change.record, change.version) for changes in entries.values() for change in changes]
    assert len(made) == len(set(made)), "a version was used twice"
    for name in {name for name, _ in made}:
        versions = sorted(version for record, version in made if record == name)
        assert versions == list(range(1, len(versions) + 1)), f"a version of {name} is missing"
    for entry in shared.acknowledged:
        assert entry in entries, f"{entry} was acknowledged, and is nowhere"
        for change in entries[entry]:
            record = shared.record(change.record)
            assert record is not None and record.version >= change.version, f"{change} was acknowledged, and can't be read"
    for name, record in shared.records:
        assert record.at in entries, f"{name} shows a change that did not happen"
        assert Change(name, record.version, record.value) in entries[record.at], f"{name} shows another change than its entry"


def recovered(shared: Shared) -> Shared:
    """After whoever comes next has brought everything in."""
    for partition, n, pending in shared.heads:
        local = bring_in(partition, n, pending, None)
        while local is not None:
            shared, local = local.run(shared)
    return shared


def finally_(shared: Shared, locals_: tuple) -> None:
    shared = recovered(shared)
    always(shared, locals_)
    entries = entries_of(shared)
    assert set(entries) == {(p, n) for p, n, _ in shared.log}, "an entry stays pending"
    for name, record in shared.records:
        newest = max(
            (change for changes in entries.values() for change in changes if change.record == name),
            key=lambda change: change.version,
        )
        assert (record.version, record.value) == (newest.version, newest.value), f"{name} is not as its newest entry says"
    for changes in entries.values():
        for change in changes:
            record = shared.record(change.record)
            assert record is not None and record.version >= change.version, f"{change} was done half"
