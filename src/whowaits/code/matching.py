"""Which calls of a tree call a model, and what is known of each: provider, model, tier, keywords."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from whowaits.code import words
from whowaits.code.about import About
from whowaits.code.graph import Graph
from whowaits.code.http import HTTP, Http, keyword_names
from whowaits.code.imported import Everywhere, Imported
from whowaits.code.qualified import plain
from whowaits.code.results import WRAPS
from whowaits.code.sdk import CALLED, Match, Sdks, ends
from whowaits.code.summary import Call, Term, terminal
from whowaits.code.travels import Spot, Travel
from whowaits.code.values import Resolver, Value, Values
from whowaits.frozen import dataclass

if TYPE_CHECKING:
    from whowaits.code.site import Literals
    from whowaits.rules import CallRule

_RUNNABLE: Final = frozenset({"invoke", "ainvoke", "stream", "astream", "batch", "abatch"})
_ASKS: Final = frozenset({"predict", "apredict", "complete", "acomplete", "chat", "achat", "generate", "agenerate"})
_MODEL_LIKE: Final = re.compile(r"(^|_)(llm|chat_model|chain|lm|agent|judge|grader|grader_model)s?$|(^|_)llm_", re.I)
_SEARCHES: Final = (
    *("as_retriever", "as_query_engine", "as_chat_engine", "query", "retrieve", "get_relevant_documents"),
    *("similarity_search", "asimilarity_search", "similarity_search_with_score", "max_marginal_relevance_search"),
)
"""Methods of a store that look something up in it."""

MAX_LITERAL: Final = 64


@dataclass(frozen=True, slots=True)
class ModelCall:
    """One call of a model, without the ways that lead to it. `through`: the SDK's method is handed to this.

    `searched`: it builds a store that the same program then searches.
    """

    path: str
    number: int
    call: str
    rule: CallRule
    provider: str | None
    model: str | None
    kind: str
    tier: str
    keywords: dict[str, Literals]
    through: str | None
    searched: bool = False


class Matcher:
    """Finds the model calls of one tree."""

    def __init__(self, resolver: Resolver, graph: Graph, sdks: Sdks) -> None:
        self.resolver = resolver
        self.graph = graph
        self.sdks = sdks
        self.imported = Imported(resolver.files)
        self.everywhere = Everywhere(resolver.files, self.imported)
        self.http = Http(resolver, sdks)
        rules = [r for r in sdks.here(resolver.files, self.everywhere) if r.id != HTTP or self.http.is_possible]
        self.ends = ends(rules)
        self.only_http = self.ends - ends([r for r in rules if r.id != HTTP])
        self.has_sdk = any(r.id != HTTP for r in rules)

    def find(self) -> list[ModelCall]:
        """Return the model calls, in the order of path and place."""
        found: dict[tuple[str, int], ModelCall] = {}
        for path, number in self._candidates():
            if (path, number) not in found and (made := self._model_call(path, number)):
                found[path, number] = made
        for made in (*self._handed(), *self._decorated()):
            found.setdefault((made.path, made.number), made)
        searched = self._searched() if any(m.rule.fanout and m.kind == "embedding" for m in found.values()) else ()
        return [replace(found[key], searched=key in searched) for key in sorted(found)]

    def _searched(self) -> set[tuple[str, int]]:
        """The calls whose result something is looked up in."""
        found: set[tuple[str, int]] = set()
        for path, number in (c for name in _SEARCHES for c in self.resolver.uses.calls(name)):
            call = self.resolver.files[path].calls[number]
            values = self.resolver.of(path, call.scope, call.func[1]) if call.func[0] == "a" else ()
            found.update(made for v in values if v[0] == "X" for made in v[2] if made is not None)
        return found

    # -- where to look ---------------------------------------------------------------------------------------

    def _candidates(self) -> Iterator[tuple[str, int]]:
        """Calls that end in a name of an SDK, and calls of what a variable holds or another call returned."""
        uses = self.resolver.uses
        for name in sorted(self.ends):
            yield from uses.calls(name)
        for name in sorted(self.sdks.long_ends - self.ends):
            if any(self._is_mentioned(chain) for _, chain in self.sdks.by_last[name] if chain.count(".") > 1):
                yield from (c for c in uses.calls(name) if self._long_chain(*c))
        if self.has_sdk:
            yield from self._held()

    def _is_mentioned(self, chain: str) -> bool:
        return all(self.resolver.files.holds(name) for name in words.names_in(chain))

    def _held(self) -> Iterator[tuple[str, int]]:
        """Calls of something that a variable holds, or a call returned, where it may be one of an SDK's methods."""
        travel = Travel(self.resolver, "XFB", self._is_of_sdk, self._makes_called)
        called = [Spot(name, gives=True) for name in sorted(self.sdks.called_names)]
        travel.follow([*self._taken(), *called, *self._wild()], self.ends)
        for path, number in travel.calls:
            name = terminal(self.resolver.files[path].calls[number].func)
            if name is None or self.resolver.uses.is_held(name):
                yield path, number

    def _taken(self) -> Iterator[Spot]:
        """Where a file may have a method or function of an SDK without calling it: an attribute, or what it imports."""
        files = self.resolver.files
        for name in sorted(self.ends):
            for how in (words.TAKEN, words.IMPORTED):
                yield from (Spot(name, path) for path in files.mentioning(name, how))

    def _wild(self) -> Iterator[Spot]:
        """Where anything is made of what a module gives by any name, and the names under which files import that."""
        resolver = self.resolver
        modules = sorted(self.sdks.called_modules)
        for path in dict.fromkeys(p for m in modules for p in resolver.files.mentioning(m, words.IMPORTED)):
            for name, terms in resolver.files[path].scopes[0].binds.items():
                if any(t and t[0] == "m" and self._makes_called(("X", f"{t[2]}.{t[3]}")) for t in terms):
                    yield Spot(name, gives=True)
            for number, call in enumerate(resolver.files[path].calls):
                if any(map(self._makes_called, resolver.of(path, call.scope, call.func))):
                    yield Spot("", path, number)

    def _is_of_sdk(self, value: Value) -> bool:
        """Whether calling a value may call a model, or make something whose call does."""
        if value[0] != "X":
            return self._match(value) is not None
        name = value[1]
        return (
            bool(self.sdks.find(name)) or name.rpartition(".")[2] in self.sdks.by_last or self.sdks.makes_called(name)
        )

    def _makes_called(self, value: Value) -> bool:
        return value[0] == "X" and self.sdks.makes_called(value[1])

    def _long_chain(self, path: str, number: int) -> bool:
        written = _written(self.resolver.files[path].calls[number].func)
        return written is not None and written.count(".") > 2

    def _model_call(self, path: str, number: int) -> ModelCall | None:
        call = self.resolver.files[path].calls[number]
        if terminal(call.func) in self.only_http and not self.http.may_ask(path, call):
            return None
        values = self.resolver.of(path, call.scope, call.func)
        for value in values:
            match = self._match(value)
            if match and (made := self._describe(path, number, match, self._outside(value), None)):
                return made
        if any(v[0] in ("F", "B", "C", "O") and len(v) == 3 for v in values):
            return None
        return self._by_shape(path, number, call, values)

    def _match(self, value: Value) -> Match | None:
        if value[0] in ("F", "B") and self.sdks.calls.declared:
            return self.sdks.declared(self.graph.names.qualified(value[1], value[2]))
        if value[0] != "X":
            return None
        return None if self.sdks.ignored(value[1]) else self.sdks.find(value[1])

    def _outside(self, value: Value) -> Value:
        """A function of the tree seen as one from outside, as a declared wrapper is."""
        return value if value[0] == "X" else ("X", self.graph.names.qualified(value[1], value[2]), ())

    def _by_shape(self, path: str, number: int, call: Call, values: Values) -> ModelCall | None:
        """A call on an object that is not known, by its chain of attributes and its keywords."""
        written = _written(call.func)
        if written is None or self.sdks.ignored(written):
            return None
        names = [v[1] for v in values if v[0] == "X"] or [written]
        names = [name for name in names if name.rpartition(".")[2] in self.sdks.by_last]
        if not names:
            return None
        keywords = keyword_names(self.resolver, path, call)
        splat = any(k is None for k, _ in call.keywords)
        for name in names:
            shapes = (
                self.sdks.by_shape(name, keywords, imported, splat)
                for imported in (self.imported[path], self.everywhere, None)
            )
            match = next((m for m in shapes if m), None) or self._runnable(path, call, name)
            if match:
                return self._describe(path, number, match, ("X", written, ()), None)
        return None

    def _runnable(self, path: str, call: Call, name: str) -> Match | None:
        """`llm.invoke` and the like, where the file imports the SDK and nothing else is known of the object."""
        last = name.rpartition(".")[2]
        base = terminal(call.func[1]) if call.func[0] == "a" else None
        for rule, chain in self.sdks.by_last.get(last, ()):
            known = self.everywhere if base and "llm" in base.lower() else self.imported[path]
            if "." in chain or not any(root in known for root in rule.imports):
                continue
            unique = "_" in chain and len({r.sdk for r, _ in self.sdks.by_last[last] if self._in_use(r)}) < 3
            runs = last in _RUNNABLE and base and _MODEL_LIKE.search(base)
            if unique or runs or (last in _ASKS and base and base.strip("_").lower() == "llm"):
                return Match(rule, None, chain, True)
        return None

    def _in_use(self, rule: CallRule) -> bool:
        return any(root in self.everywhere for root in rule.imports)

    def _handed(self) -> Iterator[ModelCall]:
        """An SDK's method given to something that will call it: `to_thread(client.chat.completions.create, …)`."""
        uses = self.resolver.uses
        taken = dict.fromkeys((spot.name, str(spot.path)) for spot in self._taken())
        for use in (u for name, path in taken for u in uses.of(path).names.get(name, ())):
            if use.how != "arg":
                continue
            call = self.resolver.files[use.path].calls[use.number]
            if terminal(use.term) in self.only_http and not self.http.may_ask(use.path, call):
                continue
            callee = self.resolver.of(use.path, call.scope, call.func)
            wraps = any(v[0] == "X" and v[1].rpartition(".")[2] in WRAPS for v in callee)
            if wraps or self.resolver.params.callees(use.path, use.number):
                continue
            for value in self.resolver.of(use.path, call.scope, use.term):
                match = self._match(value)
                names = self.graph.names.of(use.path, call.scope, call.func)
                if match and (made := self._describe(use.path, use.number, match, value, (names or ("*",))[0])):
                    yield made
                    break

    def _decorated(self) -> Iterator[ModelCall]:
        """Calls of functions whose decorator turns them into a model call."""
        for path in self._decorating():
            for number, scope in enumerate(self.resolver.files[path].scopes):
                for term in scope.decorators:
                    names = self.graph.names.of_decorator(path, max(scope.parent, 0), term)
                    rule = next((self.sdks.decorators[n] for n in names if n in self.sdks.decorators), None)
                    if rule:
                        yield from self._calls_of(path, number, rule, term)

    def _decorating(self) -> list[str]:
        """The files in which one of those decorators can stand; its first part is imported, or a module of the tree."""
        files = self.resolver.files
        roots = {name.partition(".")[0] for name in self.sdks.decorators}
        used = {root for root in roots if files.holds(root, words.IMPORTED)}
        used |= {root for root in roots if any(p.partition("/")[0].partition(".")[0] == root for p in files)}
        if not used:
            return []
        here = [name for name in self.sdks.decorators if name.partition(".")[0] in used]
        travel = Travel(self.resolver, "X", lambda value: value[0] == "X" and value[1] in self.sdks.decorators)
        travel.follow(Spot(name.rpartition(".")[2]) for name in sorted(here))
        found = {path for name in travel.names for path in files.mentioning(name)}
        return sorted(found, key=files.rank)

    def _calls_of(self, path: str, scope: int, rule: CallRule, decorator: Term) -> Iterator[ModelCall]:
        calls = ((path, decorator[1]),) if decorator[0] == "c" else ()
        for at, number in self.resolver.uses.calls(self.resolver.scope(path, scope).name):
            if (path, scope) in self.resolver.params.callees(at, number):
                value = ("X", self.graph.names.qualified(path, scope), calls)
                if made := self._describe(at, number, Match(rule, 0 if calls else None, CALLED), value, None):
                    yield made

    # -- what is known of a call -----------------------------------------------------------------------------

    def _describe(self, path: str, number: int, match: Match, value: Value, through: str | None) -> ModelCall | None:
        rule = match.rule
        call = self.resolver.files[path].calls[number]
        about = About(self, path, call, match, value)
        keywords = {k: _literal(v) for k, v in about.keywords.items()}
        model = about.model()
        if rule.id == HTTP:
            url = about.url()
            if url is None:
                return None
            provider, kind, tier = url.provider or None, str(url.kind), str(url.tier)
        else:
            provider, kind, tier = about.provider(model), str(rule.kind), about.tier()
        name = plain(value[1])
        return ModelCall(path, number, name, rule, provider, model, kind, tier, keywords, through)


def _written(term: Term) -> str | None:
    """The chain of names as it is written; what is not a name becomes "?"."""
    if not term:
        return "?"
    if term[0] == "n":
        return str(term[1])
    if term[0] == "a":
        return f"{_written(term[1])}.{term[2]}"
    return "?"


def _literal(values: Values) -> Literals:
    """The one short literal among the values, else None."""
    plain_values = {v[1] for v in values if v[0] == "V" or (v[0] == "T" and len(v[1]) <= MAX_LITERAL)}
    if len(plain_values) != 1 or len(values) != 1:
        return None
    value: Literals = plain_values.pop()
    return value
