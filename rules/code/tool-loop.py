from anthropic import Anthropic

client = Anthropic()


def run(task, tools, do):
    reply = None
    while reply is None or reply.stop_reason == "tool_use":
        reply = client.messages.create(  # expect: sync tool-loop
            model="claude-haiku-4-5", max_tokens=500, tools=tools, messages=do(task))
    return reply


def single(task, tools):
    return client.messages.create(  # ok: tools are offered, nothing loops
        model="claude-haiku-4-5", max_tokens=500, tools=tools, messages=[{"role": "user", "content": task}])
