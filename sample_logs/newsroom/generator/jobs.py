"""The traffic of jobs: what starts by the clock.

`share` is 1 for a day told in full and 0.01 for a sampled one. What belongs together (a conversation, a run of an
agent, an interview) is kept or left out as a whole, as a sampler that goes by trace does.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from generator.calls import HOUR, MINUTE, SECOND, Call, between, by_quantiles, midnight, share_of, stream_of
from generator.days import FIRST_DAY, FULL_DAY, in_incident, name_of


def article_tagger(day: date, share: float) -> Iterator[Call]:
    """200,000 articles from 02:00 on, in 24 loops at once; done shortly before 06:00."""
    rng = stream_of("article-tagger", day)
    full = day == FULL_DAY
    count = share_of(200_000 if full else 194_000 + rng.randrange(12_000), share)
    length = (5 * HOUR if in_incident(day) else 4 * HOUR) - 6 * MINUTE
    for number in range(count):
        yield Call(
            "article-tagger",
            name_of("article-tagger", day, number, rng),
            started=midnight(day) + 2 * HOUR + 4 * SECOND + number * length // count + rng.randrange(900),
            duration=between(rng, 700, 2_600),
            input=1_240 + by_quantiles(rng, (0, 250), (0.5, 1_600), (0.9, 4_100), (1, 9_000)),
            cached=1_024 if rng.randrange(100) < 55 else 0,
            output=between(rng, 60, 300),
        )


def archive_embeddings(day: date, share: float) -> Iterator[Call]:
    """60,000 groups of articles on Sundays from 06:00, eight at once."""
    if day.weekday() != 6:
        return
    rng = stream_of("archive-embeddings", day)
    count = share_of(60_000, share)
    for number in range(count):
        yield Call(
            "archive-embeddings",
            name_of("archive-embeddings", day, number, rng).replace("chatcmpl-", "emb-"),
            started=midnight(day) + 6 * HOUR + 2 * SECOND + number * (140 * MINUTE) // count + rng.randrange(SECOND),
            duration=between(rng, 500, 1_700),
            input=between(rng, 6_000, 13_500),
            output=0,
        )


def editions_abroad(day: date, share: float) -> Iterator[Call]:
    """What the paper published yesterday, article by article, into two languages."""
    rng = stream_of("editions-abroad", day)
    at = midnight(day) + 19 * HOUR + 30 * MINUTE + 3 * SECOND
    for number in range(share_of(1_500 * (0.6 if day.weekday() == 6 else 1), share)):
        text = by_quantiles(rng, (0, 500), (0.5, 2_400), (0.9, 6_500), (1, 11_000))
        output = text * 11 // 10 + between(rng, 200, 1_100)
        yield Call(
            "editions-abroad",
            name_of("editions-abroad", day, number, rng),
            started=at + number * 11 * SECOND,
            duration=between(rng, 6_000, 10_500),
            input=text + 60,
            output=output,
        )


def archive_summaries(day: date, share: float) -> Iterator[Call]:
    """A slice of the archive every night from 21:15."""
    rng = stream_of("archive-summaries", day)
    for number in range(share_of(8_000, share)):
        yield Call(
            "archive-summaries",
            name_of("archive-summaries", day, number, rng),
            started=midnight(day) + 21 * HOUR + 15 * MINUTE + int(number * 1_150 / share) + rng.randrange(300),
            duration=between(rng, 500, 1_650),
            input=between(rng, 1_100, 9_500),
            output=between(rng, 90, 420),
        )


def evaluation_golden(day: date, share: float) -> Iterator[Call]:
    """1,500 cases every night, one after another, none resting on another; all begin with the same rubric."""
    rng = stream_of("evaluation-golden", day)
    late = between(rng, 5, 20) * MINUTE
    for number in range(share_of(1_500, share)):
        yield Call(
            "evaluation-golden",
            name_of("evaluation-golden", day, number, rng),
            started=midnight(day) + HOUR + 30 * MINUTE + late + int(number * 8_600 / share),
            duration=between(rng, 4_000, 8_500),
            input=between(rng, 2_400, 6_200),
            cached=1_536 if number and rng.randrange(100) < 92 else 0,
            output=between(rng, 400, 1_700),
        )


def evaluation_interviews(day: date, share: float) -> Iterator[Call]:
    """25 simulated interviews of forty turns at night, each turn on all turns before."""
    rng = stream_of("evaluation-interviews", day)
    night = (day - FIRST_DAY).days
    at = midnight(day) + HOUR + 30 * MINUTE + between(rng, 5, 20) * MINUTE
    step = max(1, share_of(1 / share, 1))
    for interview in range(25):
        text = between(rng, 300, 900)
        kept = (night * 25 + interview) % step == 0
        for turn in range(40):
            output = between(rng, 120, 900)
            call = Call(
                "evaluation-interviews",
                name_of("evaluation-interviews", day, interview * 40 + turn, rng),
                started=at,
                duration=900 + output * 9,
                input=text,
                cached=max(0, (text - 400) // 128 * 128) if turn > 3 else 0,
                output=output,
                session=f"interview-{day:%m%d}-{interview:02d}",
            )
            if kept:
                yield call
            at = call.ended + 40 + rng.randrange(200)
            text += output + 12


def newsletters(day: date, share: float) -> Iterator[Call]:
    """Four thousand morning letters from 04:40, ten at once."""
    rng = stream_of("newsletters", day)
    for number in range(share_of(4_000, share)):
        yield Call(
            "newsletters",
            name_of("newsletters", day, number, rng),
            started=midnight(day)
            + 4 * HOUR
            + 40 * MINUTE
            + 2 * SECOND
            + int(number * 640 / share)
            + rng.randrange(500),
            duration=between(rng, 4_000, 8_500),
            input=between(rng, 3_800, 8_200),
            output=between(rng, 380, 800),
        )


def photo_captions(day: date, share: float) -> Iterator[Call]:
    """Pictures of the day, through the Batch API since spring."""
    rng = stream_of("photo-captions", day)
    count = share_of(9_000, share)
    for number in range(count):
        yield Call(
            "photo-captions",
            name_of("photo-captions", day, number, rng),
            started=midnight(day) + 23 * HOUR + 11 * MINUTE + number * 40 * MINUTE // count,
            duration=between(rng, 1_000, 3_000),
            input=2_833 + between(rng, 20, 60),
            output=between(rng, 18, 80),
        )
