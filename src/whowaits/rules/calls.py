"""Calls that go to a model provider: rules/calls/*.yaml -> `Calls`.

A file of an SDK names its clients once and then the calls on them. A call that several clients share becomes one
`CallRule` for each provider, so that the rule that matched says who is paid.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final, Literal, TypeVar

from whowaits.frozen import dataclass
from whowaits.model import Tier
from whowaits.rules.model_ids import ModelId, split_model
from whowaits.rules.reading import RuleError, nearest, read_file, read_folder, shown_path

T = TypeVar("T")
Kind = Literal[
    "chat",
    "responses",
    "completion",
    "embedding",
    "image",
    "video",
    "audio",
    "moderation",
    "rerank",
    "ocr",
    "classification",
    "agent",
    "realtime",
    "count_tokens",
]
Context = Literal["request", "streaming", "conversation", "session", "agent_loop", "chain", "retrieval"]
Batchable = Literal["yes", "conditional", "no"]
DECLARED: Final = "declared"
"""What stands for the SDK where a project declares its own wrapper."""


@dataclass(frozen=True, slots=True)
class CallRule:
    """One way to call a provider.

    constructors  fully qualified callables whose result carries `chains`, sync and async alike. `*` matches any
                  name, and a name written out beats it; `boto3.client("bedrock-runtime")` = that literal is the
                  first argument (or service_name=); `()` in the middle is a call in the middle. A class that
                  inherits from a constructor is one.
    chains        attributes on the constructed object: `chat.completions.create`; `()` alone = it is called;
                  `start_chat().send_message` = a call in the middle.
    functions     fully qualified callables that make the call themselves. `@name` = a decorator: calling what it
                  decorates makes the call.
    wrappers      methods that return an object with the same chains (`with_retry`); `|` = so does a pipe.
    model_arg     where the model id stands; the first that is there counts, separated by `|`: `kw:NAME` and
                  `arg:N` of the call, `init:NAME` and `init:N` of the constructor, `step:NAME` of the call in the
                  middle of the chain, `deco:NAME` and `deco:N` of the decorator, `json:NAME` of the body sent.
    streaming     never, always, `param:NAME` (a true keyword turns it on), `param:init:NAME` (one of the
                  constructor does), `json:NAME` (a true value in the body does), `method:NAME,NAME` (these chains).
    provider      None = by the model's prefix, the base_url, or the wrapped client.
    batch         whether the provider's batch API can take the call.
    tier_arg      keyword that chooses a tier (`service_tier`); `init:NAME` = of the constructor.
    batch_arg     keyword, or `init:NAME`, that when true sends the calls to the batch API.
    tier          "batch" for a submission to the batch API.
    fanout        the call makes many calls at full price out of its own argument, whatever its name says.
    """

    id: str
    sdk: str
    provider: str | None
    kind: Kind
    imports: tuple[str, ...]
    constructors: tuple[str, ...]
    chains: tuple[str, ...]
    functions: tuple[str, ...]
    streaming: str
    context: Context
    model_arg: str | None
    batch: Batchable
    endpoint: str | None
    tier_arg: str | None
    tier: Tier
    fanout: bool
    source: str
    checked: str
    wrappers: tuple[str, ...] = ()
    batch_arg: str | None = None


@dataclass(frozen=True, slots=True)
class HostRule:
    """A base_url whose host (with port and path where the pattern has them) fits `pattern` goes to `provider`."""

    pattern: str
    provider: str


@dataclass(frozen=True, slots=True)
class UrlRule:
    """A raw HTTP request to a URL that `regex` matches from its start. The first rule that matches counts."""

    regex: str
    provider: str
    kind: Kind
    tier: Tier = "standard"
    streaming: str = "param:stream"
    batch: Batchable = "yes"


@dataclass(frozen=True, slots=True)
class Calls:
    """Everything rules/calls says. `prefixes`: "anthropic/" or "anthropic:" -> provider; `names`: model id without
    prefix, as a pattern -> provider, the first that fits counts."""

    entries: tuple[CallRule, ...]
    ignored: tuple[str, ...]
    hosts: tuple[HostRule, ...]
    urls: tuple[UrlRule, ...]
    prefixes: Mapping[str, str]
    names: Mapping[str, str]

    @property
    def declared(self) -> tuple[CallRule, ...]:
        """The rules that are a project's own."""
        return tuple(rule for rule in self.entries if rule.sdk == DECLARED)

    def model_id(self, model: str) -> ModelId:
        """Return a model id in its parts."""
        return split_model(model, self.prefixes)

    def provider_of(self, model: str) -> str | None:
        """Return the provider that a model id names, by its prefix first; None where it names none."""
        for prefix in sorted(self.prefixes, key=len, reverse=True):
            if model.startswith(prefix):
                return self.prefixes[prefix]
        return next((provider for pattern, provider in self.names.items() if fnmatchcase(model, pattern)), None)


