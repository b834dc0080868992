"""Names of a project that meet names of the App: they are kept apart, and f-strings that only Python 3.12 reads."""

from __future__ import annotations

import ast
import builtins
import json
import keyword
import random
import re
import sys
import typing
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from apps import HERE, PROJECTS, add_app, install, run, write
from dockerfix.app import AppError, build, migrate
from dockerfix.app.build import runtime_file
from dockerfix.app.read.fstrings import without_fstrings
from dockerfix.app.write.parts import APP, _split
from dockerfix.project.project import Project

CLASSES = re.findall(
    r"[\w-]+",
    "App Detection File Image Input Output Piece Result Path BaseModel Optional List Dict Any Literal Field HERE "
    "Detection_ DetectionModel OutputModel StyleChoice ModeChoice ContainerImage str list dict int Exception "
    "Model NoneApp TrueApp",
)
INPUTS = re.findall(
    r"[\w-]+",
    "fal os Path Input Output File json copy dict list str int float bool schema validate model_config model_fields "
    "model_dump construct self_ input call load result piece HERE Optional Literal Field _hidden Detection "
    "DetectionApp StyleChoice StyleChoice_ ModeChoice container_image setup run stream pieces predictor type id class_ "
    "events register fields parse_obj model_post_init typing pydantic Union Any None_ ünïcode",
)
IMAGES = re.findall(
    r"[\w-]+",
    "detection output input file image path none true false class fal app base-model optional style-choice os 3d "
    "detection-model here piece model",
)
CHOICES = '["a long first choice", "a long second choice", "a long third choice"]'


def project(folder: Path, seed: int) -> str:
    """A project whose names are drawn; returns the names that were drawn."""
    draw = random.Random(seed)
    image, outer, inner = draw.choice(IMAGES), *draw.sample(CLASSES, 2)
    names = draw.sample(INPUTS, 6)
    fields = [each for each in draw.sample([*INPUTS, *CLASSES], 5) if not each.startswith("_")]
    streaming = draw.random() < 0.3
    parameters = "".join(f', {name}: string = Given(default="{number}")' for number, name in enumerate(names))
    chosen = "".join(
        f', {name}: string = Given(default="a long first choice", choices={CHOICES})'
        for name in ("style", "mode")
        if name not in names
    )
    lines = [
        "import cog\nfrom cog import BasePredictor, Input as Given\nfrom typing import Iterator\nstring = str\n",
        f"class {inner}(cog.BaseModel):\n    word: string\n",
        f"class {outer}(cog.BaseModel):\n    part: {inner}\n",
        *(f'    {name}: string = ""\n' for name in dict.fromkeys(fields) if name not in ("part", outer, inner)),
        f"made = {outer}, {inner}\n",
        "class Predictor(BasePredictor):\n",
        f"    def predict(self{parameters}{chosen}) -> {f'Iterator[{outer}]' if streaming else outer}:\n",
        f"        value = made[0](part=made[1](word=','.join([{', '.join(names)}])))\n",
        f"        {'yield' if streaming else 'return'} value\n",
    ]
    cog_yaml = f'build:\n  python_version: "3.11"\nimage: r8.im/me/{image}\npredict: "predict.py:Predictor"\n'
    write(folder, cog__yaml=cog_yaml, predict__py="".join(lines))
    return f"{image} {outer} {inner} {names} {fields}"


PROGRAM = """
import json, os, sys
sys.path.insert(0, sys.argv[1])
from describe_apps import load
from starlette.testclient import TestClient
modules = set(sys.modules)
answers = []
for folder in sys.argv[2:]:
    try:
        with TestClient(load(folder)(_allow_init=True)._build_app()) as client:
            answer = client.post("/", json={})
            answers.append([answer.status_code, answer.text])
    except Exception as error:
        answers.append([0, f"{type(error).__name__}: {error}"])
    for name in ("predict", "fal_call", "fal_cog", "cog"):
        sys.modules.pop(name, None)
    sys.path[:] = [each for each in sys.path if each != folder]
print(json.dumps(answers))
"""


