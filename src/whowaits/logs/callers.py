"""The fields that a caller attached to a call (metadata, labels, properties) -> the columns that they name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

_COLUMNS: Final = {
    "end_user_id": ("enduser", "enduserid", "userid", "user", "customerid"),
    "session_id": ("sessionid", "conversationid", "threadid", "chatid"),
    "job_name": ("job", "jobname", "cron", "cronjob", "taskname", "task"),
    "workflow_name": ("workflow", "workflowname", "dagid", "pipeline", "flow"),
    "service_name": ("service", "servicename", "app", "application"),
    "environment": ("environment", "env"),
    "team": ("team",),
    "project": ("project",),
}
"""Column -> names of fields in lower case without punctuation, the most exact first."""
_RESPONSE: Final = re.compile(r"(chatcmpl-|cmpl-|msg_|resp_|gen-)\w")
_ON_THE_ROW_ONLY: Final = frozenset((*_COLUMNS["end_user_id"], *_COLUMNS["session_id"]))
"""A person is named in the column for it or nowhere: metadata are shown as they are."""


def attached(pairs: Mapping[str, str]) -> dict[str, Any]:
    """Return the columns that a caller's own fields name, and the fields themselves as metadata.

    Spelling does not matter: Job, job and jobName are the same. Ids of people stay out of the metadata.
    """
    plain = {_plain(key): value for key, value in sorted(pairs.items(), reverse=True)}
    named = {column: next((plain[n] for n in names if n in plain), None) for column, names in _COLUMNS.items()}
    found: dict[str, Any] = {column: value for column, value in named.items() if value is not None}
    if "session_id" in found:
        found["session_id_trusted"] = True
    found["metadata"] = sorted((key, value) for key, value in pairs.items() if _plain(key) not in _ON_THE_ROW_ONLY)
    return found


def names_person(key: str) -> bool:
    """Whether a field of this name holds the id of a person or of a person's session."""
    return _plain(key) in _ON_THE_ROW_ONLY


def response_id(*candidates: Any) -> str | None:
    """Return the first that is a provider's own id of a response, by which other logs know the call as well."""
    return next((item for item in candidates if isinstance(item, str) and _RESPONSE.match(item)), None)


def between(start: datetime | None, end: datetime | None) -> float | None:
    """Return the milliseconds from one moment to a later one."""
    if start is None or end is None or end < start:
        return None
    return (end - start) / timedelta(milliseconds=1)


def _plain(key: str) -> str:
    return re.sub(r"[^a-z0-9]", "", key.lower())
