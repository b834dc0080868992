"""Provides the names of the module `cog` to code that imports it. Written by dockerfix.

Cog is not installed on fal. This module has what predictors still need from it, and
uses only the standard library. If a cog that is compatible with fal is installed, that
one is imported.
"""

from __future__ import annotations

import abc
import contextvars
import importlib
import importlib.metadata
import io
import json
import pathlib
import re
import sys
import types
import typing
from typing import (
    Any,
    AsyncIterator,
    ClassVar,
    Dict,
    Iterator,
    Optional,
    Tuple,
    Type,
    TypeVar,
    Union,
)

Item = TypeVar("Item")
OLDEST_COG = (0, 23)  # earlier releases have their own server, or need pydantic 1


class ForPydantic:
    """Lets a class be the type of a field in a pydantic model, of either version."""

    @classmethod
    def validate(cls, value: Any) -> Any:
        """Return a value as this class."""
        return value if isinstance(value, cls) else cls(value)  # type: ignore[call-arg]

    @classmethod
    def __get_validators__(cls) -> Iterator[Any]:
        yield cls.validate

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> Any:
        schemas = importlib.import_module("pydantic_core").core_schema
        return schemas.no_info_plain_validator_function(cls.validate)

    @classmethod
    def __modify_schema__(cls, schema: Dict[str, Any]) -> None:
        schema.update(cls._json())

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: Any, _handler: Any) -> Any:
        return cls._json()

    @classmethod
    def _json(cls) -> Dict[str, Any]:
        return {"type": "string", "format": "uri"}


class Path(ForPydantic, type(pathlib.Path())):  # type: ignore[misc]
    """A file: downloaded before the call, uploaded after it."""


class File(ForPydantic, io.IOBase):
    """The annotation of an input that arrives as an open file."""

    @classmethod
    def validate(cls, value: Any) -> Any:
        """Return an open file."""
        if hasattr(value, "read"):
            return value
        raise ValueError("not an open file")


class Secret(ForPydantic):
    """Text that doesn't show itself when it is printed."""

    def __init__(self, secret_value: Optional[str] = None) -> None:
        self.secret_value = secret_value

    def __repr__(self) -> str:
        return f"Secret({self})"

    def __str__(self) -> str:
        return "" if self.secret_value is None else "**********"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other.secret_value == self.secret_value

    def __hash__(self) -> int:
        return hash(self.secret_value)

    def get_secret_value(self) -> Optional[str]:
        """Return the text itself."""
        return self.secret_value


class ConcatenateIterator(Iterator[Item], metaclass=abc.ABCMeta):
    """Pieces of text that belong together."""


class AsyncConcatenateIterator(AsyncIterator[Item], metaclass=abc.ABCMeta):
    """Pieces of text that belong together, from an async predictor."""


class FieldInfo:
    """The settings of an Input; the App has read them, only the default matters."""

    def __init__(self, default: Any = None, **about: Any) -> None:
        self.default = default
        self.__dict__.update(about)


def Input(default: Any = None, **about: Any) -> Any:  # noqa: N802
    """Describe a parameter of the predictor."""
    return FieldInfo(default, **about)


def decorator(function: Any = None, *_arguments: Any, **_options: Any) -> Any:
    """Return a function unchanged; usable with or without arguments."""
    return function if callable(function) else lambda inner: inner


