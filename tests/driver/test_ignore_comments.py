"""``# dockerfix: ignore=CODE`` above an instruction."""

from __future__ import annotations

import pytest

from commands import COG_YAML, DOCKERFILE, Here, here, project
from dockerfix.analysis.options import Options
from dockerfix.driver.ignore_comments import ignores_of
from dockerfix.driver.rewrite import Result, rewrite
from dockerfix.syntax.dockerfile.parser import parse
from dockerfix.text.findings import Severity

__all__ = ["here", "project"]

EXPOSE = "EXPOSE 5000\n"


def with_comment(comment: str, above: str = "EXPOSE", source: str = DOCKERFILE) -> str:
    return source.replace(above, f"{comment}\n{above}", 1)


def compiled(source: str, **options: frozenset[str]) -> Result:
    """The result, which a second run doesn't change."""
    result = rewrite(source, cog_yaml=COG_YAML, options=Options(**options))  # type: ignore[arg-type]
    assert result.ok, result.findings
    assert rewrite(result.text, cog_yaml=COG_YAML, options=Options(**options)).text == result.text  # type: ignore[arg-type]
    return result


def unused(result: Result) -> list[tuple[int, str]]:
    """Line and message of each note on an ignore without effect."""
    return [
        (result.source.position(finding.span.start).line, finding.message)
        for finding in result.findings
        if finding.code == "DF007"
    ]


class TestSyntax:
    @pytest.mark.parametrize(
        "comment",
        [
            "# dockerfix: ignore=DF104",
            "# dockerfix: ignore=DF104 a health check needs it",
            "#dockerfix:ignore=df104",
            "  #\tdockerfix:  ignore = DF104, see the wiki",
            "# dockerfix: ignore=DF105,DF104 two of them",
            "# dockerfix: ignore=DF105 , DF104",
            "# dockerfix: ignore=DF1 all that begin so",
            "# dockerfix: ignore=drop-server the health check needs it",
            "# dockerfix: ignore=DF105, Drop_Server two of them",
        ],
    )
    def test_what_keeps(self, comment: str) -> None:
        assert f"{comment}\n{EXPOSE}" in compiled(with_comment(comment)).text

    @pytest.mark.parametrize(
        "comment",
        [
            "# dockerfix: ignore",
            "# dockerfix: ignore=",
            "# dockerfix ignore=DF104",
            "# see dockerfix: ignore=DF104",
            "# dockerfix: ignored=DF104",
            "# dockerfix: ignore=DF105",
            "# hadolint ignore=DF104",
        ],
    )
    def test_what_keeps_nothing(self, comment: str) -> None:
        assert EXPOSE not in compiled(with_comment(comment)).text

    def test_line_ends(self) -> None:
        source = with_comment("# dockerfix: ignore=DF104").replace("\n", "\r\n")
        assert "# dockerfix: ignore=DF104\r\nEXPOSE 5000\r\n" in compiled(source).text

    def test_codes_and_places(self) -> None:
        source = "FROM a\n# dockerfix: ignore=DF1, DF203 why\n# more\nRUN b\n# dockerfix: ignore=DF301\n"
        found = ignores_of(parse(source))
        assert [(ignore.code, source[slice(*ignore.span)], ignore.instruction.text) for ignore in found] == [
            ("DF1", "# dockerfix: ignore=DF1, DF203 why", "RUN b"),
            ("DF203", "# dockerfix: ignore=DF1, DF203 why", "RUN b"),
        ]


