"""A project folder: what is found, what is read, what is refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dockerfix.project.files import MAX_FILE_BYTES
from dockerfix.project.project import ConfigError, Project, find_config
from places import PROJECTS


def make(folder: Path, **files: str) -> Path:
    """A project of the given files; ``__`` in a name is a slash and ``_py``, ``_txt`` a suffix."""
    for name, text in files.items():
        stem, _, suffix = name.replace("__", "/").rpartition("_")
        path = folder / f"{stem}.{suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def test_a_project_knows_its_configuration_and_its_code() -> None:
    project = Project.open(PROJECTS / "sdxl-turbo")
    assert project.config_name == "cog.yaml"
    assert project.config is not None
    assert project.config.gpu
    assert project.config.python_packages[0] == "torch==2.1.2"
    assert project.config.line_of("build", "python_packages", 0) == 8
    assert project.config.line_of("build", "python_packages", 6) is None
    assert project.python_files() == ("predict.py",)
    assert project.find_calls_of_command("pget") == (("predict.py", 15),)
    assert project.find_calls_of_command("wget") == ()


def test_a_call_in_a_local_module_is_found() -> None:
    project = Project.open(PROJECTS / "comfy-workflows")
    assert project.find_calls_of_command("pget") == (("weights_downloader.py", 9),)


def test_requirements_are_read_from_the_project() -> None:
    requirements = Project.open(PROJECTS / "sentiment-requirements").requirements_files()
    assert requirements.files == ("requirements.txt",)
    assert requirements.problems == ()
    assert [(line.item.words, line.line) for line in requirements.lines] == [
        (("regex==2024.9.11",), 2),
        (("pyyaml>=6,<7",), 3),
        (('requests[socks]==2.32.3 ; python_version >= "3.8"',), 4),
        (("--extra-index-url=https://wheels.example.org/simple",), 6),
        (("tabulate",), 7),
    ]


def test_every_sample_project_is_read_without_a_note_that_surprises() -> None:
    folders = [path.parent for path in PROJECTS.glob("*/cog.yaml")]
    assert len(folders) == 20
    for folder in folders:
        project = Project.open(folder)
        assert project.config is not None
        assert project.config.notes == ()
        assert project.config.predict is not None
        assert project.read(project.config.predict.partition(":")[0]) is not None
        assert project.requirements_files().problems == ()
        assert not project.truncated
        for index, item in enumerate(project.config.python_packages):
            line = project.config.line_of("build", "python_packages", index)
            assert line is not None
            written = (folder / "cog.yaml").read_text().split("\n")[line - 1]
            assert item.split()[0].strip("\"'") in written


def test_cog_yaml_comes_before_cog_yml(tmp_path: Path) -> None:
    assert find_config(tmp_path) is None
    (tmp_path / "cog.yml").write_text("predict: a.py:A")
    assert Project.open(tmp_path).config_name == "cog.yml"
    (tmp_path / "cog.yaml").write_text("predict: b.py:B")
    project = Project.open(tmp_path)
    assert project.config_name == "cog.yaml"
    assert project.config is not None
    assert project.config.predict == "b.py:B"


def test_a_folder_without_configuration_is_a_project_too(tmp_path: Path) -> None:
    project = Project.open(tmp_path)
    assert (project.config, project.config_name, tuple(project.files())) == (None, None, ())
    assert project.requirements_files().lines == ()
    assert project.undeclared_imports() == []


def test_no_folder_at_all() -> None:
    project = Project.open()
    assert (project.root, project.config, project.python_files()) == (None, None, ())
    assert project.read("predict.py") is None
    assert project.find_calls_of_command("pget") == ()


def test_configuration_as_text_or_as_a_file_elsewhere(tmp_path: Path) -> None:
    make(tmp_path, project__predict_py="import yaml\n", config__gpu_yaml="predict: predict.py:A\n")
    as_text = Project.open(tmp_path / "project", "predict: predict.py:B\n")
    assert as_text.config is not None
    assert (as_text.config.predict, as_text.config_name) == ("predict.py:B", "cog.yaml")
    elsewhere = Project.open(str(tmp_path / "project"), tmp_path / "config" / "gpu.yaml")
    assert elsewhere.config_name == str(tmp_path / "config" / "gpu.yaml")
    assert elsewhere.python_files() == ("predict.py",)
    alone = Project.open(None, tmp_path / "config" / "gpu.yaml")
    assert alone.root == tmp_path / "config"
    assert alone.config_name == "gpu.yaml"
    text_only = Project.open(None, "predict: predict.py:B\n")
    assert text_only.root is None


@pytest.mark.parametrize(
    ("name", "said"), [("missing.yaml", "no such file"), (".", "is a folder, and cog.yaml must be")]
)
def test_a_configuration_that_is_no_file_is_an_error(tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        Project.open(tmp_path, tmp_path / name)


def test_a_folder_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such folder"):
        Project.open(tmp_path / "nowhere")


def test_a_configuration_that_is_too_large_or_not_utf8_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "cog.yaml").write_bytes(b"a: 1\nb: \xff\n")
    with pytest.raises(ConfigError) as caught:
        Project.open(tmp_path)
    assert str(caught.value) == "cog.yaml:2:4: not UTF-8"
    (tmp_path / "cog.yaml").write_bytes(b"#" * (5 << 20))
    with pytest.raises(ConfigError, match="too large"):
        Project.open(tmp_path)


def test_reading_stays_inside_the_project(tmp_path: Path) -> None:
    make(tmp_path, secret_txt="x", project__predict_py="y", project__sub__a_txt="z")
    root = tmp_path / "project"
    (root / "link.txt").symlink_to(tmp_path / "secret.txt")
    (root / "inner.txt").symlink_to(root / "sub" / "a.txt")
    (root / "folder").symlink_to(tmp_path)
    (root / "loop").symlink_to(root / "loop")
    (root / "large.txt").write_bytes(b"a" * (MAX_FILE_BYTES + 1))
    os.mkfifo(root / "pipe.py")
    project = Project.open(root)
    assert [project.read(name) for name in ("../secret.txt", "link.txt", "folder/secret.txt", "/etc/hostname")] == [
        None
    ] * 4
    assert [project.read(name) for name in ("pipe.py", "sub", "loop", "", "a\0b", "large.txt", "none")] == [None] * 7
    for name, text in (("predict.py", "y"), ("sub/../predict.py", "y"), ("inner.txt", "z"), ("sub/a.txt", "z")):
        source = project.read(name)
        assert source is not None
        assert source.text == text


def test_bytes_that_are_not_text_are_kept(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"\xef\xbb\xbfx = 1 # \xff\r\n")
    source = Project.open(tmp_path).read("a.py")
    assert source is not None
    assert source.to_bytes() == b"\xef\xbb\xbfx = 1 # \xff\r\n"


def test_the_walk_skips_what_is_not_the_users(tmp_path: Path) -> None:
    make(
        tmp_path,
        predict_py="",
        b__c_py="",
        a__z_py="",
        **{name + "__x_py": "" for name in (".git", "node_modules", "__pycache__", "lib__site-packages")},
        myenv__pyvenv_cfg="",
        myenv__lib__y_py="",
    )
    (tmp_path / "again").symlink_to(tmp_path)
    (tmp_path / "tool").write_text("#!/usr/bin/env python3\nimport os\n")
    (tmp_path / "weights").write_bytes(b"\0" * 100)
    assert Project.open(tmp_path).python_files() == ("predict.py", "tool", "a/z.py", "b/c.py")


def test_limits_end_the_search_and_say_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, a_py="x = 1\n", b_py="x = 1\n", c_py="x = 1\n")
    monkeypatch.setattr("dockerfix.project.project.MAX_FILES", 2)
    project = Project.open(tmp_path)
    assert project.python_files() == ("a.py", "b.py")
    assert project.truncated
    monkeypatch.setattr("dockerfix.project.project.MAX_FILES", 9)
    monkeypatch.setattr("dockerfix.project.project.MAX_TOTAL_BYTES", 7)
    assert Project.open(tmp_path).python_files() == ("a.py",)
    monkeypatch.setattr("dockerfix.project.files.MAX_ENTRIES", 2)
    assert len(list(Project.open(tmp_path).files())) == 2


REQUIREMENTS = (
    "-r extra/base.txt\n-c constraints.txt\nnumpy \\\n  >=1.26 ; \\\n  python_version > '3'  # why\n\n# -r none.txt\n"
)


def test_included_files_take_the_place_of_their_lines(tmp_path: Path) -> None:
    make(
        tmp_path,
        cog_yaml="build:\n  python_requirements: ./requirements.txt\n",
        requirements_txt=REQUIREMENTS + "-r https://example.org/more.txt\r\nlast\n",
        extra__base_txt="-r ../requirements.txt\n-r deep.txt\nbase\n",
        extra__deep_txt="deep==1 \\",
        constraints_txt="numpy<2\n",
    )
    requirements = Project.open(tmp_path).requirements_files()
    assert requirements.problems == ()
    assert requirements.files == ("requirements.txt", "extra/base.txt", "extra/deep.txt", "constraints.txt")
    assert [(line.item.words, line.file, line.line, line.constraint) for line in requirements.lines] == [
        (("deep==1",), "extra/deep.txt", 1, False),
        (("base",), "extra/base.txt", 3, False),
        (("numpy<2",), "constraints.txt", 1, True),
        (("numpy   >=1.26 ;   python_version > '3'",), "requirements.txt", 3, False),
        (("-r", "https://example.org/more.txt"), "requirements.txt", 8, False),
        (("last",), "requirements.txt", 9, False),
    ]
    assert "numpy<2" not in [item.first.text for item in requirements.items]


@pytest.mark.parametrize(
    ("named", "message"),
    [
        ("none.txt", "`none.txt` is not a file in the project"),
        ("../outside.txt", "`../outside.txt` is outside the project"),
        ("/etc/hostname", "`/etc/hostname` is outside the project"),
        ("sub", "`sub` is not a file in the project"),
        ("link.txt", "`link.txt` is outside the project"),
    ],
)
def test_files_that_can_not_be_included_are_problems(tmp_path: Path, named: str, message: str) -> None:
    root = make(tmp_path, outside_txt="evil\n", p__sub__x_txt="") / "p"
    (root / "link.txt").symlink_to(tmp_path / "outside.txt")
    make(root, cog_yaml=f"build: {{python_requirements: {named}}}\n", nested_txt=f"one\n-r {named}\n")
    project = Project.open(root)
    (problem,) = project.requirements_files().problems
    assert (problem.message, problem.file, problem.line) == (message, None, None)
    requirements = project.requirements_files("nested.txt")
    (problem,) = requirements.problems
    assert problem.message == message
    assert (problem.file, problem.line) == ("nested.txt", 2)
    assert [item.first.text for item in requirements.items] == ["one"]


def test_endless_inclusion_ends(tmp_path: Path) -> None:
    for number in range(60):
        (tmp_path / f"r{number}.txt").write_text(f"-r r{number + 1}.txt\n")
    requirements = Project.open(tmp_path).requirements_files("r0.txt")
    assert len(requirements.files) == 50
    assert [problem.line for problem in requirements.problems] == [1]


IMPORTS = """\
from __future__ import annotations
import os, yaml
import importlib
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    import pandas
from cog import BasePredictor
from . import sibling
from helpers.io import load
import local_one
import torch.nn as nn
import distutils.core
'''
import docstring_only
'''
def f():
    try: import httpx
    except ImportError: pass
    from pydantic import (
        BaseModel,
    )
    importlib.import_module("requests.adapters")
    import PIL, flask, attr
