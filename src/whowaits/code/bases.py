"""What was found at a merge base, kept from one run to the next: commits do not change, so a hook reads one tree.

The file is a baseline in the cache. What is no baseline is ignored.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Final

from whowaits import rules
from whowaits.code import baseline, history
from whowaits.code.history import MergeBase
from whowaits.code.store import CACHE_FOLDER
from whowaits.config import Config
from whowaits.model import Finding

MOST: Final = 8
"""Merge bases that are kept; the oldest go first."""


def key_of(base: MergeBase, config: Config, as_of: date | None) -> str:
    """Return what changes whenever the findings at the merge base could: commit, names, settings, day, program."""
    tree = (base.commit, base.prefix, repr(sorted(base.renamed.items())), repr(history.submodules_there(base.top)))
    parts = (*tree, repr(config), repr(as_of), _program())
    return hashlib.blake2b("\0".join(parts).encode("utf-8", "replace"), digest_size=16).hexdigest()


def _program() -> str:
    """The state of this program and its rules, by the names, sizes and times of their files."""
    told = []
    for folder, ending in ((Path(__file__).parent.parent, "*.py"), (rules.rules_dir(), "*.yaml")):
        for path in sorted(folder.rglob(ending)):
            state = path.stat()
            told.append(f"{path.name} {state.st_size} {state.st_mtime_ns}")
    return "\n".join(told)


def load(root: Path, key: str) -> dict[str, Finding] | None:
    """Return the findings that are kept under a key; None where there are none, or what is there is no baseline."""
    try:
        return dict(baseline.read(_file(root, key)).known)
    except baseline.BaselineError:
        return None


def keep(root: Path, key: str, findings: Iterable[Finding]) -> None:
    """Keep the findings, whole or not at all; a place that cannot be written to is left alone."""
    file = _file(root, key)
    with suppress(OSError):
        file.parent.mkdir(exist_ok=True)
        (file.parent / ".gitignore").write_text("*\n")
        handle, name = tempfile.mkstemp(dir=file.parent)
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as out:
            out.write(baseline.render(findings))
        Path(name).replace(file)
        for old in sorted(file.parent.glob("base-*.json"), key=lambda p: p.stat().st_mtime_ns)[:-MOST]:
            old.unlink()


def _file(root: Path, key: str) -> Path:
    return root / CACHE_FOLDER / f"base-{key}.json"
