"""What the research agent may do."""

import json
from typing import Any

from brimblad.store import connect

TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "search_archive",
            "description": "Articles of the archive that match a query",
            "parameters": {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]},
        },
    },
]


def search_archive(query: str) -> str:
    with connect() as db:
        rows = db.execute("SELECT id, headline FROM archive_search(%s) LIMIT 20", (query,)).fetchall()
    return json.dumps([{"id": row[0], "headline": row[1]} for row in rows])


def run_tool(name: str, arguments: dict[str, Any]) -> str:
    if name != "search_archive":
        return f"there is no tool {name}"
    return search_archive(**arguments)
