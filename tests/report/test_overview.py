"""What a reviewer has to know: the verdict, what changes in the image, and the same as a comment and as text."""

from __future__ import annotations

import re

import pytest

import dockerfix
from commands import Here, here, project
from comments import check_comment
from dockerfix.report import comment, plain
from dockerfix.report.contents import Change, Contents, compared, contents, read
from dockerfix.report.overview import Committed, attention, overview
from dockerfix.text.source import Source
from pages import CASE, HOSTILE, IMAGE, NEEDS, SCRIPT, comfy, from_cog, stale

__all__ = ["here", "project"]

BEFORE = """\
FROM python:3.11 AS deps
RUN pip install -t /dep torch==2.0.0 scipy
FROM python:3.11-slim
ENV A=1 B=2
RUN apt-get update && apt-get install -y curl git && rm -rf /var/lib/apt/lists/*
RUN make && pip install -i https://a/simple -r own.txt
COPY . /src
"""
AFTER = """\
FROM python:3.12 AS deps
RUN python -m pip install -t /dep Torch==2.1.0 peft
FROM python:3.11-slim
ENV A=1 \\
    B=3
RUN apt-get update && apt-get install -y \\
    curl=8.0 ffmpeg && rm -rf /var/lib/apt/lists/*
RUN make install
COPY . /src
CMD ["x"]
"""


def image_of(text: str) -> Contents:
    return contents(read(text))


class TestContents:
    def test_what_differs_is_listed_by_kind(self) -> None:
        assert compared(image_of(BEFORE), image_of(AFTER)) == {
            "Base image": [Change("python:3.11 (stage deps)", "python:3.12 (stage deps)")],
            "Debian packages": [Change("curl", "curl=8.0"), Change("git", None), Change(None, "ffmpeg")],
            "Python packages": [
                Change("torch==2.0.0", "Torch==2.1.0"),
                Change("scipy", None),
                Change("--index-url https://a/simple", None),
                Change("-r own.txt", None),
                Change(None, "peft"),
            ],
            "Environment": [Change("B=2", "B=3")],
            "Commands": [
                Change("RUN make && pip install -i https://a/simple -r own.txt", None),
                Change(None, "RUN make install"),
                Change(None, 'CMD ["x"]'),
            ],
        }

    def test_the_way_of_writing_makes_no_difference(self) -> None:
        other = (
            BEFORE.replace(" && ", " \\\n  && ").replace("ENV A=1 B=2", "ENV B=2\nENV A=1").replace("scipy", "SciPy")
        )
        assert set(compared(image_of(BEFORE), image_of(other))) == {"Python packages"}  # the name is shown as written
        assert compared(image_of(BEFORE), image_of(BEFORE.replace(" && ", "  &&   "))) == {}

    def test_secrets_are_blanked(self) -> None:
        text = "FROM a\nENV HF_TOKEN=hf_abcdefghijklmnopqrstuv\nRUN pip install -i https://u:geheim@h/s x\n"
        shown = repr(image_of(text))
        assert "hf_abc" not in shown
        assert "geheim" not in shown

    def test_a_block_is_named_by_its_reason(self) -> None:
        listed = compared(image_of("FROM a\n"), image_of(comfy().rewritten))["Commands"]
        assert Change(None, "cog.yaml asks for CUDA 12.1 (DF401)") in listed

    @pytest.mark.parametrize("text", ["", "FROM", "RUN x\n", "FROM a\nRUN <<E\n", "FROM ${A}\nENV A\nRUN [\n"])
    def test_odd_files(self, text: str) -> None:
        assert compared(image_of(text), image_of(text)) == {}


class TestOverview:
    def test_a_conversion(self) -> None:
        view = overview(from_cog("v0.17.2", "sdxl-turbo"), needs=NEEDS)
        assert (view.verdict, view.mood, view.attention) == ("Would be rewritten", "attention", 1)
        assert view.gone == ("cog",)
        assert [name.partition("=")[0] for name in view.added] == ["fal"]
        assert {"ffmpeg", "torch==2.1.2", "libglib2.0-0"} <= set(view.restated)
        facts = {fact.label: (fact.before, fact.after) for fact in view.facts}
        assert facts["CUDA"] == (("12.1",), ("12.1",))
        assert facts["Base image"][1] == ("nvidia/cuda:12.1.1-cudnn8-devel-ubuntu22.04",)

    @pytest.mark.parametrize(
        ("result", "verdict", "mood"),
        [
            (dockerfix.rewrite(""), "Refused", "bad"),
            (dockerfix.rewrite((CASE / "input.Dockerfile").read_bytes()), "Would not be written", "bad"),
            (dockerfix.rewrite("FROM a\n"), "Unchanged", "calm"),
            (from_cog("v0.17.2", "minimal"), "Would be rewritten", "good"),
        ],
    )
    def test_the_verdict(self, result: dockerfix.Result, verdict: str, mood: str) -> None:
        view = overview(result)
        assert (view.verdict, view.mood) == (verdict, mood)

    def test_errors_come_first(self) -> None:
        result = dockerfix.rewrite((CASE / "input.Dockerfile").read_bytes())
        severities = [result.findings[number].severity for number in attention(result)]
        assert severities == sorted(severities, reverse=True)
        assert min(severities) > 1

    def test_a_committed_file(self) -> None:
        result = comfy()
        same = Committed("x", Source(result.rewritten))
        assert overview(result, committed=same).verdict == "Up to date"
        assert overview(result, committed=same).listed == {}
        view = overview(result, committed=stale(result))
        assert (view.verdict, view.restated) == ("Out of date", ())
        assert view.added == ("scipy",)


