"""One path to a call -> what it says about waiting: evidence, the driver, the entry point."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final, NamedTuple

from whowaits.code import steps
from whowaits.code.demonstrations import Demonstrations
from whowaits.code.remembered import Remembered
from whowaits.code.site import Path, Site, Step
from whowaits.code.sources import Sources
from whowaits.code.ways import QUEUED_CALL, RUNS_NOW, fits, is_queued, ways
from whowaits.deadlines.schedule import Schedule
from whowaits.frozen import dataclass
from whowaits.model import Basis, Entry, Evidence, Frame, Place, Shape, Skipped
from whowaits.rules import CodeRule

if TYPE_CHECKING:
    from whowaits.code.pauses import Pauses

READS_RESULT: Final = "reads-result"
STREAMED: Final = "streamed-answer"
JOINS, PASSES = "joins-pieces", "passes-pieces"
GROWING_MESSAGES, NEW_CONVERSATION = "growing-messages", "new-conversation"
SAME_QUESTION: Final = "same-question"
DEMONSTRATION: Final = "demonstration"
REPETITION: Final = "repetition"
EVALUATION: Final = "evaluation"
_SLEEPS: Final = re.compile(r"\b(sleep|wait)\(")
_BY_HAND: Final = ("script", "cli", "command", "none")
_UNRULED: Final = {"none": "no-caller", "script": "script"}
"""Kinds of entry points that follow from the paths alone -> what they are called as evidence."""


class Driver(NamedTuple):
    """What makes many calls out of one. A weak driver loops over a handful of literals only."""

    rule: str
    shape: Shape
    place: Place
    weak: bool
    function: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What one path says."""

    evidence: tuple[Evidence, ...]
    driver: Driver | None
    entry: Entry
    entry_rule: str | None
    via: tuple[Frame, ...]


class Rules:
    """The code rules, by what makes them speak."""

    def __init__(self, rules: Iterable[CodeRule]) -> None:
        every = sorted(rules, key=lambda r: r.id)
        self.by_id: Mapping[str, CodeRule] = {r.id: r for r in every}
        self.by_fact: Mapping[str, CodeRule] = {r.when.fact: r for r in every if r.when.fact}
        self._handed = [r for r in every if r.when.passed_to and r.says.entry is None]

    def handed_to(self, callable_name: str) -> CodeRule | None:
        """The rule about what a callable does with a function it is handed; the longest pattern that fits decides."""
        fitting = [
            (-len(pattern), rule.id)
            for rule in self._handed
            for pattern in rule.when.passed_to
            if fnmatchcase(callable_name, pattern)
        ]
        return self.by_id[min(fitting)[1]] if fitting else None


