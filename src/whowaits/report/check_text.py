"""What `check` says to people: findings under what drives them, what was seen there, the questions that are left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final

from whowaits.model import Finding, Place, Scan, Usage
from whowaits.report import words
from whowaits.report.check import counts
from whowaits.report.reported import Reported, reported

MOST_QUESTIONS: Final = 10
MOST_SKIPPED: Final = 10
MOST_PLACES: Final = 3


def render_text(scan: Scan, *, color: bool = False) -> str:
    """Return the findings, those of one driver together; each observation and each note once; a summary."""
    found = sorted(reported(scan), key=_group)
    lines = [line for _, group in groupby(found, _group) for line in _group_lines(list(group), color=color)]
    lines += _note_lines(found)
    if lines:
        lines.append("")
    return "\n".join([*lines, *_summary(scan)]) + "\n"


def render_concise(scan: Scan, *, color: bool = False) -> str:
    """Return one line a finding, and how many there are."""
    lines = [_finding_line(found.finding, color=color, message=found.message) for found in reported(scan)]
    return "\n".join([*lines, f"{counts(scan)}."]) + "\n"


def render_statistics(scan: Scan) -> str:
    """Return how many findings each rule has, the most frequent first."""
    frequent = Counter(found.finding.rule for found in reported(scan))
    rows = sorted(frequent.items(), key=lambda item: (-item[1], item[0]))
    return "".join(f"{number:>6,}  {rule}\n" for rule, number in rows) + f"{counts(scan)}.\n"


def _group(found: Reported) -> tuple[str, int, int, str]:
    """Where a person would act: at the driver, else at the place of the finding."""
    place = found.finding.driver or found.finding.place
    return place.path, place.cell or 0, place.line or 0, found.finding.rule


def _group_lines(group: Sequence[Reported], *, color: bool) -> Iterator[str]:
    """Several calls under one driver stand below it; what holds for all of them is said once."""
    driver = group[0].finding.driver
    indent = ""
    if driver is not None and len(group) > 1:
        yield f"{_bold(str(driver), color)} drives {words.count(len(group), 'call site')}"
        indent = "  "
    said: set[str] = set()
    for before, found in zip([None, *group], group, strict=False):
        same = before is not None and before.finding.message == found.finding.message
        yield indent + _finding_line(found.finding, color=color, message="" if same else found.message)
        for line in _usage_lines(found.usage, asks=found.usage is not None and found.usage.rule == found.finding.rule):
            if line not in said:
                said.add(line)
                yield f"{indent}    {line}"


def _finding_line(found: Finding, *, color: bool, message: str) -> str:
    column = "" if found.place.column is None else f":{found.place.column}"
    rule = words.clean(found.rule)
    rule = f"\x1b[33m{rule}\x1b[0m" if color else rule
    return f"{_bold(f'{found.place}{column}', color)} {rule} {message}".rstrip()


def _bold(text: str, color: bool) -> str:
    text = words.clean(text)
    return f"\x1b[1m{text}\x1b[0m" if color else text


def _usage_lines(usage: Usage | None, *, asks: bool) -> Iterator[str]:
    """What was seen; the question only where it is about this finding, not another one of the call."""
    if usage is None:
        return
    for seen in usage.evidence:
        kind = "hint" if seen.hint else str(seen.basis)
        yield f"{_at(seen.place)}{words.clean(seen.says, 400)} [{kind}, {words.clean(seen.rule)}]"
    if usage.monthly_usd is not None:
        saving = usage.saving
        span = "" if saving is None else f", {words.usd_span(saving.low_usd, saving.high_usd)} of it could be saved"
        yield f"costs {words.usd(usage.monthly_usd)} in 30 days as logged{span}"
    for note in usage.verdict.notes:
        yield f"note: {words.clean(note)}"
    if asks and usage.verdict.question is not None:
        yield f"question: {words.clean(usage.verdict.question, 400)}"


def _note_lines(found: Iterable[Reported]) -> list[str]:
    """What the notes mean, each once."""
    notes = {note for one in found if one.usage is not None for note in one.usage.verdict.notes}
    return [line for note in sorted(notes) for line in ("", f"{words.clean(note)}: {words.note(note)}")]


def _at(place: Place | None) -> str:
    return "" if place is None else f"{words.clean(str(place))}: "


def _summary(scan: Scan) -> Iterator[str]:
    sites, files = words.count(len(scan.call_sites), "call site"), words.count(scan.files, "file")
    yield f"{counts(scan)}; {sites} in {files}."
    yield from _questions(scan)
    for skipped in scan.skipped[:MOST_SKIPPED]:
        yield f"skipped {_at(skipped.place)}{words.clean(skipped.reason, 400)}"
    if len(scan.skipped) > MOST_SKIPPED:
        yield f"skipped {len(scan.skipped) - MOST_SKIPPED:,} more, in the JSON output"


def _questions(scan: Scan) -> Iterator[str]:
    """The calls that cannot be judged: those in bulk with the question that would settle it, the others by place."""
    unknown = [site for site in scan.call_sites if site.deciding.verdict.route == "unknown"]
    asked = [site for site in unknown if site.deciding.verdict.question is not None]
    if unknown:
        yield f"{words.count(len(unknown), 'call site')} cannot be judged:"
    for site in asked[:MOST_QUESTIONS]:
        yield f"    {_at(site.place)}{words.clean(site.deciding.verdict.question or '', 400)}"
    if len(asked) > MOST_QUESTIONS:
        yield f"    and {len(asked) - MOST_QUESTIONS:,} more questions, in the JSON output"
    others = [words.clean(str(site.place)) for site in unknown if site.deciding.verdict.question is None]
    if others:
        more = f" and {len(others) - MOST_PLACES:,} more" if len(others) > MOST_PLACES else ""
        yield f"    not seen in bulk: {', '.join(others[:MOST_PLACES])}{more}"
