"""One file -> its summary: definitions, calls, bindings and what encloses each call, as plain tuples.

A summary holds no syntax tree and no text of the file beyond identifiers and short words without spaces
(model names, addresses), so it can be kept in a cache. Expressions become terms, nested tuples whose first
item says what they are:

    ("n", name)              a name             ("a", term, attribute)   an attribute
    ("c", call number)       result of a call   ("f", scope number)      a function or lambda
    ("k", scope number)      a class            ("s", text)              a short string
    ("v", number or None)    another constant   ("j", terms)             strings joined together
    ("o", terms)             one of these       ("t", terms)             a tuple, list or set of these
    ("d", ((key, term), …))  a dictionary       ("i", term, key)         an item; key None = any
    ("p", term, term)        left | right       ("w", term)              what a with statement binds
    ("y", annotation)        an instance of it  ("m", level, module, name)  an import
"""

from __future__ import annotations

import ast
from typing import Any, Final, NamedTuple

Term = Any
"""A nested tuple as listed above, or None where nothing is known."""

MAX_TEXT: Final = 160
MAX_ITEMS: Final = 64
MAX_DEPTH: Final = 40

GROWS: Final = frozenset({"append", "add", "insert", "extend", "appendleft", "setdefault", "update", "put"})
"""Methods that put their last argument into the object they are called on."""


class Param(NamedTuple):
    """One parameter; `flag` is "" or "*" or "**"; `/` and keyword-only marks are not kept."""

    name: str
    flag: str
    annotation: Term
    default: Term


class Scope(NamedTuple):
    """A module, class, function or lambda. `enclosure` is where a lambda or definition stands in its parent."""

    kind: str
    name: str
    qualname: str
    parent: int
    first_line: int
    line: int
    last_line: int
    enclosure: int
    params: list[Param]
    decorators: list[Term]
    bases: list[Term]
    binds: dict[str, list[Term]]
    returns: list[Term]

    @property
    def is_function(self) -> bool:
        """Whether calls inside run when it is called, not when its module is loaded."""
        return self.kind in ("def", "async", "lambda")


class Call(NamedTuple):
    """One call expression. A starred argument is ("*", term); `keywords` hold (None, term) for `**term`."""

    scope: int
    func: Term
    args: tuple[Term, ...]
    keywords: tuple[tuple[str | None, Term], ...]
    line: int
    end_line: int
    column: int
    enclosure: int


class Fence(NamedTuple):
    """What encloses calls: see `paths.Enclosure`; `parent` is the next one out, -1 = none."""

    kind: str
    line: int
    end_line: int
    parent: int


class Summary(NamedTuple):
    """All that is kept of one file. `cells` are the first lines of a notebook's code cells, else empty."""

    lines: int
    scopes: list[Scope]
    calls: list[Call]
    fences: list[Fence]
    attributes: list[tuple[int, Term, str, Term]]
    items: list[tuple[int, Term, Term, Term]]
    stars: list[tuple[int, int, str]]
    cells: list[int]


def summarize(source: str | bytes, cells: list[int] | None = None) -> Summary:
    """Return the summary of a file's text; raises what `ast.parse` raises."""
    return _Walker(ast.parse(source), cells or []).run()


def terminal(term: Term) -> str | None:
    """Return the last name of a term: `c` of `a.b.c`, `f` of `f[0]`; None for other terms."""
    while term and term[0] in ("i", "w"):
        term = term[1]
    if not term:
        return None
    if term[0] == "n":
        return str(term[1])
    return str(term[2]) if term[0] == "a" else None


_SKIPPED_FIELDS: Final = frozenset(
    {"ctx", "op", "ops", "type_comment", "kind", "conversion", "level", "id", "attr", "name", "asname", "is_async"}
    | {"simple", "type_ignores", "names", "module", "arg"}
)
_FIELDS: Final[dict[type, tuple[str, ...]]] = {
    cls: tuple(f for f in cls._fields if f not in _SKIPPED_FIELDS)
    for cls in vars(ast).values()
    if isinstance(cls, type) and issubclass(cls, ast.AST)
}
_LEAVES: Final = frozenset(
    {ast.Name, ast.Constant, ast.Pass, ast.Break, ast.Continue, str, bool, int, float, bytes, complex, type(None)}
)


def _text(value: object) -> Term:
    """A constant as a term: text is kept only where it is one short word."""
    if isinstance(value, str):
        keep = len(value) <= MAX_TEXT and not any(c.isspace() for c in value)
        return ("s", value) if keep else None
    if value is None or isinstance(value, bool | int | float):
        return ("v", value)
    return None


