"""Which letters there are, and the outbox."""

from collections.abc import Iterator

from brimblad.store import connect


def regions_of_today() -> Iterator[dict[str, str]]:
    with connect() as db:
        for region, articles in db.execute("SELECT region, articles FROM letter_material"):
            yield {"region": region, "articles": articles}


def put_in_outbox(region: str, letter: str) -> None:
    with connect() as db:
        db.execute("SELECT outbox_add(%s, %s, time '06:30')", (region, letter))
