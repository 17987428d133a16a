"""The configuration file: what is read, where it is looked for, and how each mistake is named."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from whowaits import closed_toml, config
from whowaits.closed_toml import ConfigError
from whowaits.model import Policy

FULL = """\
assumed-deadline = "none"
exclude = ["generated/**"]

[[workload]]
name = "article-tagger"
owner = "data-eng"
match = { key = "sk-tag*", tag = ["team:news", "desk:*"] }
code = ["newsroom/tagger.py"]
waiter = "nobody"
start = "22:00"
due = "06:00"
timezone = "Europe/Berlin"
source = "docs/runbook.md"

[[workload]]
name = "triage"
waiter = "person"
deadline = "20m"
[workload.match]
service = "desk"

[[price]]
provider = "openai"
model = "gpt-4o-mini"
from = 2026-01-01
source = "contract"
input = "0.15"
output = "0.60"
batch = { input = "0.075", cache-read = "0.0375", output = "0.30" }
"""


def written(folder: Path, text: str, name: str = "whowaits.toml") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def message(folder: Path, text: str, name: str = "whowaits.toml") -> str:
    with pytest.raises(ConfigError) as caught:
        config.read(written(folder, text, name))
    return str(caught.value)


def test_a_full_file_is_read(tmp_path: Path) -> None:
    found = config.read(written(tmp_path, FULL))
    tagger, triage = found.workloads
    assert found.policy == Policy(None)
    assert found.exclude == ("generated/**",)
    assert tagger.match == (("key", ("sk-tag*",)), ("tag", ("team:news", "desk:*")))
    assert (tagger.start, tagger.due, tagger.timezone) == (time(22), time(6), "Europe/Berlin")
    assert tagger.deadline_s == 8 * 3600
    assert str(tagger.place) == "whowaits.toml:4"
    assert (triage.match, triage.waiter, triage.deadline_s) == ((("service", ("desk",)),), "person", 1200)
    assert str(triage.place) == "whowaits.toml:15"


def test_a_wrapper_of_ones_own_is_read_with_its_defaults(tmp_path: Path) -> None:
    (found,) = config.read(written(tmp_path, '[[wrapper]]\ncall = "company.llm.ask"\nprovider = "openai"\n')).wrappers
    assert (found.call, found.provider, found.kind, found.model_argument) == (
        "company.llm.ask",
        "openai",
        "chat",
        "model",
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[[wrapper]]\ncall = "ask"\nprovider = "openai"', "whowaits.toml:2: `call`: `ask` is no qualified name"),
        ('[[wrapper]]\ncall = "a.b"\nprovidr = "openai"', "whowaits.toml:3: unknown key `providr`"),
        (2 * '[[wrapper]]\ncall = "a.b"\nprovider = "openai"\n', "whowaits.toml:4: a wrapper of `a.b` is already"),
    ],
)
def test_a_wrong_wrapper_is_named_with_its_line(tmp_path: Path, text: str, expected: str) -> None:
    assert message(tmp_path, text).startswith(expected)


def test_own_prices_are_exact_decimals_with_their_day(tmp_path: Path) -> None:
    (price,) = config.read(written(tmp_path, FULL)).prices
    assert (price.provider, price.model, price.starts_on) == ("openai", "gpt-4o-mini", date(2026, 1, 1))
    assert (price.standard.input, price.standard.output) == (Decimal("0.15"), Decimal("0.60"))
    assert price.batch is not None and price.batch.cache_read == Decimal("0.0375")
    assert price.flex is None and price.standard.cache_read is None


def test_pyproject_holds_the_same_tables(tmp_path: Path) -> None:
    text = FULL.replace("[[", "[[tool.whowaits.").replace("[workload.match]", "[tool.whowaits.workload.match]")
    path = written(tmp_path, "[project]\nname = 'x'\n\n[tool.whowaits]\n" + text, "pyproject.toml")
    own, theirs = config.read(written(tmp_path, FULL)), config.read(path)
    assert [w.match for w in theirs.workloads] == [w.match for w in own.workloads]
    assert [w.place.line for w in theirs.workloads] == [8, 19]


def test_the_nearest_file_upwards_counts(tmp_path: Path) -> None:
    written(tmp_path, 'assumed-deadline = "1w"\n')
    near = written(tmp_path / "a", 'assumed-deadline = "2h"\n')
    written(tmp_path / "a" / "b", "[project]\nname = 'not ours'\n", "pyproject.toml")
    module = written(tmp_path / "a" / "b", "", "c.py")
    found = config.load(module)
    assert (found.path, found.policy.assumed_deadline_s) == (near.resolve(), 7200)


@pytest.mark.parametrize(
    ("pattern", "inside"),
    [
        ("app/jobs/tag.py", "/jobs/tag.py"),
        ("app/jobs/tag.py:main", "/jobs/tag.py:main"),
        ("app/**", "/**"),
        ("a*/jobs/*", "/jobs/*"),
        ("**/jobs/*.py", "**/jobs/*.py"),
        ("tag.py", "tag.py"),
        ("app", "app"),
        ("/app", "**"),
        ("tests/**", None),
        ("other/jobs/tag.py", None),
    ],
)
def test_patterns_are_written_from_the_file_and_come_back_as_seen_from_the_folder(
    tmp_path: Path, pattern: str, inside: str | None
) -> None:
    written(tmp_path, f"exclude = ['{pattern}']\n[[workload]]\nname = 'x'\ncode = ['{pattern}']\n")
    (tmp_path / "app").mkdir()
    found = config.load(tmp_path / "app")
    expected = () if inside is None else (inside,)
    assert (found.exclude, found.workloads[0].code) == (expected, expected)
    assert config.load(tmp_path).exclude == (pattern,)


def test_a_file_above_the_checkout_is_not_read(tmp_path: Path) -> None:
    written(tmp_path, 'assumed-deadline = "1w"\n')
    (tmp_path / "repo" / ".git").mkdir(parents=True)
    assert config.load(tmp_path / "repo") == config.Config()


def test_the_root_is_the_one_folder_named(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "src").mkdir()
    assert config.find_root([tmp_path / "src"]) == tmp_path / "src"


def test_the_root_of_several_paths_is_the_nearest_marked_folder_around_all(tmp_path: Path) -> None:
    files = [written(tmp_path / "repo" / "src" / "a", "", "x.py"), written(tmp_path / "repo" / "src" / "b", "", "y.py")]
    written(tmp_path / "repo" / "src" / "a", "exclude = []\n")
    assert config.find_root(files) == (tmp_path / "repo" / "src").resolve()
    (tmp_path / "repo" / ".git").mkdir()
    assert config.find_root(files) == (tmp_path / "repo").resolve()
    assert config.find_root(files[:1]) == (tmp_path / "repo" / "src" / "a").resolve()


def test_without_a_marked_folder_the_root_is_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = written(tmp_path / "a", "", "x.py")
    monkeypatch.chdir(tmp_path)
    assert config.find_root([module]) == tmp_path.resolve()


def test_isolated_reads_no_file(tmp_path: Path) -> None:
    written(tmp_path, "nonsense = 1\n")
    assert config.load(tmp_path, isolated=True) == config.Config()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\nasumed-deadline = 1\n", "whowaits.toml:2: unknown key `asumed-deadline`; did you mean `assumed-deadline`?"),
        (FULL.replace("owner", "ownr"), "whowaits.toml:6: unknown key `ownr`; did you mean `owner`?"),
        (FULL.replace("name = \"triage\"", "nmae = 1"), "whowaits.toml:16: unknown key `nmae`; did you mean `name`?"),
        (FULL.replace("service =", "servce ="), "whowaits.toml:20: unknown key `servce`; did you mean `service`?"),
        (FULL.replace("key =", "kee ="), "whowaits.toml:7: unknown key `kee`; did you mean `key`?"),
        (FULL.replace("cache-read", "cache-red"), "whowaits.toml:29: unknown key `cache-red`; did you mean `cache-read`?"),
        (FULL.replace('"20m"', '"20 parsecs"'), "whowaits.toml:18: `deadline`: `20 parsecs` is no duration; write for example 20m, 4h, 7d"),
        (FULL.replace('"20m"', "-1"), "whowaits.toml:18: `deadline`: a duration longer than nothing is expected"),
        (FULL.replace('"person"', '"nobdy"'), "whowaits.toml:17: `waiter`: `nobdy` is no waiter; choose person, program, nobody"),
        (FULL.replace("Europe/Berlin", "Mars/Base"), 'whowaits.toml:12: `timezone`: `Mars/Base` is no time zone; write for example "Europe/Berlin"'),
        (FULL.replace('due = "06:00"\n', ""), "whowaits.toml:4: `start` and `due` belong together"),
        (FULL.replace('due = "06:00"', 'due = "6 am"'), 'whowaits.toml:11: `due`: `6 am` is no time of day; write for example "02:00"'),
        (FULL.replace('input = "0.15"', "input = 0.15"), 'whowaits.toml:27: `input`: money is text: write "0.15"'),
        (FULL.replace('"0.60"', '"NaN"'), "whowaits.toml:28: `output`: `NaN` is no amount of dollars"),
        (FULL.replace("2026-01-01", '"January"'), 'whowaits.toml:25: `from`: `January` is no day; write for example "2026-01-31"'),
        (FULL.replace('"triage"', '"article-tagger"'), "whowaits.toml:15: a workload named `article-tagger` is already on line 4"),
        (FULL.replace('[workload.match]\nservice = "desk"', ""), "whowaits.toml:15: workload `triage` says neither `match` nor `code`: it would cover nothing"),
        ("[workload]\nname = 'x'\n", "whowaits.toml:1: `workload` is a list: write [[workload]]"),
        ("exclude = 3\n", "whowaits.toml:1: `exclude`: text in quotes is expected"),
        ("a = 1\nb = \n", "whowaits.toml:2: Invalid value"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line(tmp_path: Path, text: str, expected: str) -> None:
    assert message(tmp_path, text) == expected


def test_a_mistake_in_pyproject_is_named_with_its_line(tmp_path: Path) -> None:
    text = "[project]\nname = 'x'\n[tool.whowaits]\nexlude = []\n"
    assert (
        message(tmp_path, text, "pyproject.toml") == "pyproject.toml:4: unknown key `exlude`; did you mean `exclude`?"
    )


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / "whowaits.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match=r"^whowaits\.toml: cannot be read"):
        config.read(path)


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("20m", 1200), ("1.5h", 5400), ("24h", 86400), ("7d", 604800), ("1w", 604800)]
)
def test_durations(text: str, seconds: float) -> None:
    assert closed_toml.parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "4", "h", "4 hours", "-4h", "4h30m"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no duration"):
        closed_toml.parse_duration(text)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    at=st.integers(0, len(FULL)),
    gone=st.integers(0, 30),
    put=st.text(max_size=6) | st.sampled_from(["[[", "]", "=", "{", '"', "1", "\n"]),
)
def test_a_file_of_any_content_is_read_or_refused_with_its_name(tmp_path: Path, at: int, gone: int, put: str) -> None:
    path = tmp_path / "whowaits.toml"
    path.write_bytes((FULL[:at] + put + FULL[at + gone :]).encode("utf-8", errors="surrogatepass"))
    try:
        assert isinstance(config.read(path), config.Config)
    except ConfigError as error:
        assert str(error).startswith("whowaits.toml:")
