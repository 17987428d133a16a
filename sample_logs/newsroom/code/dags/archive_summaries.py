"""The reading-room catalogue, a slice of the archive every night."""

import pendulum
from airflow.decorators import dag, task


@dag(
    schedule="15 21 * * *",
    start_date=pendulum.datetime(2026, 6, 1, tz="Atlantic/Reykjavik"),
    catchup=False,
    tags=["archive"],
)
def archive_summaries():
    @task
    def summarise() -> int:
        from brimblad.archive.summaries import summarise_archive

        return summarise_archive()

    summarise()


archive_summaries()
