"""The log half: `classify` judges the workloads of logs, `peek` says what a log looks like."""

from whowaits.logs.workloads import Session, classify, peek

__all__ = ["Session", "classify", "peek"]
