"""The log half: `classify` judges the workloads of logs, `peek` says what a log looks like, `known` what was
judged before."""

from whowaits.logs.engines import named, on_this_machine
from whowaits.logs.judged import Known, known
from whowaits.logs.workloads import Session, classify, peek

__all__ = ["Known", "Session", "classify", "known", "named", "on_this_machine", "peek"]