class Reader:
    """Reads paths of one tree; each function is read once for each call in it."""

    def __init__(
        self,
        sources: Sources,
        remembered: Remembered,
        rules: Rules,
        schedules: Sequence[Schedule],
    ) -> None:
        self._sources = sources
        self._remembered = remembered
        self._rules = rules
        self._schedules = schedules
        self._demonstrations = Demonstrations(sources)
        self._known: dict[tuple[Step, bool, bool, bool], steps.StepFacts] = {}
        self._slept: dict[tuple[str, int | None], Pauses] = {}
        self.skipped: dict[Place, Skipped] = {}

    def ways(self, site: Site) -> list[Path]:
        """The paths to a site as far as what stands on them bears on whether its answer is waited for."""
        return ways(site, self._reads_result)

    def _reads_result(self, site: Site, step: Step) -> bool:
        return READS_RESULT in self._names(site, step)

    def read(self, site: Site, path: Path) -> Reading:
        """What one path to `site`, one of its `ways`, says."""
        evidence: list[Evidence] = []
        drivers: list[Driver] = []
        conversations: list[Evidence] = []
        for rule, place in self._about_call(site):
            self._add(rule, place, site.rule.kind == "embedding", site.function, evidence, drivers)
        kept_for_later = passed_on = False
        for number, step in enumerate(path.steps):
            background = path.entry.rule == QUEUED_CALL and step is path.steps[-1]
            kept_for_later = kept_for_later or self._keeps(step)
            became = self._names(site, step) if number and passed_on else set()
            if JOINS in became:
                evidence = [replace(e, hint=True) if e.rule == STREAMED else e for e in evidence]
            passed_on = passed_on and PASSES in became
            if number and not drivers and NEW_CONVERSATION in self._names(site, step):
                evidence = [e for e in evidence if e not in conversations]
            for rule, place, weak, value in self._about_step(site, step, number == 0):
                drives = rule.says.shape is not None
                passed_on = passed_on or (rule.id == STREAMED and weak)
                if background and not drives:
                    continue  # whoever stands above a queue does not wait for what comes out of it
                if kept_for_later and drives:
                    continue  # a loop that registers functions does not run them
                self._add(rule, place, weak, step.function, evidence, drivers, value)
                if rule.id == GROWING_MESSAGES and weak:
                    conversations.append(evidence[-1])
        entry = Entry(path.entry.kind, Place(path.entry.path, path.entry.line, cell=path.entry.cell))
        entry_rule = self._rules.by_id.get(path.entry.rule or _UNRULED.get(path.entry.kind, ""))
        if entry_rule is not None and entry.place is not None:
            self._add(entry_rule, entry.place, False, path.steps[-1].function, evidence, drivers)
        if (shown := self._demonstrations.step(site, path)) is not None:
            place = Place(shown.path, shown.line, shown.column, shown.cell)
            self._add(self._rules.by_fact[DEMONSTRATION], place, False, shown.function, evidence, drivers)
            drivers = []
        driver = _choose(drivers, repeats=any(e.rule == SAME_QUESTION for e in evidence))
        scheduled = self._scheduled(path)
        evidence.extend(s.evidence for s in scheduled)
        if driver is None and scheduled:
            first = scheduled[0]
            driver = Driver("schedule", "scheduled", first.place, False, first.function or "")
        via = _via(path)
        rule_id = entry_rule.id if entry_rule is not None else None
        return Reading(tuple(_settled(evidence, driver)), driver, entry, rule_id, via)

    def beside_people(self, reading: Reading) -> Reading:
        """The same where people wait for the call elsewhere: a run that tries out what they use claims nothing."""
        if not self._tries_out(reading):
            return reading
        evidence = [replace(e, hint=True) if _says_nobody(e) else e for e in reading.evidence]
        evidence.append(self._rules.by_fact[EVALUATION].says.evidence(EVALUATION, place=reading.entry.place))
        return replace(reading, evidence=tuple(dict.fromkeys(evidence)), driver=None)

    def _tries_out(self, reading: Reading) -> bool:
        """Whether somebody starts by hand what loops in an evaluation or an example."""
        driver = reading.driver
        if driver is None or driver.shape == "scheduled" or reading.entry.kind not in _BY_HAND:
            return False
        return fits(driver.place.path, self._rules.by_fact[EVALUATION].when.in_file)

    def _about_call(self, site: Site) -> Iterator[tuple[CodeRule, Place]]:
        place = Place(site.path, site.line, site.column, site.cell)
        fans_out = site.rule.fanout and not site.searched
        seen = {"fanout-call": fans_out, "agent-run": site.rule.context == "agent_loop"}
        yield from ((self._rules.by_fact[name], place) for name, holds in seen.items() if holds)

    def _about_step(self, site: Site, step: Step, first: bool) -> Iterator[tuple[CodeRule, Place, bool, float | None]]:
        seen = self._facts(site, step, first)
        for name, line in (*seen.handed_to, *([(step.through, step.line)] if step.through else ())):
            if rule := self._rules.handed_to(name):
                yield rule, Place(step.path, line, cell=step.cell), False, None
        for fact in seen.facts:
            if rule := self._rules.by_fact.get(fact.name):
                yield rule, Place(step.path, fact.line, cell=step.cell), fact.weak, fact.value

    def _facts(self, site: Site, step: Step, first: bool) -> steps.StepFacts:
        streams = first and _streams(site)
        chat = first and site.rule.context in ("conversation", "session")
        key = (step, first, streams, chat)
        if key not in self._known:
            self._known[key] = self._read_step(step, first, streams, chat)
        return self._known[key]

    def _read_step(self, step: Step, first: bool, streams: bool, chat: bool) -> steps.StepFacts:
        text, step = self._sources.function(step)
        known = (first, streams, chat, frozenset(step.others), self._pauses(text, step))
        try:
            return self._remembered.read(text, step, known)
        except steps.UnreadableError as error:
            place = Place(step.path, step.first_line, cell=step.cell)
            self.skipped[place] = Skipped(place, f"`{step.function}` {error}")
            return steps.NOTHING

    def _pauses(self, text: str, step: Step) -> steps.Pauses:
        """How long the step sleeps, where a loop that may be a schedule is around its call."""
        if not any(e.kind == "while" for e in step.enclosures) or not _SLEEPS.search(text):
            return ()
        from whowaits.code.pauses import Pauses

        key = (step.path, step.cell)
        if key not in self._slept:
            self._slept[key] = Pauses(step.path, "".join(self._sources.lines(*key)))
        return self._slept[key].between(step.first_line, step.last_line)

    def _names(self, site: Site, step: Step) -> set[str]:
        """The names of the facts of a step above the call."""
        return {fact.name for fact in self._facts(site, step, False).facts}

    def _keeps(self, step: Step) -> bool:
        """Whether the step hands a function to something that keeps it, to run it at its own time."""
        if step.through is None or is_queued(step) or fits(step.through, RUNS_NOW):
            return False
        return self._rules.handed_to(step.through) is None

    def _scheduled(self, path: Path) -> list[Schedule]:
        top = path.steps[-1]
        ways = [(step.path, step.function, path.entry.kind if step is top else None) for step in path.steps]
        return [s for s in self._schedules if any(s.runs(*way) for way in ways)]

    def _add(
        self, rule: CodeRule, place: Place, weak: bool, function: str,
        evidence: list[Evidence], drivers: list[Driver], value: float | None = None,
    ) -> None:  # fmt: skip
        evidence.append(rule.says.evidence(rule.id, place=place, deadline_s=value))
        if rule.says.shape is not None:
            drivers.append(Driver(rule.id, rule.says.shape, place, weak, function))


