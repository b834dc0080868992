"""Findings as text, and the counts of the summary."""

from __future__ import annotations

import pytest

from dockerfix.report import summary, text
from dockerfix.report.entry import Counts, Entry, Place, count
from dockerfix.text.credentials import Masked
from dockerfix.text.edits import Edit
from dockerfix.text.findings import Finding, Severity
from dockerfix.text.quoting import readable, unicode
from dockerfix.text.source import Source, Span, columns


def finding(source: str, part: str, severity: Severity = Severity.WARNING, message: str = "what is wrong") -> Finding:
    at = source.index(part)
    return Finding("DF104", Span(at, at + len(part)), message, severity=severity)


def excerpt(found: Finding, source: str, width: int | None = None) -> list[str]:
    place = Entry("f", "unchanged", Source(source)).place_of(found)
    return text.excerpt(place, Masked(source), found.severity, width=width)


def shown(source: str, part: str, width: int | None = None) -> list[str]:
    return excerpt(finding(source, part), source, width)


class TestExcerpt:
    def test_the_line_and_a_caret_for_each_character(self) -> None:
        assert shown("FROM a\nEXPOSE 5000\nRUN x\n", "5000") == ["  2 | EXPOSE 5000", "    |        ^^^^"]

    def test_only_the_first_line_of_many(self) -> None:
        assert shown("FROM a\nRUN x \\\n  y\n", "x \\\n  y") == ["  2 | RUN x \\", "    |     ^^^"]

    def test_tabs_stay_below_each_other(self) -> None:
        assert shown("\tRUN\tx\n", "x") == ["  1 | \tRUN\tx", "    | \t   \t^"]

    def test_wide_characters_have_wide_carets(self) -> None:
        assert shown("RUN 文件 café x\n", "文件") == ["  1 | RUN 文件 café x", "    |     ^^^^"]
        assert shown("RUN 文件 e\u0301 x\n", "x") == ["  1 | RUN 文件 e\u0301 x", "    |            ^"]

    def test_control_characters_are_written_out(self) -> None:
        assert shown("RUN \x1b[2J x\udcff\n", "x\udcff") == ["  1 | RUN \\x1b[2J x\\xff", "    |             ^^^^^"]

    def test_the_line_end_is_no_part_of_it(self) -> None:
        assert shown("FROM a\r\nRUN x\r\n", "RUN x\r\n") == ["  2 | RUN x", "    | ^^^^^"]

    def test_a_place_without_extent_has_one_caret(self) -> None:
        source = "FROM a\nRUN x\n"
        assert excerpt(Finding("DF301", Span(7, 7), "m"), source) == ["  2 | RUN x", "    | ^"]

    def test_nothing_for_the_file_as_a_whole_and_for_empty_lines(self) -> None:
        assert excerpt(Finding("DF004", Span(0, 0), "m"), "FROM a\n") == []
        assert excerpt(Finding("DF301", Span(7, 7), "m"), "FROM a\n\n") == []
        assert excerpt(Finding("DF301", Span(7, 7), "m"), "FROM a\n") == []

    @pytest.mark.parametrize("at", [0, 40, 99, 100, 150, 5000, 9996])
    def test_of_a_long_line_the_part_around_the_place(self, at: int) -> None:
        line = "x" * at + "HERE" + "y" * (10_000 - at - 4)
        above, below = shown(f"{line}\n", "HERE")
        assert len(above) <= 120
        column = below.index("^")
        assert above[column : column + below.count("^")] == "HERE"

    @pytest.mark.parametrize("width", [30, 60, 80, 100])
    @pytest.mark.parametrize("line", ["x" * 300, "文" * 150, "a\x1b" * 90, "e\u0301" * 120])
    def test_no_wider_than_the_terminal(self, line: str, width: int) -> None:
        for at in (0, 20, 60, len(line) - 2):
            for length in (1, 15, len(line) - at):
                found = Finding("DF104", Span(at, at + length), "m")
                above, below = excerpt(found, f"{line}\n", width)
                assert columns(above) <= width
                assert columns(below) <= width

    def test_the_numbers_of_lines_stand_below_each_other(self) -> None:
        assert shown("\n" * 99 + "RUN x\n", "x") == ["  100 | RUN x", "      |     ^"]


