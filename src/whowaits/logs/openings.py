"""What the first bytes of a file show of its records: enough for a reader to recognise its format by content.

A head may break off anywhere; what it shows up to there counts.
"""

from __future__ import annotations

import functools
import re
from typing import Any, Final

import orjson

MOST: Final = 40
"""So many records tell a format; the others need not be parsed."""
_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|["\[\]{},]')
_CLOSES: Final = {"{": "}", "[": "]"}


@functools.lru_cache(maxsize=8)
def openings(head: bytes) -> tuple[dict[str, Any], ...]:
    """Return the first JSON objects of a file: lines, the elements of an array, or the one object it is."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start[:1] not in (b"{", b"["):
        return ()
    lines = [line for line in start.split(b"\n")[:MOST] if line.strip()]
    first = _value(lines[0])
    if isinstance(first, dict):
        found: list[Any] = [first, *(_value(line) for line in lines[1:])]
    else:
        whole = _value(start) if first is None else first
        whole = _value(_mended(start)) if whole is None else whole
        found = whole if isinstance(whole, list) else [whole]
    return tuple(item for item in found[:MOST] if isinstance(item, dict))


def opening(head: bytes) -> dict[str, Any]:
    """Return the first JSON object of a file, an empty one when it does not start with any."""
    return next(iter(openings(head)), {})


def _value(content: bytes) -> Any:
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        return None


def _mended(start: bytes) -> bytes:
    """JSON that broke off, cut after the last value that is whole, with what is open closed."""
    text = start.decode("utf-8", "ignore")
    cut = 0
    for token in _TOKEN.finditer(text):
        if token[0] == '"':
            break  # a string without an end
        if token[0] in "[{]}":
            cut = token.end()
        elif token[0] == ",":
            cut = token.start()
    return (text[:cut] + _closing(text[:cut])).encode()


def _closing(text: str) -> str:
    """What closes the brackets that are open at the end of a text."""
    open_: list[str] = []
    for token in _TOKEN.finditer(text):
        if token[0] in _CLOSES:
            open_.append(_CLOSES[token[0]])
        elif token[0] in "]}" and open_:
            open_.pop()
    return "".join(reversed(open_))
