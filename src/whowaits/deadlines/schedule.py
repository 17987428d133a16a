"""A schedule: when something is started again and again, what it starts, and the claim that follows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

from whowaits.deadlines.commands import Target
from whowaits.deadlines.cron import say_period
from whowaits.deadlines.when import NotACronError, When
from whowaits.frozen import dataclass
from whowaits.model import Basis, Evidence, Place, Skipped

RULE: Final = "schedule"
_MODULE: Final = "<module>"
_COMMAND_LINE: Final = frozenset({"cli", "command"})
"""Kinds of entry points that a command line calls."""
_COMMANDS: Final = frozenset({"script", "module", "program", "image"})
_ANY_COMMAND: Final = frozenset({"main", "cli", "run", "app"})
_SUBCOMMAND: Final = re.compile(r"[a-z][a-z0-9_-]*$")


class Started(NamedTuple):
    """What a run starts; with its place in the tree where that is known without looking."""

    target: Target
    path: str | None = None
    function: str | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """`place` is where the times are written, `period_s` the shortest gap between two runs; None = not in the tree.

    `path` and `function` are the Python file and the qualified name in it that a run starts; None = not in the tree.
    """

    place: Place
    kind: str
    expression: str
    period_s: float | None
    target: Target
    timezone: str | None = None
    path: str | None = None
    function: str | None = None
    name: str | None = None
    """What its scheduler calls it; logs often do too."""
    clock: str | None = None
    """The minutes and the hours at which it runs, as cron writes them."""

    @property
    def starts(self) -> str:
        """What is started, as text: a command, a script, a module or a dotted task name."""
        return str(self.target)

    @property
    def says(self) -> str:
        """The schedule as a sentence."""
        period = "on a schedule" if self.period_s is None else say_period(self.period_s)
        written = "" if self.expression == period else f" ({self.expression})"
        return f"{self.kind} starts `{self.starts}` {period}{written}"

    @property
    def evidence(self) -> Evidence:
        """The claim of a schedule: nobody waits, many calls, and a run is needed before the next one at the latest."""
        return Evidence(
            rule=RULE,
            says=self.says,
            basis=Basis.INFERRED,
            place=self.place,
            waiter="nobody",
            deadline_s=self.period_s,
            bulk=True,
        )

    def runs(self, path: str, function: str, entry_kind: str | None) -> bool:
        """Whether a run goes through a function; `entry_kind` is what starts that one, None where it is not the top.

        A whole file runs its module code, and the function behind the command line that it was given.
        """
        if self.path != path:
            return False
        if self.function == function:
            return True
        if entry_kind in _COMMAND_LINE:
            return self.target.form in _COMMANDS and self._is_told(function)
        return self.function is None and entry_kind is not None and function == _MODULE

    def _is_told(self, function: str) -> bool:
        """Whether the words after the program mean `function`: the first of them that could be a subcommand decides."""
        name = function.rpartition(".")[2].replace("_", "-")
        words = [w.replace("_", "-") for w in self.target.arguments if _SUBCOMMAND.match(w)]
        return name in words or not words or name in _ANY_COMMAND


def starting(
    place: Place,
    kind: str,
    moment: Callable[[], When | None],
    started: Iterable[Target | Started],
    name: str | None = None,
) -> Iterator[Schedule | Skipped]:
    """Yield a Schedule for each thing that is started then; Skipped where the time is none, nothing for None."""
    try:
        when = moment()
    except NotACronError as error:
        yield Skipped(place, str(error))
        return
    if when is None:
        return
    for what in started:
        target, path, function = Started(what) if isinstance(what, Target) else what
        zone, clock = when.timezone, when.clock
        yield Schedule(place, kind, when.expression, when.period_s, target, zone, path, function, name, clock)
