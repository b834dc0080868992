"""A second run after cog.yaml changed brings the blocks of dockerfix up to date, and leaves the rest."""

from __future__ import annotations

import difflib
import re
from pathlib import Path

import pytest

import dockerfix

CUDA_COG_YAML = """\
build:
  gpu: true
  cuda: "12.1"
  python_version: "3.11"
  system_packages:
    - ffmpeg
  python_packages:
    - torch==2.1.2
    - numpy
  run:
    - mkdir /weights
environment:
  - GREETING=hello world
"""
CUDA_DOCKERFILE = """\
#syntax=docker/dockerfile:1.4
FROM r8.im/cog-base:cuda12.1-python3.11-torch2.1.2
# the user's note
COPY .cog/tmp/build1/requirements.txt /tmp/requirements.txt
RUN --mount=type=cache,target=/root/.cache/pip pip install -r /tmp/requirements.txt
RUN mkdir /weights
WORKDIR /src
EXPOSE 5000
CMD ["python", "-m", "cog.server.http"]
COPY . /src
"""


def blocks_of(text: str) -> dict[str, list[str]]:
    """The blocks of dockerfix by code; the rest, without the tags of public images, under ""."""
    found: dict[str, list[str]] = {"": []}
    code, left = "", 0
    for line in text.split("\n"):
        match = re.match(r"# dockerfix\[(DF\d+)\]:.*?(?:\((\d+) instructions\))?$", line)
        if match:
            code, left = match[1], int(match[2] or 1)
        found.setdefault(code if left else "", []).append(line)
        if left and not match and not line.endswith("\\"):
            left -= 1
    return found


@pytest.mark.parametrize(
    ("old", "new", "codes_of_blocks"),
    [
        ("    - numpy\n", "    - numpy<2\n    - scipy\n", {"DF201"}),
        ("    - torch==2.1.2\n    - numpy\n", "    - einops\n", {"DF201"}),
        ("  python_packages:\n    - torch==2.1.2\n    - numpy\n", "", {"DF201"}),
        ("    - ffmpeg\n", "    - ffmpeg\n    - sox\n", {"DF203"}),
        ("  system_packages:\n    - ffmpeg\n", "", {"DF203"}),
        ("hello world", 'say "hi"', {"DF205"}),
        ("environment:\n  - GREETING=hello world\n", "", {"DF205"}),
        ('"3.11"', '"3.12"', {"DF206"}),
        (
            "  python_packages:\n    - torch==2.1.2\n    - numpy\n",
            "  python_requirements: requirements.txt\n",
            {"DF201", "DF202"},
        ),
    ],
)
def test_a_changed_cog_yaml_changes_its_block_alone(
    tmp_path: Path, old: str, new: str, codes_of_blocks: set[str]
) -> None:
    (tmp_path / "requirements.txt").write_text("numpy\n")
    before = dockerfix.rewrite(CUDA_DOCKERFILE, project=tmp_path, cog_yaml=CUDA_COG_YAML)
    config = CUDA_COG_YAML.replace(old, new)
    assert config != CUDA_COG_YAML
    after = dockerfix.rewrite(before.text, project=tmp_path, cog_yaml=config)
    assert before.ok
    assert after.ok
    one, other = blocks_of(before.text), blocks_of(after.text)
    assert {code for code in one.keys() | other.keys() if one.get(code) != other.get(code)} == codes_of_blocks
    assert not dockerfix.rewrite(after.text, project=tmp_path, cog_yaml=config).changed
    back = dockerfix.rewrite(after.text, project=tmp_path, cog_yaml=CUDA_COG_YAML)
    assert blocks_of(back.text) == one


def changed_lines(old: str, new: str) -> list[str]:
    """The lines that a reviewer sees: the result for one cog.yaml compared with that for another."""
    before, after = (dockerfix.rewrite(CUDA_DOCKERFILE, cog_yaml=text).text.splitlines() for text in (old, new))
    return [line for line in difflib.ndiff(before, after) if line[:1] in "+-"]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("    - ffmpeg\n", "    - ffmpeg\n    - sox\n", ["+     sox \\"]),
        ("    - ffmpeg\n", "    - aria2\n    - ffmpeg\n", ["+     aria2 \\"]),
        ("torch==2.1.2\n", "torch==2.1.2\n    - scipy\n", ["+     'scipy' \\"]),
        ("    - numpy\n", "    - numpy==1.26.4\n", ["-     'numpy'", "+     'numpy==1.26.4'"]),
    ],
)
def test_a_change_in_cog_yaml_shows_as_the_line_that_changed(old: str, new: str, expected: list[str]) -> None:
    assert changed_lines(CUDA_COG_YAML, CUDA_COG_YAML.replace(old, new)) == expected


def test_a_variable_more_is_a_line_more() -> None:
    found = changed_lines(CUDA_COG_YAML, f"{CUDA_COG_YAML}  - ANSWER=42\n")
    assert [line for line in found if not line[2:].startswith(("#", "ENV"))] == ['+     GREETING="hello world"']


def test_blocks_of_one_line_are_known() -> None:
    """Earlier releases wrote packages and variables on one line, and named all variables in the comment."""
    names = [f"VARIABLE_{number}" for number in range(20)]
    cog_yaml = CUDA_COG_YAML + "".join(f"  - {name}=x\n" for name in names)
    new = dockerfix.rewrite(CUDA_DOCKERFILE, cog_yaml=cog_yaml).text
    assert len(max(new.splitlines(), key=len)) <= 125
    one_line = re.sub(r" \\\n    (?!')", " ", new)
    comment = f"# dockerfix[DF205]: environment from cog.yaml: GREETING, {', '.join(sorted(names))}"
    old = re.sub(r"# dockerfix\[DF205\]: .*", comment, one_line)
    assert len(old.splitlines()) < len(new.splitlines()) - 40
    result = dockerfix.rewrite(old, cog_yaml=cog_yaml)
    assert result.ok
    for code in ("DF203", "DF205"):
        assert blocks_of(result.text)[code] == blocks_of(new)[code]
    assert [finding.span for finding in result.findings if finding.code == "DF115"] == []


def test_a_value_may_end_in_a_backslash_where_another_character_escapes() -> None:
    cog_yaml = CUDA_COG_YAML + "  - FOLDER=C:\\\n  - ZONE=D:\\\n"
    result = dockerfix.rewrite(f"# escape=`\n{CUDA_DOCKERFILE}", cog_yaml=cog_yaml)
    assert "ENV FOLDER=C:\\ `\n" in result.text
    assert "    ZONE=D:\\\n" in result.text
    assert dockerfix.rewrite(result.text, cog_yaml=cog_yaml).text == result.text
