"""What a project says stays data in all that dockerfix writes and prints, and its secrets stay where they are."""

from __future__ import annotations

import ast
import json
import re
import sys
import tempfile
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from archives import outputs
from commands import DOCKERFILE
from comments import check_comment
from dockerfix.app import AppError, build, build_server, migrate
from dockerfix.app.outlook import outlook
from dockerfix.driver.rewrite import Result, rewrite
from dockerfix.project.project import ConfigError, Project
from dockerfix.report import comment, diff, findings_json, github, plain, sarif, text, trace, tree
from dockerfix.report.entry import Entry
from dockerfix.report.overview import Committed, Needs
from dockerfix.report.page import render
from dockerfix.syntax.dockerfile.parser import parse
from dockerfix.text import quoting
from dockerfix.text.credentials import secrets
from dockerfix.text.findings import Severity
from dockerfix.text.source import Source
from effort import examples

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PREDICTOR = """\
from cog import BasePredictor, BaseModel, Input
from typing import Literal
NAME = {0}
class Result(BaseModel):
    label: str
class Predictor(BasePredictor):
    def predict(
        self,
        prompt: str = Input(description={0}, default={0}, regex={0}),
        kind: str = Input(description="x", choices=[{0}, "b"]),
        other: str = Input(default=unknown({0})),
    ) -> Result:
        {0}
        return Result(label=prompt)
"""
PIECES = (
    *('"""', "'''", '"', "'", "\\", "`", "``", "```", "PWNED()", "; PWNED(); ", "<b onclick=PWNED()>", "</script>"),
    *("<script>PWNED()</script>", "<!-- PWNED", "-->", "&lt;", "\n", "\r", "\t", "\x1b[2J", "\x1b]0;x\x07", "\x7f"),
    *(
        "\x9b31m",
        "\u202e",
        "\u2066",
        "\u2028",
        "\x85",
        "\U000e0001",
        "::error::PWNED",
        "##[error]PWNED",
        "%0A::error::",
    ),
    *("[a](javascript:PWNED())", "![a](b)", "# ", "- ", "{0}", "${x}", "$(PWNED)", "]]>", "é", " ", "~~~", "*", "_"),
)
HOSTILE = st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map("".join)
WORST = '"""; PWNED(); """\\`<b onclick=PWNED()>`</script>-->\x1b[2J\u202e\u2028::error::PWNED[a](b)'


def config(field: str, value: str) -> dict[str, Any]:
    """A cog.yaml in which one field has the value."""
    result: dict[str, Any] = {"build": {"python_version": "3.11", "python_packages": ["numpy==1.26.4"]}}
    build_ = result["build"]
    file = f"{value.replace('/', '|')}.py" if field == "file" else "predict.py"
    result["predict"] = f"{file}:Predictor"
    if field in ("python_packages", "system_packages", "run"):
        build_[field] = [value]
    elif field == "mount":
        build_["run"] = [{"command": "x", "mounts": [{"type": "secret", "id": value, "target": value}]}]
    elif field == "requirements":
        build_["python_requirements"] = "requirements.txt"
        del build_["python_packages"]
    elif field == "environment":
        result[field] = [f"COG_THREADS={value}", f"A={value}"]
    elif field == "weights":
        source = {"uri": f"https://h/{value}", "include": [value]}
        result[field] = [{"name": value, "target": f"/w/{value}", "source": source}]
    elif field in ("image", "train"):
        result[field] = value
    elif field == "key":
        result[value] = value
        build_[value] = value
    return result


FIELDS = (
    *("file", "code", "dockerfile", "ignored", "python_packages", "system_packages", "run", "mount", "requirements"),
    *("environment", "weights", "image", "train", "key"),
)


def project(root: Path, field: str, value: str) -> str:
    """Write a project with the value in a field; returns its Dockerfile."""
    given_ = config(field, value)
    (root / "cog.yaml").write_text(yaml.safe_dump(given_, allow_unicode=False), "utf-8")
    code = PREDICTOR.format(repr(value) if field == "code" else '"x"')
    path = given_["predict"].removesuffix(":Predictor")
    (root / (path if field == "file" and "\0" not in path else "predict.py")).write_text(code, "utf-8", newline="")
    (root / "requirements.txt").write_text(f"{value if field == 'requirements' else 'numpy'}\n", "utf-8", newline="")
    pattern = value if field == "ignored" else "x"
    (root / ".dockerignore").write_text(f"{pattern}\n!{pattern}\n", "utf-8")
    added = f"RUN echo {value}\nLABEL a={value}\nCOPY {value} /x\n" if field == "dockerfile" else ""
    return DOCKERFILE + added