def _via(path: Path) -> tuple[Frame, ...]:
    """The way down, outermost first; a lambda is a step of its own only on paths."""
    frames: dict[tuple[str, int | None, int, str], Frame] = {}
    for step in path.steps[::-1]:
        place = Place(step.path, step.line, step.column, step.cell)
        frames.setdefault((step.path, step.cell, step.line, step.function), Frame(place, step.function))
    return tuple(frames.values())


def _streams(site: Site) -> bool:
    form, _, names = site.rule.streaming.partition(":")
    if form == "method":
        return any(site.call.endswith("." + name.strip()) for name in names.replace("|", ",").split(","))
    return form == "always"


def _choose(drivers: Sequence[Driver], repeats: bool) -> Driver | None:
    """The innermost driver over real data, else the innermost one; data drives no call that asks the same each time."""
    if repeats:
        drivers = [d for d in drivers if d.shape == "scheduled" or d.rule == REPETITION]
    return next((d for d in drivers if not d.weak), drivers[0] if drivers else None)


def _settled(evidence: Sequence[Evidence], driver: Driver | None) -> Iterator[Evidence]:
    """Each observation once; with somebody above a driver, the driver no longer claims that nobody waits.

    Where no driver is left, for the same is asked every time or samples are, what looked like one is a hint.
    """
    same = driver is None and any(e.rule in (SAME_QUESTION, DEMONSTRATION) for e in evidence)
    waited = any(e.waiter in ("person", "program") and e.basis >= Basis.STATED and not e.hint for e in evidence)
    for e in dict.fromkeys(evidence):
        claims_nobody = _says_nobody(e)
        if claims_nobody and same:
            yield replace(e, hint=True)
        else:
            yield replace(e, waiter=None, deadline_s=None) if waited and claims_nobody else e


def _says_nobody(evidence: Evidence) -> bool:
    """Whether it says by its shape that nobody waits."""
    return evidence.waiter == "nobody" and evidence.basis is Basis.INFERRED
