"""Puts what `make audit` prints (standard input) into README.md, between its two marks."""

from __future__ import annotations

import sys
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"
BEGIN = "<!-- what `make audit` prints; written by `make update` -->\n```text\n"
END = "```\n<!-- end -->\n"


def block(readme: str) -> str:
    """Return what stands between the marks."""
    return readme.partition(BEGIN)[2].partition(END)[0]


def shown(output: str) -> str:
    """Return the lines of a run that are the same on every machine."""
    return "".join(line for line in output.splitlines(keepends=True) if not line.startswith("wrote ")).rstrip() + "\n"


if __name__ == "__main__":
    before = README.read_text(encoding="utf-8")
    head, _, rest = before.partition(BEGIN)
    README.write_text(head + BEGIN + shown(sys.stdin.read()) + END + rest.partition(END)[2], encoding="utf-8")
