"""What `classify --peek` prints."""

from __future__ import annotations

from whowaits.logs.peeking import Peek
from whowaits.model import Place, Skipped
from whowaits.report.peeked import render_peek


def test_a_peek_says_the_reader_the_columns_and_what_is_missing() -> None:
    skipped = (Skipped(Place("a.jsonl", 3), "line is not JSON"),)
    known = Peek("a.jsonl", "plain", 12, (("started_at", "ts"), ("model_requested", None)), ("who called",), skipped)
    other = Peek("b\x1b.bin", None, 0, (), ("a time", "a model"), ())
    assert render_peek([known, other], width=100) == (
        "a.jsonl: plain, 12 records looked at\n"
        "column           read from\n"
        "started_at       ts\n"
        "model_requested  as the format has it\n"
        "not found: who called\n"
        "skipped 1: line is not JSON (first at a.jsonl:3)\n"
        "\n"
        "b\\x1b.bin: not recognised; name its columns with --map FIELD=PATH\n"
        "not found: a time, a model\n"
    )
