"""What steps read in the text of one function."""

from __future__ import annotations

import ast
from textwrap import dedent, indent

import pytest

from whowaits.code import steps
from whowaits.code.site import Enclosure, Step
from whowaits.code.steps import StepFacts


def step_of(text: str, name: str = "ask", first_line: int = 1) -> Step:
    """A step for the call of `name` in `text`."""
    shift = 1 if text.startswith(" ") else 0
    tree = ast.parse(f"if True:\n{text}" if shift else text)
    call = next(n for n in ast.walk(tree) if isinstance(n, ast.Call) and (ast.unparse(n.func).split(".")[-1] == name))
    down = first_line - 1 - shift
    last = first_line + text.count("\n")
    around = (Enclosure("for", 1, last),)
    place = (call.lineno + down, (call.end_lineno or 0) + down, call.col_offset + 1)
    return Step("job.py", None, "f", first_line, last, *place, None, around)


def read(text: str, name: str = "ask", **known: bool) -> StepFacts:
    text = dedent(text).strip() + "\n"
    return steps.read(text, step_of(text, name), model_call=known.pop("model_call", True), **known)


def names(text: str, name: str = "ask", **known: bool) -> list[str]:
    return [fact.name for fact in read(text, name, **known).facts]


LOOPS = {
    "for_over_rows": ("for row in rows:\n    ask(row)", "loop-over-data"),
    "for_over_slices": ("for i in range(0, len(rows), 8):\n    ask(rows[i:i + 8])", "loop-over-data"),
    "for_over_two_languages": ('for lang in ("de", "fr"):\n    ask(lang)', "loop-over-data"),
    "comprehension": ("out = [ask(row) for row in rows]", "comprehension-over-data"),
    "dict_comprehension": ("out = {row: ask(row) for row in rows}", "comprehension-over-data"),
    "gather": ("await_all = asyncio.gather(*(ask(row) for row in rows))", "tasks-over-data"),
    "submit": ("for row in rows:\n    futures.append(pool.submit(ask(row)))", "tasks-over-data"),
    "create_task": ("for row in rows:\n    tasks.append(asyncio.create_task(ask(row)))", "tasks-over-data"),
    "repetition": ("for _ in range(n):\n    out.append(ask(prompt))", "repetition"),
    "retry_with_return": (
        "def f(x):\n    for _ in range(3):\n        try:\n            return ask(x)\n        except E:\n            pass",
        "retry-loop",
    ),
    "retry_with_break": (
        "while True:\n    try:\n        r = ask(x)\n        break\n    except E:\n        sleep(1)",
        "retry-loop",
    ),
    "retry_with_break_in_else": (
        "while True:\n    try:\n        r = ask(x)\n    except E:\n        sleep(1)\n    else:\n        break",
        "retry-loop",
    ),
    "retry_that_forgot_its_break": (
        "for i in range(retries):\n    try:\n        r = ask(x)\n    except E:\n        sleep(i)",
        "retry-without-break",
    ),
    "retry_by_flag": (
        "done = False\nwhile not done:\n    try:\n        r = ask(x)\n        done = True\n    except E:\n        pass",
        "retry-loop",
    ),
    "retry_by_counter": ("while attempt < 3:\n    r = ask(x)\n    attempt += 1", "retry-loop"),
    "tenacity_block": ("for attempt in Retrying():\n    with attempt:\n        r = ask(x)", "retry-loop"),
    "fallback": (
        "def f(x):\n    for model in MODELS:\n        try:\n            return ask(model, x)\n        except E:\n            continue",
        "fallback-loop",
    ),
    "early_exit": (
        'def f(rows):\n    for row in rows:\n        r = ask(row)\n        if r.text == "yes":\n            return row',
        "early-exit",
    ),
    "all_must_pass": (
        "def f(rows):\n    for row in rows:\n        ok = ask(row)\n        if not ok:\n            return False\n    return True",
        "early-exit",
    ),
    "any": ("found = any(ask(row) for row in rows)", "early-exit"),
    "stop_on_trouble_is_no_early_exit": (
        "for row in rows:\n    r = ask(row)\n    if r is None:\n        break",
        "loop-over-data",
    ),
    "budget_is_no_early_exit": (
        "for row in rows:\n    r, cost = ask(row)\n    total += cost\n    if total > limit:\n        break",
        "loop-over-data",
    ),
    "pages": (
        "while True:\n    page = fetch(cursor)\n    if not page:\n        break\n    ask(page)\n    cursor = page[-1]",
        "paged-loop",
    ),
    "pages_by_walrus": ("while chunk := f.read(100):\n    ask(chunk)", "paged-loop"),
    "index_counted_up": ("i = 0\nwhile i < len(rows):\n    ask(rows[i])\n    i += 1", "paged-loop"),
    "worklist": ("while todo:\n    item = todo.pop()\n    ask(item)", "loop-over-data"),
    "worklist_fed_by_answers": (
        "while todo:\n    item = todo.pop()\n    r = ask(item)\n    todo.extend(r.links)",
        "growing-messages|refine-chain",
    ),
    "queue": ("while True:\n    job = queue.get()\n    ask(job)", "queue-consumer"),
    "sqs": ("while True:\n    got = sqs.receive_message(Url=u)\n    ask(got)", "queue-consumer"),
    "kafka": ("for message in consumer:\n    ask(message.value)", "queue-consumer"),
    "records": ('for record in event["Records"]:\n    ask(record)', "records-loop"),
    "polling": ("while True:\n    ask(x)\n    time.sleep(2)", "polling-loop"),
    "schedule_by_hand": ("while True:\n    ask(x)\n    time.sleep(60 * 60)", "periodic-loop"),
    "schedule_by_the_clock": (
        "while True:\n    wait = seconds_until(cfg.hour)\n    time.sleep(max(1, wait))\n    try:\n        ask(x)\n"
        "    except E:\n        log()",
        "clock-loop",
    ),
    "data_frame_that_gets_the_answers": (
        'for i, row in df.iterrows():\n    r = ask(row["text"])\n    df.loc[i, "answer"] = r',
        "loop-over-data",
    ),
    "tool_loop": ('while r.stop_reason == "tool_use":\n    r = ask(do(x))', "tool-loop"),
    "until_valid": ("while True:\n    r = ask(x)\n    if ok(r):\n        break", "until-answer"),
    "prompt_loop": ('while True:\n    q = input("> ")\n    print(ask(q))', "prompt-loop"),
    "socket_loop": ("while True:\n    q = websocket.receive_text()\n    ask(q)", "socket-loop"),
    "growing_messages": (
        "for q in questions:\n    messages.append(q)\n    r = ask(messages)\n    messages.append(r.text)",
        "growing-messages",
    ),
    "growing_by_plus": (
        "for q in questions:\n    messages += [q]\n    r = ask(messages=messages)\n    messages += [r.text]",
        "growing-messages",
    ),
    "fresh_messages": (
        "for q in questions:\n    messages = []\n    messages.append(q)\n    r = ask(messages)\n    messages.append(r)",
        "loop-over-data",
    ),
    "refine": ('s = ""\nfor c in chunks:\n    r = ask(f"{s} {c}")\n    s = r.text', "refine-chain"),
    "refine_in_one_line": ('s = ""\nfor c in chunks:\n    p = f"{s} {c}"\n    s = ask(p)', "refine-chain"),
    "until_valid_in_one_line": ("for _ in range(9):\n    r = ask(x)\n    if ok(r): break", "retry-loop"),
    "stages_of_one_item": ("for c in chunks:\n    s = first(c)\n    ask(s)", "loop-over-data"),
    "results_are_collected": ("for c in chunks:\n    r = ask(c)\n    results.append(r)", "loop-over-data"),
}


