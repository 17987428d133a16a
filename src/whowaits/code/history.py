"""The tree as it was at the merge base with another branch, read from git's objects; the only caller of git.

Nothing is checked out: the files that matter are written into a temporary folder, which is analysed like any other
tree. Git is asked without hooks, external programs or optional locks, so that reading is all that happens.
"""

from __future__ import annotations

import difflib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import groupby
from pathlib import Path
from typing import Final, NamedTuple

from whowaits.code import files
from whowaits.code.names import Paths
from whowaits.code.store import CACHE_FOLDER
from whowaits.deadlines import runbooks, schedules
from whowaits.frozen import dataclass
from whowaits.model import WrongUse

_QUIET: Final = ("-c", "core.fsmonitor=false", "-c", "core.quotePath=false", "-c", "core.hooksPath=/dev/null")
_FILE_MODES: Final = ("100644", "100755")
_SUBMODULE: Final = "160000"
_UNSHALLOW: Final = "git fetch --unshallow"
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
    repository: Path


def merge_base(root: Path, revision: str) -> MergeBase:
    """Return where this branch left `revision`, and which files have been renamed since then."""
    if revision.startswith("-"):
        raise HistoryError(f"--diff-base {revision}: a branch, tag or commit is expected")
    top = Path(_text(root, "rev-parse", "--show-toplevel", reason="--diff-base needs a git checkout"))
    try:
        _git(top, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    except HistoryError:
        raise HistoryError(f"--diff-base: git knows no `{revision}`{_advice(top, revision)}") from None
    hint = f"--diff-base: no commit that this branch shares with `{revision}`; fetch more history ({_UNSHALLOW})"
    commit = _text(top, "merge-base", revision, "HEAD", reason=hint)
    below = root.resolve().relative_to(top.resolve()).as_posix()
    return MergeBase(commit, revision, top, "" if below == "." else f"{below}/", dict(_renames(top, commit)))


def _advice(top: Path, revision: str) -> str:
    """What helps where a revision is not known: a name like it, or the commits that a shallow clone left out."""
    remote, slash, branch = revision.rpartition("/")
    told = os.fsdecode(_git(top, "for-each-ref", "--format=%(refname:short)")).split()
    names = [name for name in told if not name.endswith("/HEAD")]
    like = {name.rpartition("/")[2]: name for name in reversed(names) if name.rpartition("/")[0] == remote or not slash}
    near = difflib.get_close_matches(branch, like, n=1, cutoff=0.7)
    if near:
        return f"; did you mean `{like[near[0]]}`?"
    if slash and remote in os.fsdecode(_git(top, "remote")).split():
        return f"; fetch it first (git fetch {remote} {branch})"
    if _git(top, "rev-parse", "--is-shallow-repository").strip() == b"true":
        return f"; this clone is shallow, fetch more of it ({_UNSHALLOW})"
    return "; name a branch, a tag or a commit"


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


def submodules_there(top: Path) -> list[str]:
    """Return the submodules that are checked out: only of those is the merge base read."""
    with suppress(OSError, UnicodeDecodeError):
        lines = (top / ".gitmodules").read_text("utf-8").splitlines()
        named = (line.partition("=")[2].strip() for line in lines if line.partition("=")[0].strip() == "path")
        return sorted(name for name in named if (top / name / ".git").exists())
    return []


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
        for repository, blobs in groupby(_blobs(base), key=lambda blob: blob.repository):
            _write(repository, list(blobs), then)
        with suppress(OSError):
            shutil.copytree(root / CACHE_FOLDER, then / CACHE_FOLDER)
        yield then


def _blobs(base: MergeBase) -> Iterator[_Blob]:
    """The files at the merge base that the analysis would look at, by their paths below the root."""
    spec = f"{base.commit}:{base.prefix.rstrip('/')}"
    listed = _git(base.top, "ls-tree", "-r", "-z", "-l", "--full-tree", spec, missing_is_empty=True)
    yield from _listed(listed, base.top, base.prefix, "")


def _listed(listed: bytes, repository: Path, prefix: str, folder: str) -> Iterator[_Blob]:
    """The files that `ls-tree` lists below `prefix` of a repository, put into `folder`; then those of submodules."""
    submodules = []
    for line in listed.split(b"\0"):
        head, tab, path = line.partition(b"\t")
        if not tab:
            continue
        mode, kind, name, size = head.decode().split()
        shown = os.fsdecode(path)
        if mode == _SUBMODULE:
            submodules.append((repository / prefix / shown, name, f"{folder}{shown}/"))
        elif mode in _FILE_MODES and kind == "blob" and _is_wanted(shown) and int(size) <= files.MAX_BYTES:
            yield _Blob(folder + shown, name, repository)
    for place, commit, inside in submodules:
        yield from _of_submodule(place, commit, inside)


def _of_submodule(place: Path, commit: str, folder: str) -> Iterator[_Blob]:
    """The files of a submodule at the commit that was recorded; none where it is not checked out now either."""
    if not (place / ".git").exists():
        return
    try:
        listed = _git(place, "ls-tree", "-r", "-z", "-l", "--full-tree", commit)
    except HistoryError:
        advice = f"fetch it (git -C {place.name} fetch)"
        raise HistoryError(f"--diff-base: the submodule {folder.rstrip('/')} lacks {commit[:12]}; {advice}") from None
    yield from _listed(listed, place, "", folder)


def _is_wanted(path: str) -> bool:
    parts = path.split("/")
    if not files.is_text(path) or any(part in files.NEVER or part in ("", ".", "..") for part in parts):
        return False
    told = path.endswith((*files.SUFFIXES, *runbooks.SUFFIXES)) or parts[-1] in (".gitignore", "pyproject.toml")
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
