"""A check: the tree as it is, against a baseline or the merge base, with only what the project wants to hear of."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from whowaits.code import baseline, files, names, suppressions
from whowaits.code.asked import Asked
from whowaits.code.gate import Before, Selection, compared
from whowaits.code.per_path import about
from whowaits.code.scan import scan
from whowaits.config import Config
from whowaits.frozen import dataclass
from whowaits.model import Scan, WrongUse


@dataclass(frozen=True, slots=True)
class Question:
    """What a run of `check` was asked."""

    root: Path
    named: tuple[Path, ...]
    cache: bool = True
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    baseline: Path | None = None
    diff_base: str | None = None
    as_of: date | None = None
    given: Mapping[str, bytes] | None = None
    """What some files hold instead of what is on the disk."""


def check(question: Question, config: Config) -> Scan:
    """Return what is found now; where there is something to compare with, each finding is new or known."""
    selection = chosen(question, config)
    before = _before(question, config)
    now = found(question, config)
    if before is None:
        return now
    known = {f.fingerprint: f for f in selection.of(before.known.values())}
    asked = Asked(question.root, question.named)
    return compared(now, replace(before, known=known), asked, names.paths_of(question.root))


def found(question: Question, config: Config) -> Scan:
    """Return what is found now, compared with nothing."""
    selection = chosen(question, config)
    whole = scan(
        question.root,
        question.named,
        _with_exclude(question, config),
        cache=question.cache,
        as_of=question.as_of,
        given=question.given,
    )
    return replace(whole, findings=selection.of(whole.findings))


def files_of(question: Question, config: Config) -> list[str]:
    """Return the files that a check would report on, as seen from the root."""
    asked = Asked(question.root, question.named)
    there = files.find(question.root, _with_exclude(question, config).exclude)
    return [path for path in (files.relative(file, question.root) for file in there) if asked.file(path)]


def _with_exclude(question: Question, config: Config) -> Config:
    return replace(config, exclude=(*config.exclude, *question.exclude))


def chosen(question: Question, config: Config) -> Selection:
    """Return which rules report: those of the command line, else of the configuration; unknown ids are wrong use."""
    settings = config.gate
    select, ignore = question.select or settings.select, (*settings.ignore, *question.ignore)
    _refuse_unknown([*question.select, *question.ignore], "--select, --ignore")
    in_file = [
        *settings.select,
        *settings.ignore,
        *(rule for p in settings.per_path for rule in (*p.select, *p.ignore)),
    ]
    in_file += [rule for waiver in settings.waivers for rule in waiver.rules]
    _refuse_unknown(in_file, config.path.name if config.path else "")
    per_path = tuple((about(p.path), Selection(p.select, p.ignore)) for p in settings.per_path)
    return Selection(select, ignore, per_path)


def _refuse_unknown(patterns: Iterable[str], where: str) -> None:
    known = suppressions.known_rules()
    for pattern in patterns:
        if not any(sign in pattern for sign in "*?[") and pattern not in known:
            near = difflib.get_close_matches(pattern, known, n=1, cutoff=0.5)
            advice = f"did you mean `{near[0]}`?" if near else "`whowaits rule` lists them"
            raise WrongUse(f"{where}: no rule `{pattern}`; {advice}")


def _before(question: Question, config: Config) -> Before | None:
    """The baseline or the merge base that was named; else the baseline of the configuration."""
    if question.baseline is not None and question.diff_base is not None:
        raise WrongUse("--baseline and --diff-base: choose one of them")
    if question.diff_base is not None:
        from whowaits.code import merge_base  # starts programs, which most runs do not need

        settings = _with_exclude(question, config)
        return merge_base.before(
            question.root, question.diff_base, settings, cache=question.cache, as_of=question.as_of
        )
    if question.baseline is not None:
        return baseline.read(question.baseline)
    if config.gate.baseline is not None and config.path is not None:
        return baseline.read(config.path.parent / config.gate.baseline)
    return None
