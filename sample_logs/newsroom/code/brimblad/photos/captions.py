"""Captions for the photo desk. Nobody needs them before the next day, so they go through the Batch API."""

import io
import json

from openai import OpenAI

from brimblad.llm import SMALL
from brimblad.photos.desk import pictures_without_caption

PROMPT = "Describe the photograph for a blind reader in one sentence."


def request_line(picture_id: str, url: str) -> str:
    content = [{"type": "text", "text": PROMPT}, {"type": "image_url", "image_url": {"url": url, "detail": "low"}}]
    body = {"model": SMALL, "messages": [{"role": "user", "content": content}], "max_completion_tokens": 120}
    return json.dumps({"custom_id": picture_id, "method": "POST", "url": "/v1/chat/completions", "body": body})


def submit() -> str:
    """All pictures without a caption are in one batch; returns its id."""
    client = OpenAI()
    lines = "\n".join(request_line(picture.id, picture.url) for picture in pictures_without_caption())
    upload = client.files.create(file=("captions.jsonl", io.BytesIO(lines.encode())), purpose="batch")
    batch = client.batches.create(
        input_file_id=upload.id, endpoint="/v1/chat/completions", completion_window="24h"
    )
    return batch.id


if __name__ == "__main__":
    print(submit())
