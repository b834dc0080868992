"""Source text of types, defaults and names in a generated file."""

from __future__ import annotations

import keyword
from collections.abc import Iterable
from dataclasses import replace
from itertools import count

from dockerfix.app.read import media
from dockerfix.app.read.model import Input, Model, Type
from dockerfix.app.write.layout import Group, Node, call, flat, subscript, value

LONGEST_ANNOTATION = 44
_SCALARS = {"bool": "bool", "float": "float", "int": "int", "none": "None", "str": "str"}
_PYDANTIC = frozenset(
    {"construct", "copy", "dict", "from_orm", "json", "parse_file", "parse_obj", "parse_raw", "schema", "schema_json"}
    | {"update_forward_refs", "validate", "model_computed_fields", "model_config", "model_construct", "model_copy"}
    | {"model_extra", "model_fields", "model_fields_set", "model_json_schema", "model_parametrized_name"}
    | {"model_post_init", "model_rebuild"}
)
"""Names that pydantic's BaseModel reserves."""
SHADOWING = frozenset({"bool", "dict", "float", "int", "list", "str"})
"""Names of Python that annotations use."""
TAKEN = frozenset(
    {
        "Annotated",
        "Any",
        "AsyncIterator",
        "Audio",
        "BaseModel",
        "ClassVar",
        "ConfigDict",
        "ContainerImage",
        "Dict",
        "Field",
        "File",
    }
    | {"HERE", "Image", "Input", "Iterator", "List", "Literal", "Number", "Optional", "Output", "Path", "Piece"}
    | {"SecretStr", "StreamingResponse", "StrictBool", "StrictFloat", "StrictInt", "Union", "Video", "WithJsonSchema"}
    | {"container_image", "fal", "os"}
)
"""Names that a generated file may use for itself."""


class Speller:
    """Writes types for one file, and records the imports and aliases that they need.

    `python` is the image's, as (3, 8): versions before 3.9 have no ``list[str]``. `reserved` are names of the file, the
    inputs and the results, which no class or alias of ours may have.
    """

    def __init__(self, python: tuple[int, int], reserved: Iterable[str] = ()) -> None:
        self.old = python < (3, 9)
        self.reserved = frozenset(reserved)
        self.imports: dict[str, set[str]] = {}
        self.aliases: dict[str, Node] = {}
        self.classes: dict[Model, str] = {}

    def use(self, module: str, name: str) -> str:
        """`name`, which is imported from `module`."""
        self.imports.setdefault(module, set()).add(name)
        return name

    def type(self, type_: Type, file_class: str = "File") -> Node:
        """The annotation for a type; files are of the class `file_class`."""
        if type_.kind in _SCALARS:
            return _SCALARS[type_.kind]
        if type_.kind == "any":
            return self.use("typing", "Any")
        if type_.kind in ("path", "file"):
            return self.use("fal.toolkit", file_class)
        if type_.kind == "secret":
            return self.use("pydantic", "SecretStr")
        if type_.kind == "model" and type_.model is not None:
            return self.classes[type_.model]
        return self._compound(type_, file_class)

    def _compound(self, type_: Type, file_class: str) -> Node:
        if type_.kind == "strict":
            return self._strict(type_.args[0])
        if type_.kind == "literal":
            return subscript(self.use("typing", "Literal"), *(value(each) for each in type_.values))
        inner = [self.type(each, file_class) for each in type_.args]
        return subscript(self.generic(type_.kind), *(["str", *inner] if type_.kind == "dict" else inner))

    def _strict(self, type_: Type) -> Node:
        if type_.kind != "float":
            return self.use("pydantic", f"Strict{_SCALARS[type_.kind].capitalize()}")
        if "Number" not in self.aliases:  # StrictFloat by itself makes a float of 1
            either = subscript(
                self.use("typing", "Union"), *(self.use("pydantic", f"Strict{e}") for e in ("Int", "Float"))
            )
            schema = call(self.use("pydantic", "WithJsonSchema"), value({"type": "number"}))
            self.aliases["Number"] = subscript(self.annotated, either, schema)
        return "Number"

    @property
    def annotated(self) -> str:
        """The name ``Annotated``, imported."""
        return self.use("typing_extensions" if self.old else "typing", "Annotated")

    def generic(self, kind: str) -> str:
        """The name of a generic type: ``Optional``, ``Union``, and ``list`` or ``List`` as the Python needs it."""
        return kind if kind in ("list", "dict") and not self.old else self.use("typing", kind.capitalize())

    def annotation(self, type_: Type, name: str, file_class: str) -> str:
        """The annotation of a field on one line; long choices get a name of their own."""
        spelled = self.type(type_, file_class)
        if len(flat(spelled)) <= LONGEST_ANNOTATION or not type_.holds("literal"):
            return flat(spelled)
        return flat(self._named(type_, name))

    def _named(self, type_: Type, name: str) -> Node:
        if type_.kind == "literal":
            alias = pascal(name) + "Choice"
            while alias in self.aliases or alias in TAKEN | self.reserved or alias in self.classes.values():
                alias += "_"
            self.aliases[alias] = self.type(type_)
            return alias
        inner = [self._named(each, name) for each in type_.args]
        return subscript(self.generic(type_.kind), *inner) if type_.kind in ("list", "optional") else self.type(type_)

    def field(self, each: Input, name: str) -> tuple[str, Node]:
        """The annotation of an input in the field `name`, and its default or Field(...); "" where neither is needed."""
        file_class = media.of_input(each.name, each.description)
        type_ = strict_unions(each.type)
        named: dict[str, Node] = {}
        if not each.required:
            named["default"] = self.default(each.default, each.type, file_class)
        if name != each.name:
            named["alias"] = value(each.name)
        limits = {
            key: value(limit)
            for key in ("ge", "le", "min_length", "max_length")
            if (limit := getattr(each, key)) is not None
        }
        if each.pattern is not None:
            limits["pattern"] = value(each.pattern)
        in_list = limits and each.type.holds("list")
        if not in_list:
            named.update(limits)
        if each.description is not None:
            named["description"] = value(each.description)
        if each.deprecated:
            named["deprecated"] = "True"
        annotation = self.limited(type_, limits) if in_list else self.annotation(type_, each.name, file_class)
        if set(named) <= {"default"}:
            return annotation, named.get("default", "")
        return annotation, call(self.use("pydantic", "Field"), **named)

    def limited(self, type_: Type, limits: dict[str, Node]) -> str:
        """The annotation of a list whose items have limits: Cog checks them for each item."""
        if type_.kind in ("list", "optional"):
            return f"{self.generic(type_.kind)}[{self.limited(type_.args[0], limits)}]"
        field = flat(call(self.use("pydantic", "Field"), **limits))
        return f"{self.annotated}[{flat(self.type(type_))}, {field}]"

    def default(self, default: object, type_: Type, file_class: str) -> Node:
        """A default as source text, by its type."""
        if default is None:
            return "None"
        if type_.kind == "optional":
            return self.default(default, type_.args[0], file_class)
        if type_.kind == "list" and isinstance(default, list):
            return Group("[", tuple(("", self.default(item, type_.args[0], file_class)) for item in default), "]")
        if type_.kind in ("path", "file"):
            return call(f"{self.use('fal.toolkit', file_class)}.model_validate", value(default))
        return value(default)


