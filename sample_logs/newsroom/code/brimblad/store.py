"""The editorial database, as far as the programs here need it."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

import psycopg


@dataclass(frozen=True)
class Article:
    id: int
    headline: str
    body: str
    language: str = "is"

    @property
    def text(self) -> str:
        return f"{self.headline}\n\n{self.body}"


def connect() -> psycopg.Connection:
    return psycopg.connect("service=editorial")


def _articles(query: str, *values: object) -> Iterator[Article]:
    with connect() as db, db.cursor(name="articles") as cursor:
        cursor.execute(query, values)
        for row in cursor:
            yield Article(*row)


def wire_articles(day: date, shard: int, shards: int) -> Iterator[Article]:
    """The share of one worker in everything the wires and partner papers delivered on `day`."""
    query = "SELECT id, headline, body, language FROM wire WHERE delivered_on = %s AND id %% %s = %s"
    return _articles(query, day, shards, shard)


def archive_articles(without: str) -> Iterator[Article]:
    """Articles of the archive that have no `without` (a column of the archive) yet."""
    return _articles("SELECT id, headline, body, language FROM archive WHERE NOT done ? %s", without)


def published_articles(day: date) -> Iterator[Article]:
    """What the paper itself published on `day`."""
    return _articles("SELECT id, headline, body, language FROM published WHERE published_on = %s", day)


def save(table: str, article_id: int, value: object) -> None:
    """`value` is the row of `article_id` in `table`."""
    with connect() as db:
        db.execute("SELECT upsert(%s, %s, %s)", (table, article_id, json.dumps(value)))


def save_all(table: str, values: Iterable[tuple[int, object]]) -> None:
    for article_id, value in values:
        save(table, article_id, value)
