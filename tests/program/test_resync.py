"""A second run after cog.yaml changed brings the blocks of dockerfix up to date, and leaves the rest."""

from __future__ import annotations

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
