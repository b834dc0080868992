"""What an App can't have of Cog is said once; what it can have is carried over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from apps import HERE, SERVED, run, write
from dockerfix.app import AppResult, build, build_server
from dockerfix.app.migrate import plan
from dockerfix.project.project import Project
from dockerfix.text.findings import Finding, Severity
from dockerfix.text.source import Span

CONFIG = 'build:\n  python_version: "3.11"\n{}predict: "predict.py:Predictor"\n'


def app(folder: Path, predict: str, lines: str = "", **files: str) -> AppResult:
    return build(write(folder, cog__yaml=CONFIG.format("") + lines, predict__py=predict, **files))


def told(result: AppResult, *codes: str) -> list[tuple[str, str, int | None]]:
    return [(each.code, each.severity.label, each.line) for each in result.findings if each.code in codes]


def predictor(body: str, head: str = "", signature: str = "self", returns: str = "str") -> str:
    lines = "\n".join(f"        {line}" for line in body.split("\n"))
    return (
        f"import os, json\nfrom cog import BasePredictor, BaseRunner, Input, current_scope, emit_metric\n{head}\n\n"
        f"class Predictor(BasePredictor):\n    def predict({signature}) -> {returns}:\n{lines}\n"
    )


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return ''", []),
        ("self.record_metric('a', 1)", [("DF516", "note", 7)]),
        ("emit_metric('a', 1)", [("DF516", "note", 7)]),
        ("current_scope().record_metric('a', 1)", [("DF516", "note", 7)]),
        ("self.scope.metrics['a'] = 1", [("DF516", "note", 7)]),
        ("scope = current_scope()\ndel scope.metrics['a']", [("DF516", "note", 8)]),
        ("return current_scope().context['token']", [("DF517", "warning", 7)]),
        ("scope = self.scope\nreturn scope.context.get('token', '')", [("DF517", "warning", 8)]),
        ("return request.scope.context, self.metrics, self.context", []),
    ],
    ids=str,
)
def test_metrics_and_context(tmp_path: Path, body: str, expected: list[Any]) -> None:
    assert told(app(tmp_path, predictor(body)), "DF516", "DF517") == expected


def test_metrics_are_said_once_for_all_files(tmp_path: Path) -> None:
    helper = "from cog import emit_metric\n\n\ndef f():\n    emit_metric('a', 1)\n    emit_metric('b', 1)\n"
    result = app(
        tmp_path, predictor("helper.f()\nemit_metric('c', 1)", "import helper"), helper__py=helper, other__py=helper
    )
    (found,) = [each for each in result.findings if each.code == "DF516"]
    assert (found.file, found.line) == ("predict.py", 8)
    assert found.message.startswith("metrics are dropped")
    assert found.message.endswith("(2 more places)")


@pytest.mark.parametrize(
    ("head", "body", "word"),
    [
        ("import signal", "signal.signal(signal.SIGALRM, f)", "ValueError"),
        ("import signal as s", "s.signal(s.SIGALRM, f)", "ValueError"),
        ("from signal import signal, SIGUSR1", "signal(SIGUSR1, f)", "ValueError"),
        ("import signal", "signal.signal(handler=f, signalnum=signal.SIGCHLD)", "ValueError"),
        ("import signal", "signal.set_wakeup_fd(1)", "ValueError"),
        ("import asyncio, signal", "asyncio.get_event_loop().add_signal_handler(signal.SIGTERM, f)", "ValueError"),
        ("import signal", "signal.signal(signal.SIGTERM, f)", "ignored"),
        ("from signal import signal as on, SIGINT as end", "on(end, f)", "ignored"),
        ("import signal", "signal.signal(signalnum=signal.SIGHUP, handler=f)", "ignored"),
        ("import signal", "signal.getsignal(signal.SIGALRM), signal.alarm(0), scipy.signal.signal", ""),
        ("from scipy import signal", "signal.signal(1)", ""),
        ("import signal\nif __name__ == '__main__':\n    signal.signal(signal.SIGALRM, f)", "return ''", ""),
    ],
)
def test_handlers_of_signals(tmp_path: Path, head: str, body: str, word: str) -> None:
    found = [each for each in app(tmp_path, predictor(body, head)).findings if each.code == "DF509"]
    assert [(word in each.message, each.severity.label) for each in found] == [(True, "warning")] * bool(word)


def test_handlers_of_signals_in_files_that_are_reached(tmp_path: Path) -> None:
    helper = (
        "import signal\n\n\ndef limit(seconds):\n    signal.signal(signal.SIGALRM, stop)\n    signal.alarm(seconds)\n"
    )
    result = app(tmp_path, predictor("helper.limit(3)", "import helper"), helper__py=helper, other__py=helper)
    assert [(each.file, each.line) for each in result.findings if each.code == "DF509"] == [("helper.py", 5)]
    (tmp_path / "cog.yaml").write_text(CONFIG.format(""), encoding="utf-8")
    assert "DF509" not in {each.code for each in build_server(Project.open(tmp_path)).findings}


def test_the_events_of_a_stream(tmp_path: Path) -> None:
    streamed = predictor("yield 'a'", "from typing import Iterator", returns="Iterator[str]")
    assert told(app(tmp_path, streamed), "DF518") == [("DF518", "note", 6)]
    assert told(app(tmp_path, predictor("return ''")), "DF518") == []


def test_variables_of_cogs_server(tmp_path: Path) -> None:
    values = ["COG_SETUP_TIMEOUT=900", "COG_MAX_CONCURRENCY=3", "COG_LOG_LEVEL=debug", "OTHER=1"]
    result = app(tmp_path, predictor("return ''").replace("    def", "    async def"), f"environment: {values}\n")
    assert (result.settings.startup_timeout, result.settings.max_multiplexing) == (900, 3)
    assert [each.message for each in result.findings if each.code == "DF519"] == [
        "`startup_timeout` of the App is 900, from COG_SETUP_TIMEOUT",
        "`max_multiplexing` of the App is 3, from COG_MAX_CONCURRENCY",
        "only Cog's server reads COG_LOG_LEVEL; its value `debug` has no effect on fal",
    ]
    result = app(tmp_path, predictor("return ''"), "environment: ['COG_SETUP_TIMEOUT=soon']\n")
    assert [each.message for each in result.findings if each.code == "DF519"] == [
        "only Cog's server reads COG_SETUP_TIMEOUT; its value `soon` has no effect on fal"
    ]


def test_what_the_app_does_is_not_also_asked_of_the_user(tmp_path: Path) -> None:
    lines = "environment: ['COG_SETUP_TIMEOUT=900']\nweights: [{name: a, target: /w, source: {uri: 'hf://x/y'}}]\n"
    project = write(tmp_path, cog__yaml=CONFIG.format("") + lines, predict__py=predictor("return ''"))
    of_dockerfile = [
        Finding("DF308", Span(0, 0), f"line {line}", (), Severity.WARNING, "cog.yaml", line) for line in (4, 5, 6)
    ]
    text = plan(project, "FROM x\n", build(project), of_dockerfile).files["MIGRATION.md"]
    assert "line 4" not in text
    assert "line 5" not in text
    assert "line 6" in text
    assert "fetches `hf://x/y` to `/data` once" in text
    assert "- `fal_weights.py`: " in text


HEALTH = """\
from cog import BasePredictor


