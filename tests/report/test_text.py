"""Findings as text, and the counts of the summary."""

from __future__ import annotations

import pytest

from dockerfix.report import text
from dockerfix.report.entry import Counts, Entry, count
from dockerfix.text.credentials import Masked
from dockerfix.text.findings import Finding, Severity
from dockerfix.text.quoting import readable, unicode
from dockerfix.text.source import Source, Span


def finding(source: str, part: str, severity: Severity = Severity.WARNING, message: str = "what is wrong") -> Finding:
    at = source.index(part)
    return Finding("DF104", Span(at, at + len(part)), message, severity=severity)


def shown(source: str, part: str) -> list[str]:
    return text.excerpt(finding(source, part), Source(source), Masked(source))


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
        assert text.excerpt(Finding("DF301", Span(7, 7), "m"), Source(source), Masked(source)) == [
            "  2 | RUN x",
            "    | ^",
        ]

    def test_nothing_for_the_file_as_a_whole_and_for_empty_lines(self) -> None:
        assert text.excerpt(Finding("DF004", Span(0, 0), "m"), Source("FROM a\n"), Masked("FROM a\n")) == []
        assert text.excerpt(Finding("DF301", Span(7, 7), "m"), Source("FROM a\n\n"), Masked("FROM a\n\n")) == []
        assert text.excerpt(Finding("DF301", Span(7, 7), "m"), Source("FROM a\n"), Masked("FROM a\n")) == []

    @pytest.mark.parametrize("at", [0, 40, 99, 100, 150, 5000, 9996])
    def test_of_a_long_line_the_part_around_the_place(self, at: int) -> None:
        line = "x" * at + "HERE" + "y" * (10_000 - at - 4)
        above, below = shown(f"{line}\n", "HERE")
        assert len(above) <= 120
        column = below.index("^")
        assert above[column : column + below.count("^")] == "HERE"

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
        assert text.summary(self.counts(), "rewritten") == "dockerfix: unchanged"
        assert text.summary(self.counts(changed=1, notes=2), "rewritten") == "dockerfix: rewritten, 2 notes"
        assert text.summary(self.counts(failed=1, errors=1, warnings=2, notes=1), "rewritten") == (
            "dockerfix: not written, 1 error, 2 warnings, 1 note"
        )

    def test_many_files(self) -> None:
        assert text.summary(self.counts(files=20, changed=3, failed=1, errors=1), "would be rewritten") == (
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
    assert Entry("x", "unchanged", Source(""), project=None).path_of(found) == "sub/predict.py"
    assert Entry("x", "unchanged", Source(""), project=".").path_of(found) == "sub/predict.py"
    assert Entry("x", "unchanged", Source(""), project="../m").path_of(found) == "../m/sub/predict.py"
    assert Entry("x", "unchanged", Source("")).path_of(found._replace(file=None)) is None
