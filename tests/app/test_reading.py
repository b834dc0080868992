"""Predictors of every style, read without running them."""

# ruff: noqa: E501 - a program on one line stays beside what is expected of it

from __future__ import annotations

from pathlib import Path

import pytest

from apps import write
from dockerfix.app.read.model import AppError, Input, Predictor, Type
from dockerfix.app.read.predictor import read_predictor

HEAD = "from typing import *\nfrom cog import *\n\n"


def read(folder: Path, text: str, reference: str = "predict.py:Predictor", **files: str) -> Predictor:
    return read_predictor(write(folder, predict__py=text, **files), reference)


def method(
    folder: Path, parameters: str, result: str = "str", head: str = HEAD, body: str = "return ''", **files: str
) -> Predictor:
    text = f"{head}class Predictor(BasePredictor):\n    def predict(self, {parameters}) -> {result}:\n        {body}\n"
    return read(folder, text, **files)


def one(folder: Path, parameter: str, **rest: str) -> Input:
    return method(folder, parameter, **rest).inputs[0]


def spell(type_: Type) -> str:
    inner = ", ".join(spell(each) for each in type_.args) + ", ".join(map(repr, type_.values))
    name = type_.model.name if type_.model else type_.kind
    return f"{name}[{inner}]" if inner else name


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        ("int", "int"),
        ("'int'", "int"),
        ("Optional[int]", "optional[int]"),
        ("int | None", "optional[int]"),
        ("None | List[str]", "optional[list[str]]"),
        ("Union[int, None, str]", "optional[union[int, str]]"),
        ("list", "list[any]"),
        ("List[Path]", "list[path]"),
        ("list[Path] | None", "optional[list[path]]"),
        ("dict[str, Any]", "dict[any]"),
        ("Dict[str, int]", "dict[int]"),
        ("File", "file"),
        ("Secret", "secret"),
        ("Any", "any"),
        ("Literal['a', 'b']", "literal['a', 'b']"),
        ("Literal['a', None]", "optional[literal['a']]"),
        ("Annotated[int, 'words']", "int"),
        ("Annotated[Foreign, Opaque]", "any"),
        ("Annotated[list[Foreign], Opaque]", "list[any]"),
        ("Numbers", "list[float]"),
        ("Name", "str"),
        ("Colour", "literal['red', 'blue']"),
        ("Typed", "dict[any]"),
        ("shared.Numbers", "list[int]"),
        ("None", "none"),
        ("Union[None, None]", "none"),
        ("Union[int, Optional[str], Union[str, float]]", "optional[union[int, str, float]]"),
        ("Optional['Literal[Kind, 3]']", "optional[literal['a', 'b', 3]]"),
        ("Literal[Maybe, -1]", "literal['c', -1]"),
        ("Final[int]", "int"),
        ("Dict[str]", "dict[any]"),
        ("Tuple[int, ...]", "list[int]"),
        ("Tuple[int, str]", "list[any]"),
        ("Tuple[()]", "list[any]"),
        ("Later", "str"),
        ("Items[int]", "list[float]"),
        ("package.deep.Deepest", "float"),
    ],
)
def test_types(tmp_path: Path, annotation: str, expected: str) -> None:
    head = (
        HEAD
        + "import enum\nimport shared\nimport package.deep\nNumbers = List[float]\nName = NewType('Name', str)\n"
        + "Kind = Literal['a', 'b']\nMaybe = Optional[Literal['c']]\nLater = NewType('Later', tp=str)\nItems = List[float]\n"
        + "class Colour(enum.Enum):\n    RED = 'red'\n    BLUE = 'blue'\n"
        + "class Typed(TypedDict):\n    a: int\n"
    )
    found = one(
        tmp_path,
        f"x: {annotation} = Input(description='x')",
        head=head,
        shared__py="Numbers = list[int]\n",
        package___deep__py="Deepest = float\n",
    )
    assert spell(found.type) == expected
    assert found.notes == ()


