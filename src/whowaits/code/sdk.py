"""The call rules, arranged so that a resolved name finds its rule."""

from __future__ import annotations

import fnmatch
import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterator
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from whowaits.code import words
from whowaits.code.qualified import plain
from whowaits.code.summaries import Summaries
from whowaits.rules import CallRule, Calls, UrlRule

IMPORTERS: Final = ("import_module", "__import__", "importorskip")
"""Functions that import a module whose name is computed."""
CALLED: Final = "()"
_PARENS: Final = re.compile(r'\((?:"[^"]*")?\)')
_RAW: Final = re.compile(r"\bwith_(?:raw|streaming)_response\.")
_KNOWN_PATHS: Final = re.compile(
    r"(?:https?://|\{\})[^?]*(?:/chat/completions|/v1/completions|/v1/messages|/v1/responses|/v1/embeddings"
    r"|:(?:stream)?[gG]enerateContent)(?:\?.*)?$"
)
MODEL_PATHS: Final = (
    ("chat", "completions"),
    *(("v1", name) for name in ("completions", "messages", "responses", "embeddings")),
    ("generateContent",),
    ("streamGenerateContent",),
)
"""The words of those paths."""
_PATH_KINDS: Final = (("embeddings", "embedding"), ("responses", "responses"), ("v1/completions", "completion"))
_ARGUMENT_NAMES: Final = frozenset({"input", "messages", "prompt", "contents", "max_tokens", "instructions"})


class Match(NamedTuple):
    """A rule that a name fits: `made` = which of the calls in the name constructed the client, None = none did.

    `guessed`: the client is not known, the rule may be another's with the same chain.
    """

    rule: CallRule
    made: int | None
    chain: str
    guessed: bool = False


def family(name: str) -> tuple[str, str]:
    """Return what stays the same when a class moves inside its family of packages: (langchain, ChatOpenAI)."""
    return re.split(r"[._]", name, maxsplit=1)[0], name.rpartition(".")[2]


def _moved(name: str) -> tuple[str, str]:
    """Return what stays the same of a class's method when the class moves: (llama, VectorStoreIndex.from_documents)."""
    parts = name.split(".")
    method = parts[-2:] if len(parts) > 2 and parts[-2][:1].isupper() else []
    return re.split(r"[._]", name, maxsplit=1)[0], ".".join(method)


