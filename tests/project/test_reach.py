"""The files that a predictor reaches by imports, and by starting scripts."""

from __future__ import annotations

from pathlib import Path

import pytest

from dockerfix.project.project import Project


def reached(folder: Path, files: dict[str, str], cog_yaml: str = "{}", *entries: str) -> list[str]:
    """The files that predict.py reaches in a project of the given files, predict.py aside."""
    for name, text in {**files, "cog.yaml": cog_yaml}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    found = Project.open(folder).reached_files(*(entries or ("predict.py:Predictor",)))
    return sorted(found - {"predict.py"})


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import a", ["a.py"]),
        ("import p", ["p/__init__.py"]),
        ("import p.b", ["p/__init__.py", "p/b.py"]),
        ("from p import b", ["p/__init__.py", "p/b.py"]),
        ("from p import name", ["p/__init__.py"]),
        ("from p import *", ["p/__init__.py"]),
        ("import n.deep.c", ["n/deep/c.py"]),
        ("from n.deep import c", ["n/deep/c.py"]),
        ("def f():\n    import a", ["a.py"]),
        ("try:\n    import a\nexcept ImportError:\n    a = None", ["a.py"]),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import a", []),
        ("import importlib\nimportlib.import_module('p.b')", ["p/__init__.py", "p/b.py"]),
        ("__import__('a')", ["a.py"]),
        (
            "import importlib\nname = 'b'\nimportlib.import_module(f'p.{name}')",
            ["p/__init__.py", "p/b.py", "p/q/__init__.py", "p/q/d.py", "p/unused.py"],
        ),
        ("import importlib\nimportlib.import_module(name)", []),
        ("import json, os.path, missing", []),
        ("text = 'see a.py'", ["a.py"]),
        ('"""See a.py."""', []),
        ("import subprocess\nsubprocess.run(['python', 'tools/run.py'])", ["tools/helper.py", "tools/run.py"]),
        ("import os\nos.system('bash tools/run.sh')", ["tools/helper.py", "tools/run.py", "tools/run.sh"]),
        ("from p.q import d", ["p/__init__.py", "p/b.py", "p/q/__init__.py", "p/q/d.py"]),
    ],
    ids=str,
)
def test_what_is_reached(tmp_path: Path, code: str, expected: list[str]) -> None:
    files = {
        "predict.py": code,
        "a.py": "",
        "tests/test_a.py": "import a",
        "p/__init__.py": "",
        "p/b.py": "",
        "p/unused.py": "",
        "p/q/__init__.py": "",
        "p/q/d.py": "from .. import b\nfrom . import nothing\n",
        "n/deep/c.py": "",
        "tools/run.py": "import helper\n",
        "tools/helper.py": "",
        "tools/run.sh": "cd /src && python tools/run.py\n",
    }
    assert reached(tmp_path, files) == expected


@pytest.mark.parametrize(
    "code",
    [
        "import sys\nsys.path.append('lib')\nimport x",
        "import sys\nsys.path.insert(0, '/src/lib')\nimport x",
        "import sys\nsys.path.extend(['./lib'])\nimport x",
        "import sys\nsys.path += ['lib']\nimport x",
        "import os, sys\nsys.path.append(os.path.join(os.path.dirname(__file__), 'lib'))\nimport x",
        "import sys\nfrom pathlib import Path\nsys.path.append(str(Path(__file__).parent / 'lib'))\nimport x",
        "import x",
    ],
)
def test_folders_on_the_path(tmp_path: Path, code: str) -> None:
    assert reached(tmp_path, {"predict.py": code, "lib/x.py": "import y", "lib/y.py": "", "lib/z.py": ""}) == [
        "lib/x.py",
        "lib/y.py",
    ]


def test_a_module_in_several_folders_is_the_one_on_the_path(tmp_path: Path) -> None:
    files = {"predict.py": "import x", "one/x.py": "", "two/x.py": ""}
    assert reached(tmp_path, files) == []
    cog_yaml = "environment: ['PYTHONPATH=/src/two:/else']"
    assert reached(tmp_path, files, cog_yaml) == ["two/x.py"]


def test_installed_packages_come_from_elsewhere(tmp_path: Path) -> None:
    files = {"predict.py": "import torch, json", "vendor/torch/__init__.py": "", "vendor/json.py": ""}
    assert reached(tmp_path, files, "build: {python_packages: [torch]}") == []


def test_several_entries_and_none(tmp_path: Path) -> None:
    files = {"predict.py": "import a", "train.py": "import b", "a.py": "", "b.py": ""}
    assert reached(tmp_path, files, "{}", "./predict.py:P", "train.py:train") == ["a.py", "b.py", "train.py"]
    assert Project.open(tmp_path).reached_files(None) == frozenset()
    assert reached(tmp_path, files, "{}", "missing.py:P") == []


def test_a_package_in_a_subfolder_imports_its_own(tmp_path: Path) -> None:
    files = {
        "predict.py": "from app.main import x",
        "app/main.py": "from .util import y",
        "app/util.py": "",
        "util.py": "",
    }
    assert reached(tmp_path, files) == ["app/main.py", "app/util.py"]


def test_a_file_that_this_python_cannot_parse_is_read_by_line(tmp_path: Path) -> None:
    files = {"predict.py": "import old", "old.py": "print 'x'\nimport a\n", "a.py": ""}
    assert reached(tmp_path, files) == ["a.py", "old.py"]
