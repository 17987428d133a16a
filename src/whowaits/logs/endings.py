"""Models that their provider shuts down: a move is worth little where the model ends soon after."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from whowaits.logs.units import Unit
from whowaits.model import Basis, Evidence, Verdict
from whowaits.rules import load_offers

RULE: Final = "model-ends"
SLOW_ROUTES: Final = ("batch", "flex")


def find(found: Sequence[Unit], verdicts: Mapping[int, Verdict], as_of: date) -> Iterator[tuple[int, Evidence]]:
    """Yield each unit that is to move with what is known of the end of its models, the earliest end first."""
    for unit in found:
        if verdicts[unit.number].route in SLOW_ROUTES:
            for says in _endings(unit.provider, unit.models, as_of):
                yield unit.number, Evidence(RULE, says, Basis.STATED, hint=True)


def _endings(provider: str | None, models: Iterable[str], as_of: date) -> Iterator[str]:
    known = load_offers().of(provider)
    ends = ((known.ending(model), model) for model in sorted(models)) if known else ()
    for ending, model in sorted(((e, m) for e, m in ends if e is not None), key=lambda pair: (pair[0].on, pair[1])):
        told = "is shut down" if date.fromisoformat(ending.on) > as_of else "was shut down"
        yield f"{model} {told} on {ending.on} ({ending.source}): choose its successor before the move"
