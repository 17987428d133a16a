"""Tags yesterday's wire articles. Started by cron at 02:00; the CMS reads the tags at 06:00."""

import logging
from datetime import date, timedelta

from brimblad.articles.tagger import tag
from brimblad.store import save, wire_articles

log = logging.getLogger(__name__)


def run(day: date) -> int:
    """Every wire article of `day` carries its tags; returns how many."""
    done = 0
    for article in wire_articles(day):
        save("tags", article.id, tag(article))
        done += 1
    return done


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    log.info("tagged %d articles", run(date.today() - timedelta(days=1)))
