"""Lines of a crontab: a time, a command, and settings that hold for what stands below them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from whowaits.deadlines import when
from whowaits.deadlines.commands import targets
from whowaits.deadlines.schedule import Schedule, starting
from whowaits.model import Place, Skipped

FIELD: Final = r"[\d*/,A-Za-z?L#-]+"
_ENVIRONMENT: Final = re.compile(r"\s*([A-Za-z_]\w*)\s*=\s*(.*?)\s*$")
_JOB: Final = re.compile(rf"\s*(@\w+|(?:{FIELD}\s+){{4}}{FIELD})\s+(\S.*)$")
_USER_COLUMN: Final = re.compile(r"(root|nobody|www-data|app|ubuntu|deploy|airflow|django|celery|ec2-user)\s+(\S.*)$")
_ANY_USER: Final = re.compile(r"([a-z_][a-z0-9_.-]*\$?)\s+(\S.*)$")


def read(path: str, text: str, kind: str, *, system: bool) -> Iterator[Schedule | Skipped]:
    """Yield the jobs of a crontab with the time zone that stands above them; a system's has a user column.

    A text without a single job is no crontab: its lines are not worth a word.
    """
    if not any(_JOB.match(line) for line in text.splitlines()):
        return
    timezone: str | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        setting, found = _ENVIRONMENT.match(line), _JOB.match(line)
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if setting is not None:
            if setting[1] in ("CRON_TZ", "TZ"):
                timezone = setting[2].strip("\"'") or None
        elif found is None:
            yield Skipped(Place(path, number), "no line of a crontab")
        else:
            yield from job(Place(path, number), line, kind, timezone, system=system)


def job(place: Place, line: str, kind: str, timezone: str | None, *, system: bool) -> Iterator[Schedule | Skipped]:
    """Yield what one line starts; nothing for a line that is no job, or one that runs when the machine starts."""
    found = _JOB.match(line)
    if found is not None and found[1].lower() != "@reboot":
        command = targets(_command(found[2], system))
        yield from starting(place, kind, lambda: when.of_cron(found[1], timezone), command)


def _command(rest: str, system: bool) -> str:
    """Drop the user column of a system crontab, and what an unescaped % sends to standard input."""
    user = (_ANY_USER if system else _USER_COLUMN).match(rest)
    return re.split(r"(?<!\\)%", user[2] if user else rest)[0].replace("\\%", "%")
