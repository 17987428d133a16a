"""What is decided otherwise for a part of the tree."""

from __future__ import annotations

from collections.abc import Callable

from whowaits.config import Config
from whowaits.model import Policy


def about(pattern: str) -> Callable[[str], bool]:
    """Return whether a path, as seen from the root, is one that the pattern names, as in a .gitignore."""
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines([pattern]).match_file


class Policies:
    """How work is judged: by the last entry of `per-path` that fits and says so, else as in the whole tree."""

    def __init__(self, config: Config) -> None:
        self._whole = config.policy
        own = reversed(config.gate.per_path)
        self._own = [(about(entry.path), entry.policy) for entry in own if entry.policy is not None]

    def at(self, path: str) -> Policy:
        """Return the policy for work whose driver, or whose call where nothing drives it, stands in `path`."""
        return next((policy for names, policy in self._own if names(path)), self._whole)
