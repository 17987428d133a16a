"""Readers' comments never leave the house: a small model on our own machine screens them."""

from openai import OpenAI

from brimblad.store import connect

local = OpenAI(base_url="http://localhost:8000/v1", api_key="not-needed")


def screen(comment: str) -> bool:
    """True when the comment may appear without a moderator."""
    response = local.chat.completions.create(
        model="mistral-7b-instruct",
        messages=[{"role": "user", "content": f"Is this comment civil? Answer yes or no.\n\n{comment}"}],
        max_tokens=1,
    )
    return (response.choices[0].message.content or "").strip().lower() == "yes"


def screen_all() -> None:
    with connect() as db:
        for comment_id, text in db.execute("SELECT id, text FROM comments WHERE state = 'new'").fetchall():
            db.execute("UPDATE comments SET state = %s WHERE id = %s", ("shown" if screen(text) else "held", comment_id))


if __name__ == "__main__":
    screen_all()
