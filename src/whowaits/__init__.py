"""Who waits for a model call, and how long they would wait."""


def __getattr__(name: str) -> str:
    """Return `__version__`, looked up only where somebody asks: that takes longer than a small check."""
    if name != "__version__":
        raise AttributeError(name)
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("whowaits")
    except PackageNotFoundError:  # a source tree that is not installed
        return "0+unknown"
