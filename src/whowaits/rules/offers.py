"""What each provider sells for waiting: rules/offers/<provider>.yaml -> `Offers`.

A provider without a file is one we hold no fact about. A file that says `none` holds the fact that there is
nothing to buy; one that says `open` names the provider and what is not known about it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from decimal import Decimal
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final, Literal, get_args

from whowaits.frozen import dataclass
from whowaits.model import DAY_S, FLEX_S, OFFER_NONE, OFFER_UNKNOWN, Offer, Sold
from whowaits.rules.calls import CallRule, Kind
from whowaits.rules.model_ids import bare_model
from whowaits.rules.reading import RuleError, read_folder

CacheMode = Literal["none", "same_price", "scaled"]
"""What a prompt-cache hit costs on the slow tier: there are no hits (it is paid as fresh input), the synchronous
cached rate, or that rate times the factor."""
SlowTier = Literal["batch", "flex"]

KINDS: Final = frozenset(get_args(Kind))
_TEXT_KINDS: Final[tuple[Kind, ...]] = ("chat", "responses", "completion", "agent")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one batch may hold."""

    requests: int | None = None
    file_bytes: int | None = None
    min_requests: int | None = None
    embedding_inputs: int | None = None
    concurrent_batches: int | None = None


@dataclass(frozen=True, slots=True)
class Sale:
    """One slower tier of a provider.

    factor     what a token costs there, as a part of its synchronous rate; None = not published.
    factors    the same for models that differ, pattern -> factor.
    kinds      what it takes.
    only       patterns of the models it takes; empty = all of them but `without`.
    unsure     patterns of models about which nothing is known, after `without` and `only`.
    cache_by   pattern of a model -> cache mode, where a model differs from `cache`.
    """

    factor: Decimal | None = None
    factors: Mapping[str, Decimal] = field(default_factory=dict)
    kinds: tuple[Kind, ...] = _TEXT_KINDS
    unsure_kinds: tuple[Kind, ...] = ()
    only: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()
    cache: CacheMode = "scaled"
    cache_by: Mapping[str, CacheMode] = field(default_factory=dict)

    def takes(self, model: str, kind: str | None) -> bool | None:
        """Whether the tier takes calls of this kind to this model; None = not known. A kind of no name is any."""
        if kind not in KINDS:
            kind = None
        if kind in self.unsure_kinds:
            return None
        if kind is not None and kind not in self.kinds:
            return False
        if _fits(model, self.without):
            return False
        if _fits(model, self.only):
            return True
        if _fits(model, self.unsure):
            return None
        return None if self.only and not model else not self.only

    def factor_of(self, model: str) -> Decimal | None:
        """Return the factor for a model, None where none is published."""
        return next((value for pattern, value in self.factors.items() if fnmatchcase(model, pattern)), self.factor)

    def cache_of(self, model: str) -> CacheMode:
        """Return what becomes of cache hits of a model on this tier."""
        return next((mode for pattern, mode in self.cache_by.items() if fnmatchcase(model, pattern)), self.cache)


@dataclass(frozen=True, slots=True)
class Back:
    """How many batches are back after how long, as the provider publishes it. `percent` None = "most", `requests` = it
    is said of batches of no more requests than this."""

    within_s: int
    source: str
    percent: float | None = None
    requests: int | None = None


@dataclass(frozen=True, slots=True)
class BatchSale(Sale):
    """A batch API. `window_s` = the longest it takes, a day where the provider names no window; `expired` = which
    requests are billed when the window ends; `back` = what is published about how long batches took."""

    window_s: int = DAY_S
    expired: Literal["completed", "none", "unknown"] = "unknown"
    limits: Limits = field(default_factory=Limits)
    back: tuple[Back, ...] = ()


@dataclass(frozen=True, slots=True)
class FlexSale(Sale):
    """A slower synchronous tier. `deadline_s` = the shortest deadline that it serves."""

    deadline_s: int = FLEX_S


@dataclass(frozen=True, slots=True)
class ListedRate:
    """Rates of a slow tier in USD per million tokens that the public price list lacks."""

    model: str
    tier: SlowTier
    input: Decimal
    source: str
    checked: str
    cache_read: Decimal | None = None
    output: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """The day on which a provider shuts models down, by a pattern of their ids."""

    model: str
    on: str
    source: str
    checked: str


