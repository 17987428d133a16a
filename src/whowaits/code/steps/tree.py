"""A function's text as a LibCST tree with positions and parents, and small questions about its nodes."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Sequence
from dataclasses import field
from typing import Any, Final

import libcst as cst

from whowaits.code.steps import places
from whowaits.code.steps.places import Span
from whowaits.frozen import dataclass

COMPREHENSIONS = cst.ListComp | cst.SetComp | cst.GeneratorExp | cst.DictComp
_SCOPES: Final = frozenset({cst.FunctionDef, cst.ClassDef})


@dataclass(frozen=True, slots=True)
class Tree:
    """A parsed function. `offset` is what is added to a line of the tree to get the line in its file."""

    root: cst.Module
    spans: dict[cst.CSTNode, Span]
    """Of the nodes that `places` numbers; those of all others are found when somebody asks."""
    parents: dict[cst.CSTNode, cst.CSTNode]
    children: dict[cst.CSTNode, tuple[cst.CSTNode, ...]]
    order: dict[cst.CSTNode, int]
    last: list[int]
    """For each node, by its number in `order`, the number of the last node inside of it."""
    offset: int
    memo: dict[object, Any] = field(default_factory=dict)
    """What was found out about parts of this tree before."""

    def line(self, node: cst.CSTNode) -> int:
        """The line in the file where `node` starts."""
        span = self.spans.get(node) or self.spans.get(self._starting_with(node))
        if span is None:
            self.spans.update({n: s for n, s in places.generated(self.root).items() if n not in self.spans})
            span = self.spans[node]
        return span.line + self.offset

    def _starting_with(self, node: cst.CSTNode) -> cst.CSTNode:
        """The call that begins with `node`, as `a.b().c()` does with `a.b`; without one, what is around it."""
        while node not in self.spans and not getattr(node, "lpar", ()):
            parent = self.parents.get(node)
            if not isinstance(parent, cst.Call | cst.Attribute) or self.children[parent][0] is not node:
                break
            node = parent
        return node

    def ancestors(self, node: cst.CSTNode) -> Iterator[tuple[cst.CSTNode, cst.CSTNode]]:
        """(parent, child) pairs from `node` outwards."""
        while node in self.parents:
            parent = self.parents[node]
            yield parent, node
            node = parent


def parse(text: str, first_line: int) -> Tree:
    """The tree of `text`, which starts at `first_line` of its file; a method keeps its own indentation."""
    indented = text[:1] in (" ", "\t")
    wrapped = f"if True:\n{text}" if indented else text
    written = places.spans(wrapped)
    root = cst.parse_module(wrapped)
    children: dict[cst.CSTNode, tuple[cst.CSTNode, ...]] = {}
    _index(root, children)
    parents = {child: node for node, below in children.items() for child in below}
    order = {node: number for number, node in enumerate(children)}
    last = list(range(len(order)))
    for node, below in reversed(children.items()):
        if below:
            last[order[node]] = last[order[below[-1]]]
    spans = places.matched(children, written)
    if spans is None:
        spans = places.generated(root)
    return Tree(root, spans, parents, children, order, last, first_line - (2 if indented else 1))


_LAYOUT: Final = re.compile(
    r"whitespace|^[lr](par|bracket|brace)$|comma|semicolon|lines?$|header|footer|newline|indent|equal|operator|asynchronous"
    r"|^(dot|colon|star|first_colon|second_colon|keyword|annotation|returns|type_parameters|prefix|start|end|value_)$"
)
"""Fields of nodes that hold no code that is read here; to leave them out is what makes a walk fast."""
_fields_of: dict[type, tuple[str, ...]] = {}


def _index(root: cst.CSTNode, children: dict[cst.CSTNode, tuple[cst.CSTNode, ...]]) -> None:
    """Fill in each node's parts in the order of their fields, which is the order of the source where that matters."""
    stack = [root]
    while stack:
        node = stack.pop()
        children[node] = below = _parts(node)
        stack.extend(reversed(below))


def _parts(node: cst.CSTNode) -> tuple[cst.CSTNode, ...]:
    cls = type(node)
    names = _fields_of.get(cls)
    if names is None:
        names = tuple(f.name for f in dataclasses.fields(cls) if not _LAYOUT.search(f.name))
        _fields_of[cls] = names
    found: list[cst.CSTNode] = []
    for name in names:
        value = getattr(node, name)
        if type(value) in (list, tuple):
            found.extend(v for v in value if _is_node(v))
        elif _is_node(value):
            found.append(value)
    return tuple(found)


def _is_node(value: object) -> bool:
    """Whether it is a part of the tree; asked once for each class, for LibCST answers slowly."""
    cls = type(value)
    if cls not in _nodes:
        _nodes[cls] = issubclass(cls, cst.CSTNode)
    return _nodes[cls]


_nodes: Final[dict[type, bool]] = {}


def find_calls(tree: Tree, line: int, end_line: int, column: int) -> tuple[cst.Call, ...]:
    """The call expressions that start there, outermost first: `a(x).b(y)` is two."""
    first, last = line - tree.offset, end_line - tree.offset
    starting = [
        node
        for node, span in tree.spans.items()
        if span.line == first and span.column == column and span.end_line <= last and isinstance(node, cst.Call)
    ]
    return tuple(sorted(starting, key=tree.order.__getitem__))


def walk(tree: Tree, node: cst.CSTNode) -> Sequence[cst.CSTNode]:
    """`node` and what it contains in source order; not what is inside of nested functions and classes."""
    key = ("walk", node)
    if key not in tree.memo:
        tree.memo[key] = tuple(_walk(tree, node))
    found: tuple[cst.CSTNode, ...] = tree.memo[key]
    return found


