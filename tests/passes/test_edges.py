"""What passes do at the edges: documents without a stage, commands that can't be divided, images nobody knows."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from dockerfix.analysis.options import Options
from dockerfix.driver.pipeline import Outcome
from dockerfix.passes import Pass, all_passes
from dockerfix.text.findings import Severity
from pass_cases import open_project, run_alone

PASSES = {each.name: each for each in all_passes()}
COG_YAML = """\
build:
  gpu: true
  cuda: "11.2"
  python_version: "3.11"
  system_packages: [curl]
  python_packages: [fal==1.83.0, tensorflow==2.10.0]
  run: [make it]
environment: [A=b]
predict: "predict.py:Predictor"
"""
SERVER = 'CMD ["python", "-m", "cog.server.http"]\n'
TINI = "https://github.com/krallin/tini/releases/download/v0.19.0/tini-amd64"
PGET = "https://github.com/replicate/pget/releases/download/v0.8.2/pget_linux_x86_64"
COG_BASE = "FROM r8.im/cog-base:cuda12.1-python3.11-torch2.3.1\n"


def alone(name: str, dockerfile: str, cog_yaml: str | None = None, options: Options | None = None) -> Outcome:
    return run_alone(PASSES[name], dockerfile, open_project(None, cog_yaml), options)


@pytest.mark.parametrize("cog_yaml", [None, COG_YAML], ids=["alone", "cog.yaml"])
@pytest.mark.parametrize("each", all_passes(), ids=lambda each: each.name)
@pytest.mark.parametrize(
    "dockerfile",
    [
        "",
        "# nothing\n",
        "ARG A=b\n",
        "RUN make\nENV A=b\n",
        "FROM\nRUN make\n",
        "FROM a b\n",
        "FROM $A\n",
        "FROM a AS a\nFROM a\n",
    ],
    ids=repr,
)
def test_a_pass_takes_any_document(each: Pass, dockerfile: str, cog_yaml: str | None) -> None:
    outcome = run_alone(each, dockerfile, open_project(None, cog_yaml))
    again = run_alone(each, outcome.document.text, open_project(None, cog_yaml))
    assert again.document.text == outcome.document.text


class Case(NamedTuple):
    """What a pass says of a Dockerfile, and what becomes of it (None: nothing)."""

    name: str
    dockerfile: str
    found: tuple[Severity, str] | None
    result: str | None = None
    options: Options = Options()


CASES = {
    "tini in the exec form": Case(
        "drop_tini",
        f'FROM a\nRUN ["curl", "-o", "/sbin/tini", "{TINI}"]\n',
        (Severity.WARNING, "tini is kept: this runs a program of yours under it"),
    ),
    "tini's address in a comment": Case("drop_tini", f"FROM a\nRUN echo a # {TINI}\n", None),
    "tini that a step runs in the exec form": Case(
        "drop_tini",
        f'FROM a\nRUN curl -sSL -o /sbin/tini {TINI}\nRUN ["/sbin/tini", "--", "make"]\n',
        (Severity.WARNING, "tini is kept: this runs a program of yours under it"),
    ),
    "tini in a shell that isn't read": Case(
        "drop_tini",
        f"FROM a\nRUN curl -sSL -o /sbin/tini {TINI}\nRUN select x in a; do /sbin/tini -- make; done\n",
        (Severity.WARNING, "tini is kept: this runs a program of yours under it"),
    ),
    "an install of Cog in the exec form": Case(
        "drop_cog_package", 'FROM a\nRUN ["pip", "install", "cog==0.9"]\n', None
    ),
    "an install of Cog that decides something": Case(
        "drop_cog_package",
        "FROM a\nRUN if pip install cog; then echo a; fi\n",
        (Severity.ERROR, "this step installs Cog among other things and can't be divided safely: remove it by hand"),
    ),
    "a certificate that is only named": Case(
        "drop_ca_certificate", "FROM a\nRUN update-ca-certificates # cog_ca_cert.crt\n", None
    ),
    "a stage from which something else is taken": Case(
        "drop_empty_stages", "FROM a AS deps\nFROM b\nCOPY --from=deps /dep /dep\nCOPY --from=deps /other /x\n", None
    ),
    "pget that is to be kept": Case(
        "drop_pget",
        f"FROM a\nRUN curl -o /usr/local/bin/pget -L {PGET} && chmod +x /usr/local/bin/pget\n",
        None,
        options=Options(keep=frozenset({"pget"})),
    ),
    "pget that is called and is to go": Case(
        "drop_pget",
        f"FROM a\nRUN curl -o /usr/local/bin/pget -L {PGET} && chmod +x /usr/local/bin/pget\nRUN pget x y\n",
        (Severity.NOTE, "the install of pget is removed, as `--drop pget` says"),
        "FROM a\nRUN pget x y\n",
        Options(drop=frozenset({"pget"})),
    ),
    "a command of cog.yaml that is not there": Case(
        "keep_commands",
        f"FROM a\nRUN make all\n{SERVER}",
        (
            Severity.ERROR,
            "`make it` of cog.yaml is not in this Dockerfile: run `cog debug` again, with a release that knows `run`",
        ),
    ),
    "an image of Cog's that is to be kept": Case(
        "replace_cog_base", COG_BASE, None, options=Options(keep=frozenset({"cog-base"}))
    ),
    "an image of Cog's with a CUDA that nobody has": Case(
        "replace_cog_base",
        COG_BASE.replace("12.1", "99.1"),
        (
            Severity.ERROR,
            "no public CUDA image is known for CUDA 99.1: choose one by hand, or use `--keep cog-base`",
        ),
    ),
    "a monobase with a CUDA that nobody has": Case(
        "replace_monobase",
        "FROM r8.im/monobase:latest\nENV R8_CUDA_VERSION=99.1\n",
        (Severity.ERROR, "no public CUDA image is known for CUDA 99.1: choose one by hand"),
    ),
    "a stage that isn't there, by number": Case("check_context", "FROM a\nCOPY --from=3 /a /b\n", None),
    "the fal that is installed anyway": Case("check_pins", "FROM python:3.11\n", None),
    "another fal": Case(
        "check_pins",
        "FROM python:3.11\n",
        (Severity.NOTE, "`fal==1.83.0` is replaced by fal 1.82.0: `--fal-version 1.83.0` keeps it"),
        options=Options(fal_version="1.82.0"),
    ),
    "a cuDNN that TensorFlow doesn't find": Case(
        "check_cuda_base",
        "FROM nvidia/cuda:11.2.2-cudnn7-runtime-ubuntu20.04\n",
        (
            Severity.WARNING,
            "TensorFlow 2.10.0 was built for CUDA 11.2 and cuDNN 8.1 and finds no others; "
            "`nvidia/cuda:11.2.2-cudnn7-runtime-ubuntu20.04` has other versions, so that it may run on the CPU alone",
        ),
    ),
    "the cuDNN of TensorFlow": Case("check_cuda_base", "FROM nvidia/cuda:11.2.2-cudnn8-runtime-ubuntu20.04\n", None),
}


@pytest.mark.parametrize("name", CASES)
def test_edges(name: str) -> None:
    case = CASES[name]
    outcome = alone(case.name, case.dockerfile, COG_YAML, case.options)
    assert [(each.severity, each.message) for each in outcome.findings] == ([case.found] if case.found else [])
    assert outcome.document.text == (case.result or case.dockerfile)


@pytest.mark.parametrize(("shown", "command"), [("x" * 60, "x" * 60), ("x" * 57 + "...", "x" * 61)])
def test_a_long_command_is_shown_in_part(shown: str, command: str) -> None:
    outcome = alone("keep_commands", f"FROM a\n{SERVER}", COG_YAML.replace("make it", command))
    assert outcome.findings[0].message.startswith(f"`{shown}` of cog.yaml is not in this Dockerfile")


@pytest.mark.parametrize("command", ['""', '"a\\nb \\\\"', '"cat <<\'E"'], ids=["empty", "two lines", "no heredoc"])
def test_commands_that_run_on_into_nothing(command: str) -> None:
    text = f"FROM a\nRUN a\nb \\\nRUN cat <<'E\n{SERVER}"
    outcome = alone("keep_commands", text, COG_YAML.replace("make it", command))
    assert (outcome.findings, outcome.document.text) == ((), text)


def test_extras_of_cog_base_may_be_left_out() -> None:
    full = alone("replace_cog_base", COG_BASE, COG_YAML).document.text
    bare = alone("replace_cog_base", COG_BASE, COG_YAML, Options(drop=frozenset({"cog-base-extras"}))).document.text
    assert "apt-get install" in full
    assert "apt-get" not in bare
    assert bare.endswith("WORKDIR /src\n")


@pytest.mark.parametrize(
    ("rest", "errors"),
    [("", 1), ("COPY .cog/tmp/build1/requirements.txt /tmp/requirements.txt\n", 0)],
    ids=["nothing staged", "staged"],
)
def test_torch_of_cog_base_needs_packages_to_be_known(rest: str, errors: int) -> None:
    found = alone("replace_cog_base", COG_BASE + rest).findings
    assert sum(each.severity is Severity.ERROR for each in found) == errors


@pytest.mark.parametrize("setting", ["-o ''", "-- -e", "$OPTIONS", "+o errexit", "-o", "-eo pipefail"])
def test_settings_of_the_shell_are_read_whatever_they_are(setting: str) -> None:
    text = f"FROM a\nRUN set {setting}; curl -sSL -o /sbin/tini {TINI}; chmod +x /sbin/tini; echo hello\n"
    assert alone("drop_tini", text).document.text == f"FROM a\nRUN set {setting}; echo hello\n"


@pytest.mark.parametrize(
    ("install", "replaced"),
    [
        ("pip install tensorflow==2.9 fal", True),
        ("pip --quiet install -v tensorflow", True),
        ("pip install tensorflow extra", False),
        ("pip install tensorflow ./own", False),
        ("pip install -r own.txt", False),
        ("pip install --upgrade", False),
        ("pip install /wheels/tensorflow.whl", False),
        ("pip freeze", False),
    ],
)
def test_an_install_is_replaced_if_cog_yaml_names_all_of_it(install: str, replaced: bool) -> None:
    text = f"FROM python:3.11\nRUN {install}\n"
    result = alone("install_python_packages", text, COG_YAML.replace("cuda:", "other:")).document.text
    assert (f"RUN {install}\n" not in result) == replaced
    assert result.count("'tensorflow==2.10.0'") == 1