@pytest.mark.parametrize(
    ("annotation", "reason"),
    [
        ("3", "`3` is not a type"),
        ("'int or'", "`int or` is not a type"),
        ("[int]", "`[int]` can't be read as a type"),
        ("function", "`function` is not a type"),
        ("Foreign", "`Foreign` is not a type that Cog or fal knows"),
        ("foreign.Kind[int]", "`foreign.Kind[int]` is not a type that Cog or fal knows"),
        ("Annotated[Foreign, 'words']", "`Foreign` is not a type"),
        ("Optional[()]", "`Optional[()]` is not a type"),
        ("Annotated[()]", "`Annotated[()]` is not a type"),
        ("Final[()]", "`Final[()]` is not a type"),
        ("Nameless", "`NewType('Nameless')` can't be read as a type"),
        ("Literal[1.5]", "has values other than text and whole numbers"),
        ("Literal[True]", "has values other than text and whole numbers"),
        ("Literal[None]", "has values other than text and whole numbers"),
        ("Lists", "has values other than text and whole numbers"),
        ("Circle", "is nested too deeply"),
        ("Chosen", "is nested too deeply"),
        ("Own", "`Own` is a class that has no counterpart"),
        ("Twice", "`Twice` is not a type that Cog or fal knows"),
        ("str.Inner", "`str.Inner` is not a type that Cog or fal knows"),
        ("Own.Inner", "`Own.Inner` is not a type that Cog or fal knows"),
        ("Numbers.Inner", "`Numbers.Inner` is not a type that Cog or fal knows"),
    ],
)
def test_unreadable_types(tmp_path: Path, annotation: str, reason: str) -> None:
    head = HEAD + (
        "import enum\nimport foreign\nNameless = NewType('Nameless')\nCircle = List['Circle']\nChosen = Literal[Chosen]\n"
        "Numbers = [1]\nTwice = int\nTwice = str\ndef function(): ...\n"
        "class Lists(enum.Enum):\n    A = [1]\nclass Own:\n    A = 1\n"
    )
    found = one(tmp_path, f"x: {annotation}", head=head)
    assert spell(found.type) == "any"
    assert [note.code for note in found.notes] == ["DF504"]
    assert reason in found.notes[0].message


@pytest.mark.parametrize(
    "imported",
    [
        "from cog import Path as CogPath",
        "import cog\nCogPath = cog.Path",
        "from cog.types import Path as CogPath",
        "from pathlib import Path as CogPath",
    ],
)
def test_renamed_path(tmp_path: Path, imported: str) -> None:
    assert spell(one(tmp_path, "x: CogPath", head=f"{imported}\nfrom cog import BasePredictor\n").type) == "path"


@pytest.mark.parametrize(
    ("default", "expected"),
    [
        ("Input(default=3)", 3),
        ("Input(3)", 3),
        ("3", 3),
        ("Input(default='3')", 3),
        ("Input(default=2**8 - 1)", 255),
        ("Input(default=LIMIT)", 4),
        ("Input(default=LIMITS['b'])", 2),
        ("Input(default=len(LIMITS))", 2),
        ("Input(default=constants.DEFAULT)", 7),
        ("SHARED", 9),
        ("constants.shared_input()", 11),
    ],
)
def test_defaults(tmp_path: Path, default: str, expected: int) -> None:
    head = HEAD + "import constants\nLIMIT = 4\nLIMITS = {'a': object(), 'b': 2}\nSHARED = Input(default=9)\n"
    constants = "from cog import Input\nDEFAULT = 7\n\n\ndef shared_input():\n    '''Eleven.'''\n    return Input(default=11, ge=1)\n"
    found = one(tmp_path, f"x: int = {default}", head=head, constants__py=constants)
    assert (found.default, found.required, found.own_default) == (expected, False, False)


