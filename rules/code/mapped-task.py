from airflow.decorators import dag, task
from openai import OpenAI


@dag(schedule=None)
def enrich():
    @task
    def label(row):
        return OpenAI().chat.completions.create(  # expect: batch mapped-task
            model="gpt-4o-mini", messages=[{"role": "user", "content": row}])

    label.expand(row=["a", "b"])


def single(row):
    return OpenAI().chat.completions.create(  # ok: expanded over nothing
        model="gpt-4o-mini", messages=[{"role": "user", "content": row}])


enrich()
