from itemadapter import ItemAdapter
from openai import OpenAI

client = OpenAI()


class Labels:
    def process_item(self, item, spider):
        text = ItemAdapter(item)["text"]
        item["label"] = client.responses.create(model="gpt-4o-mini", input=text)  # expect: batch item-pipeline
        return item


def label(text):
    return client.responses.create(model="gpt-4o-mini", input=text)  # ok: no crawler runs it