@pytest.mark.parametrize(
    "default",
    [
        "os.getenv('X')",
        "Input(default=CHANGED)",
        "Input(default=other())",
        "Input(default='x')",
    ],
)
def test_own_default(tmp_path: Path, default: str) -> None:
    head = HEAD + "import os\nCHANGED = 1\nCHANGED += 1\n\n\ndef other():\n    return CHANGED\n"
    found = one(tmp_path, f"x: int = {default}", head=head)
    assert found.own_default
    assert spell(found.type) == "optional[int]"
    assert [note.code for note in found.notes] == ["DF501"]
    assert (found.notes[0].file, found.notes[0].line) == ("predict.py", 12)


@pytest.mark.parametrize(
    ("parameter", "reason"),
    [
        ("x: int = Input(default=2.5)", "does not fit the type"),
        ("x: bool = Input(default=1)", "does not fit the type"),
        ("x: Secret = Input(default='s')", "does not fit the type"),
        ("x: List[int] = Input(default='ab')", "is not a list, but its type is"),
        ("x: List[int] = Input(default=[1, 'b'])", "does not fit the type"),
        ("x: str = Input(default='c', choices=['a', 'b'])", "is not one of the choices"),
        ("x: Path = Input(default='weights/a.bin')", "is a file in the image"),
        ("x: Optional[float] = Input(default='much')", "does not fit the type"),
        ("x: int = shared(abs(-1))", "calls `shared()`"),
        ("x: int = wrapped()", "calls `wrapped()`"),
        ("x: int = decorated()", "calls `decorated()`"),
        ("x: int = Foreign.default", "depends on `Foreign.default`"),
    ],
)
def test_defaults_that_only_the_predictor_knows(tmp_path: Path, parameter: str, reason: str) -> None:
    head = HEAD + (
        "def shared(n): return Input(default=n)\n"
        "def wrapped():\n    print()\n    return Input(default=1)\n"
        "@cache\ndef decorated(): return Input(default=1)\n"
    )
    found = one(tmp_path, parameter, head=head)
    assert (found.default, found.required, found.own_default) == (None, False, True)
    assert [note.code for note in found.notes] == ["DF501"]
    assert reason in found.notes[0].message


@pytest.mark.parametrize(
    ("parameter", "expected"),
    [
        ("x: float = Input(default='1.5')", 1.5),
        ("x: Optional[int] = Input(default=3)", 3),
        ("x: List[float] = Input(default=(1, 2))", [1.0, 2.0]),
        ("x: File = Input(default='data:,x')", "data:,x"),
        ("x = 3", 3),
    ],
)
def test_defaults_take_the_type(tmp_path: Path, parameter: str, expected: object) -> None:
    found = one(tmp_path, parameter)
    assert (found.default, found.own_default) == (expected, False)
    assert [note.code for note in found.notes] == ([] if ":" in parameter else ["DF504"])


def test_required_and_nullable(tmp_path: Path) -> None:
    found = method(
        tmp_path, "a: str, b: str = Input(description='b'), c: Optional[str] = Input(), d: int = Input(default=None)"
    )
    assert [(each.name, each.required, spell(each.type)) for each in found.inputs] == [
        ("a", True, "str"),
        ("b", True, "str"),
        ("c", False, "optional[str]"),
        ("d", False, "optional[int]"),
    ]


@pytest.mark.parametrize(
    "choices",
    [
        "['a', 'b']",
        "D.keys()",
        "list(D)",
        "sorted(D)",
        "sorted(D.keys(), reverse=False)",
        "[*D]",
        "tuple(D)",
        "[n for n in D]",
        "KEYS",
        "Klass.CHOICES",
        "list('ab')",
    ],
)
def test_choices(tmp_path: Path, choices: str) -> None:
    head = HEAD + "D = {'a': object(), 'b': 1}\nKEYS = list(D.keys())\n\n\nclass Klass:\n    CHOICES = ['a', 'b']\n\n\n"
    found = one(tmp_path, f"x: str = Input(choices={choices})", head=head)
    assert found.type == Type("literal", values=("a", "b"))