class TestComment:
    def test_a_conversion(self) -> None:
        text = comment.render(from_cog("v0.17.2", "sdxl-turbo"), path="Dockerfile", needs=NEEDS)
        check_comment(text)
        assert text.startswith(f"{comment.MARK}\n\n### `Dockerfile`: would be rewritten, needs you: 1\n")
        visible = re.sub(r"<details>.*?</details>", "", text, flags=re.DOTALL)
        assert "**warning** [DF107]" in visible
        assert "DF104" not in visible
        assert visible.count("\n") < 25
        assert "- **Machines:** 2 × `GPU-A100` or `GPU-H100` (a guess)" in visible

    def test_a_committed_file(self) -> None:
        result = comfy()
        text = comment.render(result, path="Dockerfile.cog", committed=stale(result))
        check_comment(text)
        visible = text[: text.index("<details>")]
        assert "### `Dockerfile`: out of date, needs you: 2" in visible
        assert "  - `transformers>=4.20.0` → `transformers>=4.25.1`\n  - added `scipy`\n" in visible
        assert "  - removed `OLD=1`\n" in visible
        assert "+    'scipy' \\\n" in text

    def test_hostile_text(self) -> None:
        path = f"`{IMAGE}` ``@all #1 www.x.y ![a](b)\n# {SCRIPT}"
        needs = NEEDS._replace(machines=(IMAGE, "`"), weights=(f"@all https://x {SCRIPT}",))
        result = dockerfix.rewrite(HOSTILE.replace("EXPOSE", "# ```\n# </details>\nEXPOSE"))
        check_comment(comment.render(result, path=path, needs=needs))
        committed = Committed(path, Source(f"FROM `{IMAGE}`@all\nRUN ```` {SCRIPT}\n# ~~~\n"))
        check_comment(comment.render(comfy(), path=path, committed=committed))

    def test_it_fits_into_a_comment(self) -> None:
        lines = "".join(f"ENV A{number}={'b' * 200}\nRUN pip install {'c' * 300}{number}\n" for number in range(2_000))
        result = dockerfix.rewrite(f'FROM a\n{lines}CMD ["python", "-m", "cog.server.http"]\n')
        text = comment.render(result, path="x" * 4_000, committed=Committed("y" * 4_000, Source("FROM b\n")))
        assert len(text) < 65_536
        assert "The diff goes on." in text
        assert len(comment.render(result, path="x" * 4_000)) < 65_536


class TestPlain:
    def test_a_conversion(self) -> None:
        result = from_cog("v0.17.2", "sdxl-turbo")
        lines = plain.render(result, path="Dockerfile", needs=NEEDS, project="model").splitlines()
        assert lines[0] == "Dockerfile: would be rewritten, needs you: 1 (1 warning, 16 notes)"
        assert "  Machines        2 x GPU-A100 or GPU-H100 (a guess)" in lines
        assert "  Packages gone   cog" in lines
        assert lines[-1].startswith("model/predict.py:15:5: DF107 warning: ")
        assert len(lines) < 24

    def test_a_committed_file(self) -> None:
        result = comfy()
        text = plain.render(result, path="Dockerfile.cog", committed=stale(result))
        assert "    ~ transformers>=4.20.0 -> transformers>=4.25.1\n    + scipy\n" in text
        assert "+    'scipy' \\\n" in text
        comments = Committed("Dockerfile", Source(f"# a\n{result.rewritten}"))
        assert "the text differs" in plain.render(result, path="x", committed=comments)

    def test_control_characters_are_written_out(self) -> None:
        result = dockerfix.rewrite(HOSTILE.replace("EXPOSE", "RUN pip install '\x1b[2Jx'\nEXPOSE"))
        for committed in (None, Committed("\x1b]0;x\x07", Source("FROM \u202e\n"))):
            shown = plain.render(result, path="a\x1b\n", needs=NEEDS, committed=committed)
            assert shown.replace("\n", "").replace("\t", "").isprintable()


def test_the_command_writes_each_form(project: Here) -> None:
    assert project("review", "Dockerfile").out.startswith(b"<!doctype html>")
    assert project("review", "Dockerfile", "--format", "markdown").out.startswith(comment.MARK.encode())
    assert project("review", "Dockerfile", "--format", "text").out.startswith(b"Dockerfile: would be rewritten")
    assert project("review", "Dockerfile", "--format", "pdf").code == 2
    done = project("review", "Dockerfile", "--format", "markdown", "-o", "review.md")
    assert (done.code, done.out) == (0, b"")
    check_comment((project.folder / "review.md").read_text("utf-8"))
