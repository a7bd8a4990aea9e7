# SPDX-License-Identifier: Apache-2.0
"""A record moves to another partition: three commits, each a writer's of commit.py, which anybody may finish.

    give     in the source: the record is the destination's from now on, and a new record, the chore, says so
    arrive   in the destination: the record is changed once more, if it is as it was given, so that this log has it too
    clear    in the source: the chore is removed

Whoever gave goes on with the other two. A sweeper finds the chore. That may be there while the record is not yet the
destination's, since they are written one after the other: so it settles the source first.
"""

from __future__ import annotations

from typing import NamedTuple

from . import commit
from .commit import Look, Shared, Wish, settle, writer
from .explore import End


class Chore(NamedTuple):
    name: str
    source: str
    to: str
    record: str
    version: int  # as it was given

    @property
    def arrive(self) -> Wish:
        return Wish(self.to, ((self.record, "h"),), expected=self.version)

    @property
    def clear(self) -> Wish:
        return Wish(self.source, ((self.name, None),))


class Give(NamedTuple):
    """`inner` is a writer's state, here and below."""

    wish: Wish
    inner: object


class Find(NamedTuple):
    """The sweeper's look at the chore."""

    name: str
    source: str


class Head(NamedTuple):
    """Its look at the source's head."""

    chore: Chore


class Arrive(NamedTuple):
    chore: Chore
    inner: object


class Clear(NamedTuple):
    inner: object


def give(record: str, value: str, partition: str, to: str, chore: str) -> Give:
    wish = Wish(partition, ((record, value),), to=to, chore=chore)
    return Give(wish, Look(wish))


def arrive(chore: Chore) -> Arrive:
    return Arrive(chore, Look(chore.arrive))


def given(wish: Wish, head: commit.Head) -> Chore:
    change = head.entries[-1][0]
    return Chore(wish.chore, wish.partition, wish.to, change.record, change.version)


def mover(shared: Shared, local: object) -> tuple[Shared, object]:
    match local:
        case Give(wish, End(answer)):
            return shared, arrive(given(wish, answer[2])) if answer[0] == "done" else End(answer)
        case Give(wish, inner):
            shared, inner = writer(shared, inner)
            return shared, Give(wish, inner)
        case Arrive(chore, End()):
            return shared, Clear(Look(chore.clear))
        case Arrive(chore, inner):
            shared, inner = writer(shared, inner)
            return shared, Arrive(chore, inner)
        case Clear(End(answer)):
            return shared, End(answer)
        case Clear(inner):
            shared, inner = writer(shared, inner)
            return shared, Clear(inner)
    raise TypeError(local)


def sweeper(shared: Shared, local: object) -> tuple[Shared, object]:
    match local:
        case Find(name, source):
            found = shared.record(name)
            if found is None or found.value == commit.TOMBSTONE:
                return shared, End()
            to, record, version = found.value.split()
            return shared, Head(Chore(name, source, to, record, int(version)))
        case Head(chore):
            head = shared.head(chore.source)
            return shared, settle(chore.source, head.unsettled(), arrive(chore))
        case commit.Settle():
            return local.run(shared)
    return mover(shared, local)


def finally_(shared: Shared, locals_: tuple) -> None:
    """Once somebody has swept: no chore is left, and what was given is in the log of whom it was given to."""
    commit.finally_(shared, locals_)
    shared = swept(commit.recovered(shared))
    commit.finally_(shared, locals_)
    entries = commit.entries_of(shared)
    for name in {change.record for entry in entries.values() for change in entry}:
        changes = commit.changes_of(entries, name)
        for (change, _), following in zip(changes, [*changes[1:], None], strict=True):
            assert change.to is None or following is not None, f"{name} was given, and never came"
    for name, record in shared.records:
        assert not name.startswith("chore") or record.value == commit.TOMBSTONE, f"{name} is left"


def swept(shared: Shared) -> Shared:
    for partition, head in shared.heads:
        for change in (change for entry in (*head.entries, *archived(shared, partition)) for change in entry):
            if change.record.startswith("chore") and change.version == 1:
                local = Find(change.record, partition)
                while not isinstance(local, End):
                    shared, local = sweeper(shared, local)
    return shared


def archived(shared: Shared, partition: str) -> list[commit.Entry]:
    return [entry for _, entries in shared.buckets(partition) for entry in entries]
