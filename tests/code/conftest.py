"""A small tree of files -> its call sites."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pytest

from whowaits.code import files, index, paths
from whowaits.rules import CodeRule, load_calls

Find = Callable[..., list[paths.Site]]


@pytest.fixture
def find(tmp_path: Path) -> Find:
    """Write a tree and return its call sites; `rules` say what an entry point is."""

    def sites(tree: Mapping[str, str], rules: Iterable[CodeRule] = ()) -> list[paths.Site]:
        for name, text in tree.items():
            place = tmp_path / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text)
        facts = index.build(tmp_path, files.find(tmp_path), cache=False)
        return paths.find_sites(facts, load_calls(), tuple(rules))

    return sites
