# SPDX-License-Identifier: Apache-2.0
"""The model of `commit` on MongoDB holds in every interleaving, with deaths before and after every command; and it is
sharp: schemes that lack one of its conditions are found out."""

import pytest

from . import commit
from .commit import Look, Record, Shared, Sweep, Wish, reader, writer
from .explore import Broken, End, Process, explore

# Two records that are there, each by an entry of p.
THERE = Shared(
    heads=(("p", 2, (commit.Change("b", 1, "b1"),)), ("q", 0, ())),
    log=frozenset({("p", 1, (commit.Change("a", 1, "a1"),)), ("p", 2, (commit.Change("b", 1, "b1"),))}),
    records=(("a", Record(1, "a1", ("p", 1))), ("b", Record(1, "b1", ("p", 2)))),
)


def write(*wishes: Wish) -> list[Process]:
    return [Process(writer, Look(wish)) for wish in wishes]


def sweep(*partitions: str) -> list[Process]:
    return [Process(reader, Sweep(partition)) for partition in partitions]


def change(record: str, value: str | None, expected: int = 0, partition: str = "p") -> Wish:
    return Wish(partition, ((record, value),), expected)


SCENES = {
    "three writers of one record": write(change("a", "x"), change("a", "y"), change("a", "z")),
    "two records, and both at once": write(change("a", "x"), change("b", "y"), Wish("p", (("a", "i"), ("b", "j")))),
    "a removal among changes": write(change("a", None), change("a", "y"), change("a", "z")),
    "two partitions": write(change("a", "x"), Wish("q", (("c", "1"),), create=True), Wish("q", (("c", "2"),), create=True)),
    "a late reader": write(change("a", "x"), change("a", None)) + sweep("p"),
    "a late reader of both records": write(Wish("p", (("a", "i"), ("b", "j"))), change("a", "x")) + sweep("p"),
}


@pytest.mark.parametrize("scene", SCENES)
def test_every_interleaving_holds(scene):
    assert explore(THERE, SCENES[scene], commit.always, commit.finally_, deaths=3) > 100


def test_of_two_that_expect_one_version_exactly_one_wins():
    def one_wins(shared, locals_):
        commit.finally_(shared, locals_)
        answers = [local.answer for local in locals_]
        assert answers.count("changed meanwhile") == 1, answers

    explore(THERE, write(change("a", "x", 1), change("a", "y", 1)), commit.always, one_wins, deaths=0)


def test_a_writer_without_rivals_takes_five_commands_and_four_when_it_knows_the_number():
    def commands(local):
        shared, n = THERE, 0
        while not isinstance(local, End):
            shared, local = writer(shared, local)
            n += not isinstance(local, End)  # the last step is the answer, and no command
        return n

    # Look, bring in again (entry, record), read, claim, entry, record: what was pending is known to the one that made it.
    assert commands(Look(change("a", "x"))) == 7
    assert commands(commit.Read(change("a", "x"), 2)) == 4
    assert commands(commit.Claim(Wish("p", (("c", "1"),), create=True), 2, (commit.Change("c", 1, "1"),))) == 3


# --- What each condition is for: without it, the model says what happens. ---


def broken(monkeypatch, name, replacement, processes, deaths=2):
    monkeypatch.setattr(Shared, name, replacement)
    with pytest.raises(Broken) as caught:
        explore(THERE, processes, commit.always, commit.finally_, deaths)
    return str(caught.value).splitlines()[0]


def test_a_claim_that_does_not_ask_for_the_number_makes_two_changes_of_one(monkeypatch):
    def careless(shared, partition, n, changes):
        return shared.with_head(partition, shared.head(partition)[0] + 1, changes), True

    assert "shows another change than its entry" in broken(
        monkeypatch, "claim", careless, write(change("a", "x"), change("a", "y")), deaths=0
    )


def test_a_late_helper_that_does_not_ask_for_the_version_brings_back_what_was(monkeypatch):
    def careless(shared, partition, n, made):
        return shared.with_record(made.record, Record(made.version, made.value, (partition, n)))

    processes = write(change("a", "x"), change("a", None)) + sweep("p")
    assert "can't be read" in broken(monkeypatch, "write_record", careless, processes)


def test_a_removal_without_a_tombstone_is_undone_by_a_late_helper(monkeypatch):
    def forgetful(shared, partition, n, made):
        there = shared.record(made.record)
        if there is not None and there.version >= made.version:
            return shared
        if made.value == commit.TOMBSTONE:
            from dataclasses import replace

            return replace(shared, records=tuple(pair for pair in shared.records if pair[0] != made.record))
        return shared.with_record(made.record, Record(made.version, made.value, (partition, n)))

    def nothing(shared, locals_):
        pass

    def stays_removed(shared, locals_):
        shared = commit.recovered(shared)
        newest = max(
            (made for made in (c for cs in commit.entries_of(shared).values() for c in cs) if made.record == "a"),
            key=lambda made: made.version,
        )
        assert newest.value != commit.TOMBSTONE or shared.record("a") is None, "it is there again"

    monkeypatch.setattr(Shared, "write_record", forgetful)
    monkeypatch.setattr(commit, "reader", lambda shared, local: (shared, End()))
    processes = write(change("a", "x"), change("a", None)) + [Process(commit.writer, Look(change("b", "w")))]
    with pytest.raises(Broken, match="it is there again"):
        explore(THERE, processes, nothing, stays_removed, deaths=2)


def test_a_writer_that_does_not_bring_in_what_is_pending_loses_it(monkeypatch):
    monkeypatch.setattr(commit, "bring_in", lambda partition, n, changes, then: then)
    with pytest.raises(Broken):
        explore(THERE, write(change("a", "x"), change("b", "y")), commit.always, commit.finally_, deaths=1)
