"""What was found where a branch began, judged by the configuration and the rules of today."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from whowaits.code import baseline, bases, history
from whowaits.code.gate import Before
from whowaits.code.scan import scan
from whowaits.config import Config
from whowaits.model import Finding


def before(root: Path, revision: str, settings: Config, *, cache: bool, as_of: date | None) -> Before:
    """Return what was found at the merge base with a revision."""
    if revision == "HEAD" and history.is_before_first_commit(root):
        return Before({}, "nothing, for there is no commit yet")
    base = history.merge_base(root, revision)
    key = bases.key_of(base, settings, as_of) if cache else ""
    known = bases.load(root, key) if key else None
    if known is None:
        known = _found(base, root, settings, cache, as_of)
        if key:
            bases.keep(root, key, known.values())
    return Before(known, f"the merge base with {base.label}")


def _found(
    base: history.MergeBase, root: Path, settings: Config, cache: bool, as_of: date | None
) -> dict[str, Finding]:
    paths = history.names_then(base)
    with history.tree_of(base, root) as then:
        whole = scan(then, [then], settings, cache=cache, names_of=paths, as_of=as_of)
    return {f.fingerprint: f for f in baseline.accepted(whole, paths)}
