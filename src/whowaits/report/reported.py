"""Findings as other programs want them: with the whole path, the lines of the call, the way from the driver to it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal

from whowaits.model import CallSite, Finding, Place, Saving, Scan, State, Usage
from whowaits.report import words

ACTIVE: frozenset[State | None] = frozenset({None, "new"})


@dataclass(frozen=True, slots=True)
class Step:
    """One place on the way from the driver to the call, and what it is."""

    path: str
    line: int | None
    cell: int | None
    what: str


@dataclass(frozen=True, slots=True)
class Reported:
    """One finding. Lines are None where they mean nothing in the file: in a notebook they count inside a cell."""

    finding: Finding
    usage: Usage | None
    path: str
    line: int | None
    end_line: int | None
    column: int | None
    steps: tuple[Step, ...]
    act_at: Step
    """Where a person would act: what makes many calls, else the call. A change that adds a loop changes its file."""

    @property
    def where(self) -> str:
        """The place for people: path, cell, line."""
        place = self.finding.place
        return words.clean(str(Place(self.path, place.line, cell=place.cell)))

    @property
    def message(self) -> str:
        return words.clean(self.finding.message, 400)

    @property
    def told_there(self) -> str:
        """The message as it reads at `act_at`: with the call, where that is elsewhere."""
        place, there = self.finding.place, self.act_at
        is_call = (there.path, there.cell, there.line) == (self.path, place.cell, place.line)
        told = self.message if is_call else f"{self.message} The call: {self.where}."
        return told if there.cell is None else f"cell {there.cell}, line {there.line}: {told}"

    @property
    def monthly_usd(self) -> Decimal | None:
        return None if self.usage is None else self.usage.monthly_usd

    @property
    def saving(self) -> Saving | None:
        return None if self.usage is None else self.usage.saving


def reported(scan: Scan, states: Collection[State | None] = ACTIVE) -> list[Reported]:
    """Return the findings in these states, in their order."""
    sites = {site.place: site for site in scan.call_sites}
    return [
        _one(f, sites.get(f.call_site) if f.call_site else None, scan.prefix)
        for f in scan.findings
        if f.state in states
    ]


def _one(finding: Finding, site: CallSite | None, prefix: str) -> Reported:
    place, usage = finding.place, _usage(finding, site)
    in_file = place.cell is None
    end_line = site.end_line if site is not None else place.line
    return Reported(
        finding=finding,
        usage=usage,
        path=prefix + place.path,
        line=place.line if in_file else None,
        end_line=end_line if in_file else None,
        column=place.column if in_file else None,
        steps=tuple(_steps(finding, usage, prefix)),
        act_at=_step(finding.driver or place, prefix, finding.rule),
    )


def _usage(finding: Finding, site: CallSite | None) -> Usage | None:
    """The usage whose evidence tells why; for a finding about the call itself, the one that decides."""
    if site is None:
        return None
    of_it = [u for u in site.usages if (u.rule, u.driver) == (finding.rule, finding.driver)]
    return of_it[0] if of_it else site.deciding


def _step(place: Place, prefix: str, what: str) -> Step:
    return Step(prefix + place.path, place.line, place.cell, what)


def _steps(finding: Finding, usage: Usage | None, prefix: str) -> Iterator[Step]:
    """From what makes many calls down to the function that holds the call."""
    if usage is None:
        return
    if usage.driver is not None and usage.driver != finding.place:
        driver = usage.driver
        what = next((e.says for e in usage.evidence if e.place == driver and e.rule == usage.rule), usage.rule)
        yield _step(driver, prefix, what)
    for frame in usage.via[:-1]:
        yield _step(frame.place, prefix, f"on the way, in {frame.function}")
