"""The gate: what BuildKit would reject, and what a second run would change, is never let through."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

import dockerfix
from dockerfix.analysis.context import Context
from dockerfix.analysis.options import Options
from dockerfix.driver.defects import defects
from dockerfix.driver.gate import GateError, check
from dockerfix.driver.pipeline import Outcome, run
from dockerfix.passes import Pass
from dockerfix.project.project import Project
from dockerfix.syntax.dockerfile.parser import parse
from dockerfix.syntax.dockerfile.tree import Document
from dockerfix.text.edits import Edit, History
from dockerfix.text.findings import Finding
from dockerfix.text.source import Span
from golden import project_of
from places import FIXTURES

KEYWORDS = """
    ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL STOPSIGNAL USER VOLUME
    WORKDIR
"""
COGS = 'FROM python:3.11-slim\nEXPOSE 5000\nCMD ["python", "-m", "cog.server.http"]\n'


def context(*, converting: bool = False) -> Context:
    return Context(Project.open(None), Options(), converting=converting, era="E20", base_python="3.11")


def appending(text: str) -> Pass:
    """A pass that puts `text` at the end."""

    def function(document: Document, _context: Context) -> Iterator[Finding]:
        end = Span(len(document.text), len(document.text))
        yield Finding("DF199", end, "something is added", (Edit(end, text),))

    return Pass("DF199", "append", False, function)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FROM a\nRUN b\n", []),
        ("FROM a\nRUN b\nRUN c\n", []),
        ("ARG A\nFROM a AS b\n", []),
        ("FROM a as\n", [("FROM requires either one or three arguments", 0)]),
        ("FROM a AS b c\n", [("FROM requires either one or three arguments", 0)]),
        ("FROM\n", [("FROM requires either one or three arguments", 0)]),
        ("RUN a\nFROM b\n", [("RUN comes before the first FROM", 0)]),
        ("ARG A\n  ENV B=c\nFROM b\nENV C=d\n", [("ENV comes before the first FROM", 8)]),
        ("FROM a\n# c\nNonsense b\n", [("unknown instruction: `Nonsense`", 11)]),
        (
            "Nonsense b\nFROM\n",
            [("unknown instruction: `Nonsense`", 0), ("FROM requires either one or three arguments", 11)],
        ),
    ],
)
def test_defects(text: str, expected: list[tuple[str, int]]) -> None:
    assert [(defect.message, defect.offset) for defect in defects(parse(text))] == expected


NO_STAGE_3 = "invalid stage index 3"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FROM a\nFROM b\nCOPY --from=0 /x /x\n", []),
        ("FROM a AS one\nFROM b\nCOPY --link --from=ONE /x /x\nCOPY --from=alpine /x /x\n", []),
        ("FROM a\nCOPY --from=3 /x /x\n", [NO_STAGE_3]),
        ("FROM a\nCOPY --from=-1 /x /x\n", ["invalid stage index -1"]),
        ("FROM a\nRUN --mount=from=3,target=/x ls\nONBUILD COPY --from=3 /x /x\n", []),
        ("FROM a\nCOPY --from=0 /x /x\n", ["circular dependency detected on stage: stage-0"]),
        ("FROM a AS b\nCOPY --from=b /x /x\n", ["circular dependency detected on stage: b"]),
        (
            "FROM a AS one\nCOPY --from=1 /x /x\nFROM one AS two\n",
            ['cannot copy from stage "1", it needs to be defined before current stage "one"'],
        ),
        (
            "FROM a\nCOPY --from=two /x /x\nFROM b AS two\nCOPY --from=0 /x /x\n",
            ["circular dependency detected on stage: stage-0"],
        ),
        ("FROM a AS b\nRUN --mount=from=b,target=/x ls\n", ["circular dependency detected on stage: b"]),
        # a stage that nothing needs isn't run
        ("FROM a AS one\nCOPY --from=two /x /x\nFROM b AS two\n", []),
        ("FROM a AS one\nCOPY --from=3 /x /x\nFROM b AS two\n", [NO_STAGE_3]),
        # BuildKit counts on: behind the stages come the images that something was taken from
        ("FROM a\nCOPY --from=x /x /x\nCOPY --from=y /y /y\nCOPY --from=z /z /z\nCOPY --from=3 /x /x\n", []),
        ("FROM a\nCOPY --from=x /x /x\nCOPY --from=y /y /y\nCOPY --from=3 /x /x\n", [NO_STAGE_3]),
        ("FROM a\nCOPY --from=3 /x /x\n" + "COPY --from=x /x /x\n" * 3, [NO_STAGE_3]),
        ("FROM a\n" + "RUN --mount=type=cache,target=/x ls\n" * 3 + "COPY --from=3 /x /x\n", []),
    ],
)
def test_stages_that_are_not_there(text: str, expected: list[str]) -> None:
    assert [defect.message for defect in defects(parse(text))] == expected


def test_a_stage_that_a_pass_takes_away_is_stopped() -> None:
    document = parse("FROM a\n")
    with pytest.raises(GateError, match="at its line 2: invalid stage index 3"):
        check(document, run(document, context(), [appending("COPY --from=3 /x /x\n")]), context())


def test_defects_of_the_parser_and_ours_are_in_order() -> None:
    found = defects(parse("# escape=x\nRUN a\nFROM a\nNonsense b\n"))
    assert [defect.message.partition(" ")[0] for defect in found] == ["invalid", "RUN", "unknown"]
    assert [defect.offset for defect in found] == sorted(defect.offset for defect in found)


@pytest.mark.parametrize("keyword", KEYWORDS.split())
def test_every_instruction_is_known(keyword: str) -> None:
    assert not any("unknown" in defect.message for defect in defects(parse(f"FROM a\n{keyword} b\n")))


def test_a_good_result_goes_through() -> None:
    document = parse("FROM a\n")
    check(document, run(document, context(), [appending("RUN b\n")]), context())


@pytest.mark.parametrize(
    ("added", "message"),
    [
        ("\n\nNONSENSE b\n", "at its line 4: unknown instruction: `NONSENSE`"),
        ("FROM b c\n", "at its line 2: FROM requires either one or three arguments"),
        ("RUN <<E\n", "at its line 2: unterminated heredoc"),
    ],
)
def test_what_buildkit_rejects_is_stopped(added: str, message: str) -> None:
    document = parse("FROM a\n")
    with pytest.raises(GateError) as caught:
        check(document, run(document, context(), [appending(added)]), context())
    assert str(caught.value) == f"BuildKit would reject the result {message}"


def test_a_defect_of_the_source_is_not_the_passes_doing() -> None:
    document = parse("FROM a\nNONSENSE b\n")
    check(document, run(document, context(), [appending("NONSENSE b\n")]), context())
    with pytest.raises(GateError, match="unknown instruction: `OTHER`"):
        check(document, run(document, context(), [appending("OTHER b\n")]), context())


def test_what_a_second_run_changes_is_stopped() -> None:
    document = parse(COGS)
    unfinished = run(document, context(converting=True), [])
    with pytest.raises(GateError) as caught:
        check(document, unfinished, context(converting=True))
    assert str(caught.value) == "a second run would change the result: DF104, DF301, DF302, DF303"


def test_a_tree_that_is_not_that_of_its_text_is_stopped() -> None:
    document = parse("FROM a\nRUN b\n")
    wrong: Any = SimpleNamespace(text=document.text, nodes=parse("FROM a\n").nodes)
    with pytest.raises(GateError) as caught:
        check(document, Outcome(wrong, (), History(), []), context())
    assert str(caught.value) == "the result parses differently from the start than after its edits"


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("RUN --nope pip install cog", "unknown flag: --nope"),
        ("RUN --mount=type=cachee,target=/root/.cache/pip pip install cog==0.9.0", 'unsupported mount type "cachee"'),
        ("EXPOSE --x 5000", "unknown flag: --x"),
        ("ENV COG_X=1 Y", 'Syntax error - can\'t find = in "Y"'),
        ("ENV CFLAGS=${A!}", "failed to process"),
        ("LABEL org.cogmodel.config=a b", 'Syntax error - can\'t find = in "b"'),
        ("RUN --mount=type=bind,source=a.txt,target=/a,mode=x cat /a", "invalid value x for mode"),
        ('COPY --chmod=9 ["a", "/src/a"]\nRUN --mount=type=bind,src=a,target=/b,rw=x true', "invalid value for rw"),
        (
            "RUN --security=x curl -o /sbin/tini -L https://github.com/krallin/tini/releases/x && chmod +x /sbin/tini",
            'security "x" is not valid',
        ),
    ],
)
def test_a_fault_in_what_a_pass_removes_or_replaces_is_reported_at_its_line(step: str, message: str) -> None:
    result = dockerfix.rewrite(f"FROM python:3.11-slim\n{step}\n{COGS.partition(chr(10))[2]}COPY . /src\n")
    errors = [finding for finding in result.findings if finding.code == "DF003"]
    assert any(message in finding.message for finding in errors)
    assert all(result.source.position(finding.span.start).line in (2, 3) for finding in errors)
    assert result.refused
    assert not result.changed


@pytest.mark.parametrize(
    "text",
    [
        COGS.replace("3.11", ""),
        COGS + r'LABEL org.cogmodel.config="{\"run\":[\"echo ${name!x}\"]}"' + "\n",
        f"=== Weights Dockerfile contents:\nFROM scratch\nCOPI a\n===\n\n=== Runner Dockerfile contents:\n{COGS}===\n",
        COGS.replace("\n", "\nFROM x-weights AS weights\nCOPY --from=weights --link /src/a /src/a\n", 1),
    ],
)
def test_what_cog_prints_broken_is_repaired(text: str) -> None:
    assert defects(parse(text)) != []
    result = dockerfix.rewrite(text)
    assert [finding.message for finding in result.findings if finding.code == "DF003"] == []
    assert defects(parse(result.rewritten)) == []


def test_a_fault_that_an_unset_variable_may_cure_is_none_where_its_instruction_goes() -> None:
    text = COGS.replace("EXPOSE", "RUN --mount=type=$T,target=/x pip install cog\nEXPOSE")
    assert [defect.unset for defect in defects(parse(text))] == [("T",)]
    result = dockerfix.rewrite(text)
    assert "$T" not in result.text
    assert result.ok


def test_a_fault_in_any_instruction_of_cogs_is_an_error() -> None:
    inputs = sorted(FIXTURES.glob("pipeline/*/input.Dockerfile"))
    broken = 0
    for path in inputs[::4]:
        text = path.read_text("utf-8")
        if "===" in text:
            continue
        for match in re.finditer(r"^(RUN|COPY|ENV|EXPOSE|WORKDIR|LABEL|FROM) ", text, re.MULTILINE):
            wrong = f"{text[: match.end()]}--nope {text[match.end() :]}"
            if len(defects(parse(wrong))) > len(defects(parse(text))):
                result = dockerfix.rewrite(wrong, project=project_of(path.parent))
                line = text.count("\n", 0, match.start()) + 1
                places = [
                    result.source.position(each.span.start).line for each in result.findings if each.code == "DF003"
                ]
                assert line in places, (path, match.group(), line)
                broken += 1
    assert broken > 200


@pytest.mark.parametrize("image", ["r8.im/cog-base:python3.11", "r8.im/cog-base:cuda12.1-python3.11-torch2.3.1"])
def test_a_rule_that_the_author_made_an_error_may_refuse_what_is_written(image: str) -> None:
    text = f'# check=error=true\nFROM {image}\nCMD ["python", "-m", "cog.server.http"]\n'
    result = dockerfix.rewrite(text, cog_yaml="build:\n  gpu: true\n  python_version: '3.11'\n")
    found = [finding for finding in result.findings if finding.code == "DF010"]
    assert (result.internal, result.ok, len(found)) == (False, False, 1)
    assert "`LD_LIBRARY_PATH`" in found[0].message
    assert "$LD_LIBRARY_PATH" in result.rewritten  # --force writes it
    skipping = text.replace("error=true", "skip=UndefinedVar;error=true")
    assert dockerfix.rewrite(skipping, cog_yaml="build:\n  gpu: true\n  python_version: '3.11'\n").ok
