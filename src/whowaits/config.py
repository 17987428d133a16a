"""whowaits.toml or [tool.whowaits] in pyproject.toml -> Config: policy, paths, register, own prices and wrappers.

Closed: a key nobody reads is an error that names its line and the nearest key there is, because a silently
ignored register entry would mean a silently wrong verdict. Nothing else reads these files.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, time
from decimal import Decimal
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final, Literal

from whowaits import gate_settings
from whowaits.closed_toml import ConfigError as ConfigError
from whowaits.closed_toml import Lines, Table, day, money, seconds, text, texts
from whowaits.frozen import dataclass
from whowaits.gate_settings import GateSettings
from whowaits.model import DAY_S, HOUR_S, MINUTE_S, Place, Policy, Waiter

FILE_NAME: Final = "whowaits.toml"
MATCH_FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "key": ("api_key_alias",),
    "service": ("service_name",),
    "job": ("job_name", "workflow_name"),
    "workflow": ("workflow_name",),
    "tag": ("tags",),
    "model": ("model_requested", "model_response", "model_canonical"),
    "user_agent": ("user_agent",),
    "environment": ("environment",),
    "team": ("team",),
    "project": ("project",),
}
"""Key of `match` -> canonical columns of a call, any of which may fit the pattern."""


@dataclass(frozen=True, slots=True)
class WorkloadEntry:
    """What an owner declares about one workload. `match` pairs a key of MATCH_FIELDS with its patterns."""

    name: str
    place: Place
    owner: str | None = None
    match: tuple[tuple[str, tuple[str, ...]], ...] = ()
    code: tuple[str, ...] = ()
    waiter: Waiter | None = None
    deadline_s: float | None = None
    """As given, or from `start` to `due` on the clock of `timezone`, over midnight if need be."""
    start: time | None = None
    due: time | None = None
    timezone: str | None = None
    source: str | None = None
    note: str | None = None
    reviewed: date | None = None
    """When somebody last looked whether it still holds."""

    @property
    def declares(self) -> bool:
        """Whether it says anything about waiting; one that does not is a question that nobody has answered yet."""
        return self.waiter is not None or self.deadline_s is not None


@dataclass(frozen=True, slots=True)
class WrapperEntry:
    """A function or method of one's own that calls a model, so that calls of it are call sites."""

    call: str
    """The qualified name: `package.module.function`, or `package.module.Class.method`."""
    place: Place
    provider: str
    kind: str
    model_argument: str


@dataclass(frozen=True, slots=True)
class RateCard:
    """Own rates of one tier in USD per million tokens, and per thousand web searches; None = as the public price list
    says."""

    input: Decimal | None = None
    cache_read: Decimal | None = None
    cache_write: Decimal | None = None
    cache_write_1h: Decimal | None = None
    output: Decimal | None = None
    web_search: Decimal | None = None


@dataclass(frozen=True, slots=True)
class PriceEntry:
    """Own rates of one model from a day on, until a later entry of the same model starts."""

    provider: str
    model: str
    starts_on: date
    place: Place
    standard: RateCard
    batch: RateCard | None = None
    flex: RateCard | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Config:
    """All that a project decides for itself. `path` is the file it was read from, None without one."""

    policy: Policy = Policy()
    exclude: tuple[str, ...] = ()
    workloads: tuple[WorkloadEntry, ...] = ()
    prices: tuple[PriceEntry, ...] = ()
    wrappers: tuple[WrapperEntry, ...] = ()
    gate: GateSettings = GateSettings()
    path: Path | None = None


def load(start: Path, *, isolated: bool = False) -> Config:
    """Return the configuration of the nearest file at or above `start`; the defaults when there is none.

    Patterns of paths are written as seen from the file; they come back as seen from `start` when that is a folder.
    """
    found = None if isolated else find(start)
    if found is None:
        return Config()
    config, folder = read(found), start.resolve()
    if not folder.is_dir() or folder == found.parent:
        return config
    below = folder.relative_to(found.parent).parts
    workloads = (replace(w, code=_seen_from(below, w.code)) for w in config.workloads)
    gate = gate_settings.seen_from(config.gate, lambda pattern: _pattern_seen_from(below, pattern))
    return replace(config, exclude=_seen_from(below, config.exclude), workloads=tuple(workloads), gate=gate)


