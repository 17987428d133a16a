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

import pytest
import yaml

from tests.gate.conftest import JOB, ONCE, Repository, log

ROOT = Path(__file__).parents[2]
CI = ROOT / "ci"
GH = """#!{python}
import json, pathlib, sys
store = pathlib.Path({store!r})
comments = json.loads(store.read_text()) if store.exists() else []
words = sys.argv[1:]
body = next((w[6:] for w in words if w.startswith("body=@")), None)
text = pathlib.Path(body).read_text() if body else ""
if "POST" in words:
    comments.append(text)
elif "PATCH" in words:
    comments[int(next(w for w in words if "/comments/" in w).rpartition("/")[2]) - 1] = text
else:
    mark = next(w for w in words if "startswith" in w).split('"')[1]
    print(*[n for n, c in enumerate(comments, 1) if c.startswith(mark)], sep="\\n")
store.write_text(json.dumps(comments))
"""


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
    assert result.stdout.startswith("::notice file=llm.py,line=7")
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


def test_on_github_one_comment_is_written_then_updated(branch: Repository) -> None:
    store, gh = branch.folder.parent / "comments.json", branch.folder.parent / "gh"
    gh.write_text(GH.format(python=sys.executable, store=str(store)))
    gh.chmod(0o755)
    words = {"GITHUB_REPOSITORY": "a/b", "WHOWAITS_PULL": "7"}
    for text, said in ((JOB, "1 new"), (ONCE, "0 new"), (JOB, "1 new")):
        branch.write(nightly=text)
        check(branch)
        assert run(branch, "comment-github.sh", **words).returncode == 0
        (comment,) = json.loads(store.read_text())
        assert said in comment


def test_on_github_nothing_is_written_where_there_is_nothing_to_say(branch: Repository) -> None:
    store, gh = branch.folder.parent / "comments.json", branch.folder.parent / "gh"
    gh.write_text(GH.format(python=sys.executable, store=str(store)))
    gh.chmod(0o755)
    branch.write(nightly=ONCE)
    check(branch)
    assert run(branch, "comment-github.sh", GITHUB_REPOSITORY="a/b", WHOWAITS_PULL="7").returncode == 0
    assert json.loads(store.read_text()) == []


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
