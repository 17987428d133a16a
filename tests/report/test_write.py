from pathlib import Path

import pytest

from whowaits.model import WrongUse
from whowaits.report import html
from whowaits.report.values import Report
from whowaits.report.write import file_stem, write_all, write_whole


def test_a_report_is_written_in_three_formats(newsroom: Report, tmp_path: Path) -> None:
    written = write_all(newsroom, tmp_path / "new" / "reports")
    assert [p.name for p in written] == ["newsroom.html", "newsroom.md", "newsroom.json"]
    assert sorted(p.name for p in (tmp_path / "new" / "reports").iterdir()) == [
        "newsroom.html",
        "newsroom.json",
        "newsroom.md",
    ]
    assert all(p.stat().st_mode & 0o444 == 0o444 for p in written)


def test_a_format_that_fails_leaves_the_old_report_as_it_was(
    newsroom: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_all(newsroom, tmp_path)
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    monkeypatch.setattr(html, "render_html", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_all(newsroom, tmp_path)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before


def test_a_file_in_the_way_of_the_folder_is_wrong_use_that_names_it(newsroom: Report, tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("mine")
    with pytest.raises(WrongUse, match=r"reports: the report cannot be written there: File exists"):
        write_all(newsroom, tmp_path / "reports")
    assert (tmp_path / "reports").read_text() == "mine"


def test_a_write_that_fails_leaves_no_half_file(tmp_path: Path) -> None:
    target = tmp_path / "r.md"
    target.write_text("old")
    with pytest.raises(TypeError):
        write_whole(target, 3)  # type: ignore[arg-type]
    assert [p.name for p in tmp_path.iterdir()] == ["r.md"]
    assert target.read_text() == "old"


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("newsroom", "newsroom"),
        ("../../etc/passwd", "etc-passwd"),
        ("a b/c", "a-b-c"),
        (".hidden", "hidden"),
        ("..", "report"),
        ("\n", "report"),
        ("café", "café"),
        ("x" * 500, "x" * 120),
    ],
)
def test_a_report_name_cannot_leave_its_folder(name: str, stem: str) -> None:
    assert file_stem(name) == stem


def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path: Path) -> None:
    import os
    import stat
    import threading

    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    write_whole(pipe, "text\n")
    reader.join(timeout=5)
    assert read == ["text\n"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_what_a_link_points_to_is_replaced_and_the_link_stays(tmp_path: Path) -> None:
    (tmp_path / "real.md").write_text("old")
    link = tmp_path / "link.md"
    link.symlink_to("real.md")
    write_whole(link, "new")
    assert link.is_symlink()
    assert (tmp_path / "real.md").read_text() == "new"