"""


def test_undeclared_imports_are_what_nobody_else_brings(tmp_path: Path) -> None:
    make(
        tmp_path,
        cog_yaml="build:\n  python_packages: [Torch==2.1]\n  run: ['pip install -q \"flask>=3\" && echo httpx']\n",
        predict_py=IMPORTS,
        helpers__io_py="import yaml\nimport sub_module\n",
        helpers__sub_module_py="import structlog\n",
        local_one_py="",
        yaml__config_txt="no module\n",
    )
    project = Project.open(tmp_path)
    assert [tuple(found) for found in project.undeclared_imports()] == [
        ("yaml", "predict.py", 2),
        ("httpx", "predict.py", 17),
        ("pydantic", "predict.py", 19),
        ("requests", "predict.py", 22),
        ("PIL", "predict.py", 23),
        ("attr", "predict.py", 23),
        ("yaml", "helpers/io.py", 1),
        ("structlog", "helpers/sub_module.py", 1),
    ]
    assert [found.file for found in project.undeclared_imports({"yaml", "torch"})] == ["predict.py", "helpers/io.py"]


def test_a_package_declared_under_its_own_name_covers_its_module(tmp_path: Path) -> None:
    make(
        tmp_path,
        cog_yaml="build: {python_requirements: r.txt}\n",
        r_txt="PyYAML==6\ntyping_extensions\n",
        predict_py="import yaml\nimport typing_extensions\n",
    )
    assert Project.open(tmp_path).undeclared_imports() == []


def test_python_of_another_version_is_read_line_by_line(tmp_path: Path) -> None:
    make(tmp_path, predict_py="print 'old'\nimport yaml  # comment\nfrom requests.adapters import X\n")
    assert [tuple(found) for found in Project.open(tmp_path).undeclared_imports()] == [
        ("yaml", "predict.py", 2),
        ("requests", "predict.py", 3),
    ]