def _walk(tree: Tree, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    stack = [node]
    while stack:
        here = stack.pop()
        yield here
        if here is node or type(here) not in _SCOPES:
            stack.extend(reversed(tree.children[here]))


def dotted(node: cst.CSTNode) -> str:
    """`a.b.c` of names and attributes, calls in between as `a().b`; "" for anything else."""
    parts: list[str] = []
    while True:
        if isinstance(node, cst.Attribute):
            parts.append(node.attr.value)
            node = node.value
        elif isinstance(node, cst.Call):
            node = node.func
            if parts:
                parts[-1] = f"().{parts[-1]}"
        elif isinstance(node, cst.Subscript | cst.Await):
            node = node.value if isinstance(node, cst.Subscript) else node.expression
        elif isinstance(node, cst.Name):
            parts.append(node.value)
            return ".".join(reversed(parts)).replace(".().", "().")
        else:
            return ".".join(["", *reversed(parts)]) if parts else ""


def last_name(node: cst.CSTNode) -> str:
    """The last part of a dotted name."""
    if isinstance(node, cst.Attribute):
        return node.attr.value
    return node.value if isinstance(node, cst.Name) else ""


def variable(node: cst.CSTNode) -> str | None:
    """The variable that an expression reads or a target binds: `x` of `x.y[0]`, `self.x` of `self.x.y`."""
    chain: list[str] = []
    while isinstance(node, cst.Attribute | cst.Subscript):
        if isinstance(node, cst.Attribute):
            chain.append(node.attr.value)
        node = node.value
    if not isinstance(node, cst.Name):
        return None
    if node.value in ("self", "cls") and chain:
        return f"{node.value}.{chain[-1]}"
    return node.value


def reads(tree: Tree, node: cst.CSTNode) -> frozenset[str]:
    """The variables that an expression reads; names of keywords, attributes and functions called are none."""
    key = ("reads", node)
    if key not in tree.memo:
        tree.memo[key] = frozenset(_reads(tree, node))
    found: frozenset[str] = tree.memo[key]
    return found


def _reads(tree: Tree, node: cst.CSTNode) -> set[str]:
    found: set[str] = set()
    stack: list[cst.CSTNode] = [node]
    while stack:
        here = stack.pop()
        if isinstance(here, cst.Name | cst.Attribute):
            name = variable(here)
            if name is not None:
                found.add(name)
                continue
        if isinstance(here, cst.Attribute | cst.Arg):
            stack.append(here.value)
        elif isinstance(here, cst.Call):
            stack.extend(here.args)
            stack.append(here.func.value if isinstance(here.func, cst.Attribute) else here.func)
        elif isinstance(here, COMPREHENSIONS | cst.Lambda):
            found |= _outside(tree, here)
        else:
            stack.extend(tree.children[here])
    return found


def _outside(tree: Tree, node: cst.CSTNode) -> set[str]:
    """What a comprehension or a lambda reads apart from the variables that it makes for itself."""
    if isinstance(node, cst.Lambda):
        given = (*node.params.posonly_params, *node.params.params, *node.params.kwonly_params)
        return set(reads(tree, node.body)) - {p.name.value for p in given}
    assert isinstance(node, COMPREHENSIONS)
    made: set[str] = set()
    found: set[str] = set()
    for clause in clauses(node.for_in):
        made |= reads(tree, clause.target)
        for part in (clause.iter, *clause.ifs):
            found |= reads(tree, part)
    for part in tree.children[node]:
        if part is not node.for_in:
            found |= reads(tree, part)
    return found - made


def clauses(clause: cst.CompFor) -> list[cst.CompFor]:
    """The `for`s of a comprehension from the outermost one inwards, `clause` being the first."""
    found = [clause]
    while found[-1].inner_for_in is not None:
        found.append(found[-1].inner_for_in)
    return found


def seen_outside(tree: Tree, names: frozenset[str], clause: cst.CompFor) -> frozenset[str]:
    """`names` as they are seen outside of one `for` of a comprehension: what it runs over stands for its variable."""
    made = reads(tree, clause.target)
    return names - made | reads(tree, clause.iter) if names & made else names


def seen_from(tree: Tree, names: frozenset[str], node: cst.CSTNode, region: cst.CSTNode) -> frozenset[str]:
    """`names`, which `node` reads, as they are seen in `region` around it."""
    for parent, child in tree.ancestors(node):
        if parent is region:
            break
        if isinstance(parent, COMPREHENSIONS) and child is not parent.for_in:
            for clause in reversed(clauses(parent.for_in)):
                names = seen_outside(tree, names, clause)
        elif isinstance(parent, cst.CompFor) and child is parent.inner_for_in:
            names = seen_outside(tree, names, parent)
    return names


def statements(body: cst.BaseSuite) -> Sequence[cst.CSTNode]:
    """The statements of a block, one-liners taken apart."""
    flat: list[cst.CSTNode] = []
    for statement in body.body:
        flat.extend(statement.body if isinstance(statement, cst.SimpleStatementLine) else [statement])
    return flat


def calls_in(tree: Tree, node: cst.CSTNode) -> Iterator[cst.Call]:
    """The calls that `node` contains, in source order."""
    return (n for n in walk(tree, node) if type(n) is cst.Call)


def contains(tree: Tree, outer: cst.CSTNode, inner: cst.CSTNode) -> bool:
    """Whether `inner` is `outer` or inside of it."""
    first = tree.order[outer]
    return first <= tree.order[inner] <= tree.last[first]
