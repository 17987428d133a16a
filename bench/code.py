"""How long `whowaits check` takes beside other tools, in CPU seconds, in pairs of runs: A B A B ...

    make bench-code                       a generated project of 1M lines and a package, 5 pairs
    python bench/code.py --lines 200000 --pairs 3 --package PACKAGE==VERSION

Ours is built and installed as a user would, and so are the other tools, from the package index, into a throw-away
environment; one that cannot be had is skipped, and the result says why. The figures go into docs/performance.md, each
with its command.
"""

from __future__ import annotations

import argparse
import os
import platform
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import tree

ROOT = Path(__file__).resolve().parent.parent
WORK = Path(tempfile.mkdtemp(prefix="bench-code-"))
TOOLS = WORK / "tools"
BEFORE: list[str] = []
OTHERS = ("ruff", "semgrep", "overllm", "llmdoctor")
PACKAGE = "apache-airflow-core==3.3.2"
PAGE = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- bench-code: begin -->", "<!-- bench-code: end -->"
RULE = """rules:
- id: call-in-loop
  languages: [python]
  severity: INFO
  message: a call in a loop
  patterns:
  - pattern-inside: |
      for $X in $Y:
        ...
  - pattern: $C.create(...)
"""


class Run(NamedTuple):
    """What one run of a program took."""

    cpu_s: float
    rss_mib: float


class Pair(NamedTuple):
    """A tool beside `whowaits`: its command and the median of (our CPU seconds / its)."""

    command: str
    cpu_s: float
    ratio: float
    target: str


