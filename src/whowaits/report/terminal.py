"""The report and the classified logs on a terminal: aligned tables that fit the width they are given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from whowaits.model import Classified, Finding, Usage, Waiter, Workload
from whowaits.report import compared_section, sentences, trust, words
from whowaits.report.changes import Comparison
from whowaits.report.layout import place
from whowaits.report.screen import Head, Screen, Text
from whowaits.report.values import OpenQuestion, Part, Report, SiteLine, WorkloadLine, by_spend
from whowaits.report.workload_table import saving_text

WIDTH: Final = 100
MOST: Final = 12
"""Rows of one table on the terminal; the written report has more."""
ROOMY: Final = 96
"""Cells from which on the basis of each verdict is shown too."""
_ROUTE_STYLE: Final = {"batch": "green", "flex": "cyan", "unknown": "yellow", "sync": ""}
_WAITER_SHORT: Final[dict[Waiter, str]] = {
    "person": "person",
    "program": "program",
    "nobody": "nobody",
    "unknown": "?",
}


def render_text(report: Report, *, width: int = WIDTH, color: bool = False) -> str:
    """Return the report in short: the headline, who waits, the largest workloads, call sites and questions."""
    screen = Screen(width, color=color)
    screen.line(f"{words.clean(report.name)}: who waits", "bold")
    screen.line(sentences.period(report), "dim")
    screen.gap()
    screen.line(sentences.headline(report), "bold")
    for sentence in sentences.below_headline(report):
        screen.line(sentence)
    if report.headline is not None:
        for sentence in sentences.saving_basis(report.headline):
            screen.line(sentence, "dim")
    _compared(screen, report.compared)
    _waiters(screen, report.waiters)
    _workloads(screen, report.workloads)
    _sites(screen, report)
    _questions(screen, report.questions)
    _trust(screen, report)
    _rest(screen, report)
    return screen.text()


def render_classified(classified: Classified, *, width: int = WIDTH, color: bool = False) -> str:
    """Return the judged workloads of some logs, the most expensive first, and what was skipped."""
    screen = Screen(width, color=color)
    rows = words.count(classified.rows_read, "row")
    screen.line(f"{rows} read, {words.count(len(classified.workloads), 'workload')}.", "bold")
    judged = sorted(classified.workloads, key=by_spend)
    _judged(screen, judged)
    others = [f"{f.rule}: {_message(w, f)}" for w in judged for f in w.findings]
    others += [f"{f.rule}: {words.clean(f.message, 400)}" for f in classified.findings]
    _said(screen, "Other findings", others)
    _trust(screen, classified)
    unpriced = [f"{words.clean(model)}: {words.count(calls, 'call')}" for model, calls in classified.unpriced]
    _said(screen, "No price is known for", unpriced)
    unsaid = [f"{words.clean(m.source)}: {trust.not_said(m)}" for m in classified.missing]
    _said(screen, "What the logs do not say", unsaid)
    for skipped in classified.skipped[:MOST]:
        screen.line(f"skipped {skipped.count:,}: {words.clean(skipped.reason, 400)} (first at {place(skipped.place)})")
    _more(screen, len(classified.skipped))
    return screen.text()


def _message(workload: Workload, finding: Finding) -> str:
    """What was found; where that is withheld, at least of which workload."""
    return words.clean(workload.name if finding.message == finding.rule else finding.message, 400)


def _trust(screen: Screen, logs: Classified | Report) -> None:
    """Print how far the logs can be believed."""
    sums = [
        f"{words.clean(a.source)} sums up {words.clean(a.model or 'all models')}: {trust.summed(a)}"
        for a in logs.aggregates
    ]
    _said(screen, "How complete the logs are", [trust.covered(c) for c in logs.coverage])
    _said(screen, "Summed up by their source, in no figure above", sums)
    doubts = [f"{words.clean(d.source)}: {trust.off_price(d)}" for d in logs.price_doubts]
    _said(screen, "Costs to look at, used as reported", doubts)


def _said(screen: Screen, title: str, sentences: Sequence[str]) -> None:
    if not sentences:
        return
    screen.gap()
    screen.line(title, "bold")
    for sentence in sentences[:MOST]:
        screen.line(sentence)
    _more(screen, len(sentences))


def _compared(screen: Screen, compared: Comparison | None) -> None:
    """Print what became of the moves that former reports proposed."""
    if compared is None:
        return
    _said(screen, "Since the former reports", compared_section.lead(compared))
    heads = (Head("workload", "name"), Head("became"), Head("promised", "figure"), Head("saved", "figure"))
    rows = [
        [
            Text(words.clean(c.workload)),
            Text(compared_section.STATES[c.state]),
            Text(compared_section.promised_text(c)),
            Text(compared_section.DASH if c.realised_usd is None else words.usd(c.realised_usd)),
        ]
        for c in compared.changes[:MOST]
    ]
    if rows:
        screen.gap()
        screen.rows(heads, rows)
    _more(screen, len(compared.changes))


def _waiters(screen: Screen, parts: Sequence[Part]) -> None:
    if not parts:
        return
    heads = (Head("who waits"), *(Head(t, "figure") for t in ("workloads", "calls", "spend", "share", "saving")))
    screen.table("Who waits", heads, [_waiter(p) for p in parts])


def _waiter(part: Part) -> list[Text]:
    saving = "–"
    if part.saving_low_usd is not None:
        saving = words.usd_span(part.saving_low_usd, part.saving_high_usd, short=True)
    return [
        Text(words.WAITER_WORDS[part.waiter or "unknown"]),
        Text(f"{part.workloads:,}"),
        Text(f"{part.calls:,}"),
        Text(words.big_usd(part.spend_usd)),
        Text(words.percent(part.share)),
        Text(saving),
    ]


def _workloads(screen: Screen, lines: Sequence[WorkloadLine]) -> None:
    if not lines:
        return
    heads = (*_JUDGEMENT, Head("saving", "figure"))
    rows = [(*_judgement(line.workload), Text(saving_text(line, short=True))) for line in lines[:MOST]]
    _without_basis_if_narrow(screen, heads, rows)
    _more(screen, len(lines))


def _judged(screen: Screen, workloads: Sequence[Workload]) -> None:
    if not workloads:
        return
    heads = (*_JUDGEMENT, Head("calls", "figure"))
    rows = [(*_judgement(w), Text(f"{w.calls:,}")) for w in workloads[:MOST]]
    _without_basis_if_narrow(screen, heads, rows)
    _more(screen, len(workloads))


def _without_basis_if_narrow(screen: Screen, heads: Sequence[Head], rows: Sequence[Sequence[Text]]) -> None:
    """Print the workloads; a narrow screen leaves out the basis rather than half of each name."""
    kept = [i for i, head in enumerate(heads) if screen.width >= ROOMY or head.title != "basis"]
    screen.table("Workloads by money", [heads[i] for i in kept], [[row[i] for i in kept] for row in rows])


_JUDGEMENT: Final = (
    Head("workload", "name"),
    Head("spend", "figure"),
    Head("waits"),
    Head("deadline", "figure"),
    Head("basis"),
    Head("belongs on"),
)


def _judgement(workload: Workload) -> tuple[Text, ...]:
    verdict = workload.verdict
    return (
        Text(words.clean(workload.name)),
        Text(words.big_usd(workload.spend_usd)),
        Text(_WAITER_SHORT[verdict.waiter]),
        Text("?" if verdict.deadline_s is None else words.duration(verdict.deadline_s)),
        Text(words.basis(verdict.basis)),
        _route(verdict.route, verdict.urgency),
    )


def _route(route: str, urgency: str | None) -> Text:
    return Text(route if urgency is None else f"{route}, {urgency}", _ROUTE_STYLE[route])


def _sites(screen: Screen, report: Report) -> None:
    if report.code is None:
        return
    moves = report.moving_sites
    if not moves:
        screen.gap()
        screen.line(sentences.sites(report))
        return
    heads = (
        Head("call site", "place"),
        Head("many times by", "place"),
        Head("belongs on"),
        Head("spend in 30 days", "figure"),
    )
    screen.table("Call sites that can move, by the code alone", heads, [_usages(s, u) for s, u in moves[:MOST]])
    _more(screen, len(moves))
    screen.line(sentences.sites(report), "dim")


def _usages(line: SiteLine, usages: Sequence[Usage]) -> tuple[Text, ...]:
    first, paid = usages[0], line.monthly(usages)
    money = "shared" if line.links_of(usages) else "by volume"
    if paid is not None:
        money = words.big_usd(paid[0])
    return (
        Text(place(line.site.place)),
        Text("–" if first.driver is None else place(first.driver)),
        _route(first.verdict.route, first.verdict.urgency),
        Text(money),
    )


def _questions(screen: Screen, questions: Sequence[OpenQuestion]) -> None:
    if not questions:
        return
    heads = (Head("about", "name"), Head("at stake", "figure"), Head("question", "name", least=43))
    screen.table("Not known yet", heads, [_question(q) for q in questions[:MOST]])
    _more(screen, len(questions))


def _question(asked: OpenQuestion) -> tuple[Text, ...]:
    about = words.clean(asked.subject) if asked.place is None else f"{words.clean(asked.subject)} {place(asked.place)}"
    stake = "by volume" if asked.usage is not None else words.big_usd(asked.spend_usd)
    return Text(about), Text(stake), Text(words.clean(asked.question, 400))


def _rest(screen: Screen, report: Report) -> None:
    said = [f"{words.clean(f.rule)}: {words.clean(f.message, 400)} ({place(f.place)})" for f in report.others[:MOST]]
    said += [
        f"disagreement: {words.clean(c.workload)}: {words.WAITER_WORDS[c.in_log]} in the logs, "
        f"{words.WAITER_WORDS[c.in_code]} at {place(c.site)}"
        for c in report.conflicts[:MOST]
    ]
    said += [
        f"skipped {s.count:,}: {words.clean(s.reason, 400)} (first at {place(s.first)})" for s in report.skipped[:MOST]
    ]
    if said:
        screen.gap()
    for sentence in said:
        screen.line(sentence)
    if report.logs is not None:
        logs = report.logs
        screen.gap()
        source = f"{words.clean(logs.price_source)}, {words.clean(logs.price_date)}"
        screen.line(f"{words.count(logs.rows_read, 'row')} read; prices: {source}", "dim")


def _more(screen: Screen, total: int) -> None:
    if total > MOST:
        screen.line(f"… and {total - MOST:,} more", "dim")