class _Walker:
    """Fills the tables of one file. Statements and expressions are visited with an explicit stack, in source order."""

    def __init__(self, tree: ast.Module, cells: list[int]) -> None:
        self.tree = tree
        self.cells = cells
        self.scopes: list[Scope] = []
        self.calls: list[Call | None] = []
        self.fences: list[Fence] = []
        self.attributes: list[tuple[int, Term, str, Term]] = []
        self.items: list[tuple[int, Term, Term, Term]] = []
        self.stars: list[tuple[int, int, str]] = []
        self.call_numbers: dict[int, int] = {}
        self.in_annotations: dict[int, ast.Call] = {}
        self.lambda_numbers: dict[int, int] = {}
        self.outer_names: dict[tuple[int, str], int] = {}
        self.stack: list[tuple[ast.AST, int, int]] = []

    def run(self) -> Summary:
        last = max((getattr(n, "end_lineno", 1) or 1 for n in self.tree.body), default=1)
        self._scope("module", "<module>", "<module>", -1, (1, 1, last), -1)
        self._push(self.tree.body, 0, -1)
        self._walk()
        while self.in_annotations:
            number, node = self.in_annotations.popitem()
            if self.calls[number] is None:
                _visit_call(self, node, 0, -1)
                self._walk()
        calls = [c for c in self.calls if c is not None]
        return Summary(last, self.scopes, calls, self.fences, self.attributes, self.items, self.stars, self.cells)

    def _walk(self) -> None:
        stack, visitors, fields, leaves = self.stack, _VISITORS, _FIELDS, _LEAVES
        while stack:
            node, scope, fence = stack.pop()
            cls = type(node)
            visit = visitors.get(cls)
            if visit is not None:
                visit(self, node, scope, fence)
                continue
            for name in reversed(fields[cls]):
                value = getattr(node, name, None)
                if type(value) is list:
                    stack.extend((v, scope, fence) for v in reversed(value) if type(v) not in leaves)
                elif type(value) not in leaves:
                    stack.append((value, scope, fence))

    # -- helpers ---------------------------------------------------------------------------------------------

    def _push(self, nodes: object, scope: int, fence: int) -> None:
        if isinstance(nodes, list):
            self.stack.extend((n, scope, fence) for n in reversed(nodes) if type(n) not in _LEAVES)
        elif isinstance(nodes, ast.AST) and type(nodes) not in _LEAVES:
            self.stack.append((nodes, scope, fence))

    def _scope(
        self, kind: str, name: str, qualname: str, parent: int, lines: tuple[int, int, int], fence: int
    ) -> int:
        self.scopes.append(Scope(kind, name, qualname, parent, *lines, fence, [], [], [], {}, []))
        return len(self.scopes) - 1

    def _fence(self, kind: str, node: Any, parent: int) -> int:
        self.fences.append(Fence(kind, node.lineno, node.end_lineno or node.lineno, parent))
        return len(self.fences) - 1

    def _qualify(self, scope: int, name: str) -> str:
        above = self.scopes[scope].qualname
        return name if above == "<module>" else f"{above}.{name}"

    def _bind(self, scope: int, name: str, term: Term) -> None:
        scope = self.outer_names.get((scope, name), scope)
        self.scopes[scope].binds.setdefault(name, []).append(term)

    def _assign(self, target: ast.AST, term: Term, scope: int) -> None:
        if isinstance(target, ast.Name):
            self._bind(scope, target.id, term)
        elif isinstance(target, ast.Attribute):
            self.attributes.append((scope, self.term(target.value), target.attr, term))
        elif isinstance(target, ast.Subscript):
            self.items.append((scope, self.term(target.value), self.term(target.slice), term))
        elif isinstance(target, ast.Starred):
            self._assign(target.value, ("i", term, None), scope)
        elif isinstance(target, ast.Tuple | ast.List):
            for number, one in enumerate(target.elts):
                self._assign(one, ("i", term, number), scope)

    # -- terms -----------------------------------------------------------------------------------------------

    def term(self, node: ast.AST | None, depth: int = 0) -> Term:
        """Return the term of an expression; None where it says nothing about values or is nested too deep."""
        if node is None or depth > MAX_DEPTH:
            return None
        make = _TERMS.get(type(node))
        return make(self, node, depth + 1) if make else None

    def call_number(self, node: ast.Call) -> int:
        number = self.call_numbers.get(id(node))
        if number is None:
            number = self.call_numbers[id(node)] = len(self.calls)
            self.calls.append(None)
            self.in_annotations[number] = node
        return number

    def lambda_number(self, node: ast.Lambda) -> int:
        number = self.lambda_numbers.get(id(node))
        if number is None:
            lines = (node.lineno, node.lineno, node.end_lineno or node.lineno)
            number = self.lambda_numbers[id(node)] = self._scope("lambda", "<lambda>", "<lambda>", -1, lines, -1)
        return number

    def annotation(self, node: ast.AST | None) -> Term:
        """Return the term of an annotation; one written as text is read."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) <= MAX_TEXT:
            try:
                node = ast.parse(node.value, mode="eval").body
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                return None
        return self.term(node)


def _t_attribute(w: _Walker, n: ast.Attribute, d: int) -> Term:
    base = w.term(n.value, d)
    return ("a", base, n.attr)


def _t_list(w: _Walker, n: Any, d: int) -> Term:
    return ("t", tuple(w.term(e.value if isinstance(e, ast.Starred) else e, d) for e in n.elts[:MAX_ITEMS]))


def _t_dict(w: _Walker, n: ast.Dict, d: int) -> Term:
    pairs = list(zip(n.keys, n.values, strict=True))[:MAX_ITEMS]
    return ("d", tuple((w.term(k, d) if k is not None else ("**",), w.term(v, d)) for k, v in pairs))


def _t_subscript(w: _Walker, n: ast.Subscript, d: int) -> Term:
    key = n.slice
    if isinstance(key, ast.Constant) and isinstance(key.value, str | int):
        return ("i", w.term(n.value, d), key.value if isinstance(key.value, int) or len(key.value) < 80 else None)
    return ("i", w.term(n.value, d), None, w.annotation(key) if not isinstance(key, ast.Slice) else None)


def _t_binop(w: _Walker, n: ast.BinOp, d: int) -> Term:
    left, right = w.term(n.left, d), w.term(n.right, d)
    if isinstance(n.op, ast.BitOr):
        return ("p", left, right)
    if isinstance(n.op, ast.Add):
        return ("j", (left, right))
    return ("j", (left, None)) if isinstance(n.op, ast.Mod) else None


def _t_joined(w: _Walker, n: ast.JoinedStr, d: int) -> Term:
    return ("j", tuple(w.term(v.value if isinstance(v, ast.FormattedValue) else v, d) for v in n.values[:16]))


def _t_comprehension(w: _Walker, n: Any, d: int) -> Term:
    return ("t", (w.term(n.elt, d),))


def _t_call(w: _Walker, n: ast.Call, d: int) -> Term:
    """A call; `getattr(x, "name")` is the attribute it gets."""
    if isinstance(n.func, ast.Name) and n.func.id == "getattr" and 2 <= len(n.args) <= 3:
        name = n.args[1]
        if isinstance(name, ast.Constant) and isinstance(name.value, str):
            found = ("a", w.term(n.args[0], d), name.value)
            default = w.term(n.args[2], d) if len(n.args) == 3 else None
            return ("o", (found, default)) if default and default != ("v", None) else found
    return ("c", w.call_number(n))


_TERMS: Final[dict[type, Any]] = {
    ast.Name: lambda w, n, d: ("n", n.id),
    ast.Attribute: _t_attribute,
    ast.Call: _t_call,
    ast.Constant: lambda w, n, d: _text(n.value),
    ast.Lambda: lambda w, n, d: ("f", w.lambda_number(n)),
    ast.IfExp: lambda w, n, d: ("o", (w.term(n.body, d), w.term(n.orelse, d))),
    ast.BoolOp: lambda w, n, d: ("o", tuple(w.term(v, d) for v in n.values)),
    ast.Await: lambda w, n, d: w.term(n.value, d),
    ast.NamedExpr: lambda w, n, d: w.term(n.value, d),
    ast.Starred: lambda w, n, d: ("*", w.term(n.value, d)),
    ast.Tuple: _t_list,
    ast.List: _t_list,
    ast.Set: _t_list,
    ast.Dict: _t_dict,
    ast.Subscript: _t_subscript,
    ast.BinOp: _t_binop,
    ast.JoinedStr: _t_joined,
    ast.ListComp: _t_comprehension,
    ast.SetComp: _t_comprehension,
    ast.GeneratorExp: _t_comprehension,
    ast.DictComp: lambda w, n, d: ("d", ((None, w.term(n.value, d)),)),
    ast.Yield: lambda w, n, d: None,
}


# -- statements and the expressions that matter ----------------------------------------------------------------


def _visit_function(w: _Walker, n: Any, scope: int, fence: int) -> None:
    first = min([n.lineno, *(d.lineno for d in n.decorator_list)])
    kind = "async" if isinstance(n, ast.AsyncFunctionDef) else "def"
    number = w._scope(kind, n.name, w._qualify(scope, n.name), scope, (first, n.lineno, n.end_lineno), fence)
    w._bind(scope, n.name, ("f", number))
    w.scopes[number].decorators.extend(w.term(d) for d in n.decorator_list)
    w.scopes[number].params.extend(_params(w, n.args))
    w._push(n.body, number, -1)
    w._push([*n.decorator_list, *n.args.defaults, *(x for x in n.args.kw_defaults if x)], scope, fence)


def _params(w: _Walker, a: ast.arguments) -> list[Param]:
    plain = [*a.posonlyargs, *a.args]
    defaults: list[ast.expr | None] = [None] * (len(plain) - len(a.defaults)) + list(a.defaults)
    found = [Param(p.arg, "", w.annotation(p.annotation), w.term(d)) for p, d in zip(plain, defaults, strict=True)]
    if a.vararg:
        found.append(Param(a.vararg.arg, "*", w.annotation(a.vararg.annotation), None))
    for p, d in zip(a.kwonlyargs, a.kw_defaults, strict=True):
        found.append(Param(p.arg, "k", w.annotation(p.annotation), w.term(d)))
    if a.kwarg:
        found.append(Param(a.kwarg.arg, "**", None, None))
    return found


def _visit_lambda(w: _Walker, n: ast.Lambda, scope: int, fence: int) -> None:
    number = w.lambda_number(n)
    old = w.scopes[number]
    w.scopes[number] = old._replace(parent=scope, qualname=w._qualify(scope, "<lambda>"), enclosure=fence)
    w.scopes[number].params.extend(_params(w, n.args))
    w.scopes[number].returns.append(w.term(n.body))
    w._push(n.body, number, -1)
    w._push([*n.args.defaults, *(x for x in n.args.kw_defaults if x)], scope, fence)


def _visit_class(w: _Walker, n: ast.ClassDef, scope: int, fence: int) -> None:
    first = min([n.lineno, *(d.lineno for d in n.decorator_list)])
    lines = (first, n.lineno, n.end_lineno or n.lineno)
    number = w._scope("class", n.name, w._qualify(scope, n.name), scope, lines, fence)
    w._bind(scope, n.name, ("k", number))
    w.scopes[number].decorators.extend(w.term(d) for d in n.decorator_list)
    w.scopes[number].bases.extend(w.term(b) for b in n.bases)
    w._push(n.body, number, fence)
    w._push([*n.decorator_list, *n.bases, *(k.value for k in n.keywords)], scope, fence)


def _visit_for(w: _Walker, n: Any, scope: int, fence: int) -> None:
    w._assign(n.target, ("i", w.term(n.iter), None), scope)
    w._push(n.orelse, scope, fence)
    w._push(n.body, scope, w._fence("for", n, fence))
    w._push(n.iter, scope, fence)


def _visit_while(w: _Walker, n: ast.While, scope: int, fence: int) -> None:
    w._push(n.orelse, scope, fence)
    inner = w._fence("while", n, fence)
    w._push(n.body, scope, inner)
    w._push(n.test, scope, inner)


def _visit_comprehension(w: _Walker, n: Any, scope: int, fence: int) -> None:
    inner = w._fence("comprehension", n, fence)
    w._push([n.key, n.value] if isinstance(n, ast.DictComp) else n.elt, scope, inner)
    for number, part in enumerate(n.generators):
        w._assign(part.target, ("i", w.term(part.iter), None), scope)
        w._push(part.ifs, scope, inner)
        w._push(part.iter, scope, inner if number else fence)


def _visit_try(w: _Walker, n: Any, scope: int, fence: int) -> None:
    inner = w._fence("try", n, fence)
    w._push([*n.body, *n.handlers, *n.orelse, *n.finalbody], scope, inner)


def _visit_with(w: _Walker, n: Any, scope: int, fence: int) -> None:
    w._push(n.body, scope, w._fence("with", n, fence))
    for item in reversed(n.items):
        if item.optional_vars is not None:
            w._assign(item.optional_vars, ("w", w.term(item.context_expr)), scope)
        w._push(item.context_expr, scope, fence)


def _visit_assign(w: _Walker, n: ast.Assign, scope: int, fence: int) -> None:
    term = w.term(n.value)
    for target in n.targets:
        w._assign(target, term, scope)
    w._push([n.value, *n.targets], scope, fence)


def _visit_annotated(w: _Walker, n: ast.AnnAssign, scope: int, fence: int) -> None:
    w._assign(n.target, ("y", w.annotation(n.annotation)), scope)
    if n.value is not None:
        w._assign(n.target, w.term(n.value), scope)
        w._push(n.value, scope, fence)


def _visit_value(w: _Walker, n: Any, scope: int, fence: int) -> None:
    w._assign(n.target, w.term(n.value), scope)
    w._push(n.value, scope, fence)


def _visit_return(w: _Walker, n: Any, scope: int, fence: int) -> None:
    if n.value is not None:
        term = w.term(n.value)
        w.scopes[scope].returns.append(("i", term, None) if isinstance(n, ast.YieldFrom) else term)
        w._push(n.value, scope, fence)


def _visit_import(w: _Walker, n: ast.Import, scope: int, fence: int) -> None:
    for alias in n.names:
        if alias.asname:
            w._bind(scope, alias.asname, ("m", 0, alias.name, None))
        else:
            top = alias.name.partition(".")[0]
            w._bind(scope, top, ("m", 0, top, None))
            if top != alias.name:
                w._bind(scope, alias.name, ("m", 0, alias.name, None))


def _visit_import_from(w: _Walker, n: ast.ImportFrom, scope: int, fence: int) -> None:
    for alias in n.names:
        if alias.name == "*":
            w.stars.append((scope, n.level, n.module or ""))
        else:
            w._bind(scope, alias.asname or alias.name, ("m", n.level, n.module or "", alias.name))


def _visit_global(w: _Walker, n: Any, scope: int, fence: int) -> None:
    for name in n.names:
        w.outer_names[scope, name] = 0 if isinstance(n, ast.Global) else _owner_of(w, scope, name)


def _owner_of(w: _Walker, scope: int, name: str) -> int:
    above = w.scopes[scope].parent
    while above > 0 and name not in w.scopes[above].binds:
        above = w.scopes[above].parent
    return max(above, 0)


def _visit_call(w: _Walker, n: ast.Call, scope: int, fence: int) -> None:
    number = w.call_number(n)
    w.in_annotations.pop(number, None)
    func = w.term(n.func)
    args = tuple(w.term(a) for a in n.args[:MAX_ITEMS])
    keywords = tuple((k.arg, w.term(k.value)) for k in n.keywords)
    w.calls[number] = Call(
        scope, func, args, keywords, n.lineno, n.end_lineno or n.lineno, n.col_offset + 1, fence
    )
    if isinstance(n.func, ast.Attribute) and n.func.attr in GROWS:
        _grow(w, n.func, args, keywords, scope)
    w._push([n.func, *n.args, *(k.value for k in n.keywords)], scope, fence)


def _grow(w: _Walker, func: ast.Attribute, args: Any, keywords: Any, scope: int) -> None:
    """What is put into a collection can be taken out of it again."""
    if func.attr == "update" and keywords:
        term = w.term(func.value)
        w.items.extend((scope, term, ("s", key), value) for key, value in keywords if key)
    elif func.attr == "setdefault" and len(args) == 2:
        w.items.append((scope, w.term(func.value), args[0], args[1]))
    elif args and args[-1] is not None and isinstance(func.value, ast.Name | ast.Attribute):
        spread = func.attr in ("extend", "update")
        w._assign(func.value, args[-1] if spread else ("t", (args[-1],)), scope)


_VISITORS: Final[dict[type, Any]] = {
    ast.FunctionDef: _visit_function,
    ast.AsyncFunctionDef: _visit_function,
    ast.Lambda: _visit_lambda,
    ast.ClassDef: _visit_class,
    ast.For: _visit_for,
    ast.AsyncFor: _visit_for,
    ast.While: _visit_while,
    ast.ListComp: _visit_comprehension,
    ast.SetComp: _visit_comprehension,
    ast.DictComp: _visit_comprehension,
    ast.GeneratorExp: _visit_comprehension,
    ast.Try: _visit_try,
    ast.TryStar: _visit_try,
    ast.With: _visit_with,
    ast.AsyncWith: _visit_with,
    ast.Assign: _visit_assign,
    ast.AnnAssign: _visit_annotated,
    ast.AugAssign: _visit_value,
    ast.NamedExpr: _visit_value,
    ast.Return: _visit_return,
    ast.Yield: _visit_return,
    ast.YieldFrom: _visit_return,
    ast.Import: _visit_import,
    ast.ImportFrom: _visit_import_from,
    ast.Global: _visit_global,
    ast.Nonlocal: _visit_global,
    ast.Call: _visit_call,
}
