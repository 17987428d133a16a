"""Report -> CSV by FOCUS 1.2, the FinOps Open Cost and Usage Specification: one row for each portion of a workload.

Columns of the specification stand first, by name; those with `x_` hold what only this product knows. No value is made
up where the specification forbids a null: calls without a provider, a model, a month or a price are no rows, and are
summed up in `LeftOut`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final, NamedTuple

from whowaits.model import Portion
from whowaits.report.splits import OwnedPortion
from whowaits.report.stated import moment
from whowaits.report.values import Report, WorkloadLine, realised_usd

Row = Mapping[str, str | int | Decimal | None]
SERVICE: Final = {"ServiceCategory": "AI and Machine Learning", "ServiceSubcategory": "Generative AI"}


class LeftOut(NamedTuple):
    """What is in no row, since a column that must not be null has no value."""

    calls: int
    spend_usd: Decimal


def render_focus(report: Report) -> str:
    """Return the CSV; its billed costs and what is left out sum to the bill, to the nano-dollar."""
    rows = [_row(report.name, line, part) for line, part in _portions(report) if _fits(part)]
    out = io.StringIO()
    writer: csv.DictWriter[str] = csv.DictWriter(out, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _text(value) for name, value in row.items()} for row in rows)
    return out.getvalue()


def left_out(report: Report) -> LeftOut:
    """Return the calls and the spend that are in no row."""
    parts = [part for _, part in _portions(report) if not _fits(part)]
    return LeftOut(sum(p.calls for p in parts), sum((p.spend_usd or Decimal(0) for p in parts), Decimal(0)))


def _portions(report: Report) -> Iterator[tuple[WorkloadLine, Portion]]:
    for line in report.workloads:
        for part in line.workload.portions:
            yield line, part


def _fits(part: Portion) -> bool:
    return None not in (part.month, part.provider, part.model, part.spend_usd)


def _row(account: str, line: WorkloadLine, part: Portion) -> Row:
    return {**_charge(account, line, part), **_own(line, part)}


def _charge(account: str, line: WorkloadLine, part: Portion) -> Row:
    """The columns of the specification. Logs know one price of a call, the one that was paid."""
    start, end = _month(part.month)
    tokens = part.input_tokens + part.output_tokens
    cost = part.spend_usd
    return {
        "BilledCost": cost,
        "BillingAccountId": account,
        "BillingAccountName": None,
        "BillingCurrency": "USD",
        "BillingPeriodEnd": end,
        "BillingPeriodStart": start,
        "ChargeCategory": "Usage",
        "ChargeClass": None,
        "ChargeDescription": f"{part.model} calls of {line.workload.name}",
        "ChargeFrequency": "Usage-Based",
        "ChargePeriodEnd": end,
        "ChargePeriodStart": start,
        "ConsumedQuantity": part.calls,
        "ConsumedUnit": "Requests",
        "ContractedCost": cost,
        "EffectiveCost": cost,
        "InvoiceIssuerName": part.provider,
        "ListCost": cost,
        "PricingCategory": "Other" if part.tier == "provisioned" else "Standard",
        "PricingQuantity": tokens or part.calls,
        "PricingUnit": "Tokens" if tokens else "Requests",
        "ProviderName": part.provider,
        "PublisherName": part.provider,
        "ServiceCategory": SERVICE["ServiceCategory"],
        "ServiceName": part.provider,
        "ServiceSubcategory": SERVICE["ServiceSubcategory"],
        "SkuId": part.model,
        "SkuPriceId": f"{part.model}/{part.tier}",
        "SubAccountId": part.team,
        "SubAccountName": part.team,
    }


def _own(line: WorkloadLine, part: Portion) -> Row:
    """What is known of who waits, and what a slower tier would have saved."""
    owned = OwnedPortion(part, line.workload, line.owner or part.team)
    verdict = line.workload.verdict
    low, high = owned.saving_usd
    return {
        "x_Workload": line.workload.name,
        "x_Owner": owned.owner,
        "x_ServiceTier": part.tier,
        "x_UnpricedCalls": part.unpriced_calls,
        "x_InputTokens": part.input_tokens,
        "x_CachedInputTokens": part.cached_tokens,
        "x_OutputTokens": part.output_tokens,
        "x_Waiter": verdict.waiter,
        "x_DeadlineSeconds": None if verdict.deadline_s is None else Decimal(str(verdict.deadline_s)),
        "x_Route": verdict.route,
        "x_Urgency": verdict.urgency,
        "x_Basis": None if verdict.basis is None else str(verdict.basis),
        "x_MovableCost": owned.movable_usd,
        "x_SavingLow": low,
        "x_SavingHigh": high,
        "x_RealisedSaving": realised_usd(part),
        "x_SynchronousCost": part.sync_usd,
        "x_BatchSavingLow": part.batch_low_usd,
        "x_BatchSavingHigh": part.batch_high_usd,
        "x_FlexSaving": part.flex_usd,
    }


def _month(first: date | None) -> tuple[str | None, str | None]:
    """The first moment of a month, and that of the next."""
    assert first is not None
    start = datetime(first.year, first.month, 1, tzinfo=UTC)
    return moment(start), moment(datetime(first.year + first.month // 12, first.month % 12 + 1, 1, tzinfo=UTC))


def _text(value: str | int | Decimal | None) -> str:
    if value is None:
        return ""
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


_COLUMNS: Final[tuple[str, ...]] = (
    "BilledCost", "BillingAccountId", "BillingAccountName", "BillingCurrency", "BillingPeriodEnd",
    "BillingPeriodStart", "ChargeCategory", "ChargeClass", "ChargeDescription", "ChargeFrequency", "ChargePeriodEnd",
    "ChargePeriodStart", "ConsumedQuantity", "ConsumedUnit", "ContractedCost", "EffectiveCost", "InvoiceIssuerName",
    "ListCost", "PricingCategory", "PricingQuantity", "PricingUnit", "ProviderName", "PublisherName",
    "ServiceCategory", "ServiceName", "ServiceSubcategory", "SkuId", "SkuPriceId", "SubAccountId", "SubAccountName",
    "x_Workload", "x_Owner", "x_ServiceTier", "x_UnpricedCalls", "x_InputTokens", "x_CachedInputTokens",
    "x_OutputTokens", "x_Waiter", "x_DeadlineSeconds", "x_Route", "x_Urgency", "x_Basis", "x_MovableCost",
    "x_SavingLow", "x_SavingHigh", "x_RealisedSaving", "x_SynchronousCost", "x_BatchSavingLow", "x_BatchSavingHigh",
    "x_FlexSaving",
)  # fmt: skip
