"""The morning letters."""

from brimblad.celery_app import app
from brimblad.newsletter.chain import digest_chain
from brimblad.newsletter.regions import regions_of_today, put_in_outbox


@app.task
def write_digests() -> int:
    """Every region has its letter in the outbox."""
    regions = list(regions_of_today())
    letters = digest_chain().batch(regions, config={"max_concurrency": 10})
    for region, letter in zip(regions, letters, strict=True):
        put_in_outbox(region["region"], letter)
    return len(letters)
