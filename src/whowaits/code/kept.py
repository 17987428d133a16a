"""The model calls of a tree as they were found last time, for a run over a tree in which nothing has changed.

Kept by the content of all its files, of the rules and of the code that finds the calls. The file is plain data and may
come with a repository: what does not have the right form is ignored, and what is wrong can at worst be misjudged.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import astuple
from functools import cache
from pathlib import Path as File
from typing import Any, Final, NamedTuple

from whowaits import rules
from whowaits.code import files as tree
from whowaits.code.index import CACHE_FOLDER, Facts, digest_of
from whowaits.code.paths import Enclosure, EntryPoint, Path, Site, Step
from whowaits.model import Place, Skipped

FILE_NAME: Final = "sites.json"
_NOT_OURS: Final = (OSError, ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError)


class Found(NamedTuple):
    """What is known of a tree: how many files it has, what could not be read, and its model calls."""

    files: int
    skipped: tuple[Skipped, ...]
    sites: list[Site]


def recall(root: File, files: Iterable[File], given: Mapping[str, bytes] | None, calls: rules.Calls) -> Found | None:
    """Return what was found last time, if every file and every declared call is as it was then."""
    import orjson

    try:
        data = orjson.loads((root / CACHE_FOLDER / FILE_NAME).read_bytes())
        if (
            data["version"] != version()
            or data["declared"] != repr(calls.declared)
            or data["digest"] != _digest(root, files, given)
        ):
            return None
        skipped = tuple(_skipped(row) for row in data["skipped"])
        by_id = {rule.id: rule for rule in calls.entries}
        return Found(_int(data["files"]), skipped, [_site(row, by_id) for row in data["sites"]])
    except _NOT_OURS:
        return None


def keep(root: File, facts: Facts, sites: list[Site], calls: rules.Calls) -> None:
    """Write what was found, whole or not at all; a folder that cannot be written to is left alone."""
    if not facts.digest:
        return
    import orjson

    folder = root / CACHE_FOLDER
    with suppress(OSError, TypeError):
        found = {
            "version": version(),
            "declared": repr(calls.declared),
            "digest": facts.digest,
            "files": len(facts.files),
            "skipped": [(s.place.path, s.place.line, s.place.cell, s.reason) for s in facts.skipped],
            "sites": [_row(site) for site in sites],
        }
        folder.mkdir(exist_ok=True)
        (folder / ".gitignore").write_text("*\n")
        handle, name = tempfile.mkstemp(dir=folder)
        with os.fdopen(handle, "wb") as out:
            out.write(orjson.dumps(found, default=list))
        File(name).replace(folder / FILE_NAME)


@cache
def version() -> str:
    """Return a digest of the code and the rules that find calls, and the Python that parses."""
    digest = hashlib.blake2b(repr(sys.version_info[:3]).encode(), digest_size=16)
    code = sorted(File(__file__).parent.glob("*.py"))
    for path in (*code, *sorted(rules.rules_dir().rglob("*.yaml"))):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _digest(root: File, files: Iterable[File], given: Mapping[str, bytes] | None) -> str:
    known: dict[str, str] = {}
    for path in files:
        place = tree.relative(path, root)
        data = given[place] if given and place in given else path.read_bytes()
        known[place] = hashlib.blake2b(data, digest_size=16).hexdigest()
    return digest_of(known)


def _row(site: Site) -> list[Any]:
    """A site as plain data. Most paths share steps: each is written once."""
    numbers: dict[Step, int] = {}
    paths = [[[numbers.setdefault(s, len(numbers)) for s in path.steps], list(path.entry)] for path in site.paths]
    plain = [
        site.path, site.cell, site.line, site.end_line, site.column, site.function, site.call, site.rule.id,
        site.provider, site.model, site.kind, site.tier, site.self_hosted, site.keywords,
    ]  # fmt: skip
    return [plain, [astuple(step) for step in numbers], paths]


# -- and back ---------------------------------------------------------------------------------------------------------


def _site(row: Any, by_id: Mapping[str, rules.CallRule]) -> Site:
    plain, steps, paths = row
    path, cell, line, end_line, column, function, call, rule, provider, model, kind, tier, hosted, keywords = plain
    known = [_step(step) for step in steps]
    made = tuple(Path(tuple(known[_int(n)] for n in numbers), _entry(entry)) for numbers, entry in paths)
    return Site(
        _text(path), _int_or_none(cell), _int(line), _int(end_line), _int(column), _text(function), _text(call),
        by_id[rule], _text_or_none(provider), _text_or_none(model), _text(kind), _text(tier), hosted is True,
        {_text(name): _literal(value) for name, value in keywords.items()}, made,
    )  # fmt: skip


def _step(row: Any) -> Step:
    path, cell, function, first, last, line, end_line, column, through, enclosures = row
    around = tuple(Enclosure(_kind(kind), _int(start), _int(end)) for kind, start, end in enclosures)
    return Step(
        _text(path), _int_or_none(cell), _text(function), _int(first), _int(last), _int(line), _int(end_line),
        _int(column), _text_or_none(through), around,
    )  # fmt: skip


def _entry(row: Any) -> EntryPoint:
    kind, rule, path, line, cell = row
    return EntryPoint(_text(kind), _text_or_none(rule), _text(path), _int(line), _int_or_none(cell))


def _skipped(row: Any) -> Skipped:
    path, line, cell, reason = row
    return Skipped(Place(_text(path), _int_or_none(line), cell=_int_or_none(cell)), _text(reason))


def _text(value: Any) -> str:
    if type(value) is not str:
        raise TypeError("not a text")
    return value


def _int(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise TypeError("not a number")
    return value


def _text_or_none(value: Any) -> str | None:
    return None if value is None else _text(value)


def _int_or_none(value: Any) -> int | None:
    return None if value is None else _int(value)


def _literal(value: Any) -> str | int | float | bool | None:
    if value is not None and type(value) not in (str, int, float, bool):
        raise TypeError("not a literal")
    return value  # type: ignore[no-any-return]


def _kind(value: Any) -> Any:
    if value not in ("for", "while", "comprehension", "try", "with", "lambda"):
        raise ValueError("not an enclosure")
    return value
