"""Which engine runs: each reads the logs that are asked for into the tables that the log half judges."""

from __future__ import annotations

import contextlib
import difflib
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from whowaits.logs import ingest
from whowaits.logs.engine import DuckDB, Engine
from whowaits.logs.ingest import Ingested, Progress
from whowaits.logs.meter import Meter
from whowaits.logs.problems import Problems
from whowaits.logs.sources import find, measured
from whowaits.logs.statements import Statements
from whowaits.model import WrongUse

HERE: Final = "duckdb"
SPARK: Final = "spark"
NAMES: Final = (HERE, SPARK)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be read, and how."""

    sources: Sequence[Path | str]
    statements: Statements
    mapping: Mapping[str, str]
    problems: Problems
    progress: Progress
    meter: Meter


Opened = Callable[[Asked, contextlib.ExitStack], tuple[Engine, Ingested]]
"""Gives an engine that holds the calls, and what they came from; closing the stack closes it."""


def named(name: str, master: str | None = None) -> Opened:
    """Return how logs are opened in an engine. WrongUse for a name that none has."""
    if name not in NAMES:
        near = difflib.get_close_matches(name, NAMES, n=1, cutoff=0)
        raise WrongUse(f"--engine {name}: no such engine; did you mean {near[0]}?")
    if name == SPARK:
        return lambda asked, stack: _in_spark(asked, stack, master)
    if master is not None:
        raise WrongUse(f"--spark-master {master}: only with --engine {SPARK}")
    return on_this_machine


def on_this_machine(asked: Asked, stack: contextlib.ExitStack) -> tuple[Engine, Ingested]:
    """Read logs of any format into a database of this process, in a temporary folder."""
    spool = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="whowaits-")))
    engine = DuckDB(spool)
    stack.callback(engine.close)
    logs = measured(find(asked.sources, spool), asked.meter)
    return engine, ingest.load(engine, logs, spool, asked.statements, asked.mapping, asked.problems, asked.progress)


def _in_spark(asked: Asked, stack: contextlib.ExitStack, master: str | None) -> tuple[Engine, Ingested]:
    from whowaits.logs import spark_ingest
    from whowaits.logs.spark import SparkEngine

    if asked.mapping:
        raise WrongUse("--map: Spark reads the table that `whowaits ingest` writes, whose columns have their names")
    engine = SparkEngine(master)
    stack.callback(engine.close)
    return engine, spark_ingest.load(engine, [str(s) for s in asked.sources], asked.statements, asked.problems)
