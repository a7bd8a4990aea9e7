# SPDX-License-Identifier: Apache-2.0
"""The model of `commit` on MongoDB holds in every interleaving, with deaths before and after every command; and it is
sharp: schemes that lack one of its conditions are found out."""

from dataclasses import replace

import pytest

from . import commit
from .commit import Deliver, Head, Look, Record, Shared, Sweep, Wish, reader, server, unlucky_writer, writer
from .explore import Broken, End, Process, explore

A1, B1 = (commit.Change("a", 1, "a1"),), (commit.Change("b", 1, "b1"),)

# Two records that are there, each by an entry of p. Nobody knows whether the second one is settled.
THERE = Shared(
    heads=(("p", Head(2, 1, (A1, B1))), ("q", Head())),
    records=(("a", Record(1, "a1", ("p", 1), "p")), ("b", Record(1, "b1", ("p", 2), "p"))),
)

# The same, where it is not.
HALF = replace(THERE, records=THERE.records[:1])


def write(*wishes: Wish) -> list[Process]:
    return [Process(writer, Look(wish)) for wish in wishes]


def unlucky(*wishes: Wish) -> list[Process]:
    """Writers whose answers get lost, and a server that does what they sent now, later, or never."""
    lost = [Process(unlucky_writer, Look(wish)) for wish in wishes]
    return lost + [Process(server, Deliver()) for _ in wishes]


def sweep(*partitions: str) -> list[Process]:
    return [Process(reader, Sweep(partition)) for partition in partitions]


def change(record: str, value: str | None, expected: int = 0, partition: str = "p") -> Wish:
    return Wish(partition, ((record, value),), expected)


SCENES = {
    "three writers of one record": write(change("a", "x"), change("a", "y"), change("a", "z")),
    "two records, and both at once": write(change("a", "x"), change("b", "y"), Wish("p", (("a", "i"), ("b", "j")))),
    "a removal among changes": write(change("a", None), change("a", "y"), change("a", "z")),
    "two partitions": write(
        change("a", "x"), Wish("q", (("c", "1"),), create=True), Wish("q", (("c", "2"),), create=True)
    ),
    "a late reader": write(change("a", "x"), change("a", None)) + sweep("p"),
    "a late reader of both records": write(Wish("p", (("a", "i"), ("b", "j"))), change("a", "x")) + sweep("p"),
}


@pytest.mark.parametrize("there", [THERE, HALF], ids=["settled", "half done"])
@pytest.mark.parametrize("scene", SCENES)
def test_every_interleaving_holds(scene, there):
    assert explore(there, SCENES[scene], commit.always, commit.finally_, deaths=3) > 100


PIECES = ["two records, and both at once", "a removal among changes", "a late reader of both records"]


@pytest.mark.parametrize("scene", PIECES)
def test_what_is_written_in_pieces_holds(monkeypatch, scene):
    monkeypatch.setattr(commit, "PIECE", 1)
    assert explore(HALF, SCENES[scene], commit.always, commit.finally_, deaths=2) > 100


def values_twice(shared):
    values = [made.value for entry in commit.entries_of(shared).values() for made in entry]
    return sorted({value for value in values if values.count(value) > 1})


@pytest.mark.parametrize("bucket", [3, 2])  # at once full, or after the next one
def test_a_lost_answer_makes_nothing_twice(monkeypatch, bucket):
    def once(shared, locals_):
        commit.finally_(shared, locals_)
        assert not values_twice(shared)
        made = [change.value for entry in commit.entries_of(shared).values() for change in entry]
        for value, local in (("x", locals_[0]), ("y", locals_[2])):
            assert local.died or value in made

    monkeypatch.setattr(commit, "BUCKET", bucket)
    explore(THERE, unlucky(change("a", "x")) + write(change("a", "y")), commit.always, once, deaths=1)


