from openai import OpenAI
from pyspark.sql.functions import udf

client = OpenAI()


@udf("string")
def label(text):
    return client.responses.create(model="gpt-4o-mini", input=text).output_text  # expect: batch dataframe-udf


def ask(text):
    return client.responses.create(model="gpt-4o-mini", input=text).output_text  # expect: unknown no-caller


def main(frame):
    frame.withColumn("label", label("text")).show()  # ok: the engine makes the calls


ask_once = ask
