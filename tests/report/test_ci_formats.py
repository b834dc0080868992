"""What CI systems read: GitLab's Code Quality report, JUnit XML, and one problem for a file that isn't converted."""

from __future__ import annotations

import io
import json
from xml.etree import ElementTree

import pytest

from commands import COG_YAML, DOCKERFILE, Here, here, project
from dockerfix.cli import streams
from dockerfix.driver.rewrite import rewrite
from dockerfix.report import github, gitlab, junit, sarif
from dockerfix.report.entry import STDIN, Entry
from dockerfix.report.problems import problems
from dockerfix.text.findings import Finding, Severity
from dockerfix.text.source import Source, Span

__all__ = ["here", "project"]

ODD = Entry(
    "a<b>&\"'\x1b\udcff/Dockerfile",
    "not-written",
    Source("FROM a\nRUN b\n"),
    (
        Finding("DF104", Span(7, 12), "]]> <&\x00\udcff \u2028", severity=Severity.ERROR),
        Finding("DF104", Span(7, 12), "twice in one line", severity=Severity.WARNING),
        Finding("DF107", Span(0, 0), "elsewhere", file="predict.py", line=3),
    ),
)
BROKEN = Entry("x", "unreadable", Source(""), error="cannot read x: no")


def would() -> Entry:
    result = rewrite(DOCKERFILE, cog_yaml=COG_YAML)
    return Entry("./sub/Dockerfile", "would-rewrite", result.source, result.findings)


class TestGitlab:
    def test_each_issue_has_what_gitlab_asks_for(self) -> None:
        issues = json.loads(json.dumps(gitlab.as_data([ODD, BROKEN, would()], checks=True)))
        for issue in issues:
            assert {"description", "check_name", "fingerprint", "severity", "location"} == set(issue)
            assert issue["severity"] in ("info", "minor", "major", "critical", "blocker")
            assert issue["location"]["lines"]["begin"] >= 1
            assert not issue["location"]["path"].startswith("./")
        assert len({issue["fingerprint"] for issue in issues}) == len(issues)
        assert [issue["location"]["path"] for issue in issues[2:5]] == ["predict.py", "x", "sub/Dockerfile"]

    def test_from_the_command(self, project: Here) -> None:
        done = project("--check", "--output-format", "gitlab", "Dockerfile")
        assert (done.code, done.err) == (1, "")
        first = json.loads(done.out)[0]
        assert first["description"] == "this file would be rewritten; run `dockerfix -i Dockerfile`"
        project("-i", "Dockerfile")
        assert [
            each["severity"] for each in json.loads(project("--check", "--output-format", "gitlab", "Dockerfile").out)
        ] == []


class TestJunit:
    def test_it_is_xml(self) -> None:
        root = ElementTree.fromstring(junit.as_text([ODD, BROKEN], Severity.ERROR))
        assert (root.tag, root.attrib) == ("testsuites", {"name": "dockerfix", "tests": "4", "failures": "1"})
        first, second = root
        assert first.attrib["name"] == "a<b>&\"'\\x1b\\xff/Dockerfile"
        assert [case.find("failure") is not None for case in first] == [True, False, False]
        assert second[0][0].attrib == {"message": "cannot read x: no"}

    def test_what_fails_is_what_makes_the_exit_code(self) -> None:
        root = ElementTree.fromstring(junit.as_text([ODD], Severity.WARNING))
        assert root.attrib["failures"] == "2"

    def test_from_the_command(self, project: Here) -> None:
        root = ElementTree.fromstring(project("--check", "--output-format", "junit", "Dockerfile").out)
        assert root.attrib["failures"] == "1"
        project("-i", "Dockerfile")
        root = ElementTree.fromstring(project("--check", "--output-format", "junit", "Dockerfile").out)
        assert root.attrib["failures"] == "0"


class TestProblems:
    def test_a_dockerfile_without_cog_has_none(self, here: Here) -> None:
        here.write("Dockerfile", "FROM python:3.11-slim\nRUN a\n")
        assert here("--check", "--output-format", "github", "-v", "Dockerfile") == (0, b"", "")
        assert json.loads(here("--check", "--output-format", "gitlab", "Dockerfile").out) == []
        run = json.loads(here("--check", "--output-format", "sarif", "Dockerfile").out)["runs"][0]
        assert (run["results"], run["tool"]["driver"]["rules"]) == ([], [])

    def test_only_a_check_makes_one_of_a_file_that_would_change(self) -> None:
        assert not github.lines_of([would()])[0].startswith("::error")
        assert "::error file=./sub/Dockerfile,line=1" in github.lines_of([would()], checks=True)[0]
        ((_item, found),) = problems([would()._replace(path=STDIN)], checks=True)
        assert found[0].message.endswith("run `cog debug | dockerfix -o Dockerfile`")

    def test_a_committed_file_that_is_up_to_date_has_none(self, project: Here) -> None:
        project("Dockerfile", "-o", "committed")
        done = project("--against", "committed", "--output-format", "github", "Dockerfile")
        assert (done.code, done.out, done.err) == (0, b"", "")

    @pytest.mark.parametrize("before", ["# a comment\n", "ARG A=1\nARG B\n"])
    def test_fingerprints_stay_when_lines_move(self, before: str) -> None:
        prints = []
        for text in (DOCKERFILE, before + DOCKERFILE):
            result = rewrite(text, cog_yaml=COG_YAML)
            item = Entry("Dockerfile", "unchanged", result.source, result.findings)
            results = sarif.as_data([item], 0)["runs"][0]["results"]
            prints.append(
                {each["partialFingerprints"]["dockerfix/v1"] for each in results if each["ruleId"] == "DF104"}
            )
        assert prints[0] == prints[1]
        assert prints[0]


