# SPDX-License-Identifier: Apache-2.0
"""Walks through every interleaving of a few processes that share a state.

A process is a function `step(shared, local) -> (shared, local)` that does one command: what a database does in one
step. Both states are immutable values, so that a state that was seen before is not walked again. A process has ended
when its `local` is an End. At any moment it may also die, before or after any of its commands: what it knew is gone,
what it did stays.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass


@dataclass(frozen=True)
class End:
    """How a process ended: with what it tells its caller, or with nothing, since it died."""

    answer: Hashable = None
    died: bool = False


Step = Callable[[Hashable, Hashable], tuple[Hashable, Hashable]]


class Broken(AssertionError):
    """An invariant does not hold; says by which commands that was reached."""


def _key(node: tuple) -> tuple:
    """Tuples of two classes are equal where what is in them is."""
    shared, locals_, left = node
    return shared, tuple((type(local), local) for local in locals_), left


@dataclass(frozen=True)
class Process:
    step: Step
    start: Hashable


def _trail(parents: dict, node: tuple) -> str:
    lines = []
    while node is not None:
        parent, what = parents[_key(node)]
        if what:
            lines.append(what)
        node = parent
    return "\n".join(reversed(lines))


def explore(
    shared: Hashable,
    processes: list[Process],
    always: Callable[[Hashable, tuple], None],
    finally_: Callable[[Hashable, tuple], None],
    deaths: int,
) -> int:
    """Visits every state that can be reached; `always` is asked in each, `finally_` where all have ended. At most
    `deaths` processes die. Returns how many states there are; raises Broken with the way to the first bad one."""
    first = (shared, tuple(process.start for process in processes), deaths)
    parents: dict[tuple, tuple] = {_key(first): (None, "")}
    waiting = [first]
    while waiting:
        node = waiting.pop()
        now, locals_, left = node
        try:
            always(now, locals_)
            if all(isinstance(local, End) for local in locals_):
                finally_(now, locals_)
        except AssertionError as why:
            raise Broken(f"{why}\n{_trail(parents, node)}\n{now}\n{locals_}") from why
        for i, process in enumerate(processes):
            local = locals_[i]
            if isinstance(local, End):
                continue
            moved_shared, moved = process.step(now, local)
            nexts = [((moved_shared, locals_[:i] + (moved,) + locals_[i + 1 :], left), f"{i}: {local}")]
            if left > 0:
                dead = locals_[:i] + (End(died=True),) + locals_[i + 1 :]
                nexts.append(((now, dead, left - 1), f"{i}: dies before {local}"))
            for following, what in nexts:
                if _key(following) not in parents:
                    parents[_key(following)] = (node, what)
                    waiting.append(following)
    return len(parents)
