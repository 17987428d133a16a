"""Files that appear whole or not at all: written beside their place, brought to the disk, then renamed into it.

A device or a pipe takes the bytes as it is and is never replaced by a file.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from whowaits.model import WrongUse


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Give a path to write to; once the block has ended well, what stands there is the file at `path`.

    WrongUse where `path` is a folder, or a link that leaves the folder it lies in: what it points to is not ours.
    """
    target = checked_target(path)
    if target.exists() and not target.is_file():
        with _elsewhere() as partial:
            yield partial
            _copy_into(partial, target)
        return
    import tempfile  # most runs write no file

    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".partial")
    os.close(handle)
    partial = Path(name)
    try:
        yield partial
        partial.chmod(0o644)
        _to_the_disk(partial)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def checked_target(path: Path) -> Path:
    """Return the path to write at, links inside of its own folder followed."""
    if path.is_dir():
        raise WrongUse(f"{path}: is a folder; name a file to write")
    if not path.is_symlink():
        return path
    target, folder = path.resolve(), path.parent.resolve()
    if not target.is_relative_to(folder) and (target.is_file() or not target.exists()):
        raise WrongUse(f"{path}: is a link to a file elsewhere; name that file itself to write it")
    return target


def leftovers(path: Path) -> Iterator[Path]:
    """Yield what runs that were killed left beside `path`; the caller knows that no other run is writing it."""
    yield from path.parent.glob(f".{path.name}.*.partial")


@contextmanager
def _elsewhere() -> Iterator[Path]:
    import tempfile

    with tempfile.TemporaryDirectory(prefix="whowaits-") as folder:
        yield Path(folder) / "whole"


def _copy_into(partial: Path, device: Path) -> None:
    import shutil

    with partial.open("rb") as written, device.open("wb") as stream:
        shutil.copyfileobj(written, stream)


def _to_the_disk(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold `path` against every other run that would hold it. WrongUse where one does."""
    import fcntl

    lock = path.with_name(f".{path.name}.lock")
    handle = os.open(lock, os.O_CREAT | os.O_RDWR, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not lock.exists() or not os.path.samestat(os.fstat(handle), lock.stat()):
            raise BlockingIOError  # the run before has just ended and taken its lock away
        try:
            yield
        finally:
            lock.unlink(missing_ok=True)
    except BlockingIOError:
        raise WrongUse(f"{path}: another run is writing it; try again when that has ended") from None
    finally:
        os.close(handle)
