"""The JSON of `check` is a contract; its text is for people."""

import json
from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import whowaits
from whowaits.model import Basis, Entry, Evidence, Finding, Frame, Offer, Place, Saving, Skipped
from whowaits.report import check, check_text, words

SITE_KEYS = [
    "path",
    "cell",
    "line",
    "end_line",
    "column",
    "function",
    "call",
    "provider",
    "model",
    "kind",
    "tier",
    "route",
    "urgency",
    "waiter",
    "deadline_s",
    "basis",
    "also_waited",
    "offer",
    "usages",
]
USAGE_KEYS = [
    "route",
    "urgency",
    "waiter",
    "deadline_s",
    "basis",
    "shape",
    "bulk",
    "rule",
    "fingerprint",
    "state",
    "question",
    "driver",
    "entry",
    "via",
    "evidence",
    "monthly_usd",
    "saving_usd_low",
    "saving_usd_high",
]


def document(make: SimpleNamespace, *sites: Any, **more: Any) -> dict[str, Any]:
    text = check.render_json(make.scan(*sites, **more))
    assert text.endswith("}\n")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def test_the_document_has_exactly_the_keys_of_format_1(make: SimpleNamespace) -> None:
    usage = make.usage(
        make.LOOP,
        "f",
        driver=Place("a.py", 3),
        entry=Entry("script", Place("a.py", 9)),
        via=(Frame(Place("a.py", 4), "main"),),
    )
    read = document(
        make,
        make.site("a.py", 5, usage),
        findings=(Finding("r", "f", "m", Place("a.py", 5)),),
        skipped=(Skipped(Place("b.py", 1), "broken"),),
    )
    assert list(read) == ["format", "tool", "root", "files", "call_sites", "findings", "skipped"]
    assert read["format"] == 1
    assert read["tool"] == {"name": "whowaits", "version": whowaits.__version__}
    site = read["call_sites"][0]
    assert list(site) == SITE_KEYS
    assert list(site["usages"][0]) == USAGE_KEYS
    assert site["usages"][0]["driver"] == {"path": "a.py", "cell": None, "line": 3}
    assert site["usages"][0]["entry"] == {"kind": "script", "path": "a.py", "cell": None, "line": 9}
    assert site["usages"][0]["via"] == [{"path": "a.py", "cell": None, "line": 4, "function": "main"}]
    assert list(site["usages"][0]["evidence"][0]) == ["rule", "says", "basis", "hint", "path", "cell", "line"]
    assert list(read["findings"][0]) == ["rule", "fingerprint", "state", "message", "path", "cell", "line", "call_site"]
    assert read["skipped"] == [{"path": "b.py", "cell": None, "line": 1, "reason": "broken"}]


def test_what_is_not_known_is_null_and_never_left_out(make: SimpleNamespace) -> None:
    site = document(make, make.site("a.py", 5, make.usage((), "f"), provider=None, model=None))["call_sites"][0]
    usage = site["usages"][0]
    assert [site[k] for k in ("cell", "provider", "model", "urgency", "deadline_s", "basis")] == [None] * 6
    absent = ("shape", "state", "driver", "entry", "monthly_usd", "saving_usd_low", "saving_usd_high")
    assert [usage[k] for k in absent] == [None] * 7
    assert (usage["via"], usage["evidence"], usage["bulk"]) == ([], [], False)


def test_site_fields_are_those_of_the_usage_that_decides(make: SimpleNamespace) -> None:
    first, second = make.usage(make.LOOP, "1"), make.usage(make.ROUTE, "2")
    site = document(make, make.site("a.py", 5, first, second, also_waited=True))["call_sites"][0]
    assert (site["route"], site["urgency"], site["waiter"], site["deadline_s"], site["basis"]) == (
        "batch",
        "try",
        "nobody",
        86_400,
        "assumed",
    )
    assert site["also_waited"] is True
    assert [u["route"] for u in site["usages"]] == ["batch", "sync"]


def test_whole_seconds_have_no_decimal_point_and_broken_ones_keep_it(make: SimpleNamespace) -> None:
    third = (Evidence("x", "y", Basis.STATED, waiter="nobody", deadline_s=10_000.0, chain=3),)
    text = check.render_json(
        make.scan(make.site("a.py", 1, make.usage(make.LOOP)), make.site("b.py", 1, make.usage(third)))
    )
    assert '"deadline_s": 86400,' in text
    assert '"deadline_s": 3333.3' in text


def test_money_is_text_with_nine_digits(make: SimpleNamespace) -> None:
    usage = make.usage(
        make.LOOP, monthly_usd=Decimal("12.5"), saving=Saving(Decimal(1), Decimal("2.25"), "rates", "s", "d")
    )
    read = document(make, make.site("a.py", 1, usage))["call_sites"][0]["usages"][0]
    assert [read[k] for k in ("monthly_usd", "saving_usd_low", "saving_usd_high")] == [
        "12.500000000",
        "1.000000000",
        "2.250000000",
    ]


def test_an_offer_of_both_tiers_reads_as_batch(make: SimpleNamespace) -> None:
    sites = [
        make.site(f"{sold}.py", 1, make.usage(()), offer=Offer(sold)) for sold in ("both", "flex", "none", "unknown")
    ]
    assert [s["offer"] for s in document(make, *sites)["call_sites"]] == ["batch", "flex", "none", "unknown"]