def written(root: Path, result: Result) -> Iterator[tuple[str, str]]:
    """The files of both kinds of migration, as far as there is one."""
    for make in (build, build_server):
        try:
            opened = Project.open(root)
            app = make(opened)
            account = trace.as_text(entry for entry in result.account if entry.file != "Dockerfile").splitlines()
            plan = migrate.plan(opened, result.rewritten, app, result.findings, account)
        except (AppError, ConfigError) as error:
            yield "error.txt", quoting.terminal(str(error))
            continue
        yield from plan.files.items()


def reports(result: Result, root: Path) -> dict[str, str]:
    """Everything that is printed about a result."""
    entry = Entry(
        "a/Dockerfile", "rewritten", result.source, result.findings, result.changes, str(root), account=result.account
    )
    found = diff.unified(result.source.text, result.rewritten, "Dockerfile")
    return {
        "terminal": quoting.terminal("\n".join(text.entry(entry, show_source=True, colour=True))),
        "coloured": diff.coloured(found),
        "diff": found,
        "github": "\n".join(github.lines_of([entry])),
        "json": json.dumps(findings_json.as_data([entry], 0)),
        "sarif": json.dumps(sarif.as_data([entry], 0)),
        "trace": trace.as_text(result.account),
        "tree": tree.as_text(parse(result.source.text)),
        "tree.json": json.dumps(tree.as_json(parse(result.source.text))),
        **reviews(result, root),
    }


def reviews(result: Result, root: Path) -> dict[str, str]:
    """The forms of a review: of the conversion, with what its project needs, and beside a committed file."""
    expected = outlook(Project.open(root), result.rewritten) if not result.refused else None
    needs = Needs(*expected) if expected is not None else None
    name = str(root / result.source.text[-20:])
    committed = Committed(name, Source(result.source.text[::-1]))
    return {
        "page": render(result, path=name, needs=needs),
        "page of both": render(result, path=name, committed=committed),
        "comment": comment.render(result, path=name, needs=needs),
        "comment on both": comment.render(result, path=name, committed=committed),
        "review": plain.render(result, path=name, needs=needs, colour=True),
        "review of both": plain.render(result, path=name, committed=committed),
    }