class TestEffect:
    def test_only_the_instruction_below(self) -> None:
        result = compiled(with_comment("# dockerfix: ignore=DF104", "CMD"))
        assert EXPOSE not in result.text
        assert '# dockerfix: ignore=DF104\nCMD ["python"' in result.text
        assert unused(result) == []

    def test_other_comments_may_stand_between(self) -> None:
        assert EXPOSE in compiled(with_comment("# dockerfix: ignore=DF104\n# more")).text

    def test_a_blank_line_parts(self) -> None:
        assert EXPOSE not in compiled(with_comment("# dockerfix: ignore=DF104\n")).text

    def test_what_is_only_reported_is_not(self) -> None:
        step = (
            'RUN curl -sSL -o /sbin/tini "https://github.com/krallin/tini/releases/download/v0.19.0/tini-amd64" || '
            "apt-get install -y tini\n"
        )
        plain = compiled(DOCKERFILE.replace("WORKDIR", f"{step}WORKDIR"))
        quiet = compiled(DOCKERFILE.replace("WORKDIR", f"# dockerfix: ignore=DF102\n{step}WORKDIR"))
        assert "DF102" in {finding.code for finding in plain.findings}
        assert "DF102" not in {finding.code for finding in quiet.findings}
        assert unused(quiet) == []

    def test_edits_of_one_finding_go_together(self) -> None:
        # the finding that installs the packages removes the COPY and rewrites the RUN; keeping one keeps both
        source = with_comment("# dockerfix: ignore=DF201", "COPY .cog")
        result = rewrite(source, cog_yaml=COG_YAML)
        assert "DF201" not in {finding.code for finding in result.findings}
        assert "COPY .cog/tmp/build1/requirements.txt /tmp/requirements.txt\n" in result.rewritten
        assert "RUN pip install -r /tmp/requirements.txt\n" in result.rewritten

    def test_a_block_of_ours_can_be_kept_from_updates(self) -> None:
        first = compiled(DOCKERFILE, select=frozenset({"DF2"}) | {"DF1", "DF3"}).text
        edited = first.replace("'requests==2.32.3'", "'requests==2.0'")
        assert "'requests==2.32.3'" in compiled(edited).text
        kept = edited.replace("# dockerfix[DF201]", "# dockerfix: ignore=DF201 pinned for a reason\n# dockerfix[DF201]")
        assert "'requests==2.0'" in compiled(kept).text


class TestUnused:
    def test_it_is_a_note_on_the_comment(self) -> None:
        result = compiled(with_comment("# dockerfix: ignore=DF105,DF104"))
        assert unused(result) == [
            (5, "`ignore=DF105` has no effect: no finding with this code changes the instruction below")
        ]
        assert unused(compiled(with_comment("# dockerfix: ignore=DF104"))) == []

    def test_a_code_that_does_not_exist(self) -> None:
        assert [line for line, _message in unused(compiled(with_comment("# dockerfix: ignore=DF999")))] == [5]

    @pytest.mark.parametrize(
        ("comment", "said"),
        [
            ("# dockerfix: ignore DF104", "this comment ignores nothing; write"),
            ("# dockerfix ignore=DF104", "this comment ignores nothing; write"),
            ("# dockerfix: ignore", "this comment ignores nothing; write"),
            ("# dockerfix: ignore=drop-servers", "`ignore=drop-servers` names no code and no pass"),
            ("# dockerfix: ignore=serve DF104", "`ignore=serve` names no code and no pass"),
        ],
    )
    def test_what_was_meant_as_one_is_a_warning(self, comment: str, said: str) -> None:
        result = compiled(with_comment(comment))
        ((line, message),) = unused(result)
        assert (line, message[: len(said)]) == (5, said)
        assert {each.severity for each in result.findings if each.code == "DF007"} == {Severity.WARNING}

    @pytest.mark.parametrize("comment", ["# we ignore dockerfix", "# dockerfix: ignored=DF104", "# dockerfix-ignore"])
    def test_what_was_not_meant_as_one(self, comment: str) -> None:
        assert unused(compiled(with_comment(comment))) == []

    def test_a_reason_where_one_is_required(self, project: Here) -> None:
        project.write("Dockerfile", with_comment("# dockerfix: ignore=DF104"))
        assert "DF007" not in project("Dockerfile").err
        assert "DF007 warning: `ignore=DF104` gives no reason" in project("--require-reason", "Dockerfile").err
        project.write("Dockerfile", with_comment("# dockerfix: ignore=DF104 the health check"))
        assert "DF007" not in project("--require-reason", "Dockerfile").err

    def test_not_for_passes_that_did_not_run(self) -> None:
        source = with_comment("# dockerfix: ignore=DF105")
        assert unused(compiled(source))
        assert not unused(compiled(source, ignore=frozenset({"DF105"})))
        assert not unused(compiled("FROM a\n# dockerfix: ignore=DF105\nRUN b\n"))

    def test_through_the_command(self, project: Here) -> None:
        project.write("Dockerfile", with_comment("# dockerfix: ignore=DF105"))
        done = project("Dockerfile")
        assert done.code == 0
        assert "Dockerfile:5:1: DF007 warning: `ignore=DF105` has no effect" in done.err
        assert "DF007" not in project("--ignore", "DF007", "Dockerfile").err
