"""Facts of steps kept from one run to the next, by the text of the function, so that a warm run needs no LibCST.

The file is plain data and may come with a repository: what is not a fact of the right types is ignored, and a
wrong one can at worst lead to a wrong verdict.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, Final

from whowaits.code import steps
from whowaits.code.index import CACHE_FOLDER
from whowaits.code.paths import Step
from whowaits.code.steps import Fact, StepFacts

FILE_NAME: Final = "steps.json"
Known = tuple[bool, bool, bool, frozenset[int]]
"""What is known about a call from outside: model call, streams, chat, lines of other leading calls."""


class Remembered:
    """Reads steps, each function text once for each call in it, over all runs when it is `kept`."""

    def __init__(self, root: Path, kept: bool) -> None:
        self._file = root / CACHE_FOLDER / FILE_NAME
        self._kept = kept
        self._old = _load(self._file) if kept else {}
        self._new: dict[str, Any] = {}

    def read(self, text: str, step: Step, known: Known) -> StepFacts:
        """The facts of a step; raises what `steps.read` raises."""
        model_call, streams, chat, others = known
        if not steps.is_worth_reading(text, step, chat=chat, others=others):
            return steps.NOTHING
        key = _key(text, step, known) if self._kept else ""
        found = _facts(self._old.get(key), step.first_line) if key else None
        if found is None:
            found = steps.read(text, step, model_call=model_call, streams=streams, chat=chat, others=others)
        if key:
            self._new[key] = _row(found, step.first_line)
        return found

    def keep(self) -> None:
        """Write what this run needed, whole or not at all; a folder that cannot be written to is left alone."""
        if not self._kept or self._new == self._old:
            return
        import orjson

        with suppress(OSError):
            self._file.parent.mkdir(exist_ok=True)
            (self._file.parent / ".gitignore").write_text("*\n")
            handle, name = tempfile.mkstemp(dir=self._file.parent)
            with os.fdopen(handle, "wb") as out:
                out.write(orjson.dumps({"version": _version(), "steps": self._new}))
            Path(name).replace(self._file)


def _key(text: str, step: Step, known: Known) -> str:
    """A digest of everything that the facts depend on, with lines counted from the function's first."""
    model_call, streams, chat, others = known
    place = (step.line - step.first_line, step.end_line - step.first_line, step.column)
    lines = sorted(line - step.first_line for line in others)
    everything = f"{place} {model_call} {streams} {chat} {lines}\n{text}"
    return hashlib.blake2b(everything.encode("utf-8", "replace"), digest_size=12).hexdigest()


def _row(found: StepFacts, first_line: int) -> list[Any]:
    facts = [[f.name, f.line - first_line, f.weak, f.value] for f in found.facts]
    return [facts, [[name, line - first_line] for name, line in found.handed_to]]


def _facts(row: Any, first_line: int) -> StepFacts | None:
    try:
        facts, handed = row
        return StepFacts(
            tuple(
                Fact(str(name), int(line) + first_line, weak is True, None if value is None else float(value))
                for name, line, weak, value in facts
            ),
            tuple((str(name), int(line) + first_line) for name, line in handed),
        )
    except (TypeError, ValueError, OverflowError):
        return None


def _load(file: Path) -> dict[str, Any]:
    import orjson

    try:
        data = orjson.loads(file.read_bytes())
        return dict(data["steps"]) if data["version"] == _version() else {}
    except (OSError, ValueError, TypeError, KeyError):
        return {}


@cache
def _version() -> str:
    """A digest of the code that reads steps: facts of another version are not those of this one."""
    digest = hashlib.blake2b(digest_size=12)
    for path in sorted(Path(steps.__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
