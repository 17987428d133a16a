"""Tags yesterday's wire articles. Started by cron at 02:00; the CMS reads the tags at 06:00."""

import logging
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from functools import partial

from brimblad.articles.tagger import tag
from brimblad.store import save, wire_articles

log = logging.getLogger(__name__)
SHARDS = 24


def tag_shard(day: date, shard: int) -> int:
    """Every wire article of `day` in `shard` carries its tags; returns how many."""
    done = 0
    for article in wire_articles(day, shard, SHARDS):
        save("tags", article.id, tag(article))
        done += 1
    return done


def main() -> None:
    yesterday = date.today() - timedelta(days=1)
    with ProcessPoolExecutor(SHARDS) as pool:
        done = sum(pool.map(partial(tag_shard, yesterday), range(SHARDS)))
    log.info("tagged %d articles", done)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    main()
