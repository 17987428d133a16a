"""Names of people and things -> pseudonyms: keyed BLAKE2, so that the same key gives the same bytes and nothing else.

The key is the text of WHOWAITS_KEY, else the file `.whowaits/key` of the project, which is made once. Without the key
a pseudonym can neither be turned back nor guessed from a list of names.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import os
import re
import secrets
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

from whowaits.model import WrongUse
from whowaits.whole_files import whole

VARIABLE: Final = "WHOWAITS_KEY"
FOLDER: Final = ".whowaits"
KEY: Final = "key"
MAPPING: Final = "pseudonyms.json"
SHORTEST: Final = 16
"""Characters of a key, below which it could be tried out."""
PERSON: Final = "b2:"
_PERSON: Final = re.compile(r"b2:[0-9a-f]{32}")
_MAIL: Final = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)*")
_SECRET: Final = re.compile(
    r"(?<![A-Za-z0-9])(?:(?:sk|pk|rk|gsk|xai|hf|pplx|ghp|github_pat|glpat|xox[a-z])[-_]|AIza|AKIA|ASIA)"
    r"(?=[\w-]*\d)(?:(?=[\w-]*[A-Z])|(?=[\w-]*[A-Za-z0-9]{24}))[\w-]{16,}"
)
"""Keys of providers and clouds by their beginnings; a name in small letters that begins alike is none."""
MAY_HIDE: Final = r"@|(sk|pk|rk|gsk|xai|hf|pplx|ghp|pat|glpat|xox[a-z])[-_]|AIza|AKIA|ASIA"
"""What is in every text that `Pseudonyms.text` changes, as an expression that every engine understands."""
_MAY_HIDE: Final = re.compile(MAY_HIDE)
Hide = Literal["nothing", "people", "names"]


class Pseudonyms:
    """Pseudonyms under one key, which is read, or made, when the first is asked for.

    `hide` says what an output hides: nothing but secret keys, people, or all names.
    """

    def __init__(self, project: Path, hide: Hide = "people") -> None:
        self._project, self.hide = project, hide
        self._given: dict[str, str] = {}
        self._start = functools.cache(lambda size: hashlib.blake2b(key=load_key(project), digest_size=size))

    def check(self) -> None:
        """Read the key now. WrongUse where there is none and none can be made."""
        self._start(16)

    def person(self, value: str) -> str:
        """Return the pseudonym of a user's id; that of a pseudonym is itself."""
        if self.hide == "nothing" or (value.startswith(PERSON) and _PERSON.fullmatch(value)):
            return value
        return PERSON + self._digest(value, 16)

    def text(self, value: str) -> str:
        """Return a text in which every e-mail address is the pseudonym of its person, and every secret key one of its
        own: a key is nobody's name, and is never shown."""
        if not _MAY_HIDE.search(value):
            return value
        shown = _SECRET.sub(lambda found: f"secret-{self._digest(found[0], 5)}", value)
        return (
            shown
            if self.hide == "nothing" or "@" not in shown
            else _MAIL.sub(lambda found: self.person(found[0]), shown)
        )

    def named(self, kind: str, value: str) -> str:
        """Return the pseudonym of a thing, `workload-1f0c9a52e7`, and remember it; that of a pseudonym is itself."""
        if value in self._given:
            return value
        value = self.text(value)
        shown = f"{kind}-{self._digest(f'{kind}:{value}', 5)}"
        self._given[shown] = value
        return shown

    def keep(self) -> Path | None:
        """Add what was named so far to the mapping, which stays on this machine; return its place."""
        if not self._given:
            return None
        path = _folder(self._project) / MAPPING
        known = _known(path)
        if not self._given.items() <= known.items():
            with whole(path) as partial:
                text = json.dumps({**known, **self._given}, indent=1, sort_keys=True, ensure_ascii=False)
                partial.write_text(text + "\n", encoding="utf-8", errors="backslashreplace")
            path.chmod(0o600)
        return path

    def _digest(self, value: str, size: int) -> str:
        digest = self._start(size).copy()  # a key is worked in once, not for every value
        digest.update(value.encode("utf-8", "surrogatepass"))
        return digest.hexdigest()


def load_key(project: Path) -> bytes:
    """Return the key of a project, made where there is none. WrongUse where it is too short or cannot be kept."""
    given = os.environ.get(VARIABLE)
    if given is not None:
        return _checked(given, VARIABLE)
    path = project / FOLDER / KEY
    with contextlib.suppress(FileNotFoundError):
        return _checked(_read(path), str(path))
    try:
        _make(_folder(project) / KEY)
    except OSError as error:
        raise WrongUse(f"{path}: no key can be kept there ({error.strerror}); set {VARIABLE}") from error
    return _checked(_read(path), str(path))


def _checked(text: str, where: str) -> bytes:
    key = text.strip()
    if len(key) < SHORTEST:
        raise WrongUse(f"{where}: a key has at least {SHORTEST} characters")
    return hashlib.blake2b(key.encode("utf-8", "surrogatepass")).digest()


def _read(path: Path) -> str:
    if path.is_symlink():
        raise WrongUse(f"{path}: is a link; the key lies in the project itself")
    try:
        return path.read_text(encoding="utf-8", errors="surrogateescape")
    except FileNotFoundError:
        raise
    except OSError as error:
        raise WrongUse(f"{path}: no key can be read there ({error.strerror}); set {VARIABLE}") from error


def _folder(project: Path) -> Path:
    """The folder of what stays on this machine, which git ignores as a whole."""
    folder = project / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    ignore = folder / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", encoding="utf-8")
    return folder


def _make(path: Path) -> None:
    """Of two runs that make a key at once, the first one's is kept: a link to a whole file is made or is not."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".key.")
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32) + "\n")
        with contextlib.suppress(FileExistsError):
            os.link(name, path)
    finally:
        Path(name).unlink()


def _known(path: Path) -> Mapping[str, str]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
