"""Embeddings of the archive, so that readers find what was written about a thing and not only its words."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

from brimblad.llm import EMBEDDING, openai_client
from brimblad.store import Article, archive_articles, save

ARTICLES_A_CALL = 12


def in_groups(articles: Iterable[Article], size: int = ARTICLES_A_CALL) -> Iterator[list[Article]]:
    articles = iter(articles)
    while group := list(islice(articles, size)):
        yield group


def embed(group: Sequence[Article]) -> None:
    """Every article of `group` has its vector in the store."""
    response = openai_client().embeddings.create(model=EMBEDDING, input=[article.text for article in group])
    for article, item in zip(group, response.data, strict=True):
        save("vectors", article.id, item.embedding)


def backfill(workers: int = 8) -> None:
    """No article of the archive is without a vector."""
    with ThreadPoolExecutor(workers) as pool:
        for _ in pool.map(embed, in_groups(archive_articles(without="vector"))):
            pass
