"""The settings of a run, as the configuration file would say them."""

from __future__ import annotations

import json
from collections.abc import Iterator

from whowaits.config import Config
from whowaits.gate_settings import PerPath, Waiver
from whowaits.model import Policy


def render_settings(config: Config) -> str:
    """Return what `check` goes by, in TOML; workloads and prices are counted."""
    gate = config.gate
    lines = [
        f"# read from {config.path.name}" if config.path is not None else "# no configuration file",
        _assumed(config.policy),
        f"exclude = {_listed(config.exclude)}",
        f"select = {_listed(gate.select)}",
        f"ignore = {_listed(gate.ignore)}",
        f"fail-on = {_quoted(gate.fail_on)}",
        *(f"{key} = {_quoted(str(value))}" for key, value in _given(config)),
        *(line for entry in gate.per_path for line in _per_path(entry)),
        *(line for waiver in gate.waivers for line in _waiver(waiver)),
        f"# {len(config.workloads)} [[workload]], {len(config.prices)} [[price]]",
    ]
    return "\n".join(lines) + "\n"


def _given(config: Config) -> Iterator[tuple[str, object]]:
    gate = config.gate
    values = {
        "min-saving": gate.min_saving,
        "budget": gate.budget,
        "baseline": gate.baseline,
        "rule-link": gate.rule_link,
    }
    return ((key, value) for key, value in values.items() if value is not None)


def _per_path(entry: PerPath) -> list[str]:
    told = [f"{key} = {_listed(rules)}" for key, rules in (("select", entry.select), ("ignore", entry.ignore)) if rules]
    policy = [] if entry.policy is None else [_assumed(entry.policy)]
    return ["[[per-path]]", f"path = {_quoted(entry.path)}", *told, *policy]


def _assumed(policy: Policy) -> str:
    seconds = policy.assumed_deadline_s
    return f"assumed-deadline = {_quoted('none') if seconds is None else f'{seconds:g}'}"


def _waiver(waiver: Waiver) -> list[str]:
    values = {
        "path": waiver.path,
        "fingerprint": waiver.fingerprint,
        "until": waiver.until,
        "owner": waiver.owner,
        "reason": waiver.reason,
    }
    told = [f"{key} = {_quoted(str(value))}" for key, value in values.items() if value is not None]
    rules = [f"rule = {_listed(waiver.rules)}"] if waiver.rules else []
    return ["[[waiver]]", *told, *rules]


def _listed(values: tuple[str, ...]) -> str:
    return "[" + ", ".join(map(_quoted, values)) + "]"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
