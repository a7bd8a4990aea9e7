# SPDX-License-Identifier: Apache-2.0
"""`commit` on MongoDB, which changes one document in one step and has no transactions here.

What there is:

    heads[partition]     n, the number of the newest entry; the newest entries themselves, up to BUCKET; and settled:
                         the number up to which all of them are known to be in the records
    log[partition, m]    a full bucket of older entries, the first of which is m, written once
    records[id]          the record, with its version, and as `at` partition and number of the entry that wrote it
                         last; a removal leaves a tombstone

An entry says of each record that it changes what is set, and which version that makes: it is for the version before and
no other. It may also give the record to another partition (`to`), whose entries change it from then on: versions go on,
and one document is never in both, nor in neither.

A change is made by one findAndModify of the head, conditional on n: it adds the entry and sets n + 1. From then on it
has happened, whoever dies: it is in the log, and no number can be missing. Then it is *settled*: its records are
written, each conditional on having the version before, by one update command, in order. Settling may happen several
times, and late. A sweeper settles what somebody died over, and says so in the head, if that is still the one it saw.

What may not be settled yet (usually that is the newest entry, of which nobody else knows more) is no work for the next
writer: it reads records as these entries leave them, makes its own claim, and settles them with its own entry. A claim
also says what its writer knows to be settled. A writer that knows n, since it made that entry itself, needs no look at
the head: if n has moved on, its findAndModify changes nothing.

What is too much for one command is written in pieces: each that was written stays, and whoever settles the same again,
since nobody knows how far that came, first looks at the versions that the records have, and passes over what is done.

A head that is full is settled and copied to the log before the claim that begins anew.

An answer may get lost, of what was done, of what never will be, or of what is still to be done. Who waited for it looks
whether the entry is there, and sends the same claim again where nothing of its number is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from .explore import End

TOMBSTONE = "tombstone"

BUCKET = 3  # entries of a head; some 32 in earnest
PIECE = 99  # changes that are written by one command


class Change(NamedTuple):
    """What an entry does to one record: sets a field, which the first letter of `value` names; or removes it. `to`: has
    the record be that partition's."""

    record: str
    version: int
    value: str
    to: str | None = None


Entry = tuple[Change, ...]


class Record(NamedTuple):
    version: int
    value: str
    at: tuple[str, int]
    owner: str


def applied(change: Change, record: Record | None, at: tuple[str, int]) -> Record | None:
    """What the change makes of the record; None where it is for another version."""
    if change.version != (record.version if record else 0) + 1:
        return None
    owner = change.to or at[0]
    if change.value == TOMBSTONE or record is None or record.value == TOMBSTONE:
        return Record(change.version, change.value, at, owner)
    fields = {value[0]: value for value in (*record.value.split(), change.value)}
    return Record(change.version, " ".join(sorted(fields.values())), at, owner)


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
    sent: tuple[tuple, ...] = ()  # claims that nobody waits for any more, and that may be done yet
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
        return self.with_head(partition, Head(n + 1, settled, (() if anew else head.entries) + (entry,))), True

    def write_records(self, partition: str, numbered: tuple) -> tuple[Shared, tuple]:
        """An update command of a statement for each, in order: a first version is inserted where nothing is, another
        one changes what has the version before. So none of them fails, and a late one changes nothing. It is one step
        for each document only: here for the first one. Returns what is left of it."""
        (n, change), *rest = numbered
        record = applied(change, self.record(change.record), (partition, n))
        return (self if record is None else self.with_record(change.record, record)), tuple(rest)

    def tell_settled(self, partition: str, n: int) -> Shared:
        """An update of the head, conditional on n: all of it is settled."""
        head = self.head(partition)
        return self.with_head(partition, head._replace(settled=n)) if head.n == n else self

    def archive(self, partition: str, head: Head) -> Shared:
        """An insertion, with a unique key on partition and first number: what is there already stays."""
        if any((p, m) == (partition, head.first) for p, m, _ in self.log):
            return self
        return replace(self, log=self.log | {(partition, head.first, head.entries)})

    def buckets(self, partition: str) -> list[tuple[int, tuple[Entry, ...]]]:
        return [(m, entries) for p, m, entries in self.log if p == partition]

    # --- The model's own. ---

    def with_head(self, partition: str, head: Head) -> Shared:
        return replace(self, heads=tuple((p, head if p == partition else h) for p, h in self.heads))

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
        return shared, Settle(self.partition, left, self.then) if left else self.then


