"""A small tree of files -> its call sites."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from whowaits.code import files, index, paths
from whowaits.code.site import Site
from whowaits.code.store import CACHE_FOLDER, FILE_NAME, seal
from whowaits.rules import CodeRule, load_calls

Find = Callable[..., list[Site]]
Rewrite = Callable[[Path, str, str, Callable[[Any], Any]], None]


@pytest.fixture
def find(tmp_path: Path) -> Find:
    """Write a tree and return its call sites; `rules` say what an entry point is."""

    def sites(tree: Mapping[str, str], rules: Iterable[CodeRule] = ()) -> list[Site]:
        for name, text in tree.items():
            place = tmp_path / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text)
        facts = index.build(tmp_path, files.find(tmp_path))
        return paths.find_sites(facts, load_calls(), tuple(rules))

    return sites


@pytest.fixture
def rewrite() -> Rewrite:
    """Change one column of all rows of one table of the cache below a root, as whoever made the file could."""

    def changed(root: Path, table: str, column: str, change: Callable[[Any], Any]) -> None:
        with closing(sqlite3.connect(root / CACHE_FOLDER / FILE_NAME)) as cache, cache:
            for number, value in cache.execute(f"SELECT rowid, {column} FROM {table}").fetchall():
                cache.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (change(value), number))
        seal(root / CACHE_FOLDER / FILE_NAME)

    return changed
