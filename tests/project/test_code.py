"""Finding calls of a command in code of every shape that real projects have, and nothing that merely mentions it."""

from __future__ import annotations

import json
import sys
import threading
import warnings
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockerfix.project.calls import notebook_calls, python_calls, script_calls
from dockerfix.project.imports import candidate_modules, imported_modules, parse_python
from dockerfix.project.project import Project
from dockerfix.project.shell_calls import shell_calls
from effort import examples

CALLS = [
    'subprocess.check_call(["pget", "-x", url, dest], close_fds=False)',
    'subprocess.check_call(["pget", "--log-level", "warn", "-xf", url, dest], close_fds=False)',
    'subprocess.check_output(["pget", "-x", url, dest], close_fds=True)',
    'args = ["pget", "multifile", "-", "-f", "--max-conn-per-host", "100"]',
    'command = ["pget", "-vf" + ("x" if ".tar" in url else ""), url, dest]',
    'cmd = ("pget", url)',
    'subprocess.Popen(["/usr/bin/pget", url])',
    'os.system(f"pget {url} {dest}")',
    'os.system("pget <url> -P ./weights")',
    'if os.system(f"pget {url} {dest}") != 0: pass',
    'subprocess.run("cd /x && pget -f a b", shell=True)',
    'subprocess.run("pget")',
    'subprocess.run(["bash", "-lc", "set -e; pget a b"])',
    'subprocess.run(["sudo", "-E", "pget", u])',
    'subprocess.run(args=["timeout", "30", "pget", u])',
    'subprocess.run(["env", "A=1", "pget"])',
    'subprocess.Popen("FOO=1 pget x", shell=True)',
    'subprocess.run(["pget" if fast else "wget", u])',
    'subprocess.run(shlex.split("pget a b"))',
    "async def f():\n    await asyncio.create_subprocess_exec(\n        'pget', u, stdin=-1)",
    'async def f():\n    await asyncio.create_subprocess_shell(f"timeout 60 pget {u}")',
    'shutil.which("pget")',
    'os.execvp("pget", ["x"])',
    'os.spawnlp(os.P_WAIT, "pget", "pget", u)',
    'cmd = "pget -x {} {}".format(a, b)',
    'cmd = "pget %s %s" % (a, b)',
    'cmd = "pget " + url',
    'cmd = f"""\nset -e\npget {u} {d}\n"""',
    'cmd = " ".join(["pget", u])',
    'cmd = []\ncmd.append("pget")',
    'cmd += ["pget", u]',
    'path = Path("/usr/local/bin/pget")',
    'run_it("pget -xf " + u)',
    'print(subprocess.check_output("pget x", shell=True))',
    'type Embedding = list[float]\nsubprocess.run(["pget", u])',
    'class I[T: X](Y): pass\nos.system("pget x")',
    'print "python two"\nos.system("pget x")',
    '\ufeffsubprocess.run(["pget"])',
    'x = "\udcff"\nsubprocess.run(["pget"])',
]

BY_NAME = [
    ('P = "pget"\nrun([P, url])', [2]),
    ('class A:\n    TOOL = "/usr/local/bin/pget"\n    def f(self):\n        subprocess.run([self.TOOL, u])', [2, 4]),
    ('def f(tool="pget"):\n    subprocess.run([tool, u])', [2]),
    ('def f(*, tool: str = "pget"):\n    subprocess.run([tool, u])', [2]),
    ('PG: str = "pget"\nx = f"{PG} -x {u}"', [2]),
    ('subprocess.run([\n    "timeout",\n    "30",\n    "pget",\n    u])', [4]),
    ('cmd = ("cd /x && "\n       "pget -x a b")', [2]),
    ("sh.pget(u)", [1]),
]

MENTIONS = [
    '"""pget downloads"""',
    'def f():\n    """\n    pget -x url dest\n    """',
    "# subprocess.run(['pget'])\nx = 1",
    'print("pget -x failed")',
    'logger.info(f"pget {u} done")',
    'raise RuntimeError("pget -x failed")',
    "pget = 1",
    "import pget_utils",
    "from pget import get",
    'x = "use pget for speed"',
    'x = "pget"',
    'subprocess.run(["pip", "install", "pget"])',
    'subprocess.run(["pgetx", u])',
    'subprocess.run(["my-pget", u])',
    'os.system("mypget a")',
    'subprocess.run(["curl", "-o", "/usr/local/bin/pget"])',
    'os.system("curl -o /usr/local/bin/pget -L x && chmod +x /usr/local/bin/pget")',
    'url = "https://github.com/replicate/pget/releases"',
    "print 1\n# 'pget'\n",
    "print 1\nx = 'a # b' # 'pget'\n",
]


@pytest.mark.parametrize("code", CALLS)
def test_a_call_is_found_on_its_line(code: str) -> None:
    first = next(number for number, line in enumerate(code.split("\n"), 1) if "pget" in line)
    assert python_calls(code, "pget") == [first]
    assert python_calls(code, "aria2c") == []
    assert python_calls(code.replace("pget", "p-get+"), "p-get+") == [first]


@pytest.mark.parametrize(("code", "lines"), BY_NAME)
def test_a_call_through_a_name_is_found_where_it_is_made(code: str, lines: list[int]) -> None:
    assert python_calls(code, "pget") == lines


@pytest.mark.parametrize("code", MENTIONS)
def test_a_mention_is_no_call(code: str) -> None:
    assert python_calls(code, "pget") == []


def test_lines_are_given_once_and_in_order() -> None:
    code = 'a = 1\nrun(["pget", "x"])\nb = 2\nos.system("pget x; pget y")\nrun(["pget"]); run(["pget"])\n'
    assert python_calls(code, "pget") == [2, 4, 5]