def find(start: Path) -> Path | None:
    """Return the nearest configuration file at or above `start`, not looking above the checkout it lies in."""
    folder = start.resolve()
    if not folder.is_dir():
        folder = folder.parent
    for parent in (folder, *folder.parents):
        here = _in_folder(parent)
        if here is not None or (parent / ".git").exists():
            return here
    return None


def _seen_from(below: Sequence[str], patterns: Sequence[str]) -> tuple[str, ...]:
    """The patterns as they must be written inside the folder `below`, without those that mean nothing there."""
    found = (_pattern_seen_from(below, pattern) for pattern in patterns)
    return tuple(pattern for pattern in found if pattern is not None)


def _pattern_seen_from(below: Sequence[str], pattern: str) -> str | None:
    parts = pattern.strip("/").split("/")
    if len(parts) == 1 and not pattern.startswith("/"):
        return pattern  # a name without a slash is meant at any depth
    for depth, name in enumerate(below):
        if depth == len(parts):
            return "**"  # the pattern names a folder around this one
        if parts[depth] == "**":
            return "/".join(parts[depth:])
        if not fnmatchcase(name, parts[depth]):
            return None
    return "/" + "/".join(parts[len(below) :]) if len(parts) > len(below) else "**"


def find_root(paths: Sequence[Path]) -> Path:
    """Return the folder that paths in a report are relative to.

    The one folder named; else the nearest folder around all named paths that holds a configuration file or `.git`;
    else the working directory, or what is common to all paths when they lie outside it.
    """
    if len(paths) == 1 and paths[0].is_dir():
        return paths[0]
    here = Path.cwd()
    common = Path(os.path.commonpath([p.resolve() for p in paths] or [here]))
    if not common.is_dir():
        common = common.parent
    for parent in (common, *common.parents):
        if _in_folder(parent) is not None or (parent / ".git").exists():
            return parent
    return here if common.is_relative_to(here) else common


