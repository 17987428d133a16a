"""Logs -> judged workloads, and every call with the verdict on its workload.

`classify` reads the logs once and keeps calls, money and verdicts in a database in a temporary folder; the Session
it returns writes them out and removes the folder when it is closed. What a log shows by the order and times of its
calls joins the evidence in `_seen`; the verdict is `judge`'s alone.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from whowaits.config import Config
from whowaits.deadlines import jobs
from whowaits.judge import judge
from whowaits.logs import (
    chains,
    endings,
    habits,
    judged,
    minimums,
    mistakes,
    portions,
    private,
    rates,
    results,
    shapes,
    strays,
    turnaround,
    units,
)
from whowaits.logs.engine import Engine, features
from whowaits.logs.engines import Asked, Opened, on_this_machine
from whowaits.logs.ingest import Ingested
from whowaits.logs.meter import Meter
from whowaits.logs.peeking import peek
from whowaits.logs.problems import Problems
from whowaits.logs.statements import Statements, speaks
from whowaits.logs.units import Apart, Unit
from whowaits.model import Basis, Classified, Evidence, Place, Workload, Written
from whowaits.pseudonyms import Pseudonyms
from whowaits.redacted import redact

__all__ = ["Session", "classify", "peek"]

OFTEN: Final = 50
"""One call in so many given up by its client is often, from GIVEN_UP calls on: programs rarely hang up."""
GIVEN_UP: Final = 10
SLOW_ROUTES: Final = ("batch", "flex")


class Session:
    """Classified logs. Use as a context manager; what it wrote stays, what it kept for that is removed."""

    def __init__(
        self, engine: Engine, folder: contextlib.ExitStack, classified: Classified, pseudonyms: Pseudonyms
    ) -> None:
        self.classified = classified
        self._engine, self._folder, self._pseudonyms = engine, folder, pseudonyms

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Remove everything temporary."""
        self._folder.close()

    def write_tagged(self, path: Path | str) -> None:
        """Write one row a call with its verdict, whole or not at all."""
        filled = self._engine.filled("raw_calls")
        shown = private.shown(self._engine, "raw_calls", filled, self._pseudonyms)
        self._engine.write_parquet(results.tagged_sql(filled, shown), str(path), self._judged(results.ROWS))

    def write_tags(self, path: Path | str) -> None:
        """Write only the ids and the verdict columns of every call."""
        shown = private.shown(self._engine, "raw_calls", {"request_id", "call_id"}, self._pseudonyms)
        self._engine.write_parquet(results.tags_sql(shown), str(path), self._judged(results.ROWS))

    def write_workloads(self, path: Path | str) -> None:
        """Write the judged feature table, one row a workload."""
        habits.store(self._engine)
        sql = f"SELECT * FROM ({habits.JUDGED}) ORDER BY workload"
        self._engine.write_parquet(sql, str(path), self._judged("SELECT count(*) FROM verdicts"))

    def _judged(self, counted: str) -> dict[str, str]:
        """What was found, as metadata of a file with so many rows."""
        return judged.packed(self.classified, int(self._engine.one(counted)))


def classify(
    sources: Sequence[Path | str],
    config: Config,
    as_of: date,
    mapping: Mapping[str, str] | None = None,
    progress: Callable[[str], None] | None = None,
    pseudonyms: Pseudonyms | None = None,
    opened: Opened = on_this_machine,
    meter: Meter | None = None,
    written: Sequence[Written] = (),
) -> Session:
    """Return the judged workloads of these logs. SourceError when a named log is not there.

    People are shown under pseudonyms, the project's unless others are given. `opened` reads the logs into an engine:
    on_this_machine, or what engines.named gives. `written` is what a tree says about programs that logs name.
    """
    pseudonyms = pseudonyms or Pseudonyms(config.path.parent if config.path else Path())
    with contextlib.ExitStack() as stack:
        problems, statements = Problems(), Statements(config, pseudonyms.text)
        say = progress or (lambda _: None)
        asked = Asked(sources, statements, mapping or {}, problems, say, meter or Meter())
        engine, came = opened(asked, stack)
        classified = _judged(engine, config, as_of, statements, problems, came, pseudonyms, written)
        return Session(engine, stack.pop_all(), classified, pseudonyms)
    raise AssertionError("unreachable: ExitStack does not swallow exceptions")


