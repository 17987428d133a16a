"""Where the desk tells us about a new letter."""

from fastapi import APIRouter, status
from pydantic import BaseModel

from brimblad.support.tasks import triage

router = APIRouter(prefix="/hooks")


class Ticket(BaseModel):
    id: int
    letter: str


@router.post("/tickets", status_code=status.HTTP_202_ACCEPTED)
def ticket_opened(ticket: Ticket) -> None:
    """The letter is triaged within minutes; the desk does not wait for it here."""
    triage.delay(ticket.id, ticket.letter)