@pytest.mark.parametrize(
    "script",
    [
        "pget x",
        "  /usr/bin/pget x",
        "a && pget",
        "a|pget",
        "a | xargs -n1 pget",
        "if ! pget x; then",
        "while read u; do pget $u; done",
        "y=$(pget x)",
        'echo "$(pget x)"',
        'echo "a `pget x`"',
        "`pget x`",
        "A=1 B='c d' pget",
        "sudo -E pget",
        "f() { pget x; }",
        "(pget x)",
        "bash -euo pipefail -c 'pget x'",
        'sh -c "cd /x && pget x"',
        "command -v pget",
        "type pget",
        'eval "pget x"',
        "a \\\n && pget x",
        "set -e\npget x # comment",
        '"pget" x',
    ],
)
def test_a_shell_call_is_found(script: str) -> None:
    assert shell_calls(script, "pget")


@pytest.mark.parametrize(
    "script",
    [
        "echo pget",
        "# pget",
        "a # pget x",
        "curl -o /usr/local/bin/pget u",
        "chmod +x /usr/local/bin/pget",
        "pgetx",
        "./pget.sh",
        "echo 'x; pget y'",
        "pget-extra x",
        "x=pget",
        "",
    ],
)
def test_a_shell_mention_is_no_call(script: str) -> None:
    assert shell_calls(script, "pget") == []


def test_offsets_point_at_the_word() -> None:
    text = "echo a\n  pget x && /bin/pget y"
    assert [text[at:].split(maxsplit=1)[0] for at in shell_calls(text, "pget")] == ["pget", "/bin/pget"]
    assert script_calls(text, "pget") == [2]


def test_notebooks_are_searched_line_by_line() -> None:
    cells = [
        {"cell_type": "code", "source": ["# pget\n", "!pget x y\n", "import os"]},
        {"cell_type": "code", "source": ['os.system("pget a b")\n', "%%bash\n", "pget c"]},
    ]
    text = json.dumps({"cells": cells}, indent=1)
    lines = notebook_calls(text, "pget")
    assert [text.split("\n")[line - 1].strip() for line in lines] == [
        '"!pget x y\\n",',
        '"os.system(\\"pget a b\\")\\n",',
        '"pget c"',
    ]


def test_a_project_is_searched_in_all_its_code(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "predict.py").write_text("import src.weights\n")
    (tmp_path / "src" / "weights.py").write_text("import subprocess\nsubprocess.run(['pget', 'x'])\n")
    (tmp_path / "setup.sh").write_text("#!/bin/sh\necho pget\npget y\n")
    (tmp_path / "fetch").write_text("#!/usr/bin/env bash\npget y\n")
    (tmp_path / "tool").write_text("#!/usr/bin/env python3\nimport os\nos.system('pget y')\n")
    (tmp_path / "README").write_text("pget y\n")
    (tmp_path / "notes.txt").write_text("pget y\n")
    (tmp_path / "demo.ipynb").write_text('{"cells": [\n"!pget z\\n"]}')
    assert Project.open(tmp_path).find_calls_of_command("pget") == (
        ("tool", 3),
        ("src/weights.py", 2),
        ("fetch", 2),
        ("setup.sh", 3),
        ("demo.ipynb", 2),
    )


def test_parsing_never_warns() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert parse_python("x = '\\d'\nassert (1, 2)\nif x is 1: pass\n") is not None


def test_parsing_in_many_threads_never_warns(recwarn: pytest.WarningsRecorder) -> None:
    threads = [threading.Thread(target=lambda: [parse_python("x = '\\d'") for _ in range(50)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not recwarn.list


@pytest.mark.parametrize(
    "code", ["(" * 5000, "x = " + "-" * 100000 + "1", "x = " + "(" * 150 + ")" * 150, "\0", "a" * 100000 + " pget"]
)
def test_code_that_breaks_parsers_is_survived(code: str) -> None:
    python_calls(code + "\n'pget'\n", "pget")
    imported_modules(code)


def test_long_sums_are_survived() -> None:
    assert python_calls("x = " + " + ".join(["'a'"] * 2000) + "\nrun(['pget'])", "pget") == [2]
    assert sys.getrecursionlimit() >= 1000


@examples
@given(st.text(alphabet="pget \n\t'\"()[]{}$`;&|#\\=-+x/.%!,:", max_size=60))
def test_any_text_can_be_searched(text: str) -> None:
    for lines in (python_calls(text, "pget"), script_calls(text, "pget"), notebook_calls(text, "pget")):
        assert all(1 <= line <= text.count("\n") + 1 for line in lines)
    assert all(text[at:] for at in shell_calls(text, "pget"))


@pytest.mark.parametrize(
    ("code", "modules"),
    [
        ("import a, b.c as d", [("a", 1), ("b", 1)]),
        ("from a.b import c", [("a", 1)]),
        ("from . import a\nfrom .b import c", []),
        ("try: import a\nexcept ImportError: pass", [("a", 1)]),
        ("x = 1; import a", [("a", 1)]),
        ("import a, \\\n  b", [("a", 1), ("b", 1)]),
        ("from a import (\n  b,\n  c)", [("a", 1)]),
        ("importlib.import_module('a.b')", [("a", 1)]),
        ("__import__('a')", [("a", 1)]),
        ("'''\nimport a\n'''", []),
        ("if typing.TYPE_CHECKING:\n    import a\nelse:\n    import b", [("b", 4)]),
        ("import a as b  # import c", [("a", 1)]),
        ("print 'x'\nimport a.b as c, d", [("a", 2), ("d", 2)]),
    ],
)
def test_imports(code: str, modules: list[tuple[str, int]]) -> None:
    assert sorted(imported_modules(code), key=lambda found: found[1]) == modules
    assert {module for module, _line in modules} <= candidate_modules(code)
