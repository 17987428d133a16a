"""One file -> its summary: see `summary` for what is kept."""

from __future__ import annotations

import ast
from typing import Any, Final

from whowaits.code.summary import GROWS, Call, Fence, Param, Summary, Term
from whowaits.code.terms import MAX_ITEMS, OPERATORS, Terms

_SKIPPED_FIELDS: Final = frozenset(
    {"ctx", "op", "ops", "type_comment", "kind", "conversion", "level", "id", "attr", "name", "asname", "is_async"}
    | {"simple", "type_ignores", "names", "module", "arg"}
)
_FIELDS: Final[dict[type, tuple[str, ...]]] = {  # the last first, as they are put on a stack
    cls: tuple(f for f in reversed(cls._fields) if f not in _SKIPPED_FIELDS)
    for cls in vars(ast).values()
    if isinstance(cls, type) and issubclass(cls, ast.AST)
}
_SAME_EVERYWHERE: Final = frozenset({"c", "d", "f", "k", "s", "v", "m"})
"""Terms that mean the same in every scope of a file."""
_LEAVES: Final = frozenset(
    {ast.Name, ast.Constant, ast.Pass, ast.Break, ast.Continue, str, bool, int, float, bytes, complex, type(None)}
)


def summarize(source: str | bytes, cells: list[int] | None = None) -> Summary:
    """Return the summary of a file's text; raises what `ast.parse` raises."""
    return _Walker(ast.parse(source), cells or []).run()


class _Walker(Terms):
    """Fills the tables of one file. Statements and expressions are visited with an explicit stack, in source order."""

    def __init__(self, tree: ast.Module, cells: list[int]) -> None:
        super().__init__()
        self.tree = tree
        self.cells = cells
        self.fences: list[Fence] = []
        self.attributes: list[tuple[int, Term, str, Term, bool]] = []
        self.optional: set[int] = set()
        """Assignments that stand in a branch of an `if`."""
        self.items: list[tuple[int, Term, Term, Term]] = []
        self.stars: list[tuple[int, int, str]] = []
        self.outer_names: dict[tuple[int, str], int] = {}
        self.stack: list[tuple[ast.AST, int, int]] = []

    def run(self) -> Summary:
        """Return the summary of the whole file."""
        last = max((getattr(n, "end_lineno", 1) or 1 for n in self.tree.body), default=1)
        self.new_scope("module", "<module>", "<module>", -1, (1, 1, last), -1)
        self.push(self.tree.body, 0, -1)
        self._walk()
        while self.unseen:
            number, node = self.unseen.popitem()
            if self.calls[number] is None:
                _VISITORS[type(node)](self, node, 0, -1)
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
            for name in fields[cls]:
                value: Any = getattr(node, name, None)
                kind = type(value)
                if kind is list:
                    stack.extend([(v, scope, fence) for v in reversed(value) if type(v) not in leaves])
                elif kind not in leaves:
                    stack.append((value, scope, fence))

    def push(self, nodes: object, scope: int, fence: int) -> None:
        """Put nodes on the stack so that the first is visited first."""
        if isinstance(nodes, list):
            self.stack.extend([(n, scope, fence) for n in reversed(nodes) if type(n) not in _LEAVES])
        elif isinstance(nodes, ast.AST) and type(nodes) not in _LEAVES:
            self.stack.append((nodes, scope, fence))

    def fence(self, kind: str, node: Any, parent: int) -> int:
        """Add what encloses calls to the table and return its number."""
        self.fences.append(Fence(kind, node.lineno, node.end_lineno or node.lineno, parent))
        return len(self.fences) - 1

    def qualify(self, scope: int, name: str) -> str:
        """Return the qualified name of what is defined in a scope."""
        above = self.scopes[scope].qualname
        return name if above == "<module>" else f"{above}.{name}"

    def bind(self, scope: int, name: str, term: Term) -> None:
        """Note that a name can be what the term is."""
        owner = self.outer_names.get((scope, name), scope)
        self.bind_outside(owner, scope, name, term)

    def bind_outside(self, owner: int, scope: int, name: str, term: Term) -> None:
        """Note that a name of the scope `owner` can be what the term is in `scope`."""
        here = owner == scope or not term or term[0] in _SAME_EVERYWHERE
        self.scopes[owner].binds.setdefault(name, []).append(term if here else ("e", scope, term))

    def assign(self, target: ast.AST, term: Term, scope: int, optional: bool = False) -> None:
        """Note an assignment to a name, attribute, item or several of them; an optional one stands in a branch."""
        if isinstance(target, ast.Name):
            self.bind(scope, target.id, term)
        elif isinstance(target, ast.Attribute):
            self.attributes.append((scope, self.term(target.value), target.attr, term, optional))
        elif isinstance(target, ast.Subscript):
            self.items.append((scope, self.term(target.value), self.term(target.slice), term))
        elif isinstance(target, ast.Starred):
            self.assign(target.value, ("i", term, None), scope)
        elif isinstance(target, ast.Tuple | ast.List):
            for number, one in enumerate(target.elts):
                self.assign(one, ("i", term, number), scope)


