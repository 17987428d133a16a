"""The log half: `classify` judges the workloads of logs, `peek` says what a log looks like."""

from whowaits.logs.engines import named, on_this_machine
from whowaits.logs.workloads import Session, classify, peek

__all__ = ["Session", "classify", "named", "on_this_machine", "peek"]