def test_of_two_that_expect_one_version_exactly_one_wins():
    def one_wins(shared, locals_):
        commit.finally_(shared, locals_)
        answers = [local.answer for local in locals_]
        assert answers.count("changed meanwhile") == 1, answers

    explore(THERE, write(change("a", "x", 1), change("a", "y", 1)), commit.always, one_wins, deaths=0)


def test_a_writer_without_rivals_takes_four_commands_and_three_when_it_knows_the_number():
    def commands(local):
        shared, names = THERE, []
        while not isinstance(local, End):
            name = type(local).__name__
            if name != "Answer" and (name != "Settle" or names[-1] != name):  # the latter is one command, however many
                names.append(name)
            shared, local = writer(shared, local)
        return names

    knows = Head(2, 2, (A1, B1))
    fresh = Wish("p", (("c", "1"),), create=True, fresh=True)
    assert commands(Look(change("a", "x"))) == ["Look", "Read", "Claim", "Settle"]
    assert commands(commit.begin(change("a", "x"), knows)) == ["Read", "Claim", "Settle"]
    assert commands(Look(fresh)) == ["Look", "Claim", "Settle"]
    assert commands(commit.begin(fresh, knows)) == ["Claim", "Settle"]
    # One in BUCKET: what is full is copied first.
    full = Head(3, 3, (A1, B1, (commit.Change("a", 2, "a2"),)))
    assert commands(commit.begin(fresh, full))[:2] == ["Archive", "Claim"]


def test_a_lost_answer_that_is_taken_for_a_no_makes_one_change_two(monkeypatch):
    def once(shared, locals_):
        assert not values_twice(shared), "it was done twice"

    monkeypatch.setattr(commit, "resolve", lambda shared, wish, head, entry: Look(wish))
    with pytest.raises(Broken, match="it was done twice"):
        explore(THERE, unlucky(change("a", "x")), commit.always, once, deaths=0)


# --- What each condition is for: without it, the model says what happens. ---


def broken(monkeypatch, name, replacement, processes, deaths=2):
    monkeypatch.setattr(Shared, name, replacement)
    with pytest.raises(Broken) as caught:
        explore(THERE, processes, commit.always, commit.finally_, deaths)
    return str(caught.value).splitlines()[0]


def test_a_claim_that_does_not_ask_for_the_number_makes_two_changes_of_one(monkeypatch):
    def careless(shared, partition, n, settled, entry, anew):
        return claim(shared, partition, shared.head(partition).n, settled, entry, anew)

    claim = Shared.claim
    assert "shows another change" in broken(
        monkeypatch, "claim", careless, write(change("a", "x"), change("a", "y")), deaths=0
    )


def careless_write(shared, partition, numbered):
    (n, made), *rest = numbered
    there = shared.record(made.record)
    blind = commit.applied(made, there and there._replace(version=made.version - 1), (partition, n))
    blind = blind or Record(made.version, made.value, (partition, n), made.to or partition)
    return shared.with_record(made.record, blind), tuple(rest)


def test_a_change_that_takes_any_older_version_leaves_out_what_came_between(monkeypatch):
    """What is in an entry is not the whole record."""

    def hasty(shared, partition, numbered):
        (_, made), *rest = numbered
        there = shared.record(made.record)
        if there is None or there.version >= made.version:
            return write_records(shared, partition, numbered)
        return careless_write(shared, partition, numbered)

    def backwards(partition, numbered, then):
        return settle(partition, tuple(reversed(numbered)), then)

    write_records, settle = Shared.write_records, commit.settle
    monkeypatch.setattr(commit, "settle", backwards)
    monkeypatch.setattr(commit, "BUCKET", 9)
    assert "shows another change" in broken(
        monkeypatch, "write_records", hasty, write(change("a", "x"), change("a", "y")), deaths=1
    )


