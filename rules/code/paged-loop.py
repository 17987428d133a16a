from openai import OpenAI

client = OpenAI()


def enrich(store):
    cursor = None
    while True:
        page = store.fetch(after=cursor)
        if not page:
            break
        client.chat.completions.create(  # expect: batch paged-loop
            model="gpt-4o-mini", messages=[{"role": "user", "content": str(page)}])
        cursor = page[-1]


def stubborn(text):
    attempts = 0
    while attempts < 3:
        attempts += 1
        try:
            return client.chat.completions.create(  # ok: the same call again until it works
                model="gpt-4o-mini", messages=[{"role": "user", "content": text}])
        except TimeoutError:
            continue
    return None