# -- statements and the expressions that matter ----------------------------------------------------------------


def _visit_function(w: _Walker, n: Any, scope: int, fence: int) -> None:
    first = min([n.lineno, *(d.lineno for d in n.decorator_list)])
    kind = "async" if isinstance(n, ast.AsyncFunctionDef) else "def"
    number = w.new_scope(kind, n.name, w.qualify(scope, n.name), scope, (first, n.lineno, n.end_lineno), fence)
    w.bind(scope, n.name, ("f", number))
    w.scopes[number].decorators.extend(w.term(d) for d in n.decorator_list)
    w.scopes[number].params.extend(_params(w, n.args))
    w.push(n.body, number, -1)
    w.push([*n.decorator_list, *n.args.defaults, *(x for x in n.args.kw_defaults if x)], scope, fence)


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
    w.scopes[number] = old._replace(parent=scope, qualname=w.qualify(scope, "<lambda>"), enclosure=fence)
    w.scopes[number].params.extend(_params(w, n.args))
    w.scopes[number].returns.append(w.term(n.body))
    w.push(n.body, number, -1)
    w.push([*n.args.defaults, *(x for x in n.args.kw_defaults if x)], scope, fence)


def _visit_class(w: _Walker, n: ast.ClassDef, scope: int, fence: int) -> None:
    first = min([n.lineno, *(d.lineno for d in n.decorator_list)])
    lines = (first, n.lineno, n.end_lineno or n.lineno)
    number = w.new_scope("class", n.name, w.qualify(scope, n.name), scope, lines, fence)
    w.bind(scope, n.name, ("k", number))
    w.scopes[number].decorators.extend(w.term(d) for d in n.decorator_list)
    w.scopes[number].bases.extend(w.term(b) for b in n.bases)
    w.push(n.body, number, fence)
    w.push([*n.decorator_list, *n.bases, *(k.value for k in n.keywords)], scope, fence)


def _visit_for(w: _Walker, n: Any, scope: int, fence: int) -> None:
    w.assign(n.target, ("i", w.term(n.iter), None), scope)
    w.push(n.orelse, scope, fence)
    w.push(n.body, scope, w.fence("for", n, fence))
    w.push(n.iter, scope, fence)


def _visit_while(w: _Walker, n: ast.While, scope: int, fence: int) -> None:
    w.push(n.orelse, scope, fence)
    inner = w.fence("while", n, fence)
    w.push(n.body, scope, inner)
    w.push(n.test, scope, inner)


def _visit_comprehension(w: _Walker, n: Any, scope: int, fence: int) -> None:
    inner = w.fence("comprehension", n, fence)
    w.push([n.key, n.value] if isinstance(n, ast.DictComp) else n.elt, scope, inner)
    for number, part in enumerate(n.generators):
        w.assign(part.target, ("i", w.term(part.iter), None), scope)
        w.push(part.ifs, scope, inner)
        w.push(part.iter, scope, inner if number else fence)


def _visit_try(w: _Walker, n: Any, scope: int, fence: int) -> None:
    inner = w.fence("try", n, fence)
    w.push([*n.body, *n.handlers, *n.orelse, *n.finalbody], scope, inner)


def _visit_with(w: _Walker, n: Any, scope: int, fence: int) -> None:
    w.push(n.body, scope, w.fence("with", n, fence))
    for item in reversed(n.items):
        if item.optional_vars is not None:
            w.assign(item.optional_vars, ("w", w.term(item.context_expr)), scope)
        w.push(item.context_expr, scope, fence)


def _visit_if(w: _Walker, n: ast.If, scope: int, fence: int) -> None:
    if not (isinstance(n.test, ast.Compare) and isinstance(n.test.left, ast.Name) and n.test.left.id == "__name__"):
        w.optional.update(id(statement) for statement in (*n.body, *n.orelse))
    w.push([n.test, *n.body, *n.orelse], scope, fence)


