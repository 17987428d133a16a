"""Patience with a provider that is busy."""

import random
import time
from collections.abc import Callable
from typing import TypeVar

from openai import APIConnectionError, RateLimitError

T = TypeVar("T")
BUSY = (RateLimitError, APIConnectionError)


def with_retries(call: Callable[[], T], attempts: int = 4, first_pause: float = 1.0) -> T:
    """What `call` returns, tried again with growing pauses while the provider is busy."""
    pause = first_pause
    for attempt in range(attempts):
        try:
            return call()
        except BUSY:
            if attempt == attempts - 1:
                raise
            time.sleep(pause + random.random())
            pause *= 2
    raise AssertionError("unreachable: the last attempt returns or raises")
