"""A document says by when a job is needed, a schedule says when it starts: together they are a deadline."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from whowaits.deadlines.clock_times import ClockTime, from_to, is_zone
from whowaits.deadlines.naming import is_named, names_of
from whowaits.deadlines.proposals import Proposal
from whowaits.deadlines.schedule import Schedule
from whowaits.model import HOUR_S, Place


@dataclass(frozen=True, slots=True)
class DueTime:
    """A time of day by which something is needed that starts nobody says when. `subjects` as those of a Proposal."""

    place: Place
    subjects: tuple[str, ...]
    due: ClockTime
    next_day: bool
    says: str


def settled(said: Iterable[Proposal | DueTime], schedules: Sequence[Schedule]) -> list[Proposal]:
    """Return the proposals, those among them that follow from the schedules of the jobs that documents speak of."""
    found: list[Proposal] = []
    for one in said:
        if isinstance(one, Proposal):
            found.append(one)
        else:
            found += (p for schedule in schedules if (p := _proposed(one, schedule)) is not None)
    return list(dict.fromkeys(found))


def _proposed(said: DueTime, schedule: Schedule) -> Proposal | None:
    """Nothing where the schedule starts another job, where one of the two clocks is not known, or every hour: then
    nobody can tell which run is meant."""
    names = (*names_of(schedule), *([schedule.path] if schedule.path else []))
    if not any(is_named(subject, name) for subject in said.subjects for name in names):
        return None
    zone = schedule.timezone
    if schedule.clock is None or (schedule.period_s or 0) <= HOUR_S or (zone is None) > (said.due.zone is None):
        return None
    if zone is not None and not is_zone(zone):
        return None
    gaps = [from_to(ClockTime(at, zone), said.due, next_day=said.next_day) for at in _starts(schedule.clock)]
    if not gaps:
        return None
    says = f"{said.says}; {schedule.says}{f', {zone}' if zone else ''}"
    return Proposal(said.place, tuple(dict.fromkeys((*said.subjects, *names))), min(gaps), says)


def _starts(clock: str) -> Iterator[time]:
    """The times of day at which minutes and hours of a cron expression run."""
    from cronsim import CronSim

    midnight = datetime(2026, 1, 1, tzinfo=UTC)
    for run in CronSim(f"{clock} * * *", midnight - timedelta(minutes=1)):
        if run >= midnight + timedelta(days=1):
            return
        yield run.time()
