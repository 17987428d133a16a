"""Logs of made-up companies, with what is true of each workload: who waits, and how long the work can wait.

People chat by day or in a night shift, press a button at nine, read along, search; jobs run by the clock of some city,
with jitter, on working days, each month, around the clock, or behind the key of a chat.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from tests.logs.traffic import DAY, MONDAY, Row, ebbing, rows, run

CITIES: Final = ("Europe/Berlin", "America/New_York", "Asia/Singapore", "America/Sao_Paulo", "UTC")
SOON: Final = 900.0
"""Seconds: due long before any batch is back."""


@dataclass(frozen=True, slots=True)
class Made:
    """One workload. `due_s` is how long its answers can wait where no person does."""

    name: str
    rows: list[Row]
    person: bool
    due_s: float | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where and for how long a company is looked at."""

    chance: random.Random
    days: int
    city: str

    def at(self, day: int, hour: int, minute: int = 0) -> datetime:
        """A local time of day in the company's city."""
        local = (MONDAY + day * DAY).replace(tzinfo=ZoneInfo(self.city), hour=hour, minute=minute)
        return local.astimezone(MONDAY.tzinfo)

    def working_days(self) -> Iterator[int]:
        return (day for day in range(self.days) if day % 7 < 5)


def company(chance: random.Random, others: int = 4) -> list[Made]:
    """An office that chats, and some other workloads."""
    place = Place(chance, chance.randint(14, 23), chance.choice(CITIES))
    kinds = chance.sample(KINDS, others)
    made = [office(place, "desk")]
    for number, kind in enumerate(kinds):
        found = kind(place, f"{kind.__name__}-{number}")
        made += found if isinstance(found, list) else [found]
    return made


def office(place: Place, name: str, hours: range = range(8, 18)) -> Made:
    turns = [
        (f"{name}-{day}-{hour}", place.at(day, hour, 7) + timedelta(seconds=place.chance.randint(90, 200) * turn))
        for day in place.working_days()
        for hour in hours
        for turn in range(5)
    ]
    said = [rows([at], f"{session}-{at:%M%S}", service=name, session_id=session, stream=True) for session, at in turns]
    return Made(name, [row for part in said for row in part], person=True)


def night_shift(place: Place, name: str) -> Made:
    """A chat that is used while the office sleeps, on every day."""
    moments = [
        place.at(day, hour, place.chance.randrange(60))
        for day in range(place.days) for hour in (23, 0, 1, 2, 3, 4) for _ in range(3)
    ]  # fmt: skip
    return Made(name, rows(sorted(moments), name, service=name), person=True)


def button(place: Place, name: str) -> Made:
    """People who press a button at nine: each press makes a few calls at once, and they wait."""
    moments: list[datetime] = []
    for day in place.working_days():
        for press in ebbing(place.at(day, 9), 12):
            moments += run(press, 5, every_s=0.5)
    return Made(name, rows(moments, name, service=name), person=True)


def quiz(place: Place, name: str) -> Made:
    """A reminder at night starts it on every day; who is up answers, fewer and fewer."""
    hour = place.chance.choice((3, 22))
    return Made(
        name, rows((at for d in range(place.days) for at in ebbing(place.at(d, hour), 60)), name, service=name), True
    )


def captions(place: Place, name: str) -> Made:
    """Meetings that are read along: as regular as a loop."""
    starts = [place.at(day, hour, 30) for day in place.working_days() for hour in (9, 14)]
    return Made(name, rows((at for start in starts for at in run(start, 60, 4)), name, service=name), person=True)


def brief(place: Place, name: str) -> Made:
    """A clock makes it at half past eight; it is opened at once."""
    starts = [place.at(day, 8, 30) for day in range(place.days)]
    calls = rows((at for start in starts for at in run(start, 40)), name, service=name, tags=["trigger=cron"])
    return Made(name, calls, person=True)


def nightly(place: Place, name: str, **fields: Any) -> Made:
    minute = place.chance.randrange(60)
    starts = [place.at(day, 2, minute) for day in range(place.days)]
    calls = rows((at for start in starts for at in run(start, 45)), name, **{"service": name, **fields})
    return Made(name, calls, person=False, due_s=86_400)


def by_hand(place: Place, name: str) -> list[Made]:
    """A nightly job that somebody starts by day now and then, and then waits for."""
    starts = [place.at(place.chance.randrange(place.days), hour, 40) for hour in (11, 15)]
    seen = rows((at for start in starts for at in run(start, 45)), f"{name}-hand", service=name)
    return [nightly(place, name), Made(f"{name} by hand", seen, person=True)]


def jittered(place: Place, name: str) -> Made:
    """A runner that starts its jobs up to an hour late."""
    starts = [place.at(day, 1, place.chance.randrange(60)) for day in range(place.days)]
    return Made(name, rows((at for s in starts for at in run(s, 40)), name, service=name), person=False, due_s=86_400)


def on_working_days(place: Place, name: str) -> Made:
    starts = [place.at(day, 3) for day in place.working_days()]
    return Made(name, rows((at for s in starts for at in run(s, 40)), name, service=name), person=False, due_s=86_400)


def monthly(place: Place, name: str) -> Made:
    return Made(name, rows(run(place.at(6, 4), 900), name, service=name), person=False, due_s=30 * 86_400)


def weekly(place: Place, name: str) -> Made:
    starts = [place.at(day, 5) for day in range(6, place.days, 7)]
    return Made(name, rows((at for s in starts for at in run(s, 210)), name, service=name), person=False, due_s=604_800)


def probe(place: Place, name: str) -> Made:
    moments = (MONDAY + timedelta(minutes=15 * n) for n in range(place.days * 96))
    return Made(name, rows(moments, name, service=name), person=False, due_s=SOON)


def digest(place: Place, name: str) -> Made:
    """A nightly run that says when it is due, half an hour later."""
    starts = [place.at(day, 4) for day in range(place.days)]
    due = f"send_at={starts[0] + timedelta(minutes=30):%H:%M}Z"
    return Made(name, rows((at for s in starts for at in run(s, 40)), name, service=name, tags=[due]), False, SOON)


def shared_key(place: Place, name: str) -> list[Made]:
    """A chat and a nightly job behind one key."""
    shared = {"service": None, "api_key_alias": name}
    talk = [{**row, **shared} for row in office(place, name, range(9, 16)).rows]
    return [Made(name, talk, person=True), nightly(place, f"{name} job", **shared, stream=False)]


KINDS: Final[tuple[Callable[[Place, str], Made | list[Made]], ...]] = (
    night_shift, button, quiz, captions, brief, nightly, by_hand, jittered, on_working_days, monthly, weekly, probe, digest,
    shared_key,
)  # fmt: skip
