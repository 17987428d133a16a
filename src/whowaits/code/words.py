"""Which words the code of a file holds, so that a question about a name is put only to files that can answer it.

A word is kept as a number, never as text: what is kept of a file says nothing of what it says. That two words may have
the same number costs time and changes no answer. Whatever the syntax tree of a file calls something is among its
words, with names in another script in their normal form, names in strings, and strings that are put together.
"""

from __future__ import annotations

import io
import re
import tokenize
import unicodedata
from collections.abc import Iterator
from typing import Final
from zlib import crc32

IMPORTED: Final = "import"
"""A word that stands in an import statement."""
IN_HEAD: Final = "class"
"""A word that stands in the head of a class."""
COMPUTED: Final = "getattr()"
"""The empty word, of files that ask for an attribute by a name that they compute."""
COMPUTING: Final = ("getattr", "eval", "__subclasses__")
"""Functions that give an attribute by a name, which may be computed."""
_ROLES: Final = frozenset({IMPORTED, IN_HEAD, COMPUTED})

CALLED: Final = "called"
"""A name, perhaps in parentheses or in a string, with arguments or an item behind it."""
ASKED: Final = "asked"
"""A name, or an item of it, that is asked for an attribute."""
DEFINED: Final = "defined"
DECORATES: Final = "decorates"
"""A name at the end of a line, or with arguments behind it."""
STORED: Final = "stored"
"""An attribute of something but `self` with what can stand behind the target of an assignment."""
USED: Final = "used"
"""A name that is not just called or defined, nor the name of an argument."""
TAKEN: Final = "taken"
"""An attribute that is not called at once, or one that is named in a string."""
QUOTED: Final = "quoted"
KEY: Final = "key"
"""A name in quotation marks, or with a value behind it."""
IN_ADDRESS: Final = "address"
"""A word behind what separates the parts of an address."""
_END: Final = rb"(?![\w\x80-\xff])"
_START: Final = rb"(?<![\w\x80-\xff])"
_GAP: Final = rb"[\s\\]*"
_TARGET: Final = rb"(?:=(?!=)|[,:)\]]|[^\w\s(]{1,3}=|in\b|\.)"
_WAYS: Final = {
    CALLED: (rb"", _END + rb"[\s\\)\]\"']*[(\[]"),
    ASKED: (rb"", _END + rb"[\s\\)\]\"']*[.\[]"),
    DEFINED: (rb"def[\s\\]+\Z", _END),
    DECORATES: (rb"", _END + rb"[ \t]*(?:\(|[\r\n]|\Z|[)\]])"),
    STORED: (rb"(?<!self)(?<!cls)\.[\s\\]*\Z", _END + _GAP + _TARGET),
    USED: (rb"(?<!def )(?<!class )" + _START + rb"\Z", _END + rb"(?!" + _GAP + rb"(?:\(|=[^=]))"),
    TAKEN: (rb"(?:\.[\s\\]*|[\"'])\Z", _END + rb"(?!" + _GAP + rb"\()"),
    QUOTED: (rb"[\"']\Z", rb"[.\"']"),
    KEY: (rb"[\"']\Z|" + _START + rb"\Z", rb"[\"']|" + _END + _GAP + rb"="),
    IN_ADDRESS: (rb"[/:}\"'.-]\Z", _END),
}
"""What stands before and behind a name that a file holds in some way."""
_AROUND: Final = {how: (re.compile(before), re.compile(behind)) for how, (before, behind) in _WAYS.items()}
_BEFORE: Final = 12
"""How many bytes before a name tell how it is held."""

_WORD: Final = re.compile(rb"[A-Za-z_\x80-\xff][A-Za-z0-9_\x80-\xff]*")
_ANY_NAME: Final = re.compile(r"[^\W\d]\w*")
_CODING: Final = re.compile(rb"coding[=:]\s*([-\w.]+)")
_REST: Final = rb"\b((?:[^\n\\]|\\.)*)"
_FINDERS: Final = (  # each begins with letters, which is what makes it fast
    (IMPORTED, re.compile(rb"import" + _REST, re.DOTALL)),
    (IMPORTED, re.compile(rb"from" + _REST, re.DOTALL)),
    (IMPORTED, re.compile(rb"import" + _GAP + rb"(\([^)]*\))", re.DOTALL)),
    (IN_HEAD, re.compile(rb"class[\s\\]+[\w\x80-\xff]+" + _GAP + rb"(\(.*?(?:\)" + _GAP + rb":|\Z))", re.DOTALL)),
)
_OPERATORS: Final = ((b">>", "__rshift__"), (b"<<", "__lshift__"), (b"@", "__matmul__"))
"""Operators that are read as the methods they call."""
_SPACES: Final = frozenset({b"eval", b"globals", b"vars", b"__dict__", b"__subclasses__"})
"""What gives the names of a module, or one of them."""
_WRITTEN_OUT: Final = re.compile(rb"getattr\(\s*[\w.]+\s*,\s*[\"']\w*[\"']\s*[,)]")
_IMPORT: Final = re.compile(
    rb"^[ \t]*(?:from[ \t]+[\w.\x80-\xff]+[ \t]+)?import[ \t]+"
    rb"(?:\((?:(?!\bas\b)[^)])*\)|(?:(?!\bas\b)[^\n;\\(])+)[ \t]*$",
    re.MULTILINE,
)