class Sdks:
    """Finds the rule for a name; see `CallRule` for what the parts of a rule mean."""

    def __init__(self, calls: Calls) -> None:
        self.calls = calls
        self.constructors: dict[str, list[CallRule]] = defaultdict(list)
        self.families: dict[tuple[str, str], list[CallRule]] = defaultdict(list)
        self.functions: dict[str, CallRule] = {}
        self.moved: dict[tuple[str, str], CallRule] = {}
        self.decorators: dict[str, CallRule] = {}
        self.by_last: dict[str, list[tuple[CallRule, str]]] = defaultdict(list)
        self.wild: list[tuple[str, CallRule]] = []
        self.found: dict[str, Match | None] = {}
        self.known_called: dict[str, bool] = {}
        self.known_ignored: dict[str, bool] = {}
        for rule in calls.entries:
            self._add(rule)
        self.sizes = Counter(r.sdk for r in calls.entries)
        self.wrappers = {w for r in calls.entries for w in r.wrappers if w != "|"} | {"with_options"}
        self.roots = {root.partition(".")[0] for r in calls.entries for root in r.imports}
        self.literals = {n[: n.index('("')] for n in self.constructors if n.endswith('")')}
        called = [name for r in calls.entries if CALLED in r.chains for name in r.constructors]
        self.called_names = {name.rpartition(".")[2] for name in called if "*" not in name}
        self.called_modules = {name.partition(".*")[0].rpartition(".")[2] for name in called if "*" in name}
        self.long_ends = {last for last, fits in self.by_last.items() if any(c.count(".") > 1 for _, c in fits)}

    def _add(self, rule: CallRule) -> None:
        for name in rule.constructors:
            if "*" in name:
                self.wild.append((name, rule))
                continue
            self.constructors[name].append(rule)
            if not name.endswith(")"):
                self.families[family(name)].append(rule)
        for name in rule.functions:
            if name.startswith("@"):
                self.decorators[name[1:]] = rule
            else:
                self.functions.setdefault(name, rule)
                if (key := _moved(name))[1]:
                    self.moved.setdefault(key, rule)
        for chain in rule.chains:
            if chain != CALLED:
                self.by_last[chain.rpartition(".")[2]].append((rule, chain))

    def find(self, name: str) -> Match | None:
        """Return the rule that calling the object `name` falls under."""
        if name not in self.found:
            self.found[name] = self._find(name)
        return self.found[name]

    def _find(self, name: str) -> Match | None:
        if rule := self.functions.get(name) or self.moved.get(_moved(plain(name))):
            return Match(rule, None, name)
        for number, (made, chain) in enumerate(_splits(name)):
            for rule in self._rules_of(made):
                if any(_same(chain, c) for c in rule.chains):
                    return Match(rule, number, chain)
        return None

    def _rules_of(self, made: str) -> list[CallRule]:
        if made.endswith('")'):
            return self.constructors.get(made, [])
        exact = self.constructors.get(made) or ([] if ")" in made else self.families.get(family(made)))
        return exact or [r for p, r in self.wild if fnmatch.fnmatchcase(made, p)]

    def declared(self, name: str) -> Match | None:
        """Return the rule of a function of the tree that is declared a wrapper; its name may start further out."""
        fits = (r for r in self.calls.declared if f".{name}".endswith(f".{r.functions[0]}"))
        return next((Match(rule, None, name) for rule in fits), None)

    def makes_called(self, name: str) -> bool:
        """Whether what `name` constructs calls a model when it is called."""
        if name not in self.known_called:
            self.known_called[name] = any(CALLED in rule.chains for rule in self._rules_of(name))
        return self.known_called[name]

    def here(self, files: Summaries, imported: Container[str]) -> list[CallRule]:
        """Return the rules whose SDK may be in use: it is imported, and what the rule is about is named in the tree."""
        computed = any(files.holds(name) for name in IMPORTERS)

        def is_used(root: str) -> bool:
            quoted = (
                bool(words.names_in(root)) and files.holds(root.partition(".")[0], words.QUOTED) and files.holds(root)
            )
            return root in imported or (computed and quoted)

        top = {root for root in self.roots if root in imported}
        named = (r for r in self.calls.entries if any(root.partition(".")[0] in top for root in r.imports))
        used = {r.id for r in self.calls.entries if any(map(is_used, r.imports))}
        used |= {r.id for r in self.calls.declared}
        used |= {r.id for r in named if r.id not in used and _is_named(r, files)}
        return [r for r in self.calls.entries if r.id in used]

    def client(self, name: str) -> CallRule | None:
        """Return a rule about the client that `name` is, or is built on."""
        return next((rules[0] for made, _ in _splits(name) if (rules := self._rules_of(made))), None)

    def ignored(self, name: str) -> bool:
        """Whether the name is a call that answers no prompt."""
        if name not in self.known_ignored:
            text = plain(name)
            self.known_ignored[name] = any(fnmatch.fnmatchcase(text, pattern) for pattern in self.calls.ignored)
        return self.known_ignored[name]

    def by_shape(self, name: str, keywords: set[str], imported: Container[str] | None, splat: bool) -> Match | None:
        """Return the rule whose chain `name` ends in, where the object itself is not known.

        A chain of three names says enough where the SDK is imported (in `imported`); a chain of two needs the
        keywords of a model call, and where nothing is said of imports (None), a chain of three needs them too.
        A single name never says enough by itself.
        """
        asks = _looks_like_model_call(name, keywords, splat)
        plain_name = _RAW.sub("", name)
        fits = []
        for rule, chain in self.by_last.get(name.rpartition(".")[2], ()):
            dots = chain.count(".")
            enough = dots > 1 and asks if imported is None else dots > 1 or (dots and asks)
            known = imported is None or any(root in imported for root in rule.imports)
            if enough and known and plain_name.endswith(f".{chain}"):
                fits.append((rule, chain))
        return self._likeliest(fits) if fits else None

    def _likeliest(self, fits: list[tuple[CallRule, str]]) -> Match:
        """The longest chain, of an SDK made by the provider itself, of the SDK with most rules; sure if alone."""
        ranked = sorted(fits, key=lambda f: (-f[1].count("."), f[0].sdk != f[0].provider, -self.sizes[f[0].sdk]))
        rule, chain = ranked[0]
        makers: set[str | None] = {r.provider for r, _ in fits if r.sdk == r.provider}
        own = makers or {r.provider for r, _ in fits}
        return Match(rule, None, chain, guessed=len(own) > 1)

    # -- addresses and models --------------------------------------------------------------------------------

    def url(self, text: str) -> UrlRule | None:
        """Return the rule of a request to this URL. An unknown host with the path of a model API counts."""
        found = next((u for u in self.calls.urls if _fits_url(u.regex, text)), None)
        if found or not _KNOWN_PATHS.match(text):
            return found
        kind = next((kind for path, kind in _PATH_KINDS if path in text), "chat")
        return UrlRule("", self.host(text) or "", kind, batch="conditional")  # type: ignore[arg-type]

    def host(self, url: str) -> str | None:
        """Return the provider that a base URL leads to."""
        parts = urlsplit(url if "://" in url else f"//{url}")
        place = parts.netloc.rpartition("@")[2].lower()
        host = place.partition(":")[0]
        for rule in self.calls.hosts:
            whole = place + parts.path if "/" in rule.pattern else place if ":" in rule.pattern else host
            if fnmatch.fnmatchcase(whole, rule.pattern + ("*" if "/" in rule.pattern else "")):
                return rule.provider
        return None

    def model(self, model: str) -> str | None:
        """Return the provider that a model id names."""
        fits = [p for p in self.calls.prefixes if model.startswith(p)]
        if fits:
            return self.calls.prefixes[max(fits, key=len)]
        return next((v for p, v in self.calls.names.items() if fnmatch.fnmatchcase(model, p)), None)


