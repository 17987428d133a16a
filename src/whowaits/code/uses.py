"""Where each name is used: as what is called, as an argument, bound to another name, stored, returned.

Built once over all summaries; the questions "who calls this?" and "where does this function travel to?" look
names up here and then ask `values` whether the name means the thing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from whowaits.code.summary import Summary, Term, terminal


class Use(NamedTuple):
    """One use. `how`: "arg" (`number` = the call, `key` = position or keyword), "bind" (`number` = scope, `key` =
    the new name), "attribute" (`key` = the attribute), "return" (`number` = scope). `term` is what is used."""

    how: str
    path: str
    number: int
    key: int | str | None
    term: Term


class Uses:
    """The uses of names, and of the results of calls.

    calls           name -> the calls whose function ends in it
    on_functions    name of a function of the tree -> the calls of one of its attributes (`task.delay()`)
    names           name -> its uses other than being called
    results         call -> the uses of its result; `called_results`: the calls of its result
    methods         name -> the methods of that name; `functions`: those of a module
    stores          attribute -> the assignments to it; `puts`: name of a collection -> the assignments to its items
    held            names of variables, parameters, attributes and imports under another name
    defined         names of functions
    decorated       name of a decorator -> the functions and classes that it decorates
    """

    def __init__(self, files: Mapping[str, Summary]) -> None:
        self.files = files
        self.calls: dict[str, list[tuple[str, int]]] = defaultdict(list)
        self.names: dict[str, list[Use]] = defaultdict(list)
        self.results: dict[tuple[str, int], list[Use]] = defaultdict(list)
        self.called_results: dict[tuple[str, int], list[int]] = defaultdict(list)
        self.methods: dict[str, list[tuple[str, int]]] = defaultdict(list)
        self.functions: dict[str, list[tuple[str, int]]] = defaultdict(list)
        self.stores: dict[str, list[tuple[str, int]]] = defaultdict(list)
        self.puts: dict[str, list[tuple[str, int]]] = defaultdict(list)
        self.on_functions: dict[str, list[tuple[str, int]]] = defaultdict(list)
        self.decorated: dict[str, list[tuple[str, int]]] = defaultdict(list)
        self.held: set[str] = set()
        self.defined: set[str] = set()
        for path, summary in files.items():
            self._read_definitions(path, summary)
        for path, summary in files.items():
            self._read_calls(path, summary)
            self._read_flows(path, summary)

    def _read_calls(self, path: str, summary: Summary) -> None:
        calls, defined = self.calls, self.defined
        for number, call in enumerate(summary.calls):
            name = terminal(call.func)
            if name is not None:
                calls[name].append((path, number))
                if call.func[0] == "a" and (base := terminal(call.func[1])) in defined:
                    self.on_functions[base].append((path, number))
            elif call.func and call.func[0] == "c":
                self.called_results[path, call.func[1]].append(number)
            for position, term in enumerate(call.args):
                if term:
                    self._note("arg", path, number, position, term)
            for key, term in call.keywords:
                if term:
                    self._note("arg", path, number, key, term)

    def _read_flows(self, path: str, summary: Summary) -> None:
        for number, scope in enumerate(summary.scopes):
            for param in scope.params:
                self.held.add(param.name)
                if param.default:
                    self._note("bind", path, max(scope.parent, 0), param.name, param.default)
            for name, terms in scope.binds.items():
                for term in terms:
                    if term and (term[0] not in ("m", "f", "k") or (term[0] == "m" and term[3] not in (None, name))):
                        self.held.add(name)
                    if term and term[0] not in ("m", "y"):
                        self._note("bind", path, number, name, term)
            for term in scope.returns:
                if term:
                    self._note("return", path, number, None, term)
        for number, (scope_number, _, attribute, term) in enumerate(summary.attributes):
            self.held.add(attribute)
            self.stores[attribute].append((path, number))
            self._note("attribute", path, scope_number, attribute, term)
        for number, (scope_number, base, _, term) in enumerate(summary.items):
            if held_in := terminal(base):
                self.puts[held_in].append((path, number))
                self._note("bind", path, scope_number, held_in, term)

    def _read_definitions(self, path: str, summary: Summary) -> None:
        for number, scope in enumerate(summary.scopes):
            for term in scope.decorators:
                if name := terminal(summary.calls[term[1]].func if term and term[0] == "c" else term):
                    self.decorated[name].append((path, number))
            if scope.kind in ("def", "async"):
                self.defined.add(scope.name)
                if summary.scopes[scope.parent].kind == "class":
                    self.methods[scope.name].append((path, number))
                elif scope.parent == 0:
                    self.functions[scope.name].append((path, number))

    def _note(self, how: str, path: str, number: int, key: int | str | None, term: Term) -> None:
        if term and term[0] == "e":
            number, term = term[1], term[2]
        for part in _parts(term):
            use = Use(how, path, number, key, part)
            if part[0] == "c":
                self.results[path, part[1]].append(use)
            elif part[0] == "f":
                self.names[lambda_name(path, part[1])].append(use)
            elif name := terminal(part):
                self.names[name].append(use)


def lambda_name(path: str, scope: int) -> str:
    """Return the name under which the uses of a lambda are kept."""
    return f"{path}:<lambda>:{scope}"


def _parts(term: Term) -> Iterator[Term]:
    """The terms whose values a term may have or hold."""
    if not term:
        return
    kind = term[0]
    if kind in ("n", "a", "c", "f"):
        yield term
    elif kind in ("o", "t"):
        for part in term[1]:
            yield from _parts(part)
    elif kind == "d":
        for _, part in term[1]:
            yield from _parts(part)
    elif kind == "p":
        yield from _parts(term[1])
        yield from _parts(term[2])
    elif kind in ("*", "w", "i"):
        yield from _parts(term[1])