class Skim(NamedTuple):
    """Looks at what there is of the first of `left`, and passes over it where it has that version, or a later one."""

    partition: str
    left: tuple[tuple[int, Change], ...]
    undone: tuple[tuple[int, Change], ...]
    then: object

    def run(self, shared: Shared) -> tuple[Shared, object]:
        first, *left = self.left
        undone = self.undone if is_done(shared, first[1]) else (*self.undone, first)
        if left:
            return shared, Skim(self.partition, tuple(left), undone, self.then)
        return shared, Settle(self.partition, undone, self.then) if undone else self.then


def is_done(shared: Shared, change: Change) -> bool:
    record = shared.record(change.record)
    return record is not None and record.version >= change.version


def settle(partition: str, numbered: tuple[tuple[int, Change], ...], then: object) -> object:
    if len(numbered) > PIECE:
        return Skim(partition, numbered, (), then)
    return Settle(partition, numbered, then) if numbered else then


class Wish(NamedTuple):
    """What a writer's caller asks for: `values` by record; None removes. `expected` is a version, or 0 for any.
    `create` asks whether there is such a record, unless it is `fresh`: its id was made for it. `to`: the first record
    is given there, and `chore`, a new record, says so."""

    partition: str
    values: tuple[tuple[str, str | None], ...]
    expected: int = 0
    create: bool = False
    fresh: bool = False
    to: str | None = None
    chore: str = ""


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
    """`in_doubt`: it was sent before."""

    wish: Wish
    head: Head
    entry: Entry
    in_doubt: bool = False


class Doubt(NamedTuple):
    """No answer to a claim came. In earnest an entry is told by its mark."""

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
        if change.record == name:
            record = applied(change, record, (partition, n)) or record
    return record


def entry_of(wish: Wish, seen: tuple[Record | None, ...]) -> Entry | str:
    """The rule: what is not there can't be changed, and what is there can't be made."""
    made = []
    for (name, value), record in zip(wish.values, seen):
        there = record is not None and record.value != TOMBSTONE
        if wish.create and there:
            return "conflict"
        if not wish.create and not (there and record.owner == wish.partition):
            return "not found"
        if wish.expected not in (0, record.version if record else 0):
            return "changed meanwhile"
        made.append(Change(name, (record.version if record else 0) + 1, TOMBSTONE if value is None else value))
    if wish.to:
        given = made[0] = made[0]._replace(to=wish.to)
        made.append(Change(wish.chore, 1, f"{wish.to} {given.record} {given.version}"))
    return tuple(made)


def claimed(wish: Wish, head: Head, entry: Entry) -> object:
    mine = Head(head.n + 1, head.settled, (() if head.is_full else head.entries) + (entry,))
    return settle(wish.partition, mine.unsettled(), Answer(wish.partition, mine._replace(settled=mine.n)))


def resolve(shared: Shared, wish: Wish, head: Head, entry: Entry) -> object:
    """The head is looked at first, then, where it has begun anew since, the log."""
    now = shared.head(wish.partition)
    if now.n == head.n:
        return Claim(wish, head, entry, in_doubt=True)
    buckets = [(now.first, now.entries), *shared.buckets(wish.partition)]
    there = {m: made for first, entries in buckets for m, made in enumerate(entries, first)}
    return claimed(wish, head, entry) if there[head.n + 1] == entry else Look(wish)


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
        case Claim(wish, head, entry, in_doubt):
            shared, won = shared.claim(wish.partition, head.n, head.settled, entry, head.is_full)
            if won:
                return shared, claimed(wish, head, entry)
            return shared, Doubt(wish, head, entry) if in_doubt else Look(wish)
        case Doubt(wish, head, entry):
            return shared, resolve(shared, wish, head, entry)
        case Answer(partition, head):
            return shared.acknowledge(partition, head.n), End(("done", partition, head))
        case Settle() | Skim():
            return local.run(shared)
    raise TypeError(local)


