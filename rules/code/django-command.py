from django.core.management.base import BaseCommand
from openai import OpenAI

client = OpenAI()


class Command(BaseCommand):
    def handle(self, *args, **options):
        for text in options["texts"]:
            client.responses.create(model="gpt-4o-mini", input=text)  # expect: batch django-command loop-over-data


def plain(text):
    return text.upper()  # ok: no model