@pytest.mark.parametrize("choices", ["os.listdir('.')", "CHANGED", "[1.5, 2.5]", "D.values()", "3"])
def test_unknown_choices(tmp_path: Path, choices: str) -> None:
    head = HEAD + "import os\nD = {'a': object()}\nCHANGED = ['a']\nCHANGED.append('b')\n"
    found = one(tmp_path, f"x: str = Input(choices={choices})", head=head)
    assert found.type == Type("str")
    assert [note.code for note in found.notes] == ["DF502"]


def test_settings(tmp_path: Path) -> None:
    found = one(
        tmp_path,
        "x: str = Input('ab', description='a' 'b', min_length=1, max_length=M, regex='^a')",
        head=HEAD + "M = 3\n",
    )
    assert (found.description, found.min_length, found.max_length, found.pattern) == ("ab", 1, 3, "^a")
    found = one(tmp_path, "x: str = Input('ab', ge=1, description=make())")
    assert found.ge is None
    assert found.description is None
    assert [note.code for note in found.notes] == ["DF503", "DF503"]


def test_class_scope(tmp_path: Path) -> None:
    text = (
        HEAD
        + "class Predictor(BasePredictor):\n    SIZES = [1, 2]\n    def predict(self, n: int = Input(choices=SIZES, default=SIZES[0])) -> str: ...\n"
    )
    found = read(tmp_path, text).inputs[0]
    assert (found.type.values, found.default) == ((1, 2), 1)


def test_legacy_decorators(tmp_path: Path) -> None:
    text = (
        "import cog\n\n\nclass Predictor(cog.Predictor):\n    def setup(self): ...\n\n"
        "    @cog.input('image', type=cog.Path, help='Image')\n"
        "    @cog.input('scale', type=float, default=1.5, min=0, max=8)\n"
        "    @cog.input('style', type=str, options=['a', 'b'], default='a')\n"
        "    def predict(self, image, scale, style): ...\n"
    )
    found = read(tmp_path, text)
    assert [(each.name, spell(each.type), each.required, each.default) for each in found.inputs] == [
        ("image", "path", True, None),
        ("scale", "float", False, 1.5),
        ("style", "literal['a', 'b']", False, "a"),
    ]
    assert (found.inputs[1].ge, found.inputs[1].le, found.inputs[0].description) == (0, 8, "Image")
    assert [note.code for note in found.notes] == ["DF505"]


def test_legacy_decorators_of_odd_forms(tmp_path: Path) -> None:
    text = (
        "import cog\n\n\nNAME = 'computed'\n\n\nclass Predictor(cog.Predictor):\n"
        "    @other\n    @cog.input('text')\n    @cog.input('size', int, 3)\n    @cog.input(NAME, type=int)\n"
        "    def predict(self, text, size, computed): ...\n"
    )
    found = read(tmp_path, text)
    assert [(each.name, spell(each.type), each.default) for each in found.inputs] == [
        ("text", "str", None),
        ("size", "int", 3),
        ("computed", "any", None),
    ]


@pytest.mark.parametrize(
    ("result", "body", "expected", "reason"),
    [
        ("Foreign", "return 1", "any", "the type of the result: `Foreign` is not a type that Cog or fal knows"),
        ("Iterator", "yield 1", "any", "the pieces of the result have no type"),
        ("Iterator[Foreign]", "yield 1", "any", "the type of the pieces: `Foreign` is not a type"),
        ("Iterator[()]", "yield 1", "any", "the type of the pieces: `()` can't be read as a type"),
        ("'Iterator['", "yield 1", "any", "the type of the result: `Iterator[` is not a type"),
        ("Pieces", "yield 1", "path", ""),
        ("Deep", "yield 1", "any", "the type of the result: is nested too deeply"),
        ("Own", "return 1", "any", "the type of the result: `Own` is a class that has no counterpart"),
        ("Holds", "return 1", "Holds", ""),
    ],
)
def test_results_that_are_not_known(tmp_path: Path, result: str, body: str, expected: str, reason: str) -> None:
    head = HEAD + (
        "Pieces = 'Iterator[Path]'\nDeep = 'Deep'\nclass Own: pass\n"
        "class Holds(BaseModel):\n    inner: List['Holds']\n    count: ClassVar[int] = 3\n"
    )
    found = method(tmp_path, "x: int", result, body=body, head=head)
    assert spell(found.output) == expected
    assert [note.code for note in found.notes] == (["DF505"] if reason else [])
    assert all(reason in note.message for note in found.notes)


