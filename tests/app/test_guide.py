"""MIGRATION.md: its commands are those of fal's own program, and its calls are answered by the App."""

from __future__ import annotations

import base64
import json
import os
import re
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps import GOLDEN, HERE, install, run, write
from dockerfix.app import AppOptions, AppResult, ServerResult, build, build_server
from dockerfix.app.read.model import Input, Type, optional
from dockerfix.app.write.first_call import Sample, calls
from dockerfix.app.write.guide import RISKS, guide
from dockerfix.project.project import Project
from dockerfix.text.findings import Finding, Severity
from dockerfix.text.source import Span
from effort import examples
from golden import project_of
from places import FIXTURES

PIXEL = (
    "data:image/png;base64,"
    + base64.b64encode(
        bytes.fromhex(
            "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
            "0000000c49444154789c63f8ffff3f0005fe02fe0def46b80000000049454e44ae426082"
        )
    ).decode()
)


def text_of(result: AppResult | ServerResult, findings: tuple[Finding, ...] = ()) -> str:
    return guide(result, findings, {}, tuple(result.files))


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def test_the_commands_are_those_of_fal() -> None:
    pytest.importorskip("fal")
    folder = FIXTURES / "app" / "hello-text"
    commands: set[str] = set()
    for result in (build(Project.open(project_of(folder))), build_server(Project.open(project_of(folder)))):
        text = text_of(result)
        lines = [*"".join(blocks(text, "sh")).split("\n"), *re.findall(r"`([^`\n]+)`", text)]
        commands |= {line for line in lines if re.match(r"fal [a-z]+ ", line) and "prints" not in line}
    assert {line.split()[1] for line in commands} == {"auth", "keys", "run", "deploy", "apps"}
    program = (
        "import json, shlex, sys\nfrom fal.cli.main import _get_main_parser\n"
        "for line in json.loads(sys.argv[1]):\n"
        "    _get_main_parser().parse_args(shlex.split(line, comments=True)[1:])\n"
    )
    done = run("-c", program, json.dumps(sorted(commands)))
    assert done.returncode == 0, done.stderr


def test_both_snippets_send_the_same() -> None:
    """For each App: both snippets send the same values, among them all that are required."""
    for folder in GOLDEN:
        project = Project.open(project_of(folder))
        result = build(project)
        body = Sample(result.predictor.inputs).values
        (call,) = blocks("\n".join(calls(result.predictor, "x", server=False)), "python")
        sent = re.search(r"json=(.*?),\n    timeout", call, re.DOTALL)
        assert sent
        assert eval(sent[1]) == body
        shell = blocks("\n".join(calls(result.predictor, "x", server=False)), "sh")[0]
        words = shlex.split(shell.replace("\\\n", ""))
        assert json.loads(words[words.index("-d") + 1]) == body
        assert {each.name for each in result.predictor.inputs if each.required} <= body.keys()


class Served:
    """An App on a port, and what its MIGRATION.md says."""

    def __init__(self, name: str, folder: Path) -> None:
        self.folder = folder
        self.text = text_of(install(FIXTURES / "app" / name, folder))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "serve_app.py"), str(folder), str(port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        )
        end = time.monotonic() + 60
        while not self._is_up(port):
            if self.process.poll() is not None or time.monotonic() > end:
                self.stop()
                raise AssertionError("not served")
            time.sleep(0.1)

    def _is_up(self, port: int) -> bool:
        with socket.socket() as trial:
            return trial.connect_ex(("127.0.0.1", port)) == 0

    def here(self, code: str) -> str:
        """A snippet that calls this server in place of fal's."""
        found, count = re.subn(r"https://fal\.run/(\$FAL_USER|\{os\.environ\['FAL_USER'\]\})/[\w-]+", self.url, code)
        assert count == 1
        return re.sub(r"https://example\.com/image\.png", PIXEL, found)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)


