"""Raw HTTP requests: whether one can go to a model at all, by its address or by the keys of its body."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Final

from whowaits.code import words
from whowaits.code.sdk import MODEL_PATHS, Sdks
from whowaits.code.summary import Call, terminal
from whowaits.code.values import Resolver, Values

HTTP: Final = "http.requests"
"""The rule about raw requests."""
_BODIES: Final = (
    ({"messages"}, {"model", "max_tokens", "max_new_tokens", "temperature", "anthropic_version"}),
    ({"prompt"}, {"model", "max_tokens", "max_new_tokens", "temperature", "top_p", "max_tokens_to_sample"}),
    ({"model"}, {"input", "contents", "inputs", "prompt"}),
    ({"contents"}, {"generationConfig", "generation_config", "safetySettings"}),
)
"""Keys of a JSON body that say it is a request to a model: all of the first and one of the second."""
_BODY_WORDS: Final = frozenset({"json", "data"})
_LITERAL: Final = re.compile(r"[a-z]{3,}", re.I)
_OPEN_PART: Final = re.compile(r"\[[^\]]*\][*+?]?|\([^)]*\)\??|\\.|\.[*+]")
MAX_BODY_DEPTH: Final = 4
MAX_BODY_ITEMS: Final = 64


class Http:
    """What the arguments of a request say about where it goes."""

    def __init__(self, resolver: Resolver, sdks: Sdks) -> None:
        self.resolver = resolver
        self.sdks = sdks

    @property
    def is_possible(self) -> bool:
        """Whether the tree holds the words of an address, or the keys of a body, of a request to a model."""
        return self.has_address or self.has_body

    @cached_property
    def has_address(self) -> bool:
        """Whether the words of some model's address stand somewhere in the tree."""
        known = (path for path in MODEL_PATHS if all(self._holds(w, words.IN_ADDRESS) for w in path))
        hosts = (_literals(u.regex) for u in self.sdks.calls.urls)
        return any(known) or any(all(self._holds(w, words.IN_ADDRESS) for w in host) for host in hosts)

    @cached_property
    def has_body(self) -> bool:
        """Whether the keys of a request to some model stand somewhere in the tree."""
        return any(
            all(self._holds(key, words.KEY) for key in every) and any(self._holds(key, words.KEY) for key in one)
            for every, one in _BODIES
        )

    def _holds(self, word: str, how: str) -> bool:
        return self.resolver.files.holds(word, how)

    def may_ask(self, path: str, call: Call) -> bool:
        """Whether a request may go to a model, before anything is asked about the object that sends it."""
        if self.has_address:
            for text in self.addresses(path, call):
                if "://" not in text or self.sdks.url(text):
                    return True
        return self.has_body and self.asks_a_model(path, call)

    def addresses(self, path: str, call: Call) -> list[str]:
        """Return the texts that the address of a request can be."""
        position = 1 if terminal(call.func) in ("request", "stream") else 0
        terms = call.args[position : position + 1]
        values = [*keyword_of(self.resolver, path, call, "url"), *self.resolver.all_of(path, call.scope, terms)]
        return [v[1] for v in values if v[0] == "T"]

    def asks_a_model(self, path: str, call: Call) -> bool:
        """Whether the JSON body has the keys of a request to a model, wherever it goes."""
        terms = [t for key, t in call.keywords if key in _BODY_WORDS]
        items = self.resolver.params.splat_items(path, call.scope, terms)
        for value in keyword_of(self.resolver, path, call, "json"):
            if value[0] == "D":
                items += self.resolver.params.display(value[2])
        keys = set(self._all_keys(items))
        return any(all_of <= keys and keys & one_of for all_of, one_of in _BODIES)

    def _all_keys(self, items: list[tuple[str, Values]]) -> Iterator[str]:
        """The keys of a body, those of bodies inside it included."""
        level = items
        for _ in range(MAX_BODY_DEPTH):
            yield from (key for key, _ in level)
            inside = [v for _, values in level for v in values if v[0] == "D"][:MAX_BODY_ITEMS]
            level = [item for v in inside for item in self.resolver.params.display(v[2])]


def _literals(regex: str) -> list[str]:
    """The words that every text holds which an expression fits."""
    return _LITERAL.findall(_OPEN_PART.sub(" ", regex.partition("://")[2]))


def keyword_of(r: Resolver, path: str, call: Call, name: str) -> Values:
    """Return what one keyword argument of a call can be."""
    named = next((r.of(path, call.scope, t) for k, t in call.keywords if k == name), ())
    return tuple(dict.fromkeys((*named, *(v for k, values in _splatted(r, path, call) if k == name for v in values))))


def keyword_names(r: Resolver, path: str, call: Call) -> set[str]:
    """Return the names of the keyword arguments of a call."""
    return {k for k, _ in call.keywords if k is not None} | {k for k, _ in _splatted(r, path, call)}


def _splatted(r: Resolver, path: str, call: Call) -> list[tuple[str, Values]]:
    splats = [t for k, t in call.keywords if k is None]
    return r.params.splat_items(path, call.scope, splats) if splats else []


def keywords_of(r: Resolver, path: str, call: Call) -> dict[str, Values]:
    """Return the keyword arguments of a call, those of dictionaries that are splatted into it included."""
    named = {k: r.of(path, call.scope, t) for k, t in call.keywords if k is not None}
    for key, values in _splatted(r, path, call):
        named[key] = tuple(dict.fromkeys((*named.get(key, ()), *values)))
    return named
