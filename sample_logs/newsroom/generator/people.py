"""The traffic of people: when they ask, and how long they think in between.

`share` is 1 for a day told in full and 0.01 for a sampled one. What belongs together (a conversation, a run of an
agent, an interview) is kept or left out as a whole, as a sampler that goes by trace does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from generator.calls import SECOND, Call, between, by_quantiles, hour_of_day, midnight, share_of, stream_of
from generator.days import DESK, OFFICE, READERS, busy_factor, name_of

TURN_GAP = ((0.0, 12_000), (0.05, 27_000), (0.5, 123_000), (0.95, 612_000), (1.0, 1_900_000))
"""Milliseconds between an answer and the next question of the same editor."""


def copilot(day: date, share: float) -> Iterator[Call]:
    """Editors who write: conversations of a few turns, minutes between them, a rest of the day of silence."""
    rng = stream_of("copilot", day)
    number = 0
    for conversation in range(share_of(960 * busy_factor(day, 0.3), share)):
        at = midnight(day) + hour_of_day(rng, OFFICE)
        user = f"editor-{1 + rng.randrange(120):03d}"
        text = between(rng, 2_500, 9_000)
        for turn in range(by_quantiles(rng, (0, 1), (0.3, 3), (0.8, 9), (1, 17))):
            output = between(rng, 250, 1_500)
            cached = (text - 900) // 128 * 128 if turn and rng.randrange(10) < 8 else 0
            yield Call(
                "copilot",
                name_of("copilot", day, number, rng),
                started=at,
                duration=900 + output * 11,
                first_token=500 + rng.randrange(900),
                input=text,
                cached=max(0, cached),
                output=output,
                user=user,
                session=f"conversation-{day:%m%d}-{conversation:04d}",
            )
            number += 1
            text += output + between(rng, 60, 2_600)
            at += 900 + output * 11 + by_quantiles(rng, *TURN_GAP)


def copilot_research(day: date, share: float) -> Iterator[Call]:
    """An agent's steps, each on the answer before, while an editor looks at a progress bar."""
    rng = stream_of("copilot-research", day)
    number = 0
    for task in range(share_of(380 * busy_factor(day, 0.2), share)):
        at = midnight(day) + hour_of_day(rng, OFFICE)
        text, steps = between(rng, 3_000, 6_000), between(rng, 4, 16)
        calls = []
        for step in range(steps):
            output = between(rng, 120, 900)
            calls.append(
                Call(
                    "copilot-research",
                    name_of("copilot-research", day, number, rng),
                    started=at,
                    duration=700 + output * 9,
                    input=text,
                    cached=(text - 700) // 128 * 128 if step and rng.randrange(10) < 7 else 0,
                    output=output,
                    session=f"research-{day:%m%d}-{task:03d}",
                    parent=f"research-{day:%m%d}-{task:03d}",
                )
            )
            number += 1
            text += output + between(rng, 600, 4_200)
            at = calls[-1].ended + 150 + rng.randrange(2_000)
        for call in calls:
            yield replace(call, parent_ends=calls[-1].ended + 90)


def search_suggestions(day: date, share: float) -> Iterator[Call]:
    """Bursts of a few calls within seconds while a reader types."""
    rng = stream_of("search-suggestions", day)
    number = 0
    for _ in range(share_of(4_600 * busy_factor(day, 1.1), share)):
        at = midnight(day) + hour_of_day(rng, READERS)
        for _ in range(2 + rng.randrange(7)):
            yield Call(
                "search-suggestions",
                name_of("search-suggestions", day, number, rng),
                started=at,
                duration=between(rng, 180, 620),
                input=between(rng, 420, 980),
                output=between(rng, 12, 58),
            )
            number += 1
            at += 180 + rng.randrange(1_400)


def ticket_triage(day: date, share: float) -> Iterator[Call]:
    """Letters of readers, put into a queue as they come; worth nothing after ten minutes."""
    rng = stream_of("ticket-triage", day)
    for number in range(share_of(2_400 * busy_factor(day, 0.5), share)):
        arrived = midnight(day) + hour_of_day(rng, DESK)
        call = Call(
            "ticket-triage",
            name_of("ticket-triage", day, number, rng),
            started=arrived + by_quantiles(rng, (0, 80), (0.8, 2_000), (0.97, 40_000), (1, 200_000)),
            duration=between(rng, 900, 4_200),
            input=between(rng, 700, 4_000),
            output=between(rng, 60, 240),
        )
        yield replace(call, parent=f"ticket-{day:%m%d}-{number:05d}", parent_ends=call.ended + 40)


def reader_web(day: date, share: float) -> Iterator[Call]:
    """Passages readers mark; the gateway answers every tenth from its own cache."""
    rng = stream_of("reader-web", day)
    for number in range(share_of(820 * busy_factor(day, 1.0), share)):
        output = between(rng, 300, 2_400)
        hit = rng.randrange(10) == 0
        call = Call(
            "reader-web",
            name_of("reader-web", day, number, rng),
            started=midnight(day) + hour_of_day(rng, READERS),
            duration=12 + rng.randrange(30) if hit else 800 + output * 8,
            input=60 + output * 9 // 10,
            output=output,
            cache_hit=hit,
        )
        if hit:
            call.id += f"_cache_hit{call.started // SECOND}"
        yield replace(call, parent=call.id, parent_ends=call.ended + 25)


def slack_bot(day: date, share: float) -> Iterator[Call]:
    rng = stream_of("slack-bot", day)
    for number in range(share_of(320 * busy_factor(day, 0.2), share)):
        output = between(rng, 100, 900)
        yield Call(
            "slack-bot",
            name_of("slack-bot", day, number, rng),
            started=midnight(day) + hour_of_day(rng, OFFICE),
            duration=700 + output * 9,
            input=between(rng, 80, 900),
            output=output,
        )


def legacy_tools(day: date, share: float) -> Iterator[Call]:
    """One old key that several desks share: a little of everything, nobody remembers all of it."""
    rng = stream_of("legacy-tools", day)
    for number in range(share_of(3_000 * busy_factor(day, 0.6), share)):
        yield Call(
            "legacy-tools",
            name_of("legacy-tools", day, number, rng),
            started=midnight(day) + hour_of_day(rng, DESK),
            duration=between(rng, 900, 9_000),
            input=by_quantiles(rng, (0, 200), (0.6, 3_500), (0.95, 18_000), (1, 60_000)),
            output=between(rng, 60, 1_500),
        )
