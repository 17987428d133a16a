"""One file per place where schedules are written down.

Each has `may_hold(path)` and `mentions(text)`, which are cheap and never miss, and `read(path, text)`, which yields
a Schedule for each time something is started and a Skipped for what it cannot understand.
"""
