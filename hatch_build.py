"""Build hook: puts the rules into the wheel as Python (`tools/made.py`), beside the YAML they were made of."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Made(BuildHookInterface):  # type: ignore[type-arg]
    """Adds `whowaits/_made` to a wheel; an editable installation reads the rules as they are written."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        self.folder = Path(tempfile.mkdtemp())
        if version == "standard":
            sys.path[:0] = [str(Path(self.root, "src")), str(Path(self.root, "tools"))]
            import made

            made.write(self.folder)
            build_data["force_include"][str(self.folder)] = "whowaits/_made"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        shutil.rmtree(self.folder)
