"""Three companies that have little in common with one another or with the companies of companies.py; with the truth.

python -m tests.logs.worlds prints what is said of each kind of workload. A carrier in Auckland has names of services
and nothing else, for a hundred days. A software house around the globe runs agents, all streamed, all in sessions. A
studio in Los Angeles has one key for most things, a working life in bursts, and people on duty at night.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, NamedTuple

import pyarrow.parquet as pq

from tests.logs.companies import Made, Place
from tests.logs.conftest import AS_OF, lines
from tests.logs.traffic import Row, rows, run
from whowaits import logs
from whowaits.config import Config
from whowaits.model import DAY_S, HOUR_S

WEEK_S: Final = 7 * DAY_S
SLOW: Final = ("batch", "flex")


def carrier() -> list[Made]:
    """Auckland, a hundred days. Only the help desk says that people wait; whoever else does is not to be seen."""
    place = Place(random.Random(1), 100, "Pacific/Auckland")
    chance, nights = place.chance, range(place.days)
    return [
        _made("helpdesk", _busy(place, range(7, 19), 14, place.working_days()), tags=["sla=interactive"]),
        _made("track-and-trace", _busy(place, range(24), 5, nights)),
        _made("quotes", _bursts(place, 60, 40)),
        _made("oncall-bot", _alerts(place, 90)),
        _made("berth-plan", _by_clock(place, nights, 6, 0, 35)),
        _job("manifests", _by_clock(place, nights, 1, 40, 120), DAY_S),
        _job("customs-report", _by_clock(place, place.working_days(), 3, 0, 80), 4 * HOUR_S),
        _job("reindex", _by_clock(place, range(6, place.days, 7), 4, 30, 900), WEEK_S),
        _job("statements", _by_clock(place, _firsts(place), 2, 20, 1_500), 28 * DAY_S),
        _job("positions", _by_clock(place, nights, range(24), 10, 12), HOUR_S),
        _job("alarms", _by_clock(place, nights, range(24), range(0, 60, 5), 1), 300),
        _job("dedupe", _by_clock(place, nights, 2, lambda: chance.randint(0, 55), 60), DAY_S),
    ]


def software_house() -> list[Made]:
    """Three offices, agents with sessions and streams everywhere: driven, reviewed, on call, or by nobody."""
    chance = random.Random(2)
    offices = [Place(chance, 28, city) for city in ("Europe/Lisbon", "America/Denver", "Asia/Kolkata")]
    home = offices[0]
    driven = [turn for place in offices for turn in _driven(place, f"dev-{place.city}", range(9, 18))]
    reviews = [turn for place in offices for turn in _agents(place, _at_times(place, 12, range(9, 18)), 9)]
    pages = [turn for place in offices for turn in _driven(place, f"page-{place.city}", range(1, 24, 7), turns=6)]
    return [
        _sessions("pair-agent", driven, person=True),
        _sessions("review-agent", reviews, person=True),
        _sessions("incident-agent", pages, person=True),
        _sessions("nightly-fixer", _agents(home, _hours(home, range(28), 2, 0), 40, tasks=12), due_s=12 * HOUR_S),
        _sessions("eval-harness", _agents(home, _at_times(home, 2, range(10, 17)), 25, tasks=8), due_s=HOUR_S / 2),
        _sessions("doc-crawler", _agents(home, _hours(home, range(5, 28, 7), 20, 0), 30, tasks=30), due_s=WEEK_S),
        _job("embeddings", _by_clock(home, range(28), 1, 15, 400), DAY_S, stream=True, tags=["queue=bulk"]),
        _job("changelog", _by_clock(home, home.working_days(), 5, 0, 60), 3 * HOUR_S, stream=True),
    ]


def studio() -> list[Made]:
    """Los Angeles, forty days: one key, bursts before deadlines, editors at night, a runner that is always late."""
    place = Place(random.Random(3), 40, "America/Los_Angeles")
    chance, days = place.chance, range(place.days)
    key: dict[str, Any] = {"service": None, "api_key_alias": "studio"}
    night = [at for day in days for at in _turns(place, day, (22, 23, 1, 3), 4)]
    late = [
        at for start in _hours(place, days, 4, 17) for at in run(start + timedelta(minutes=chance.randint(5, 36)), 90)
    ]
    return [
        _sessions("script-room", list(_driven(place, "room", range(9, 19))), person=True, stream=False),
        _made("script-key", _bursts(place, 40, 120), **key, stream=True),
        _sessions("night-desk", [(f"n{at:%d%H}", at) for at in night], person=True),
        _made("hand-over", _by_clock(place, days, 22, 0, 45)),
        _made("stand-up", _by_clock(place, place.working_days(), 8, 55, 40)),
        _made("monday-letter", _by_clock(place, range(0, place.days, 7), 8, 30, 260)),
        _job("captions", late, DAY_S),
        _job("archive", _by_clock(place, range(6, place.days, 7), 5, 0, 600), WEEK_S),
        _job("key-nights", _by_clock(place, days, 5, 0, 150), DAY_S, **key, stream=False),
        _job("backfill", [at for day in (9, 10, 11) for at in run(place.at(day, 10), 4_000, 5)], 3 * DAY_S),
        _job("trending", _by_clock(place, days, range(24), range(0, 60, 15), 3), 900),
    ]


WORLDS: Final[tuple[Callable[[], list[Made]], ...]] = (carrier, software_house, studio)


def _made(name: str, moments: Iterator[datetime] | list[datetime], **fields: Any) -> Made:
    return Made(name, rows(sorted(moments), name, **{"service": name, **fields}), person=True)


def _job(name: str, moments: Iterator[datetime] | list[datetime], due_s: float, **fields: Any) -> Made:
    return Made(name, rows(moments, name, **{"service": name, **fields}), person=False, due_s=due_s)


def _sessions(
    name: str,
    turns: list[tuple[str, datetime]],
    *,
    person: bool = False,
    due_s: float | None = None,
    stream: bool = True,
) -> Made:
    """Calls in sessions, whose prompts grow from one to the next."""
    found: list[Row] = []
    lengths: dict[str, int] = {}
    for number, (session, at) in enumerate(sorted(turns, key=lambda turn: turn[1])):
        lengths[session] = lengths.get(session, 0) + 1
        found += rows([at], f"{name}-{number}", service=name, session_id=f"{name}-{session}", stream=stream)
        found[-1]["input_tokens"] = 800 + 300 * lengths[session]
    return Made(name, found, person, due_s)


def _busy(place: Place, hours: range, an_hour: int, days: Iterator[int] | range) -> list[datetime]:
    """People at any moment of these hours."""
    spread = place.chance.uniform
    return [place.at(d, h) + timedelta(seconds=spread(0, 3_600)) for d in days for h in hours for _ in range(an_hour)]


def _bursts(place: Place, times: int, calls: int) -> Iterator[datetime]:
    """People who all come within minutes, now and then, by day."""
    for _ in range(times):
        start = place.at(place.chance.randrange(place.days), place.chance.randint(9, 18), place.chance.randrange(60))
        yield from (start + timedelta(seconds=place.chance.expovariate(1 / 120)) for _ in range(calls))


def _alerts(place: Place, times: int) -> Iterator[datetime]:
    """An alarm at any hour asks for a handful of summaries at once, and whoever is on call reads them."""
    for _ in range(times):
        start = place.at(place.chance.randrange(place.days), place.chance.randrange(24), place.chance.randrange(60))
        yield from run(start, place.chance.randint(5, 45), 0.5)


Times = int | range | Callable[[], int]


def _hours(place: Place, days: Iterator[int] | range, hours: Times, minutes: Times) -> list[datetime]:
    return [place.at(d, h, m) for d in days for h in _each(hours) for m in _each(minutes)]


def _each(times: Times) -> list[int] | range:
    return [times] if isinstance(times, int) else times if isinstance(times, range) else [times()]


def _by_clock(
    place: Place, days: Iterator[int] | range, hours: Times, minutes: Times, calls: int
) -> Iterator[datetime]:
    return (at for start in _hours(place, days, hours, minutes) for at in run(start, calls))


def _firsts(place: Place) -> Iterator[int]:
    return (day for day in range(place.days) if place.at(day, 12).day == 1)


def _at_times(place: Place, a_day: int, hours: range) -> list[datetime]:
    chance = place.chance
    days = [day for day in place.working_days() for _ in range(a_day)]
    return [place.at(day, chance.choice(hours), chance.randrange(60)) for day in days]


def _turns(place: Place, day: int, hours: tuple[int, ...], turns: int) -> Iterator[datetime]:
    return (
        place.at(day, h, 5) + timedelta(seconds=place.chance.randint(100, 200) * n) for h in hours for n in range(turns)
    )


def _driven(place: Place, name: str, hours: range, turns: int = 8) -> Iterator[tuple[str, datetime]]:
    """Sessions of an agent that somebody drives: steps within seconds, then somebody reads and types."""
    for day in place.working_days():
        for hour in hours:
            at = place.at(day, hour, place.chance.randrange(20))
            for _ in range(turns):
                for _ in range(place.chance.randint(1, 5)):
                    at += timedelta(seconds=4)
                    yield f"{name}-{day}-{hour}", at
                at += timedelta(seconds=place.chance.choice((15, 40, 90, 200, 300)))


def _agents(place: Place, starts: list[datetime], steps: int, tasks: int = 1) -> list[tuple[str, datetime]]:
    """Agents without anybody who drives them: a step starts when the last one has ended."""
    return [
        (f"{start:%m%d%H%M}-{task}-{number}", start + timedelta(seconds=3.5 * step + task))
        for number, start in enumerate(starts) for task in range(tasks) for step in range(steps)
    ]  # fmt: skip


class Score(NamedTuple):
    """What is said of one kind of workload."""

    world: str
    made: Made
    spend: Decimal
    slow: Decimal
    denied: int
    late: int
    """Calls on a batch tier whose deadline is taken to be later than it is."""
    said: str

    @property
    def harmed(self) -> bool:
        return self.made.person and (self.slow > 0 or self.denied > 0)


def scores(folder: Path) -> Iterator[Score]:
    """Yield what is said of each workload of every company."""
    for world in WORLDS:
        made = world()
        log = lines(folder / f"{world.__name__}.jsonl", [row for workload in made for row in workload.rows])
        with logs.classify([log], Config(), AS_OF) as session:
            session.write_tags(folder / "tags.parquet")
            session.write_tagged(folder / "tagged.parquet")
        tags = {row["request_id"]: row for row in pq.read_table(folder / "tagged.parquet").to_pylist()}
        for workload in made:
            yield _score(world.__name__, workload, [tags[row["request_id"]] for row in workload.rows])


def _score(world: str, made: Made, said: list[dict[str, Any]]) -> Score:
    slow = [row for row in said if row["route"] in SLOW]
    routes = sorted({row["route"] for row in said})
    late = sum((row["deadline_s"] or 0) > (made.due_s or 0) for row in slow)
    because = sorted({rule for row in said if row["route"] != "unknown" for rule in row["evidence"]})
    return Score(
        world, made, _spend(said), _spend(slow), sum(row["waiter"] == "nobody" for row in said), late,
        f"{', '.join(routes)}" + (f" ({', '.join(because)})" if because else ""),
    )  # fmt: skip


def _spend(said: list[dict[str, Any]]) -> Decimal:
    return sum((row["spend_usd"] or Decimal(0) for row in said), Decimal(0))


def main() -> None:
    """Print a table of all kinds, and the figures of each company."""
    with tempfile.TemporaryDirectory() as folder:
        found = list(scores(Path(folder)))
    print("| company | workload | needed by | calls | says |\n|---|---|---|---|---|")
    for one in found:
        due = "a person" if one.made.person else f"{(one.made.due_s or 0) / HOUR_S:g} h"
        print(f"| {one.world} | {one.made.name} | {due} | {len(one.made.rows):,} | {one.said} |")
    for world in WORLDS:
        own = [one for one in found if one.world == world.__name__]
        can = [one for one in own if (one.made.due_s or 0) >= HOUR_S]
        captured, of, slow = sum(o.slow for o in can), sum(o.spend for o in can), sum(o.slow for o in own)
        harm, late = sum(o.harmed for o in own), sum(o.late for o in own)
        print(
            f"{world.__name__}: captured {100 * captured / of:.1f} %, purity {100 * captured / slow if slow else 100:.1f} %, "
            f"{harm} workloads of people harmed, {late} calls taken to be due later than they are"
        )


if __name__ == "__main__":
    main()
