"""When DF201 installs the packages of cog.yaml and when it leaves that alone, beyond its golden cases."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from dockerfix.analysis.options import Options
from dockerfix.passes import all_passes
from dockerfix.text.source import Span
from pass_cases import COG_YAML, alone, open_project, run_alone

INSTALL = next(each for each in all_passes() if each.name == "install_python_packages")
COPY = "COPY .cog/tmp/build1/requirements.txt /tmp/requirements.txt\n"
PIP = "RUN pip install -r /tmp/requirements.txt\n"
STAGED = f"FROM a\n{COPY}{PIP}"
GIVEN = Options(requirements="numpy\n", requirements_path="given.txt")
PACKAGES = "build:\n  python_packages: [pillow==10.4.0]\n"
REQUIREMENTS = "build:\n  python_requirements: own.txt\n"
BLOCK = "# dockerfix[DF201]: python_packages from cog.yaml\n"


class Case(NamedTuple):
    """A Dockerfile with a cog.yaml, or without one (None), that the pass leaves as it is and says nothing of."""

    dockerfile: str
    cog_yaml: str | None = None
    options: Options = Options()


LEFT = {
    "a copy that nothing installs": Case(f"FROM a\n{COPY}"),
    "a file of the user's in the same place": Case(f"FROM a\n{PIP}"),
    "a requirements file that is given": Case(STAGED, None, GIVEN),
    "a requirements file that is given beside cog.yaml": Case(STAGED, PACKAGES, GIVEN),
    "a requirements file that cog.yaml names": Case(STAGED, REQUIREMENTS),
    "a hash, and no stage": Case("# nothing\n", "build:\n  python_packages: ['numpy==1 --hash=sha256:00']\n"),
}


@pytest.mark.parametrize("name", LEFT)
def test_what_is_left_alone(name: str) -> None:
    case = LEFT[name]
    outcome = run_alone(INSTALL, case.dockerfile, open_project(None, case.cog_yaml), case.options)
    assert (outcome.findings, outcome.document.text) == ((), case.dockerfile)


def test_what_the_user_wrote_under_the_comment_of_the_block_stays() -> None:
    text = f"FROM a\n{BLOCK}RUN make\nRUN pip install pillow\n"
    outcome = run_alone(INSTALL, text, open_project(None, PACKAGES))
    assert outcome.document.text == f"FROM a\n{BLOCK}RUN make\n{BLOCK}RUN pip install \\\n    'pillow==10.4.0'\n"


def test_credentials_of_an_index_where_nothing_is_staged() -> None:
    cog_yaml = "build:\n  python_packages: [numpy, '--extra-index-url=https://user:token@index.example.org/simple']\n"
    outcome = run_alone(INSTALL, "FROM a\n", open_project(None, cog_yaml))
    (finding,) = outcome.findings
    assert finding.span == Span(0, 0)
    assert finding.message.startswith("the URL of `a package` (cog.yaml, line 2) contains credentials, ")


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
