"""How the code of a file holds a name, so that a question about a name is put only to files that can answer it.

Whatever the syntax tree of a file calls something is among the words of its code, with names in another script in their
normal form, names in strings, and strings that are put together.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator
from functools import cached_property
from typing import Final

from whowaits.code.texts import GAP, OPERATORS, WORD, code_of, composed, may_compose, normal
from whowaits.code.texts import names_in as names_in

IMPORTED: Final = "import"
"""A word that stands in an import statement."""
IN_HEAD: Final = "class"
"""A word that stands in the head of a class."""
COMPUTED: Final = "getattr()"
"""The empty word, of files that ask for an attribute by a name that they compute."""
COMPUTING: Final = ("getattr", "eval", "__subclasses__")
"""Functions that give an attribute by a name, which may be computed."""

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
LOOKED_UP: Final = frozenset({CALLED, ASKED, DEFINED, DECORATES, STORED, USED})
"""Ways in which whoever asks looks the name up in the summaries of the files that are given."""
TAKEN: Final = "taken"
"""An attribute that is not called at once, or one that is named in a string."""
QUOTED: Final = "quoted"
KEY: Final = "key"
"""A name in quotation marks, or with a value behind it."""
SPELLED: Final = "spelled"
"""A word of its own, in any way."""
IN_ADDRESS: Final = "address"
"""A word behind what separates the parts of an address."""
_END: Final = rb"(?![\w\x80-\xff])"
_START: Final = rb"(?<![\w\x80-\xff])"
_TARGET: Final = rb"(?:=(?!=)|[,:)\]]|[^\w\s(]{1,3}=|in\b|\.)"
_WAYS: Final = {
    CALLED: (rb"", _END + rb"[\s\\)\]\"']*[(\[]"),
    ASKED: (rb"", _END + rb"[\s\\)\]\"']*[.\[]"),
    DEFINED: (rb"def[\s\\]+\Z", _END),
    DECORATES: (rb"", _END + rb"[ \t]*(?:\(|[\r\n]|\Z|[)\]])"),
    STORED: (rb"(?<!self)(?<!cls)\.[\s\\]*\Z", _END + GAP + _TARGET),
    USED: (rb"(?<!def )(?<!class )" + _START + rb"\Z", _END + rb"(?!" + GAP + rb"(?:\(|=[^=]))"),
    TAKEN: (rb"(?:\.[\s\\]*|[\"'])\Z", _END + rb"(?!" + GAP + rb"\()"),
    QUOTED: (rb"[\"']\Z", rb"[.\"']"),
    KEY: (rb"[\"']\Z|" + _START + rb"\Z", rb"[\"']|" + _END + GAP + rb"="),
    SPELLED: (_START + rb"[0-9]*\Z", _END),
    IN_ADDRESS: (rb"[/:}\"'.-]\Z", _END),
}
"""What stands before and behind a name that a file holds in some way."""
_AROUND: Final = {how: (re.compile(before), re.compile(behind)) for how, (before, behind) in _WAYS.items()}
_BEFORE: Final = 12
"""How many bytes before a name tell how it is held."""

_REST: Final = rb"\b((?:[^\n\\]|\\.)*)"
_IN_STATEMENTS: Final = {  # each begins with letters, which is what makes it fast
    IMPORTED: (
        re.compile(rb"import" + _REST, re.DOTALL),
        re.compile(rb"from" + _REST, re.DOTALL),
        re.compile(rb"import" + GAP + rb"(\([^)]*\))", re.DOTALL),
    ),
    IN_HEAD: (re.compile(rb"class[\s\\]+[\w\x80-\xff]+" + GAP + rb"(\(.*?(?:\)" + GAP + rb":|\Z))", re.DOTALL),),
}
"""The statements in which a word has a role."""
_SPACES: Final = frozenset({b"eval", b"globals", b"vars", b"__dict__", b"__subclasses__"})
"""What gives the names of a module, or one of them."""
GIVE_NAMES: Final = _SPACES | {b"getattr"}
"""Words without one of which no file computes a name."""
_WRITTEN_OUT: Final = re.compile(rb"getattr\(\s*[\w.]+\s*,\s*[\"']\w*[\"']\s*[,)]")
_IMPORT: Final = re.compile(
    rb"^[ \t]*(?:from[ \t]+[\w.\x80-\xff]+[ \t]+)?import[ \t]+"
    rb"(?:\((?:(?!\bas\b)[^)])*\)|(?:(?!\bas\b)[^\n;\\(])+)[ \t]*$",
    re.MULTILINE,
)


class Code:
    """The code of one file, which is worked out when a question is put to it."""

    def __init__(self, source: str | bytes) -> None:
        self._source = source

    def holds(self, name: str, how: str) -> bool:
        """Return whether it holds a name in some way, or may."""
        if tells(name, how):
            return any(not self._is_just_imported(at) for at in standing(self._code, name, how))
        if how == COMPUTED:
            return self._computes
        first, *rest = names_in(name) or [""]
        return not first or (self._says(first, how) and all(self._says(word) for word in rest))

    def _says(self, word: str, role: str = "") -> bool:
        data = word.encode("utf-8", "surrogatepass")
        if role in _IN_STATEMENTS:
            return data in self._in_statements[role]
        return any(True for _ in standing(self._code, word, SPELLED)) or data in self._not_spelled

    @cached_property
    def _code(self) -> bytes:
        return code_of(self._source)

    @cached_property
    def _in_statements(self) -> dict[str, set[bytes]]:
        """The words that have a role."""
        found = {role: b" ".join(s for p in ps for s in p.findall(self._code)) for role, ps in _IN_STATEMENTS.items()}
        return {role: set(normal(set(WORD.findall(text)))) for role, text in found.items()}

    @cached_property
    def _not_spelled(self) -> set[bytes]:
        """Words that are put together, that operators mean, or that stand beside a letter that is none."""
        found = {method for sign, method in OPERATORS if sign in self._code}
        if not self._code.isascii():
            found.update(normal(set(WORD.findall(self._code))))
        if may_compose(self._code):
            found.update(composed(self._code))
        return found

    @cached_property
    def _computes(self) -> bool:
        if self._code.count(b"getattr") > len(_WRITTEN_OUT.findall(self._code)):
            return True
        return any(self._says(word.decode()) for word in _SPACES)

    @cached_property
    def _imports(self) -> list[tuple[int, int]]:
        """Where import statements stand, but for those that give something another name."""
        return [found.span() for found in _IMPORT.finditer(self._code)]

    def _is_just_imported(self, at: int) -> bool:
        number = bisect.bisect_right(self._imports, (at, len(self._code))) - 1
        return number >= 0 and at < self._imports[number][1]


def tells(name: str, how: str) -> bool:
    """Whether the code of a file tells more of the way in which it holds a name than its words do."""
    return how in _WAYS and name.isascii() and name.isidentifier() and not name.startswith("__")


def standing(code: bytes, name: str, how: str) -> Iterator[int]:
    """Yield where in some code a name stands in some way, or may."""
    word = name.encode("utf-8", "surrogatepass")
    before, behind = _AROUND[how]
    at = code.find(word)
    while at >= 0:
        end = at + len(word)
        if behind.match(code, end) and before.search(code, max(0, at - _BEFORE), at):
            yield at
        at = code.find(word, end)