class MetricRecorder(Dict[str, Any]):
    """Checks the metrics of one call as Cog does; they end with it.

    Outside of a call nothing is checked or kept. Metrics can be read here, which
    Cog does not allow.
    """

    def __init__(self, *, checked: bool = False) -> None:
        super().__init__()
        self._kinds: Optional[Dict[str, str]] = {} if checked else None

    def record(self, key: str, value: Any, mode: Optional[str] = None) -> None:
        """Set a metric, add to it (`incr`), or append to its list (`append`)."""
        check_text(key, "argument 'key': ")
        if mode is not None:
            check_text(mode, "argument 'mode': ")
        if mode not in (None, "replace", "incr", "increment", "append"):
            raise TypeError(
                f"Invalid metric mode: '{mode}'. "
                "Expected 'replace', 'incr', or 'append'."
            )
        if self._kinds is None:
            return
        if key == "predict_time":
            raise ValueError("'predict_time' is reserved by the runtime")
        if key.startswith("cog."):
            raise ValueError("the 'cog.' prefix is reserved for system metrics")
        check_name(key)
        kind = kind_of(value)
        known = self._kinds.get(key, kind)
        if known != kind:
            raise TypeError(
                f"Metric '{key}' has type {known}, "
                f"cannot set to {kind} without deleting first"
            )
        if mode in ("incr", "increment") and kind not in ("int", "float"):
            raise TypeError(f"Increment mode requires int or float, got {kind}")
        check_parts(value)
        self._kinds[key] = kind
        if mode == "append":
            before = self.get(key, [])
            value = [*(before if isinstance(before, list) else [before]), value]
        elif mode in ("incr", "increment"):
            value = self.get(key, 0) + value
        super().__setitem__(key, value)

    def delete(self, key: str) -> None:
        """Remove a metric, if it is there."""
        check_text(key, "argument 'key': ")
        if self._kinds is not None:
            check_name(key)
            self._kinds.pop(key, None)
            self.pop(key, None)

    def __setitem__(self, key: str, value: Any) -> None:
        if value is None:
            self.delete(key)
        else:
            self.record(key, value)

    __delitem__ = delete


def check_text(value: Any, about: str = "") -> None:
    """Raise a TypeError, with Cog's text, for a value that is not a str."""
    if not isinstance(value, str):
        kind = type(value).__name__
        raise TypeError(f"{about}'{kind}' object cannot be cast as 'str'")
    value.encode()


def check_name(key: str) -> None:
    """Raise a ValueError, with Cog's text, for what can't be the name of a metric."""
    if not key:
        raise ValueError("metric name must not be empty")
    size, parts = len(key.encode()), key.split(".")
    if size > 128:
        message = "metric name must be 128 characters or fewer"
        raise ValueError(f"{message} (got {size} characters)")
    if len(parts) > 4:
        message = "metric name must have at most 4 dot-separated segments"
        raise ValueError(f"{message} (got {len(parts)})")
    for number, part in enumerate(parts):
        if part:
            check_segment(part)
        elif number == 0:
            raise ValueError("metric name must not start with a dot")
        elif number == len(parts) - 1:
            raise ValueError("metric name must not end with a dot")
        else:
            raise ValueError(
                "metric name must not contain empty segments (consecutive dots)"
            )


def check_segment(part: str) -> None:
    """Raise a ValueError, with Cog's text, for a wrong part of a metric's name."""
    about = f"metric name segment '{part}'"
    if not re.match("[a-zA-Z]", part):
        raise ValueError(f"{about} must start with a letter")
    wrong = re.search("__|[^a-zA-Z0-9_]", part)
    if wrong and wrong[0] == "__":
        raise ValueError(f"{about} must not contain consecutive underscores")
    if wrong:
        raise ValueError(f"{about} contains invalid character '{wrong[0]}'")
    if part.endswith("_"):
        raise ValueError(f"{about} must end with a letter or digit")


def kind_of(value: Any) -> str:
    """Return the kind of a metric's value; raises a TypeError for any other."""
    for kind in (bool, int, float, str, list, dict):
        if isinstance(value, kind):
            return kind.__name__
    raise TypeError(
        f"Unsupported metric value type: {type(value).__name__}. "
        "Expected bool, int, float, str, list, or dict."
    )


