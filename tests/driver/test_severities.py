"""Severities and per-file ignores of the options."""

from __future__ import annotations

from pathlib import Path

import pytest

from dockerfix import Finding, Options, Severity, Span, rewrite
from dockerfix.driver.severities import adjusted, matches
from dockerfix.text.edits import Edit

NOTE, WARNING, ERROR = Severity.NOTE, Severity.WARNING, Severity.ERROR
HERE = Span(0, 0)


@pytest.mark.parametrize(
    ("options", "found", "check", "expected"),
    [
        (Options(), WARNING, False, WARNING),
        (Options(severity={"DF307": "error"}), NOTE, True, ERROR),
        (Options(severity={"DF307": "error"}), NOTE, False, ERROR),
        (Options(severity={"DF3": "note"}), WARNING, True, NOTE),
        (Options(severity={"DF3": "note", "DF307": "error"}), WARNING, True, ERROR),
        (Options(severity={"DF307": "error", "DF3": "note"}), WARNING, True, ERROR),
        (Options(severity={"DF308": "error"}), NOTE, True, NOTE),
        (Options(severity={"DF307": "off"}), WARNING, True, None),
        # an error of a check is a judgement; another means that the result lacks something
        (Options(severity={"DF307": "warning"}), ERROR, True, WARNING),
        (Options(severity={"DF307": "off"}), ERROR, True, None),
        (Options(severity={"DF307": "warning"}), ERROR, False, ERROR),
        (Options(severity={"DF307": "off"}), ERROR, False, ERROR),
    ],
)
def test_severity(options: Options, found: Severity, check: bool, expected: Severity | None) -> None:
    severities = [
        each.severity for each in adjusted([Finding("DF307", HERE, "x", (), found)], options, None, check=check)
    ]
    assert severities == ([] if expected is None else [expected])


def test_what_changes_the_file_is_reported() -> None:
    change = Finding("DF104", HERE, "x", (Edit(HERE, "y"),), WARNING, "a.py")
    options = Options(severity={"DF104": "off"}, per_file_ignores={"a.py": ["DF1"]})
    assert [each.severity for each in adjusted([change], options, None)] == [NOTE]


@pytest.mark.parametrize(
    ("path", "pattern", "expected"),
    [
        ("training/a/b.py", "training/**", True),
        ("training/a/b.py", "training", True),
        ("training/a/b.py", "training/", True),
        ("training/a/b.py", "b.py", True),
        ("training/a/b.py", "*.py", True),
        ("training/a/b.py", "a", False),
        ("training/a/b.py", "other/**", False),
        ("trainings/b.py", "training/**", False),
        ("/repo/training/b.py", "/repo/training/*", True),
    ],
)
def test_patterns(path: str, pattern: str, *, expected: bool) -> None:
    assert matches(path, pattern) is expected


def test_per_file_ignores(tmp_path: Path) -> None:
    def left(pattern: str, file: str | None, severity: Severity = WARNING, *, check: bool = True) -> int:
        options = Options(per_file_ignores={pattern: ["DF307", "DF4"]})
        return len(list(adjusted([Finding("DF307", HERE, "x", (), severity, file)], options, tmp_path, check=check)))

    assert left("a/*", "a/b.txt") == 0
    assert left(f"{tmp_path}/a/*", "a/b.txt") == 0
    assert left("a/*", "c/b.txt") == 1
    assert left("*", None) == 1
    assert left("a/*", "a/b.txt", ERROR) == 0
    assert left("a/*", "a/b.txt", ERROR, check=False) == 1


def test_options_are_checked() -> None:
    with pytest.raises(ValueError, match="unknown severity `fatal`; choose from error, warning, note, off"):
        Options(severity={"DF307": "fatal"})  # type: ignore[dict-item]
    assert Options(per_file_ignores={"a": ["DF1"]}).per_file_ignores == (("a", frozenset({"DF1"})),)


COG = 'FROM python:3.11-slim\nENV HF_TOKEN=hf_abcdef1\nCMD ["python", "-m", "cog.server.http"]\n'


class TestTheLibrary:
    def test_a_raised_one_prevents_the_result(self) -> None:
        assert rewrite(COG).ok
        result = rewrite(COG, options=Options(severity={"DF307": "error"}))
        assert not result.ok
        assert result.text == COG
        assert "fal==" in result.rewritten

    def test_a_lowered_one_does_not(self) -> None:
        """A build on fal has no SSH key; who knows a way around it may say so."""
        text = COG + "RUN git clone git@github.com:a/b\n"
        broken = rewrite(text)
        assert [each.code for each in broken.findings if each.severity is ERROR] == ["DF306"]
        result = rewrite(text, options=Options(severity={"DF306": "warning"}))
        assert result.ok
        assert result.changed

    def test_an_error_of_the_gate_stays(self) -> None:
        text = "FROM a\nRUN --mount=type=x y\n"
        result = rewrite(text, options=Options(severity={"DF": "off"}))
        assert [(each.code, each.severity) for each in result.findings] == [("DF003", ERROR)]
        assert result.refused

    def test_packages_that_are_not_known_stay_an_error(self) -> None:
        file = "/tmp/requirements.txt"
        staged = f"COPY .cog/tmp/build1/requirements.txt {file}\nRUN pip install -r {file}\n"
        text = COG.replace("CMD", f"{staged}CMD")
        result = rewrite(text, options=Options(severity={"DF201": "off", "DF": "note"}))
        assert not result.ok
        assert "DF201" in [each.code for each in result.findings if each.severity is ERROR]

    def test_all_off(self) -> None:
        """What is changed is still said, and the result is the same."""
        result = rewrite(COG, options=Options(severity={"DF": "off"}))
        assert result.text == rewrite(COG).text
        assert result.findings
        assert all(each.edits and each.severity is NOTE for each in result.findings)
