"""One file per place where schedules are written down; a file that is added here is used, one that is deleted is gone.

Each has KIND, how it is called in a report, and WORDS, of which every text with such a schedule contains one (none =
all do). It has `in_python(module)` for what is written in Python, or FILES, a pattern for paths whatever their case,
and `in_text(path, text, texts)` for anything else, or both. They yield a Schedule for each time something is
started, and a Skipped for what they cannot understand. rules/schedules/ has an annotated example of each.
"""
