"""A paragraph about every article of the archive, for the reading-room catalogue."""

from brimblad.llm import HAIKU, anthropic_client
from brimblad.store import Article, archive_articles, save

SYSTEM = "Summarise the newspaper article for a library catalogue in at most eighty words. Name place and year."


def summarise(article: Article) -> str:
    message = anthropic_client().messages.create(
        model=HAIKU,
        max_tokens=600,
        system=SYSTEM,
        messages=[{"role": "user", "content": article.text}],
    )
    return "".join(block.text for block in message.content if block.type == "text")


def summarise_archive(limit: int = 8_000) -> int:
    """At most `limit` more articles of the archive have a summary."""
    done = 0
    for article in archive_articles(without="summary"):
        if done == limit:
            break
        save("summaries", article.id, summarise(article))
        done += 1
    return done
