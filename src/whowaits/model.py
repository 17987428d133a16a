"""The vocabulary: every word of the product as a frozen value.

Nothing but the standard library, no behaviour beyond what follows from a value alone. Column names, JSON keys and
the words of the report derive from the names here (see docs/glossary.md).
"""

from __future__ import annotations

import enum
from dataclasses import field
from datetime import date, datetime
from decimal import Decimal
from typing import Final, Literal

from whowaits.frozen import dataclass

MINUTE_S: Final = 60
HOUR_S: Final = 3_600
DAY_S: Final = 86_400
WEEK_S: Final = 604_800
FLEX_S: Final = 900
"""Shortest deadline that a flex tier serves, unless its offer says otherwise."""
NANO_USD: Final = Decimal("0.000000001")
"""The smallest amount of money that is told apart."""

Waiter = Literal["person", "program", "nobody", "unknown"]
Route = Literal["sync", "flex", "batch", "unknown"]
Urgency = Literal["try", "required"]
Shape = Literal["loop", "comprehension", "fanout", "dataframe", "queue_consumer", "scheduled"]
Tier = Literal["standard", "batch", "flex", "priority", "provisioned", "unknown"]
Sold = Literal["batch", "flex", "both", "none", "unknown"]
State = Literal["new", "known", "suppressed"]
Chain = int | Literal["open"]
"""How many calls of one series must follow one another; "open" = no bound is known."""


class WrongUse(Exception):
    """A wrong flag, file, rule or setting: the message names its place and what would be right."""


