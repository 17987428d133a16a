"""Where each name is used: as what is called, as an argument, bound to another name, stored, returned.

The questions "who calls this?" and "where does this function travel to?" look names up here and then ask `values`
whether the name means the thing. A question about a name reads all files that hold the name, and no other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from whowaits.code import words
from whowaits.code.summaries import Summaries
from whowaits.code.summary import Summary, Term, terminal

Numbered = tuple[str, int]
"""A call, scope or other row of a file: (path, number)."""


class Use(NamedTuple):
    """One use; `term` is what is used. `how`:

    arg         `number` = the call, `key` = position or keyword
    bind        `number` = scope, `key` = the new name; "default" of a parameter, "put" into what an attribute holds
    attribute   `number` = scope, `key` = the attribute
    return      `number` = scope
    on          `number` = scope, `key` = the call of a method of what holds it
    called      `number` = scope, `key` = the call of an item of a display that holds it
    typed       a parameter (`key`) that is annotated with it
    """

    how: str
    path: str
    number: int
    key: int | str | None
    term: Term


class FileUses:
    """The uses of names in one file; see `Uses`. `aliases` are imports of a name under another one, `typed` what is
    annotated with it; `on_results`: the calls of attributes of the result of a call."""

    def __init__(self, path: str, summary: Summary) -> None:
        self.path = path
        self.calls: dict[str, list[int]] = defaultdict(list)
        self.on: dict[str, list[int]] = defaultdict(list)
        self.on_results: dict[int, list[int]] = defaultdict(list)
        self.names: dict[str, list[Use]] = defaultdict(list)
        self.aliases: dict[str, list[Use]] = defaultdict(list)
        self.typed: dict[str, list[Use]] = defaultdict(list)
        self.results: dict[int, list[Use]] = defaultdict(list)
        self.called_results: dict[int, list[int]] = defaultdict(list)
        self.methods: dict[str, list[int]] = defaultdict(list)
        self.functions: dict[str, list[int]] = defaultdict(list)
        self.stores: dict[str, list[int]] = defaultdict(list)
        self.decorated: dict[str, list[int]] = defaultdict(list)
        self.puts: dict[str, list[int]] = defaultdict(list)
        self.computed: list[Use] = []
        self.held: set[str] = set()
        self.defined: set[str] = set()
        self._read_calls(path, summary)
        self._read_flows(path, summary)
        self._read_definitions(summary)

    def _read_calls(self, path: str, summary: Summary) -> None:
        for number, call in enumerate(summary.calls):
            func = call.func
            name = terminal(func)
            if name is not None:
                self.calls[name].append(number)
            elif func and func[0] == "c":
                self.called_results[func[1]].append(number)
            if func and func[0] == "i" and func[1] and func[1][0] in ("d", "t"):
                self._note("called", path, call.scope, number, func[1])
            if func and func[0] == "i" and isinstance(func[2], str):
                self.calls[func[2]].append(number)
            if func and func[0] == "a":
                base = func[1]
                if held_in := terminal(base):
                    self.on[held_in].append(number)
                elif (result := _result(base)) is not None:
                    self.on_results[result].append(number)
                elif base:
                    self._note("on", path, call.scope, number, base)
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
                    self._note("default", path, max(scope.parent, 0), param.name, param.default)
                for part in annotated(param.annotation):
                    self.typed[part].append(Use("typed", path, max(scope.parent, 0), param.name, param.annotation))
            for name, terms in scope.binds.items():
                for term in terms:
                    self._read_bind(path, number, name, term)
            for term in scope.returns:
                if term:
                    self._note("return", path, number, None, term)
        for number, (scope_number, _, attribute, term, _) in enumerate(summary.attributes):
            self.held.add(attribute)
            self.stores[attribute].append(number)
            self._note("attribute", path, scope_number, attribute, term)
        for number, (scope_number, base, _, term) in enumerate(summary.items):
            if held_in := terminal(base):
                self.puts[held_in].append(number)
                how = "bind" if base[0] == "n" else "put"
                self._note(how, path, scope_number, held_in, term)

    def _read_bind(self, path: str, number: int, name: str, term: Term) -> None:
        if not term:
            return
        if term[0] == "m":
            if term[3] not in (None, name):
                self.held.add(name)
                self.aliases[term[3]].append(Use("bind", path, number, name, term))
        elif term[0] == "e" and term[2] and term[2][0] == "y":
            self._read_bind(path, term[1], name, term[2])
        elif term[0] == "y":
            self.held.add(name)
            for part in annotated(term[1]):
                self.typed[part].append(Use("bind", path, number, name, term))
        else:
            if term[0] not in ("f", "k"):
                self.held.add(name)
            self._note("bind", path, number, name, term)

    def _read_definitions(self, summary: Summary) -> None:
        for number, scope in enumerate(summary.scopes):
            for term in scope.decorators:
                if name := terminal(summary.calls[term[1]].func if term and term[0] == "c" else term):
                    self.decorated[name].append(number)
            if scope.kind in ("def", "async"):
                self.defined.add(scope.name)
                if summary.scopes[scope.parent].kind == "class":
                    self.methods[scope.name].append(number)
                elif scope.parent == 0:
                    self.functions[scope.name].append(number)

    def _note(self, how: str, path: str, number: int, key: int | str | None, term: Term) -> None:
        if term and term[0] == "e":
            number, term = term[1], term[2]
        self.computed += (Use(how, path, number, key, item) for item in _computed(term))
        for item in _keyed(term):
            self.names[item[2]].append(Use(how, path, number, key, item))
        for part in _parts(term):
            use = Use(how, path, number, key, part)
            if part[0] == "c":
                self.results[part[1]].append(use)
            elif part[0] == "f":
                self.names[lambda_name(path, part[1])].append(use)
            elif name := terminal(part):
                self.names[name].append(use)


class Uses:
    """The uses of names, and of the results of calls, in the order of files.

    calls           the calls whose function ends in a name
    on_functions    the calls of an attribute of a name that is one of a function of the tree (`task.delay()`)
    names           the uses of a name other than being called
    results         the uses of the result of a call; `called_results`: the calls of its result
    methods         the methods of a name; `functions`: those of a module
    stores          the assignments to an attribute
    puts            the assignments to items of a collection of a name
    decorated       the functions and classes that a decorator of a name decorates
    is_held         whether a name is one of a variable, parameter, attribute or import under another name
    """

    def __init__(self, files: Summaries) -> None:
        self.files = files
        self._of: dict[str, FileUses] = {}
        self._calls: dict[str, list[Numbered]] = {}
        self._on: dict[str, list[Numbered]] = {}
        self._names: dict[str, list[Use]] = {}
        self._stores: dict[str, list[Numbered]] = {}
        self._methods: dict[str, list[Numbered]] = {}
        self._mentioning: dict[str, list[FileUses]] = {}
        self._held: dict[str, bool] = {}
        self._puts: dict[str, list[Numbered]] = {}

    def of(self, path: str) -> FileUses:
        """Return the uses of one file."""
        if path not in self._of:
            self._of[path] = FileUses(path, self.files[path])
        return self._of[path]

    def mentioning(self, name: str) -> list[FileUses]:
        """Return the uses of all files that hold a name."""
        if name not in self._mentioning:
            self._mentioning[name] = [self.of(path) for path in self.files.mentioning(name)]
        return self._mentioning[name]

    def each_call(self, name: str) -> Iterator[Numbered]:
        """Yield the calls of a name; a file is read when the one before it is done."""
        for path in self.files.mentioning(name, words.CALLED):
            for number in self.of(path).calls.get(name, ()):
                yield path, number

    def calls(self, name: str) -> list[Numbered]:
        if name not in self._calls:
            self._calls[name] = list(self.each_call(name))
        return self._calls[name]

    def on_functions(self, name: str) -> list[Numbered]:
        if name not in self._on:
            there = self._where(name, words.ASKED)
            self._on[name] = _all(there, lambda file: file.on.get(name, ())) if self._is_defined(name) else []
        return self._on[name]

    def names(self, name: str) -> list[Use]:
        if name not in self._names:
            self._names[name] = list(self.each_name(name))
        return self._names[name]

    def each_name(self, name: str) -> Iterator[Use]:
        """Yield the uses of a name; a file is read when the one before it is done."""
        of_lambda = _path_of_lambda(name)
        for path in [of_lambda] if of_lambda else self.files.mentioning(name, words.USED):
            yield from self.of(path).names.get(name, ())

    def aliases(self, name: str) -> list[Use]:
        there = self._where(name, words.USED)
        return [use for file in there for use in file.aliases.get(name, ())]

    def results(self, path: str, number: int) -> Sequence[Use]:
        return self.of(path).results.get(number, ())

    def called_results(self, path: str, number: int) -> Sequence[int]:
        return self.of(path).called_results.get(number, ())

    def methods(self, name: str) -> list[Numbered]:
        if name not in self._methods:
            self._methods[name] = _all(self._where(name, words.DEFINED), lambda file: file.methods.get(name, ()))
        return self._methods[name]

    def functions(self, name: str) -> list[Numbered]:
        return _all(self._where(name, words.DEFINED), lambda file: file.functions.get(name, ()))

    def puts(self, name: str) -> list[Numbered]:
        if name not in self._puts:
            self._puts[name] = _all(self._where(name, words.ASKED), lambda file: file.puts.get(name, ()))
        return self._puts[name]

    def decorated(self, name: str) -> list[Numbered]:
        return _all(self._where(name, words.DECORATES), lambda file: file.decorated.get(name, ()))

    def stores(self, attribute: str) -> list[Numbered]:
        """Return the assignments to an attribute of anything but `self` and `cls`."""
        if attribute not in self._stores:
            there = self._where(attribute, words.STORED)
            found = _all(there, lambda file: file.stores.get(attribute, ()))
            self._stores[attribute] = [row for row in found if not self.is_on_self(*row)]
        return self._stores[attribute]

    def is_on_self(self, path: str, number: int) -> bool:
        base = self.files[path].attributes[number][1]
        return bool(base) and base[0] == "n" and base[1] in ("self", "cls")

    def _is_defined(self, name: str) -> bool:
        return any(name in self.of(path).defined for path in self.files.mentioning(name, words.DEFINED))

    def _where(self, name: str, how: str) -> list[FileUses]:
        return [self.of(path) for path in self.files.mentioning(name, how)]

    def is_held(self, name: str) -> bool:
        if name not in self._held:
            self._held[name] = any(name in self.of(path).held for path in self.files.mentioning(name))
        return self._held[name]

    def computed_attributes(self) -> list[Numbered]:
        """Return the calls that give an attribute by a name, in the files that compute such names."""
        there = [self.of(path) for path in self.files.mentioning("", words.COMPUTED)]
        return _all(there, lambda file: [n for name in words.COMPUTING for n in file.calls.get(name, ())])

    def computed_items(self) -> list[Use]:
        """Return the uses of what may be taken out of a module by a name."""
        there = [self.of(path) for path in self.files.mentioning("", words.COMPUTED)]
        return [use for file in there for use in file.computed]


def _keyed(term: Term) -> Iterator[Term]:
    """The items by a written key that a term may be: `settings["ask"]` may be what the attribute `ask` held."""
    if term and term[0] == "i":
        if isinstance(term[2], str):
            yield term
        yield from _keyed(term[1])
    elif term and term[0] in ("o", "t"):
        for part in term[1]:
            yield from _keyed(part)


def _computed(term: Term) -> Iterator[Term]:
    """The items of the result of a call, or of a `__dict__`, that a term may be or hold."""
    if not term:
        return
    if term[0] == "i":
        base = term[1]
        if base and (base[0] == "c" or (base[0] == "a" and base[2] == "__dict__")):
            yield term
        yield from _computed(base)
    elif term[0] in ("o", "t"):
        for part in term[1]:
            yield from _computed(part)
    elif term[0] == "d":
        for _, part in term[1]:
            yield from _computed(part)
    elif term[0] in ("*", "w"):
        yield from _computed(term[1])


def _all(files: Sequence[FileUses], rows: Callable[[FileUses], Sequence[int]]) -> list[Numbered]:
    return [(file.path, number) for file in files for number in rows(file)]


def lambda_name(path: str, scope: int) -> str:
    """Return the name under which the uses of a lambda are kept."""
    return f"{path}:<lambda>:{scope}"


def _path_of_lambda(name: str) -> str:
    return name.partition(":<lambda>:")[0] if ":<lambda>:" in name else ""


def _result(term: Term) -> int | None:
    """The call on whose result a chain of attributes and items begins."""
    while term and term[0] in ("a", "i", "w"):
        term = term[1]
    return int(term[1]) if term and term[0] == "c" else None


def annotated(annotation: Term) -> Iterator[str]:
    """Yield the last names of the types in an annotation."""
    if not annotation:
        return
    kind = annotation[0]
    if kind in ("n", "a"):
        yield str(annotation[1] if kind == "n" else annotation[2])
    elif kind == "i":
        yield from annotated(annotation[1])
        yield from annotated(annotation[3] if len(annotation) > 3 else None)
    elif kind in ("p", "t"):
        for part in annotation[1:3] if kind == "p" else annotation[1]:
            yield from annotated(part)


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
