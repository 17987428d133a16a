"""Places of nodes are those that LibCST itself would find."""

from __future__ import annotations

import libcst as cst
import pytest

from whowaits.code.steps import places, tree

TEXT = """\
@retry(times=count())
async def label(rows, *rest, size: List[int] = default(), key=other(1), **more) -> Out[call()]:
    total: Dict[str, int] = {first(): second() for first in (a for a in rows if f(a)) if g(first)}
    for row in chain(rows, *rest()):
        answer = await client.chat(model=pick(), *args(), stream=True).create(
            messages=[{"role": role(), **extra()} for x in y for z in x(y)],
        )
        while (n := total.get(row)) < limit():
            total[row] += yield (lambda q=q(): q(1))(row)
    try:
        return f"{shown(answer)!r:>{width()}}" "tail" f"{end()}"
    except errors() as error:
        with opened(a), closed(b) as c, d():
            yield from c.each(a() if b() else c())
    finally:
        class Kept(base(), metaclass=meta()):
            left: int = start()
            right: other()
        match subject():
            case {"a": [x, *_]} if guard(x):
                del x[i():j():k()]
            case Point(x=0) | None:
                print(not -a() ** b() < c() <= d() and e() or g())
"""


def test_places_of_calls_loops_and_assignments_are_those_that_libcst_finds() -> None:
    made = tree.parse(TEXT, 1)
    generated = places.generated(made.root)
    assert len(made.spans) > 60
    assert {node: span[:2] for node, span in made.spans.items()} == {n: generated[n][:2] for n in made.spans}


def test_a_method_keeps_its_lines_and_columns() -> None:
    made = tree.parse("    def m(self):\n        return self.go(\n            1)\n", 7)
    (call,) = tree.find_calls(made, 8, 9, 16)
    assert made.line(call) == 8


def test_a_call_is_found_after_letters_of_several_bytes() -> None:
    line = 'def f():\n    return "äöü" + go(1)\n'
    column = len('    return "äöü" + '.encode()) + 1  # as `ast` counts
    assert len(tree.find_calls(tree.parse(line, 1), 2, 2, column)) == 1


def test_where_the_two_trees_do_not_agree_nothing_is_matched() -> None:
    made = tree.parse("f(g(1))\n", 1)
    assert places.matched(made.children, places.spans("f(1)\n")) is None
    assert places.matched(made.children, places.spans("g(f(1))\n")) is None


def test_the_line_of_any_other_node_is_found_when_it_is_asked_for() -> None:
    made = tree.parse("x = [\n    1,\n    'two']\nreturn_value = job.result\n", 11)
    text = next(n for n in made.children if isinstance(n, cst.SimpleString))
    result = next(n for n in made.children if isinstance(n, cst.Attribute))
    assert (made.line(text), made.line(result)) == (13, 14)


def test_what_nests_too_deep_is_refused_before_libcst_sees_it() -> None:
    with pytest.raises(places.TooDeepError):
        tree.parse("x = " + "-" * 300 + "1\n", 1)
