"""Logs in object stores: every address that fsspec knows (`s3://`, `gs://`, `abfs://` with whowaits[cloud]).

Credentials come from where the store's own tools look for them: the environment, profiles, the machine's role. An
address that carries a secret is refused, and what is shown of one never has any.
"""

from __future__ import annotations

import difflib
import logging
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from whowaits.logs.sources import Source, SourceError

_WORDS: Final = ("ETag", "etag", "md5Hash", "generation", "LastModified", "last_modified", "updated", "mtime")
"""Under which names stores tell the state of an object, the surest first."""
_UNKNOWN: Final = (
    "NoCredentialsError", "CredentialRetrievalError", "DefaultCredentialsError", "ClientAuthenticationError",
)  # fmt: skip


def find(address: str, spool: Path) -> Iterator[Source]:
    """Yield the logs at an address: an object, a pattern, or all below a folder. SourceError if none is there."""
    shown = without_secrets(address)
    store, path = _store(address, shown)
    with _Failures(shown):
        named, found = _listed(store, path)
    if not found:
        raise SourceError(f"no such log: {shown}")
    for key in sorted(found):
        name = without_secrets(store.unstrip_protocol(key))
        yield Source(name, None, origin=Stored(store, key, name, found[key], spool), named=named)


def without_secrets(address: str) -> str:
    """Return an address as it may be shown. SourceError where it carries a password."""
    parts = urlsplit(address)
    if ":" in parts.netloc.rpartition("@")[0]:
        raise SourceError(
            f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}: an address with a password is refused; "
            "credentials come from the environment"
        )
    return f"{parts.scheme}://{parts.netloc}{parts.path}"


class Stored:
    """One object of a store."""

    changes = False

    def __init__(self, store: Any, key: str, name: str, info: Mapping[str, Any], spool: Path) -> None:
        self.location = name
        self._store, self._key, self._info, self._spool = store, key, info, spool

    def stamp(self) -> tuple[int, str] | None:
        """Return the size and the store's own word for the state of the object."""
        word = next((str(self._info[name]) for name in _WORDS if self._info.get(name)), None)
        return None if word is None else (int(self._info.get("size") or 0), word)

    def fetch(self) -> Path:
        """Return the path of a copy; the object is read once, from its beginning to its end."""
        with tempfile.NamedTemporaryFile(dir=self._spool, delete=False) as copy:
            pass
        with _Failures(self.location):
            self._store.get_file(self._key, copy.name)
        return Path(copy.name)


def _listed(store: Any, path: str) -> tuple[bool, dict[str, Mapping[str, Any]]]:
    """Whether the logs were named themselves, and what the store says of each."""
    from fsspec.core import has_magic

    if has_magic(path) and not store.exists(path):
        return True, _shown(store.glob(path, detail=True), path)
    if store.isfile(path):
        return True, {path: store.info(path)}
    return False, _shown(store.find(path, detail=True), path)


def _shown(found: Mapping[str, Mapping[str, Any]], path: str) -> dict[str, Mapping[str, Any]]:
    """The objects among what was found, without those that a dot hides unless `path` names it."""
    asked = path.split("/")
    return {
        key: info
        for key, info in found.items()
        if info["type"] == "file" and not any(p.startswith(".") and p not in asked for p in key.split("/"))
    }


def _store(address: str, shown: str) -> tuple[Any, str]:
    scheme = urlsplit(address).scheme
    try:
        import fsspec
        from fsspec.core import url_to_fs
    except ImportError:
        raise SourceError(_missing(scheme)) from None
    for library in ("gcsfs", "s3fs", "adlfs", "azure"):
        logging.getLogger(library).setLevel(logging.CRITICAL)  # what they say may hold keys, and we say it ourselves
    if scheme not in fsspec.available_protocols():
        near = difflib.get_close_matches(scheme, fsspec.available_protocols(), 1)
        raise SourceError(f"{shown}: nothing reads {scheme}://{f'; did you mean {near[0]}://?' if near else ''}")
    try:
        with _Failures(shown):
            store, path = url_to_fs(address)
    except ImportError:
        raise SourceError(_missing(scheme)) from None
    return store, path


def _missing(scheme: str) -> str:
    return f"{scheme}:// needs more than is installed: pip install 'whowaits[cloud]'"


class _Failures:
    """Turns what goes wrong in a store into our own words: its messages may hold keys and signed addresses."""

    def __init__(self, shown: str) -> None:
        self._shown = shown

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if error is None or isinstance(error, ImportError | SourceError) or not isinstance(error, Exception):
            return
        raise SourceError(_why(error, self._shown)) from None


def _why(error: Exception, shown: str) -> str:
    name = type(error).__name__
    if isinstance(error, FileNotFoundError):
        return f"no such log: {shown}"
    if name in _UNKNOWN:
        return f"{shown}: there are no credentials for it in the environment"
    if isinstance(error, PermissionError):
        return f"{shown}: the credentials in the environment do not permit to read it"
    return f"{shown}: cannot be read from its store ({name})"