def _fits_url(regex: str, text: str) -> bool:
    """Whether the expression reaches the end of the URL's path, or of a part that it leaves open.

    A gap inside may stand for anything.
    """
    found = re.match(regex, text) or re.match(regex, text.replace("{}", "0"))
    return found is not None and (regex.endswith("/") or found.string[found.end() :][:1] in ("", "?", "#", "{"))


def ends(rules: list[CallRule]) -> set[str]:
    """Return the last names of the calls that rules are about."""
    return {name.rpartition(".")[2] for r in rules for name in (*r.chains, *r.functions)} - {CALLED}


def _splits(name: str) -> Iterator[tuple[str, str]]:
    """Every way to read a name as (what was constructed, the chain of attributes on it)."""
    for found in _PARENS.finditer(name):
        rest = name[found.end() :]
        made = name[: found.start()] if found.group() == CALLED else name[: found.end()]
        yield made, rest[1:] if rest.startswith(".") else rest or CALLED


def _same(chain: str, wanted: str) -> bool:
    if chain == wanted:
        return True
    if "with_" in chain and _RAW.sub("", chain) == wanted:
        return True
    return "*" in chain and fnmatch.fnmatchcase(wanted, chain)


def _is_named(rule: CallRule, files: Summaries) -> bool:
    """Whether the tree holds the name of a function, or a chain and what it is called on, or a long chain."""

    def stands(parts: list[str]) -> bool:
        return all(files.holds(part) for part in parts)

    made = any(stands(_last_word(name)) for name in rule.constructors)
    chains = [(chain, re.findall(r"\w+", chain)) for chain in rule.chains]
    if any(stands(_last_word(name)) for name in rule.functions):
        return True
    return any(stands(parts) for chain, parts in chains if made or "." in chain)


def _last_word(name: str) -> list[str]:
    return re.findall(r"\w+", name.rpartition("*")[0] or name)[-1:]


def _looks_like_model_call(name: str, keywords: set[str], splat: bool) -> bool:
    if "batches" in name:
        return bool(keywords & {"requests", "completion_window", "input_file_id"})
    asks = bool(keywords & _ARGUMENT_NAMES)
    return (asks and splat) or ("model" in keywords and (asks or splat))