def read(path: Path) -> Config:
    """Return the configuration that `path` holds, or raise ConfigError with the place of the first mistake."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path.name}: cannot be read: {error}") from None
    return check(path, text)


def check(path: Path, text: str) -> Config:
    """Return the configuration that `text` would be as the file at `path`; ConfigError for a mistake in it."""
    import tomllib

    try:
        data: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(_toml_message(path.name, error)) from None
    prefix: tuple[str, ...] = ()
    if path.name != FILE_NAME:
        prefix = ("tool", "whowaits")
        data = data.get("tool", {}).get("whowaits", {})
    return _config(Table(data, Lines(path.name, text), prefix), path)


def seconds_between(start: time, due: time) -> float:
    """Return the seconds from `start` to the next `due` on the clock; a whole day when they are equal."""
    gap = (due.hour - start.hour) * HOUR_S + (due.minute - start.minute) * MINUTE_S + due.second - start.second
    return float(gap if gap > 0 else gap + DAY_S)


def with_questions(config: Config) -> Config:
    """Return the configuration in which entries without an answer take their calls too, to show which those are."""
    asked = (replace(e, owner=e.owner or e.name) for e in config.workloads)
    return replace(config, workloads=tuple(asked))


def _in_folder(folder: Path) -> Path | None:
    own, shared = folder / FILE_NAME, folder / "pyproject.toml"
    if own.is_file():
        return own
    return shared if shared.is_file() and _speaks_of_us(shared) else None


def _speaks_of_us(pyproject: Path) -> bool:
    try:
        text = pyproject.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    return re.search(r"^\s*\[+\s*tool\s*\.\s*\"?whowaits\b", text, re.MULTILINE) is not None


def _toml_message(name: str, error: ValueError) -> str:
    """tomllib ends its message with "(at line 3, column 7)"; ours begins with the place like all others."""
    found = re.search(r" \(at line (\d+), column \d+\)$", str(error))
    if found is None:
        return f"{name}: {error}"
    return f"{name}:{found[1]}: {str(error)[: found.start()]}"


def _config(table: Table, path: Path) -> Config:
    config = Config(
        policy=table.take("assumed-deadline", gate_settings.assumed_deadline) or Policy(),
        exclude=table.take("exclude", texts) or (),
        workloads=tuple(_workload(t) for t in table.tables("workload")),
        prices=tuple(_price(t) for t in table.tables("price")),
        wrappers=tuple(_wrapper(t) for t in table.tables("wrapper")),
        gate=gate_settings.take(table),
        path=path,
    )
    table.close()
    _refuse_twins([(w.name, w.place) for w in config.workloads], "a workload named")
    _refuse_twins([(w.call, w.place) for w in config.wrappers], "a wrapper of")
    return config


def _workload(table: Table) -> WorkloadEntry:
    start, due = table.take("start", _clock), table.take("due", _clock)
    deadline_s = table.take("deadline", seconds)
    if (start is None) != (due is None):
        raise table.error((), "`start` and `due` belong together")
    if start is not None and due is not None:
        if deadline_s is not None:
            raise table.error(("deadline",), "`deadline` says the same as `start` and `due`; keep one of them")
        deadline_s = seconds_between(start, due)
    entry = WorkloadEntry(
        name=table.need("name", text),
        place=table.place,
        owner=table.take("owner", text),
        match=_match(table.table("match")),
        code=table.take("code", texts) or (),
        waiter=table.take("waiter", _waiter),
        deadline_s=deadline_s,
        start=start,
        due=due,
        timezone=table.take("timezone", _timezone),
        source=table.take("source", text),
        note=table.take("note", text),
        reviewed=table.take("reviewed", day),
    )
    table.close()
    if not entry.match and not entry.code:
        raise table.error((), f"workload `{entry.name}` says neither `match` nor `code`: it would cover nothing")
    return entry


def _match(table: Table | None) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if table is None:
        return ()
    taken = [(key, table.take(key, texts)) for key in MATCH_FIELDS]
    table.close()
    return tuple((key, patterns) for key, patterns in taken if patterns)


def _price(table: Table) -> PriceEntry:
    batch, flex = table.table("batch"), table.table("flex")
    entry = PriceEntry(
        provider=table.need("provider", text),
        model=table.need("model", text),
        starts_on=table.need("from", day),
        place=table.place,
        standard=_rates(table),
        batch=None if batch is None else _rates(batch),
        flex=None if flex is None else _rates(flex),
        source=table.take("source", text),
    )
    for part in (table, batch, flex):
        if part is not None:
            part.close()
    return entry


def _wrapper(table: Table) -> WrapperEntry:
    entry = WrapperEntry(
        call=table.need("call", _qualified),
        place=table.place,
        provider=table.need("provider", text),
        kind=table.take("kind", text) or "chat",
        model_argument=table.take("model-argument", text) or "model",
    )
    table.close()
    return entry


def _qualified(value: object) -> str:
    name = text(value)
    if not re.fullmatch(r"[^\W\d]\w*(\.[^\W\d]\w*)+", name):
        raise ValueError(f"`{name}` is no qualified name; write for example company.llm.ask or company.llm.Client.ask")
    return name


def _rates(table: Table) -> RateCard:
    return RateCard(
        input=table.take("input", money),
        cache_read=table.take("cache-read", money),
        cache_write=table.take("cache-write", money),
        cache_write_1h=table.take("cache-write-1h", money),
        output=table.take("output", money),
        web_search=table.take("web-search", money),
    )


def _refuse_twins(named: Sequence[tuple[str, Place]], what: str) -> None:
    seen: dict[str, Place] = {}
    for name, place in named:
        if name in seen:
            raise ConfigError(f"{place}: {what} `{name}` is already on line {seen[name].line}")
        seen[name] = place


def _waiter(value: object) -> Waiter:
    allowed: tuple[Literal["person", "program", "nobody"], ...] = ("person", "program", "nobody")
    for waiter in allowed:
        if value == waiter:
            return waiter
    raise ValueError(f"`{value}` is no waiter; choose {', '.join(allowed)}")


def _clock(value: object) -> time:
    if isinstance(value, time):
        return value
    if not isinstance(value, str) or not re.fullmatch(r"\d{1,2}:\d\d(:\d\d)?", value):
        raise ValueError(f'`{value}` is no time of day; write for example "02:00"')
    return time.fromisoformat(value if value[1] != ":" else f"0{value}")


def _timezone(value: object) -> str:
    import difflib
    from zoneinfo import ZoneInfo, available_timezones

    name = text(value)
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        near = difflib.get_close_matches(name, available_timezones(), n=1) or ["Europe/Berlin"]
        raise ValueError(f'`{name}` is no time zone; write for example "{near[0]}"') from None
    return name
