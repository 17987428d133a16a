"""What the action for GitHub and the template for GitLab run, against stand-ins for both servers."""

from __future__ import annotations

import http.server
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from tests.gate.conftest import JOB, ONCE, Repository, log

ROOT = Path(__file__).parents[2]
CI = ROOT / "ci"


def run(repository: Repository, script: str, **more: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(repository.folder.parent), str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "WHOWAITS_OUT": str(repository.folder.parent / "out"), **more}
    return subprocess.run(
        ["bash", str(CI / script)], cwd=repository.folder, env=environment, capture_output=True, text=True, check=False
    )


def check(repository: Repository, **more: str) -> subprocess.CompletedProcess[str]:
    return run(repository, "check.sh", WHOWAITS_DIFF_BASE="main", **more)


@pytest.fixture
def branch(repository: Repository) -> Repository:
    repository.git("checkout", "-q", "-b", "feature")
    repository.write(nightly=JOB)
    repository.commit()
    return repository


def test_a_new_finding_fails_and_leaves_every_report(branch: Repository) -> None:
    result = check(branch, WHOWAITS_ANNOTATIONS="github")
    assert result.returncode == 1, result.stderr
    assert result.stdout.startswith("::warning file=nightly.py,line=5,")
    out = branch.folder.parent / "out"
    assert sorted(p.name for p in out.iterdir()) == ["comment.md", "gitlab.json", "junit.xml", "whowaits.sarif"]


def test_policy_paths_and_baseline_come_from_the_environment_and_are_never_run(branch: Repository) -> None:
    assert check(branch, WHOWAITS_FAIL_ON="none").returncode == 0
    assert check(branch, WHOWAITS_PATHS="once.py").returncode == 0
    branch.run("baseline", "write")
    assert check(branch, WHOWAITS_BASELINE="whowaits-baseline.json").returncode == 0
    hostile = check(branch, WHOWAITS_FAIL_ON="$(touch owned)", WHOWAITS_PATHS="; touch owned")
    assert hostile.returncode == 2
    assert not (branch.folder / "owned").exists()


def test_a_floor_and_a_budget_come_from_the_environment(branch: Repository) -> None:
    words = {"WHOWAITS_USAGE": log(branch)}
    assert check(branch, **words).returncode == 1
    assert check(branch, WHOWAITS_MIN_SAVING="1000", **words).returncode == 0
    assert check(branch, WHOWAITS_MIN_SAVING="1000", WHOWAITS_BUDGET="0", **words).returncode == 1


class GitHub(http.server.BaseHTTPRequestHandler):
    """As much of GitHub as the comments of a pull request need; `own` are the ids that the token may change."""

    comments: dict[int, str]
    own: set[int]
    may_write: bool
    tokens: set[str | None]

    def _answer(self, status: int, document: object) -> None:
        self.tokens.add(self.headers.get("Authorization"))
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(document).encode())

    def _body(self) -> str:
        return str(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["body"])

    def do_GET(self) -> None:
        page = int(parse_qs(urlsplit(self.path).query)["page"][0])
        rows = [{"id": n, "body": body} for n, body in sorted(self.comments.items())]
        self._answer(200, rows[(page - 1) * 100 : page * 100])

    def do_POST(self) -> None:
        body = self._body()
        if self.may_write:
            assert self.path == "/repos/a/b/issues/7/comments"
            number = max(self.comments, default=0) + 1
            self.comments[number] = body
            self.own.add(number)
        self._answer(201 if self.may_write else 403, {})

    def do_PATCH(self) -> None:
        number, body = int(self.path.removeprefix("/repos/a/b/issues/comments/")), self._body()
        if number in self.own:
            self.comments[number] = body
        self._answer(200 if number in self.own else 403, {})

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def github() -> Iterator[tuple[dict[str, str], type[GitHub]]]:
    held = {"comments": {}, "own": set(), "tokens": set(), "may_write": True}
    handler = type("Handler", (GitHub,), held)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        yield {"GITHUB_API_URL": url, "GITHUB_REPOSITORY": "a/b", "WHOWAITS_PULL": "7", "GH_TOKEN": "secret",
               "no_proxy": "*"}, handler  # fmt: skip
        server.shutdown()


@pytest.mark.parametrize("others", [0, 1, 100, 250])
def test_on_github_one_comment_is_written_then_updated(
    branch: Repository, github: tuple[dict[str, str], type[GitHub]], others: int
) -> None:
    words, server = github
    server.comments.update(dict.fromkeys(range(1, others + 1), "a comment of somebody"))
    for text, said in ((JOB, "1 new"), (ONCE, "0 new"), (JOB, "1 new")):
        branch.write(nightly=text)
        check(branch)
        told = run(branch, "comment-github.sh", **words)
        assert (told.returncode, told.stderr) == (0, "")
        assert len(server.comments) == others + 1
        assert said in server.comments[others + 1]
    assert server.comments[others + 1] == (branch.folder.parent / "out" / "comment.md").read_text(encoding="utf-8")
    assert server.tokens == {"Bearer secret"}


