"""The photo desk's database."""

from collections.abc import Iterator
from typing import NamedTuple

from brimblad.store import connect


class Picture(NamedTuple):
    id: str
    url: str


def pictures_without_caption() -> Iterator[Picture]:
    with connect() as db:
        for row in db.execute("SELECT id, url FROM pictures WHERE caption IS NULL"):
            yield Picture(*row)
