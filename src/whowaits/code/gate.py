"""Names for findings that survive moved lines: fingerprints."""

from __future__ import annotations

import hashlib
from collections import Counter

from whowaits.code.paths import Site


def fingerprint(rule: str, site: Site, ordinal: int, driver: str, entry: str) -> str:
    """A short name of a usage out of what stays when lines move: files, functions, the call and its number."""
    parts = (rule, site.path, site.function, site.call, str(ordinal), driver, entry)
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=8).hexdigest()


def ordinals(sites: list[Site]) -> list[int]:
    """For each site, in order, how many equal calls stand before it in the same function."""
    seen: Counter[tuple[str, str, str]] = Counter()
    numbers = []
    for site in sites:
        key = (site.path, site.function, site.call)
        numbers.append(seen[key])
        seen[key] += 1
    return numbers
