"""A generated Python project: seeded, so that every machine measures the same text."""

from __future__ import annotations

import random
from pathlib import Path

_MODULE = '''"""Module {n}: orders of kind {n}."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shop.part_{a}.module_{b} import Order{b}, total_{b}

log = logging.getLogger(__name__)
LIMIT = {limit}


@dataclass
class Order{n}:
    """One order."""

    number: int
    lines: list[dict[str, Any]] = field(default_factory=list)
    parent: Order{b} | None = None

    def add(self, name: str, price: float, *, count: int = 1) -> None:
        """Add a line."""
        if count < 1 or price < 0:
            raise ValueError(f"line {{name}} of order {{self.number}}: count {{count}}, price {{price}}")
        self.lines.append({{"name": name, "price": price, "count": count}})
        log.debug("order %s has %s lines", self.number, len(self.lines))

'''
_METHOD = '''    def step_{m}(self, rows: list[dict[str, Any]], *, strict: bool = False) -> dict[str, float]:
        """Sum the rows by name.

        Rows without a name are left out, unless `strict`; a row that cannot be read is logged and left out too.

        :param rows: what the shop sent, one row a line of an order
        :param strict: whether a row without a name is an error
        :return: the sums above the limit, rounded, by name
        """
        # Names are compared without regard to case, because the shop writes them as people type them.
        sums: dict[str, float] = {{}}
        for row in rows:
            name = str(row.get("name", "")).strip().lower()

            if not name:
                if strict:
                    raise KeyError("name")
                continue

            # Prices are text in older files.
            try:
                sums[name] = sums.get(name, 0.0) + float(row["price"]) * int(row.get("count", {c}))
            except (KeyError, ValueError) as error:
                log.warning("row %r of %s: %s", row, self.number, error)
        return {{key: round(value, {d}) for key, value in sorted(sums.items()) if value > LIMIT}}

'''
_TAIL = '''
def total_{n}(orders: list[Order{n}]) -> float:
    """The value of all orders."""
    return sum(line["price"] * line["count"] for order in orders for line in order.lines) + total_{b}([])


def load_{n}(path: Path) -> list[Order{n}]:
    """The orders of a file, one a line."""
    with path.open() as stream:
        rows = [json.loads(line) for line in stream if line.strip()]
    return [Order{n}(number=row["number"], lines=row.get("lines", [])) for row in rows]
'''
_CALL = '''

def describe_{n}(order: Order{n}) -> str:
    """A sentence about an order, by a model."""
    import openai

    client = openai.OpenAI()
    answer = client.chat.completions.create(
        model="gpt-4o-mini", messages=[{{"role": "user", "content": json.dumps(order.lines)}}]
    )
    return answer.choices[0].message.content or ""


def describe_all_{n}(path: Path) -> list[str]:
    """A sentence about each order of a file."""
    return [describe_{n}(order) for order in load_{n}(path)]
'''
_PER_PART = 40


def make(root: Path, lines: int, seed: int = 1) -> int:
    """Write a project of about so many lines below `root`, return how many; one module in 100 asks a model."""
    draw = random.Random(seed)  # noqa: S311
    written = number = 0
    while written < lines:
        before = draw.randrange(max(1, number))
        values = {"n": number, "b": before, "a": before // _PER_PART, "limit": draw.randrange(100)}
        methods = range(draw.randrange(10, 30))
        text = _MODULE.format(**values)
        text += "".join(_METHOD.format(m=m, c=draw.randrange(9), d=draw.randrange(6)) for m in methods)
        text += _TAIL.format(**values) + (_CALL.format(**values) if number % 100 == 7 else "")
        folder = root / "shop" / f"part_{number // _PER_PART}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "__init__.py").touch()
        (folder / f"module_{number}.py").write_text(text)
        written += text.count("\n")
        number += 1
    return written