class Predictor(BasePredictor):
    sick = False

    def predict(self, sick: bool) -> str:
        self.sick = sick
        return ""

    {}def healthcheck(self) -> bool:
        return not self.sick
"""


@pytest.mark.parametrize("prefix", ["", "async "])
def test_a_health_check_answers_fal(tmp_path: Path, prefix: str) -> None:
    fal = pytest.importorskip("fal")
    folder = tmp_path / SERVED
    folder.mkdir()
    result = app(folder, HEALTH.format(prefix))
    assert told(result, "DF512") == [("DF512", "note", 11)]
    assert '[tool.fal.apps.served.health_check]\npath = "/health"\nmethod = "POST"\n' in result.toml
    for name, text in result.files.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "Dockerfile").write_text("FROM python:3.11-slim\nCOPY . /src\n", encoding="utf-8")
    program = (
        f"import sys; sys.path.insert(0, {str(HERE)!r})\n"
        "from describe_apps import load\n"
        "from fastapi.testclient import TestClient\n"
        f"kind = load({str(folder)!r})\n"
        "print(kind.get_health_check_config().path, kind.get_health_check_config().method)\n"
        "with TestClient(kind(_allow_init=True)._build_app()) as client:\n"
        "    for sick in (False, True, False):\n"
        "        client.post('/', json={'sick': sick})\n"
        "        print(client.post('/health').status_code, client.get('/health').status_code)\n"
    )
    assert fal
    found = run("-c", program)
    lines = [line for line in found.stdout.splitlines() if not line.startswith("[debug]")]
    assert lines == ["/health POST", "200 200", "500 200", "200 200"], found.stderr


@pytest.mark.parametrize(
    ("head", "default", "expected", "variables"),
    [
        ("N = int(os.getenv('N', '512'))", "N", 512, ["N"]),
        ("N = float(os.environ.get('N', '0.5'))", "N", 0.5, ["N"]),
        ("N = int(os.environ.get(key='N', default=7))", "N", 7, ["N"]),
        ("from os import getenv as g, environ as e", "int(g('A', '1')) + int(e.get('B', '2'))", 3, ["A", "B"]),
        ("", "json.loads(os.getenv('N', '[4, 5]'))[1]", 5, ["N"]),
        ("", "int(os.environ['SET'])", 9, ["SET"]),
        ("", "int(os.getenv('SET', '1'))", 9, ["SET"]),
        ("", "1 if 'SET' in os.environ else 2", 1, ["SET"]),
        ("", "1 if 'N' in os.environ else 2", 2, ["N"]),
        ("", "int(os.getenv('N') or 6)", 6, ["N"]),
    ],
    ids=str,
)
def test_defaults_from_the_environment(
    tmp_path: Path, head: str, default: str, expected: float, variables: list[str]
) -> None:
    code = predictor("return ''", head, f"self, n: float = Input(default={default})")
    result = app(tmp_path, code, "environment: ['SET=9']\n")
    (given,) = result.predictor.inputs
    assert (given.default, given.own_default) == (expected, False)
    notes = [each for each in result.findings if each.code == "DF506"]
    assert all(each.severity is Severity.NOTE for each in notes)
    assert [name for name in variables if any(f"the variable {name}," in each.message for each in notes)] == variables
    assert len(notes) == len(variables)


@pytest.mark.parametrize(
    ("default", "reason"),
    [
        ("os.environ['NOT_SET']", "depends on the variable `NOT_SET`, which cog.yaml does not set"),
        ("os.getenv('HF_HOME', 'x')", "depends on the variable HF_HOME, which the runner sets"),
        ("os.getenv('CUDA_VISIBLE_DEVICES', '')", "which the runner sets"),
        ("os.getenv(missing, 'x')", "depends on `missing`"),
        ("os.getenv('NOT_SET')", "depends on a variable that cog.yaml does not set"),
        ("os.getenv('API_TOKEN', 'x')", "depends on the variable API_TOKEN, which may be a secret of the runner"),
        ("os.environ.get('A', read())", "calls `read()`"),
        ("json.loads('{')", "fails with JSONDecodeError"),
    ],
)
def test_defaults_that_the_environment_decides(tmp_path: Path, default: str, reason: str) -> None:
    code = predictor("return ''", "", f"self, n: str = {default}")
    result = app(tmp_path, code)
    (found,) = [each for each in result.findings if each.code == "DF501"]
    assert reason in found.message
    assert result.predictor.inputs[0].own_default


@pytest.mark.parametrize(
    ("declared", "limit"),
    [
        ("int = Input(default=1, ge=2)", "ge=2"),
        ("int = Input(default=11, le=10)", "le=10"),
        ("float = Input(default=0.5, ge=0.6)", "ge=0.6"),
        ("str = Input(default='abc', max_length=2)", "max_length=2"),
        ("str = Input(default='', min_length=1)", "min_length=1"),
        ("list[int] = Input(default=[3, 1], ge=2)", "ge=2"),
        ("int = Input(default=2, ge=2, le=2)", ""),
        ("int = Input(ge=2)", ""),
        ("str = Input(default='ab', min_length=1, max_length=2)", ""),
        ("bool = Input(default=False)", ""),
    ],
)
def test_a_default_outside_its_limits(tmp_path: Path, declared: str, limit: str) -> None:
    result = app(tmp_path, predictor("return ''", "", f"self, n: {declared}"))
    found = [each for each in result.findings if each.code == "DF507"]
    assert [each.severity for each in found] == [Severity.WARNING] * bool(limit)
    assert all(f"but its limit is {limit}: Cog refuses that" in each.message for each in found)


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("    predict = wrap(predict)\n", 8),
        ("    if True:\n        predict = wrap(predict)\n", 9),
        ("    try:\n        from x import y\n    except ImportError:\n        def predict(self): ...\n", 11),
        ("Predictor.predict = wrap(Predictor.predict)\n", 8),
        ("if True:\n    Predictor.predict = other\n", 9),
        ("Predictor.other = 1\n", None),
        ("    def other(self):\n        predict = 1\n", None),
        ("    other = predict\n", None),
        ("    def predict(self, b: str) -> str: ...\n", None),
    ],
)
def test_predict_bound_again(tmp_path: Path, code: str, line: int | None) -> None:
    found = told(app(tmp_path, predictor("return ''", "", "self, a: str") + code), "DF508")
    assert found == ([] if line is None else [("DF508", "warning", line)])


def test_setup_bound_again_in_a_base(tmp_path: Path) -> None:
    base = "from cog import BasePredictor\n\n\nclass Base(BasePredictor):\n    def setup(self): ...\n"
    base += "    setup = wrap(setup)\n"
    code = "from base import Base\n\n\nclass Predictor(Base):\n    def predict(self) -> str: ...\n"
    (found,) = [each for each in app(tmp_path, code, base__py=base).findings if each.code == "DF508"]
    assert (found.file, found.line) == ("base.py", 6)


@pytest.mark.parametrize(
    ("annotation", "written"),
    [
        ("list[Message]", "list[Any]"),
        ("list[Message] | None", "Optional[list[Any]]"),
        ("dict[str, Message]", "dict[str, Any]"),
        ("list[list[Message]]", "list[list[Any]]"),
        ("Message", "Any"),
    ],
)
def test_a_list_of_something_unknown_is_a_list(tmp_path: Path, annotation: str, written: str) -> None:
    result = app(tmp_path, predictor("return ''", "from other import Message", f"self, m: {annotation}"))
    assert f"    m: {written}" in result.text
    assert told(result, "DF504") == [("DF504", "warning", 6)]


def test_a_result_with_unknown_items_is_a_list(tmp_path: Path) -> None:
    result = app(tmp_path, predictor("return ''", "from other import Message", returns="list[Message]"))
    assert "    output: list[Any]" in result.text
    assert told(result, "DF505") == [("DF505", "warning", 6)]
