import graphene
from openai import OpenAI

client = OpenAI()


def ask(text):
    return client.responses.create(model="gpt-4o-mini", input=text).output_text  # expect: sync graphql-class


class Query(graphene.ObjectType):
    labels = graphene.List(graphene.String, texts=graphene.List(graphene.String))

    def resolve_labels(self, info, texts):
        return [ask(text) for text in texts]


def label_all(texts):
    return [client.responses.create(model="gpt-4o-mini", input=text) for text in texts]  # expect: batch no-caller


# ok: a function that is no resolver is not called by a query