class TestHowMuchIsSaid:
    """One file: warnings and errors, then a summary. Many: a line each."""

    def test_one_file(self, project: Here) -> None:
        done = project("--check", "Dockerfile")
        assert done.err.splitlines()[:-2] == [
            "would remove   server (DF104)",
            "would install  python packages (DF201), fal (DF301), source path (DF302), tools (DF303)",
        ]
        assert done.err.splitlines()[-1].startswith("next: `dockerfix -i Dockerfile` writes it; `dockerfix review")

    def test_levels(self, project: Here) -> None:
        project.write("cog.yaml", COG_YAML + "unknown_key: 1\n")
        said = {level: project("--check", level, "Dockerfile").err for level in ("-v", "-q", "-qq")}
        assert "DF104" in said["-v"]
        assert [line.split()[1:3] for line in said["-q"].splitlines() if line[0] != " "] == [["DF012", "warning:"]]
        assert said["-qq"] == ""

    def test_what_fails_is_always_said(self, project: Here) -> None:
        project.write("cog.yaml", COG_YAML + "unknown_key: 1\n")
        done = project("--check", "-qq", "--fail-on", "warning", "Dockerfile", "Dockerfile")
        assert done.code == 1
        assert "DF012 warning: " in done.err

    def test_many_files(self, project: Here) -> None:
        for name in ("a", "b", "c"):
            project.write(f"{name}/cog.yaml", COG_YAML + ("unknown_key: 1\n" if name == "b" else ""))
            project.write(f"{name}/Dockerfile", DOCKERFILE if name != "c" else "FROM a\n")
        done = project("--check", *(f"{name}/Dockerfile" for name in "abc"))
        assert done.err.splitlines() == [
            "a/Dockerfile: would be rewritten, 7 notes",
            "b/Dockerfile: would be rewritten, 1 warning, 7 notes",
            "dockerfix: 2 of 3 files would be rewritten, 1 warning, 15 notes",
        ]

    def test_statistics(self, project: Here) -> None:
        lines = project("--check", "--statistics", "Dockerfile").err.splitlines()
        assert lines[0] == "2  DF104  drop-server"
        assert lines[-2].startswith("dockerfix: would be rewritten")

    def test_exit_zero(self, project: Here) -> None:
        assert project("--check", "--exit-zero", "-q", "Dockerfile").code == 0
        assert project("--check", "--exit-zero", "-q", "nothing").code == 3

    def test_concise_and_grouped(self, project: Here) -> None:
        lines = project("--check", "-v", "--output-format", "concise", "Dockerfile").err.splitlines()
        assert "Dockerfile:5:1: DF104 removes the EXPOSE of Cog's server" in lines
        lines = project("--check", "-v", "--output-format", "grouped", "Dockerfile").err.splitlines()
        assert "Dockerfile" in lines
        assert "  5:1  DF104 removes the EXPOSE of Cog's server" in lines

    def test_a_former_name_works_with_a_note(self, project: Here) -> None:
        done = project("--check", "--format", "json", "Dockerfile")
        assert json.loads(done.out)["files"]
        assert done.err == "dockerfix: `--format` is now `--output-format`; the old name works until 0.3\n"

    def test_a_former_setting_works_with_a_note(self, project: Here) -> None:
        project.write(".dockerfix.yml", "format: json\n")
        done = project("--check", "Dockerfile")
        assert json.loads(done.out)["files"]
        assert (
            done.err == "dockerfix: .dockerfix.yml:1: `format` is now `output-format`; the old name works until 0.3\n"
        )

    @pytest.mark.parametrize(
        ("when", "variables", "coloured"),
        [
            ("auto", {}, False),
            ("always", {"NO_COLOR": "1"}, True),
            ("auto", {"FORCE_COLOR": "1"}, True),
            ("auto", {"CLICOLOR_FORCE": "1"}, True),
            ("auto", {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
            ("never", {"FORCE_COLOR": "1"}, False),
            ("auto", {"FORCE_COLOR": "0"}, False),
        ],
    )
    def test_colours(
        self, monkeypatch: pytest.MonkeyPatch, when: str, variables: dict[str, str], *, coloured: bool
    ) -> None:
        for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE"):
            monkeypatch.delenv(name, raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        assert streams.colours(io.StringIO(), when) is coloured

    def test_colours_by_option(self, project: Here) -> None:
        assert "\x1b[" in project("--check", "-v", "--color", "always", "Dockerfile").err
