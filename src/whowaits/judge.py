"""judge(evidence, offer, policy) -> Verdict: the only place where a verdict is made.

Claims are reduced to five facts (waiter, deadline, bulk, chain, offer), then the first row of the verdict
table that fits decides, then the offer. The table is docs/verdicts.md; rows carry the same numbers here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from whowaits.frozen import dataclass
from whowaits.model import (
    DAY_S,
    HOUR_S,
    Basis,
    Chain,
    Evidence,
    Offer,
    Policy,
    Route,
    Tier,
    Urgency,
    Verdict,
    Waiter,
)

WAITED_ROWS: Final = frozenset({1, 2, 3, 4})
"""Rows in which somebody or the next call waits: a batch tier there is the finding `waited-on-batch`."""

IS_IT_NEEDED_BEFORE_THE_NEXT_RUN: Final = "Is the answer of a run needed before the next run?"
BY_WHEN: Final = "By when is the answer needed?"
BY_WHEN_IS_THE_RUN_NEEDED: Final = "These calls follow one another: by when is the whole run needed?"
DOES_ANYBODY_WAIT: Final = "Does anybody wait for this, and until when?"

_LEAST_PATIENT: Final[dict[Waiter, int]] = {"person": 0, "program": 1, "nobody": 2, "unknown": 3}
_FIRM: Final = (Basis.DECLARED, Basis.STATED)


@dataclass(frozen=True, slots=True)
class Facts:
    """The reduced claims. `deadline_s` is undivided; `None` = not known."""

    waiter: Waiter
    waiter_basis: Basis | None
    deadline_s: float | None
    deadline_basis: Basis | None
    bulk: bool
    chain: Chain
    chain_basis: Basis | None
    notes: tuple[str, ...]


def judge(evidence: Iterable[Evidence], offer: Offer, policy: Policy) -> Verdict:
    """Return the verdict on one usage or workload; the order of `evidence` does not matter."""
    facts = reduce_claims([e for e in evidence if not e.hint], policy)
    return _apply_offer(_first_row(facts, offer, policy), offer)


def reduce_claims(claims: Sequence[Evidence], policy: Policy) -> Facts:
    """Reduce claims to facts: the highest basis wins, within one basis the least patient or the shortest."""
    waiter, waiter_basis, notes = _waiter(claims)
    deadline_s, deadline_basis = _deadline(claims, policy)
    if waiter == "unknown" and deadline_s is not None and deadline_s >= HOUR_S and deadline_basis in _FIRM:
        waiter, waiter_basis = "nobody", deadline_basis  # nobody stands waiting for an hour
    chain, chain_basis = _chain([c for c in claims if c.chain is not None])
    if any(c.stages for c in claims):
        notes = (*notes, "batch-per-stage")
    return Facts(
        waiter,
        waiter_basis,
        deadline_s,
        deadline_basis,
        any(c.bulk for c in claims),
        chain,
        chain_basis,
        notes,
    )


def is_move(verdict: Verdict, tier: Tier) -> bool:
    """Whether the verdict asks for a change: calls on a slower tier already are where they belong."""
    return verdict.route in ("batch", "flex") and tier not in ("batch", "flex")


def is_waited_on_batch(verdict: Verdict, tier: Tier) -> bool:
    """Whether calls run on a batch tier although somebody, or the next call, waits for them."""
    return tier == "batch" and verdict.row in WAITED_ROWS


def is_out_of_time(verdict: Verdict, offer: Offer) -> bool:
    """Whether nobody waits, the deadline is known, and no tier that is sold guarantees the answer by then."""
    if verdict.waiter != "nobody" or verdict.deadline_s is None or offer.sold in ("none", "unknown"):
        return False
    by_batch = offer.sold in ("batch", "both") and offer.window_s <= verdict.deadline_s
    by_flex = offer.sold in ("flex", "both") and offer.flex_s <= verdict.deadline_s
    return not (by_batch or by_flex)


def _waiter(claims: Sequence[Evidence]) -> tuple[Waiter, Basis | None, tuple[str, ...]]:
    said = [c for c in claims if c.waiter is not None and c.waiter != "unknown"]
    if not said:
        return "unknown", None, ()
    best = max(said, key=lambda c: (c.basis, -_LEAST_PATIENT[c.waiter or "unknown"]))
    people = [c for c in said if c.waiter == "person"]
    assert best.waiter is not None
    if not people or best.waiter == "person":
        return best.waiter, best.basis, ()
    if best.basis is Basis.DECLARED:
        return best.waiter, best.basis, ("declared-but-waited",)
    if best.waiter == "nobody":  # a person seen is not outvoted by nobody seen
        return "person", max(c.basis for c in people), ()
    return best.waiter, best.basis, ()


def _deadline(claims: Sequence[Evidence], policy: Policy) -> tuple[float | None, Basis | None]:
    """The shortest deadline of the highest basis; a proposal may only shorten one that is inferred or assumed."""
    said = [(c.basis, c.deadline_s) for c in claims if c.deadline_s is not None and not c.proposal]
    proposed = [c.deadline_s for c in claims if c.deadline_s is not None and c.proposal]
    basis = max((b for b, _ in said), default=None)
    deadline_s = min((d for b, d in said if b is basis), default=None)
    if proposed and basis not in _FIRM:
        shortened = min(proposed)
        longest = policy.assumed_deadline_s if deadline_s is None else deadline_s
        if longest is not None and shortened < longest:
            return shortened, Basis.INFERRED
    return deadline_s, basis


def _chain(claims: Sequence[Evidence]) -> tuple[Chain, Basis | None]:
    """The longest chain claimed by the highest basis; without a claim, 1."""
    if not claims:
        return 1, None
    basis = max(c.basis for c in claims)
    lengths = [c.chain for c in claims if c.basis is basis]
    if "open" in lengths:
        return "open", basis
    return max(n for n in lengths if isinstance(n, int)), basis


def _first_row(facts: Facts, offer: Offer, policy: Policy) -> Verdict:
    """The table, row by row. The offer takes part in row 3 only (flex for short deadlines)."""
    waiter, basis = facts.waiter, facts.deadline_basis
    if waiter == "person":
        return _verdict(facts, 1, "sync", None, facts.waiter_basis)
    if facts.chain == "open":
        notes = ("flex-possible",) if waiter == "nobody" else ()
        open_ended = replace(facts, waiter="program", notes=(*facts.notes, *notes))
        return _verdict(open_ended, 2, "sync", None, facts.chain_basis)
    d = None if facts.deadline_s is None else facts.deadline_s / facts.chain
    chained = facts.chain_basis if facts.chain > 1 else None
    if d is not None and d < HOUR_S and basis in _FIRM:
        flex = waiter == "nobody" and offer.sold in ("flex", "both") and d >= offer.flex_s
        return _verdict(
            facts, 3, "flex" if flex else "sync", None, basis, chained, facts.waiter_basis if flex else None
        )
    if waiter == "program" and basis not in _FIRM:
        return _verdict(facts, 4, "sync", None, facts.waiter_basis)
    if waiter in ("nobody", "program") and d is not None and basis in _FIRM:
        required = d >= DAY_S
        urgency: Urgency = "required" if required else "try"
        return _verdict(facts, 5 if required else 6, "batch", urgency, basis, facts.waiter_basis, chained)
    if waiter == "nobody" and d is not None:
        if d >= HOUR_S:
            return _verdict(facts, 7, "batch", "try", basis, facts.waiter_basis, chained)
        return _unknown(facts, 8, IS_IT_NEEDED_BEFORE_THE_NEXT_RUN)
    if waiter == "nobody" and facts.bulk and facts.chain == 1:
        return _assumed(facts, policy)
    if waiter == "nobody" and facts.bulk:
        return _unknown(facts, 10, BY_WHEN_IS_THE_RUN_NEEDED)
    if waiter == "nobody":
        return _unknown(facts, 11, BY_WHEN)
    return _unknown(facts, 12, DOES_ANYBODY_WAIT)


def _assumed(facts: Facts, policy: Policy) -> Verdict:
    """Row 9: bulk work, nobody waits, no deadline known: the policy fills the gap or declines to.

    Less than an hour is too little for a batch, and too little known for anything else.
    """
    if policy.assumed_deadline_s is None or policy.assumed_deadline_s < HOUR_S:
        return _unknown(facts, 9, BY_WHEN)
    filled = replace(facts, deadline_s=policy.assumed_deadline_s, deadline_basis=Basis.ASSUMED)
    return replace(_verdict(filled, 9, "batch", "try", Basis.ASSUMED), question=BY_WHEN)


def _unknown(facts: Facts, row: int, question: str) -> Verdict:
    bases = (facts.waiter_basis, facts.deadline_basis, facts.chain_basis)
    return replace(_verdict(facts, row, "unknown", None, *bases), question=question)


def _verdict(facts: Facts, row: int, route: Route, urgency: Urgency | None, *bases: Basis | None) -> Verdict:
    deadline_s = facts.deadline_s
    if deadline_s is not None and isinstance(facts.chain, int):
        deadline_s = deadline_s / facts.chain
    return Verdict(
        route=route,
        urgency=urgency,
        waiter=facts.waiter,
        deadline_s=deadline_s,
        deadline_basis=facts.deadline_basis,
        basis=min((b for b in bases if b is not None), default=None),
        bulk=facts.bulk,
        chain=facts.chain,
        row=row,
        notes=facts.notes,
    )


def _apply_offer(verdict: Verdict, offer: Offer) -> Verdict:
    """Step 3: only where the table says batch. Money never changes a route.

    Where nothing is sold there is nothing left to ask: whatever the answer, the calls stay where they are.
    """
    if verdict.route != "batch":
        return verdict
    if offer.sold == "none":
        note = "prepaid" if offer.prepaid else "no-offer"
        return replace(verdict, route="sync", urgency=None, question=None, notes=(*verdict.notes, note))
    if offer.sold == "unknown":
        return replace(verdict, urgency="try", notes=(*verdict.notes, "offer-unknown"))
    if offer.sold == "flex":
        return replace(verdict, route="flex")
    if verdict.deadline_s is not None and offer.window_s > verdict.deadline_s:
        return replace(verdict, notes=(*verdict.notes, "window-longer-than-deadline"))
    return verdict
