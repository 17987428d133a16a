"""The text of a file -> its code, and the words of which code is made.

The code is the text without comments and without strings of several words, which name nothing. Names in another script
are taken in their normal form, as Python reads them; words that code holds without spelling them out are put together.
"""

from __future__ import annotations

import io
import re
import tokenize
import unicodedata
from collections.abc import Iterator
from typing import Final

WORD: Final = re.compile(rb"[A-Za-z_\x80-\xff][A-Za-z0-9_\x80-\xff]*")
GAP: Final = rb"[\s\\]*"
OPERATORS: Final = ((b">>", b"__rshift__"), (b"<<", b"__lshift__"), (b"@", b"__matmul__"))
"""Operators that are read as the methods they call."""

_ANY_NAME: Final = re.compile(r"[^\W\d]\w*")
_CODING: Final = re.compile(rb"coding[=:]\s*([-\w.]+)")
_ESCAPE: Final = rb"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|N\{[^}\n]*\}|[0-7]{1,3}|\r?\n)"
_NO_LETTER: Final = re.compile(rb"\\(?:[xuUN0-7\n]|\r\n)")
_BEHIND: Final = rb"(?:[\s\\]|#[^\n]*\n)*[rRuU]?[\"']\w"
_TWO: Final = (re.compile(rb"\"(?<=\w\")" + _BEHIND), re.compile(rb"'(?<=\w')" + _BEHIND))
"""A string behind another. As the one above, each begins with one sign, which is what makes it fast."""
_PIECE: Final = rb"[rRuU]?[\"'](?:[\w\x80-\xff]|" + _ESCAPE + rb")*[\"']"
_PIECES: Final = re.compile(_PIECE + rb"(?:" + GAP + _PIECE + rb")*")
_ONE_PIECE: Final = re.compile(_PIECE)


def _quoted(pattern: bytes) -> bytes:
    """A pattern for either kind of quotation mark."""
    return b"(?:" + pattern + b"|" + pattern.replace(b'"', b"'") + b")"


_BLOCK: Final = rb'"""(?:[^"\\]|\\.|"(?!""))*"""'
_LINE: Final = rb'"(?!"")(?:[^"\\\n]|\\.)*"'
_ONE_WORD: Final = rb'"(?!"")(?:[^"\\\s]|\\.)*"'
_FORMATTED: Final = rb"(?:(?<=[fFtT])|(?<=[fFtT][rRbB]))"
_TYPE: Final = rb"(?:(?<=[:>\[])|(?<=[:>\[] )|(?<=[:>\[]  ))"
_CODE: Final = re.compile(
    rb"#[^\n]*|([^\"'#]+|" + _quoted(_ONE_WORD)
    + rb"|(?:" + _FORMATTED + rb"|" + _TYPE + rb")" + _quoted(_BLOCK + rb"|" + _LINE)
    + rb")|" + _quoted(_BLOCK) + rb"|" + _quoted(_LINE) + rb"|[\"']",
    re.DOTALL,
)  # fmt: skip
"""The group holds what stays: a string with spaces says nothing, unless it is formatted or where a type can stand."""


def code_of(source: str | bytes) -> bytes:
    """Return the text of a file, in UTF-8 and as Python reads names, without comments and strings of several words."""
    code = b" ".join(_CODE.findall(in_utf8(source)))
    if code.isascii():
        return code
    text = unicodedata.normalize("NFKC", code.decode("utf-8", "surrogateescape"))
    return text.encode("utf-8", "surrogateescape")


def names_in(text: str) -> list[str]:
    """Return the names of which a text is made: `a` and `b` of `a.b`."""
    return _ANY_NAME.findall(unicodedata.normalize("NFKC", text))


def in_utf8(data: str | bytes) -> bytes:
    """Return the text in UTF-8, whatever encoding its first lines declare."""
    if isinstance(data, str):
        return data.encode("utf-8", "surrogatepass")
    if not _CODING.search(b"".join(data.split(b"\n", 2)[:2])):
        return data
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        return data if encoding.startswith("utf-8") else data.decode(encoding).encode("utf-8", "surrogatepass")
    except (SyntaxError, UnicodeError, LookupError):
        return data


def normal(words: set[bytes]) -> Iterator[bytes]:
    """Yield words without what is no letter in another script."""
    for word in words:
        if word.isascii():
            yield word
        else:
            for name in names_in(word.decode("utf-8", "surrogateescape")):
                yield name.encode("utf-8", "surrogateescape")


def may_compose(text: bytes) -> bool:
    """Return whether a text, or the code of it, can hold words that are not spelled out."""
    return bool(_NO_LETTER.search(text)) or any(two.search(text) for two in _TWO)


def composed(code: bytes) -> Iterator[bytes]:
    """Yield the words in short strings that are written with escapes or in several pieces."""
    for pieces in _PIECES.findall(code):
        parts = [piece.lstrip(b"rRuU")[1:-1] for piece in _ONE_PIECE.findall(pieces)]
        if len(parts) > 1 or b"\\" in pieces:
            text = b"".join(parts).replace(b"\\\r\n", b"").replace(b"\\\n", b"")
            try:
                whole = text.decode("unicode_escape") if b"\\" in text else text.decode("utf-8", "surrogateescape")
            except UnicodeDecodeError:
                continue
            yield from (name.encode("utf-8", "surrogatepass") for name in names_in(whole))
