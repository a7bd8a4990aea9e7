# SPDX-License-Identifier: Apache-2.0
"""A record that moves to another partition is in one of both at any moment, is changed by whose it is, and is told in
both logs in the end: in every interleaving, with deaths before and after every command."""

from dataclasses import replace

import pytest

from . import commit, move
from .commit import Change, Head, Look, Record, Shared, Wish, writer
from .explore import Broken, Process, explore
from .move import Find, give, mover, sweeper

A1 = (Change("a", 1, "a1"),)

# A record of p. Nobody knows whether it is settled.
THERE = Shared(heads=(("p", Head(1, 0, (A1,))), ("q", Head())), records=(("a", Record(1, "a1", ("p", 1), "p")),))

# Whoever gave it to q has died since.
GIVE = (Change("a", 2, "x", "q"), Change("chore", 1, "q a 2"))
GIVEN = Shared(
    heads=(("p", Head(2, 1, (A1, GIVE))), ("q", Head())),
    records=(("a", Record(2, "a1 x", ("p", 2), "q")), ("chore", Record(1, "q a 2", ("p", 2), "p"))),
)


def move_of(value, partition="p", to="q", chore="chore"):
    return Process(mover, give("a", value, partition, to, chore))


def change(value, partition="p"):
    return Process(writer, Look(Wish(partition, (("a", value),))))


def sweep(partition="p", chore="chore"):
    return Process(sweeper, Find(chore, partition))


SCENES = {
    "a change in the source": [move_of("x"), change("y")],
    "a removal in the source": [move_of("x"), change(None)],
    "a change in the destination": [move_of("x"), change("y", "q")],
    "a removal in the destination": [move_of("x"), change(None, "q")],
    "two movers": [move_of("x"), move_of("y", chore="chore of another")],
    "there and back": [move_of("x"), move_of("y", "q", "p", "chore of another")],
    "a sweeper beside whoever moves": [move_of("x"), sweep()],
}


@pytest.mark.parametrize("bucket", [2, 3])
@pytest.mark.parametrize("scene", SCENES)
def test_every_interleaving_holds(monkeypatch, scene, bucket):
    processes = SCENES[scene]
    monkeypatch.setattr(commit, "BUCKET", bucket)
    assert explore(THERE, processes, commit.always, move.finally_, deaths=2) > 100


@pytest.mark.parametrize("late", [sweep(), change("y", "q"), move_of("y", "q", "p", "chore of another")],
                         ids=["another sweeper", "a change", "a move back"])  # fmt: skip
def test_a_sweeper_finishes_what_another_has_begun(late):
    assert explore(GIVEN, [sweep(), late], commit.always, move.finally_, deaths=2) > 100


def test_a_sweeper_that_does_not_settle_the_source_clears_what_never_came(monkeypatch):
    """The chore may be written before the record is."""

    def hasty(shared, local):
        return (shared, move.arrive(local.chore)) if isinstance(local, move.Head) else step(shared, local)

    def backwards(partition, numbered, then):
        return settle(partition, tuple(reversed(numbered)), then)

    step, settle = move.sweeper, commit.settle
    monkeypatch.setattr(move, "sweeper", hasty)
    monkeypatch.setattr(commit, "settle", backwards)
    monkeypatch.setattr(commit, "BUCKET", 9)
    settled = replace(THERE, heads=(("p", Head(1, 1, (A1,))), ("q", Head())))
    with pytest.raises(Broken, match="never came"):
        explore(settled, [move_of("x"), Process(hasty, Find("chore", "p"))], commit.always, move.finally_, deaths=1)


def test_who_gives_without_saying_so_leaves_it_half_told(monkeypatch):
    def silent(wish, seen):
        made = entry_of(wish, seen)
        return made[:1] if wish.to and not isinstance(made, str) else made

    entry_of = commit.entry_of
    monkeypatch.setattr(commit, "entry_of", silent)
    with pytest.raises(Broken, match="never came"):
        explore(THERE, [move_of("x")], commit.always, move.finally_, deaths=1)


def test_who_finds_what_is_anothers_changes_it_beside_them(monkeypatch):
    def blind(wish, seen):
        return entry_of(wish, tuple(record and record._replace(owner=wish.partition) for record in seen))

    entry_of = commit.entry_of
    monkeypatch.setattr(commit, "entry_of", blind)
    with pytest.raises(Broken, match="when p changed it|used twice"):
        explore(THERE, [move_of("x"), change("y")], commit.always, move.finally_, deaths=0)
