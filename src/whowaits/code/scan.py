"""The code half: a tree of files -> every call site with its usages, one verdict each, and the findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path as File
from typing import Final

from whowaits import judge, rules
from whowaits.code import files, findings, index, kept, paths, scheduled, wrappers
from whowaits.code.asked import Asked
from whowaits.code.collection import no_collection
from whowaits.code.declared import Declarations
from whowaits.code.evidence import Reader, Reading, Rules
from whowaits.code.gate import with_states
from whowaits.code.marks import Marks
from whowaits.code.names import Names, Paths, paths_of
from whowaits.code.per_path import Policies
from whowaits.code.remembered import Remembered
from whowaits.code.site import Site
from whowaits.code.sources import Sources
from whowaits.code.store import Store
from whowaits.code.suppressions import Suppressions
from whowaits.config import Config
from whowaits.deadlines import due_times, jobs, runbooks
from whowaits.frozen import dataclass
from whowaits.model import (
    OFFER_NONE,
    OFFER_PREPAID,
    CallSite,
    Evidence,
    Finding,
    Offer,
    Place,
    Scan,
    Skipped,
    Tier,
    Usage,
    Verdict,
)

_RANK: Final = {"batch": 0, "flex": 1, "unknown": 2, "sync": 3}
_TIERS: Final[frozenset[str]] = frozenset({"standard", "batch", "flex", "priority", "provisioned"})


def scan(
    root: File,
    named: Sequence[File],
    config: Config,
    *,
    cache: bool = True,
    names_of: Paths | None = None,
    as_of: date | None = None,
    given: Mapping[str, bytes] | None = None,
) -> Scan:
    """What the code under `root` does with models; of the whole tree, only what touches `named` is reported.

    `names_of` says how files are called in fingerprints, where that is not how they are called now. Suppressions hold
    on the day `as_of`; without it none is over. `given` is what some files hold instead of what is on the disk.
    """
    with no_collection():
        return _scan(root, named, config, cache, names_of, as_of, given)


def _scan(
    root: File,
    named: Sequence[File],
    config: Config,
    cache: bool,
    names_of: Paths | None,
    as_of: date | None,
    given: Mapping[str, bytes] | None,
) -> Scan:
    listed = files.listed(root, config.exclude)
    here = {*listed.names, *(given or ())}
    looked = index.look(root, here, Store(root, index.version()) if cache else None, given or {}, listed.nameless)
    tree = _found(looked, wrappers.with_wrappers(rules.load_calls(), config.wrappers))
    sites = tree.sites
    others = files.names(root, config.exclude, suffixes=("",)) if sites else []
    written, unclear = scheduled.find(looked, others)
    sources = Sources(root, given)
    remembered = Remembered(looked.store)
    reader = Reader(sources, remembered, Rules(rules.load_code()), written)
    marks = Marks(sources)
    proposals = due_times.settled(runbooks.find(root, others), written)
    declarations = Declarations(marks, config, proposals, as_of)
    suppressions = Suppressions(marks, config.gate.waivers, as_of)
    policies = Policies(config)
    asked, names = Asked(root, named), Names(names_of or paths_of(root))
    judged: list[CallSite] = []
    reported: list[Finding] = []
    for site in asked.sites(sites, written):
        call_site = _Judged(site, reader, declarations, policies, names).call_site()
        about = [f for f in findings.of(site, call_site, names) if asked.reports(f, call_site)]
        reported += (suppressions.applied(finding, call_site) for finding in about)
        if about or asked.file(site.path):
            judged.append(call_site)
    marked = [path for path in looked.marked() if asked.file(path)]
    reported += suppressions.wrong(marked, names, declarations.heard)
    unused: list[Skipped] = []
    if asked.everything and config.path is not None and config.path.parent == root.resolve():
        reported += suppressions.wrong_waivers(names)
        unused += wrappers.unused(config.wrappers, sites)
    remembered.keep()
    looked.keep()
    if looked.store is not None:
        looked.store.write()
    skipped = [*tree.skipped, *unclear, *reader.skipped.values(), *marks.not_understood(marked)]
    skipped += [*asked.not_code(written), *unused]
    done = Scan(
        root=files.shown(root.as_posix()),
        files=tree.files,
        call_sites=tuple(judged),
        findings=tuple(reported),
        skipped=tuple(sorted(skipped, key=_skipped_place)),
        written=jobs.written(written, proposals),
        prefix=names.prefix,
    )
    return with_states(done)


def _found(tree: index.Tree, calls: rules.Calls) -> kept.Found:
    """The model calls of the tree, in the order of place: those of last time where no change bears on them."""
    known = kept.recall(tree, calls)
    if known.found is not None:
        return known.found
    facts = tree.facts(known.replies)
    sites = sorted(paths.find_sites(facts, calls, rules.load_code()), key=_place)
    kept.keep(tree, facts, sites, calls)
    return kept.Found(tree.parsed(), tree.skipped(), sites)


def _place(site: Site) -> tuple[str, int, int, int]:
    return site.path, site.cell or 0, site.line, site.column


def _skipped_place(skipped: Skipped) -> tuple[str, int, int]:
    return skipped.place.path, skipped.place.cell or 0, skipped.place.line or 0


@dataclass(frozen=True, slots=True)
class _Judged:
    """A call site on its way from paths to verdicts."""

    site: Site
    reader: Reader
    declarations: Declarations
    policies: Policies
    names: Names

    def call_site(self) -> CallSite:
        site = self.site
        usages = self._usages()
        deciding, others = usages[0], usages[1:]
        slow = deciding.verdict.route in ("batch", "flex")
        return CallSite(
            place=Place(site.path, site.line, site.column, site.cell),
            end_line=site.end_line,
            function=site.function,
            call=site.call,
            provider=site.provider,
            model=site.model,
            kind=site.kind,
            tier=_tier(site.tier),
            offer=self._offer(),
            usages=usages,
            also_waited=slow and any(_is_waited(u) for u in others),
        )

    def _offer(self) -> Offer:
        if self.site.self_hosted:
            return OFFER_NONE
        if self.site.tier == "provisioned":
            return OFFER_PREPAID
        return rules.load_offers().for_call(self.site.rule, self.site.provider, self.site.model, self.site.kind)

    def _usages(self) -> tuple[Usage, ...]:
        """One usage for each driver and entry point; of several ways between the same two, the one that decides."""
        readings = [self.reader.read(self.site, path) for path in self.reader.ways(self.site)]
        drafts = [self._usage(reading) for reading in readings]
        if any(_is_for_people(draft.usage) for draft in drafts):
            drafts = [self._usage(self.reader.beside_people(reading)) for reading in readings]
        best: dict[object, findings.Draft] = {}
        for draft in sorted(drafts, key=_order):
            best.setdefault((draft.usage.driver, draft.usage.entry), draft)
        return findings.named(self.site, list(best.values()), self.names)

    def _usage(self, reading: Reading) -> findings.Draft:
        evidence = (*reading.evidence, *self.declarations.about(self.site, reading))
        place = reading.driver.place if reading.driver else None
        policy = self.policies.at(place.path if place else self.site.path)
        verdict = judge.judge(evidence, self._offer(), policy)
        if not verdict.bulk:
            verdict = replace(verdict, question=None)  # one call is not worth a question
        driver = reading.driver
        rule = _rule(reading, evidence, verdict)
        usage = Usage(
            verdict=verdict,
            rule=rule,
            fingerprint="",
            evidence=evidence,
            shape=driver.shape if driver else None,
            driver=driver.place if driver else None,
            entry=reading.entry,
            via=reading.via,
        )
        return findings.Draft(usage, driver.function if driver else "", _entry_name(reading))


def _tier(tier: str) -> Tier:
    return tier if tier in _TIERS else "unknown"  # type: ignore[return-value]


def _is_waited(usage: Usage) -> bool:
    """Whether somebody or the next call waits in a usage; that a test does is no news."""
    return not usage.in_test and (usage.verdict.waiter == "person" or usage.verdict.row in judge.WAITED_ROWS)


def _is_for_people(usage: Usage) -> bool:
    return not usage.in_test and usage.verdict.waiter == "person"


def _order(draft: findings.Draft) -> tuple[int, str, int, str, int]:
    usage = draft.usage
    driver, entry = usage.driver, usage.entry.place if usage.entry else None
    return (
        _RANK[usage.verdict.route],
        driver.path if driver else "",
        (driver.line or 0) if driver else 0,
        entry.path if entry else "",
        (entry.line or 0) if entry else 0,
    )


def _rule(reading: Reading, evidence: Sequence[Evidence], verdict: Verdict) -> str:
    """The rule that names the usage: of whoever waits, else of the driver, else of the entry point."""
    claims = sorted((e for e in evidence if not e.hint), key=lambda e: -e.basis)
    if verdict.row in (1, 2, 4):
        wanted = [e for e in claims if (e.waiter == verdict.waiter if verdict.row != 2 else e.chain is not None)]
        if wanted:
            return wanted[0].rule
    if reading.driver is not None:
        return reading.driver.rule
    return reading.entry_rule or (evidence[0].rule if evidence else "no-caller")


def _entry_name(reading: Reading) -> str:
    entry = reading.entry
    return f"{entry.kind}:{entry.place.path if entry.place else ''}:{reading.via[0].function if reading.via else ''}"
