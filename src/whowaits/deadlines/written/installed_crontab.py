"""crontabs that a script or an image installs: lines it writes, and files it hands to crontab or supercronic."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

from whowaits.deadlines.formats import crontab_lines
from whowaits.deadlines.schedule import Schedule
from whowaits.deadlines.texts import Texts
from whowaits.model import Place, Skipped

KIND: Final = "crontab"
WORDS: Final = ("cron",)
FILES: Final = (("", r".*\.(sh|bash)|Dockerfile.*|.*\.Dockerfile|Makefile|.*compose.*\.ya?ml|Procfile"),)
_TIME: Final = rf"@\w+|[\d*][\d*/,-]*\s+(?:{crontab_lines.FIELD}\s+){{3}}{crontab_lines.FIELD}"
_LINE: Final = re.compile(rf"(?:^|[\"'])\s*((?:{_TIME})\s+[^\"'\n]*[^\s\"'\\])")
_INSTALLS: Final = re.compile(
    r"\b(?:crontab|supercronic)[\s\"',]+(?:-\S+\s+)*(/?[\w./-]+)|\b(?:COPY|ADD|cp)\s+(\S+)\s+/etc/cron"
)
"""`crontab jobs.txt`, `supercronic /app/schedule`, `COPY jobs.txt /etc/cron.d/app`."""


def in_text(path: str, text: str, texts: Texts) -> Iterator[Schedule | Skipped]:
    """Yield the jobs that are written into a crontab, and those of a file that becomes one."""
    system = "/etc/cron" in text
    if re.search(r"\bcrontab\b|/etc/cron|/var/spool/cron", text):
        for number, line in enumerate(text.splitlines(), start=1):
            if not line.lstrip().startswith("#") and (found := _LINE.search(line)) is not None:
                yield from crontab_lines.job(Place(path, number), found[1], KIND, None, system=system)
    for names in dict.fromkeys(_INSTALLS.findall(text)):
        for file in _files("".join(names), texts):
            yield from crontab_lines.read(file, texts.text(file), KIND, system=system)


def _files(name: str, texts: Texts) -> list[str]:
    """The one file of the tree that is called so and is not read as a crontab anyway."""
    last = PurePosixPath(name).name
    known = [p for p in texts.paths if PurePosixPath(p).name == last and "cron" not in last and "." not in last[:1]]
    return known if len(known) == 1 else []