def test_apps_of_any_names_serve(tmp_path: Path) -> None:
    pytest.importorskip("fal")
    drawn = {}
    for seed in range(30):
        folder = tmp_path / f"source{seed}"
        drawn[str(tmp_path / f"app{seed}")] = (project(folder, seed), folder)
    folders = []
    for path, (_, folder) in drawn.items():
        install(folder, Path(path))
        folders.append(path)
    done = run("-c", PROGRAM, str(HERE), *folders)
    assert done.returncode == 0, done.stderr[-2000:]
    for path, (status, text) in zip(folders, json.loads(done.stdout.splitlines()[-1]), strict=True):
        assert (status, "0,1,2,3,4,5" in text) == (200, True), f"{drawn[path][0]}: {text[:600]}"


RUNTIME = ("fal_call.py", "fal_cog.py", "fal_weights.py", "fal_gate.py")


def bound(text: str) -> Iterator[str]:
    """All names that a Python file imports, defines or assigns, at any depth."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.alias):
            yield (node.asname or node.name).partition(".")[0]
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def names_in_use() -> list[str]:
    """Those, and the names of Python, typing, pydantic and fal."""
    found = {name for file in RUNTIME for name in bound(runtime_file(file))}
    for folder in PROJECTS.values():
        found |= set(bound(build(Project.open(folder)).text))
    found |= {*dir(builtins), *typing.__all__, "typing", "pydantic", "fal_app"}
    for module, owner in (("pydantic", "BaseModel"), ("fal", "App")):
        kind = getattr(pytest.importorskip(module), owner)
        found |= {*pytest.importorskip(module).__all__, *dir(kind)}
    return sorted(
        name for name in found if name.isidentifier() and not keyword.iskeyword(name) and not name.startswith("__")
    )


def project_of_names(folder: Path, names: Sequence[str], number: int) -> None:
    """A project whose image, inputs, result, parts of the result, and their fields have these names."""
    *parts, whole = names
    taken = [name for name in parts if name != "self" and not name.startswith("_")]
    result = ("its_whole", "its_typing.Iterator[its_whole]", "its_typing.List[its_whole]")[number % 3]
    given = ", ".join(f"{name}: its_text = its_given(default='{name} is fine')" for name in taken)
    made = ", ".join(f"{name}=its_parts['{name}'](word={name})" for name in taken)
    lines = [
        "from __future__ import annotations\n" * (number % 2),
        "import typing as its_typing\n\nimport cog as its_cog\n\n",
        "its_text, its_given, its_parts = str, its_cog.Input, {}\n",
        *(
            f"\n\nclass {name}(its_cog.BaseModel):\n    word: its_text\n\n\nits_{at} = its_parts['{name}'] = {name}\n"
            for at, name in enumerate(parts)
        ),
        f"\n\nclass {whole}(its_cog.BaseModel):\n",
        *(f"    {name}: its_{at}\n" for at, name in enumerate(parts) if name in taken),
        f"\n\nits_whole = {whole}\n\n\nclass its_Predictor(its_cog.BasePredictor):\n",
        f"    def predict(self, {given}) -> {result}:\n",
        f"        {('return {}', 'yield {}', 'return [{}]')[number % 3].format(f'its_whole({made})')}\n",
    ]
    image = re.sub("[^a-z0-9]+", "-", names[number % len(names)].lower()).strip("-")
    config = f'build:\n  python_version: "3.11"\nimage: r8.im/me/{image}\npredict: "predict.py:its_Predictor"\n'
    write(folder, cog__yaml=config, predict__py="".join(lines))


def test_every_name_may_be_the_projects(tmp_path: Path) -> None:
    every = names_in_use()
    random.Random(1).shuffle(every)
    assert len(every) > 500
    groups = [every[start : start + 12] for start in range(0, len(every), 12)]
    for number, group in enumerate(groups):
        project_of_names(tmp_path / f"source{number}", group, number)
        install(tmp_path / f"source{number}", tmp_path / f"app{number}")
    done = run("-c", PROGRAM, str(HERE), *(str(tmp_path / f"app{number}") for number in range(len(groups))))
    assert done.returncode == 0, done.stderr[-2000:]
    wrong: list[str] = []
    for group, (status, text) in zip(groups, json.loads(done.stdout.splitlines()[-1]), strict=True):
        wrong += [f"{group}: {text}"] * (status != 200)
        missing = [name for name in group[:-1] if name[0] != "_" and name != "self" and f'"{name} is fine"' not in text]
        wrong += missing if status == 200 else []
    assert wrong == []


def test_the_predictors_file_may_have_the_name_of_a_module(tmp_path: Path) -> None:
    stems = ("asyncio", "cog", "fal", "fal_gate", "json", "pydantic", "queue", "typing", "types")
    code = "from cog import BasePredictor\n\n\nclass Predictor(BasePredictor):\n    def predict(self) -> str:\n"
    for stem in stems:
        folder = tmp_path / stem
        write(folder, cog__yaml=f'predict: "{stem}.py:Predictor"\n')
        write(
            folder, cog__yaml=f'predict: "{stem}.py:Predictor"\n', **{f"{stem}__py": f"{code}        return '{stem}'\n"}
        )
        add_app(folder)
    done = run("-c", PROGRAM, str(HERE), *(str(tmp_path / stem) for stem in stems))
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout.splitlines()[-1]) == [[200, f'{{"output":"{stem}"}}'] for stem in stems]


@pytest.mark.parametrize("image", ["none", "true", "detection", "output", "style-choice"])
def test_the_apps_class_is_no_other(tmp_path: Path, image: str) -> None:
    predict = (
        "import cog\n\nclass Detection(cog.BaseModel):\n    word: str\n\nclass StyleChoice(cog.BaseModel):\n"
        "    part: Detection\n\nclass Predictor(cog.BasePredictor):\n    def predict(self, style: str = cog.Input("
        f"choices={CHOICES})) -> StyleChoice: ...\n"
    )
    config = f'image: r8.im/me/{image}\npredict: "predict.py:Predictor"\n'
    result = build(write(tmp_path, predict__py=predict, cog__yaml=config))
    names = [node.name for node in ast.parse(result.text).body if isinstance(node, ast.ClassDef)]
    assert len(set(names)) == len(names) == 4
    assert names[-1] == result.settings.class_name
    assert f'python_entry_point = "fal_app:{names[-1]}"' in result.toml
    assert APP in _split(result.text).by_key


PREDICTOR = "class Predictor:\n    def predict(self) -> str: ...\n"


@pytest.mark.parametrize("force", [False, True])
def test_the_predictors_file_is_never_replaced(tmp_path: Path, force: bool) -> None:
    project = write(tmp_path, fal_app__py=PREDICTOR, cog__yaml='predict: "fal_app.py:Predictor"\n')
    with pytest.raises(AppError, match=r"fal_app\.py: the predictor's file has the name of one that dockerfix writes"):
        migrate.plan(project, "FROM scratch\n", build(project), force=force)


def test_a_package_of_the_same_name(tmp_path: Path) -> None:
    project = write(tmp_path, predict__py=PREDICTOR, fal_call______init____py="")
    (tmp_path / "fal_call").mkdir(exist_ok=True)
    (tmp_path / "fal_call" / "__init__.py").touch()
    with pytest.raises(AppError, match=r"Python would import the package `fal_call` in place of `fal_call\.py`"):
        migrate.plan(project, "FROM scratch\n", build(project))


NEW = [
    'x = f"{d["a"]}"\n',
    "f\"{'\\n'.join(a)}\"\n",
    'f"{a # c\n}"\n',
    'f"{x!r:>{width}} {y=} {z:%Y-%m}{{}} {d["a"]}"\n',
    'f"{f"{f"{1 + 1}"}"}"\n',
    'f"{\n  x\n}"\n',
    'f"{(lambda y: y)(1)}" "abc" f"{x != y} {d["q"]}"\n',
    'rf"\\d{x["q"]}"\n',
    'f"{x:{"a"}}"\n',
    "async def f():\n    return f'{await x['a']}'\n",
]
BROKEN = ['f"{a b}"\n', 'f"{a"\n', 'f"{d["a" "\n', 'x = "a\n', "f'{x!'\n", "f'{}}'\nx = (\n", '"', "f'{x!r", "f'{x:"]


@pytest.mark.parametrize("text", NEW)
def test_fstrings_of_python_3_12(tmp_path: Path, text: str) -> None:
    project = write(tmp_path, predict__py=text + PREDICTOR)
    parts = without_fstrings(text)
    assert parts is not None
    for part in parts:
        ast.parse(part)
    if sys.version_info >= (3, 12):
        build(project)
        return
    with pytest.raises(AppError, match=r"reading this file needs Python 3\.12; dockerfix runs on Python 3"):
        build(project)


@pytest.mark.parametrize("text", BROKEN)
def test_broken_fstrings_are_not_new(tmp_path: Path, text: str) -> None:
    with pytest.raises(AppError, match="not valid Python"):
        build(write(tmp_path, predict__py=text + PREDICTOR))
