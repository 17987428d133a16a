"""Which tests run: `pytest` the quick ones that need nothing but Python, `pytest --everything` all of them."""

from __future__ import annotations

import os
import shutil

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(  # a busy machine is no reason to fail
    "same-every-time", derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("same-every-time")

os.environ["WHOWAITS_KEY"] = "the key of all tests, never of a project"
"""Tests leave no key in the folder they run in; those about keys set their own."""

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--everything", action="store_true", help="run slow tests and tests in a browser too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    everything = config.getoption("--everything")
    has_browser = any(shutil.which(name) for name in BROWSERS)
    for item in items:
        if item.get_closest_marker("slow") and not everything:
            item.add_marker(pytest.mark.skip(reason="slow; `make test-all` runs it"))
        if item.get_closest_marker("browser") and not everything:
            item.add_marker(pytest.mark.skip(reason="needs a browser; `make test-all` runs it"))
        if item.get_closest_marker("browser") and everything and not has_browser:
            item.add_marker(pytest.mark.skip(reason="no Chromium on this machine"))
