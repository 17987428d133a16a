"""Every rule of rules/code is shown at work by the annotated example beside it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from whowaits import rules
from whowaits.code.scan import scan
from whowaits.config import Config
from whowaits.model import CallSite

FOLDER = rules.rules_dir() / "code"
MARK = re.compile(r"#\s*(?P<what>expect|ok|todo):\s*(?P<words>.+)$")
EXAMPLES = sorted(FOLDER.glob("*.py"))


def marks(path: Path, what: str) -> list[tuple[int, str]]:
    """(line, words) of the marks of one kind."""
    lines = path.read_text().splitlines()
    found = ((n, MARK.search(line)) for n, line in enumerate(lines, start=1))
    return [(n, m["words"].strip()) for n, m in found if m and m["what"] == what]


def scanned(path: Path, folder: Path) -> list[CallSite]:
    """The call sites of one example, alone in a tree; an example that its path decides says where it lies."""
    first = path.read_text().partition("\n")[0]
    place = folder / (first.removeprefix("# file: ") if first.startswith("# file: ") else path.name)
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(path, place)
    return list(scan(folder, [folder], Config(), cache=False).call_sites)


def spoken(site: CallSite, wanted: str) -> str:
    """The route of a site with those of the wanted rules that speak about any of its usages."""
    said = {e.rule for usage in site.usages for e in usage.evidence}
    return " ".join([site.deciding.verdict.route, *(rule for rule in wanted.split()[1:] if rule in said)])


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_an_example_gives_exactly_what_its_marks_say(path: Path, tmp_path: Path) -> None:
    sites = scanned(path, tmp_path)
    expected = dict(marks(path, "expect"))
    at = {site.place.line: site for site in sites}
    got = {line: spoken(at[line], words) if line in at else "no call site" for line, words in expected.items()}
    assert got == expected
    quiet = {site.place.line for site in sites if site.deciding.verdict.route in ("batch", "flex")}
    assert quiet <= set(expected), "found more than the marks say"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_an_example_shows_its_rule_and_a_look_alike(path: Path) -> None:
    expected = [words.split()[1:] for _, words in marks(path, "expect")]
    assert any(path.stem in names for names in expected)
    assert marks(path, "ok")


@pytest.mark.parametrize("rule", rules.load_code(), ids=lambda r: r.id)
def test_every_rule_has_an_example(rule: rules.CodeRule) -> None:
    assert (FOLDER / f"{rule.id}.py").is_file()


def test_a_wrong_mark_is_noticed(tmp_path: Path) -> None:
    right = FOLDER / "loop-over-data.py"
    wrong = tmp_path / "wrong.py"
    wrong.write_text(right.read_text().replace("expect: batch", "expect: sync"))
    with pytest.raises(AssertionError):
        test_an_example_gives_exactly_what_its_marks_say(wrong, tmp_path / "tree")
