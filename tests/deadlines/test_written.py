"""Each scheduler's annotated example: a tree whose lines say what the schedule on them starts, and how often."""

from __future__ import annotations

import pkgutil
import re
from pathlib import Path

import pytest

from whowaits.deadlines import cron, schedules, written
from whowaits.deadlines.texts import Texts, on_disk

EXAMPLES = Path(__file__).parents[2] / "rules" / "schedules"
FILE = re.compile(r"^`([^`\n]+)`\n\n```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MARK = re.compile(r"expect( below)?: ([^\"\n]+?)\s*(?:\"|$)")
SOURCE = re.compile(r"^Source: <https://[^>]+>, (checked|named) \d{4}-\d\d-\d\d\.$", re.MULTILINE)
KINDS = sorted(module.name for module in pkgutil.iter_modules(written.__path__))


def tree_of(example: str) -> dict[str, str]:
    """Path -> text of the files that an example shows."""
    return dict(FILE.findall(example))


def marked(files: dict[str, str]) -> list[str]:
    """What the marks say: place, period and what is started, one line for each."""
    found = [
        f"{path}:{number + bool(below)} {said.strip()}"
        for path, text in files.items()
        for number, line in enumerate(text.splitlines(), start=1)
        for below, mark in MARK.findall(line)
        for said in mark.split(";")
    ]
    return sorted(found)


def seen(root: Path, files: dict[str, str]) -> list[str]:
    """The same of the schedules that are found and start something of the tree."""
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    found, _ = schedules.read(Texts(files, on_disk(root)))
    return sorted(
        f"{s.place} {'unknown' if s.period_s is None else cron.say_period(s.period_s)} {s.path}{f':{s.function}' * bool(s.function)}"
        for s in found
        if s.path is not None
    )


@pytest.mark.parametrize("kind", KINDS)
def test_an_example_is_read_as_its_marks_say(kind: str, tmp_path: Path) -> None:
    files = tree_of((EXAMPLES / f"{kind}.md").read_text("utf-8"))
    assert seen(tmp_path, files) == marked(files)


@pytest.mark.parametrize("kind", KINDS)
def test_an_example_shows_a_schedule_and_what_is_none_and_names_its_source(kind: str) -> None:
    example = (EXAMPLES / f"{kind}.md").read_text("utf-8")
    assert marked(tree_of(example))
    assert re.search(r"\bok: \w", example), "no look-alike that is none"
    assert SOURCE.search(example)


def test_every_example_belongs_to_a_kind() -> None:
    assert sorted(path.stem for path in EXAMPLES.glob("*.md")) == KINDS


def test_a_kind_whose_file_is_deleted_is_not_missed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No other kind needs it, and no list names it."""
    files = tree_of((EXAMPLES / "huey.md").read_text("utf-8"))
    kinds = tuple(kind for kind in schedules._kinds() if not kind.__name__.endswith(".huey"))
    monkeypatch.setattr(schedules, "_kinds", lambda: kinds)
    assert seen(tmp_path, files) == []