@pytest.mark.parametrize("case", LOOPS)
def test_the_kind_of_a_loop_is_told(case: str) -> None:
    text, wanted = LOOPS[case]
    assert names(text)[:1] in [[name] for name in wanted.split("|")]


def test_a_call_in_the_iterable_is_not_repeated_by_the_loop() -> None:
    assert names("for piece in ask(x):\n    print(piece)") == []


def test_a_call_in_the_first_iterable_of_a_comprehension_is_made_once() -> None:
    assert names("out = [piece for piece in ask(x)]") == []


def test_loops_come_innermost_first() -> None:
    text = "for row in rows:\n    while True:\n        try:\n            r = ask(row)\n            break\n        except E:\n            pass"
    assert names(text) == ["retry-loop", "loop-over-data"]


def test_a_period_is_read_in_seconds() -> None:
    assert read("while True:\n    ask(x)\n    time.sleep(24 * 60 * 60)").facts[0].value == 86_400


def test_literals_are_weak_data() -> None:
    assert read('for lang in ["de", "fr"]:\n    ask(lang)').facts[0].weak
    assert not read("for lang in languages:\n    ask(lang)").facts[0].weak


def test_a_helper_that_gets_the_results_so_far_does_not_need_them() -> None:
    text = "for row in rows:\n    r = ask(row, results)\n    results.append(r)"
    assert names(text, model_call=False) == ["loop-over-data"]
    assert names(text.replace("results", "history"), model_call=False) == ["growing-messages"]


def test_a_streamed_answer_that_is_printed_or_yielded_is_shown() -> None:
    shown = "def f(x):\n    for piece in ask(x, stream=True):\n        print(piece)"
    assert names(shown) == ["streamed-answer"]
    assert names(shown.replace("print(piece)", "yield piece")) == ["streamed-answer"]
    assert names(shown.replace("print(piece)", "parts.append(piece)")) == ["streamed-away"]
    assert names(shown.replace("stream=True", "stream=False")) == []


def test_a_stream_flag_is_found_in_a_dict_set_earlier() -> None:
    text = (
        'def f(x):\n    kw = {}\n    kw["stream"] = True\n    r = ask(**kw)\n    for piece in r:\n        yield piece'
    )
    assert names(text) == ["streamed-answer"]


