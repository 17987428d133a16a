"""What a call gives back."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from whowaits.code.summary import Call, terminal

if TYPE_CHECKING:
    from whowaits.code.values import Resolver, Value, Values

FIRST: Final = frozenset(
    {"next", "iter", "list", "tuple", "set", "sorted", "reversed", "frozenset", "choice", "cycle", "deepcopy"}
    | {"wait_for", "shield", "run_until_complete", "create_task", "ensure_future", "tqdm", "track", "chain", "zip"}
    | {"enter_context", "enter_async_context", "closing", "aclosing", "anext", "aiter", "filter", "filterfalse"}
)
"""Callables from outside whose result is, or holds, their arguments."""

WRAPS: Final = frozenset(
    {"partial", "wraps", "lru_cache", "cache", "retry", "on_exception", "sync_to_async", "async_to_sync"}
    | {"staticmethod", "classmethod", "RunnableLambda", "from_function", "traceable", "observe", "track", "op", "jit"}
    | {"cache_resource", "cache_data", "partialmethod", "method_decorator", "contextmanager", "asynccontextmanager"}
    | {"update_wrapper", "WeakMethod", "asyncify", "syncify", "make_async", "tool", "copy_context", "singledispatch"}
)
"""Callables from outside whose result does what the function given to them does."""

_RUNS_QUERY: Final = frozenset({"scalars", "scalar", "execute", "exec", "stream", "stream_scalars"})
"""Methods of a database session that give the rows of the query given to them."""

_IMPORTS: Final = frozenset({"importlib.import_module", "builtins.__import__", "pytest.importorskip"})
_CARRIES: Final = ("langchain", "langgraph")
_CARRYING_PREFIXES: Final = ("wrap", "patch", "instrument", "track", "trace", "with_", "observe")
MAX_CALLS_IN_NAME: Final = 7
_GAP: Final = re.compile(r"\{(\w*)[^{}]*\}")
"""What a text for `format` has where something is put in: `{}`, `{0}`, `{name:>8}`."""


def result_of(r: Resolver, path: str, number: int) -> Values:
    """Return the values of call `number` of `path`."""
    from whowaits.code.values import unite

    call = r.files[path].calls[number]
    values = r.of(path, call.scope, call.func)
    if not values:
        return unite((_instances(r, path, call), _rows(r, path, call, terminal(call.func))))
    return unite(_result(r, path, number, call, v) for v in values)


def _instances(r: Resolver, path: str, call: Call) -> Values:
    """What something that is not of this tree makes of a class given to it: `session.query(User)`, `get(Service)`."""
    terms = (t for t in (*call.args, *(t for _, t in call.keywords)) if (terminal(t) or "")[:1].isupper())
    return tuple(("Q", v[1], v[2]) for v in r.all_of(path, call.scope, terms) if v[0] == "C")


def _rows(r: Resolver, path: str, call: Call, name: str | None) -> Values:
    """What a database gives for a query."""
    values = r.all_of(path, call.scope, call.args[:1]) if name in _RUNS_QUERY else ()
    return tuple(v for v in values if v[0] == "Q")


def _result(r: Resolver, path: str, number: int, call: Call, func: Value) -> Values:
    kind = func[0]
    if kind in ("F", "B"):
        return r.params.returned_to(path, number, func)
    if kind == "C":
        return (("O", func[1], func[2]),)
    if kind == "L":
        return tuple(("C", *cls) for cls in r.classes.below((func[1], func[2])))
    if kind in ("O", "S"):
        return _called_instance(r, func)
    if kind == "G":
        key = call.args[0][1] if call.args and call.args[0] and call.args[0][0] in ("s", "v") else None
        return r.entries(func[2], key)
    if kind == "P":
        return (("T", _formatted(r, path, call, func[1]) if terminal(call.func) == "format" else func[1]),)
    if kind == "Q":
        return (func,)
    return _outside(r, path, number, call, func) if kind == "X" else ()


def _formatted(r: Resolver, path: str, call: Call, text: str) -> str:
    """A text with what it is given in its gaps; what is not known leaves a gap."""
    given = {str(n): term for n, term in enumerate(call.args)} | {k: t for k, t in call.keywords if k}
    numbers = itertools.count()

    def filled(gap: re.Match[str]) -> str:
        term = given.get(gap.group(1) or str(next(numbers)))
        texts = [v[1] for v in r.of(path, call.scope, term) if v[0] == "T"]
        return texts[0] if len(texts) == 1 else "{}"

    return _GAP.sub(filled, text)


def _called_instance(r: Resolver, value: Value) -> Values:
    from whowaits.code.values import unite

    methods = r.classes.called(value)
    if methods:
        return unite(r.params.returned(m) for m in methods if m[0] in ("F", "B"))
    return tuple(("X", f"{base}()()", (None, None)) for base in r.classes.line((value[1], value[2]))[1])


def _outside(r: Resolver, path: str, number: int, call: Call, func: Value) -> Values:
    """The result of something from outside of the tree, by its dotted name."""
    from whowaits.code.values import unite

    name = func[1]
    last = name.rpartition(".")[2]
    special = _SPECIAL.get(name)
    if special is not None:
        return special(r, path, call)
    if name in _IMPORTS:
        return unite(_imported(r, path, call, text) for text in _texts(r, path, call))
    if last in r.wrappers:
        return (("X", name.rpartition(".")[0], func[2]),) if "." in name else ()
    if last in FIRST or name in ("asyncio.run", "copy.copy"):
        return r.all_of(path, call.scope, call.args)
    made = (*_made(r, path, number, call, func), *_carried(r, path, call, name, last))
    if not name.startswith("builtins."):
        made += (*_instances(r, path, call), *_rows(r, path, call, last))
    return unite((made, _functions(r, path, call)) if last in WRAPS or name.endswith("()") else (made,))


def _made(r: Resolver, path: str, number: int, call: Call, func: Value) -> Iterator[Value]:
    from whowaits.code.values import MAX_NAME

    name, calls = func[1], (*func[2], (path, number))
    if len(name) > MAX_NAME or name.count("()") > MAX_CALLS_IN_NAME or name.startswith("builtins."):
        return
    if name in r.literals:
        named = [t for k, t in call.keywords if k == "service_name"]
        texts = [v[1] for t in (*call.args[:1], *named) for v in r.of(path, call.scope, t) if v[0] == "T"]
        yield from (("X", f'{name}("{text}")', calls) for text in texts)
    yield ("X", f"{name}()", calls)


def _carried(r: Resolver, path: str, call: Call, name: str, last: str) -> Iterator[Value]:
    """Clients and models inside what is built from them: chains, agents, instrumented clients."""
    if name.startswith(_CARRIES) or last.startswith(_CARRYING_PREFIXES):
        terms = [*call.args, *(t for _, t in call.keywords)]
        yield from (v for v in r.all_of(path, call.scope, terms) if v[0] == "X" and "(" in v[1])


def _functions(r: Resolver, path: str, call: Call) -> Values:
    """Functions of the tree and methods from outside among the arguments."""
    values = r.all_of(path, call.scope, call.args)
    return tuple(v for v in values if v[0] in ("F", "B", "O") or (v[0] == "X" and "." in v[1]))


def _texts(r: Resolver, path: str, call: Call) -> Iterable[str]:
    return [v[1] for v in r.all_of(path, call.scope, call.args[:1]) if v[0] == "T"]


def _imported(r: Resolver, path: str, call: Call, text: str) -> Values:
    """What importing the module of this name gives; a name with gaps means every module that it fits."""
    level = len(text) - len(text.lstrip("."))
    dotted = text[level:]
    if "{}" not in dotted:
        return r.imported(path, level, dotted, None)
    return tuple(("M", file) for file in r.modules.fitting(path, level, dotted))


def _from_file(r: Resolver, path: str, call: Call) -> Values:
    """`spec_from_file_location(name, "plugins/x.py")`: the module itself, for a spec leads to nothing else."""
    places = [v[1] for t in call.args[1:2] for v in r.of(path, call.scope, t) if v[0] == "T"]
    dotted = [p.removesuffix(".py").removeprefix("./").replace("/", ".") for p in places]
    return tuple(v for d in dotted for v in _imported(r, path, call, d) if v[0] == "M")


def _first(r: Resolver, path: str, call: Call) -> Values:
    return r.all_of(path, call.scope, call.args[:1])


def _namespace(r: Resolver, path: str, call: Call) -> Values:
    """`globals()` and `vars(module)`."""
    return _first(r, path, call) if call.args else (("M", path),)


def _evaluated(r: Resolver, path: str, call: Call) -> Values:
    """`eval(name)`, `eval(f"run_{kind}")`: what the module binds under the name; `eval(f"solver.{kind}")`: a method."""
    from whowaits.code.values import named, unite

    found = []
    for text in _texts(r, path, call):
        *owners, last = text.split(".")
        if not owners and last.replace("{}", "").isidentifier():
            found.append(named(r, ("M", path), last))
        elif owners and all(part.isidentifier() for part in owners):
            found += [_method(r, value, last) for value in _dotted(r, path, call.scope, owners)]
    return unite(found)


def _dotted(r: Resolver, path: str, scope: int, parts: list[str]) -> Values:
    from whowaits.code.values import unite

    values = r.name(path, scope, parts[0])
    for part in parts[1:]:
        values = unite(r.attribute(value, part) for value in values)
    return values


def _method(r: Resolver, value: Value, name: str) -> Values:
    """An attribute of something by a name that may have gaps; one of which nothing is known is any method."""
    from whowaits.code.values import named, unite

    if name == "{}" and value[0] in ("O", "S", "C"):
        bound = (binds.items() for c in r.classes.line((value[1], value[2]))[0] for binds in [r.scope(*c).binds])
        methods = [n for items in bound for n, terms in items if any(t and t[0] == "f" for t in terms)]
        return unite(r.attribute(value, method) for method in dict.fromkeys(methods) if not method.startswith("_"))
    return named(r, value, name) if name.replace("{}", "").isidentifier() else ()


def _default(r: Resolver, path: str, call: Call) -> Values:
    defaults = [t for k, t in call.keywords if k == "default"]
    return r.all_of(path, call.scope, [*call.args[1:2], *defaults])


def _getattr(r: Resolver, path: str, call: Call) -> Values:
    from whowaits.code.values import named, unite

    if len(call.args) < 2:
        return ()
    names = [v[1] for v in r.of(path, call.scope, call.args[1]) if v[0] == "T"]
    found = []
    for value in r.of(path, call.scope, call.args[0]):
        found += [named(r, value, name) for name in names]
        if not names and value[0] == "X":
            found.append(r.attribute(value, "*"))
        elif not names and value[0] == "M":
            found.append(r.attributes_like(value, "{}"))
    return unite((*found, r.all_of(path, call.scope, call.args[2:3])))


def _super(r: Resolver, path: str, call: Call) -> Values:
    cls = r.classes.enclosing(path, call.scope)
    return (("U", *cls),) if cls else ()


def _type(r: Resolver, path: str, call: Call) -> Values:
    values = r.all_of(path, call.scope, call.args[:1])
    return tuple(("C", v[1], v[2]) for v in values if v[0] in ("O", "S"))


def _second(r: Resolver, path: str, call: Call) -> Values:
    return r.all_of(path, call.scope, call.args[1:2])


_SPECIAL: Final = {
    "dataclasses.asdict": _first,  # its items are the attributes
    "attr.asdict": _first,
    "attrs.asdict": _first,
    "os.getenv": _default,
    "os.environ.get": _default,
    "builtins.getattr": _getattr,
    "builtins.super": _super,
    "builtins.type": _type,
    "typing.cast": _second,
    "builtins.globals": _namespace,
    "builtins.vars": _namespace,
    "builtins.eval": _evaluated,
    "importlib.util.spec_from_file_location": _from_file,
    "importlib.util.module_from_spec": _first,
}
