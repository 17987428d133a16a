"""The English and Polish editions of what the paper published yesterday; they appear the day after."""

from datetime import date, timedelta

from brimblad.store import published_articles, save
from brimblad.translation import LANGUAGES, translate


def run(day: date) -> None:
    """Every article of `day` exists in every language."""
    for article in published_articles(day):
        for language in LANGUAGES:
            save(f"translations_{language}", article.id, translate(article.text, language))


if __name__ == "__main__":
    run(date.today() - timedelta(days=1))
