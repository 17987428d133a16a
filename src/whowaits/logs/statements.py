"""What a log states about one kind of call: its own words -> the program's name, a register entry, evidence.

Calls that agree in all that they state are judged together, so this runs once for each distinct statement.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Final

import orjson

from whowaits.config import Config, WorkloadEntry
from whowaits.deadlines import durations
from whowaits.logs import values
from whowaits.logs.callers import names_person
from whowaits.model import DAY_S, HOUR_S, MINUTE_S, Evidence
from whowaits.rules import LogRule, load_log_rules

JOB_KEYS: Final = ("job", "job_name", "cron", "cronjob", "task_name", "taskName")
WORKFLOW_KEYS: Final = ("workflow", "workflow_name", "dag_id", "pipeline", "flow")
LONGEST_QUOTE: Final = 60
"""Longer values are not repeated in the sentence that is shown."""
BARE: Final = "tags"
"""Key under which a tag without a key of its own stands."""

_UNIT_OF_NAME: Final = (
    ("_ms", "ms"), ("_millis", "ms"), ("-ms", "ms"), ("_min", "m"), ("_minutes", "m"), ("_h", "h"), ("_hours", "h"),
    ("_days", "d"),
)  # fmt: skip
_CLOCK: Final = re.compile(r"(\d{1,2}):(\d\d)(?::\d\d)?\s*(z|utc|[+-]\d\d:?\d\d)?")
_TAG: Final = re.compile(r"\s*([A-Za-z_][\w.\- ]{0,60}?)\s*[:=]\s*(.*\S)\s*")
Fields = Mapping[str, str | Sequence[str] | None]


@dataclass(frozen=True, slots=True)
class Said:
    """What stands in tags and metadata: for the table, and the part of it that can change a verdict."""

    tags: tuple[str, ...]
    metadata: tuple[tuple[str, str], ...]
    stated: str | None
    job: str | None
    workflow: str | None


@dataclass(frozen=True, slots=True)
class Due:
    """A time of day: microseconds after each multiple of `every_us` since 1970. An unknown whole-hour zone leaves
    only the minute, so it comes round every hour."""

    rule: str
    says: str
    at_us: int
    every_us: int


class Statements:
    """Reads tags and metadata with the rules of rules/logs and the patterns of the register in mind."""

    def __init__(self, config: Config, without_people: Callable[[str], str] = str) -> None:
        self._without_people = without_people
        self.rules = load_log_rules()
        self._patterns = tuple(pattern.lower() for rule in self.rules for pattern in rule.when.field)
        self._entries = tuple(e for e in config.workloads if e.declares or e.owner)
        self._tag_patterns = [p for entry in config.workloads for key, ps in entry.match if key == "tag" for p in ps]
        self.said = functools.lru_cache(maxsize=100_000)(self._said)

    def keys(self) -> tuple[str, ...]:
        """Return the names, without wildcards, under which a rule looks for a statement."""
        return tuple(sorted({p for rule in self.rules for p in rule.when.field if re.fullmatch(r"[\w.\-]+", p)}))

    def said_by_key(self) -> tuple[str, ...]:
        """Return the patterns of all keys whose value can state something."""
        return (*sorted({*self._patterns}), *JOB_KEYS, *WORKFLOW_KEYS)

    def said_by_tag(self) -> tuple[str, ...]:
        """Return the patterns of whole tags that the register knows."""
        return tuple(self._tag_patterns)

    def _said(self, tags: tuple[str, ...], metadata: tuple[tuple[str, str], ...]) -> Said:
        named = [tag for tag in tags if not names_person(split_tag(tag)[0])]
        metadata = tuple(pair for pair in metadata if not names_person(pair[0]))
        keyed = [*metadata, *(split_tag(tag) for tag in named)]
        relevant = sorted({(k, v) for k, v in keyed if self._relevant(k)} | self._registered(tags))
        found = dict(reversed(keyed))
        return Said(
            tuple(map(self._without_people, named)),
            tuple((key, self._without_people(value)) for key, value in metadata),
            orjson.dumps(relevant).decode() if relevant else None,
            next((found[key] for key in JOB_KEYS if key in found), None),
            next((found[key] for key in WORKFLOW_KEYS if key in found), None),
        )

    def _relevant(self, key: str) -> bool:
        return any(fnmatchcase(key.lower(), pattern) for pattern in self._patterns)

    def _registered(self, tags: Iterable[str]) -> set[tuple[str, str]]:
        return {(BARE, tag) for tag in tags if any(fnmatchcase(tag, p) for p in self._tag_patterns)}

    def evidence(self, row: Mapping[str, Any]) -> tuple[Evidence, ...]:
        """Return what the rules say about a row of canonical columns, its `stated` pairs among them."""
        pairs = [(name, value) for name, value in row.items() if isinstance(value, str)]
        pairs += stated_pairs(row.get("stated"))
        found = {said for rule in self.rules for key, value in pairs if (said := speaks(rule, key, value))}
        return tuple(sorted(found, key=lambda e: (e.rule, e.says, e.deadline_s or 0)))

    def due(self, row: Mapping[str, Any]) -> Due | None:
        """Return the time of day at which a row says that its answer is due, the first by rule and field."""
        for rule in self.rules:
            for key, value in stated_pairs(row.get("stated")):
                if rule.when.value == "clock" and speaks_of(rule, key) and _matched(rule, value) is not None:
                    return _due(rule, key, value)
        return None

    def fields(self, row: Mapping[str, Any]) -> Fields:
        """Return a statement as the register matches it."""
        tags = [value for _, value in stated_pairs(row.get("stated"))]
        keyed = [f"{key}:{value}" for key, value in stated_pairs(row.get("stated"))]
        return {**{k: v for k, v in row.items() if v is None or isinstance(v, str)}, "tags": [*tags, *keyed]}

    @property
    def entries(self) -> tuple[WorkloadEntry, ...]:
        return self._entries


def split_tag(tag: str) -> tuple[str, str]:
    """Return ("queue", "bulk") for "queue:bulk" or "queue=bulk", else the tag under BARE."""
    found = _TAG.fullmatch(tag)
    return (found[1], found[2]) if found else (BARE, tag)


def stated_pairs(stated: str | None) -> list[tuple[str, str]]:
    """Return the pairs of the column `stated`."""
    return [(key, value) for key, value in orjson.loads(stated)] if stated else []


def read_said(tags: Any, metadata: Any, loose: Mapping[str, Any], statements: Statements) -> Said:
    """Return what a record says in its tags (list, object or text), its metadata and single fields."""
    decoded = values.decoded(tags)
    listed = values.labels(decoded) if not isinstance(decoded, dict) else []
    keyed = values.pairs(decoded) if isinstance(decoded, dict) else {}
    pairs = {**values.pairs(metadata), **keyed, **values.pairs(dict(loose))}
    shown = tuple(f"{key}:{value}" for key, value in sorted(keyed.items()))
    return statements.said((*listed, *shown), tuple(sorted(pairs.items())))


def speaks(rule: LogRule, key: str, value: str) -> Evidence | None:
    """Return what a rule says about one field, None when it does not speak of it."""
    if not speaks_of(rule, key):
        return None
    matched = _matched(rule, value)
    if matched is None or rule.when.value == "clock":
        return None
    deadline_s = None
    if rule.when.value == "duration":
        deadline_s = _seconds(key, matched)
        if deadline_s is None or deadline_s <= 0:
            return None
    shown = f"{key}={value}" if len(value) <= LONGEST_QUOTE else key
    return rule.says.evidence(rule.id, deadline_s=deadline_s, text=f"{rule.says.text} ({shown})")


def speaks_of(rule: LogRule, key: str) -> bool:
    """Whether a rule reads fields of this name."""
    return any(fnmatchcase(key.lower(), pattern.lower()) for pattern in rule.when.field)


def _due(rule: LogRule, key: str, value: str) -> Due:
    found = _CLOCK.match(value.strip().lower())
    assert found is not None, rule.id
    seconds = int(found[1]) * HOUR_S + int(found[2]) * MINUTE_S
    says = f"{rule.says.text} ({key}={value})"
    zone = found[3] or ""
    if zone not in ("z", "utc") and not zone.startswith(("+", "-")):
        return Due(rule.id, says, seconds % HOUR_S * 1_000_000, HOUR_S * 1_000_000)
    digits = zone.lstrip("+-").replace(":", "")
    ahead = (int(digits[:2]) * HOUR_S + int(digits[2:]) * MINUTE_S) if digits.isdigit() else 0
    since_midnight = seconds - (-ahead if zone.startswith("-") else ahead)
    return Due(rule.id, says, since_midnight % DAY_S * 1_000_000, DAY_S * 1_000_000)


def _matched(rule: LogRule, value: str) -> str | None:
    """The part of the value that matters: group 1 of the expression if it has one."""
    if not isinstance(rule.when.matches, str):
        return value if value.lower() in {choice.lower() for choice in rule.when.matches} else None
    found = _expression(rule.when.matches).fullmatch(value.strip())
    if found is None:
        return None
    return found[1] if found.re.groups and found[1] is not None else value


@functools.cache
def _expression(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


def _seconds(key: str, value: str) -> float | None:
    """A bare number is in the unit that the field's name ends in, else in seconds."""
    lower = key.lower()
    unit = next((unit for ending, unit in _UNIT_OF_NAME if lower.endswith(ending)), "s")
    return durations.parse(value, unit)
