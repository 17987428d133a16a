"""The `usage` objects of providers -> token columns. Which of their counts hold which others is known here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from whowaits.logs import values
from whowaits.logs.cells import Cells, first, split_input

Convert = Callable[[Any], int | None]


def openai_tokens(cells: Cells, usage: Any, *, limit: Convert = values.count) -> dict[str, Any]:
    """Return the columns of an OpenAI usage object, chat or responses: input holds what the cache gave."""
    fields = values.mapping(usage)
    prompt = values.mapping(first(fields, "prompt_tokens_details", "input_tokens_details"))
    answer = values.mapping(first(fields, "completion_tokens_details", "output_tokens_details"))
    return inclusive_tokens(
        cells,
        first(fields, "prompt_tokens", "input_tokens"),
        first(fields, "completion_tokens", "output_tokens"),
        read=prompt.get("cached_tokens"),
        write=prompt.get("cache_write_tokens"),
        reasoning=answer.get("reasoning_tokens"),
        limit=limit,
    )


def inclusive_tokens(
    cells: Cells,
    given: Any,
    answered: Any,
    *,
    read: Any = None,
    write: Any = None,
    reasoning: Any = None,
    limit: Convert = values.count,
) -> dict[str, Any]:
    """Return the columns of counts whose input includes the cached tokens and whose output the reasoning."""
    total = cells.read("input_tokens_total", limit, given)
    cached = cells.read("cache_read_tokens", limit, read)
    written = cells.read("cache_write_tokens", limit, write)
    inclusive, uncached, semantics = split_input(total, cached, written)
    return {
        "input_tokens_total": inclusive,
        "input_tokens_uncached": uncached,
        "cache_read_tokens": cached,
        "cache_write_tokens": written,
        "output_tokens_total": cells.read("output_tokens_total", limit, answered),
        "reasoning_tokens": cells.read("reasoning_tokens", limit, reasoning),
        "token_semantics": semantics,
    }


def anthropic_tokens(cells: Cells, usage: Any, *, limit: Convert = values.count) -> dict[str, Any]:
    """Return the columns of an Anthropic usage object: input stands beside what was read from and written to caches.

    The two ages of cache writes are parts of their sum, which older answers give alone and reports do not give.
    """
    fields = values.mapping(usage)
    ages = values.mapping(fields.get("cache_creation"))
    details = values.mapping(fields.get("output_tokens_details"))
    searched = values.mapping(fields.get("server_tool_use")).get("web_search_requests")
    tokens = additive_tokens(
        cells,
        first(fields, "input_tokens", "uncached_input_tokens"),
        fields.get("output_tokens"),
        read=fields.get("cache_read_input_tokens"),
        write=fields.get("cache_creation_input_tokens"),
        short=ages.get("ephemeral_5m_input_tokens"),
        long=ages.get("ephemeral_1h_input_tokens"),
        reasoning=details.get("thinking_tokens"),
        limit=limit,
    )
    return {**tokens, "web_searches": cells.count("web_searches", searched)}


def additive_tokens(
    cells: Cells,
    fresh: Any,
    answered: Any,
    *,
    read: Any,
    write: Any = None,
    short: Any = None,
    long: Any = None,
    reasoning: Any = None,
    limit: Convert = values.count,
) -> dict[str, Any]:
    """Return the columns of counts in which fresh, cached and written input are disjoint."""
    uncached = cells.read("input_tokens_uncached", limit, fresh)
    cached = cells.read("cache_read_tokens", limit, read)
    aged = [cells.read("cache_write_5m_tokens", limit, short), cells.read("cache_write_1h_tokens", limit, long)]
    written = cells.read("cache_write_tokens", limit, write)
    if written is None and any(part is not None for part in aged):
        written = sum(part or 0 for part in aged)
    total, _, semantics = split_input(uncached, cached, written, additive=True)
    return {
        "input_tokens_total": total,
        "input_tokens_uncached": uncached,
        "cache_read_tokens": cached,
        "cache_write_tokens": written,
        "cache_write_5m_tokens": aged[0],
        "cache_write_1h_tokens": aged[1],
        "output_tokens_total": cells.read("output_tokens_total", limit, answered),
        "reasoning_tokens": cells.read("reasoning_tokens", limit, reasoning),
        "token_semantics": semantics,
    }
