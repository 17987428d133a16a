"""One file per place where schedules are written down; a file that is added here is used, one that is deleted is gone.

Each has KIND, how it is called in a report, and WORDS, of which every text with such a schedule contains one (none =
all do). It has `in_python(module)` for what is written in Python, or for anything else `in_text(path, text, texts)`
and FILES, pairs of a pattern in the folder ("" or "a/b/") and one for the whole name, whatever their case; or both.
They yield a Schedule for each time something is started, and a Skipped for what they cannot understand.
rules/schedules/ has an annotated example of each.
"""
