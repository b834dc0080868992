"""Blocks that dockerfix injects, and instructions of the user under the comments of blocks."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

import dockerfix
from archives import outputs
from dockerfix.analysis import blocks
from dockerfix.syntax.dockerfile.parser import parse
from golden import project_of
from places import FIXTURES

EXPECTED = sorted(FIXTURES.glob("*/*/expected.Dockerfile")) + sorted(FIXTURES.glob("*/*/*/expected.Dockerfile"))
_MARK = re.compile(r"(?<!EOF2\n)^# dockerfix\[(DF\d{3})\]: .*$", re.MULTILINE)


def written() -> dict[str, str]:
    """A block of each code as dockerfix writes it, from the expected results."""
    found: dict[str, str] = {}
    for path in EXPECTED:
        document = parse(path.read_bytes())
        for block in blocks.find_blocks(document):
            text = document.source.slice(block.span).replace("\r\n", "\n")
            if document.escape == "\\":
                found.setdefault(block.code, text.removesuffix("\n") + "\n")
    return found


WRITTEN = written()
_KEYWORD = re.compile(r"^(?:FROM|RUN|ENV|COPY|WORKDIR|ENTRYPOINT|CMD|EXPOSE|ARG|LABEL)(?= )", re.MULTILINE)
USERS = (
    "RUN echo own",
    "RUN pip install own",
    "RUN pip install 'own'",
    "RUN pip install \\\n    own",
    "RUN apt-get update && apt-get install -y own && rm -rf /var/lib/apt/lists/*",
    "RUN <<EOF\necho own\nEOF",
    "USER own",
    "ENV OWN=1",
    "ENV PATH=/own:$PATH",
    "WORKDIR /src",
    "WORKDIR /own",
    "COPY own /own",
    "EXPOSE 1234",
    'CMD ["own"]',
    "ONBUILD RUN own",
    "FROM own",
)


def test_every_code_that_writes_a_block_is_tried() -> None:
    assert set(WRITTEN) == {
        *("DF110", "DF111", "DF201", "DF202", "DF203", "DF204", "DF205", "DF206", "DF207"),
        *("DF301", "DF302", "DF303", "DF305", "DF311", "DF312", "DF401"),
    }


def test_what_is_written_is_a_block() -> None:
    for path in EXPECTED:
        document = parse(path.read_bytes())
        result = dockerfix.rewrite(path.read_bytes(), project=project_of(path.parent))
        reported = [each for each in result.findings if each.code == "DF115"]
        assert len(blocks.find_blocks(document)) + len(reported) == len(_MARK.findall(document.text)), path


@pytest.mark.parametrize("target", ["app", "server"])
def test_what_is_written_for_an_output_is_a_block(target: dockerfix.Target) -> None:
    for output in outputs()[::7]:
        text = dockerfix.rewrite(output.text, project=output.folder, target=target).rewritten
        assert len(blocks.find_blocks(parse(text))) == len(_MARK.findall(text)), output.file


@pytest.mark.parametrize("spelled", [str.lower, str.title, lambda keyword: f"  {keyword}\t"])
def test_the_keyword_of_an_instruction_may_be_spelled_otherwise(spelled: Callable[[str], str]) -> None:
    for output in outputs()[::23]:
        text = _KEYWORD.sub(lambda match: spelled(match[0]), output.text)
        plain, other = (dockerfix.rewrite(each, project=output.folder) for each in (output.text, text))
        codes = [sorted({each.code for each in result.findings} - {"DF304"}) for result in (plain, other)]
        assert codes[0] == codes[1], output.file
        assert len(blocks.find_blocks(parse(plain.rewritten))) == len(blocks.find_blocks(parse(other.rewritten)))


@pytest.mark.parametrize("own", USERS)
@pytest.mark.parametrize("code", sorted(WRITTEN))
def test_an_instruction_of_the_user_is_no_block(code: str, own: str) -> None:
    mark, _, body = WRITTEN[code].partition("\n")
    for text in (
        f"{mark}\n{own}\n",
        f"{mark}\n{own}\n{body}",
        f"{mark}\n# note\n{own}\n",
        f"{mark}\n\n{own}\n",
        f"{mark}\n",
    ):
        document = parse(f"FROM a\n{text}CMD b\n")
        found = [block for block in blocks.find_blocks(document) if code != "DF305" or own != "COPY own /own"]
        assert found == [], text
        if code != "DF305" or own != "COPY own /own":
            assert [document.source.slice(span) for span in blocks.bare_marks(document)] == [mark], text


@pytest.mark.parametrize("count", ["0", "1", "3", "99", "9" * 5000])
def test_a_block_has_as_many_instructions_as_its_comment_says(count: str) -> None:
    block = WRITTEN["DF111"].replace("\n", f" ({count} instructions)\n", 1)
    document = parse(f"FROM a\n{block}RUN b\n")
    assert len(blocks.find_blocks(document)) == (count == "1")


@pytest.mark.parametrize("code", sorted(WRITTEN))
def test_a_block_is_one_with_any_line_end_and_escape(code: str) -> None:
    for text in (
        f"FROM a\n{WRITTEN[code]}",
        f"FROM a\n{WRITTEN[code]}".removesuffix("\n"),
        f"FROM a\n{WRITTEN[code]}".replace("\n", "\r\n"),
        "# escape=`\n" + f"FROM a\n{WRITTEN[code]}".replace("\\\n", "`\n"),
    ):
        assert [block.code for block in blocks.find_blocks(parse(text))] == [code], text


def test_comments_inside_of_other_things() -> None:
    mark = "# dockerfix[DF302]: /src on Python's path"
    text = f"FROM a\nRUN b \\\n{mark}\n  && c\nRUN <<EOF\n{mark}\nEOF\n  {mark}\nRUN d {mark}\n"
    document = parse(text)
    assert [span.start for span in blocks.bare_marks(document)] == [text.index(mark), text.index(f"  {mark}\nRUN d")]
