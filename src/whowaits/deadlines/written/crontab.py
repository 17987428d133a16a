"""crontab files, a user's and the system's (/etc/cron.d with its user column)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

from whowaits.deadlines import when
from whowaits.deadlines.commands import targets
from whowaits.deadlines.schedule import Schedule, starting
from whowaits.deadlines.texts import Texts
from whowaits.model import Place, Skipped

KIND: Final = "crontab"
WORDS: Final = ()
_NO_SOURCE: Final = r"(?![^/]*\.(py|pyi|ipynb|md|rst|ya?ml|json|toml|html|js|tsx?|sh|lock|tf)$)"
FILES: Final = rf"(^|/)cron\.d[^/]*/[^/]+$|(^|/){_NO_SOURCE}([^/]*[._-])?(crontabs?|cron)([._-][^/]*)?$"
_ENVIRONMENT: Final = re.compile(r"\s*([A-Za-z_]\w*)\s*=\s*(.*?)\s*$")
_JOB: Final = re.compile(r"\s*(@\w+|(?:[\d*/,A-Za-z?L#-]+\s+){4}[\d*/,A-Za-z?L#-]+)\s+(\S.*)$")
_USER_COLUMN: Final = re.compile(r"(root|nobody|www-data|app|ubuntu|deploy|airflow|django|celery|ec2-user)\s+(\S.*)$")
_ANY_USER: Final = re.compile(r"([a-z_][a-z0-9_.-]*\$?)\s+(\S.*)$")


def in_text(path: str, text: str, texts: Texts) -> Iterator[Schedule | Skipped]:
    """Yield the jobs of a crontab with the time zone that stands above them.

    A file without a single job only has the name of a crontab: its lines are not worth a word.
    """
    if not any(_JOB.match(line) for line in text.splitlines()):
        return
    timezone: str | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        setting, job = _ENVIRONMENT.match(line), _JOB.match(line)
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if setting is not None:
            if setting[1] in ("CRON_TZ", "TZ"):
                timezone = setting[2].strip("\"'") or None
        elif job is None:
            yield Skipped(Place(path, number), "no line of a crontab")
        elif job[1].lower() != "@reboot":
            yield from _jobs(Place(path, number), job[1], _command(path, job[2]), timezone)


def _jobs(place: Place, expression: str, command: str, timezone: str | None) -> Iterator[Schedule | Skipped]:
    yield from starting(place, KIND, lambda: when.of_cron(expression, timezone), targets(command))


def _command(path: str, rest: str) -> str:
    """Drop the user column of a system crontab, and what an unescaped % sends to standard input."""
    system = "cron.d" in PurePosixPath(path).parts or path.endswith("etc/crontab")
    user = (_ANY_USER if system else _USER_COLUMN).match(rest)
    return re.split(r"(?<!\\)%", user[2] if user else rest)[0].replace("\\%", "%")
