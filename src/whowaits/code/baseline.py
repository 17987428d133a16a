"""The baseline: what a team has accepted for now, one line for each finding, without line numbers.

Format history: 1 is the first.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import whowaits
from whowaits.code.gate import Before
from whowaits.code.names import Paths
from whowaits.model import Finding, Place, Scan, WrongUse

FORMAT: Final = 1
FILE_NAME: Final = "whowaits-baseline.json"
_MARK: Final = "whowaits-baseline"
_KEYS: Final = ("path", "rule", "driver", "fingerprint")


class BaselineError(WrongUse):
    """The baseline is missing, or it is none that this program wrote."""


def accepted(scan: Scan, paths: Paths) -> tuple[Finding, ...]:
    """Return what a baseline of this run holds: every finding that is not suppressed, named from the project."""
    return tuple(_bare(f, paths) for f in scan.findings if f.state != "suppressed")


def _bare(finding: Finding, paths: Paths) -> Finding:
    driver = None if finding.driver is None else Place(paths.name(finding.driver.path))
    return Finding(finding.rule, finding.fingerprint, "", Place(paths.name(finding.place.path)), driver=driver)


def render(findings: Iterable[Finding]) -> str:
    """Return the file: sorted, one line a finding, so that two branches merge and a reviewer can read it."""
    rows = sorted({tuple(_row(f).items()) for f in findings}, key=str)
    lines = ",\n".join("    " + json.dumps(dict(row), ensure_ascii=False) for row in rows)
    listed = f"[\n{lines}\n  ]" if rows else "[]"
    return (
        f'{{\n  "{_MARK}": {FORMAT},\n  "written-by": "whowaits {whowaits.__version__}",\n  "findings": {listed}\n}}\n'
    )


def _row(finding: Finding) -> dict[str, str | None]:
    driver = None if finding.driver is None else finding.driver.path
    return dict(zip(_KEYS, (finding.place.path, finding.rule, driver, finding.fingerprint), strict=True))


def read(path: Path) -> Before:
    """Return the findings that the file accepts; BaselineError with the reason where it is no baseline."""
    try:
        data: Any = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BaselineError(f"{path}: no such baseline; `whowaits baseline write` makes one") from None
    except OSError as error:
        raise BaselineError(f"{path}: cannot be read: {error.strerror}") from None
    except json.JSONDecodeError as error:
        raise BaselineError(f"{path}:{error.lineno}: not a baseline: {error.msg}") from None
    except (UnicodeDecodeError, RecursionError):
        raise BaselineError(f"{path}: not a baseline of whowaits") from None
    if not isinstance(data, dict) or _MARK not in data:
        raise BaselineError(f"{path}: not a baseline of whowaits: `{_MARK}` is missing")
    if data[_MARK] != FORMAT:
        raise BaselineError(f"{path}: a baseline of format {data[_MARK]}; this version reads format {FORMAT}")
    return Before(_known(path, data.get("findings")), f"the baseline {path.name}")


def may_replace(path: Path) -> bool:
    """Return whether nothing is lost where a baseline is written to `path`: it holds none, or nothing at all."""
    try:
        held = path.read_bytes()
    except OSError:
        return not path.is_file()
    return not held.strip() or _MARK.encode() in held


def _known(path: Path, rows: Any) -> dict[str, Finding]:
    known = {}
    for number, row in enumerate(rows if isinstance(rows, list) else [None], start=1):
        if not isinstance(row, dict) or not all(_is_text(row, key) for key in _KEYS):
            raise BaselineError(f"{path}: finding {number} is not written as whowaits writes it")
        driver = None if row["driver"] is None else Place(row["driver"])
        known[row["fingerprint"]] = Finding(row["rule"], row["fingerprint"], "", Place(row["path"]), driver=driver)
    return known


def _is_text(row: dict[str, Any], key: str) -> bool:
    return isinstance(row.get(key), str) or (key == "driver" and row.get(key, 0) is None)
