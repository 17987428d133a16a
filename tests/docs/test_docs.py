"""The documents name what exists, and what exists is named in the documents."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from tools import readme as readme_tool
from whowaits import config, judge
from whowaits.cli.app import app
from whowaits.model import Basis, Evidence, Offer, Policy, Verdict

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(p for p in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("sample_logs/*.md")])
TOP = sorted(p.name for p in ROOT.iterdir() if p.name != ".git")
MADE_HERE = (".venv", ".whowaits/", ".whowaits_cache", "dist", "reports/newsroom")
BOTH = Offer("both")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def paths_named_in(text: str) -> set[str]:
    """Words in backticks that begin with something at the top of the repository, without braces or placeholders."""
    words = {w for span in re.findall(r"`([^`\n]+)`", text) for w in span.split()}
    named = {w.rstrip(".,:;") for w in words if w.split("/")[0] in TOP and ("/" in w or w in TOP)}
    return {re.sub(r":\d+$", "", w) for w in named if not re.search(r"[*{}<>]", w)}


def exists(path: str, document: Path) -> bool:
    """From the top of the repository; a document about a folder may speak of what lies in it."""
    inside = document.parent not in (ROOT, ROOT / "docs") and any(document.parent.rglob(path))
    return inside or (ROOT / path).exists()


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_path_that_a_document_names_exists(document: Path) -> None:
    named = paths_named_in(document.read_text(encoding="utf-8"))
    assert [p for p in sorted(named) if not exists(p, document) and not p.startswith(MADE_HERE)] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_link_inside_the_repository_leads_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8"))
    inside = [link for link in links if "://" not in link]
    assert [link for link in inside if not (document.parent / link).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_target_of_make_that_a_document_names_exists(document: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    spans = re.findall(r"(?:`|^)make ((?:[a-z-]+ ?)+)", document.read_text(encoding="utf-8"), re.MULTILINE)
    assert {word for span in spans for word in span.split()} <= targets


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_no_document_names_a_path_of_one_machine(document: Path) -> None:
    assert not re.search(r"/root/|/home/\w|/work/", document.read_text(encoding="utf-8"))


def commands(command: Any, name: str = "whowaits") -> Iterator[tuple[str, Any]]:
    """Yield (full name, command) of the program and all that lies below it."""
    yield name, command
    for below, one in getattr(command, "commands", {}).items():
        yield from commands(one, f"{name} {below}")


def options(command: Any) -> set[str]:
    return {o for parameter in command.params for o in parameter.opts if o.startswith("--")} - {"--help"}


def test_every_command_and_option_is_documented() -> None:
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    known = dict(commands(typer.main.get_command(app)))
    runnable = [name for name, command in known.items() if not hasattr(command, "commands")]
    assert len(runnable) > 2
    assert [name for name in runnable if f"`{name} " not in text and f"`{name}`" not in text] == []
    named = [(name, option) for name, command in known.items() for option in sorted(options(command))]
    assert [(name, option) for name, option in named if f"{option}`" not in text] == []


def test_no_option_is_documented_that_does_not_exist() -> None:
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8") + (ROOT / "README.md").read_text(
        encoding="utf-8"
    )
    known = {o for _, command in commands(typer.main.get_command(app)) for o in options(command)} | {"--help"}
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text)) <= known


def test_the_configuration_in_the_documents_is_accepted(tmp_path: Path) -> None:
    for document in ("README.md", "docs/configuration.md"):
        for example in re.findall(r"```toml\n(.*?)```", (ROOT / document).read_text(encoding="utf-8"), re.DOTALL):
            (tmp_path / "whowaits.toml").write_text(example, encoding="utf-8")
            assert config.read(tmp_path / "whowaits.toml").workloads
            assert tomllib.loads(example)
    (waiver,) = re.findall(r"```toml\n(.*?)```", (ROOT / "docs/gate.md").read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "whowaits.toml").write_text(waiver, encoding="utf-8")
    assert config.read(tmp_path / "whowaits.toml").gate.waivers


def test_every_key_of_the_configuration_is_documented() -> None:
    text = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    readers = [ROOT / "src" / "whowaits" / name for name in ("config.py", "gate_settings.py")]
    source = "".join(path.read_text(encoding="utf-8") for path in readers)
    keys = set(re.findall(r"\.(?:take|need|table|tables)\(\"([a-z0-9-]+)\"", source)) | set(config.MATCH_FIELDS)
    assert len(keys) > 25
    assert [k for k in sorted(keys) if f"`{k}`" not in text and f"[[{k}]]" not in text] == []


def test_every_word_of_the_vocabulary_is_in_the_glossary() -> None:
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    words = ["person", "program", "nobody", "unknown", "sync", "flex", "batch", "try", "required", "open"]
    words += ["loop", "comprehension", "fanout", "dataframe", "queue_consumer", "scheduled"]
    words += ["standard", "priority", "provisioned", "both", "none", "new", "known", "suppressed", *map(str, Basis)]
    fields = ["route", "urgency", "waiter", "deadline_s", "basis", "bulk", "chain"]
    assert set(fields) <= set(Verdict.__dataclass_fields__)
    assert [w for w in words + fields if not re.search(rf"\b{w}\b", text)] == []


def claim(basis: Basis = Basis.STATED, **claims: object) -> Evidence:
    return Evidence(rule="x", says="x", basis=basis, **claims)  # type: ignore[arg-type]


EXAMPLES: dict[int, list[Evidence]] = {
    1: [claim(waiter="person"), claim(bulk=True)],
    2: [claim(waiter="nobody", chain="open")],
    3: [claim(Basis.DECLARED, waiter="program", deadline_s=600)],
    4: [claim(waiter="program")],
    5: [claim(Basis.DECLARED, waiter="nobody", deadline_s=86400)],
    6: [claim(Basis.DECLARED, waiter="program", deadline_s=14400)],
    7: [claim(Basis.INFERRED, waiter="nobody", deadline_s=604800)],
    8: [claim(Basis.INFERRED, waiter="nobody", deadline_s=300)],
    9: [claim(Basis.INFERRED, waiter="nobody", bulk=True)],
    10: [claim(Basis.INFERRED, waiter="nobody", bulk=True), claim(chain=38)],
    11: [claim(Basis.INFERRED, waiter="nobody")],
    12: [claim(bulk=True)],
}


def verdict_rows() -> dict[int, list[str]]:
    """Row number -> its cells, from the table of docs/verdicts.md."""
    text = (ROOT / "docs" / "verdicts.md").read_text(encoding="utf-8")
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if re.match(r"\| \d", line)
    ]
    return {int(cells[0]): cells for cells in rows}


def test_the_verdict_table_has_the_rows_that_the_judge_has() -> None:
    assert sorted(verdict_rows()) == sorted(EXAMPLES)


@pytest.mark.parametrize("row", sorted(EXAMPLES))
def test_a_row_of_the_verdict_table_says_what_the_judge_says(row: int) -> None:
    verdict = judge.judge(EXAMPLES[row], BOTH, Policy())
    assert verdict.row == row
    cells = verdict_rows()[row]
    assert (cells[6], cells[7]) == (verdict.route, verdict.urgency or "–")


@pytest.mark.slow
def test_the_output_in_the_readme_is_what_the_audit_prints_now(tmp_path: Path) -> None:
    recipe = re.search(r"whowaits (audit .*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    values = dict(re.findall(r"^([A-Z_]+) := (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert recipe is not None
    command = re.sub(r"\$\(([A-Z_]+)\)", lambda found: values[found[1]], recipe[1]).replace(
        "-o reports", f"-o {tmp_path}"
    )
    run = subprocess.run(
        [sys.executable, "-m", "whowaits", *command.split()], cwd=ROOT, capture_output=True, text=True, check=True
    )
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert readme_tool.block(readme) == readme_tool.shown(run.stdout), "run: make update"


def test_ci_runs_every_check_that_make_offers() -> None:
    steps = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert [
        t
        for t in ("test", "test-all", "lint", "types", "imports", "docs", "audit", "wheel")
        if f"make {t}" not in steps
    ] == []