@dataclass(frozen=True, slots=True)
class ProviderOffer:
    """Everything we know about the slower tiers of one provider.

    price_list        id of the provider in genai-prices whose rates are paid here.
    list_has_batch    whether the batch rates of that list are this provider's own.
    """

    provider: str
    source: str
    checked: str
    aliases: tuple[str, ...] = ()
    price_list: str | None = None
    list_has_batch: bool = True
    batch: BatchSale | None = None
    flex: FlexSale | None = None
    none: str | None = None
    open: str | None = None
    rates: tuple[ListedRate, ...] = ()
    endings: tuple[Ending, ...] = ()

    def ending(self, model: str) -> Ending | None:
        """Return when a model is shut down, None where nobody says so."""
        return next((e for e in self.endings if fnmatchcase(bare_model(model), e.model)), None)

    def sale(self, tier: SlowTier) -> Sale | None:
        """Return the batch or flex tier, None where there is none."""
        return self.batch if tier == "batch" else self.flex


@dataclass(frozen=True, slots=True)
class Offers:
    """The offers of all providers, by canonical name."""

    by_provider: Mapping[str, ProviderOffer]
    _aliases: Mapping[str, str]

    def provider(self, name: str | None) -> str | None:
        """Return the canonical name of a provider, whichever SDK, gateway or convention spelled it.

        A dotted suffix is dropped until something fits ("openai.chat"); a name nobody lists stays as it is.
        """
        if not name:
            return None
        folded = name.strip().lower().replace("-", "_").replace(" ", "_")
        head = folded
        while head:
            if found := self._aliases.get(head):
                return found
            head = head.rpartition(".")[0]
        return folded

    def of(self, provider: str | None) -> ProviderOffer | None:
        """Return what is known about a provider, None where nothing is."""
        return self.by_provider.get(self.provider(provider) or "")

    def find(self, provider: str | None, model: str | None, kind: str | None) -> Offer:
        """Return what a provider sells for waiting on calls of `kind` to `model`."""
        known = self.of(provider)
        if known is None or known.open is not None:
            return OFFER_UNKNOWN
        name = bare_model(model)
        batch = known.batch is not None and known.batch.takes(name, kind)
        flex = known.flex is not None and known.flex.takes(name, kind)
        return _offer(_sold(batch, flex), known)

    def for_call(self, rule: CallRule, provider: str | None, model: str | None, kind: str | None = None) -> Offer:
        """Return the offer for a call in code: a call that no batch endpoint takes can at most be flex.

        At a provider about which nothing is known that is not known either.

        `kind` is what is known about the call itself (by its URL), where the rule is about calls of several kinds.
        """
        kind = kind or rule.kind
        known = self.of(provider)
        if rule.batch != "no" or (provider and (known is None or known.open)):
            return self.find(provider, model, kind)
        if known is None or known.flex is None or rule.tier_arg is None:
            return OFFER_NONE
        return _offer(_sold(False, known.flex.takes(bare_model(model), kind)), known)

    def factor(self, provider: str | None, model: str | None, kind: str | None, tier: SlowTier) -> Decimal | None:
        """Return the flat factor of a tier that takes these calls, None where it does not or none is published."""
        known = self.of(provider)
        sale = known.sale(tier) if known else None
        if sale is None or not sale.takes(bare_model(model), kind):
            return None
        return sale.factor_of(bare_model(model))


def read_offers(root: Path) -> Offers:
    """Return the offers under `root`; a name that two providers claim is an error."""
    by_provider: dict[str, ProviderOffer] = {}
    aliases: dict[str, str] = {}
    for stem, shown, offer in read_folder(root, "offers", ProviderOffer):
        if offer.provider != stem:
            raise RuleError(f"{shown}:1: the provider `{offer.provider}` is not the file's name `{stem}`")
        if (offer.batch is None and offer.flex is None) != (offer.none is not None or offer.open is not None):
            raise RuleError(
                f"{shown}:1: say what is sold (batch, flex), that nothing is (none), or what is not known (open)"
            )
        by_provider[stem] = offer
        for alias in (stem, *offer.aliases):
            if aliases.setdefault(alias, stem) != stem:
                raise RuleError(f"{shown}:1: `{alias}` is already an alias of {aliases[alias]}")
    return Offers(by_provider, aliases)


def _sold(batch: bool | None, flex: bool | None) -> Sold:
    if batch:
        return "both" if flex else "batch"
    if flex:
        return "flex"
    return "unknown" if batch is None or flex is None else "none"


def _offer(sold: Sold, known: ProviderOffer) -> Offer:
    if sold in ("none", "unknown"):
        return OFFER_NONE if sold == "none" else OFFER_UNKNOWN
    window_s = known.batch.window_s if known.batch else DAY_S
    flex_s = known.flex.deadline_s if known.flex else FLEX_S
    return Offer(sold, window_s, flex_s)


def _fits(model: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(model, pattern) for pattern in patterns)
