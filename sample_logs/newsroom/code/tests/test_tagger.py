from types import SimpleNamespace
from unittest.mock import MagicMock, patch

from brimblad.articles import tagger
from brimblad.store import Article

ARTICLES = [Article(1, "Capelin early this year", "The first landings."), Article(2, "Calm at the fissure", "No news.")]


def answering(text: str) -> MagicMock:
    client = MagicMock()
    message = SimpleNamespace(choices=[SimpleNamespace(message=SimpleNamespace(content=text))])
    client.chat.completions.create.return_value = message
    return client


def test_empty_kinds_are_left_out():
    client = answering('{"subject": ["fisheries"], "person": []}')
    with patch.object(tagger, "openai_client", return_value=client):
        assert [tagger.tag(article) for article in ARTICLES] == [{"subject": ["fisheries"]}] * 2