def _visit_assign(w: _Walker, n: ast.Assign, scope: int, fence: int) -> None:
    term = w.term(n.value)
    for target in n.targets:
        w.assign(target, term, scope, id(n) in w.optional)
    w.push([n.value, *n.targets], scope, fence)


def _visit_annotated(w: _Walker, n: ast.AnnAssign, scope: int, fence: int) -> None:
    w.assign(n.target, ("y", w.annotation(n.annotation)), scope)
    if n.value is not None:
        w.assign(n.target, w.term(n.value), scope)
        w.push(n.value, scope, fence)


def _visit_value(w: _Walker, n: Any, scope: int, fence: int) -> None:
    w.assign(n.target, w.term(n.value), scope)
    w.push(n.value, scope, fence)


def _visit_return(w: _Walker, n: Any, scope: int, fence: int) -> None:
    if n.value is not None:
        term = w.term(n.value)
        w.scopes[scope].returns.append(("i", term, None) if isinstance(n, ast.YieldFrom) else term)
        w.push(n.value, scope, fence)


def _visit_import(w: _Walker, n: ast.Import, scope: int, fence: int) -> None:
    for alias in n.names:
        if alias.asname:
            w.bind(scope, alias.asname, ("m", 0, alias.name, None))
        else:
            top = alias.name.partition(".")[0]
            w.bind(scope, top, ("m", 0, top, None))
            if top != alias.name:
                w.bind(scope, alias.name, ("m", 0, alias.name, None))


def _visit_import_from(w: _Walker, n: ast.ImportFrom, scope: int, fence: int) -> None:
    for alias in n.names:
        if alias.name == "*":
            w.stars.append((scope, n.level, n.module or ""))
        else:
            w.bind(scope, alias.asname or alias.name, ("m", n.level, n.module or "", alias.name))


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
    w.unseen.pop(number, None)
    func = w.term(n.func)
    args = tuple([w.term(a) for a in n.args[:MAX_ITEMS]])
    keywords = tuple([(k.arg, w.term(k.value)) for k in n.keywords])
    end_line = n.end_lineno or n.lineno
    w.calls[number] = Call(scope, func, args, keywords, n.lineno, end_line, n.col_offset + 1, fence)
    if isinstance(n.func, ast.Attribute) and n.func.attr in GROWS:
        _grow(w, n.func, args, keywords, scope)
    stack = w.stack
    for keyword in reversed(n.keywords):
        if type(keyword.value) not in _LEAVES:
            stack.append((keyword.value, scope, fence))
    for arg in reversed(n.args):
        if type(arg) not in _LEAVES:
            stack.append((arg, scope, fence))
    if type(n.func) not in _LEAVES:
        stack.append((n.func, scope, fence))


def _visit_operator(w: _Walker, n: ast.BinOp, scope: int, fence: int) -> None:
    w.push([n.left, n.right], scope, fence)
    method = OPERATORS.get(type(n.op))
    if method is None or isinstance(n.left, ast.Constant):
        return
    number = w.call_number(n)
    w.unseen.pop(number, None)
    func, args = ("a", w.term(n.left), method), (w.term(n.right),)
    w.calls[number] = Call(scope, func, args, (), n.lineno, n.end_lineno or n.lineno, n.col_offset + 1, fence)


def _grow(w: _Walker, func: ast.Attribute, args: Any, keywords: Any, scope: int) -> None:
    """What is put into a collection can be taken out of it again."""
    if func.attr == "update" and keywords:
        term = w.term(func.value)
        w.items.extend((scope, term, ("s", key), value) for key, value in keywords if key)
    elif func.attr == "setdefault" and len(args) == 2:
        w.items.append((scope, w.term(func.value), args[0], args[1]))
    elif args and args[-1] is not None and isinstance(func.value, ast.Name | ast.Attribute):
        spread = func.attr in ("extend", "update")
        term = args[-1] if spread else ("t", (args[-1],))
        if isinstance(func.value, ast.Name):
            w.bind_outside(_binds_it(w, scope, func.value.id), scope, func.value.id, term)
        else:
            w.assign(func.value, term, scope)


def _binds_it(w: _Walker, scope: int, name: str) -> int:
    """The scope that a name seen from `scope` belongs to, as far as the file has been read; else `scope` itself."""
    at = scope
    while at >= 0:
        here = w.scopes[at]
        visible = here.kind != "class" or at == scope
        if visible and (name in here.binds or any(p.name == name for p in here.params)):
            return at
        at = here.parent
    return scope


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
    ast.If: _visit_if,
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
    ast.BinOp: _visit_operator,
}
