"""What is said of a call of a model where it is made: model, provider, tier, address."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from whowaits.code.http import keywords_of
from whowaits.code.openness import is_open
from whowaits.code.sdk import Match
from whowaits.code.summary import Call
from whowaits.code.values import Value, Values
from whowaits.rules import UrlRule

if TYPE_CHECKING:
    from whowaits.code.matching import Matcher

_ADDRESSES: Final = (
    *("base_url", "api_base", "openai_api_base", "azure_endpoint", "endpoint_url", "endpoint", "host", "server_url"),
    *("api_host", "url"),
)
_ONE_MODEL: Final = re.compile(r"(?:https?://)?\{\}[^?]*/v1/(?:chat/completions|completions|embeddings)$")
SELF_HOSTED: Final = "self_hosted"
_TIERS: Final = {
    "flex": "flex",
    "priority": "priority",
    "fast": "priority",
    "batch": "batch",
    "auto": "standard",
    "scale": "provisioned",
    "reserved": "provisioned",
    "provisioned": "provisioned",
}
_PROVISIONED: Final = ":provisioned-model/"
"""What the name of a model has in it that runs on capacity bought beforehand (Amazon Bedrock)."""


class About:
    """What the arguments of one call, and of the call that made its client, say."""

    def __init__(self, matcher: Matcher, path: str, call: Call, match: Match, value: Value) -> None:
        self.matcher = matcher
        self.resolver = matcher.resolver
        self.path = path
        self.call = call
        self.rule = match.rule
        self.guessed = match.guessed
        self.keywords = keywords_of(matcher.resolver, path, call)
        self.made = self._made(value, match.made)
        self.step = self._made(value, match.made + 1) if match.made is not None else None

    def _made(self, value: Value, number: int | None) -> tuple[str, Call] | None:
        calls = value[2] if value[0] == "X" else ()
        if number is None or number >= len(calls) or calls[number] is None:
            return None
        path, at = calls[number]
        return path, self.resolver.files[path].calls[at]

    def model(self) -> str | None:
        """Return the model id where it is one literal."""
        for part in (self.rule.model_arg or "").split("|"):
            texts = {v[1] for v in self._argument(part.strip()) if v[0] == "T"}
            if len(texts) == 1:
                return str(texts.pop())
        return None

    def _argument(self, spec: str) -> Values:
        """Values of an argument as `CallRule.model_arg` writes it."""
        where, _, name = spec.partition(":")
        if where == "kw":
            return self.keywords.get(name, ())
        if where == "json":
            bodies = [v for key in ("json", "data") for v in self.keywords.get(key, ())]
            return tuple(v for b in bodies for v in self._body(b, name))
        source = {"arg": (self.path, self.call), "init": self.made, "deco": self.made, "step": self.step}.get(where)
        return self._from_call(source, name) if source else ()

    def _body(self, value: Value, name: str) -> Values:
        return self.resolver.entries(value[2], name) if value[0] == "D" else ()

    def _from_call(self, source: tuple[str, Call], name: str) -> Values:
        path, call = source
        if name.isdigit():
            position = int(name)
            return self.resolver.of(path, call.scope, call.args[position]) if position < len(call.args) else ()
        return keywords_of(self.resolver, path, call).get(name, ())

    def provider(self, model: str | None) -> str | None:
        """Return who is paid: whoever the address leads to, else the rule's, the model's or the wrapped client's."""
        sdks = self.matcher.sdks
        hosts = {sdks.host(a) for a in self._addresses()} - {None}
        if len(hosts) == 1 and not (hosts == {SELF_HOSTED} and self._may_lead_elsewhere()):
            return hosts.pop()
        if self.rule.provider and not self.guessed:
            return self.rule.provider
        return (sdks.model(model) if model else None) or self._wrapped()

    def _addresses(self) -> list[str]:
        found = [v for key in _ADDRESSES for v in self.keywords.get(key, ())]
        if self.made:
            named = keywords_of(self.resolver, *self.made)
            found += [v for key in _ADDRESSES for v in named.get(key, ())]
        elif not self.rule.constructors or not self.rule.chains:
            found += [v for values, _ in self._module_addresses() for v in values]
        return [v[1] for v in found if v[0] == "T"]

    def _may_lead_elsewhere(self) -> bool:
        """Whether the address is one that only some callers give, or that is set only on some ways to the call."""
        if not self.made:
            return not all(always for _, always in self._module_addresses())
        path, call = self.made
        return any(is_open(self.resolver, path, call.scope, t) for key, t in call.keywords if key in _ADDRESSES)

    def _module_addresses(self) -> list[tuple[Values, bool]]:
        """`openai.api_base = …`: the addresses set on the module itself, and whether each is set whatever happens."""
        found: list[tuple[Values, bool]] = []
        for key in ("api_base", "base_url"):
            for path, number in self.resolver.uses.stores(key):
                scope, base, _, term, optional = self.resolver.files[path].attributes[number]
                names = [v[1] for v in self.resolver.of(path, scope, base) if v[0] == "X"]
                if any(n in self.rule.imports for n in names) and path == self.path:
                    found.append((self.resolver.of(path, scope, term), not optional and self._is_on_the_way(scope)))
        return found

    def _is_on_the_way(self, scope: int) -> bool:
        """Whether what stands in a scope of this file has run before the call, as far as one can tell: not the methods
        of another class."""
        classes = self.resolver.classes
        cls = classes.enclosing(self.path, scope)
        return cls is None or cls == classes.enclosing(self.path, self.call.scope)

    def _wrapped(self) -> str | None:
        if not self.made:
            return None
        path, call = self.made
        terms = [*call.args, *(t for _, t in call.keywords)]
        for value in self.resolver.all_of(path, call.scope, terms):
            rule = self.matcher.sdks.client(value[1]) if value[0] == "X" else None
            if rule and rule.provider:
                return rule.provider
        return None

    def tier(self) -> str:
        """Return the tier: that of a submission, or the one a literal argument chooses."""
        if self.rule.tier != "standard":
            return self.rule.tier
        if _PROVISIONED in (self.model() or ""):
            return "provisioned"
        if self.rule.batch_arg and self.made and ("V", True) in self._from_call(self.made, self.rule.batch_arg):
            return "batch"
        spec = self.rule.tier_arg or ""
        values = self._argument(spec if ":" in spec else f"kw:{spec}") if spec else ()
        texts = {str(v[1]).lower() for v in (*values, *self._nested(values)) if v[0] == "T"}
        tiers = {_TIERS[t] for t in texts if t in _TIERS}
        return tiers.pop() if len(tiers) == 1 else "standard"

    def _nested(self, values: Values) -> Values:
        return tuple(v for d in values if d[0] == "D" for v in self.resolver.entries(d[2]))

    def url(self) -> UrlRule | None:
        """Return the rule of the address that a raw request goes to."""
        http = self.matcher.http
        urls = [a for text in http.addresses(self.path, self.call) for a in self._whole(text)]
        found = next((r for r in map(self.matcher.sdks.url, urls) if r), None)
        if found and not found.provider and self._names_no_model() and any(_ONE_MODEL.match(u) for u in urls):
            return replace(found, provider=SELF_HOSTED, batch="no")
        if found or not http.asks_a_model(self.path, self.call):
            return found
        providers = {self.matcher.sdks.host(a) for a in urls} - {None}
        return UrlRule("", providers.pop() or "" if len(providers) == 1 else "", "chat", batch="conditional")

    def _names_no_model(self) -> bool:
        """Whether the whole body is known and has no model: what is asked serves one, as one's own server does."""
        bodies = [v for key in ("json", "data") for v in self.keywords.get(key, ())]
        if not bodies or any(v[0] != "D" for v in bodies):
            return False
        terms = [self.resolver.dicts[v[2]][2] for v in bodies]
        closed = all(k and k[0] == "s" for term in terms for k, _ in term[1])
        return closed and not any(key == "model" for v in bodies for key, _ in self.resolver.params.display(v[2]))

    def _whole(self, url: str) -> list[str]:
        """A path alone belongs to the address that the session was made with."""
        if "://" in url or not self.made:
            return [url]
        named = keywords_of(self.resolver, *self.made)
        bases = [v[1] for v in named.get("base_url", ()) if v[0] == "T"]
        return [f"{base.rstrip('/')}/{url.lstrip('/')}" for base in bases or ["{}"]]