@pytest.mark.parametrize(
    ("result", "body", "expected"),
    [
        ("str", "return ''", (False, False, False, "str")),
        ("Iterator[Path]", "yield 1", (True, False, False, "path")),
        ("ConcatenateIterator[str]", "yield 1", (True, False, True, "str")),
        ("ConcatenateIterator", "yield 1", (True, False, True, "str")),
        ("'Iterator[str]'", "yield 1", (True, False, False, "str")),
        ("Path", "yield 1", (True, False, False, "path")),
        ("List[Path]", "yield 1", (True, False, False, "any")),
        ("Iterator[str]", "return self.pieces()", (True, False, False, "str")),
        ("AsyncIterator[str]", "return self.pieces()", (True, True, False, "str")),
        ("Generator[str, None, None]", "yield 1", (True, False, False, "str")),
        ("str", "f = lambda: (yield 1)\n        return ''", (False, False, False, "str")),
        ("str", "def f():\n            yield 1\n        return ''", (False, False, False, "str")),
        ("Out", "return 1", (False, False, False, "Out")),
        ("List[Out]", "return 1", (False, False, False, "list[Out]")),
        ("Optional[Path]", "return 1", (False, False, False, "optional[path]")),
        ("Tuple[Path, Path]", "return 1", (False, False, False, "list[path]")),
    ],
)
def test_results(tmp_path: Path, result: str, body: str, expected: tuple[bool, bool, bool, str]) -> None:
    found = method(
        tmp_path, "x: int", result, body=body, head=HEAD + "class Out(BaseModel):\n    a: int\n    b: Optional[Path]\n"
    )
    assert (found.streaming, found.async_pieces, found.concatenate, spell(found.output)) == expected


def test_async(tmp_path: Path) -> None:
    head = HEAD + "class Predictor:\n    async def setup(self): ...\n    async def predict(self) -> str:\n        "
    found = read(tmp_path, head + "return ''\n")
    assert (found.awaited, found.async_pieces, found.setup and found.setup.is_async) == (True, False, True)
    found = read(tmp_path, head + "yield ''\n")
    assert (found.awaited, found.async_pieces, found.streaming) == (False, True, True)


def test_models(tmp_path: Path) -> None:
    head = HEAD + (
        "from dataclasses import dataclass\n@dataclass\nclass Inner:\n    z: float\n\n\n"
        "class Base(BaseModel):\n    a: int\n\n\nclass Out(Base):\n    kind: ClassVar[str] = 'x'\n    b: List[Inner]\n    c: 'Optional[Path]' = None\n    d: Foreign\n"
    )
    model = method(tmp_path, "x: int", "Out", head=head).output.model
    assert model is not None
    assert [(name, spell(type_)) for name, type_ in model.fields] == [
        ("a", "int"),
        ("b", "list[Inner]"),
        ("c", "optional[path]"),
        ("d", "any"),
    ]


def test_class_variables_are_no_fields(tmp_path: Path) -> None:
    text = (
        "import typing\nfrom typing import ClassVar as Constant\nfrom cog import BaseModel, BasePredictor\n\n"
        "class ClassVar(BaseModel):\n    word: str\n\n"
        "class Result(BaseModel):\n    a: ClassVar\n    b: 'ClassVar'\n    c: list[ClassVar]\n"
        "    d: typing.ClassVar[int] = 1\n    e: Constant = 2\n    f: 'typing.ClassVar[int]' = 3\n    g: 'not valid' = 4\n\n"
        "class Predictor(BasePredictor):\n    def predict(self) -> Result: ...\n"
    )
    model = read(tmp_path, text).output.model
    assert model is not None
    assert [(name, spell(type_)) for name, type_ in model.fields] == [
        ("a", "ClassVar"), ("b", "ClassVar"), ("c", "list[ClassVar]"), ("g", "any"),
    ]  # fmt: skip