@pytest.fixture(params=["hello-text", "resize-image", "async-stream"])
def served(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Served]:
    pytest.importorskip("fal")
    server = Served(request.param, tmp_path / "served")
    yield server
    server.stop()


def test_the_snippets_are_answered(served: Served) -> None:
    environment = {**os.environ, "FAL_KEY": "key", "FAL_USER": "me"}
    (python,) = blocks(served.text, "python")[:1]
    done = subprocess.run(
        [sys.executable, "-c", served.here(python)], capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 0, done.stderr
    assert "output" in done.stdout
    curls = [block for block in blocks(served.text, "sh") if block.startswith("curl")]
    assert len(curls) == 1 + ("/stream" in served.text)
    for curl in curls:
        answer = subprocess.run(
            ["bash", "-c", served.here(curl)], capture_output=True, text=True, check=False, env=environment
        )
        assert '"output"' in answer.stdout, answer.stderr
        assert answer.stdout.startswith("data: " if "/stream" in curl else "{")


def test_the_order_is_that_of_the_work() -> None:
    result = build(Project.open(project_of(FIXTURES / "app" / "odd-inputs")))
    text = guide(result, (), {}, ("Dockerfile",), ["cog.yaml:", "  1  x"])
    titles = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert titles == [
        "Deploy", "What changes for clients", "What it costs to keep warm", "Check by hand", "Files",
        "Where each line of cog.yaml went",
    ]  # fmt: skip
    assert text.index("fal auth login") < text.index("\nfal run ") < text.index("\nfal deploy ") < text.index("\ncurl ")


def test_nobody_else_can_call_what_fal_run_serves() -> None:
    """`fal run` does not look at the App's own setting, so the command says it; fal reads it as it is written."""
    pytest.importorskip("fal")
    from fal.cli.main import parse_args

    options = AppOptions(auth="shared")
    result = build(Project.open(project_of(FIXTURES / "app" / "hello-text")), options)
    command = re.search(r"^fal (run .+)$", guide(result, (), {}, ("Dockerfile",)), re.MULTILINE)
    assert command
    read = parse_args(shlex.split(command[1]))
    assert (read.func_ref, read.auth) == ((result.settings.app_name, None), "shared")


def finding(code: str, severity: Severity) -> Finding:
    return Finding(code, Span(0, 0), f"about {code}", (), severity)


def test_guesses_are_checked_by_hand_and_risks_have_an_order() -> None:
    result = replace(build(Project.open(project_of(FIXTURES / "app" / "hello-text"))), findings=())
    codes = [
        ("DF520", Severity.WARNING),
        ("DF504", Severity.WARNING),
        ("DF513", Severity.NOTE),
        ("DF402", Severity.WARNING),
        ("DF306", Severity.ERROR),
        ("DF102", Severity.NOTE),
    ]
    text = text_of(result, tuple(finding(*each) for each in codes))
    checks = text[text.index("## Check by hand") : text.index("## Files")]
    assert re.findall(r"^### (.+)$", checks, re.MULTILINE) == [title for title, _ in RISKS]
    assert re.findall(r"about (DF\d+)", checks) == ["DF306", "DF402", "DF513", "DF504", "DF520"]
    assert "- [ ] about DF513 (DF513) (a guess)\n" in checks
    assert "about DF102 (DF102)\n" in text[text.index("## Done") :]


def test_the_guide_says_nothing_twice_or_for_nothing() -> None:
    result = replace(build(Project.open(project_of(FIXTURES / "app" / "hello-text"))), findings=())
    guess = Finding("DF513", Span(0, 0), "a guess: 40 GB", (), Severity.WARNING)
    findings = (*(finding("DF105", Severity.NOTE) for _ in range(2)), finding("DF521", Severity.NOTE), guess)
    text = text_of(result, (*findings, finding("DF107", Severity.WARNING)))
    assert text.count("about DF105") == 1
    assert "- [ ] a guess: 40 GB (DF513)\n" in text
    assert "A download that outlives" not in text
    assert text.index("It may start slowly") < text.index("about DF107")
    assert "A download that outlives" in text_of(result, (finding("DF521", Severity.WARNING),))


def test_a_call_without_files_says_so(tmp_path: Path) -> None:
    code = (
        "from cog import BasePredictor, Path\n\nclass Predictor(BasePredictor):\n    def predict(self{}) -> str: ...\n"
    )
    for inputs, sentence in (
        (
            ", audio: Path = None, n: int = 1, clip: Path = None",
            "add a URL as `audio` or `clip` if the model needs one.",
        ),
        (", n: int, audio: Path = None", None),
        (", n: int = 1", None),
    ):
        text = text_of(build(write(tmp_path, predict__py=code.format(inputs))))
        assert (f"No input is required, so no file is sent; {sentence}" in text) == (sentence is not None)
        assert ("no file is sent" in text) == (sentence is not None)


def test_the_server_target_keeps_the_body_of_cog() -> None:
    result = build_server(Project.open(project_of(FIXTURES / "app" / "llm-stream")))
    text = text_of(result)
    (curl,) = [block for block in blocks(text, "sh") if block.startswith("curl")]
    assert f'$FAL_USER/{result.settings.app_name}/predictions"' in curl
    words = shlex.split(curl.replace("\\\n", ""))
    assert set(json.loads(words[words.index("-d") + 1])) == {"input"}
    assert "/stream" not in text


TYPES: list[Any] = [Type(kind) for kind in ("any", "bool", "dict", "file", "float", "int", "path", "secret", "str")]
TYPES += [Type("literal", values=("b", "a")), Type("list", (Type("int"),)), Type("union", (Type("float"), Type("str")))]


@examples
@given(
    type_=st.sampled_from(TYPES),
    ge=st.none() | st.integers(-5, 5),
    span=st.none() | st.integers(0, 9),
    least=st.none() | st.integers(0, 20),
    room=st.none() | st.integers(0, 20),
    pattern=st.sampled_from([None, "^[a-z]+$", "^#[0-9a-f]{6}$", r"^\d+:\d+$", "(", "^zzz$"]),
    may_lack=st.booleans(),
)
def test_a_value_keeps_the_limits(
    type_: Type,
    ge: int | None,
    span: int | None,
    least: int | None,
    room: int | None,
    pattern: str | None,
    may_lack: bool,
) -> None:
    le = None if span is None else (ge or 0) + span
    most = None if room is None else (least or 0) + room
    inner = optional(type_) if may_lack else type_
    each = Input("prompt", inner, 1, True, ge=ge, le=le, min_length=least, max_length=most, pattern=pattern)
    sample = Sample([each])
    value = sample.values["prompt"]
    json.dumps(value)
    if type_.kind in ("int", "float"):
        assert isinstance(value, int | float)
        assert ge is None or value >= ge
        assert le is None or value <= le
    if type_.kind == "str":
        assert isinstance(value, str)
        assert (least or 0) <= len(value)
        assert most is None or len(value) <= most
        assert sample.unsure == ["prompt"] or pattern is None or re.search(pattern, value)
    assert sample.files == (["prompt"] if type_.kind in ("file", "path") else [])


def test_defaults_that_are_no_values_are_left_out() -> None:
    sample = Sample(
        [
            Input("low", Type("int"), 1, default=1, ge=2),
            Input("none", optional(Type("int")), 1),
            Input("own", Type("int"), 1, own_default=True),
            Input("old", Type("int"), 1, default=1, deprecated=True),
            Input("set", Type("any"), 1, default={"b", "a"}),
            Input("infinite", Type("float"), 1, default=float("inf")),
            Input("fine", Type("int"), 1, default=3, ge=2),
        ]
    )
    assert sample.values == {"set": ["a", "b"], "fine": 3}
