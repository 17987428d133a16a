"""INI files as systemd and supervisord write them: settings with their lines; what a service starts."""

from __future__ import annotations

from collections.abc import Iterator

from whowaits.deadlines.commands import Target, targets


def settings(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield (line, key, value) of each setting that is not commented out."""
    for number, line in enumerate(text.splitlines(), start=1):
        key, sign, value = line.partition("=")
        if sign and not key.lstrip().startswith(("#", ";")):
            yield number, key.strip(), value.strip()


def exec_start(text: str) -> list[Target]:
    """Return the programs that a .service file starts."""
    folder = next((value for _, key, value in settings(text) if key == "WorkingDirectory"), "").lstrip("-")
    commands = [value.lstrip("-@:+!") for _, key, value in settings(text) if key == "ExecStart"]
    return [target for command in commands for target in targets(command, folder)]
