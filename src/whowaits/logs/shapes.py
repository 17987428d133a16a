"""What the times of calls show: pauses of people, and runs that a clock starts while people are away.

The engine counts; here the few figures of each workload are held against the bounds in rules/logs. Shape says
`nobody` only where everything fits, and never against a person who was seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from whowaits.deadlines.durations import say
from whowaits.judge import judge
from whowaits.logs import quiet, strays
from whowaits.logs.clocks import LOCKED_S, Clock, clock_of
from whowaits.logs.engine import Engine, features
from whowaits.logs.quiet import People
from whowaits.logs.units import STRAY, Unit
from whowaits.model import MINUTE_S, Basis, Evidence, Policy
from whowaits.rules import load_log_rules

SECOND_US: Final = 1_000_000
OPEN_ROWS: Final = (9, 10, 11, 12)
"""Rows of the verdict table that shape may still decide: nobody stated a deadline, no person was seen."""
RUN_RULES: Final = (
    "runs-every-day", "runs-every-month", "runs-every-week", "runs-on-working-days", "small-runs-every-day",
)  # fmt: skip
FEWEST_RUNS: Final = 3
Seen = dict[int, tuple[Evidence, ...]]


@dataclass(frozen=True, slots=True)
class Observed:
    """What the times of calls say about each unit, if it were not for its `strays`: runs that do not belong to it."""

    evidence: Seen
    strays: strays.Strays


def observe(engine: Engine, found: Sequence[Unit], evidence: Seen, policy: Policy) -> Observed:
    """Return the evidence of every unit with what the times of its calls show."""
    prepare(engine)
    paused = pauses(engine)
    seen = {u.number: (*evidence[u.number], *paused.get(u.number, ())) for u in found}
    verdicts = {u.number: judge(seen[u.number], u.offer, policy) for u in found}
    known = _known(engine, [u for u in found if _is_seen(seen[u.number])])
    candidates = [u for u in found if verdicts[u.number].row in OPEN_ROWS and u.stream != STRAY]
    ran = runs(engine, candidates, known)
    return Observed({number: (*said, *ran.evidence.get(number, ())) for number, said in seen.items()}, ran.strays)


def prepare(engine: Engine) -> None:
    """Count the calls of every unit in slots of ten minutes."""
    engine.define("unit_slots", features()["unit_slots"])
    for name in ("run_starts", "run_slots", "series_minutes", "series_gaps"):
        engine.view(name, features()[name])


def pauses(engine: Engine) -> Seen:
    """Return what the pauses inside sessions, or between the calls of one user, say about units."""
    return {row["unit"]: tuple(_said(_pause_figures(row), {})) for row in engine.rows(features()["pauses"])}


def runs(engine: Engine, candidates: Sequence[Unit], known: Sequence[tuple[Unit, People]]) -> Observed:
    """Return what the runs of units say about them."""
    ask(engine, (unit.number for unit in candidates))
    asked = f"SELECT r.* FROM ({features()['runs']}) AS r JOIN asked AS a ON r.unit = a.unit"
    split = {n: strays.split(rows) for n, rows in grouped(engine.rows(f"{asked} ORDER BY r.unit, r.run")).items()}
    by_unit = {n: kept for n, (kept, _) in split.items() if _few(kept)}
    clocks = {n: clock_of([row["first_us"] // SECOND_US for row in rows]) for n, rows in by_unit.items()}
    locked = {n: clock for n, clock in clocks.items() if clock.off_s <= LOCKED_S}
    if not locked:
        return Observed({}, {})
    ask(engine, locked)
    engine.define("run_bounds", asked)
    engine.view("run_calls", features()["run_calls"])
    courses = grouped(engine.rows(features()["run_course"]))
    units = {unit.number: unit for unit in candidates}
    found = {}
    for number, clock in sorted(locked.items()):
        away = [week for unit, week in known if not _told_apart(unit, units[number])]
        own = {row["run"] for row in by_unit[number]}
        figures = run_figures(clock, by_unit[number], [row for row in courses[number] if row["run"] in own], away)
        found[number] = tuple(
            _said(figures, {**_words(clock, by_unit[number]), "back": say(figures["until_people_s"])})
        )
    return Observed(found, {n: split[n][1] for n, said in found.items() if said and split[n][1]})


def run_figures(
    clock: Clock, rows: Sequence[Mapping[str, Any]], course: Sequence[Mapping[str, Any]], known: Sequence[People]
) -> dict[str, float]:
    """Return the figures of a unit's runs that rules/logs knows."""
    some_days = clock.days_apart != 1 or clock.is_monthly
    period = quiet.A_WEEK if some_days else quiet.A_DAY
    away = sum(quiet.is_quiet(row["first_us"] // SECOND_US, row["end_us"] // SECOND_US, known, period) for row in rows)
    calls = sum(row["row_count"] for row in course)
    even = sum(row["row_count"] * min(1.0, MINUTE_S * SECOND_US / max(1, _length(row))) for row in course)
    return {
        "runs": len(rows),
        "days_apart": clock.days_apart,
        "runs_on_a_day": clock.runs_on_a_day,
        "minutes_off": clock.off_s / MINUTE_S,
        "smallest_run": min(row["row_count"] for row in rows),
        "quiet_runs": away,
        "quiet_days_percent": 100 * away / (len(rows) if some_days else clock.span_days),
        "monthly": int(clock.is_monthly),
        "only_working_days": int(clock.is_of_working_days),
        "quiet_working_days_percent": 100 * away / clock.working_days,
        "weeks": clock.weeks,
        "until_people_s": min(quiet.until_people_s(row["end_us"] // SECOND_US, known) for row in rows),
        "early_percent": 100 * sum(row["early_count"] for row in course) / calls,
        "first_minute_percent": 100 * sum(row["first_minute_count"] for row in course) / even,
        "pauses_percent": 100 * sum(row["pause_count"] for row in course) / calls,
    }


def _is_seen(said: Iterable[Evidence]) -> bool:
    """Whether the log itself shows a person. An owner's word settles one workload and moves no other: it does not say
    that whoever waits keeps the hours in which the calls come."""
    return any(e.waiter == "person" and not e.hint and e.basis is not Basis.DECLARED for e in said)


def _known(engine: Engine, waited: Sequence[Unit]) -> list[tuple[Unit, People]]:
    """The weeks of the workloads of people that keep hours."""
    ask(engine, (unit.number for unit in waited))
    spans = {row["unit"]: row for row in engine.rows(features()["spans"])}
    counts = grouped(engine.rows(features()["half_hours"]))
    weeks = []
    for unit in waited:
        if span := spans.get(unit.number):
            slots = {row["half_hour"]: row["row_count"] for row in counts[unit.number]}
            weeks.append((unit, quiet.people(span["first_us"] // SECOND_US, span["last_us"] // SECOND_US, slots)))
    return [(unit, week) for unit, week in weeks if quiet.keeps_hours(week)]


def _told_apart(one: Unit, other: Unit) -> bool:
    """Whether two streams of a key were told apart by the form of their calls only.

    A call of the job that was taken for one of the people would then make the job's own hours look like theirs.
    """
    return one.stream is not None and other.stream is not None and one.identity == other.identity


def _few(rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether there are runs enough to tell, and no more than one a day; only then is a clock looked for."""
    return FEWEST_RUNS <= len(rows) <= strays.days(rows)


def _pause_figures(row: Mapping[str, Any]) -> dict[str, float]:
    return {
        "gaps": row["gap_count"],
        "pauses": row["pause_count"],
        "pauses_percent": 100 * row["pause_count"] / max(1, row["gap_count"]),
        "series_with_pauses": row["long_series_count"],
        "series_with_pauses_percent": 100 * row["long_series_count"] / row["series_count"],
    }


def _said(figures: Mapping[str, float], words: Mapping[str, str]) -> Iterator[Evidence]:
    for rule in load_log_rules():
        if rule.when.holds(figures):
            back = figures["until_people_s"] if rule.when.value == "people" else None
            yield rule.says.evidence(rule.id, deadline_s=back, text=rule.says.text.format_map({**figures, **words}))


def _words(clock: Clock, rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    minutes = -(-clock.off_s // MINUTE_S)
    fewest, most = min(row["row_count"] for row in rows), max(row["row_count"] for row in rows)
    return {
        "clock": str(clock),
        "weekday": clock.weekday(),
        "day_of_month": clock.day_of_month(),
        "minutes": f"{minutes} minutes" if minutes > 1 else "a minute",
        "calls": f"{most:,}" if fewest == most else f"{fewest:,} to {most:,}",
    }


def _length(row: Mapping[str, Any]) -> int:
    length: int = row["last_us"] - row["first_us"]
    return length


def grouped(rows: Iterable[Mapping[str, Any]]) -> dict[int, list[Mapping[str, Any]]]:
    """Return the rows of each unit in their order."""
    groups: dict[int, list[Mapping[str, Any]]] = {}
    for row in rows:
        groups.setdefault(row["unit"], []).append(row)
    return groups


def ask(engine: Engine, numbers: Iterable[int]) -> None:
    """Name the units that the next queries are about."""
    import pyarrow as pa

    schema = pa.schema([("unit", pa.int64())])
    engine.store("asked", [pa.record_batch([pa.array(sorted(numbers), pa.int64())], schema=schema)], schema)
