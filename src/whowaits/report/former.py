"""A former report, read back from its JSON: as much of it as a comparison needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import orjson

from whowaits.model import WrongUse
from whowaits.plain import read as read_plain
from whowaits.report.json import FORMAT

FOREIGN: Final = "is no report that `whowaits audit` or `whowaits report` wrote as JSON"


@dataclass(frozen=True, slots=True)
class FormerHeadline:
    bill_usd: Decimal
    already_slow_usd: Decimal
    batchable_usd: Decimal
    saving_usd_low: Decimal
    saving_usd_high: Decimal


@dataclass(frozen=True, slots=True)
class FormerWorkload:
    name: str
    spend_usd: Decimal | None
    already_slow_usd: Decimal
    movable_usd: Decimal | None
    saving_usd_low: Decimal | None
    saving_usd_high: Decimal | None
    dearer_on_the_slow_tier: bool
    owner: str | None = None
    realised_usd: Decimal | None = None

    @property
    def proposed(self) -> bool:
        """Whether the report proposed to move it."""
        return self.movable_usd is not None and not self.dearer_on_the_slow_tier


@dataclass(frozen=True, slots=True)
class FormerWaiver:
    state: str
    rule: str
    path: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class FormerLogs:
    started_at: datetime | None
    ended_at: datetime | None
    days: int | None


@dataclass(frozen=True, slots=True)
class FormerBasis:
    logs: FormerLogs | None


@dataclass(frozen=True, slots=True)
class Former:
    """One former report. Its fields are the keys of the JSON report; what was added to that later has a default."""

    name: str
    as_of: date
    headline: FormerHeadline | None
    workloads: tuple[FormerWorkload, ...]
    basis: FormerBasis
    waivers: tuple[FormerWaiver, ...] = ()

    @property
    def logs(self) -> FormerLogs:
        """What its money rests on."""
        assert self.basis.logs is not None
        return self.basis.logs


def read(path: Path) -> Former:
    """Return a former report. WrongUse for a file that is none, that is newer than this version, or without logs."""
    try:
        said = orjson.loads(path.read_bytes())
    except OSError as error:
        raise WrongUse(f"{path}: cannot be read: {error.strerror}") from error
    except orjson.JSONDecodeError as error:
        raise WrongUse(f"{path}: {FOREIGN}") from error
    _check(said, path)
    try:
        former = read_plain(Former, said)
    except ValueError as error:
        raise WrongUse(f"{path}: {FOREIGN}: {error}") from error
    if former.headline is None or former.basis.logs is None:
        raise WrongUse(f"{path}: was written without logs, so there is no money in it to compare with")
    return former


def _check(said: Any, path: Path) -> None:
    tool = said.get("tool") if isinstance(said, dict) else None
    if not isinstance(tool, dict) or tool.get("name") != "whowaits" or "workloads" not in said:
        raise WrongUse(f"{path}: {FOREIGN}")
    number = said.get("format")
    if type(number) is not int or number > FORMAT:
        raise WrongUse(f"{path}: is of format {number}, and this whowaits knows {FORMAT}: update it")