def test_a_sweeper_that_tells_of_more_than_it_saw_loses_it(monkeypatch):
    def rash(shared, partition, n):
        head = shared.head(partition)
        return shared.with_head(partition, head._replace(settled=head.n))

    assert "can't be read" in broken(monkeypatch, "tell_settled", rash, write(change("a", "x")) + sweep("p"))


def test_a_late_helper_that_does_not_ask_for_the_version_brings_back_what_was(monkeypatch):
    processes = write(change("a", "x"), change("a", None)) + sweep("p")
    assert "shows another change" in broken(monkeypatch, "write_records", careless_write, processes)


def test_a_removal_without_a_tombstone_is_undone_by_who_made_it_late(monkeypatch):
    def forgetful(shared, partition, numbered):
        (_, made), *rest = numbered
        there = shared.record(made.record)
        if made.value == commit.TOMBSTONE and there is not None and there.version == made.version - 1:
            return replace(shared, records=tuple(pair for pair in shared.records if pair[0] != made.record)), tuple(
                rest
            )
        return write_records(shared, partition, numbered)

    def stays_removed(shared, locals_):
        made = [c for entry in commit.entries_of(shared).values() for c in entry if c.record == "c"]
        assert len(made) < 2 or shared.record("c") is None, "it is there again"

    write_records = Shared.write_records
    monkeypatch.setattr(Shared, "write_records", forgetful)
    processes = write(Wish("p", (("c", "1"),), create=True, fresh=True), change("c", None))
    with pytest.raises(Broken, match="it is there again"):
        explore(THERE, processes, lambda shared, locals_: None, stays_removed, deaths=0)


def test_a_writer_that_looks_at_records_alone_uses_a_version_twice(monkeypatch):
    monkeypatch.setattr(commit, "BUCKET", 9)  # a full one is settled first
    monkeypatch.setattr(commit, "as_left", lambda record, name, partition, head: record)
    with pytest.raises(Broken, match="version was used twice"):
        explore(THERE, write(change("a", "x"), change("a", "y")), commit.always, commit.finally_, deaths=1)


def test_a_claim_that_takes_for_settled_what_it_did_not_see_settled_loses_it(monkeypatch):
    def hopeful(shared, partition, n, settled, entry, anew):
        return claim(shared, partition, n, n, entry, anew)

    claim = Shared.claim
    monkeypatch.setattr(commit, "BUCKET", 9)
    assert "can't be read" in broken(monkeypatch, "claim", hopeful, write(change("a", "x"), change("b", "y")), deaths=1)


def test_a_head_that_begins_anew_uncopied_leaves_a_gap(monkeypatch):
    assert "a number of p is missing" in broken(
        monkeypatch,
        "archive",
        lambda shared, partition, head: shared,
        write(change("a", "x"), change("b", "y")),
        deaths=0,
    )


def test_a_head_that_begins_anew_unsettled_leaves_a_change_half_done(monkeypatch):
    def hasty(wish, head):
        return commit.Archive(wish, head._replace(settled=head.n)) if head.is_full else commit.read_or_claim(wish, head)

    monkeypatch.setattr(commit, "begin", hasty)
    with pytest.raises(Broken):
        explore(THERE, write(change("a", "x"), change("b", "y")), commit.always, commit.finally_, deaths=1)


def test_whoever_passes_over_what_stands_behind_something_done_leaves_it_half_done(monkeypatch):
    """Of an entry's records the first may be written, and the second not."""

    def hasty(shared, change):
        (whole,) = (entry for entry in commit.entries_of(shared).values() if change in entry)
        return any(is_done(shared, made) for made in whole)

    is_done = commit.is_done
    monkeypatch.setattr(commit, "PIECE", 1)
    monkeypatch.setattr(commit, "is_done", hasty)
    processes = write(Wish("p", (("a", "i"), ("b", "j")))) + sweep("p")
    with pytest.raises(Broken, match="b is not as its entries say|can't be read|in the log alone"):
        explore(THERE, processes, commit.always, commit.finally_, deaths=1)
