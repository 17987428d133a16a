"""Suggestions while a reader types into the search box."""

from fastapi import APIRouter

from brimblad.llm import SMALL, openai_async_client

router = APIRouter(prefix="/search")


@router.get("/suggest")
async def suggest(prefix: str) -> list[str]:
    """Up to five ways in which the query may go on."""
    response = await openai_async_client().chat.completions.create(
        model=SMALL,
        messages=[
            {"role": "system", "content": "Complete the search query in five ways, one a line."},
            {"role": "user", "content": prefix},
        ],
        max_completion_tokens=60,
        temperature=0,
    )
    return (response.choices[0].message.content or "").splitlines()[:5]
