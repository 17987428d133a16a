"""The readers' pages that need a model."""

from fastapi import APIRouter
from pydantic import BaseModel

from brimblad.translation import translate

router = APIRouter(prefix="/read")


class Passage(BaseModel):
    text: str
    language: str


@router.post("/translate")
def translate_passage(passage: Passage) -> dict[str, str]:
    """The passage the reader marked, in the language of the page."""
    return {"text": translate(passage.text, passage.language)}