@dataclass(frozen=True, slots=True)
class _Client:
    constructors: tuple[str, ...]
    provider: str | None = None
    tier_arg: str | None = None


@dataclass(frozen=True, slots=True)
class _Call:
    id: str
    kind: Kind
    client: tuple[str, ...] = ()
    chains: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    provider: str | None = None
    streaming: str = "never"
    context: Context = "request"
    model_arg: str | None = "kw:model"
    batch: Batchable = "no"
    endpoint: str | None = None
    tier_arg: str | None = None
    tier: Tier = "standard"
    fanout: bool = False
    wrappers: tuple[str, ...] = ()
    batch_arg: str | None = None
    sdk: str | None = None
    imports: tuple[str, ...] = ()
    source: str | None = None
    checked: str | None = None


@dataclass(frozen=True, slots=True)
class _SdkFile:
    sdk: str
    imports: tuple[str, ...]
    source: str
    checked: str
    calls: tuple[_Call, ...]
    provider: str | None = None
    clients: Mapping[str, _Client] = field(default_factory=dict)
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Name -> clients that take the same calls."""


@dataclass(frozen=True, slots=True)
class _HostFile:
    checked: str
    hosts: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _UrlFile:
    checked: str
    urls: tuple[UrlRule, ...]


@dataclass(frozen=True, slots=True)
class _ModelFile:
    checked: str
    prefixes: Mapping[str, str]
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _IgnoredFile:
    checked: str
    calls: tuple[str, ...]


TABLES: Final = frozenset({"hosts", "urls", "models", "ignored"})
"""Files of rules/calls that are not about one SDK."""


def read_calls(root: Path) -> Calls:
    """Return the call rules under `root`, in the order of the file names, then as the files have them."""
    entries: list[CallRule] = []
    for _, shown, file in read_folder(root, "calls", _SdkFile, skip=TABLES):
        entries.extend(_expand(file, shown))
    _reject_duplicates(entries)
    hosts = _table(root, "hosts", _HostFile)
    models = _table(root, "models", _ModelFile)
    return Calls(
        entries=tuple(entries),
        ignored=_table(root, "ignored", _IgnoredFile).calls,
        hosts=tuple(HostRule(p, provider) for provider, patterns in hosts.hosts.items() for p in patterns),
        urls=_table(root, "urls", _UrlFile).urls,
        prefixes=models.prefixes,
        names=models.names,
    )


def _table(root: Path, stem: str, cls: type[T]) -> T:
    path = root / "calls" / f"{stem}.yaml"
    return read_file(path, cls, shown_path(path, root))


def _expand(file: _SdkFile, shown: str) -> Iterator[CallRule]:
    """One rule for each call and each provider among the clients it works on."""
    for call in file.calls:
        clients = _clients(file, call, shown)
        providers = sorted({c.provider or file.provider or "" for c in clients})
        for provider in providers or [""]:
            mine = [c for c in clients if (c.provider or file.provider or "") == provider]
            yield _rule(file, call, provider or None, mine, len(providers) > 1)


def _clients(file: _SdkFile, call: _Call, shown: str) -> list[_Client]:
    names = [name for written in call.client for name in file.groups.get(written, (written,))]
    if unknown := [name for name in names if name not in file.clients]:
        choices = {*file.clients, *file.groups}
        raise RuleError(f"{shown}: {call.id}: no client `{unknown[0]}`{nearest(unknown[0], choices)}")
    return [file.clients[name] for name in names]


def _rule(file: _SdkFile, call: _Call, provider: str | None, clients: list[_Client], several: bool) -> CallRule:
    return CallRule(
        id=f"{call.id}@{provider or 'any'}" if several else call.id,
        sdk=call.sdk or file.sdk,
        provider=call.provider or provider or (None if clients else file.provider),
        kind=call.kind,
        imports=call.imports or file.imports,
        constructors=tuple(dict.fromkeys(name for client in clients for name in client.constructors)),
        chains=call.chains,
        functions=call.functions,
        streaming=call.streaming,
        context=call.context,
        model_arg=call.model_arg,
        batch=call.batch,
        endpoint=call.endpoint,
        tier_arg=call.tier_arg or next((c.tier_arg for c in clients if c.tier_arg), None),
        tier=call.tier,
        fanout=call.fanout,
        source=call.source or file.source,
        checked=call.checked or file.checked,
        wrappers=call.wrappers,
        batch_arg=call.batch_arg,
    )


def _reject_duplicates(entries: list[CallRule]) -> None:
    seen: set[str] = set()
    for entry in entries:
        if entry.id in seen:
            raise RuleError(f"rules/calls: `{entry.id}` is the id of two calls")
        seen.add(entry.id)