def test_a_stream_option_counts_by_its_default() -> None:
    text = "def f(x, stream={}):\n    for piece in ask(x, stream=stream):\n        print(piece)"
    assert names(text.format("True")) == ["streamed-answer"]
    assert names(text.format("False")) == ["stream-option"]


def test_a_conversation_kept_on_an_object_grows() -> None:
    text = "def f(self, q):\n    self.history.append(q)\n    r = ask(self.history)\n    self.history.append(r)"
    assert names(text) == ["growing-messages"]


def test_a_chat_made_for_each_round_remembers_nothing() -> None:
    old = "for x in xs:\n    chat.ask(x)"
    new = "for x in xs:\n    chat = make()\n    chat.ask(x)"
    assert "stateful-chat" in names(old, chat=True)
    assert "stateful-chat" not in names(new, chat=True)


def test_input_counts_when_the_call_needs_the_reply() -> None:
    assert names('def f():\n    q = input("> ")\n    ask(q)') == ["reads-input"]
    assert names('def f(x):\n    if input("Start? "):\n        ask(x)') == ["asks-before"]


def test_a_lambda_is_handed_to_its_caller() -> None:
    assert read("list(map(lambda row: ask(row), rows))").handed_to == (("map", 1),)


def test_an_earlier_call_about_the_same_item_is_a_stage() -> None:
    text = "for row in rows:\n    first = summary(row)\n    ask(first)\n"
    seen = steps.read(text, step_of(text), model_call=True, others=frozenset({2}))
    assert [f.name for f in seen.facts] == ["loop-over-data", "same-item-stages"]


def test_a_method_is_read_with_its_own_lines_and_indentation() -> None:
    text = indent(
        'def f(self, rows):\n    """Text\nthat starts at the margin."""\n    for row in rows:\n        ask(row)\n',
        "    ",
    )
    text = text.replace("    that starts", "that starts")
    seen = steps.read(text, step_of(text, first_line=40), model_call=True)
    assert [(f.name, f.line) for f in seen.facts] == [("loop-over-data", 43)]


def test_text_that_nests_too_deep_is_refused_before_libcst_sees_it() -> None:
    text = "for row in rows:\n    ask(" + "+".join(["row"] * 5000) + ")\n"
    with pytest.raises(steps.UnreadableError, match="deeper than"):
        steps.read(text, step_of(text.replace("+row" * 4999, "")), model_call=True)


def test_text_without_anything_to_tell_apart_does_not_load_libcst() -> None:
    import subprocess
    import sys

    program = (
        "import sys; from whowaits.code import steps; from whowaits.code.site import Step;"
        "steps.read('def f(x):\\n    return ask(x)\\n', Step('a.py', None, 'f', 1, 2, 2, 2, 12, None, ()), model_call=True);"
        "sys.exit('libcst' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.parametrize("case", LOOPS)
def test_a_function_and_its_whole_file_are_read_alike(case: str) -> None:
    body = LOOPS[case][0]
    function = body if body.startswith("def ") else "def f():\n" + indent(body, "    ")
    file = f"import os\n\nX = 1\n\n\n{function}\n"
    alone = steps.read(function + "\n", step_of(function + "\n"), model_call=True)
    at = step_of(file)
    whole = steps.read(file, at, model_call=True)
    moved = [(f.name, f.line + 5) for f in alone.facts]
    assert [(f.name, f.line) for f in whole.facts][: len(moved)] == moved


def test_a_finished_answer_that_is_yielded_with_pauses_is_shown() -> None:
    text = (
        "def f(x):\n    text = ask(x).text\n    at = 0\n    while at < len(text):\n        at += 2\n        time.sleep(0.01)\n"
        "        yield text[:at]"
    )
    assert names(text) == ["streamed-answer"]
    assert names(text.replace("        time.sleep(0.01)\n", "")) == []


def test_a_question_that_is_the_same_every_time_is_told_apart() -> None:
    text = 'def f(models):\n    for m in models:\n        q = "Say hello"\n        ask(model=m, messages=q)'
    assert "same-question" in names(text)
    assert "same-question" not in names(text.replace('"Say hello"', '"Say hello to " + m'))
    assert "same-question" not in names(text, model_call=False)


def test_items_that_a_model_proposed_drive_nothing() -> None:
    text = "def f(x):\n    plan = propose(x)\n    for item in plan.items:\n        ask(item)\n"
    seen = steps.read(text, step_of(text), model_call=True, others=frozenset({2}))
    assert seen.facts[0].name == "planned-items"
    assert steps.read(text, step_of(text), model_call=True).facts[0].name == "loop-over-data"


def test_a_loop_inside_of_a_plan_is_part_of_it() -> None:
    text = "def f(x):\n    plan = propose(x)\n    for item in plan:\n        for part in PARTS:\n            ask(item, part)\n"
    seen = steps.read(text, step_of(text), model_call=True, others=frozenset({2}))
    assert [f.name for f in seen.facts][:2] == ["planned-items", "planned-items"]
