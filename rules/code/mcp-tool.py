from mcp.server.fastmcp import FastMCP
from openai import OpenAI

mcp = FastMCP("helper")
client = OpenAI()


@mcp.tool()
def translate(text: str) -> str:
    return client.responses.create(model="gpt-4o-mini", input=text).output_text  # expect: sync mcp-tool


def nightly(texts):
    for text in texts:
        client.responses.create(model="gpt-4o-mini", input=text)  # expect: batch loop-over-data
    return None  # ok: no handler calls this