_ESCAPE: Final = rb"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|N\{[^}\n]*\}|[0-7]{1,3}|\r?\n)"
_ESCAPES: Final = (*(b"\\" + bytes([sign]) for sign in b"xuUN01234567\n"), b"\\\r\n")
_COMPOSED: Final = re.compile(rb"[\"'](?<=\w[\"'])" + _GAP + rb"[rRuU]?[\"']\w")
_PIECE: Final = rb"[rRuU]?[\"'](?:[\w\x80-\xff]|" + _ESCAPE + rb")*[\"']"
_PIECES: Final = re.compile(_PIECE + rb"(?:" + _GAP + _PIECE + rb")*")
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
    data = source.encode("utf-8", "surrogatepass") if isinstance(source, str) else _in_utf8(source)
    code = b" ".join(_CODE.findall(data))
    if code.isascii():
        return code
    text = unicodedata.normalize("NFKC", code.decode("utf-8", "surrogateescape"))
    return text.encode("utf-8", "surrogateescape")


def without_imports(code: bytes) -> bytes:
    """Return the code without import statements, but for those that give something another name."""
    return _IMPORT.sub(b"", code)


def _number(word: str, role: str = "") -> int:
    return crc32(word.encode("utf-8", "surrogatepass"), crc32(role.encode()) if role else 0)


def questions(name: str, how: str = "") -> list[int]:
    """Return the numbers of the words that a file has which holds a name in some way; none where no word tells."""
    if how == COMPUTED:
        return [_number("", COMPUTED)]
    if how == COMPUTED:
        return [_number("", COMPUTED)]
    first, *rest = names_in(name) or [""]
    return [_number(first, how if how in _ROLES else ""), *map(_number, rest)] if first else []


def tells(name: str, how: str) -> bool:
    """Whether the code of a file tells more of the way in which it holds a name than its words do."""
    return how in _WAYS and name.isascii() and name.isidentifier() and not name.startswith("__")


def stands(code: bytes, name: str, how: str) -> bool:
    """Whether some code holds a name in some way, or may."""
    word = name.encode()
    before, behind = _AROUND[how]
    at = code.find(word)
    while at >= 0:
        end = at + len(word)
        if behind.match(code, end) and before.search(code, max(0, at - _BEFORE), at):
            return True
        at = code.find(word, end)
    return False


def names_in(text: str) -> list[str]:
    """Return the names of which a text is made: `a` and `b` of `a.b`."""
    return _ANY_NAME.findall(unicodedata.normalize("NFKC", text))


def numbers_of(code: bytes) -> set[int]:
    """Return the numbers of all words of a file's code, and of those that have a role."""
    found = set(_WORD.findall(code))
    if not code.isascii():
        found = set(_normal(found))
    found.update(_composed(code))
    numbers = set(map(crc32, found))
    for role, pattern in _FINDERS:
        prefix = crc32(role.encode())
        words = set(_normal(set(_WORD.findall(b" ".join(pattern.findall(code))))))
        numbers.update(crc32(word, prefix) for word in words)
    numbers.update(_number(method) for sign, method in _OPERATORS if sign in code)
    if not found.isdisjoint(_SPACES) or code.count(b"getattr") > len(_WRITTEN_OUT.findall(code)):
        numbers.add(_number("", COMPUTED))
    return numbers


def _in_utf8(data: bytes) -> bytes:
    """The text in UTF-8, whatever encoding its first lines declare."""
    if not _CODING.search(b"".join(data.split(b"\n", 2)[:2])):
        return data
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        return data if encoding.startswith("utf-8") else data.decode(encoding).encode("utf-8", "surrogatepass")
    except (SyntaxError, UnicodeError, LookupError):
        return data


def _normal(words: set[bytes]) -> Iterator[bytes]:
    """Words without what is no letter in another script."""
    for word in words:
        if word.isascii():
            yield word
        else:
            for name in names_in(word.decode("utf-8", "surrogateescape")):
                yield name.encode("utf-8", "surrogateescape")


def _composed(code: bytes) -> Iterator[bytes]:
    """The words in short strings that are written with escapes or in several pieces."""
    if not any(escape in code for escape in _ESCAPES) and not _COMPOSED.search(code):
        return
    for pieces in _PIECES.findall(code):
        parts = [piece.lstrip(b"rRuU")[1:-1] for piece in _ONE_PIECE.findall(pieces)]
        if len(parts) > 1 or b"\\" in pieces:
            text = b"".join(parts).replace(b"\\\r\n", b"").replace(b"\\\n", b"")
            try:
                whole = text.decode("unicode_escape") if b"\\" in text else text.decode("utf-8", "surrogateescape")
            except UnicodeDecodeError:
                continue
            yield from (name.encode("utf-8", "surrogatepass") for name in names_in(whole))
