from openai import OpenAI

client = OpenAI()


def translate(book):
    for page in book.pages:
        context = book.summary_of(page.number, book.history)
        page.text = client.responses.create(model="gpt-4o-mini", input=context + page.text)  # expect: sync carries-history


def separate(book):
    for page in book.pages:
        context = book.summary_of(page.number)
        page.text = client.responses.create(model="gpt-4o-mini", input=context + page.text)  # expect: batch loop-over-data
    return book  # ok: the summary is about the source
