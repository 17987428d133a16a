"""How far the reading of logs has come: bytes as they lie there, and rows. Whoever shows it is told of changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Meter:
    """Counts one run. A log that is read in several passes counts once, where it was read furthest."""

    changed: Callable[[Meter], None] = lambda _: None
    total: int = 0
    """Bytes of all logs whose size is known."""
    rows: int = 0
    _sizes: dict[int, int] = field(default_factory=dict)
    _reached: dict[int, int] = field(default_factory=dict)

    @property
    def read(self) -> int:
        """Bytes read so far."""
        return sum(self._reached.values())

    def expect(self, sizes: Sequence[tuple[int, int]]) -> None:
        """Take in the logs to come: (number of the log, bytes)."""
        self._sizes |= dict(sizes)
        self.total = sum(self._sizes.values())
        self.changed(self)

    def at(self, log: int, position: int) -> None:
        """A log was read up to a position."""
        if position > self._reached.get(log, 0):
            self._reached[log] = min(position, self._sizes.get(log, position))
            self.changed(self)

    def done(self, log: int, rows: int) -> None:
        """A log was read to its end; so many rows are in the table now."""
        self.rows = max(rows, self.rows)
        self.at(log, self._sizes.get(log, 0))
        self.changed(self)
