# file: shop/views.py
from django.http import HttpResponse
from openai import OpenAI

client = OpenAI()


def ask(request):
    text = request.POST["text"]
    return HttpResponse(client.responses.create(model="gpt-4o-mini", input=text).output_text)  # expect: sync django-view


def plain(request):
    return HttpResponse("ok")  # ok: no model
