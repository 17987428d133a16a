"""Who calls models in the sample company: one row per workload, with what is true about it.

`waiter`, `deadline_s` and `batchable` are what an all-knowing observer would say; `known_by` is how a program that
reads the logs and the register could know it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from generator.calls import Call

Waits = Literal["person", "program", "nobody"]

RATES: Mapping[str, Mapping[str, tuple[int, int, int, int]]] = {
    "gpt-4o-mini": {"standard": (150_000, 75_000, 150_000, 600_000), "batch": (75_000, 75_000, 75_000, 300_000)},
    "gpt-5": {"standard": (1_250_000, 125_000, 1_250_000, 10_000_000), "batch": (625_000, 62_500, 625_000, 5_000_000)},
    "claude-haiku-4-5": {
        "standard": (1_000_000, 100_000, 1_250_000, 5_000_000),
        "batch": (500_000, 50_000, 625_000, 2_500_000),
    },
    "text-embedding-3-large": {"standard": (130_000, 130_000, 130_000, 0), "batch": (65_000, 65_000, 65_000, 0)},
}
"""Thousandths of a nano-dollar per token, which is USD per million tokens times a million: uncached, cached, cache
write, output. The same figures as in code/whowaits.toml; a test compares them."""


@dataclass(frozen=True, slots=True)
class Workload:
    name: str
    model: str
    waiter: Waits
    deadline_s: int | None
    batchable: bool
    known_by: Literal["register", "stated", "nothing"]
    key: str | None = None
    service: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    user_agent: str = "OpenAI/Python 3.52.0"
    code: tuple[str, str, int] | None = None
    streamed: bool = False
    route: str | None = None
    tier: str = "standard"
    cronjob: str | None = None

    @property
    def seen_agent(self) -> str:
        """Who a service says is calling: the browser that asked it, else the SDK it uses."""
        return BROWSER if self.route and self.service else self.user_agent

    @property
    def provider(self) -> str:
        return "anthropic" if self.model.startswith("claude") else "openai"

    @property
    def operation(self) -> str:
        return "embeddings" if "embedding" in self.model else "chat"

    @property
    def endpoint(self) -> str:
        if self.operation == "embeddings":
            return "/v1/embeddings"
        return "/v1/messages" if self.provider == "anthropic" else "/v1/chat/completions"


BROWSER = "Mozilla/5.0 (X11; Linux x86_64) Firefox/142.0"
ANTHROPIC = "Anthropic/Python 2.11.0"
WORKLOADS = (
    Workload(
        "article-tagger",
        "gpt-4o-mini",
        waiter="nobody",
        deadline_s=14_400,
        batchable=True,
        known_by="register",
        service="article-tagger",
        code=("brimblad/articles/tagger.py", "brimblad.articles.tagger._request", 14),
        cronjob="tag-articles",
    ),
    Workload(
        "archive-embeddings",
        "text-embedding-3-large",
        waiter="nobody",
        deadline_s=604_800,
        batchable=True,
        known_by="register",
        service="archive-embeddings",
        code=("brimblad/archive/embeddings.py", "brimblad.archive.embeddings.embed", 21),
        cronjob="backfill-embeddings",
    ),
    Workload(
        "copilot",
        "gpt-5",
        waiter="person",
        deadline_s=None,
        batchable=False,
        known_by="register",
        key="copilot-prod",
        streamed=True,
        route="/copilot/chat",
        code=("brimblad/copilot/app.py", "brimblad.copilot.app._pieces", 27),
    ),
    Workload(
        "copilot-research",
        "gpt-5",
        waiter="program",
        deadline_s=None,
        batchable=False,
        known_by="stated",
        service="copilot-research",
        route="/copilot/research",
        code=("brimblad/copilot/research.py", "brimblad.copilot.research.research", 20),
    ),
    Workload(
        "search-suggestions",
        "gpt-4o-mini",
        waiter="person",
        deadline_s=None,
        batchable=False,
        known_by="register",
        service="search-suggest",
        route="/search/suggest",
        code=("brimblad/search/autocomplete.py", "brimblad.search.autocomplete.suggest", 13),
    ),
    Workload(
        "ticket-triage",
        "claude-haiku-4-5",
        waiter="program",
        deadline_s=600,
        batchable=False,
        known_by="register",
        service="support-triage",
        user_agent=ANTHROPIC,
        code=("brimblad/support/tasks.py", "brimblad.support.tasks.triage", 16),
    ),
    Workload(
        "editions-abroad",
        "gpt-5",
        waiter="nobody",
        deadline_s=86_400,
        batchable=True,
        known_by="stated",
        key="editions",
        tags={"deadline": "24h", "job": "translate-articles"},
    ),
    Workload(
        "reader-web",
        "gpt-5",
        waiter="person",
        deadline_s=None,
        batchable=False,
        known_by="stated",
        key="reader-web",
        route="/read/translate",
        code=("brimblad/web/reader.py", "brimblad.web.reader.translate_passage", 19),
    ),
    Workload(
        "archive-summaries",
        "claude-haiku-4-5",
        waiter="nobody",
        deadline_s=86_400,
        batchable=True,
        known_by="stated",
        key="archive-summaries",
        tags={"queue": "backfill", "priority": "low"},
        user_agent=ANTHROPIC,
    ),
    Workload(
        "evaluation-golden",
        "gpt-5",
        waiter="nobody",
        deadline_s=86_400,
        batchable=True,
        known_by="stated",
        key="evaluation-golden",
        tags={"queue": "bulk", "suite": "golden"},
    ),
    Workload(
        "evaluation-interviews",
        "gpt-5",
        waiter="nobody",
        deadline_s=86_400,
        batchable=False,
        known_by="stated",
        key="evaluation-interviews",
        tags={"queue": "bulk", "suite": "interviews"},
    ),
    Workload(
        "newsletters",
        "claude-haiku-4-5",
        waiter="nobody",
        deadline_s=6_600,
        batchable=True,
        known_by="nothing",
        key="write-digests",
        user_agent="langchain-anthropic/1.0",
        tags={"trigger": "schedule"},
    ),
    Workload(
        "slack-bot", "gpt-5", waiter="person", deadline_s=None, batchable=False, known_by="nothing", key="desk-bot"
    ),
    Workload(
        "legacy-tools",
        "claude-haiku-4-5",
        waiter="person",
        deadline_s=None,
        batchable=False,
        known_by="nothing",
        key="legacy-tools",
        user_agent="python-httpx/0.28",
    ),
    Workload(
        "photo-captions",
        "gpt-4o-mini",
        waiter="nobody",
        deadline_s=86_400,
        batchable=False,
        known_by="stated",
        service="photo-captions",
        tier="batch",
        tags={"desk": "photo"},
    ),
)
BY_NAME = {workload.name: workload for workload in WORKLOADS}


def cost_nano(workload: Workload, call: Call, *, tier: str | None = None, keep_cache: bool = True) -> int:
    """Nano-dollars of one call at the company's own rates; nothing for what was not billed."""
    if not call.billed:
        return 0
    uncached, cached, write, output = RATES[workload.model][tier or workload.tier]
    if keep_cache:
        parts = (call.input - call.cached - call.cache_write) * uncached + call.cached * cached
        parts += call.cache_write * write
    else:
        parts = call.input * uncached
    return (parts + call.output * output) // 1_000