def strict_unions(type_: Type, *, inside: bool = False) -> Type:
    """`type_` with strict members in its unions: Cog's server passes a value of either type on as it came."""
    if inside and type_.kind in ("bool", "float", "int"):
        return Type("strict", (type_,))
    inside = inside or type_.kind == "union"
    return replace(type_, args=tuple(strict_unions(each, inside=inside) for each in type_.args))


def field_names(names: Iterable[str], taken: Iterable[str] = ()) -> dict[str, str]:
    """The names of a class's fields for those of inputs or results: unchanged if possible, and unique.

    `taken` are the names of the file's classes.
    """
    classes = frozenset(taken)
    plain = {name: _field_name(name, classes) for name in names}
    result = {name: name for name, field in plain.items() if name == field}
    for name in [each for each in plain if each not in result]:
        free = (plain[name] + "_" * extra for extra in count())
        result[name] = next(field for field in free if field not in result.values() and field not in classes)
    return result


def _field_name(name: str, classes: frozenset[str]) -> str:
    """The name of a field by itself: its own, unless pydantic or the class body needs that name."""
    plain = name.lstrip("_") or "value"
    reserved = plain in _PYDANTIC or plain.startswith(("model_validate", "model_dump")) or keyword.iskeyword(plain)
    return f"{plain}_" if reserved or plain in TAKEN | SHADOWING | classes or plain[0].isdigit() else plain


def class_name(name: str, used: Iterable[str]) -> str:
    """The name of the App's class for the App's `name`; `used` are the classes of the result."""
    plain = pascal(name) if name[0].isalpha() else f"App{pascal(name)}"
    if plain in TAKEN | SHADOWING | {*used} or keyword.iskeyword(plain):
        plain += "App"
    while plain in {*used}:
        plain += "_"
    return plain


def pascal(name: str) -> str:
    """``SomeName`` of ``some-name``."""
    parts = "".join(each if each.isalnum() and each.isascii() else " " for each in name).split()
    return "".join(part[0].upper() + part[1:] for part in parts)
