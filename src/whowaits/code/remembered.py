"""Facts of steps kept from one run to the next, by the text of the function, so that a warm run needs no LibCST.

The store may come with a repository: what is not a fact of the right types is ignored, and a
wrong one can at worst lead to a wrong verdict.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from whowaits.code import steps
from whowaits.code.site import Step
from whowaits.code.steps import Fact, StepFacts
from whowaits.code.store import Store

Known = tuple[bool, bool, bool, frozenset[int], steps.Pauses]
"""What is known about a call from outside: model call, streams, chat, lines of other leading calls, pauses."""


class Remembered:
    """Reads steps, each function text once for each call in it, over all runs where there is a store."""

    def __init__(self, store: Store | None) -> None:
        self._store = store
        self._new: dict[bytes, bytes] = {}

    def read(self, text: str, step: Step, known: Known) -> StepFacts:
        """The facts of a step; raises what `steps.read` raises."""
        model_call, streams, chat, others, pauses = known
        if not steps.is_worth_reading(text, step, chat=chat, others=others):
            return steps.NOTHING
        key = _key(text, step, known) if self._store else b""
        found = self._known(key, step.first_line) if key else None
        if found is None:
            found = steps.read(
                text, step, model_call=model_call, streams=streams, chat=chat, others=others, pauses=pauses
            )
            if key:
                self._new[key] = _row(found, step.first_line)
        return found

    def _known(self, key: bytes, first_line: int) -> StepFacts | None:
        rows = self._store.ask("SELECT row FROM step WHERE key = ?", key) if self._store else []
        return next((facts for (row,) in rows if (facts := _facts(row, first_line)) is not None), None)

    def keep(self) -> None:
        """Put what this run had to read into the store."""
        if self._store is not None:
            self._store.put("INSERT OR REPLACE INTO step VALUES (?, ?)", self._new.items())


def _key(text: str, step: Step, known: Known) -> bytes:
    """A digest of everything that the facts depend on, with lines counted from the function's first."""
    model_call, streams, chat, others, pauses = known
    place = (step.line - step.first_line, step.end_line - step.first_line, step.column)
    lines = sorted(line - step.first_line for line in others)
    asks = [line - step.first_line for line in step.asks]
    slept = [(line - step.first_line, seconds) for line, seconds in pauses]
    everything = f"{place} {model_call} {streams} {chat} {lines} {asks} {slept}\n{text}"
    return hashlib.blake2b(everything.encode("utf-8", "replace"), digest_size=12).digest()


def _row(found: StepFacts, first_line: int) -> bytes:
    facts = [[f.name, f.line - first_line, f.weak, f.value] for f in found.facts]
    return json.dumps([facts, [[name, line - first_line] for name, line in found.handed_to]]).encode()


def _facts(row: Any, first_line: int) -> StepFacts | None:
    try:
        facts, handed = json.loads(row)
        return StepFacts(
            tuple(
                Fact(str(name), int(line) + first_line, weak is True, None if value is None else float(value))
                for name, line, weak, value in facts
            ),
            tuple((str(name), int(line) + first_line) for name, line in handed),
        )
    except (TypeError, ValueError, OverflowError, RecursionError):
        return None
