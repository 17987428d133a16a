"""A schedule: when something is started again and again, what it starts, and the claim that follows."""

from __future__ import annotations

from dataclasses import dataclass

from whowaits.deadlines.commands import Target
from whowaits.deadlines.cron import say_period
from whowaits.model import Basis, Evidence, Place


@dataclass(frozen=True, slots=True)
class Schedule:
    """`place` is where the times are written, `period_s` the shortest gap between two runs on the wall clock.

    `path` and `function` are the Python file and the qualified name in it that a run starts; None = not in the tree.
    """

    place: Place
    kind: str
    expression: str
    period_s: float
    target: Target
    timezone: str | None = None
    path: str | None = None
    function: str | None = None

    @property
    def starts(self) -> str:
        """What is started, as text: a command, a script, a module or a dotted task name."""
        return str(self.target)

    @property
    def evidence(self) -> Evidence:
        """The claim of a schedule: nobody waits, many calls, and a run is needed before the next one at the latest."""
        return Evidence(
            rule="schedule",
            says=f"{self.kind} starts `{self.starts}` {say_period(self.period_s)} ({self.expression})",
            basis=Basis.INFERRED,
            place=self.place,
            waiter="nobody",
            deadline_s=self.period_s,
            bulk=True,
        )