def test_on_github_nothing_is_written_where_there_is_nothing_to_say(
    branch: Repository, github: tuple[dict[str, str], type[GitHub]]
) -> None:
    words, server = github
    branch.write(nightly=ONCE)
    check(branch)
    assert run(branch, "comment-github.sh", **words).returncode == 0
    assert server.comments == {}


def test_on_github_a_comment_of_somebody_else_that_looks_like_ours_is_left_alone(
    branch: Repository, github: tuple[dict[str, str], type[GitHub]]
) -> None:
    words, server = github
    server.comments[1] = "<!-- whowaits -->\nnot ours"
    check(branch)
    for _ in ("written", "updated"):
        assert run(branch, "comment-github.sh", **words).returncode == 0
        assert list(server.comments) == [1, 2]
    assert (server.comments[1], "1 new" in server.comments[2]) == ("<!-- whowaits -->\nnot ours", True)


def test_on_github_a_token_that_may_not_write_fails_nothing_and_is_said(
    branch: Repository, github: tuple[dict[str, str], type[GitHub]]
) -> None:
    words, server = github
    server.may_write = False
    check(branch)
    told = run(branch, "comment-github.sh", **words)
    assert told.returncode == 0
    assert "::warning title=whowaits::no comment was written: the token may not" in told.stdout
    assert "secret" not in told.stdout + told.stderr


class Notes(http.server.BaseHTTPRequestHandler):
    """As much of GitLab as the notes of a merge request need."""

    notes: list[str]
    tokens: list[str | None]

    def _answer(self, document: object) -> None:
        self.tokens.append(self.headers.get("PRIVATE-TOKEN"))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(document).encode())

    def _body(self) -> str:
        head = f"Content-Type: {self.headers['Content-Type']}\n\n".encode()
        form = message_from_bytes(head + self.rfile.read(int(self.headers["Content-Length"])))
        return str(form.get_payload(0).get_payload(decode=True).decode())

    def do_GET(self) -> None:
        self._answer([{"id": n, "body": body} for n, body in enumerate(self.notes)])

    def do_POST(self) -> None:
        self.notes.append(self._body())
        self._answer({})

    def do_PUT(self) -> None:
        self.notes[int(self.path.rpartition("/")[2])] = self._body()
        self._answer({})

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def gitlab() -> Iterator[tuple[str, type[Notes]]]:
    handler = type("Handler", (Notes,), {"notes": ["an older note of somebody"], "tokens": []})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/api/v4", handler
        server.shutdown()


def test_on_gitlab_one_note_is_written_then_updated(branch: Repository, gitlab: tuple[str, type[Notes]]) -> None:
    url, server = gitlab
    words = {"CI_API_V4_URL": url, "CI_PROJECT_ID": "3", "CI_MERGE_REQUEST_IID": "7", "no_proxy": "*"}
    for text, said in ((JOB, "1 new"), (ONCE, "0 new")):
        branch.write(nightly=text)
        check(branch)
        assert run(branch, "comment-gitlab.sh", **words).returncode == 0  # no token, nothing written
        told = run(branch, "comment-gitlab.sh", WHOWAITS_TOKEN="secret", **words)
        assert told.returncode == 0, told.stderr
        assert len(server.notes) == 2
        assert said in server.notes[1]
    assert set(server.tokens) == {"secret"}


def test_the_action_and_the_template_offer_whatever_the_script_reads() -> None:
    read = set(re.findall(r"WHOWAITS_[A-Z_]+", (CI / "check.sh").read_text(encoding="utf-8"))) - {
        "WHOWAITS_ANNOTATIONS"
    }
    for file in (ROOT / "action.yml", CI / "gitlab.yml"):
        offered = set(re.findall(r"(WHOWAITS_[A-Z_]+):", file.read_text(encoding="utf-8")))
        assert read <= offered, file.name


def test_the_action_and_the_template_run_the_scripts_that_are_here() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    assert action["runs"]["using"] == "composite"
    assert all(step.get("shell") == "bash" for step in action["runs"]["steps"] if "run" in step)
    assert not [step for step in action["runs"]["steps"] if "${{" in step.get("run", "")]  # no input becomes a command
    template = yaml.safe_load((CI / "gitlab.yml").read_text(encoding="utf-8"))["whowaits"]
    used = text + "\n".join([*template["script"], *template["after_script"]])
    assert all(script.name in used for script in CI.glob("*.sh"))
    assert template["artifacts"]["reports"] == {
        "codequality": "whowaits-report/gitlab.json",
        "junit": "whowaits-report/junit.xml",
    }