def run(command: Sequence[str], folder: Path) -> Run:
    """Run a program to its end; findings are no failure, a crash is."""
    quiet = subprocess.DEVNULL
    started = subprocess.Popen([*BEFORE, *command], cwd=folder, stdout=quiet, stderr=quiet, env=environment())  # noqa: S603
    _, status, used = os.wait4(started.pid, 0)
    started.returncode = os.waitstatus_to_exitcode(status)
    if started.returncode not in (0, 1):
        raise RuntimeError(f"{' '.join(command)}: exit code {started.returncode}")
    return Run(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def environment() -> dict[str, str]:
    """That of a user who installed the tools: nothing says where else Python finds modules or keeps compiled ones."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


def whowaits(*words: str) -> list[str]:
    return [str(TOOLS / "bin" / "whowaits"), "check", "--isolated", "--exit-zero", *words]


def paired(ours: Callable[[], Run], theirs: Callable[[], Run], pairs: int) -> tuple[float, float]:
    """The median CPU seconds of the other, and the median of the ratios of neighbouring runs."""
    done = [(ours(), theirs()) for _ in range(pairs)]
    return statistics.median(b.cpu_s for _, b in done), statistics.median(a.cpu_s / b.cpu_s for a, b in done)


def installed() -> dict[str, str]:
    """Install ours and each other tool, and return why one could not be had."""
    venv.create(TOOLS, with_pip=True)
    pip = [str(TOOLS / "bin" / "pip"), "install", "-q"]
    subprocess.run([*pip, str(ROOT)], check=True)  # noqa: S603
    failed = {}
    for package in OTHERS:
        done = subprocess.run([*pip, package], capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            failed[package] = (done.stderr.strip().splitlines() or ["pip failed"])[-1][:120]
    return failed


def unpacked(package: str, folder: Path) -> int | str:
    """Put the files of a package into `folder`; return how many lines of Python it has, or why it cannot be had."""
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-compile", "--target", str(folder), package]
    done = subprocess.run(pip, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        return (done.stderr.strip().splitlines() or ["pip failed"])[-1][:120]
    return lines_of(folder)


def lines_of(folder: Path) -> int:
    return sum(path.read_bytes().count(b"\n") for path in folder.rglob("*.py"))


def beside(folder: Path, rule: Path, pairs: int, failed: dict[str, str]) -> list[str]:
    """Rows of the table of other tools on the tree in `folder`."""
    bin_ = TOOLS / "bin"
    commands = {
        "ruff": ([str(bin_ / "ruff"), "check", "--isolated", "--no-cache", "--select", "ALL", "-q", "."], "2.5"),
        "semgrep": ([str(bin_ / "semgrep"), "--config", str(rule), "--metrics", "off", "--disable-version-check",
                     "--no-git-ignore", "-q", "."], "0.20"),
        "overllm": ([str(bin_ / "overllm"), "--exit-zero", "."], "0.5"),
        "llmdoctor": ([str(bin_ / "llmdoctor"), "doctor", "."], "0.5"),
    }  # fmt: skip
    rows = []
    for name, (command, target) in commands.items():
        shown = " ".join([name, *command[1:]]).replace(str(rule), "RULE.yaml")
        if name in failed:
            rows.append(f"| `{shown}` | – | – | {target} | skipped: {failed[name]} |")
            continue
        try:
            cpu, ratio = paired(lambda: cold(folder), lambda c=command: run(c, folder), pairs)  # type: ignore[misc]
        except (RuntimeError, OSError) as error:
            rows.append(f"| `{shown}` | – | – | {target} | skipped: {str(error).replace(str(bin_) + '/', '')[-120:]} |")
            continue
        rows.append(f"| `{shown}` | {cpu:.2f} | {ratio:.2f} | {target} | {reached(ratio <= float(target))} |")
    return rows


def reached(holds: bool) -> str:
    return "reached" if holds else "**not reached**"


def cold(folder: Path) -> Run:
    return run(whowaits("--no-cache", "."), folder)


def own(folder: Path, lines: int, pairs: int) -> list[str]:
    """Rows of the table of our own figures on the tree in `folder`."""
    runs = [cold(folder) for _ in range(pairs)]
    seconds = statistics.median(r.cpu_s for r in runs)
    memory = max(r.rss_mib for r in runs)
    allowed = 300 * max(1, lines / 1_000_000)
    first = run(whowaits("."), folder).cpu_s
    warm = statistics.median(run(whowaits("."), folder).cpu_s for _ in range(pairs))
    rows = [
        f"| cold: `whowaits check --no-cache` | {seconds:.2f} CPU s, {lines / seconds / 1000:,.0f}k lines a CPU second "
        f"| >= 150k lines | {reached(lines / seconds >= 150_000)} |",
        f"| memory, cold | {memory:,.0f} MiB | <= 300 MiB for 1M lines | {reached(memory <= allowed)} |",
        f"| the first run, which also writes the cache: `whowaits check` | {first:.2f} CPU s | | |",
        f"| warm, nothing changed: `whowaits check` | {warm:.2f} CPU s, {lines / warm / 1000:,.0f}k lines a CPU second "
        f"| >= 500k lines | {reached(lines / warm >= 500_000)} |",
    ]
    committed(folder)
    for options in ((), ("--diff-base", "HEAD")):
        changed(folder, 0, options)  # the first comparison reads the tree of the commit
        hook = statistics.median(changed(folder, number + 1, options).cpu_s for number in range(pairs))
        command = " ".join(("whowaits check", *options, "FILES"))
        rows.append(
            f"| the hook, 3 files changed: `{command}` | {hook:.2f} CPU s | <= 0.25 s | {reached(hook <= 0.25)} |"
        )
    shutil.rmtree(folder / ".whowaits_cache", ignore_errors=True)
    shutil.rmtree(folder / ".git")
    return rows


def committed(folder: Path) -> None:
    """Make a repository of the tree, so that it can be compared with its last commit."""
    git = ["git", "-C", str(folder), "-c", "user.name=bench", "-c", "user.email=bench@localhost"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "all"]):
        subprocess.run([*git, *words], check=True)  # noqa: S603


def changed(folder: Path, number: int, options: Sequence[str]) -> Run:
    """A run of the hook after three files were changed, others each time."""
    files = sorted(folder.rglob("*.py"))[number * 30 : number * 30 + 3]
    for path in files:
        path.write_text(f"{path.read_text()}\nEDITED = {number}\n")
    return run(whowaits(*options, *(path.relative_to(folder).as_posix() for path in files)), folder)


def startup(folder: Path, pairs: int) -> str:
    folder.mkdir()
    (folder / "one.py").write_text("x = 1\n")
    cold(folder)  # compiles what is imported
    seconds = statistics.median(cold(folder).cpu_s for _ in range(max(pairs, 5)))
    return f"| start: one file of one line | {seconds:.2f} CPU s | <= 0.25 s | {reached(seconds <= 0.25)} |"


def machine() -> str:
    cpu = next((x.partition(":")[2].strip() for x in _cpuinfo() if x.startswith("model name")), platform.machine())
    return (
        f"{os.cpu_count()} cores, {cpu}, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f} at the end"
    )


def _cpuinfo() -> list[str]:
    info = Path("/proc/cpuinfo")
    return info.read_text().splitlines() if info.exists() else []


def section(options: argparse.Namespace) -> str:
    """Measure, and return the section of the page."""
    rule = WORK / "rule.yaml"
    rule.write_text(RULE)
    failed = installed()
    trees: list[tuple[str, Path, int | str]] = []
    generated = WORK / "generated"
    lines = tree.make(generated, options.lines)
    trees.append(("A generated project", generated, lines))
    for package in options.package:
        folder = WORK / package.partition("==")[0]
        trees.append((f"The package {package}", folder, unpacked(package, folder)))
    done = [f"{datetime.now(UTC):%Y-%m-%d}; {machine()}; `make bench-code`, {options.pairs} pairs."]
    done += ["", "| one run | measured | target | |", "|---|---|---|---|", startup(WORK / "tiny", options.pairs)]
    for title, folder, size in trees:
        if isinstance(size, str):
            done += ["", f"### {title}", "", f"Skipped: {size}"]
            continue
        done += ["", f"### {title}: {size:,} lines", "", "| `whowaits` | measured | target | |", "|---|---|---|---|"]
        done += own(folder, size, options.pairs)
        done += [
            "",
            f"Median of {options.pairs} pairs, CPU seconds of `whowaits check --no-cache` / the other's:",
        ]
        done += ["", "| other tool | its CPU s | ratio | target | |", "|---|---|---|---|---|"]
        done += beside(folder, rule, options.pairs, failed)
    return "\n".join(done)


def write(text: str) -> None:
    """Put the section between its marks on the page, whole or not at all."""
    page = PAGE.read_text()
    head, _, rest = page.partition(BEGIN)
    _, _, tail = rest.partition(END)
    PAGE.write_text(f"{head}{BEGIN}\n{text}\n{END}{tail}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure `whowaits check` beside other tools.")
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--package", action="append", metavar="NAME==VERSION", help=f"default: {PACKAGE}")
    parser.add_argument("--before", default="", metavar="WORDS", help="put before each command: nice, a lock")
    parser.add_argument("--print", action="store_true", help="only print the section")
    options = parser.parse_args()
    options.package = options.package or [PACKAGE]
    BEFORE.extend(shlex.split(options.before))
    try:
        text = section(options)
    finally:
        shutil.rmtree(WORK, ignore_errors=True)
    print(text)
    if not options.print:
        write(text)


if __name__ == "__main__":
    main()
