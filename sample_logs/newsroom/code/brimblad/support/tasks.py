"""What happens to a reader's letter after it came in."""

import json

from brimblad.celery_app import app
from brimblad.llm import HAIKU, anthropic_client
from brimblad.support.desk import route

SYSTEM = """Sort the letter for the service desk. Answer with JSON: queue (subscription, delivery, correction, tip,
other), urgency (1 to 3) and a one-line summary."""


@app.task(expires=600, autoretry_for=(ConnectionError,), max_retries=3)
def triage(ticket_id: int, letter: str) -> str:
    """The ticket lies in the right queue of the desk."""
    message = anthropic_client().messages.create(
        model=HAIKU,
        max_tokens=300,
        system=SYSTEM,
        messages=[{"role": "user", "content": letter}],
    )
    verdict = json.loads(message.content[0].text)
    return route(ticket_id, verdict["queue"], urgent=verdict["urgency"] == 1)