def _judged(
    engine: Engine,
    config: Config,
    as_of: date,
    statements: Statements,
    problems: Problems,
    came: Ingested,
    pseudonyms: Pseudonyms,
    written: Sequence[Written],
) -> Classified:
    rates.store(engine, as_of, config.prices)
    for name in ("listed", "spent"):
        engine.view(name, features()[name])
    engine.define("priced", features()["priced"])
    said = engine.rows(features()["statements"])
    apart = _told_apart(engine, said, statements, config)
    found, ties = units.build(said, statements, apart)
    for message in ties:
        problems.add(Place(config.path.name if config.path else "whowaits.toml"), message)
    measured, seen = _observed(engine, found, statements, config, written)
    if seen.strays:
        strays.set_apart(engine, found, seen.strays)
        apart = _with_strays(apart, found, seen.strays)
        said = engine.rows(features()["statements"])
        found, _ = units.build(said, statements, apart)
        measured, seen = _observed(engine, found, statements, config, written)
    by_shape = {n: _without_runs(e) if n in seen.strays else e for n, e in seen.evidence.items()}
    first = {unit.number: judge(by_shape[unit.number], unit.offer, config.policy) for unit in found}
    unwaited = [n for n, verdict in first.items() if verdict.route in SLOW_ROUTES]
    followed = dict(chains.measure(engine, unwaited))
    evidence = {n: (*_without_runs(e), followed[n]) if n in followed else e for n, e in by_shape.items()}
    verdicts = {u.number: judge(evidence[u.number], u.offer, config.policy) for u in found}
    if below := minimums.find(engine, found, verdicts, measured):
        minimums.leave_out(engine, below)
        measured = _figures(engine)
        for unit in (u for u in found if u.number in below):
            unit.offer = below[unit.number].left_of(unit.offer)
            evidence[unit.number] = (*evidence[unit.number], below[unit.number].evidence)
            verdicts[unit.number] = judge(evidence[unit.number], unit.offer, config.policy)
    later = (*turnaround.measure(engine, found, verdicts, config).items(), *endings.find(found, verdicts, as_of))
    for number, hint in later:
        evidence[number] = (*evidence[number], hint)
    figures = mistakes.figures(engine, measured)
    parts, weeks = portions.measure(engine, found, said), portions.hours(engine)

    def workload(unit: Unit) -> Workload:
        n = unit.number
        money, week = parts.get(n, ()), weeks.get(n, ())
        return results.workload(unit, measured[n], evidence[n], verdicts[n], figures[n], money, week, as_of, config)

    workloads = private.shown_workloads(map(workload, found), pseudonyms)
    results.store(engine, found, workloads)
    classified = results.classified(engine, workloads, came, problems, statements, as_of, config)
    return redact(classified, pseudonyms) if pseudonyms.hide == "names" else classified


def _observed(
    engine: Engine, found: Sequence[Unit], statements: Statements, config: Config, written: Sequence[Written]
) -> tuple[dict[int, Mapping[str, Any]], shapes.Observed]:
    """Count the calls of units; return their figures and everything observed but the order of calls."""
    _store_units(engine, found)
    measured = _figures(engine)
    evidence = {
        u.number: (*_seen(u, measured[u.number], statements), *jobs.about(written, sorted(u.names))) for u in found
    }
    return measured, shapes.observe(engine, found, evidence, config.policy)


def _figures(engine: Engine) -> dict[int, Mapping[str, Any]]:
    return {row["unit"]: row for row in engine.rows(features()["unit_features"])}


