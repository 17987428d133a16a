"""`--format NAME` or `--format NAME=FILE`: which outputs a run writes, and where to."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from whowaits.cli import shared
from whowaits.model import Scan

_RENDERERS: Final[Mapping[str, tuple[str, str, tuple[str, ...]]]] = {
    "text": ("check_text", "render_text", ("color",)),
    "concise": ("check_text", "render_concise", ("color",)),
    "json": ("check", "render_json", ()),
    "sarif": ("sarif", "render_sarif", ("rule_link",)),
    "github": ("ci", "render_github", ()),
    "gitlab": ("ci", "render_gitlab", ()),
    "junit": ("ci", "render_junit", ()),
    "markdown": ("ci", "render_markdown", ()),
}
"""Format -> the module and function that render it, and what else the function wants to know."""
FORMATS: Final = tuple(_RENDERERS)


class Output(NamedTuple):
    """One rendering of the findings; without a file it goes to standard output."""

    form: str
    file: Path | None


def outputs(words: Sequence[str], output_file: Path | None) -> list[Output]:
    """Return what is to be written; a name that is no format ends the run with the nearest one."""
    found = []
    for word in words or ["text"]:
        form, _, file = word.partition("=")
        if form not in FORMATS:
            near = difflib.get_close_matches(form, FORMATS, n=1)
            shared.fail(f"--format {word}: {f'did you mean {near[0]}?' if near else 'choose ' + ', '.join(FORMATS)}")
        found.append(Output(form, Path(file) if file else None))
    shown = [output for output in found if output.file is None]
    if len(shown) > 1:
        shared.fail("--format: only one output can go to standard output; write the others as FORMAT=FILE")
    if output_file is not None and not shown:
        shared.fail("--output-file: every format has a file of its own already")
    return [output if output.file else Output(output.form, output_file) for output in found]


def write(scan: Scan, wanted: Sequence[Output], rule_link: str | None) -> None:
    """Write every output; a file is written whole or not at all."""
    for form, file in wanted:
        text = render(scan, form, color=file is None and shared.color(), rule_link=rule_link)
        if file is None:
            shared.show(text)
        else:
            shared.write(file, text)


def render(scan: Scan, form: str, *, color: bool, rule_link: str | None) -> str:
    """Return the findings in one format; only its own module is loaded."""
    module, name, options = _RENDERERS[form]
    told = {"color": color, "rule_link": rule_link}
    renderer: Callable[..., str] = getattr(importlib.import_module(f"whowaits.report.{module}"), name)
    return renderer(scan, **{option: told[option] for option in options})
