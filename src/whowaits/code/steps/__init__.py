"""LibCST reads each step of a path: which loops repeat the call that leads on, and where its answer goes.

Only the text of one function is read at a time, and only where there is something to tell apart. The facts are
plain data with names; what a fact says about waiting stands in rules/code. LibCST is used nowhere else.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from whowaits.frozen import dataclass

if TYPE_CHECKING:
    from whowaits.code.site import Step


class Fact(NamedTuple):
    """One thing seen in a step. `value`: seconds between two rounds. `weak`: a loop over a handful of literals only, a
    streamed answer that is passed on to the caller, a conversation that ends with the object or list it is in."""

    name: str
    line: int
    weak: bool = False
    value: float | None = None


@dataclass(frozen=True, slots=True)
class StepFacts:
    """What is around the call of one step, innermost first; `handed_to` names callables that get a lambda around it."""

    facts: tuple[Fact, ...] = ()
    handed_to: tuple[tuple[str, int], ...] = ()


class UnreadableError(ValueError):
    """The function cannot be read; the message says why."""


Pauses = tuple[tuple[int, float], ...]
"""Lines of a function that sleep, each with the seconds."""

NOTHING: Final = StepFacts()
_WORTH_READING: Final = re.compile(
    r"\.(get|wait|result|join|return_value)\b|tools|input|prompt|\.ask\(|questionary|stream|Records|append|extend|\+=|histor|message|send|[Rr]epl|respond|listen|list\(|tuple\("
    r"|httpMethod|requestContext|rawPath|routeKey|pathParameters|queryString|PATH_INFO|REQUEST_METHOD|QUERY_STRING"
    r"|= *[A-Z]\w*\(|\b[A-Z]\w*\([^()]*\)\."
)


def read(
    text: str,
    step: Step,
    *,
    model_call: bool,
    streams: bool = False,
    chat: bool = False,
    others: frozenset[int] = frozenset(),
    pauses: Pauses = (),
) -> StepFacts:
    """The facts of a step in `text`, the lines `step.first_line` to `step.last_line` of its file.

    `model_call`: the step's call is the call of the model. `streams`: it streams whatever its arguments say.
    `chat`: it goes to an object that keeps the conversation. `others`: lines of further calls in this function
    that lead to a model. `pauses`: lines that sleep, with how many seconds, where names say it.
    """
    if not is_worth_reading(text, step, chat=chat, others=others):
        return NOTHING
    from whowaits.code.steps import reader

    return reader.read(text, step, reader.Asked(model_call, streams, chat, others, frozenset(step.asks), dict(pauses)))


def is_worth_reading(text: str, step: Step, *, chat: bool, others: frozenset[int]) -> bool:
    """Whether the text can hold any fact at all; saves the parse where it cannot."""
    around = any(e.kind in ("for", "while", "comprehension", "lambda") for e in step.enclosures)
    return around or chat or bool(others or step.asks) or bool(_WORTH_READING.search(text))
