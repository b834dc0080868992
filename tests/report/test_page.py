"""The review page: what is in it. test_page_in_browser.py has how it looks and behaves."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import dockerfix
from archives import outputs
from commands import Here, here, project
from dockerfix.report.page import render
from dockerfix.report.page.cards import cards
from dockerfix.report.page.lines import align, align_with
from dockerfix.report.page.stages import graph
from dockerfix.report.page.text import paragraphs
from pages import CASE, HOSTILE, IMAGE, NEEDS, SCRIPT, Tags, comfy, from_cog, long, stale

__all__ = ["here", "project"]

HEADINGS = re.compile(r'<h3 class="(\w+)">')


def plain_lines(text: str) -> list[str]:
    return [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")] if text else []


class TestRows:
    def test_both_texts_are_there_whole(self) -> None:
        result = comfy()
        rows = align(result)
        before = [row.before for row in rows if row.before]
        after = [row.after for row in rows if row.after]
        assert [cell.text for cell in before] == result.source.text.removesuffix("\n").split("\n")
        assert [cell.text for cell in after] == result.text.removesuffix("\n").split("\n")
        assert [cell.number for cell in before] == list(range(1, len(before) + 1))
        assert [cell.number for cell in after] == list(range(1, len(after) + 1))

    def test_each_changed_line_has_its_finding(self) -> None:
        result = comfy()
        codes = {}
        for row in align(result):
            for side, cell in (("before", row.before), ("after", row.after)):
                if cell and cell.changed:
                    assert cell.findings, cell
                    codes[side, cell.number] = [result.findings[number].code for number in cell.findings]
        assert codes["before", 3] == codes["before", 4] == ["DF103"]
        assert codes["before", 6] == codes["after", 3] == codes["after", 29] == ["DF201"]
        assert {codes["before", number][0] for number in range(12, 21)} == {"DF102"}
        lines = result.text.split("\n")
        for code in ("DF207", "DF301", "DF302", "DF401"):
            start = next(number for number, line in enumerate(lines, 1) if line.startswith(f"# dockerfix[{code}]"))
            assert codes["after", start] == codes["after", start + 1] == [code]

    def test_every_finding_has_a_place(self) -> None:
        result = comfy()
        assert {number for row in align(result) for number in row.findings} == set(range(len(result.findings)))

    def test_what_cog_prints(self) -> None:
        """Nothing is lost, every change and finding is tied, and each block belongs to the code above it."""
        for output in outputs()[::40]:
            result = dockerfix.rewrite(output.data, project=output.folder)
            rows = align(result)
            cells = [cell for row in rows for cell in (row.before, row.after) if cell]
            assert [row.before.text for row in rows if row.before] == plain_lines(result.source.text)
            assert [row.after.text for row in rows if row.after] == plain_lines(result.rewritten)
            assert all(cell.findings for cell in cells if cell.changed), output.file
            assert {number for cell in cells for number in cell.findings} == set(range(len(result.findings))), (
                output.file
            )
            for cell in cells:
                mark = re.match(r"# dockerfix\[(DF\d+)\]: ", cell.text)
                if mark and cell.changed:
                    assert mark[1] in [result.findings[number].code for number in cell.findings], (output.file, cell)

    def test_a_finding_is_beside_what_it_wrote_and_nowhere_else(self) -> None:
        for output in outputs()[::40]:
            result = dockerfix.rewrite(output.data, project=output.folder)
            at = 0
            for row in align(result):
                if row.after is None:
                    continue
                end = result.rewritten.find("\n", at) + 1 or len(result.rewritten)
                for number in row.after.findings if row.after.changed else ():
                    spans = [each.after for each in result.changes if each.finding is result.findings[number]]
                    assert any(span.start <= end and at <= span.end for span in spans), (output.file, row)
                at = end

    def test_what_is_inserted_after_the_base_image_is_not_beside_it(self) -> None:
        result = from_cog("v0.17.2", "sdxl-turbo")
        rows = align(result)
        found = {
            result.findings[number].code: row.after.text.partition(":")[0]
            for row in reversed(rows)
            if row.after and row.after.changed
            for number in row.after.findings
        }
        assert found["DF203"] == "# dockerfix[DF203]"
        assert found["DF401"] == "# dockerfix[DF401]"
        base = next(row for row in rows if row.after and row.after.text.startswith("FROM"))
        assert base.after is not None
        assert [result.findings[number].code for number in base.after.findings] == ["DF110"]

    def test_a_committed_file_beside_the_result(self) -> None:
        result = comfy()
        committed = stale(result)
        pointing = [number for number, finding in enumerate(result.findings) if finding.severity > 1]
        rows = align_with(result, committed.source, pointing)
        assert [row.before.text for row in rows if row.before] == plain_lines(committed.source.text)
        assert [row.after.text for row in rows if row.after] == plain_lines(result.rewritten)
        pairs = [(row.before and row.before.text, row.after and row.after.text) for row in rows if row.changed]
        assert ("    'transformers>=4.20.0' \\", "    'transformers>=4.25.1' \\") in pairs
        assert (None, "    'scipy' \\") in pairs
        assert ("ENV OLD=1", None) in pairs
        assert {number for row in rows for number in row.findings} == set(pointing)

    @pytest.mark.parametrize("text", ["", "\n", "FROM a", "FROM a\r\nRUN b\r\n", "no Dockerfile\n\n", "\ufeffFROM a\n"])
    def test_odd_texts(self, text: str) -> None:
        result = dockerfix.rewrite(text)
        Tags(render(result, path="x"))
        shown = [row.before.text for row in align(result) if row.before]
        assert shown == text.replace("\r", "").removesuffix("\n").split("\n")[: len(shown)]


class TestPage:
    def test_it_needs_nothing_from_elsewhere(self) -> None:
        tags = Tags(render(comfy(), path="Dockerfile"))
        for tag, attributes in tags.seen:
            assert tag not in ("link", "img", "iframe", "object", "base")
            assert "src" not in attributes
            assert not [name for name in attributes if name.startswith("on") or name == "style"]
            if "href" in attributes and tag == "a":
                assert re.match(r"#|https://", attributes["href"] or "")

    def test_ids_are_unique_and_references_lead_somewhere(self) -> None:
        tags = Tags(render(comfy(), path="Dockerfile"))
        ids = [attributes["id"] for _tag, attributes in tags.seen if "id" in attributes]
        assert len(ids) == len(set(ids))
        for _tag, attributes in tags.seen:
            for name in ("for", "aria-labelledby"):
                assert attributes.get(name) is None or attributes[name] in ids
            if (attributes.get("href") or "").startswith("#"):
                assert (attributes["href"] or "")[1:] in ids

    @pytest.mark.parametrize("kind", ["conversion", "committed"])
    def test_hostile_text_is_text(self, tmp_path: Path, kind: str) -> None:
        (tmp_path / "cog.yaml").write_text("build:\n  python_version: '3.11'\n")
        result = dockerfix.rewrite(HOSTILE, project=tmp_path)
        committed = stale(comfy())._replace(path=IMAGE) if kind == "committed" else None
        needs = NEEDS._replace(machines=(IMAGE,), reason=SCRIPT, weights=(IMAGE,))
        tags = Tags(render(result, path=f"{IMAGE}/Dockerfile", needs=needs, committed=committed))
        assert [tag for tag, _attributes in tags.seen].count("script") == 1
        assert "img" not in [tag for tag, _attributes in tags.seen]

    def test_bytes_and_directions_are_written_out(self) -> None:
        page = render(dockerfix.rewrite(b"FROM a\n# \xff \xe2\x80\xae \x1b[31m\n"), path="x")
        assert "# \\xff \\u202e \\x1b[31m" in page
        page.encode()

    def test_the_verdict_and_what_it_means_are_on_top(self) -> None:
        page = render(comfy(), path="Dockerfile", needs=NEEDS)
        top = page[page.index('<section id="summary"') : page.index('<section id="findings"')]
        shown = re.sub(r"<[^>]+>", " ", top)
        for part in (
            *("Would be rewritten", "Needs you: 2", "Base image", "CUDA", "12.1", "Machines", "GPU-A100", "2 ×"),
            *("Weights", "pget", "and 1 more", "Packages added", "fal==", "Packages gone", "cog", "Now by name"),
        ):
            assert " ".join(part.split()) in " ".join(shown.split()), part

    def test_findings_are_ordered_by_severity_each_with_its_lines(self) -> None:
        page = render(from_cog("v0.17.2", "sdxl-turbo"), path="Dockerfile")
        assert HEADINGS.findall(page) == ["warning", "note"]
        card = page[page.index("<b>DF203</b>") :].partition("</li>")[0]
        written = re.search(r'<ins data-line="(\d+)"># dockerfix\[DF203\]: system_packages from cog.yaml</ins>', card)
        assert written is not None
        assert f"line 3 → {written[1]}" in card
        assert '<del data-line="3">RUN ' in card
        error = render(dockerfix.rewrite((CASE / "input.Dockerfile").read_bytes()), path="Dockerfile")
        assert HEADINGS.findall(error)[0] == "error"

    def test_the_line_of_another_file_is_beside_its_finding(self) -> None:
        page = render(from_cog("v0.17.2", "sdxl-turbo"), path="Dockerfile")
        card = page[page.index("<b>DF107</b>") :].partition("</li>")[0]
        assert "predict.py, line 15" in card
        assert "subprocess.check_call([&quot;pget&quot;" in card

    def test_findings_that_say_the_same_are_one(self) -> None:
        result = from_cog("v0.17.2", "sdxl-turbo")
        found = cards(result)
        assert sorted(number for card in found for number in card.numbers) == list(range(len(result.findings)))
        assert len(found) < len(result.findings)

    def test_only_what_changed_is_marked_as_changed(self) -> None:
        result = comfy()
        before, after = result.source.text.split("\n"), result.rewritten.split("\n")
        tags = Tags(render(result, path="Dockerfile"))
        signs = {sign: [text for tag, text in tags.texts if tag == sign] for sign in ("del", "ins")}
        assert signs["del"]
        assert signs["ins"]
        assert not [text for text in signs["del"] if text in after and before.count(text) <= after.count(text)]
        assert not [text for text in signs["ins"] if text in before and after.count(text) <= before.count(text)]

    def test_a_committed_file(self) -> None:
        result = comfy()
        page = render(result, path="Dockerfile.cog", committed=stale(result))
        top = page[page.index('<section id="summary"') : page.index('<section id="findings"')]
        assert "Out of date" in top
        assert "<code>transformers&gt;=4.20.0</code>" in top
        assert '<li class="new"><span class="hidden">added: </span><code>scipy</code></li>' in top
        assert '<li class="gone"><span class="hidden">gone: </span><code>OLD=1</code></li>' in top
        assert HEADINGS.findall(page) == ["warning"]

    def test_a_committed_file_that_is_up_to_date(self) -> None:
        result = comfy()
        committed = stale(result)._replace(source=dockerfix.rewrite(result.rewritten, project=CASE).source)
        page = render(result, path="Dockerfile.cog", committed=committed)
        assert "Up to date" in page
        assert "are the same" in page

    def test_each_line_of_cog_yaml_has_its_place(self) -> None:
        page = render(comfy(), path="Dockerfile")
        section = page[page.index('<section id="account"') :]
        assert "<code>build.cuda</code> <code>12.1</code>" in section
        assert section.count("<tr>") > len((CASE / "cog.yaml").read_text("utf-8").split("- ")) - 1
        assert 'id="account"' not in render(dockerfix.rewrite("FROM a\n"), path="Dockerfile")

    @pytest.mark.parametrize("kind", ["unchanged", "a third", "in turn"])
    def test_a_long_file_has_few_elements_and_is_there_whole(self, kind: str) -> None:
        result = long(kind)
        page = render(result, path="Dockerfile", needs=NEEDS)
        tags = Tags(page)
        assert len(tags.seen) < 3_000
        text = "\n".join(text for _tag, text in tags.texts)
        for number in (0, 300, 895 if kind == "in turn" else 596):
            assert re.search(rf"RUN echo {number}\b", text)

    def test_errors_are_said(self) -> None:
        page = render(dockerfix.rewrite((CASE / "input.Dockerfile").read_bytes()), path="Dockerfile")
        assert '<h1 id="verdict">Would not be written</h1>' in page
        assert '<h1 id="verdict">Refused</h1>' in render(dockerfix.rewrite(""), path="Dockerfile")
        assert '<h1 id="verdict">Unchanged</h1>' in render(dockerfix.rewrite("FROM a\n"), path="Dockerfile")


def test_the_stages_and_what_they_take() -> None:
    text = "FROM a AS x\nFROM x\nFROM b\nCOPY --from=x /1 /1\nCOPY --from=0 /2 /2\nCOPY --from=img:1 /3 /3\n"
    found = graph(dockerfix.parse(text + "RUN --mount=type=bind,from=1,target=/x true\n"))
    assert [(box.title, box.detail) for box in found.boxes] == [
        ("x", "a"),
        ("stage 1", "x"),
        ("final image", "b"),
        ("image", "img:1"),
        ("image", "1"),  # a mount names no stage by its number
    ]
    assert set(found.arrows) == {(0, 1, "FROM", 1), (0, 2, "COPY", 2), (3, 2, "COPY", 1), (4, 2, "mount", 1)}


def test_an_image_that_is_taken_from_twice_is_one_box() -> None:
    found = graph(dockerfix.parse("COPY --from=early /0 /0\nFROM a\nCOPY --from=img /1 /1\nCOPY --from=img /2 /2\n"))
    assert [box.title for box in found.boxes] == ["final image", "image"]
    assert set(found.arrows) == {(1, 0, "COPY", 2)}


def test_the_reason_ends_where_the_example_begins() -> None:
    assert paragraphs("A `b`\nc.\n\nD ``<e>``.\n\ncog.yaml:\n\n    f: g") == (
        "<p>A <code>b</code> c.</p><p>D <code>&lt;e&gt;</code>.</p>"
    )


class TestCommand:
    def test_a_file(self, project: Here) -> None:
        done = project("review", "Dockerfile", "-o", "review.html")
        assert (done.code, done.out) == (0, b"")
        assert done.err.startswith("dockerfix: review.html written; the Dockerfile would be rewritten, ")
        assert "drop-server" in (project.folder / "review.html").read_text("utf-8")

    def test_standard_input(self, project: Here) -> None:
        done = project("review", stdin=(project.folder / "Dockerfile").read_bytes())
        assert done.code == 0
        assert b"&lt;stdin&gt;: dockerfix review" in done.out
        assert b"install-python-packages" in done.out

    def test_the_project_and_the_settings(self, project: Here) -> None:
        text = (project.folder / "Dockerfile").read_bytes()
        project.write("deep/.dockerfix.yaml", "ignore: [DF104]\n")
        project.write("deep/Dockerfile", text)
        done = project("review", "deep/Dockerfile", "--project", ".")
        assert b"install-python-packages" in done.out
        assert b"drop-server" not in done.out
        assert project("review", "deep/Dockerfile", "--cog-yaml", "cog.yaml").out == done.out
        project.write("wrong/.dockerfix.yaml", "ignor: [DF104]\n")
        project.write("wrong/Dockerfile", text)
        assert project("review", "wrong/Dockerfile").code == 2

    def test_what_can_not_be_read_or_written(self, project: Here) -> None:
        done = project("review", "missing")
        assert (done.code, done.err) == (3, "dockerfix: cannot read missing: No such file or directory\n")
        done = project("review", "Dockerfile", "-o", "no/such/folder")
        assert done.code == 3
        assert done.err.startswith("dockerfix: cannot write no/such/folder: ")

    def test_against_a_committed_file(self, project: Here) -> None:
        current = project("Dockerfile", "-qq", "-o", "-").out.decode()
        project.write("committed", current)
        assert project("review", "Dockerfile", "--against", "committed", "--format", "text").out == (
            b"committed: up to date (compared with the result for Dockerfile)\n"
        )
        project.write("committed", current.replace("'requests==2.32.3'", "'requests==2.0'"))
        done = project("review", "Dockerfile", "--against", "committed", "--format", "text")
        assert done.code == 0
        assert done.out.decode().startswith(
            "committed: out of date (compared with the result for Dockerfile)\n\n"
            "  Python packages\n    ~ requests==2.0 -> requests==2.32.3\n\n--- a/committed\n+++ b/committed\n"
        )
        done = project("review", "Dockerfile", "--against", "committed", "-o", "x.html")
        assert (done.code, done.err) == (0, "dockerfix: x.html written; committed is out of date\n")
        done = project("review", "Dockerfile", "--against", "committed", "-o", "committed")
        assert done.code == 2
        assert "would replace committed" in done.err
        done = project("review", "Dockerfile", "--against", "missing")
        assert (done.code, done.err) == (3, "dockerfix: cannot read missing: No such file or directory\n")

    def test_the_project_says_what_the_model_needs(self, project: Here) -> None:
        shown = project("review", "Dockerfile", "--format", "text").out.decode()
        assert "\n  Machines        M" in shown or "\n  Machines        S" in shown or "\n  Machines        XS" in shown
        assert "Packages gone" not in shown
