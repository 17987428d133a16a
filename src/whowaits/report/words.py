"""Values -> the words people read: money, shares, durations, notes. Pure, no locale, no clock."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from whowaits.model import DAY_S, HOUR_S, MINUTE_S, Basis, Waiter

CENT: Final = Decimal("0.01")
NOT_KNOWN: Final = "not known"
LONGEST: Final = 160
"""Characters of a name from outside that a report shows; a longer one is cut and says so with an ellipsis."""

NOTES: Final[Mapping[str, str]] = {
    "window-longer-than-deadline": (
        "The provider guarantees its batch answers only within a window that is longer than this deadline. "
        "Submit as soon as the input is there, poll, and keep a synchronous fallback that starts early enough to "
        "finish before the deadline."
    ),
    "prepaid": "These calls run on capacity that is paid for in advance: moving them would save nothing.",
    "no-offer": "No slower, cheaper tier is sold for these calls: they stay synchronous although nobody waits.",
    "offer-unknown": (
        "No fact is held about a batch offer for these calls: ask the provider. A saving is claimed only where the log "
        "names none, as the usual half."
    ),
    "batch-per-stage": "Each item passes several stages: one batch per stage, the next when the last has come back.",
    "flex-possible": "Each call needs the one before, but nobody waits for the whole: a flex tier may still fit.",
    "declared-but-waited": "The register says that no person waits, yet one was seen waiting. Ask the owner.",
}
"""Note of a verdict -> what it means and what to do about it."""

WAITER_WORDS: Final[Mapping[Waiter, str]] = {
    "person": "a person waits",
    "program": "a program waits",
    "nobody": "nobody waits",
    "unknown": "not known",
}


def clean(text: str, longest: int = LONGEST) -> str:
    """Return `text` on one line, with control and direction-changing characters spelled out, cut to `longest`."""
    spelled = "".join(_spelled(c) for c in text[: longest + 1])
    return spelled if len(spelled) <= longest else spelled[: longest - 1] + "…"


def unicode_only(text: str) -> str:
    """Return `text` without the lone surrogates that undecodable file names carry: no encoder takes them."""
    return text.encode("utf-8", "replace").decode("utf-8")


def usd(amount: Decimal | None) -> str:
    """Return dollars and cents, "$1,234.56"; what is more than nothing and less than a cent says so."""
    if amount is None:
        return NOT_KNOWN
    cents = amount.quantize(CENT, ROUND_HALF_EVEN)
    if cents == 0 and amount != 0:
        return "< $0.01" if amount > 0 else "> −$0.01"
    return f"{'−' if cents < 0 else ''}${abs(cents):,}"


def big_usd(amount: Decimal | None) -> str:
    """Return dollars for a headline: no cents from a hundred dollars on."""
    if amount is None or abs(amount) < 100:
        return usd(amount)
    whole = amount.quantize(Decimal(1), ROUND_HALF_EVEN)
    return f"{'−' if whole < 0 else ''}${abs(whole):,}"


def span(low: str, high: str) -> str:
    """Return "low to high", or the one value where both are the same."""
    return low if low == high else f"{low} to {high}"


def usd_span(low: Decimal | None, high: Decimal | None, *, short: bool = False) -> str:
    """Return a range of dollars; `short` is without cents and without a word, for narrow columns."""
    if not short:
        return span(usd(low), usd(high))
    one, other = big_usd(low), big_usd(high)
    return one if one == other else f"{one}–{other}"


def percent(share: Decimal | None) -> str:
    """Return a share (0..1) as "30 %" or "31.4 %"; what is not nothing never reads as 0 %."""
    if share is None:
        return NOT_KNOWN
    points = (share * 100).quantize(Decimal("0.1"), ROUND_HALF_EVEN)
    if points == 0 and share != 0:
        return "< 0.1 %" if share > 0 else "> −0.1 %"
    text = f"{points.normalize():f}" if points else "0"
    return f"{text.replace('-', '−')} %"


def percent_span(low: Decimal | None, high: Decimal | None) -> str:
    """Return a range of shares with as many digits on either side: "27.8 to 28.0 %", "50 %"."""
    one, other = percent(low), percent(high)
    if one == other or low is None or high is None or "<" in one + other or ">" in one + other:
        return span(one, other)
    digits = 1 if "." in one + other else 0
    first, last = (f"{(share * 100).quantize(Decimal(10) ** -digits, ROUND_HALF_EVEN):f}" for share in (low, high))
    return f"{first} to {last} %".replace("-", "−")


def count(number: int, one: str, many: str | None = None) -> str:
    """Return "1 call" or "1,200 calls"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def duration(seconds: float | None) -> str:
    """Return the unit that reads best: "90 s", "25 min", "4 h", "24 h", "7 d"."""
    if seconds is None:
        return NOT_KNOWN
    for least_s, unit_s, unit in ((2 * DAY_S, DAY_S, "d"), (HOUR_S, HOUR_S, "h"), (2 * MINUTE_S, MINUTE_S, "min")):
        if seconds >= least_s:
            return f"{_short(seconds / unit_s)} {unit}"
    return f"{_short(seconds)} s"


def basis(value: Basis | None) -> str:
    """Return the word of a basis, or a dash where nothing decided."""
    return "–" if value is None else str(value)


def note(name: str) -> str:
    """Return the sentence for a note; an unknown note is shown by its own name rather than dropped."""
    return NOTES.get(name, name)


def minute(moment: datetime | None) -> str:
    """Return `moment` to the minute, UTC."""
    return NOT_KNOWN if moment is None else utc(moment).strftime("%Y-%m-%d %H:%M UTC")


def utc(moment: datetime) -> datetime:
    """Return `moment` in UTC; one without a zone is in UTC already, as all times inside are."""
    return moment if moment.tzinfo is None else moment.astimezone(UTC)


def _short(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def _spelled(character: str) -> str:
    """Direction overrides are spelled out because they can make a path read as another path."""
    category = unicodedata.category(character)
    if category in ("Cc", "Cs", "Zl", "Zp"):
        return character.encode("unicode_escape").decode("ascii")
    if category == "Cf":
        return f"\\u{ord(character):04x}"
    return character
