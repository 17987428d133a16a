"""Articles in the languages of the readers abroad."""

from brimblad.llm import LARGE, complete

LANGUAGES = {"en": "English", "pl": "Polish"}


def translate(text: str, language: str) -> str:
    """`text` in `language`, names and quotations untouched."""
    system = f"Translate the article into {LANGUAGES[language]}. Keep names, quotations and figures as they are."
    return complete(system, text, model=LARGE, max_tokens=8_000)
