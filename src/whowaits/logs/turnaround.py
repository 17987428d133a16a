"""How often a batch was back in time, where a deadline is shorter than the window that the provider guarantees.

The user's own finished batches say it, else what the provider publishes. Neither is a promise, so both come with the
hour at which the rest has to be made synchronously.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from math import ceil, sqrt
from typing import Any, Final

from whowaits.config import Config
from whowaits.deadlines.durations import say
from whowaits.logs import shapes, strays
from whowaits.logs.clocks import LOCKED_S, clock_of
from whowaits.logs.engine import Engine, features
from whowaits.logs.units import Unit
from whowaits.model import MINUTE_S, Basis, Evidence, Verdict
from whowaits.rules import Back, load_offers

RULE: Final = "turnaround"
SECOND_US: Final = 1_000_000
LEAST_BUFFER_S: Final = 15 * MINUTE_S
SLOWER: Final = 1.5
"""So many times its longest run is set aside for making the calls again: whatever held up the batch may last."""
FEWEST: Final = 10
"""Fewer finished batches than this say nothing."""
Z: Final = 1.96
Row = Mapping[str, Any]


def measure(
    engine: Engine, found: Sequence[Unit], verdicts: Mapping[int, Verdict], config: Config
) -> dict[int, Evidence]:
    """Return what is known of the chance in time, for each unit whose deadline no batch guarantees."""
    short = [u for u in found if "window-longer-than-deadline" in verdicts[u.number].notes]
    if not short:
        return {}
    batches = _finished(engine.rows(features()["batch_times"]))
    runs = _runs(engine, short)
    return {u.number: _evidence(u, verdicts[u.number], batches, runs.get(u.number, []), config) for u in short}


def _evidence(
    unit: Unit, verdict: Verdict, batches: Mapping[str | None, list[float | None]], runs: Sequence[Row], config: Config
) -> Evidence:
    assert verdict.deadline_s is not None
    buffer_s = _buffer(verdict.deadline_s, runs)
    left_s = verdict.deadline_s - buffer_s
    own = batches.get(unit.provider, [])
    chance = _own(unit.provider or "", own, left_s) if len(own) >= FEWEST else _published(unit.provider, left_s)
    when = f"at {at}" if (at := _clock(unit, left_s, runs, config)) else f"{_said(left_s)} after the start"
    says = f"{chance}; no promise: {when}, {_said(buffer_s)} before it is needed, make what is not back synchronously"
    return Evidence(RULE, says, Basis.INFERRED, hint=True)


def _finished(rows: Iterable[Row]) -> dict[str | None, list[float | None]]:
    """Provider -> seconds that each finished batch took, None for one whose answers never came."""
    found: dict[str | None, list[float | None]] = {}
    for row in rows:
        timed = row["as_a_whole"] or row["ended_count"] == row["row_count"]
        took_s = (row["end_us"] - row["start_us"]) / SECOND_US
        if not row["pending"] and (row["lost"] or row["expired"] or (timed and took_s > 0)):
            found.setdefault(row["provider"], []).append(None if row["lost"] or row["expired"] else took_s)
    return found


def _runs(engine: Engine, units: Sequence[Unit]) -> dict[int, list[Row]]:
    shapes.ask(engine, (unit.number for unit in units))
    asked = f"SELECT r.* FROM ({features()['runs']}) AS r JOIN asked AS a ON r.unit = a.unit ORDER BY r.unit, r.run"
    return shapes.grouped(engine.rows(asked))


def _buffer(deadline_s: float, runs: Sequence[Row]) -> float:
    """Whole minutes in which the calls can be made again, at most half of the time there is."""
    longest_s = max(((row["end_us"] - row["first_us"]) / SECOND_US for row in runs), default=0.0)
    wanted = max(LEAST_BUFFER_S, SLOWER * longest_s)
    return float(min(ceil(wanted / MINUTE_S) * MINUTE_S, deadline_s // 2))


def _own(provider: str, batches: Sequence[float | None], left_s: float) -> str:
    back = sum(took_s is not None and took_s <= left_s for took_s in batches)
    share, least = 100 * back / len(batches), 100 * wilson(back, len(batches))
    return (
        f"{back} of {len(batches)} finished {provider} batches in this log were back within {_said(left_s)} "
        f"({share:.0f} %, with 95 % certainty at least {least:.0f} %)"
    )


def wilson(hits: int, of: int) -> float:
    """Return the share that is exceeded with 95 % certainty, by Wilson's interval."""
    share, spread = hits / of, Z * Z / of
    low = share + spread / 2 - Z * sqrt(share * (1 - share) / of + spread / of / 4)
    return max(0.0, low / (1 + spread))


def _published(provider: str | None, left_s: float) -> str:
    known = load_offers().of(provider)
    figures = known.batch.back if known is not None and known.batch is not None else ()
    fitting = [back for back in figures if back.within_s <= left_s]
    if not figures:
        return "the log has too few finished batches and the provider publishes no times"
    if not fitting:
        return f"the provider publishes no times as short as {_said(left_s)}, and the log has too few finished batches"
    return _figure(max(fitting, key=lambda back: back.within_s))


def _figure(back: Back) -> str:
    share = "most" if back.percent is None else f"{back.percent:g} % of"
    small = "" if back.requests is None else f" of up to {back.requests:,} requests"
    return f"the provider says that {share} batches{small} are back within {say(back.within_s)} ({back.source})"


def _clock(unit: Unit, left_s: float, runs: Sequence[Row], config: Config) -> str | None:
    """The time of day of the fallback, where the register or the runs say when the work starts."""
    entry = next((e for e in config.workloads if e.name == unit.base and e.start is not None), None)
    if entry is not None and entry.start is not None:
        return f"{_later(60 * entry.start.hour + entry.start.minute, left_s)} {entry.timezone or ''}".rstrip()
    own = strays.split(runs)[0] if runs else []
    if len(own) < shapes.FEWEST_RUNS:
        return None
    clock = clock_of([row["first_us"] // SECOND_US for row in own])
    return f"{_later(clock.minute, left_s)} {clock.zone}" if clock.off_s <= LOCKED_S else None


def _later(minute: int, seconds: float) -> str:
    moment = datetime(1970, 1, 1) + timedelta(minutes=minute, seconds=seconds)  # noqa: DTZ001 - a time of day
    return f"{moment:%H:%M}"


def _said(seconds: float) -> str:
    """Hours and minutes: "3 hours 15 minutes"."""
    hours, minutes = divmod(int(seconds) // MINUTE_S, 60)
    parts = [say(hours * 3600)] * (hours > 0) + [say(minutes * MINUTE_S)] * (minutes > 0)
    return " ".join(parts) or say(seconds)
