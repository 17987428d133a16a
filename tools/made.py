"""Writes what `whowaits.rules.made` loads from a wheel: what is the same in every run of one version.

That is every rule as Python, how files with schedules are told, and the digest of code and rules.
"""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any

from whowaits import rules
from whowaits.code import index
from whowaits.deadlines import schedules

MADE = {
    "calls": rules.load_calls,
    "code": rules.load_code,
    "findings": rules.load_findings,
    "logs": rules.load_log_rules,
    "offers": rules.load_offers,
    "schedule_files": schedules.files,
    "schedule_marks": schedules.marks,
    "digest": index.digest,
}


def write(folder: Path) -> None:
    """Write a module for each name into `folder`."""
    (folder / "__init__.py").write_text('"""Made by the build; see `whowaits.rules.made`."""\n', encoding="utf-8")
    for name, load in MADE.items():
        (folder / f"{name}.py").write_text(module(load()), encoding="utf-8")


def module(value: Any) -> str:
    """Return a module whose MADE is equal to a value of frozen dataclasses, enums, decimals and plain data."""
    classes: set[type] = set()
    text = _expression(value, classes)
    imports = sorted(f"from {cls.__module__} import {cls.__qualname__}" for cls in classes)
    return "\n".join(["# Made by the build.", *imports, "", f"MADE = {text}", ""])


def _expression(value: Any, classes: set[type]) -> str:
    """A value as Python; notes the classes that this needs."""
    if isinstance(value, tuple):
        return "(" + "".join(f"{_expression(item, classes)}, " for item in value) + ")"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key!r}: {_expression(item, classes)}" for key, item in value.items()) + "}"
    if isinstance(value, Enum):
        classes.add(type(value))
        return f"{type(value).__qualname__}.{value.name}"
    if isinstance(value, Decimal):
        classes.add(Decimal)
    elif dataclasses.is_dataclass(value):
        classes.add(type(value))
        fields = (_expression(getattr(value, field.name), classes) for field in dataclasses.fields(value))
        return f"{type(value).__qualname__}({', '.join(fields)})"
    return repr(value)
