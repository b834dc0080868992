"""Predictors in many spellings, for the comparison of our schema with the one that Cog's build writes."""

from __future__ import annotations

HEAD = """\
import os
import typing
import typing as t
from typing import Annotated, Any, AsyncIterator, Dict, Iterator, List, NotRequired, Optional, TypedDict, Union

import cog
from cog import BaseModel, BasePredictor, ConcatenateIterator, File, Input, Opaque, Path, Secret, streaming
from elsewhere import Foreign

N = 5
NEGATIVE = -3
TEXT = "text"
LISTED = ["a", "b"]
NUMBERS = {"a": 1, "b": 2}
PAIR = ("x", "y")
TYPED: int = 7
TWICE = 1
TWICE = 2


class Inner(BaseModel):
    a: int = 3
    b: Optional[str]
    c: list["Inner"] = []


class Out(BaseModel):
    file_path: Path
    inner: Inner
    m: Dict[str, List[Inner]]
    n: Any
    o: Optional[List[Path]] = None
    p: str = os.getenv("x")
    q: Annotated[Optional[Foreign], Opaque] = None
    r: Annotated[list[Foreign], Opaque]


class Parts(TypedDict, total=False):
    a: int
    b: t.Required[str]


class More(Parts):
    c: NotRequired[int]
    d: str


class Shared:
    steps = Input(description="Steps", default=3)

    @staticmethod
    def scale(default, description):
        return Input(default=default, description=description, ge=0)


"""

SIGNATURES: dict[str, tuple[str, str]] = {
    "plain": ("a: str, b: int, c: float, d: bool, e: Path, f: File, g: Secret, h: dict, i: Any", "str"),
    "numbers": (
        "a: int = Input(default=-1, ge=-5, le=+5), b: float = Input(default=-1.5, le=1e3), c: int = NEGATIVE",
        "int",
    ),
    "bounds": ("a: int = Input(ge=N, le=10), b: float = Input(default=1, ge=0, le=.5), c: int = Input(le=16)", "float"),
    "names": ("a: int = Input(default=N, description=TEXT), b: int = TYPED, c: int = Input(default=TWICE)", "bool"),
    "choices": (
        "a: str = Input(choices=LISTED, default='a'), b: str = Input(choices=PAIR, default='x'), "
        "c: str = Input(choices=list(NUMBERS.keys())), "
        "d: int = Input(choices=list(NUMBERS.values()), default=1), "
        "e: str = Input(choices=['q'] + LISTED, default='a'), "
        "f: float = Input(choices=[0.5, 1.0], default=0.5), "
        "g: list[str] = Input(default=['a'], choices=['a', 'b']), h: str = Input(choices=[])",
        "Path",
    ),
    "dicts": (
        "a: dict = Input(default=NUMBERS), b: Dict[str, int] = Input(default={'a': [1, 2.5, None, True]})",
        "dict",
    ),
    "lists": (
        "a: list[str], b: List[int] = [1, 2], c: Optional[list[str]] = None, "
        "d: t.List[t.Dict] = Input(), e: List[Path] = Input(default=[]), "
        "f: List[int] = Input(default=(1, 2, N)), g: List[int] = Input(default=[1, N])",
        "List[str]",
    ),
    "optional": (
        "a: Optional[str], b: str | None, c: Union[None, int] = None, d: Optional[int] = Input(ge=0), "
        "e: Optional[str] = Input(default=os.getenv('A')), f: Optional[str] = Input(default=...)",
        "Dict[str, int]",
    ),
    "unions": (
        "a: int | str, f: Optional[Union[int, str]], b: Union[int, str, None] = None, "
        "c: Optional[Union[int, str]] = Input(default=3), "
        "d: list[int] | list[float] = Input(default=[1])",
        "Any",
    ),
    "no default after all": (
        "a: int = Input(default=None), b: str = Input(default=os.getenv('A')), "
        "c: int = Input(default=N * 2), d: bool = Input(default=not True), "
        "e: str = Input(default=f'{N}'), f: str = Input(default=...), g: int = None",
        "list",
    ),
    "files": (
        "a: Path = Input(default='a.png'), b: Optional[Path] = Input(default=None), c: File = Input(accept='image/*')",
        "File",
    ),
    "secrets": (
        "a: Secret, b: Secret = Input(default=None), c: Optional[Secret] = Input(description='q'), "
        "d: Secret = Input(default='')",
        "Secret",
    ),
    "qualified": (
        "a: cog.Path, b: typing.Optional[cog.Secret] = None, c: t.Any = None, d: 'Optional[int]' = None",
        "cog.Path",
    ),
    "annotated": (
        "a: Annotated[int, 'x'], b: Annotated[Optional[str], 'y'] = None, c: 'int' = 3, "
        "d: Annotated[Foreign, Opaque] = None, e: Annotated[Optional[List[Foreign]], Opaque] = None",
        "Annotated[list[int], Opaque]",
    ),
    "settings": (
        "a: str, *, b: int = 3, "
        "c: str = Input(default='x', min_length=1, max_length=5, regex=r'^\\w+$', deprecated=True), "
        "num__steps: int = 3, _hidden: str = '', aB_c: str = ''",
        "typing.List[int]",
    ),
    "letters": ("x: str = Input(description='“Ünï” – ok', default='é', deprecated=False)", "Dict[str, Dict]"),
    "shared": ("a: int = Shared.steps, b: int = Shared.scale(4, 'zz')", "List[Annotated[Foreign, Opaque]]"),
    "typed dicts": ("a: Parts, b: Optional[More] = None", "List[More]"),
    "model": ("a: str", "Out"),
    "models": ("a: str", "Dict[str, List[Inner]]"),
    "iterator": ("a: str", "Iterator[Path]"),
    "async iterator": ("a: str", "AsyncIterator[dict[str, Any]]"),
    "text": ("a: str", "ConcatenateIterator[str]"),
}
"""The parameters and the result of each."""


def code(name: str, decorator: str = "") -> str:
    """The file predict.py of a predictor."""
    parameters, result = SIGNATURES[name]
    method = f"    def predict(self, {parameters}) -> {result}:\n        raise NotImplementedError\n"
    return f"{HEAD}class Predictor(BasePredictor):\n{decorator}{method}"
