"""What could not be read, counted by file and reason, with the first place: never a line of log output.

Reasons are our own words and column names; nothing that stands in a log is copied into them.
"""

from __future__ import annotations

from whowaits.model import Place, Skipped


class Problems:
    """A tally of skipped records and fields."""

    def __init__(self) -> None:
        self._first: dict[tuple[str, str], Place] = {}
        self._count: dict[tuple[str, str], int] = {}

    def add(self, place: Place, reason: str, count: int = 1) -> None:
        """Count `count` more records for `reason` in the file of `place`; the first place in the file is kept."""
        key = (place.path, reason)
        if key not in self._first or (place.line or 0) < (self._first[key].line or 0):
            self._first[key] = place
        self._count[key] = self._count.get(key, 0) + count

    def skipped(self) -> tuple[Skipped, ...]:
        """Return the tally, sorted by place."""
        keys = sorted(self._first, key=lambda key: (key[0], self._first[key].line or 0, key[1]))
        return tuple(Skipped(self._first[key], key[1], self._count[key]) for key in keys)
