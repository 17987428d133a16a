"""What became of the moves that former reports proposed, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final, Literal

from whowaits.model import Place

ChangeState = Literal["found", "open", "moved", "partly-moved", "regressed", "judged-otherwise", "gone"]
NOTHING: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Quarter:
    """The figures of one report, former ones and this one in a row."""

    name: str
    as_of: date
    started_at: datetime | None
    ended_at: datetime | None
    days: int | None
    bill_usd: Decimal
    slow_usd: Decimal
    batchable_usd: Decimal
    saving_low_usd: Decimal
    saving_high_usd: Decimal
    realised_usd: Decimal | None
    """What its calls on a slower tier would have cost more synchronously; None where the report does not say."""


@dataclass(frozen=True, slots=True)
class Promise:
    """What the report that last knew a workload said that its move would save."""

    report: str
    days: int | None
    low_usd: Decimal
    high_usd: Decimal


@dataclass(frozen=True, slots=True)
class Change:
    """A program whose calls a report proposes to move, or a former one did; its streams and tiers together.

    found             proposed for the first time.
    open              proposed before and not moved.
    moved             what was proposed runs on a slower tier now.
    partly-moved      some of it does.
    regressed         ran on a slower tier, or more of it did, and is synchronous again.
    judged-otherwise  proposed before; it stays, or is not known, by what is known now.
    gone              proposed before, and no call of it was logged since.
    """

    state: ChangeState
    workload: str
    owner: str | None
    promise: Promise | None
    """None where no former report proposed the move with a saving."""
    promised_low_usd: Decimal | None
    promised_high_usd: Decimal | None
    """The promise over as many days as this report covers."""
    realised_usd: Decimal | None
    """What the calls that moved since did save; None of a workload of which none did."""
    movable_usd: Decimal | None
    """What its move is about now."""


@dataclass(frozen=True, slots=True)
class WaivedSince:
    """A finding that somebody accepted since the last of the former reports."""

    rule: str
    message: str
    place: Place
    reason: str | None
    owner: str | None
    until: date | None
    monthly_usd: Decimal | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """This report beside former ones, the oldest first; the last quarter is this report."""

    quarters: tuple[Quarter, ...]
    changes: tuple[Change, ...]
    waived: tuple[WaivedSince, ...]

    @property
    def promised(self) -> tuple[Decimal, Decimal]:
        """What the moves that were made, whole or in part, were said to save."""
        kept = [c for c in self.changes if c.realised_usd is not None]
        return (
            sum((c.promised_low_usd or NOTHING for c in kept), NOTHING),
            sum((c.promised_high_usd or NOTHING for c in kept), NOTHING),
        )

    @property
    def realised_usd(self) -> Decimal:
        """What they did save."""
        return sum((c.realised_usd or NOTHING for c in self.changes), NOTHING)

    @property
    def outstanding(self) -> tuple[Decimal, Decimal]:
        """What was promised of moves that nobody has made."""
        left = [c for c in self.changes if c.state == "open"]
        return (
            sum((c.promised_low_usd or NOTHING for c in left), NOTHING),
            sum((c.promised_high_usd or NOTHING for c in left), NOTHING),
        )
