"""Small whole programs of many shapes, each with the route that its calls belong on (programs.txt)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from whowaits.code.scan import scan
from whowaits.config import Config

TEXT = Path(__file__).with_name("programs.txt").read_text(encoding="utf-8")
PROGRAMS = re.split(r"^=== (\w+): (.+)\n", TEXT, flags=re.MULTILINE)[1:]


@pytest.mark.parametrize(("routes", "text"), list(zip(PROGRAMS[1::3], PROGRAMS[2::3], strict=True)), ids=PROGRAMS[0::3])
def test_every_call_of_a_program_gets_its_route(routes: str, text: str, tmp_path: Path) -> None:
    parts = re.split(r"^--- (\S+)\n", text, flags=re.MULTILINE)[1:]
    for name, content in zip(parts[0::2], parts[1::2], strict=True):
        place = tmp_path / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(content)
    got = {site.deciding.verdict.route for site in scan(tmp_path, [tmp_path], Config(), cache=False).call_sites}
    assert got
    assert got <= set(routes.split(" or "))
