"""crontab files, a user's and the system's (/etc/cron.d with its user column)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

from whowaits.deadlines.formats import crontab_lines
from whowaits.deadlines.schedule import Schedule
from whowaits.deadlines.texts import Texts
from whowaits.model import Skipped

KIND: Final = "crontab"
WORDS: Final = ()
FILES: Final = (
    ("", r"(?!.*\.(py|pyi|ipynb|md|rst|ya?ml|json|toml|html|js|tsx?|sh|lock|tf)$)(.*[._-])?(crontabs?|cron)([._-].*)?"),
    (r"(^|/)cron\.d[^/]*/$", r".*"),
)


def in_text(path: str, text: str, texts: Texts) -> Iterator[Schedule | Skipped]:
    """Yield the jobs of a crontab with the time zone that stands above them."""
    system = "cron.d" in PurePosixPath(path).parts or path.endswith("etc/crontab")
    yield from crontab_lines.read(path, text, KIND, system=system)
