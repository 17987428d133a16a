"""What a project declares as its own wrapper of a model is one more call rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final, cast, get_args

from whowaits import rules
from whowaits.closed_toml import ConfigError
from whowaits.code.site import Site
from whowaits.config import WrapperEntry
from whowaits.model import Skipped
from whowaits.rules import CallRule, Calls
from whowaits.rules.calls import DECLARED, Kind
from whowaits.rules.reading import nearest

KINDS: Final[tuple[str, ...]] = get_args(Kind)


def with_wrappers(calls: Calls, entries: Iterable[WrapperEntry]) -> Calls:
    """Return the call rules with those of declared wrappers first; ConfigError for a provider or kind nobody knows."""
    declared = tuple(_rule(entry) for entry in entries)
    return replace(calls, entries=(*declared, *calls.entries)) if declared else calls


def unused(entries: Iterable[WrapperEntry], sites: Iterable[Site]) -> Iterator[Skipped]:
    """Yield the declared wrappers that nothing in the tree calls: most are written wrongly."""
    used = {site.rule.id for site in sites}
    for entry in entries:
        if _id_of(entry) not in used:
            yield Skipped(entry.place, f"the wrapper `{entry.call}` fits no call in the tree")


def _id_of(entry: WrapperEntry) -> str:
    return f"{DECLARED}.{entry.call}"


def _rule(entry: WrapperEntry) -> CallRule:
    providers = rules.load_offers()
    if providers.of(entry.provider) is None:
        near = nearest(entry.provider, providers.by_provider)
        raise ConfigError(
            f"{entry.place}: the wrapper `{entry.call}` names no known provider: `{entry.provider}`{near}"
        )
    if entry.kind not in KINDS:
        raise ConfigError(f"{entry.place}: `{entry.kind}` is no kind of call{nearest(entry.kind, KINDS)}")
    made, _, method = entry.call.rpartition(".")
    in_class = made.rpartition(".")[2][:1].isupper()
    return CallRule(
        id=_id_of(entry),
        sdk=DECLARED,
        provider=entry.provider,
        kind=cast(Kind, entry.kind),
        imports=(entry.call.partition(".")[0],),
        constructors=(made,) if in_class else (),
        chains=(method,) if in_class else (),
        functions=(entry.call,),
        streaming="never",
        context="request",
        model_arg=f"kw:{entry.model_argument}",
        batch="yes",
        endpoint=None,
        tier_arg=None,
        tier="standard",
        fanout=False,
        source=str(entry.place),
        checked="",
    )
