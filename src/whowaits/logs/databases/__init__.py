"""Databases in which logs already lie. One module for each kind: SCHEMES of its addresses and `opened(address)`.

An address is SCHEME://USER@HOST:PORT/DATABASE#TABLE. Without a table, every table is read that holds what a reader
knows. A table looks to a reader like the export of the tool that wrote it; columns that hold people's or models' words
are not asked for. Sessions are read-only. Passwords come from where the database's own tools look for them.
"""

from __future__ import annotations

import contextlib
import difflib
import importlib
import pkgutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast
from urllib.parse import parse_qsl, urlsplit

from whowaits.logs import registry
from whowaits.logs.registry import Reader
from whowaits.logs.sources import Source, SourceError
from whowaits.logs.stores import without_secrets
from whowaits.logs.values import names_content


class Database(Protocol):
    """An open, read-only session."""

    def tables(self) -> Mapping[str, Mapping[str, str]]:
        """Return the columns of every table with their types, in the order of their names."""

    def batches(self, table: str, columns: Mapping[str, str]) -> Iterator[Any]:
        """Yield these columns of a table as Arrow batches of one schema."""


class Kind(Protocol):
    """A module of this package."""

    SCHEMES: tuple[str, ...]

    def opened(self, address: Address) -> AbstractContextManager[Database]:
        """Give a session at an address."""


@dataclass(frozen=True, slots=True)
class Address:
    """An address in its parts; `shown` has no secret in it."""

    shown: str
    scheme: str
    user: str | None
    host: str | None
    port: int | None
    database: str
    options: Mapping[str, str]
    table: str | None


def kind_of(address: str) -> Kind | None:
    """Return the kind of database at an address, None where it is none."""
    scheme = urlsplit(address).scheme
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    kinds = (cast(Kind, importlib.import_module(f"{__name__}.{name}")) for name in names)
    return next((kind for kind in kinds if scheme in kind.SCHEMES), None)


def find(kind: Kind, text: str, spool: Path) -> Iterator[Source]:
    """Yield the tables at an address that hold calls. SourceError where there is none, naming the nearest."""
    address = parsed(text)
    with _session(kind, address) as database:
        tables = database.tables()
        readers = {name: _reader(tuple(columns), address) for name, columns in tables.items()}
    if address.table is not None and address.table not in tables:
        raise SourceError(f"{address.shown}: no such table{_nearest(address.table, tables, readers)}")
    wanted = [address.table] if address.table else [n for n, r in readers.items() if r and not registry.is_fallback(r)]
    if not wanted:
        raise SourceError(f"{address.shown}: no table here holds calls in a form that is known; name one with #TABLE")
    for name in wanted:
        reader = readers[name]
        if reader is None:
            raise SourceError(f"{address.shown}: this table holds no calls{_nearest(name, tables, readers)}")
        columns = {c: t for c, t in tables[name].items() if _is_read(reader, c)}
        shown = address.shown.partition("#")[0] + f"#{name}"
        yield Source(shown, None, origin=_Table(kind, address, name, columns, shown, spool))


def parsed(text: str) -> Address:
    """Return the parts of an address. SourceError where it carries a password."""
    parts, shown = urlsplit(text), without_secrets(text)
    options = dict(parse_qsl(parts.query))
    if any("password" in name.lower() for name in options):
        raise SourceError(f"{shown}: an address with a password is refused; credentials come from the environment")
    try:
        port = parts.port
    except ValueError:
        raise SourceError(f"{shown}: the port is no number") from None
    shown += f"#{parts.fragment}" if parts.fragment else ""
    database = parts.path.strip("/")
    return Address(shown, parts.scheme, parts.username, parts.hostname, port, database, options, parts.fragment or None)


def missing(extra: str, shown: str) -> SourceError:
    """Return the error of an address whose client is not installed."""
    return SourceError(f"{shown}: needs more than is installed: pip install 'whowaits[{extra}]'")


class _Table:
    """One table, copied to this machine batch by batch."""

    changes = True

    def __init__(
        self, kind: Kind, address: Address, name: str, columns: Mapping[str, str], shown: str, spool: Path
    ) -> None:
        self.location = shown
        self._kind, self._address, self._name, self._columns, self._spool = kind, address, name, columns, spool

    def stamp(self) -> tuple[int, str] | None:
        """A table does not say whether it changed."""
        return None

    def fetch(self) -> Path:
        """Return the path of the table as Parquet."""
        import pyarrow.parquet as pq

        with tempfile.NamedTemporaryFile(dir=self._spool, suffix=".parquet", delete=False) as copy:
            pass
        with _session(self._kind, self._address) as database, contextlib.ExitStack() as stack:
            writer = None
            for batch in database.batches(self._name, self._columns):
                writer = writer or stack.enter_context(pq.ParquetWriter(copy.name, batch.schema, compression="zstd"))
                writer.write_batch(batch)
        return Path(copy.name)


@contextlib.contextmanager
def _session(kind: Kind, address: Address) -> Iterator[Database]:
    """A session whose failures are told in our own words: a client's messages may hold the password."""
    try:
        with kind.opened(address) as database:
            yield database
    except SourceError:
        raise
    except Exception as error:
        raise SourceError(f"{address.shown}: {_why(error)}") from None


def _why(error: Exception) -> str:
    said = str(error).lower()
    if "password" in said or "authentication" in said or "no pg_hba" in said:
        return "the database does not let us in with the credentials in the environment"
    if "permission" in said or "not enough privileges" in said:
        return "the user may not read this table"
    if "does not exist" in said or "unknown_database" in said:
        return "there is no such database or table"
    return f"cannot be read ({type(error).__name__})"


def _reader(columns: tuple[str, ...], address: Address) -> Reader | None:
    return registry.recognised(",".join(f'"{name}"' for name in columns).encode(), address.shown)


def _is_read(reader: Reader, column: str) -> bool:
    return column in registry.needed(reader) or not (names_content(column) or column in registry.words_of(reader))


def _nearest(name: str, tables: Mapping[str, Any], readers: Mapping[str, Reader | None]) -> str:
    """The table with calls, or at least the one with a name, that is nearest to a name."""
    held = [t for t, reader in readers.items() if reader is not None and t != name and not registry.is_fallback(reader)]
    near = difflib.get_close_matches(name, held, 1, 0.3) or held[:1] or difflib.get_close_matches(name, list(tables), 1)
    return f"; did you mean `{near[0]}`?" if near else ""
