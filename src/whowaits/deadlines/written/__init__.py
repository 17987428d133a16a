"""One file per place where schedules are written down.

Each has `mentions(text)`, which is cheap and never misses, and `read`, which yields a Schedule for each time something
is started and a Skipped for what it cannot understand. Those that read Python take a parsed module; the others take
the path and the text, and have `may_hold(path)`, which decides by the name.
"""