class Basis(enum.IntEnum):
    """Where a fact comes from; a larger value outranks a smaller one."""

    ASSUMED = 1
    INFERRED = 2
    STATED = 3
    DECLARED = 4

    def __str__(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A position in a file. `path` is relative to the root, with "/"; lines and columns count from 1."""

    path: str
    line: int | None = None
    column: int | None = None
    cell: int | None = None

    def __str__(self) -> str:
        where = self.path if self.cell is None else f"{self.path}:cell {self.cell}"
        return where if self.line is None else f"{where}:{self.line}"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One observation about waiting, with its place.

    It makes a claim (`waiter`, `deadline_s`, `bulk`, `chain`) or is a `hint`: a hint is shown and words the
    question, it never decides. `proposal` marks a sentence somebody wrote down without declaring it (a runbook):
    its deadline may shorten an inferred or assumed one, never lengthen any.
    """

    rule: str
    says: str
    basis: Basis
    place: Place | None = None
    hint: bool = False
    proposal: bool = False
    waiter: Waiter | None = None
    deadline_s: float | None = None
    bulk: bool = False
    chain: Chain | None = None
    stages: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """What is written down about programs by the names they may go by: a schedule, a sentence of a document."""

    subjects: tuple[str, ...]
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Offer:
    """What a provider sells for waiting, as far as the judge needs to know it."""

    sold: Sold
    window_s: int = DAY_S
    """Longest time the batch offer takes, as the provider guarantees it."""
    flex_s: int = FLEX_S
    """Shortest deadline that the flex offer serves."""
    prepaid: bool = False
    """Whether the calls run on capacity that is paid for whether it is used or not."""


OFFER_UNKNOWN: Final = Offer("unknown")
OFFER_NONE: Final = Offer("none")
OFFER_PREPAID: Final = Offer("none", prepaid=True)


@dataclass(frozen=True, slots=True)
class Policy:
    """What the owner decides once for all workloads."""

    assumed_deadline_s: float | None = DAY_S
    """Deadline of bulk work that nobody waits for and nobody gave one; None leaves such work `unknown`."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Where calls belong, and why. `row` is the row of the verdict table (docs/verdicts.md) that decided."""

    route: Route
    urgency: Urgency | None
    waiter: Waiter
    deadline_s: float | None
    deadline_basis: Basis | None
    basis: Basis | None
    bulk: bool
    chain: Chain
    row: int
    notes: tuple[str, ...] = ()
    question: str | None = None


@dataclass(frozen=True, slots=True)
class Saving:
    """What an offer would have saved on calls that were made, as a range, with where the rates come from."""

    low_usd: Decimal
    high_usd: Decimal
    basis: Literal["rates", "factor"]
    """`rates`: the provider's own rates of both tiers. `factor`: the offer's flat factor, rates unknown."""
    source: str
    as_of: str


@dataclass(frozen=True, slots=True)
class Entry:
    """What starts the code that reaches a call site."""

    kind: str
    place: Place | None


@dataclass(frozen=True, slots=True)
class Frame:
    """One function on the way from the driver down to the call; `place` is the call inside it that leads on."""

    place: Place
    function: str


@dataclass(frozen=True, slots=True)
class Usage:
    """One way in which a call site is used: (call site, driver, entry point). The unit judged in code."""

    verdict: Verdict
    rule: str
    fingerprint: str
    evidence: tuple[Evidence, ...]
    shape: Shape | None = None
    driver: Place | None = None
    entry: Entry | None = None
    via: tuple[Frame, ...] = ()
    state: State | None = None
    monthly_usd: Decimal | None = None
    saving: Saving | None = None

    @property
    def in_test(self) -> bool:
        """Whether a test starts it: such a usage is listed, and is neither traffic nor a finding."""
        return self.entry is not None and self.entry.kind == "test"


@dataclass(frozen=True, slots=True)
class CallSite:
    """One place in code that calls a model provider, with its usages, the deciding one first."""

    place: Place
    end_line: int
    function: str
    call: str
    provider: str | None
    model: str | None
    kind: str
    tier: Tier
    offer: Offer
    usages: tuple[Usage, ...]
    also_waited: bool = False

    @property
    def deciding(self) -> Usage:
        """The usage whose verdict the site shows: the cheapest route, then the first driver by place."""
        return self.usages[0]


@dataclass(frozen=True, slots=True)
class Waived:
    """Why a finding is suppressed: what the comment, or the entry of the configuration, says."""

    reason: str
    owner: str | None
    until: date | None
    in_source: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """A reportable result: a move to a slower tier, or another rule's result."""

    rule: str
    fingerprint: str
    message: str
    place: Place
    call_site: Place | None = None
    state: State | None = None
    driver: Place | None = None
    urgency: Urgency | None = None
    waived: Waived | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """What could not be read or judged, where, and why. `count` is how many records one reason stands for."""

    place: Place
    reason: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class Scan:
    """What the code half found in one tree."""

    root: str
    files: int
    call_sites: tuple[CallSite, ...]
    findings: tuple[Finding, ...]
    skipped: tuple[Skipped, ...]
    fixed: tuple[Finding, ...] = ()
    """What was found in the code it was compared with and is there no more; without a line."""
    compared_with: str | None = None
    """What `state` of the findings is relative to; None where nothing was compared."""
    written: tuple[Written, ...] = ()
    """Schedules and sentences of documents, for programs that only logs know."""
    prefix: str = ""
    """The root as seen from the project, "" or "src/": programs that know the project only need whole paths."""


@dataclass(frozen=True, slots=True)
class Portion:
    """Calls of a workload that agree in month, provider, model, team and tier. Portions sum to their workload exactly.

    A saving is what a slower tier would have saved on them, whatever the verdict is; null = not known.
    """

    month: date | None
    """Its first day, in UTC; None for calls without a time."""
    provider: str | None
    model: str | None
    team: str | None
    tier: Tier
    calls: int
    unpriced_calls: int
    input_tokens: int
    """All input tokens, those that a prompt cache served included."""
    cached_tokens: int
    output_tokens: int
    spend_usd: Decimal | None
    sync_usd: Decimal | None
    """What the calls would have cost synchronously: more than they did where they ran on a batch or flex tier."""
    batch_low_usd: Decimal | None
    batch_high_usd: Decimal | None
    flex_usd: Decimal | None


@dataclass(frozen=True, slots=True)
class Workload:
    """The calls that one program makes for one purpose, judged. Money in USD; null money = rates unknown."""

    name: str
    provider: str | None
    models: tuple[str, ...]
    calls: int
    """Successful calls that were billed, scaled up by the sampling rate of their source."""
    rows: int
    """Log rows these figures rest on, attempts and failures included."""
    first_at: datetime | None
    last_at: datetime | None
    verdict: Verdict
    evidence: tuple[Evidence, ...]
    spend_usd: Decimal | None
    slow_usd: Decimal = Decimal(0)
    """Part of `spend_usd` that runs on a batch or flex tier already."""
    unpriced_calls: int = 0
    saving: Saving | None = None
    code_places: tuple[Place, ...] = ()
    """Where the log says the calls come from."""
    findings: tuple[Finding, ...] = ()
    streams: tuple[str, ...] = field(default=())
    """Names of the streams when calls behind one key were told apart; empty for a workload of its own."""
    selectors: tuple[tuple[str, str], ...] = ()
    """What `match` of a register entry has to say to take these calls and their sibling streams; none = nothing can."""
    portions: tuple[Portion, ...] = ()
    hours: tuple[int, ...] = ()
    """Log rows in each hour of the week, from Monday 00:00 UTC on; empty where no call has a time."""


@dataclass(frozen=True, slots=True)
class Aggregate:
    """What a source sums up over many calls, by its model, tier and length of time. In no total: calls are logged too.

    null = the source does not say it.
    """

    source: str
    provider: str | None
    model: str | None
    tier: Tier
    width_s: int | None
    """Length of the spans of time that were summed; sums of different lengths may hold the same calls."""
    first_at: datetime | None
    last_at: datetime | None
    requests: int | None
    input_tokens: int | None
    output_tokens: int | None
    cost_usd: Decimal | None
    rows: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """The logged calls of a provider beside what a source sums up for the same provider and time."""

    source: str
    provider: str
    width_s: int
    first_at: datetime
    last_at: datetime
    requests_logged: int
    requests: int | None
    tokens_logged: int
    tokens: int | None
    usd_logged: Decimal | None
    usd: Decimal | None


@dataclass(frozen=True, slots=True)
class PriceDoubt:
    """Costs that a source reports for a model and that are not what its tokens cost by the price list."""

    source: str
    model: str | None
    tier: Tier
    factor: Decimal | None
    """Reported cost divided by list price, alike on all these calls; None where they differ by no such factor."""
    calls: int
    looked_at: int
    ratio: Decimal
    """Sum of what these calls cost as reported, divided by their list price."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A kind of evidence that a source does not give: nothing is made up in its place."""

    source: str
    what: str
    """`waiter`, `deadline`, `session`, `user`, `stream`, `job`, `status`, `model`, `tokens`, `cost` or `time`."""
    rows: int
    of: int


@dataclass(frozen=True, slots=True)
class Classified:
    """What the log half found in the logs of one run."""

    workloads: tuple[Workload, ...]
    rows_read: int
    duplicates: int
    skipped: tuple[Skipped, ...]
    sources: tuple[tuple[str, str, int], ...]
    """(file, reader, rows) in the order read."""
    started_at: datetime | None
    ended_at: datetime | None
    price_source: str
    price_date: str
    unpriced: tuple[tuple[str, int], ...] = ()
    """(model, calls) whose price nobody states, neither the log nor the price list."""
    aggregates: tuple[Aggregate, ...] = ()
    coverage: tuple[Coverage, ...] = ()
    price_doubts: tuple[PriceDoubt, ...] = ()
    missing: tuple[Missing, ...] = ()
    findings: tuple[Finding, ...] = ()
    """Of batches that are no workload's: only as a whole are they in the log."""
