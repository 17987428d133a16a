from airflow.operators.python import PythonOperator
from openai import OpenAI

client = OpenAI()


def digest(text):
    client.responses.create(model="gpt-4o-mini", input=text)  # expect: unknown orchestrated-callable


PythonOperator(task_id="digest", python_callable=digest)


def nightly(texts):
    for text in texts:
        client.responses.create(model="gpt-4o-mini", input=text)  # expect: batch loop-over-data
    return None  # ok: no handler calls this
