"""Reports -> files, whole or not at all. Of this package only this module writes to the disk."""

from __future__ import annotations

import re
from pathlib import Path

from whowaits.model import WrongUse
from whowaits.report.values import Report
from whowaits.whole_files import whole


def write_all(report: Report, folder: Path) -> list[Path]:
    """Write NAME.html, NAME.md and NAME.json into `folder` and return their paths. WrongUse where it takes none."""
    from whowaits.report.html import render_html
    from whowaits.report.json import render_json
    from whowaits.report.markdown import render_markdown

    stem = file_stem(report.name)
    rendered = {"html": render_html(report), "md": render_markdown(report), "json": render_json(report)}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return [write_whole(folder / f"{stem}.{suffix}", text) for suffix, text in rendered.items()]
    except OSError as error:
        raise WrongUse(f"{folder}: the report cannot be written there: {error.strerror}") from error


def file_stem(name: str) -> str:
    """Return `name` as a file name that cannot leave its folder or hide in it."""
    return re.sub(r"[^\w.+-]+", "-", name).strip(".-")[:120] or "report"


def write_whole(path: Path, text: str) -> Path:
    """Replace the file at `path` in one step; a reader sees the old text or the new, never a part of it.

    A device or a pipe (`/dev/null`, `/dev/stdout`) is written to as it is, never replaced by a file.
    """
    with whole(path) as partial:
        partial.write_text(text, encoding="utf-8", errors="replace", newline="\n")
    return path
