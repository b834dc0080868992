"""What the account says of single lines, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from dockerfix import rewrite
from dockerfix.driver.rewrite import Result
from dockerfix.text.findings import Severity

DOCKERFILE = """FROM python:3.11-slim
ENV GREETING=hello
RUN apt-get update -qq && apt-get install -qqy ffmpeg && rm -rf /var/lib/apt/lists/*
COPY .cog/tmp/build1/requirements.txt /tmp/requirements.txt
RUN --mount=type=cache,target=/root/.cache/pip pip install -r /tmp/requirements.txt
RUN mkdir /weights
WORKDIR /src
CMD ["python", "-m", "cog.server.http"]
COPY . /src
"""
COG_YAML = """build:
  python_version: "3.11"
  system_packages: [ffmpeg]
  python_packages:
    - numpy==1.26.4
    - cog
  run:
    - mkdir /weights
environment:
  - GREETING=hello
predict: predict.py:Predictor
"""


def said(result: Result, code: str, severity: Severity) -> list[str]:
    return [each.message for each in result.findings if each.code == code and each.severity == severity]


def test_each_value_has_a_fate() -> None:
    result = rewrite(DOCKERFILE, cog_yaml=COG_YAML)
    assert result.ok
    assert not [each for each in result.findings if each.code in ("DF011", "DF012", "DF013")]
    lines = result.text.split("\n")
    fates = {entry.what: entry for entry in result.account if entry.file == "cog.yaml"}
    assert {name: entry.fate for name, entry in fates.items()} == {
        "build.python_version": "kept",
        "build.system_packages[0]": "kept",
        "build.python_packages[0]": "kept",
        "build.python_packages[1]": "removed",
        "build.run[0]": "kept",
        "environment[0]": "kept",
        "predict": "without-effect",
    }
    place = fates["build.python_packages[0]"].to
    assert place is not None
    assert "numpy==1.26.4" in "".join(lines[place - 1 : place + 1])
    assert fates["build.python_packages[1]"].code == "DF103"
    assert fates["environment[0]"].line == 10


def test_each_instruction_has_a_fate() -> None:
    account = rewrite(DOCKERFILE, cog_yaml=COG_YAML).account
    fates = [(entry.what, entry.fate, entry.code) for entry in account if entry.file == "Dockerfile"]
    assert fates == [
        ("FROM", "kept", None),
        ("ENV", "kept", None),
        ("RUN", "kept", None),
        ("COPY", "removed", "DF201"),
        ("RUN", "replaced", "DF201"),
        ("RUN", "kept", None),
        ("WORKDIR", "kept", None),
        ("CMD", "removed", "DF104"),
        ("COPY", "kept", None),
    ]


def test_lines_of_a_requirements_file_have_fates(tmp_path: object) -> None:
    from pathlib import Path

    folder = Path(str(tmp_path))
    (folder / "requirements.txt").write_text("numpy==1.26.4\ncog\n")
    (folder / "predict.py").write_text("class Predictor: ...\n")
    text = COG_YAML.replace(
        "  python_packages:\n    - numpy==1.26.4\n    - cog\n", "  python_requirements: requirements.txt\n"
    )
    result = rewrite(DOCKERFILE, project=folder, cog_yaml=text)
    found = [(entry.line, entry.text, entry.fate) for entry in result.account if entry.file == "requirements.txt"]
    assert found == [(1, "numpy==1.26.4", "kept"), (2, "cog", "removed")]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("python_packages:", "python_package:", "did you mean `python_packages`?"),
        ("run:", "rnu:", "did you mean `run`?"),
        ("environment:", "enviroment:", "did you mean `environment`?"),
    ],
)
def test_a_misspelt_key_is_an_error(old: str, new: str, message: str) -> None:
    result = rewrite(DOCKERFILE, cog_yaml=COG_YAML.replace(old, new))
    assert not result.ok
    assert result.text == DOCKERFILE
    assert any(message in each for each in said(result, "DF012", Severity.ERROR))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  run:\n", "  environment:\n    - A=b\n  run:\n", "`environment` belongs at the top level"),
        ("  run:\n", "  enviroment:\n    - A=b\n  run:\n", "did you mean `environment` at the top level?"),
        ("  run:\n", "  predict: predict.py:Predictor\n  run:\n", "`predict` belongs at the top level"),
        ("predict:", "gpu: true\npredict:", "`gpu` belongs below `build`"),
        ("predict:", "python_package: [scipy]\npredict:", "did you mean `build.python_packages`?"),
        ("predict:", "max: 2\npredict:", "`max` belongs below `concurrency`"),
        ("predict:", "concurrency:\n  system_packages: [git]\npredict:", "`system_packages` belongs below `build`"),
        ("predict:", "run: pip install scipy\npredict:", "commands belong in `build.run`"),
    ],
)
def test_a_key_in_the_wrong_place_is_an_error(old: str, new: str, message: str) -> None:
    result = rewrite(DOCKERFILE, cog_yaml=COG_YAML.replace(old, new))
    assert result.text == DOCKERFILE
    assert any(message in each for each in said(result, "DF012", Severity.ERROR))


@pytest.mark.parametrize("lines", ["image: r8.im/me/model", "environment:", "environment: []", "environment: ~"])
def test_a_key_in_the_wrong_place_is_a_warning_if_nothing_is_lost(lines: str) -> None:
    result = rewrite(DOCKERFILE, cog_yaml=COG_YAML.replace("  run:\n", f"  {lines}\n  run:\n"))
    assert result.ok
    assert ["belongs at the top level" in each for each in said(result, "DF012", Severity.WARNING)] == [True]


def test_commands_at_the_top_level_are_refused() -> None:
    result = rewrite(DOCKERFILE, cog_yaml=f"{COG_YAML}run:\n  - pip install scipy\n")
    assert any("commands belong in `build.run`" in each for each in said(result, "DF004", Severity.ERROR))


@pytest.mark.parametrize("setting", ["build.tools: {a: [x]}", "build.image: x", "foo: x"])
def test_the_entry_of_an_unknown_key_says_what_is_wrong(setting: str) -> None:
    name, _colon, value = setting.partition(": ")
    below = name.removeprefix("build.")
    old, new = ("  run:\n", f"  {below}: {value}\n  run:\n") if below != name else ("predict:", f"{setting}\npredict:")
    account = rewrite(DOCKERFILE, cog_yaml=COG_YAML.replace(old, new)).account
    entry = next(entry for entry in account if entry.what.startswith(name))
    assert (entry.fate, entry.code) == ("refused", "DF012")
    assert f"`{name}` is not a Cog setting" in entry.reason


def test_settings_of_cogs_runtime_lead_to_their_finding() -> None:
    text = (
        COG_YAML.replace("  - GREETING=hello\n", "  - GREETING=hello\n  - COG_SETUP_TIMEOUT=10\n")
        + "weights:\n  - name: a\n    target: /src/a\n    source:\n      - uri: hf://acme/a\n"
        + "observability:\n  traces:\n    enabled: true\n"
    )
    result = rewrite(DOCKERFILE.replace("ENV GREETING=hello", "ENV COG_SETUP_TIMEOUT=10 GREETING=hello"), cog_yaml=text)
    cited = {entry.what for entry in result.account if entry.code == "DF308"}
    assert cited == {
        "environment[1]",
        "weights[0].name",
        "weights[0].target",
        "weights[0].source[0].uri",
        "observability.traces.enabled",
    }
    assert {finding.line for finding in result.findings if finding.code == "DF308"} == {11, 14, 19}


@pytest.mark.parametrize(
    ("printed", "commands"),
    [
        ("RUN mkdir /weights\n", ["mkdir /weights", "mkdir /weights"]),
        ("RUN mkdir /weights\nRUN mkdir /weights/a\n", ["mkdir /weights/a", "mkdir /weights"]),
    ],
)
def test_commands_have_their_number_and_order(printed: str, commands: list[str]) -> None:
    items = "".join(f"    - {command}\n" for command in commands)
    result = rewrite(
        DOCKERFILE.replace("RUN mkdir /weights\n", printed), cog_yaml=COG_YAML.replace("    - mkdir /weights\n", items)
    )
    message = f"behind the commands before it no RUN is `{commands[-1]}` of `build.run`"
    assert any(message in each for each in said(result, "DF013", Severity.ERROR))


def test_a_variable_that_is_set_twice_has_its_last_value() -> None:
    text = COG_YAML.replace("  - GREETING=hello\n", "  - GREETING=hi\n  - GREETING=hello\n")
    assert rewrite(DOCKERFILE, cog_yaml=text).ok
    stale = DOCKERFILE.replace("ENV GREETING=hello\n", "ENV GREETING=hello\nENV GREETING=hi\n")
    assert said(rewrite(stale, cog_yaml=text), "DF011", Severity.ERROR)


def test_an_empty_command_explains_no_other() -> None:
    result = rewrite(DOCKERFILE, cog_yaml=COG_YAML.replace("- mkdir /weights", '- command: ""'))
    assert any("it runs `mkdir /weights`" in each for each in said(result, "DF013", Severity.NOTE))


@pytest.mark.parametrize("key", ["run", "python_packages", "system_packages", "python_version", "gpu", "cuda"])
@pytest.mark.parametrize("null", ["~", "null", ""])
def test_null_has_no_effect(key: str, null: str) -> None:
    result = rewrite(
        'FROM python:3.11-slim\nCMD ["python", "-m", "cog.server.http"]\n', cog_yaml=f"build:\n  {key}: {null}\n"
    )
    assert [entry.fate for entry in result.account if entry.file == "cog.yaml"] == ["without-effect"]
    assert result.ok


def test_an_unknown_key_is_a_warning() -> None:
    result = rewrite(DOCKERFILE, cog_yaml=f"{COG_YAML}prompt: hello\n")
    assert result.ok
    assert said(result, "DF012", Severity.WARNING) == ["`prompt` is not a Cog setting and was ignored"]


@pytest.mark.parametrize(
    ("old", "new", "code", "message"),
    [
        ("mkdir /weights", "mkdir /weight", "DF100", "is not in this Dockerfile"),
        ('"3.11"', '"3.12"', "DF013", "cog.yaml asks for Python 3.12, but the Dockerfile has 3.11"),
    ],
)
def test_a_contradiction_is_an_error(old: str, new: str, code: str, message: str) -> None:
    result = rewrite(DOCKERFILE, cog_yaml=COG_YAML.replace(old, new))
    assert not result.ok
    assert any(message in each for each in said(result, code, Severity.ERROR))


def test_both_kinds_of_packages_lose_none_in_silence(tmp_path: object) -> None:
    result = rewrite(
        DOCKERFILE, cog_yaml=COG_YAML.replace("  run:\n", "  python_requirements: requirements.txt\n  run:\n")
    )
    assert any("nothing installs `numpy==1.26.4`" in each for each in said(result, "DF011", Severity.ERROR))


def test_what_only_the_dockerfile_has_is_named() -> None:
    result = rewrite(DOCKERFILE.replace("RUN mkdir", "ENV LEFT=1\nRUN touch /left\nRUN mkdir"), cog_yaml=COG_YAML)
    assert result.ok
    assert said(result, "DF013", Severity.NOTE) == [
        "keeps this instruction: it sets `LEFT`, which cog.yaml does not ask for",
        "keeps this instruction: it runs `touch /left`, which cog.yaml does not ask for",
    ]


def test_a_pass_that_is_not_asked_for_owes_nothing() -> None:
    from dockerfix.analysis.options import Options

    result = rewrite(DOCKERFILE, cog_yaml=COG_YAML, options=Options(ignore=frozenset({"DF201"})))
    assert not said(result, "DF011", Severity.ERROR)


@pytest.mark.parametrize(
    "text", ["file:.", "-e file:.", "file:///src", "-e file:///src/", "own @ file:///src", "/src", "."]
)
@pytest.mark.parametrize("listed", ["python_packages", "requirements"])
def test_the_project_in_any_spelling_is_left_out_with_a_warning(tmp_path: Path, text: str, listed: str) -> None:
    build = {"python_packages": f'["numpy", "{text}"]', "requirements": "r.txt"}[listed]
    key = {"python_packages": listed, "requirements": "python_requirements"}[listed]
    (tmp_path / "cog.yaml").write_text(
        f"build:\n  python_version: '3.11'\n  {key}: {build}\npredict: predict.py:Predictor\n"
    )
    (tmp_path / "predict.py").write_text("import numpy\n")
    (tmp_path / "r.txt").write_text(f"numpy\n{text}\n")
    result = rewrite(
        "FROM python:3.11-slim\nCOPY .cog/tmp/build1/requirements.txt /tmp/requirements.txt\n"
        'RUN pip install -r /tmp/requirements.txt\nCMD ["python", "-m", "cog.server.http"]\nCOPY . /src\n',
        project=tmp_path,
    )
    assert result.ok, [finding.message for finding in result.findings]
    assert any(finding.message.startswith(f"leaves out `{text}`") for finding in result.findings)
    assert f"'{text.removeprefix('-e ')}'" not in result.text
    assert "'numpy'" in result.text
