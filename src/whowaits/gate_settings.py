"""The tables of the configuration that say what may pass: rules that report, waivers, and when a run fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Final, Literal, get_args

from whowaits.closed_toml import Table, day, money, seconds, text, texts
from whowaits.frozen import dataclass
from whowaits.model import Place, Policy

FailOn = Literal["new", "new-required", "none"]
FAIL_ON: Final[tuple[FailOn, ...]] = get_args(FailOn)


@dataclass(frozen=True, slots=True)
class Waiver:
    """Findings that an owner accepts for a reason, by path or by fingerprint, for good or until a day."""

    place: Place
    reason: str
    path: str | None = None
    fingerprint: str | None = None
    rules: tuple[str, ...] = ()
    """Patterns of rule ids; none = every rule."""
    until: date | None = None
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class PerPath:
    """What is decided otherwise for a part of the tree."""

    path: str
    select: tuple[str, ...] = ()
    """Patterns of the rules that report there; none = every rule."""
    ignore: tuple[str, ...] = ()
    policy: Policy | None = None
    """How work there is judged whose driver stands there; None = as everywhere."""


@dataclass(frozen=True, slots=True)
class GateSettings:
    """What a project decides about `check`."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_path: tuple[PerPath, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    fail_on: FailOn = "new"
    min_saving: Decimal | None = None
    budget: Decimal | None = None
    baseline: str | None = None
    rule_link: str | None = None
    """Where the documents of the rules are kept; `{rule}` stands for the id."""


def take(table: Table) -> GateSettings:
    """Take the keys of the gate out of the top table."""
    return GateSettings(
        select=table.take("select", texts) or (),
        ignore=table.take("ignore", texts) or (),
        per_path=tuple(_per_path(t) for t in table.tables("per-path")),
        waivers=tuple(_waiver(t) for t in table.tables("waiver")),
        fail_on=table.take("fail-on", one_of_fail_on) or "new",
        min_saving=table.take("min-saving", money),
        budget=table.take("budget", money),
        baseline=table.take("baseline", text),
        rule_link=table.take("rule-link", text),
    )


def one_of_fail_on(value: object) -> FailOn:
    """Return when a run fails."""
    for known in FAIL_ON:
        if value == known:
            return known
    raise ValueError(f"`{value}` is no policy; choose {', '.join(FAIL_ON)}")


def seen_from(settings: GateSettings, change: Callable[[str], str | None]) -> GateSettings:
    """Return the settings with each pattern of a path as `change` writes it; what it drops means nothing there."""
    per_path = [replace(p, path=new) for p in settings.per_path if (new := change(p.path)) is not None]
    waivers = [w if w.path is None else replace(w, path=change(w.path) or "") for w in settings.waivers]
    return replace(settings, per_path=tuple(per_path), waivers=tuple(w for w in waivers if w.path != ""))


def assumed_deadline(value: object) -> Policy:
    """Return the policy that assumes this deadline, or with "none" no deadline, for bulk work without one."""
    return Policy(None if value == "none" else seconds(value))


def _per_path(table: Table) -> PerPath:
    made = PerPath(
        path=table.need("path", text),
        select=table.take("select", texts) or (),
        ignore=table.take("ignore", texts) or (),
        policy=table.take("assumed-deadline", assumed_deadline),
    )
    table.close()
    if not made.select and not made.ignore and made.policy is None:
        raise table.error((), "say `select`, `ignore` or `assumed-deadline`: nothing is decided for this path")
    return made


def _waiver(table: Table) -> Waiver:
    made = Waiver(
        place=table.place,
        reason=table.need("reason", text),
        path=table.take("path", text),
        fingerprint=table.take("fingerprint", text),
        rules=table.take("rule", texts) or (),
        until=table.take("until", day),
        owner=table.take("owner", text),
    )
    table.close()
    if (made.path is None) == (made.fingerprint is None):
        raise table.error((), "a waiver says either `path` or `fingerprint`")
    return made