def test_fields_of_a_base_that_two_classes_share(tmp_path: Path) -> None:
    head = HEAD + (
        "class Root(BaseModel):\n    a: int\n    b: int\n\n\nclass Left(Root):\n    pass\n\n\n"
        "class Right(Root):\n    b: str\n\n\nclass Out(Left, Right):\n    c: float\n"
    )
    model = method(tmp_path, "x: int", "Out", head=head).output.model
    assert model is not None
    assert [(name, spell(type_)) for name, type_ in model.fields] == [("a", "int"), ("b", "str"), ("c", "float")]


def test_bases_in_a_circle(tmp_path: Path) -> None:
    names = [f"C{number}" for number in range(12)]
    classes = "".join(f"class {name}({', '.join(each for each in names if each != name)}): pass\n" for name in names)
    text = f"{HEAD}{classes}\n\nclass Predictor(C0):\n    def predict(self, n: int) -> str: ...\n"
    assert [each.name for each in read(tmp_path, text).inputs] == ["n"]


def test_entries(tmp_path: Path) -> None:
    engine = "from cog import BasePredictor\n\n\nclass Engine(BasePredictor):\n    def setup(self, weights=None): ...\n    def predict(self, n: int) -> str: ...\n"
    for text in (
        "from engine import Engine as Predictor\n",
        "from engine import Engine\nPredictor = Engine\nPredictor.flag = True\n",
        "import engine\nPredictor = engine.Engine\n",
        "from engine import Engine\n\n\nclass Predictor(Engine):\n    pass\n",
        "if True:\n    from engine import Engine as Predictor\n",
    ):
        found = read(tmp_path, text, engine__py=engine)
        assert (found.name, found.method, [each.name for each in found.inputs]) == ("Predictor", "predict", ["n"])
        assert found.setup is not None
        assert found.setup.weights


@pytest.mark.parametrize(
    ("decorator", "expected"),
    [
        ("concurrent(max=4)", 4),
        ("concurrent(other=1, max=4)", 4),
        ("concurrent(max=0)", None),
        ("concurrent(max=limit())", None),
        ("concurrent", None),
        ("other(max=4)", None),
    ],
)
def test_concurrency(tmp_path: Path, decorator: str, expected: int | None) -> None:
    text = f"{HEAD}class Predictor(BasePredictor):\n    @{decorator}\n    async def predict(self) -> str: ...\n"
    found = read(tmp_path, text).concurrency
    assert (found and found.most) == expected
    if found is not None:
        assert text.split("\n")[found.line - 1].strip() == f"@{decorator}"


def test_names_from_stars_and_packages(tmp_path: Path) -> None:
    found = method(
        tmp_path,
        "a: str = Input(default=A), b: str = Input(default=B), c: str = Input(default=names.C), d: int = Input(default=D)",
        head=HEAD + "from package import names\nfrom package.names import *\nfrom package.names import D\n",
        package___names__py="A = 'a'\nB, C = 'b', 'c'\nD = 1\nD = 2\nclass Inner:\n    E = 'e'\n",
    )
    assert [(each.default, each.own_default) for each in found.inputs] == [
        ("a", False),
        (None, True),
        (None, True),
        (None, True),
    ]


def test_types_in_classes(tmp_path: Path) -> None:
    head = HEAD + "class Kinds:\n    Size = Literal['s', 'm']\n"
    assert spell(one(tmp_path, "x: Kinds.Size", head=head).type) == "literal['s', 'm']"


def test_files_that_cannot_be_read_bind_nothing(tmp_path: Path) -> None:
    found = one(tmp_path, "x: int = Input(default=N)", head=HEAD + "from old import N\n", old__py="print 'x'\nN = 3\n")
    assert found.own_default


