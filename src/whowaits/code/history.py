"""The tree as it was at the merge base with another branch, read from git's objects; the only caller of git.

Nothing is checked out: the files that matter are written into a temporary folder, which is analysed like any other
tree. Git is asked without hooks, external programs or optional locks, so that reading is all that happens.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import Final, NamedTuple

from whowaits.code import files
from whowaits.code.names import Paths
from whowaits.code.store import CACHE_FOLDER
from whowaits.deadlines import runbooks, schedules
from whowaits.frozen import dataclass
from whowaits.model import WrongUse

_QUIET: Final = ("-c", "core.fsmonitor=false", "-c", "core.quotePath=false", "-c", "core.hooksPath=/dev/null")
_FILE_MODES: Final = ("100644", "100755")
_RENAME_LIMIT: Final = 5_000
"""Files that git compares with one another to find renames; far more than a branch renames."""


class HistoryError(WrongUse):
    """Git cannot say what the code was like; the message says why and what helps."""


@dataclass(frozen=True, slots=True)
class MergeBase:
    """The commit at which this branch left another one, as seen from the analysed root."""

    commit: str
    revision: str
    top: Path
    prefix: str
    renamed: Mapping[str, str]
    """Path then -> path now, both as seen from the top of the checkout."""

    @property
    def label(self) -> str:
        return f"{self.revision} at {self.commit[:12]}"


class _Blob(NamedTuple):
    path: str
    name: str


def merge_base(root: Path, revision: str) -> MergeBase:
    """Return where this branch left `revision`, and which files have been renamed since then."""
    if revision.startswith("-"):
        raise HistoryError(f"--diff-base {revision}: a branch, tag or commit is expected")
    top = Path(_text(root, "rev-parse", "--show-toplevel", reason="--diff-base needs a git checkout"))
    _text(top, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}", reason=f"git knows no `{revision}`")
    hint = f"no commit that this branch shares with `{revision}`; fetch more history (git fetch --unshallow)"
    commit = _text(top, "merge-base", revision, "HEAD", reason=hint)
    below = root.resolve().relative_to(top.resolve()).as_posix()
    return MergeBase(commit, revision, top, "" if below == "." else f"{below}/", dict(_renames(top, commit)))


def is_before_first_commit(root: Path) -> bool:
    """Return whether `root` lies in a checkout that has no commit yet."""
    try:
        _git(root, "rev-parse", "--show-toplevel")
    except HistoryError:
        return False
    try:
        return not _git(root, "rev-parse", "--verify", "--quiet", "HEAD")
    except HistoryError:
        return True


def names_then(base: MergeBase) -> Paths:
    """Return how files of the merge base are called in fingerprints: by the names they have now."""
    return Paths(base.prefix, base.renamed)


@contextmanager
def tree_of(base: MergeBase, root: Path) -> Iterator[Path]:
    """Yield the root as it was at the merge base, in a folder that is removed afterwards.

    What the cache knows of `root` is put beside it: most files are still the same.
    """
    with tempfile.TemporaryDirectory(prefix="whowaits-") as folder:
        then = Path(folder, "tree")
        then.mkdir()
        _write(base.top, list(_blobs(base)), then)
        with suppress(OSError):
            shutil.copytree(root / CACHE_FOLDER, then / CACHE_FOLDER)
        yield then


def _blobs(base: MergeBase) -> Iterator[_Blob]:
    """The files at the merge base that the analysis would look at, by their paths below the root."""
    spec = f"{base.commit}:{base.prefix.rstrip('/')}"
    listed = _git(base.top, "ls-tree", "-r", "-z", "-l", "--full-tree", spec, missing_is_empty=True)
    for line in listed.split(b"\0"):
        head, tab, path = line.partition(b"\t")
        if not tab:
            continue
        mode, kind, name, size = head.decode().split()
        shown = os.fsdecode(path)
        if mode in _FILE_MODES and kind == "blob" and _is_wanted(shown) and int(size) <= files.MAX_BYTES:
            yield _Blob(shown, name)


def _is_wanted(path: str) -> bool:
    pure = PurePosixPath(path)
    if any(part in files.NEVER or part in ("", ".", "..") for part in path.split("/")) or pure.is_absolute():
        return False
    told = path.endswith((*files.SUFFIXES, *runbooks.SUFFIXES)) or pure.name in (".gitignore", "pyproject.toml")
    return told or schedules.may_hold(path)


def _write(top: Path, blobs: Iterable[_Blob], folder: Path) -> None:
    """Write the blobs below `folder`, except names that this system cannot write: they cannot be there now either."""
    blobs = list(blobs)
    asked = "".join(f"{blob.name}\n" for blob in blobs).encode()
    data = memoryview(_git(top, "cat-file", "--batch", given=asked))
    position = 0
    for blob in blobs:
        end_of_head = position + bytes(data[position : position + 200]).index(b"\n")
        size = _size(bytes(data[position:end_of_head]))
        start = end_of_head + 1
        with suppress(OSError):
            (folder / blob.path).parent.mkdir(parents=True, exist_ok=True)
            (folder / blob.path).write_bytes(data[start : start + size])
        position = start + size + 1


def _size(head: bytes) -> int:
    """The size that `cat-file` announces; a partial clone may have left an object out."""
    kind, _, size = head.rpartition(b" ")
    if not kind or not size.isdigit():
        raise HistoryError("git does not have all files of the merge base; fetch them (git fetch --refetch)")
    return int(size)


def _renames(top: Path, commit: str) -> Iterator[tuple[str, str]]:
    """(path then, path now) of what git takes for one file, in the commits since and in the working tree."""
    told = _git(
        top, "diff", "--no-ext-diff", "--no-textconv", "--name-status", "-z", "--diff-filter=R", "-M",
        f"-l{_RENAME_LIMIT}", commit, "--",
    )  # fmt: skip
    words = [os.fsdecode(word) for word in told.split(b"\0")]
    for status, old, new in zip(words[0::3], words[1::3], words[2::3], strict=False):
        if status.startswith("R"):
            yield old, new


def _text(folder: Path, *words: str, reason: str) -> str:
    try:
        return os.fsdecode(_git(folder, *words)).strip()
    except HistoryError:
        raise HistoryError(reason) from None


def _git(folder: Path, *words: str, given: bytes = b"", missing_is_empty: bool = False) -> bytes:
    given_by_hook = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")
    kept = {key: value for key, value in os.environ.items() if key not in given_by_hook}
    environment = {**kept, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    command = ["git", "-C", str(folder), *_QUIET, *words]
    try:
        run = subprocess.run(command, input=given, capture_output=True, check=False, env=environment)  # noqa: S603
    except OSError:
        raise HistoryError("--diff-base needs the program git") from None
    if run.returncode:
        if missing_is_empty:
            return b""
        said = os.fsdecode(run.stderr).strip().splitlines() or ["no reason given"]
        raise HistoryError(f"git {words[0]}: {said[-1]}")
    return run.stdout