def _with_strays(apart: Apart, found: Sequence[Unit], seen: strays.Strays) -> Apart:
    """The streams to tell apart, the stray runs of these units among them."""
    own = {unit.identity for unit in found if unit.number in seen}
    return {**apart, **{identity: apart.get(identity, frozenset()) | {units.STRAY} for identity in own}}


def _told_apart(engine: Engine, rows: Sequence[Mapping[str, Any]], statements: Statements, config: Config) -> Apart:
    """The forms of calls that are a stream of their key: those whose runs show that nobody waits for them."""
    apart = units.shared_keys(rows)
    if not apart:
        return {}
    found, _ = units.build(rows, statements, apart)
    _store_units(engine, found)
    seen = shapes.observe(engine, found, {unit.number: unit.evidence for unit in found}, config.policy).evidence
    own: dict[tuple[Any, ...], set[int]] = {}
    for unit in found:
        if unit.stream is not None and len(seen[unit.number]) > len(_without_runs(seen[unit.number])):
            own.setdefault(unit.identity, set()).add(unit.stream)
    return {identity: frozenset(forms) for identity, forms in own.items()}


def _without_runs(said: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    """Evidence but that of runs: they say nothing of calls that must follow one another."""
    return tuple(e for e in said if e.rule not in shapes.RUN_RULES)


def _store_units(engine: Engine, found: Sequence[Unit]) -> None:
    import pyarrow as pa

    schema = pa.schema(
        [("statement", pa.int64()), ("unit", pa.int64()), ("due_us", pa.int64()), ("due_every_us", pa.int64())]
    )
    rows = [
        (statement, unit.number, unit.due.at_us if unit.due else None, unit.due.every_us if unit.due else None)
        for unit in found
        for statement in unit.statements
    ]
    columns = [pa.array([row[i] for row in rows], type=field.type) for i, field in enumerate(schema)]
    engine.store("unit_of", [pa.RecordBatch.from_arrays(columns, schema=schema)], schema)


def _seen(unit: Unit, row: Mapping[str, Any], statements: Statements) -> tuple[Evidence, ...]:
    """Everything observed about a unit but the order of its calls."""
    return (*unit.evidence, *_deadlines(unit, row), *_given_up(row), *_habits(row, statements))


def _deadlines(unit: Unit, row: Mapping[str, Any]) -> list[Evidence]:
    """What was stated call by call; the shortest counts."""
    found = []
    if row["open_us"] is not None:
        left = row["open_us"] / 1_000_000
        says = f"a request was open while its model call ran, for {left:g} s from the start of the call"
        found.append(Evidence("open-server-span", says, Basis.STATED, waiter="program", deadline_s=left))
    if row["deadline_us"] is not None:
        left = row["deadline_us"] / 1_000_000
        says = f"the log states a deadline with each call ({row['deadline_source']}), at the least {left:g} s away"
        found.append(Evidence("deadline-of-call", says, Basis.STATED, deadline_s=left))
    if unit.due is not None and row["due_in_us"] is not None:
        left = row["due_in_us"] / 1_000_000
        found.append(Evidence(unit.due.rule, unit.due.says, Basis.STATED, deadline_s=left))
    return found


def _given_up(row: Mapping[str, Any]) -> list[Evidence]:
    gone = row["cancelled_rows"]
    if gone < GIVEN_UP or gone * OFTEN < row["row_count"]:
        return []
    says = f"clients gave up on {gone} of {row['row_count']} calls before the answer came"
    return [Evidence("client-gave-up", says, Basis.STATED, waiter="person")]


def _habits(row: Mapping[str, Any], statements: Statements) -> list[Evidence]:
    """Hints of rules/logs about columns that differ from call to call."""
    columns = {"streamed": "streamed_rows", "end_user_id": "user_rows", "session_id": "session_rows"}
    found = []
    for column, counted in columns.items():
        if row[counted]:
            said = (speaks(rule, column, "true") for rule in statements.rules if rule.says.hint)
            share = f"on {row[counted]} of {row['row_count']} calls"
            found += [replace(e, says=f"{e.says.rpartition(' (')[0]} {share}") for e in said if e is not None]
    return found
