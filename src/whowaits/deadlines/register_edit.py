"""Writes into the workload register: entries that ask, answers to them. Comments and layout of the file stay."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from whowaits.closed_toml import parse_duration
from whowaits.frozen import dataclass
from whowaits.model import WrongUse

if TYPE_CHECKING:
    import tomlkit
    from tomlkit.items import AoT, Table

WAITERS: Final = ("person", "program", "nobody")
SAID: Final = ("waiter", "deadline", "start", "due")
HEAD: Final = """\
# Who waits for each workload, and by when it is needed: what is said here outranks what is seen in code and logs.
# An entry without an answer changes nothing. Answer the question above it: whowaits answer NAME person|nobody|4h|...
"""
Selectors = Sequence[tuple[str, str]]
_CLOCKS: Final = re.compile(r"(\d{1,2}:\d\d)\s*-\s*(\d{1,2}:\d\d)")


@dataclass(frozen=True, slots=True)
class Proposal:
    """An entry that asks: what it would cover, the question it leaves open, and what was seen so far."""

    name: str
    question: str = ""
    match: tuple[tuple[str, str], ...] = ()
    code: tuple[str, ...] = ()
    seen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What an owner says of one workload, as keys of its entry."""

    says: tuple[tuple[str, str], ...]
    owner: str | None = None
    source: str | None = None
    note: str | None = None
    reviewed: date | None = None
    timezone: str | None = None

    def keys(self) -> dict[str, Any]:
        """Return the keys to set; those that nothing is said of are left as they are."""
        others = {
            "timezone": self.timezone,
            "owner": self.owner,
            "source": self.source,
            "note": self.note,
            "reviewed": self.reviewed,
        }
        return {**dict(self.says), **{key: value for key, value in others.items() if value is not None}}


def answer_of(word: str) -> tuple[tuple[str, str], ...]:
    """Return what `person`, `program`, `nobody`, `4h` or `02:00-06:00` means; WrongUse for anything else."""
    if word in WAITERS:
        return (("waiter", word),)
    if clocks := _CLOCKS.fullmatch(word.strip()):
        return (("start", clocks[1]), ("due", clocks[2]))
    try:
        parse_duration(word)
    except ValueError:
        near = difflib.get_close_matches(word, WAITERS, n=1, cutoff=0.7)
        advice = f"did you mean {near[0]}?" if near else "say person, program, nobody, 4h or 02:00-06:00"
        raise WrongUse(f"{word}: {advice}") from None
    return (("deadline", word),)


def answered(
    text: str, inside: Sequence[str], name: str, answer: Answer, match: Selectors = (), code: Sequence[str] = ()
) -> str:
    """Return the file with the answer in the entry `name`; an older answer is replaced.

    One that is not there is made of `match` and `code`; WrongUse without them, and for one that is there with them.
    """
    if (match or code) and any(e.get("name") == name for e in _entries(_parsed(text), inside)):
        raise WrongUse(f"`{name}` is in the register already; change what it takes in the file")
    if match or code:
        text = _appended(text, [_entry(Proposal(name, match=tuple(match), code=tuple(code)), inside)])
    document = _parsed(text)
    entries = _entries(document, inside)
    entry = next((e for e in entries if e.get("name") == name), None)
    if entry is None:
        known = [str(e.get("name")) for e in entries]
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
        advice = f"did you mean `{near[0]}`?" if near else "`whowaits workloads` lists them"
        raise WrongUse(
            f"no entry `{name}` in the register; {advice} A new one needs --match KEY=PATTERN or --code PATH"
        )
    said = answer.keys()
    for key in _contradicted(said):
        entry.pop(key, None)
    for key, value in said.items():
        entry[key] = value
    return document.as_string()


def _contradicted(said: dict[str, Any]) -> Sequence[str]:
    """The keys that cannot stay beside what is said now: a deadline says the same as two clock times."""
    if "deadline" in said:
        return ("start", "due", "timezone")
    if "start" in said:
        return ("deadline",)
    return SAID if said.get("waiter") == "person" else ()


def proposed(text: str, inside: Sequence[str], proposals: Sequence[Proposal]) -> str:
    """Return the file with an entry that asks for each proposal, at its end; a name that is there stays as it is."""
    known = {str(e.get("name")) for e in _entries(_parsed(text), inside)}
    new = [_entry(p, inside) for p in proposals if p.name not in known]
    return _appended(text, new)


def _appended(text: str, entries: Sequence[str]) -> str:
    """The file with entries at its end; a new file says first what they are."""
    if not entries:
        return text
    return "\n".join([f"{text.rstrip()}\n" if text.strip() else HEAD, *entries])


def _entry(proposal: Proposal, inside: Sequence[str]) -> str:
    import tomlkit

    table = tomlkit.table()
    table["name"] = proposal.name
    if proposal.match:
        match = tomlkit.inline_table()
        match.update(dict(proposal.match))
        table["match"] = match
    if proposal.code:
        table["code"] = list(proposal.code)
    head = ".".join((*inside, "workload"))
    asked = [f"# {_one_line(proposal.question)}"] if proposal.question else []
    asked += [f"# seen: {_one_line(seen)}" for seen in proposal.seen]
    return "\n".join([*asked, f"[[{head}]]", table.as_string()])


def _one_line(text: str) -> str:
    """A comment ends where its line ends, and TOML allows no control characters in it."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in text)


def _parsed(text: str) -> tomlkit.TOMLDocument:
    import tomlkit
    from tomlkit.exceptions import ParseError

    try:
        return tomlkit.parse(text)
    except ParseError as error:
        raise WrongUse(f"the configuration is no TOML: {error}") from None


def _entries(document: tomlkit.TOMLDocument, inside: Sequence[str]) -> Sequence[Table] | AoT:
    found: Any = document
    for key in (*inside, "workload"):
        found = found.get(key, {})
    return found or []