class TestEntry:
    SOURCE = "FROM a\nEXPOSE 5000\n"

    def lines(self, severity: Severity, show_source: bool | None = None, *, colour: bool = False) -> list[str]:
        found = finding(self.SOURCE, "EXPOSE", severity)
        return text.entry(
            Entry("d/f", "unchanged", Source(self.SOURCE), (found,)), show_source=show_source, colour=colour
        )

    def test_notes_are_one_line(self) -> None:
        assert self.lines(Severity.NOTE) == ["d/f:2:1: DF104 what is wrong"]
        assert self.lines(Severity.NOTE, True) == [
            "d/f:2:1: DF104 what is wrong",
            "  2 | EXPOSE 5000",
            "    | ^^^^^^",
        ]

    def test_warnings_show_the_source(self) -> None:
        assert self.lines(Severity.WARNING) == [
            "d/f:2:1: DF104 warning: what is wrong",
            "  2 | EXPOSE 5000",
            "    | ^^^^^^",
        ]
        assert self.lines(Severity.WARNING, False) == ["d/f:2:1: DF104 warning: what is wrong"]

    def test_errors_name_the_page_too(self) -> None:
        first, *_, last = self.lines(Severity.ERROR)
        assert first == "d/f:2:1: DF104 error: what is wrong"
        assert last.startswith("  = help: https://")
        assert last.endswith("/DF104/ or `dockerfix explain DF104`")

    def test_colours(self) -> None:
        assert self.lines(Severity.WARNING, colour=True) == [
            "d/f:2:1: \x1b[33mDF104\x1b[0m \x1b[1mwarning: \x1b[0mwhat is wrong",
            "  2 | EXPOSE 5000",
            "    | \x1b[33m^^^^^^\x1b[0m",
        ]

    def test_names_and_messages_cannot_steer_a_terminal(self) -> None:
        found = finding(self.SOURCE, "EXPOSE", Severity.NOTE, "a\x1b[31m\nb\u202e")
        lines = text.entry(Entry("d\n\x07/f", "unchanged", Source(self.SOURCE), (found,)))
        assert lines == ["d\\x0a\\x07/f:2:1: DF104 a\\x1b[31m\\x0ab\\u202e"]

    def test_what_could_not_be_read(self) -> None:
        assert text.entry(Entry("f", "unreadable", Source(""), error="cannot read f: no")) == [
            "dockerfix: cannot read f: no"
        ]


class TestSummary:
    def counts(self, **given: int) -> Counts:
        return Counts(**{"files": 1, "changed": 0, "failed": 0, "errors": 0, "warnings": 0, "notes": 0, **given})

    def test_one_file(self) -> None:
        assert summary.last_line(self.counts(), "rewritten") == "dockerfix: unchanged"
        assert summary.last_line(self.counts(changed=1, notes=2), "rewritten") == "dockerfix: rewritten, 2 notes"
        assert summary.last_line(self.counts(failed=1, errors=1, warnings=2, notes=1), "rewritten") == (
            "dockerfix: not written, 1 error, 2 warnings, 1 note"
        )

    def test_many_files(self) -> None:
        assert summary.last_line(self.counts(files=20, changed=3, failed=1, errors=1), "would be rewritten") == (
            "dockerfix: 3 of 20 files would be rewritten, 1 would not be written, 1 error"
        )

    def test_what_counts(self) -> None:
        source = Source("FROM a\n")
        found = tuple(Finding("DF104", Span(0, 0), "m", severity=severity) for severity in Severity)
        listed = [
            Entry("a", "rewritten", source, found),
            Entry("b", "would-rewrite", source),
            Entry("c", "stale", source),
            Entry("d", "unchanged", source),
            Entry("e", "refused", source),
            Entry("f", "not-written", source),
            Entry("g", "internal-error", source),
            Entry("h", "unreadable", source, error="no"),
        ]
        assert count(listed) == Counts(files=8, changed=3, failed=4, errors=2, warnings=1, notes=1)


def test_text_for_people_and_for_programs() -> None:
    assert readable("a\tb") == "a\tb"
    assert readable("a\r\x7f\U000e0001") == "a\\x0d\\x7f\\U000e0001"
    assert unicode("a\udcff文") == "a\ufffd文"


def test_the_file_of_a_finding_is_named_as_the_user_would() -> None:
    found = Finding("DF107", Span(0, 0), "m", file="sub/predict.py", line=3)
    for folder, path in ((None, "sub/predict.py"), (".", "sub/predict.py"), ("../m", "../m/sub/predict.py")):
        assert Entry("x", "unchanged", Source(""), project=folder).place_of(found) == Place(path, 3, 1, 3, 1)
    assert Entry("x", "unchanged", Source("")).related(found._replace(file=None)) is None


def test_a_finding_about_another_file_is_placed_there() -> None:
    found = Finding("DF107", Span(7, 12), "m", file="predict.py", line=2)
    item = Entry("x", "unchanged", Source("FROM a\nRUN b\n"), (found,), files={"predict.py": Source("a\n  call()  \n")})
    assert text.entry(item, show_source=True) == ["predict.py:2:3: DF107 m", "  2 |   call()  ", "    |   ^^^^^^"]
    change = found._replace(edits=(Edit(Span(7, 12), ""),))
    assert text.concise(item._replace(findings=(change,))) == ["x:2:1: DF107 m"]
    assert text.concise(item._replace(findings=(found._replace(line=9),))) == ["predict.py:9:1: DF107 m"]
