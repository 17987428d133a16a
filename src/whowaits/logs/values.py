"""Text and numbers of logs -> typed values. ValueError when a value is there and means nothing; None stays None."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import orjson

from whowaits.logs.table import MAX_TOKENS

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
FIRST_YEAR: Final = 2015
LAST_YEAR: Final = 2100
MAX_USD: Final = Decimal(1_000_000)
LONGEST_TAG: Final = 200
"""Longer values are text of somebody's, not a statement about a call."""

CONTENT: Final = re.compile(
    r"(^|[._])(prompts?|messages?|responses?|inputs?|outputs?|completions?|content|text|body|system_instructions"
    r"|query|question|answer|document|arguments)$"
)


def names_content(name: str) -> bool:
    """Whether a field of this name holds what somebody wrote or a model answered: such fields are never read."""
    return CONTENT.search(name.lower()) is not None


def text(value: Any) -> str | None:
    """Return a scalar as text; empty text, lists and objects are None."""
    if value is None or isinstance(value, list | dict):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).strip() or None


def number(value: Any) -> float | None:
    """Return a finite number."""
    shown = text(value)
    if shown is None:
        return None
    result = float(shown)
    if not math.isfinite(result):
        raise ValueError("not a finite number")
    return result


def count(value: Any) -> int | None:
    """Return a count of tokens: whole, not negative, at most MAX_TOKENS."""
    result = number(value)
    if result is None:
        return None
    if not 0 <= result <= MAX_TOKENS or result != int(result):
        raise ValueError("not a count")
    return int(result)


def whole(value: Any) -> int | None:
    """Return a whole number of any size that a table can hold."""
    result = number(value)
    if result is None:
        return None
    if result != int(result) or abs(result) >= 2**63:
        raise ValueError("not a whole number")
    return int(result)


def milliseconds(value: Any) -> float | None:
    """Return a duration that can be one: not negative, at most a month."""
    result = number(value)
    if result is not None and not 0 <= result <= 31 * 86_400_000:
        raise ValueError("not a duration")
    return result


def money(value: Any) -> Decimal | None:
    """Return US dollars rounded to nano-dollars."""
    shown = text(value)
    if shown is None:
        return None
    try:
        result = Decimal(shown)
        if not result.is_finite() or not 0 <= result <= MAX_USD:
            raise ValueError("not an amount of money")
        return result.quantize(Decimal("1e-9"))
    except InvalidOperation:
        raise ValueError("not an amount of money") from None


def flag(value: Any) -> bool | None:
    """Return true or false as logs write them."""
    shown = text(value)
    if shown is None:
        return None
    lower = shown.lower()
    if lower in ("true", "1", "yes", "t", "1.0"):
        return True
    if lower in ("false", "0", "no", "f", "0.0"):
        return False
    raise ValueError("neither true nor false")


def when(value: Any) -> datetime | None:
    """Return a moment in UTC. Numbers are seconds, ms, us or ns since 1970 by their size; no zone means UTC."""
    if isinstance(value, datetime):
        return _plausible(value if value.tzinfo else value.replace(tzinfo=UTC))
    shown = text(value)
    if shown is None:
        return None
    if re.fullmatch(r"[-+]?\d+(\.\d+)?(e\+?\d+)?", shown.lower()):
        return _plausible(_since_epoch(Decimal(shown)))
    found = datetime.fromisoformat(shown.removesuffix(" UTC"))
    return _plausible(found if found.tzinfo else found.replace(tzinfo=UTC))


def decoded(value: Any) -> Any:
    """Return what a JSON text holds; other values as they are. Dumps often carry objects as text."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError:
            return None
    return value


def mapping(value: Any) -> dict[str, Any]:
    """Return an object, also from its JSON text or the pairs of a Parquet map; anything else is an empty one."""
    found = decoded(value)
    if isinstance(found, list) and found and all(isinstance(item, tuple) and len(item) == 2 for item in found):
        return dict(found)
    return found if isinstance(found, dict) else {}


def pairs(value: Any) -> dict[str, str]:
    """Return the short scalar fields of an object as text, leaving out what may hold somebody's words."""
    found = {}
    for key, item in mapping(value).items():
        shown = text(item)
        if shown is not None and len(shown) <= LONGEST_TAG and not names_content(key):
            found[key] = shown
    return found


def labels(value: Any) -> list[str]:
    """Return the tags of a list, or of the JSON text or comma-separated text of one."""
    found = decoded(value)
    if isinstance(found, str):
        found = found.split(",")
    items = found if isinstance(found, list) else []
    shown = (text(item) for item in items)
    return [item for item in shown if item and len(item) <= LONGEST_TAG]


def _since_epoch(value: Decimal) -> datetime:
    size = abs(value)
    unit = 1 if size < 10**11 else 10**3 if size < 10**14 else 10**6 if size < 10**17 else 10**9
    micro = int(value * 1_000_000 / unit)
    try:
        return EPOCH + timedelta(microseconds=micro)
    except OverflowError:
        raise ValueError("not a moment") from None


def _plausible(moment: datetime) -> datetime:
    if not FIRST_YEAR <= moment.year < LAST_YEAR:
        raise ValueError("out of range")
    return moment.astimezone(UTC)
