"""The model calls of a tree as they were found last time, for a run in which nothing changed that bears on them.

They bear on the files that were read or given in answer to a question about a word (`Summaries.told`), and on there
being no other file that answers one of those questions. The rows may come with a repository: what does not have the
right form is ignored, and what is wrong can at worst be misjudged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple
from typing import Any, NamedTuple

from whowaits import rules
from whowaits.code import replies, sieve
from whowaits.code.index import Facts, Tree
from whowaits.code.replies import Replies
from whowaits.code.site import Enclosure, EntryPoint, Path, Site, Step
from whowaits.model import Skipped

_NOT_OURS = (ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError)


class Found(NamedTuple):
    """What is known of a tree: how many files could be read, what could not, and its model calls."""

    files: int
    skipped: tuple[Skipped, ...]
    sites: list[Site]


class Kept(NamedTuple):
    """What is known from last time: what was found, if it would be found again, and which files hold which names."""

    found: Found | None = None
    replies: Replies | None = None


def recall(tree: Tree, calls: rules.Calls) -> Kept:
    """Return what was found last time."""
    import orjson

    for (row,) in tree.store.ask("SELECT row FROM tree") if tree.store else []:
        try:
            data = orjson.loads(row)
            known = replies.revive(data["paths"], data["asked"])
            if data["declared"] != repr(calls.declared) or _bears_on(tree, data["told"], known):
                return Kept(None, known)
            by_id = {rule.id: rule for rule in calls.entries}
            return Kept(Found(tree.parsed(), tree.skipped(), [_site(row, by_id) for row in data["sites"]]))
        except _NOT_OURS:
            return Kept()
    return Kept()


def _bears_on(tree: Tree, told: list[str], known: Replies) -> bool:
    """Whether what has changed since then can change what is found."""
    changed = tree.new.keys() | tree.gone
    if not changed:
        return bool(tree.unreadable)
    if tree.gone or tree.added or not changed.isdisjoint(told):
        return True
    return any(_answers(tree, path, known) for path in tree.new)


def _answers(tree: Tree, path: str, known: Replies) -> bool:
    """Whether a file would be given in answer to one of the questions."""
    numbers = set(tree.new[path].numbers or ())
    return any(
        numbers.issuperset(sieve.questions(*question)) and tree.code(path).holds(*question)
        for question in known.questions()
    )


def keep(tree: Tree, facts: Facts, sites: list[Site], calls: rules.Calls) -> None:
    """Put what was found into the store."""
    import orjson

    if tree.store is None:
        return
    files = facts.files
    asked = {"paths": list(files), "asked": replies.rows(files.asked), "told": sorted(files.told)}
    found = {**asked, "declared": repr(calls.declared), "sites": [_row(site) for site in sites]}
    try:
        row = orjson.dumps(found, default=list)
    except (TypeError, ValueError):
        return
    tree.store.put("DELETE FROM tree", [()])
    tree.store.put("INSERT INTO tree VALUES (?)", [(row,)])


def _row(site: Site) -> list[Any]:
    """A site as plain data. Most paths share steps: each is written once."""
    numbers: dict[Step, int] = {}
    paths = [[[numbers.setdefault(s, len(numbers)) for s in path.steps], list(path.entry)] for path in site.paths]
    plain = [
        site.path, site.cell, site.line, site.end_line, site.column, site.function, site.call, site.rule.id,
        site.provider, site.model, site.kind, site.tier, site.self_hosted, site.keywords,
        site.searched,
    ]  # fmt: skip
    return [plain, [astuple(step) for step in numbers], paths]


# -- and back ---------------------------------------------------------------------------------------------------------


def _site(row: Any, by_id: Mapping[str, rules.CallRule]) -> Site:
    plain, steps, paths = row
    path, cell, line, end_line, column, function, call, rule, *others = plain
    provider, model, kind, tier, hosted, keywords, searched = others
    known = [_step(step) for step in steps]
    made = tuple(Path(tuple(known[_int(n)] for n in numbers), _entry(entry)) for numbers, entry in paths)
    return Site(
        _text(path), _int_or_none(cell), _int(line), _int(end_line), _int(column), _text(function), _text(call),
        by_id[rule], _text_or_none(provider), _text_or_none(model), _text(kind), _text(tier), hosted is True,
        {_text(name): _literal(value) for name, value in keywords.items()}, made,
        searched is True,
    )  # fmt: skip


def _step(row: Any) -> Step:
    path, cell, function, first, last, line, end_line, column, through, enclosures, asks, others = row
    around = tuple(Enclosure(_kind(kind), _int(start), _int(end)) for kind, start, end in enclosures)
    return Step(
        _text(path), _int_or_none(cell), _text(function), _int(first), _int(last), _int(line), _int(end_line),
        _int(column), _text_or_none(through), around, tuple(_int(line) for line in asks),
        tuple(_int(line) for line in others),
    )  # fmt: skip


def _entry(row: Any) -> EntryPoint:
    kind, rule, path, line, cell = row
    return EntryPoint(_text(kind), _text_or_none(rule), _text(path), _int(line), _int_or_none(cell))


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