def unlucky_writer(shared: Shared, local: object) -> tuple[Shared, object]:
    """The answer to its claim gets lost, unless one that was sent is still to be done; whether this one is, and when, is
    the server's."""
    match local:
        case Claim(wish, head, entry, False) if not shared.sent:
            sent = (wish.partition, head.n, head.settled, entry, head.is_full)
            return replace(shared, sent=(*shared.sent, sent)), Doubt(wish, head, entry)
    return writer(shared, local)


class Deliver(NamedTuple):
    """Of what was sent it does the first, if anything was."""


def server(shared: Shared, local: object) -> tuple[Shared, object]:
    if not shared.sent:
        return shared, End()
    (claim, *others) = shared.sent
    return replace(shared.claim(*claim)[0], sent=tuple(others)), End()


class Sweep(NamedTuple):
    """A reader of the log, or a sweeper: settles what may not be, however late."""

    partition: str


class Tell(NamedTuple):
    """Then says that it did, which is a sweeper's."""

    partition: str
    head: Head


class Log(NamedTuple):
    """Then reads the older entries, and after them the records: what they show is as new as the log says."""

    partition: str
    head: Head


def reader(shared: Shared, local: object) -> tuple[Shared, object]:
    match local:
        case Sweep(partition):
            head = shared.head(partition)
            return shared, settle(partition, head.unsettled(), Tell(partition, head))
        case Tell(partition, head):
            return shared.tell_settled(partition, head.n), Log(partition, head)
        case Log(partition, head):
            entries = dict(enumerate(head.entries, head.first))
            for first, older in shared.buckets(partition):
                entries |= {m: entry for m, entry in enumerate(older, first) if m <= head.n}
            assert sorted(entries) == list(range(1, head.n + 1)), f"a reader of {head.n} finds {sorted(entries)}"
            for change in (change for entry in entries.values() for change in entry):
                record = shared.record(change.record)
                assert record is not None and record.version >= change.version, f"{change} is in the log alone"
            return shared, End(("read", partition, head.n))
        case Settle() | Skim():
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
        owner = None
        for change, (partition, _) in changes_of(entries, name):
            assert owner in (None, partition), f"{name} was {owner}'s when {partition} changed it"
            owner = change.to or partition
    told = shared.acknowledged | {(p, m) for p, head in shared.heads for m in range(1, head.settled + 1)}
    for number in told:
        assert number in entries, f"{number} was told, and is nowhere"
        for change in entries[number]:
            record = shared.record(change.record)
            assert record is not None and record.version >= change.version, f"{change} was told, and can't be read"
    for name, record in shared.records:
        assert record.at in entries, f"{name} shows a change that did not happen"
        assert record == as_said(entries, name, record.version), f"{name} shows another change"


def changes_of(entries: dict[tuple[str, int], Entry], name: str) -> list[tuple[Change, tuple[str, int]]]:
    """All of the record's, in the order of its versions."""
    changes = [(change, at) for at, entry in entries.items() for change in entry if change.record == name]
    return sorted(changes, key=lambda pair: pair[0].version)


def as_said(entries: dict[tuple[str, int], Entry], name: str, version: int) -> Record | None:
    """The record as the entries up to the version make it."""
    record = None
    for change, at in changes_of(entries, name):
        if change.version <= version:
            record = applied(change, record, at)
    return record


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
        newest = max(c.version for entry in entries.values() for c in entry if c.record == name)
        assert record == as_said(entries, name, newest), f"{name} is not as its entries say"
    for change in (change for entry in entries.values() for change in entry):
        record = shared.record(change.record)
        assert record is not None and record.version >= change.version, f"{change} was done half"
