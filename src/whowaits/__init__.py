"""Who waits for a model call, and how long they would wait."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("whowaits")
except PackageNotFoundError:  # a source tree that is not installed
    __version__ = "0+unknown"