class Tags(HTMLParser):
    """The tags and attributes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[str, ...]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, tuple(sorted(name for name, _value in attrs))))


def check_python(path: str, content: str) -> None:
    tree_ = ast.parse(content)
    assert not [node for node in ast.walk(tree_) if isinstance(node, ast.Name) and "PWNED" in node.id]
    assert "".join(content.split("\n")).isprintable()
    if path == "fal_app.py":
        known = (ast.Expr, ast.ImportFrom, ast.Import, ast.Assign, ast.ClassDef, ast.FunctionDef)
        assert {type(node) for node in tree_.body} <= set(known)
        assert [isinstance(node, ast.Expr) for node in tree_.body].count(True) == 1
        assert isinstance(tree_.body[0], ast.Expr)


def check_markdown(content: str) -> None:
    tokens = MarkdownIt("commonmark").parse(content)
    every = [*tokens, *(child for token in tokens for child in token.children or ())]
    raw = [token.content.strip() for token in every if token.type in ("html_block", "html_inline")]
    assert all(
        re.fullmatch(r"<!-- (Written by dockerfix|This section|dockerfix wrote)[^<>]*-->", each) for each in raw
    ), raw
    assert not [token for token in every if token.type in ("image", "link_open") and "fal.ai" not in str(token.attrs)]
    headings = [every_.content for mark, every_ in pairwise(tokens) if mark.type == "heading_open"]
    assert not [each for each in headings if "PWNED" in each]
    assert "".join(content.split("\n")).isprintable()


def check_files(files: Iterator[tuple[str, str]]) -> None:
    for path, content in files:
        if path.endswith(".py"):
            check_python(path, content)
        elif path.endswith(".md"):
            check_markdown(content)
        elif path.endswith(".toml"):
            assert set(tomllib.loads(content)) == {"tool"}
            assert "".join(content.split("\n")).isprintable()
        elif path.endswith(".json"):
            json.loads(content)
            assert "".join(content.split("\n")).isprintable()
        elif path == "error.txt":
            assert "".join(content.split("\n")).isprintable()


def check_reports(shown: dict[str, str]) -> None:
    for name in ("terminal", "coloured", "trace", "tree", "review", "review of both"):
        plain = re.sub(r"\x1b\[[0-9;]*m|[\n\t]", "", shown[name])
        assert plain.isprintable(), name
    assert all(
        re.match(r"::(notice|warning|error) (file|title)=", line) for line in shown["github"].split("\n") if line
    )
    assert shown["github"].replace("\n", "").isprintable()
    for name in ("json", "sarif", "tree.json"):
        json.loads(shown[name])
        assert shown[name].isascii()
    for kind in ("page", "page of both"):
        page = Tags()
        page.feed(shown[kind])
        assert [tag for tag, _names in page.found].count("script") == 1
        assert not [names for _tag, names in page.found if any(name.startswith("on") for name in names)]
        assert not {tag for tag, _names in page.found} & {"b onclick", "img", "iframe"}
    check_comment(shown["comment"])
    check_comment(shown["comment on both"])


def check(field: str, value: str) -> tuple[Result, dict[str, str]]:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        source = project(root, field, value)
        result = rewrite(source, project=root)
        files = dict(written(root, result))
        check_files(iter(files.items()))
        check_reports(reports(result, root))
    return result, files


@examples
@given(st.sampled_from(FIELDS), HOSTILE)
def test_no_field_of_a_project_gets_out_as_code(field: str, value: str) -> None:
    check(field, value)


@pytest.mark.parametrize("field", FIELDS)
def test_the_worst_value_in_each_field(field: str) -> None:
    _result, files = check(
        field,
        (
            WORST.replace("\u2028", "").replace("/", "|").replace(":", ";")
            if field == "file"
            else WORST.replace("\u2028", "")
        ),
    )
    if field in ("file", "code", "image", "dockerfile", "ignored", "run"):
        assert "PWNED" in files.get("fal_app.py", "") + files.get("MIGRATION.md", "")


@examples
@given(HOSTILE)
def test_every_quoted_text_is_data(value: str) -> None:
    assert ast.literal_eval(quoting.python_string(value)) == value
    assert isinstance(ast.parse("\n".join(quoting.python_docstring(value, value))).body[0], ast.Expr)
    assert len(ast.parse("\n".join(quoting.python_docstring(value))).body) == 1
    assert ast.parse(quoting.python_comment(value)).body == []
    assert tomllib.loads(f"a = {quoting.toml_string(value)}") == {"a": value}
    assert json.loads(quoting.json_text(value)) == value
    shown = MarkdownIt("commonmark").parse(f"- {quoting.markdown(value)}\n")
    inner = [child.type for token in shown for child in token.children or ()]
    assert set(inner) <= {"text", "code_inline", "text_special"}, quoting.markdown(value)
    check_comment(
        f"# {quoting.markdown_code(value)}\n\n{quoting.markdown_comment(value)}\n\n- {quoting.markdown_code(value)}\n"
    )
    blocks = MarkdownIt("commonmark").parse(f"- a\n\n{quoting.markdown_block(value, 'diff')}\n\nb\n")
    assert [token.info for token in blocks if token.type == "fence"] == ["diff"]
    assert blocks[-2].content == "b"
    assert [token.type for token in shown if token.type in ("html_block", "fence", "heading_open", "code_block")] == []
    page = Tags()
    page.feed(f'<p title="{quoting.html(value)}">{quoting.html(value)}</p>')
    assert page.found == [("p", ("title",))]
    assert quoting.readable(value).replace("\t", "").isprintable()
    assert quoting.workflow_property(value).replace("\t", "").isprintable()


SECRET = "q7hunter2zz"
PLACES: dict[str, dict[str, str]] = {
    "private_token": {"python_packages": f"https://h.example/x-1.0-py3-none-any.whl?private_token={SECRET}"},
    "job_token": {"requirements": f"x @ https://h.example/x.whl?job_token={SECRET}"},
    "access_token": {"python_packages": f"--extra-index-url https://h.example/simple?access_token={SECRET}"},
    "index": {"requirements": f"--extra-index-url https://me:{SECRET}@h.example/simple"},
    "environment": {"environment": f"HF_TOKEN={SECRET}"},
    "a URL in environment": {"environment": f"PIP_EXTRA_INDEX_URL=https://me:{SECRET}@h.example/simple"},
    "a proxy": {"environment": f"http_proxy=me:{SECRET}@proxy:3128"},
    "weights": {"weights": f"https://me:{SECRET}@h.example/w"},
    "run": {"run": f"curl -H 'Authorization: Bearer {SECRET}' https://h.example"},
    "a long run": {"run": f"git clone {'x' * 30} https://me:{SECRET}{SECRET}@h.example/x.git"},
    "ENV": {"dockerfile": f"ENV A=1 HF_TOKEN={SECRET} B=2"},
    "an old ENV": {"dockerfile": f"ENV HF_TOKEN {SECRET}"},
    "a continued ENV": {"dockerfile": f"ENV A=1 \\\n  HF_TOKEN=\\\n{SECRET} \\\n  B=2"},
    "ARG": {"dockerfile": f"ARG GITHUB_TOKEN={SECRET}"},
    "LABEL": {"dockerfile": f"LABEL token={SECRET}"},
    "RUN": {"dockerfile": f"RUN pip install --extra-index-url https://me:{SECRET}@h.example/simple pydantic==1.0"},
    "a heredoc": {"dockerfile": f"RUN <<EOF\nexport AWS_SECRET_ACCESS_KEY={SECRET}\nEOF"},
    "a package beside Cog": {"dockerfile": f"RUN pip install cog 'x @ https://{SECRET}@h.example/x.whl'"},
}
"""Places of a secret: the fields of a project that hold it."""


@pytest.mark.parametrize("place", PLACES)
def test_a_secret_is_told_and_shown_nowhere(place: str, tmp_path: Path) -> None:
    (field, value), *_rest = PLACES[place].items()
    given_ = config(field, value)
    if field == "environment":
        given_["environment"] = [value]
    elif field == "weights":
        given_["weights"] = [{"name": "w", "target": "/w", "source": {"uri": value}}]
    (tmp_path / "cog.yaml").write_text(yaml.safe_dump(given_))
    (tmp_path / "predict.py").write_text(PREDICTOR.format('"x"'))
    (tmp_path / "requirements.txt").write_text(f"{value if field == 'requirements' else 'numpy'}\n")
    added = f"{value}\n" if field == "dockerfile" else f"RUN {value}\n" if field == "run" else ""
    source = DOCKERFILE.replace("WORKDIR", f"{added}WORKDIR")
    result = rewrite(source, project=tmp_path)
    for name, shown in reports(result, tmp_path).items():
        assert "hunter2" not in shown, name
    apps = dict(written(tmp_path, result))
    for path, content in apps.items():
        assert path == "Dockerfile" or "hunter2" not in content, path
    assert ("hunter2" in result.rewritten) == (field in ("dockerfile", "run"))
    found = [each for each in result.findings if "credentials" in each.message]
    if field == "weights":
        app = build(Project.open(tmp_path))
        found = [each for each in app.findings if "credentials" in each.message]
        assert not app.ok
    assert found
    severe = Severity.WARNING if field in ("dockerfile", "run") else Severity.ERROR
    assert {each.severity for each in found} == {severe}
    assert field == "weights" or all("--mount=type=secret" in each.message for each in found)
    if field != "dockerfile":
        file = "requirements.txt" if field == "requirements" else "cog.yaml"
        assert {each.file for each in found} == {file}
        assert all(each.line for each in found)


@examples
@given(
    st.sampled_from(sorted(PLACES)),
    st.sampled_from(["", "ghp_", "hf_", "a-", "x.", "1"]),
    st.sampled_from(["", "%40", "-", "+/=", "~"]),
)
def test_no_secret_of_a_project_gets_out(place: str, before: str, behind: str) -> None:
    (field, form), *_rest = PLACES[place].items()
    value = form.replace(SECRET, f"{before}{SECRET}{behind}")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "cog.yaml").write_text(yaml.safe_dump(config(field, value)))
        (root / "predict.py").write_text(PREDICTOR.format('"x"'))
        (root / "requirements.txt").write_text(f"{value if field == 'requirements' else 'numpy'}\n")
        added = f"{value}\n" if field == "dockerfile" else ""
        result = rewrite(DOCKERFILE.replace("WORKDIR", f"{added}WORKDIR"), project=root)
        assert "hunter2" not in "".join(reports(result, root).values())


def test_a_secret_of_an_environment_is_no_default(tmp_path: Path) -> None:
    environment = f"environment:\n  - INDEX=https://a:{SECRET}@h/\n"
    (tmp_path / "cog.yaml").write_text(f"build:\n  gpu: false\npredict: predict.py:Predictor\n{environment}")
    code = "import os\nfrom cog import BasePredictor, Input\nclass Predictor(BasePredictor):\n"
    code += "    def predict(self, a: str = Input(default=os.environ.get('INDEX'))) -> str:\n        return a\n"
    (tmp_path / "predict.py").write_text(code)
    app = build(Project.open(tmp_path))
    assert SECRET not in app.text
    assert any(each.code == "DF501" for each in app.findings)


def test_there_is_no_secret_in_what_cog_prints() -> None:
    """Not in any output of `cog debug`, nor in the files of its projects."""
    texts = {output.file: output.text for output in outputs()}
    for folder in {output.folder for output in outputs()}:
        for path in folder.rglob("*"):
            if path.is_file():
                texts[str(path)] = path.read_text("utf-8", "replace")
    assert len(texts) > 921
    found = {name: [each.holder for each in secrets(content)] for name, content in texts.items()}
    assert {name: holders for name, holders in found.items() if holders} == {}
