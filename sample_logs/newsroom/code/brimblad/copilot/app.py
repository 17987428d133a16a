"""The editors' copilot: a conversation beside the text they are working on."""

from collections.abc import AsyncIterator

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from brimblad.copilot.research import research
from brimblad.llm import LARGE, openai_async_client

router = APIRouter(prefix="/copilot")
STYLE_BOOK = "You help editors of an Icelandic daily. Follow the style book. Say when you do not know."


class Turn(BaseModel):
    role: str
    content: str


class Conversation(BaseModel):
    turns: list[Turn]
    editor: str


async def _pieces(conversation: Conversation) -> AsyncIterator[str]:
    stream = await openai_async_client().chat.completions.create(
        model=LARGE,
        messages=[{"role": "system", "content": STYLE_BOOK}, *(turn.model_dump() for turn in conversation.turns)],
        user=conversation.editor,
        stream=True,
    )
    async for chunk in stream:
        if chunk.choices and chunk.choices[0].delta.content:
            yield chunk.choices[0].delta.content


@router.post("/chat")
async def chat(conversation: Conversation) -> StreamingResponse:
    """The answer, word by word as it is written."""
    return StreamingResponse(_pieces(conversation), media_type="text/plain")


@router.post("/research")
def research_question(turn: Turn) -> dict[str, str]:
    """A note with sources; the editor sees a progress bar for up to two minutes."""
    return {"note": research(turn.content)}