def test_a_notebook_cell_is_a_number(make: SimpleNamespace) -> None:
    skipped = Skipped(Place("n.ipynb", 2, cell=4), "no Python")
    assert document(make, skipped=(skipped,))["skipped"] == [
        {"path": "n.ipynb", "cell": 4, "line": 2, "reason": "no Python"}
    ]


def test_an_undecodable_file_name_still_gives_valid_json(make: SimpleNamespace) -> None:
    assert document(make, make.site("\udcff.py", 1, make.usage(())))["call_sites"][0]["path"] == "?.py"


def test_the_text_names_place_rule_and_what_was_seen(make: SimpleNamespace) -> None:
    assert check_text.render_text(make.newsroom_scan()) == (
        "newsroom/chat.py:30:5 waited-on-batch a person waits for a batch\n"
        "newsroom/tagger.py:41:12 loop-over-data nobody waits for this call\n"
        "    newsroom/tagger.py:38: a loop over data sends one call each [inferred, loop-over-data]\n"
        "    question: By when is the answer needed?\n"
        "\n"
        "2 findings; 4 call sites in 12 files.\n"
        "1 call site cannot be judged:\n"
        "    newsroom/retry.py:7: Does anybody wait for this, and until when?\n"
        "skipped newsroom/old.py:3: not Python 3.11: print statement\n"
    )


def test_known_and_suppressed_findings_are_counted_and_not_listed(make: SimpleNamespace) -> None:
    states = ("known", "suppressed", "new")
    found = tuple(Finding(f"rule-{s}", s, "m", Place("a.py", 1), state=s) for s in states)
    text = check_text.render_text(make.scan(findings=found))
    assert "rule-new" in text
    assert "rule-known" not in text
    assert "1 finding, 1 suppressed; 0 call sites in 12 files." in text


def test_compared_with_something_the_summary_counts_new_known_and_fixed(make: SimpleNamespace) -> None:
    states = ("known", "suppressed", "new", "known")
    found = tuple(Finding("r", str(n), "m", Place("a.py", 1), state=s) for n, s in enumerate(states))
    text = check_text.render_text(make.scan(findings=found, fixed=found[:1], compared_with="the baseline b.json"))
    assert "1 new, 2 known, 1 fixed, 1 suppressed, compared with the baseline b.json;" in text


def test_text_of_hostile_names_stays_on_its_lines(make: SimpleNamespace) -> None:
    bad = "a\nb\x1b[2J"
    text = check_text.render_text(
        make.scan(findings=(Finding(bad, "f", bad, Place(bad, 1)),), skipped=(Skipped(Place(bad), bad),))
    )
    assert len(text.splitlines()) == 4
    assert "\x1b" not in text


def test_calls_of_one_driver_stand_below_it_and_what_they_share_is_said_once(make: SimpleNamespace) -> None:
    loop = Place("jobs/run.py", 7)
    seen = (replace(make.LOOP[0], place=loop),)
    usage = make.usage(seen, driver=loop)
    usage = replace(usage, verdict=replace(usage.verdict, notes=("batch-per-stage",)))
    sites = [make.site("lib.py", line, usage) for line in (3, 9)]
    found = tuple(
        Finding("loop-over-data", str(s.place.line), "can wait", s.place, s.place, driver=loop) for s in sites
    )
    text = check_text.render_text(make.scan(*sites, findings=found))
    lines = text.splitlines()
    assert lines[0] == "jobs/run.py:7 drives 2 call sites"
    assert lines[1].startswith("  lib.py:3:")
    assert text.count("can wait") == 1
    assert text.count("[inferred, loop-over-data]") == 1
    assert text.count(words.note("batch-per-stage")) == 1


def test_calls_that_cannot_be_judged_are_listed_with_their_question(make: SimpleNamespace) -> None:
    usage = make.usage(())
    unknown = replace(usage.verdict, route="unknown", question="Who reads it?")
    many = [make.site("a.py", n, replace(usage, verdict=unknown)) for n in range(1, 13)]
    lines = check_text.render_text(make.scan(*many)).splitlines()
    assert lines[1] == "12 call sites cannot be judged:"
    assert lines[2] == "    a.py:1: Who reads it?"
    assert lines[-1] == "    and 2 more questions, in the JSON output"


def test_calls_with_no_question_are_named_by_place_and_many_unreadable_files_are_counted(make: SimpleNamespace) -> None:
    usage = make.usage(())
    unknown = replace(usage.verdict, route="unknown", question=None)
    sites = [make.site("a.py", n, replace(usage, verdict=unknown)) for n in range(1, 6)]
    skipped = tuple(Skipped(Place(f"{n:02}.py"), "broken") for n in range(12))
    lines = check_text.render_text(make.scan(*sites, skipped=skipped)).splitlines()
    assert lines[1] == "5 call sites cannot be judged:"
    assert lines[2].startswith("    not seen in bulk: a.py:1")
    assert lines[2].endswith(" and 2 more")
    assert lines[-1] == "skipped 2 more, in the JSON output"


def test_the_question_of_a_call_is_not_put_under_a_finding_that_it_does_not_settle(make: SimpleNamespace) -> None:
    usage = make.usage(make.LOOP)
    usage = replace(usage, verdict=replace(usage.verdict, question="By when?"))
    site = make.site("a.py", 5, usage)
    found = Finding("pays-again", "f", "again", site.place, site.place)
    assert "By when?" not in check_text.render_text(make.scan(site, findings=(found,)))
    move = Finding(usage.rule, "f", "can wait", site.place, site.place, driver=usage.driver)
    assert "question: By when?" in check_text.render_text(make.scan(site, findings=(move,)))
