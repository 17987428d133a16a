import pika
from openai import OpenAI

client = OpenAI()


def on_message(channel, method, properties, body):
    client.responses.create(model="gpt-4o-mini", input=body.decode())  # expect: batch queue-callback
    channel.basic_ack(method.delivery_tag)


def on_start(text):
    client.responses.create(model="gpt-4o-mini", input=text)  # ok: it is called once


def main():
    on_start("hello")
    channel = pika.BlockingConnection(pika.ConnectionParameters("localhost")).channel()
    channel.basic_consume(queue="texts", on_message_callback=on_message)
    channel.start_consuming()
