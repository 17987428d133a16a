"""The task queue and what it starts by itself."""

from celery import Celery
from celery.schedules import crontab

app = Celery("brimblad", broker="redis://queue/0", include=["brimblad.support.tasks", "brimblad.newsletter.tasks"])
app.conf.timezone = "Atlantic/Reykjavik"
app.conf.task_time_limit = 900
app.conf.beat_schedule = {
    "newsletter-digests": {
        "task": "brimblad.newsletter.tasks.write_digests",
        "schedule": crontab(hour=4, minute=40),
    },
}
