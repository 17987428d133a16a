"""How far up a path somebody can wait for the call at its lower end: queues, tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Final

from whowaits.code.site import EntryPoint, Path, Site, Step

QUEUED: Final = (
    "*.delay", "*.apply_async", "*.enqueue", "*.enqueue_in", "*.enqueue_at", "*.enqueue_job", "*.send_task", "*.kiq",
    "*.add_task", "*.defer", "*.defer_async", "*.send_with_options", "*.schedule_task", "*.s", "*.si", "*.signature",
    "dramatiq.*.send", "*.delay_on_commit", "*.apply_async_on_commit", "*.async_task", "*.trigger_dagrun",
)  # fmt: skip
"""Callables that put a function into a queue or into the background."""

RUNS_NOW: Final = (
    "*.submit", "*.to_thread", "*.run_in_executor", "*.run_sync", "*.run_in_threadpool", "*.create_task",
    "*.ensure_future", "*.start_soon", "*.spawn", "*.gather", "*.partial", "*.Thread", "*.Process", "*.Timer",
    "*.apply_async", "*.run", "*.wait_for", "*.shield", "*retry*", "*Retry*", "*backoff*", "*.remote", "*.asyncio",
    "*.sync_to_async", "*.async_to_sync", "*.iter", "*.reduce", "*.call_*", "*.run_coroutine_threadsafe", "*.step",
)  # fmt: skip
"""Callables that run a function that is handed to them where it is handed over, or soon after."""

QUEUED_CALL: Final = "queued-call"


def ways(site: Site, reads_result: Callable[[Site, Step], bool]) -> list[Path]:
    """The paths to a site, cut; where only tests call it, also what is left without them: a library, used elsewhere."""
    known = _enqueued(site.paths)
    told = [p for p in site.paths if p.entry.kind != "task" or p.steps not in known]
    found = list(dict.fromkeys(_cut(site, path, reads_result) for path in told))
    if any(path.entry.kind != "test" for path in found):
        return found
    return [*found, *dict.fromkeys(_without_tests(found))]


def _enqueued(paths: Sequence[Path]) -> set[tuple[Step, ...]]:
    """The ways down from functions whose hand-over to a queue is known: how they are used is told there."""
    return {p.steps[:n] for p in paths for n, step in enumerate(p.steps) if n > 0 and is_queued(step)}


def _without_tests(found: Sequence[Path]) -> Iterator[Path]:
    for path in found:
        kept = tuple(step for step in path.steps if step.path != path.entry.path)
        if kept:
            yield Path(kept, EntryPoint("none", None, kept[-1].path, kept[-1].first_line, kept[-1].cell))


@lru_cache(maxsize=4096)
def fits(name: str, patterns: tuple[str, ...]) -> bool:
    """Whether a dotted name fits one of the patterns; a bare name is taken as the last part of one."""
    return any(fnmatchcase(name, pattern) or fnmatchcase(f".{name}", pattern) for pattern in patterns)


def is_queued(step: Step) -> bool:
    """Whether the step puts the function below it into a queue or the background."""
    return step.through is not None and fits(step.through, QUEUED)


def _cut(site: Site, path: Path, reads_result: Callable[[Site, Step], bool]) -> Path:
    """The path without what does not wait for its lower part, or does not run it at all.

    Above the hand-over to a queue, the caller went on without the answer unless it reads the result there.
    """
    for number, step in enumerate(path.steps):
        if number > 0 and is_queued(step) and not reads_result(site, step):
            return Path(path.steps[: number + 1], EntryPoint("task", QUEUED_CALL, step.path, step.line, step.cell))
    return path
