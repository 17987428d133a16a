from openai import OpenAI

client = OpenAI()


def embed(texts):
    return [
        client.embeddings.create(model="text-embedding-3-small", input=text)  # expect: batch comprehension-over-data
        for text in texts
    ]


def embed_together(texts):
    return client.embeddings.create(  # ok: one call, the comprehension only prepares its input
        model="text-embedding-3-small", input=[text.strip() for text in texts])
