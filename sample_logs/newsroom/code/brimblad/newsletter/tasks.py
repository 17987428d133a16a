"""The morning letters."""

from brimblad.celery_app import app
from brimblad.newsletter.chain import digest_chain
from brimblad.newsletter.regions import regions_of_today, send_at_six


@app.task
def write_digests() -> int:
    """Every region has its letter in the outbox."""
    regions = list(regions_of_today())
    letters = digest_chain().batch(regions, config={"max_concurrency": 10})
    for region, letter in zip(regions, letters, strict=True):
        send_at_six(region["region"], letter)
    return len(letters)
