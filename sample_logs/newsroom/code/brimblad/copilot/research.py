"""An agent that looks things up in the archive and the public registers before it answers."""

import json
from typing import Any

from brimblad.copilot.tools import TOOLS, run_tool
from brimblad.llm import LARGE, openai_client

INSTRUCTIONS = "Find out what the archive and the registers say. Cite each source. Stop when nothing new turns up."
MOST_STEPS = 16


def research(question: str) -> str:
    """A note about `question` with the sources it rests on."""
    messages: list[dict[str, Any]] = [
        {"role": "system", "content": INSTRUCTIONS},
        {"role": "user", "content": question},
    ]
    for _ in range(MOST_STEPS):
        response = openai_client().chat.completions.create(model=LARGE, messages=messages, tools=TOOLS)
        answer = response.choices[0].message
        messages.append(answer.model_dump(exclude_none=True))
        if not answer.tool_calls:
            return answer.content or ""
        for call in answer.tool_calls:
            result = run_tool(call.function.name, json.loads(call.function.arguments))
            messages.append({"role": "tool", "tool_call_id": call.id, "content": result})
    return "The question needs a human researcher: no end after sixteen steps."
