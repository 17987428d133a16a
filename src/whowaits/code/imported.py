"""What is imported: by each file, and anywhere in a tree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from whowaits.code import words
from whowaits.code.summaries import Summaries
from whowaits.code.summary import Summary


class Imported(Mapping[str, frozenset[str]]):
    """Path -> the modules that the file imports, each with the packages above it."""

    def __init__(self, files: Summaries) -> None:
        self._files = files
        self._known: dict[str, frozenset[str]] = {}

    def __getitem__(self, path: str) -> frozenset[str]:
        if path not in self._known:
            self._known[path] = _imports(self._files[path])
        return self._known[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


class Everywhere:
    """The modules that some file of the tree imports. Only files that hold a module's name in an import are read."""

    def __init__(self, files: Summaries, imported: Imported) -> None:
        self._files = files
        self._imported = imported
        self._known: dict[str, bool] = {}

    def __contains__(self, module: object) -> bool:
        name = str(module)
        if name not in self._known:
            there = self._files.mentioning(name, words.IMPORTED) if words.names_in(name) else ()
            self._known[name] = any(name in self._imported[path] for path in there)
        return self._known[name]


def _imports(summary: Summary) -> frozenset[str]:
    found: set[str] = set()
    for scope in summary.scopes:
        for terms in scope.binds.values():
            for term in terms:
                if term and term[0] == "m" and term[1] == 0:
                    _with_packages(term[2], found)
                    if term[3]:
                        found.add(f"{term[2]}.{term[3]}")
    for _, level, module in summary.stars:
        if level == 0:
            _with_packages(module, found)
    return frozenset(found)


def _with_packages(module: str, found: set[str]) -> None:
    while module:
        found.add(module)
        module = module.rpartition(".")[0]