@pytest.mark.parametrize("change", ["A.b.c = 1", "A[0][1] = 1", "A.b.append(1)", "del A[0]", "(A, B) = 1, 2"])
def test_what_is_changed_in_place_is_not_known(tmp_path: Path, change: str) -> None:
    assert one(tmp_path, "x: Any = Input(default=A)", head=f"{HEAD}A = [[1, 2]]\n{change}\n").own_default


@pytest.mark.parametrize("change", ["other().b = 1", "lambda: A.append(1)", "def f(): A.append(1)"])
def test_what_is_not_changed_is_known(tmp_path: Path, change: str) -> None:
    assert one(tmp_path, "x: Any = Input(default=A)", head=f"{HEAD}A = [1, 2]\n{change}\n").default == [1, 2]


def test_last_definition_counts(tmp_path: Path) -> None:
    text = "class Predictor:\n    def predict(self, old: int) -> str: ...\n\n\nclass Predictor:\n    def predict(self, new: int) -> str: ...\n"
    assert [each.name for each in read(tmp_path, text).inputs] == ["new"]


def test_function_and_runner(tmp_path: Path) -> None:
    found = read(tmp_path, "@deco\ndef run(n: int = 3, *, s: str) -> str: ...\n", "predict.py:run")
    assert (found.method, [each.name for each in found.inputs]) == (None, ["n", "s"])
    text = (
        HEAD
        + "class Runner(BaseRunner):\n    @concurrent(max=2 * 8)\n    async def run(self) -> str: ...\n    def predict(self): ...\n"
    )
    found = read(tmp_path, text, "predict.py:Runner")
    assert found.concurrency is not None
    assert (found.method, found.concurrency.most) == ("run", 16)


def test_relative_and_nested_imports(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "",
        "src/app/predict.py:Predictor",
        src___app___predict__py=HEAD
        + "from .names import A\nfrom src.shared import B\nimport src.shared as s\n"
        + "class Predictor(BasePredictor):\n    def predict(self, x: str = Input(default=A + B + s.B)) -> str: ...\n",
        src___app___names__py="A = 'a'\n",
        src___shared__py="B = 'b'\n",
    )
    assert found.inputs[0].default == "abb"


def test_hostile_code_is_not_run(tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    text = f"open({str(marker)!r}, 'w')\n{HEAD}class Predictor(BasePredictor):\n    def predict(self, x: int = Input(default=9**9**9**9), y: str = Input(default='a' * 10**12), z: int = Input(default=sum([[0] * 9999] * 9999))) -> str: ...\n"
    found = read(tmp_path, text)
    assert not marker.exists()
    assert all(each.own_default for each in found.inputs)


def test_a_file_name_that_no_file_can_have(tmp_path: Path) -> None:
    with pytest.raises(AppError, match="there is no file"):
        read(tmp_path, HEAD, f"{'a' * 300}.py:Predictor")


@pytest.mark.parametrize(
    ("parameters", "body", "message"),
    [
        ("x: int, x: int", "return ''", "duplicate argument 'x'"),
        ("x: int", "nonlocal x", "nonlocal"),
        ("x: int", "yield from y", None),
        ("x: int", "break", "'break' outside loop"),
    ],
)
def test_what_only_pythons_compiler_refuses(tmp_path: Path, parameters: str, body: str, message: str | None) -> None:
    if message is None:
        assert [each.name for each in method(tmp_path, parameters, body=body).inputs] == ["x"]
        return
    with pytest.raises(AppError, match=message):
        method(tmp_path, parameters, body=body)


def test_all_values_together_have_a_budget(tmp_path: Path) -> None:
    """A project of many values, each of which is small enough, is worked out in bounded memory."""
    found = method(
        tmp_path, ", ".join(f"a{number}: str = Input(default='x' * 9_000)" for number in range(3_000))
    ).inputs
    known = [each for each in found if not each.own_default]
    assert 500 < len(known) < 2_500
    assert {(note.code, "too large" in note.message) for each in found for note in each.notes} == {("DF501", True)}
