"""Subject tags, places and people for one article."""

import json
from pathlib import Path

from brimblad.llm import SMALL, openai_client
from brimblad.retry import with_retries
from brimblad.store import Article

TAXONOMY = (Path(__file__).parent / "taxonomy.md").read_text(encoding="utf-8")


def _request(article: Article) -> str:
    response = openai_client().chat.completions.create(
        model=SMALL,
        messages=[{"role": "system", "content": TAXONOMY}, {"role": "user", "content": article.text}],
        response_format={"type": "json_object"},
        max_completion_tokens=400,
        extra_body={"metadata": {"tags": ["app:article-tagger"]}},
    )
    return response.choices[0].message.content or "{}"


def tag(article: Article) -> dict[str, list[str]]:
    """The tags of `article` out of the house taxonomy."""
    tags = json.loads(with_retries(lambda: _request(article)))
    return {kind: sorted(names) for kind, names in tags.items() if names}