def check_parts(value: Any) -> None:
    """Raise a TypeError if something in a metric's value has no form in JSON."""
    if isinstance(value, list):
        for item in value:
            check_parts(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            check_text(key)
            check_parts(item)
    elif isinstance(value, str):
        check_text(value)
    elif isinstance(value, (int, float)):
        float(value)  # a larger number is an OverflowError
    elif value is not None:
        raise TypeError(f"Cannot convert {type(value).__name__} to JSON metric value")


class Scope:
    """What one call knows about itself. Replicate's `context` is always empty here."""

    def __init__(self, *, checked: bool = False) -> None:
        self.metrics = MetricRecorder(checked=checked)
        self.context: Dict[str, str] = {}

    def record_metric(self, key: str, value: Any, mode: Optional[str] = None) -> None:
        """Record a metric of this call."""
        self.metrics.record(key, value, mode)


SCOPE: contextvars.ContextVar[Scope] = contextvars.ContextVar("cog-scope")


def begin_scope() -> None:
    """Give the call that begins here a scope of its own."""
    SCOPE.set(Scope(checked=True))


def current_scope() -> Scope:
    """Return the scope of this call; outside of one, it is a new one."""
    return SCOPE.get(None) or Scope()


def emit_metric(name: str, value: Any) -> None:
    """Do nothing: the releases of Cog whose code calls this took any name and value."""


class BaseRunner:
    """The base class of predictors."""

    def setup(self, weights: Any = None) -> None:
        """Do nothing; predictors load their weights here."""

    @property
    def scope(self) -> Scope:
        """The scope of this call."""
        return current_scope()

    def record_metric(self, key: str, value: Any, mode: Optional[str] = None) -> None:
        """Record a metric of this call."""
        current_scope().record_metric(key, value, mode)


class BasePredictor(BaseRunner):
    """The older name of BaseRunner."""


class BaseModel:
    """A result with named fields; those whose type is Optional may be left out."""

    def __init_subclass__(cls, **_options: Any) -> None:
        super().__init_subclass__()

    def __init__(self, /, *values: Any, **named: Any) -> None:
        kinds, defaults = self._declared()
        given = {**dict(zip(kinds, values)), **named}
        unknown = sorted(set(given) - set(kinds))
        if unknown or len(values) > len(kinds):
            raise TypeError(f"{type(self).__name__} has no field {', '.join(unknown)}")
        for name, kind in kinds.items():
            if name in given:
                self.__dict__[name] = given[name]
            elif name in defaults:
                self.__dict__[name] = _fresh(defaults[name])
            elif _may_be_none(kind):
                self.__dict__[name] = None
            else:
                raise TypeError(f"{type(self).__name__} needs the field {name}")

    @classmethod
    def _declared(cls) -> Tuple[Dict[str, Any], Dict[str, Any]]:
        kinds: Dict[str, Any] = {}
        defaults: Dict[str, Any] = {}
        for base in reversed(cls.__mro__):
            if base.__module__ == __name__ or base is object:
                continue
            own = getattr(base, "__annotations__", {})
            kinds.update({name: _evaluated(kind, base) for name, kind in own.items()})
            defaults.update(
                {name: base.__dict__[name] for name in own if name in base.__dict__}
            )
        required = [name for name, value in defaults.items() if _is_required(value)]
        return (
            {name: kind for name, kind in kinds.items() if not _is_class_var(kind)},
            {name: value for name, value in defaults.items() if name not in required},
        )

    def model_dump(self, **_options: Any) -> Dict[str, Any]:
        """Return the fields as a dictionary, nested models too."""
        return {name: _plain(value) for name, value in self.__dict__.items()}

    def model_dump_json(self, **_options: Any) -> str:
        """Return the fields as JSON."""
        return json.dumps(BaseModel.model_dump(self), default=str)

    def __repr__(self) -> str:
        fields = ", ".join(f"{key}={value!r}" for key, value in self.__dict__.items())
        return f"{type(self).__name__}({fields})"

    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.__dict__ == other.__dict__


# the names of pydantic 1
setattr(BaseModel, "dict", BaseModel.model_dump)  # noqa: B010
setattr(BaseModel, "json", BaseModel.model_dump_json)  # noqa: B010


def _evaluated(kind: Any, owner: type) -> Any:
    """Return an annotation; a text is evaluated if it can be."""
    if not isinstance(kind, str):
        return kind
    names = {**vars(sys.modules.get(owner.__module__, typing)), owner.__name__: owner}
    try:
        return eval(kind, names)  # noqa: S307 - the predictor's own text
    except Exception:  # noqa: BLE001 - as for `list[int]` in an older Python
        return kind


def _is_class_var(kind: Any) -> bool:
    if isinstance(kind, str):
        return kind.partition("[")[0].rpartition(".")[2] == "ClassVar"
    return kind is ClassVar or typing.get_origin(kind) is ClassVar


def _may_be_none(kind: Any) -> bool:
    if isinstance(kind, str):
        return bool(re.search(r"\b(Optional|None|Any)\b", kind))
    if any(kind is each for each in (None, type(None), Any, Optional)):
        return True
    parts = typing.get_args(kind)
    if hasattr(kind, "__metadata__"):  # Annotated
        return _may_be_none(parts[0])
    union = typing.get_origin(kind) is Union or type(kind).__name__ == "UnionType"
    return union and any(_may_be_none(part) for part in parts)


def _is_required(default: Any) -> bool:
    if callable(getattr(default, "default_factory", None)):
        return False
    value = getattr(default, "default", default)
    return value is ... or type(value).__name__ == "PydanticUndefinedType"


def _fresh(default: Any) -> Any:
    factory = getattr(default, "default_factory", None)
    if callable(factory):
        return factory()
    value = getattr(default, "default", default)
    return value.copy() if isinstance(value, (list, dict, set)) else value


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return type(value).model_dump(value)  # a field may have that name
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


class Coder:
    """Converts a type to JSON and back; not used here."""

    @staticmethod
    def register(coder: Type[Coder]) -> None:
        """Do nothing."""

    def encode(self, x: Any) -> Dict[str, Any]:
        """Return the value as a dictionary."""
        return dict(vars(x))

    def decode(self, x: Dict[str, Any]) -> Any:
        """Return the dictionary itself."""
        return x


class ExperimentalFeatureWarning(FutureWarning):
    """Exists for code that silences it."""


class CancelationException(BaseException):
    """Never raised, as fal does not cancel calls."""


NAMES: Dict[str, Any] = {
    **{
        name: kind
        for name, kind in globals().items()
        if isinstance(kind, type) and kind.__module__ == __name__
    },
    "__version__": "0.0.0+dockerfix",
    "AsyncIterator": AsyncIterator,
    "Input": Input,
    "Iterator": Iterator,
    "Model": BasePredictor,
    "Opaque": object(),
    "Predictor": BasePredictor,
    "URLFile": File,
    "URLPath": Path,
    "Weights": typing.Union[Path, str],
    "concurrent": decorator,
    "current_scope": current_scope,
    "emit_metric": emit_metric,
    "input": decorator,
    "streaming": decorator,
}
MODULES = (
    "base_input",
    "base_predictor",
    "coder",
    "coders",
    "input",
    "model",
    "predictor",
    "types",
)


def install() -> None:
    """Make `import cog` work: with an installed cog, or with this module."""
    if "cog" in sys.modules or _real_cog():
        return
    package = types.ModuleType("cog", "The stand-in of dockerfix")
    package.__dict__.update(NAMES, __path__=[])
    sys.modules["cog"] = package
    for name in MODULES:
        module = types.ModuleType(f"cog.{name}", "The stand-in of dockerfix")
        module.__dict__.update(NAMES, __path__=[])
        sys.modules[module.__name__] = module
        if name not in NAMES:
            setattr(package, name, module)
    for parent in ("cog.coder", "cog.coders"):
        json_coder = types.ModuleType(
            f"{parent}.json_coder", "The stand-in of dockerfix"
        )
        json_coder.__dict__.update(NAMES, JsonCoder=Coder)
        sys.modules[json_coder.__name__] = json_coder
        setattr(sys.modules[parent], "json_coder", json_coder)  # noqa: B010


def _real_cog() -> bool:
    try:
        version = importlib.metadata.version("cog")
        if tuple(int(part) for part in re.findall(r"\d+", version)[:2]) < OLDEST_COG:
            return False
        importlib.import_module("cog")
    except (importlib.metadata.PackageNotFoundError, ImportError):
        return False
    return True
