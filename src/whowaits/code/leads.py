"""Which calls of a function lead to a model."""

from __future__ import annotations

from dataclasses import replace

from whowaits.code.site import Path, Step

FunctionId = tuple[str, int | None, str, int]
"""A function: its file, the cell in a notebook, its qualified name, its first line."""


class Leading:
    """The lines of each function at which it leads to a model, whatever bounds the number of paths."""

    def __init__(self) -> None:
        self._lines: dict[FunctionId, set[int]] = {}
        self._told: dict[int, Step] = {}

    def add(self, function: FunctionId, line: int) -> None:
        """Note that the call in a line of a function leads to a model."""
        self._lines.setdefault(function, set()).add(line)

    def told(self, path: Path) -> Path:
        """Return the path whose steps know the other calls of their functions that do."""
        for step in path.steps:
            if id(step) not in self._told:
                others = self._lines.get(function_of(step), set()) - {step.line}
                self._told[id(step)] = replace(step, others=tuple(sorted(others)))
        return Path(tuple(self._told[id(step)] for step in path.steps), path.entry)


def function_of(step: Step) -> FunctionId:
    """Return the function of a step."""
    return step.path, step.cell, step.function, step.first_line
