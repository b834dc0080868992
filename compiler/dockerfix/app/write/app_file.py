"""The text of fal_app.py: its inputs, image and settings, and its endpoints.

They are `/`, and `/stream` for a predictor that yields its result in pieces.
"""

from __future__ import annotations

from dockerfix.analysis.fal.secrets import entry_of
from dockerfix.app.read.model import Input, Predictor
from dockerfix.app.read.predictor import HEALTH_CHECK, HEALTH_PATH
from dockerfix.app.settings import Settings
from dockerfix.app.write.layout import Group, Node, call, comment, docstring, lay, value
from dockerfix.app.write.results import Results
from dockerfix.app.write.type_names import Speller, field_names
from dockerfix.project.files import MARK
from dockerfix.text.quoting import python_docstring, python_string

NAME = "fal_app.py"


def write(predictor: Predictor, settings: Settings, *, uses_torch_hub: bool = False, has_weights: bool = False) -> str:
    """The whole file, laid out as `ruff format` leaves it; `has_weights` is whether fal_weights.py is beside it."""
    fields = [name for model in predictor.output.models() for name, _ in model.fields]
    names = {settings.class_name, *(each.name for each in predictor.inputs), *fields}
    speller = Speller(settings.python_numbers, names)
    results = Results(predictor, speller)
    inputs = _inputs(predictor, speller)
    models = results.classes()
    body = [
        *_image(settings, speller),
        "",
        "",
        *_app(
            predictor,
            settings,
            _Endpoints(predictor, results, speller),
            uses_torch_hub=uses_torch_hub,
            has_weights=has_weights,
        ),
    ]
    aliases = [line for name, node in speller.aliases.items() for line in lay(f"{name} = ", node)]
    lines = [
        *_head(predictor),
        "",
        *_imports(speller),
        "",
        "HERE = Path(__file__).resolve().parent",
        *aliases,
        *(line for block in (inputs, *models) for line in ("", "", *block)),
        "",
        "",
        *body,
    ]
    return "\n".join(lines) + "\n"


def _head(predictor: Predictor) -> list[str]:
    return python_docstring(
        f"Serves {predictor.file}:{predictor.name} on fal, unchanged. {MARK}.",
        "",
        "fal_call.py and fal_cog.py, which belong beside this file, do what Cog did around it.",
    )


def _imports(speller: Speller) -> list[str]:
    speller.use("pydantic", "BaseModel")
    speller.use("typing", "Optional")
    modules = speller.imports

    def line(module: str) -> list[str]:
        names = sorted(modules[module], key=lambda name: (name.upper() != name, name))
        one = f"from {module} import {', '.join(names)}"
        return [one] if len(one) <= 88 else [f"from {module} import (", *(f"    {name}," for name in names), ")"]

    outside = [
        module for module in ("fal.toolkit", "fastapi.responses", "pydantic", "typing_extensions") if module in modules
    ]
    result = ["import os", "from pathlib import Path", *line("typing"), "", "import fal"]
    rest = sorted(["fal.container", *outside])
    for module in rest:
        result += ["from fal.container import ContainerImage"] if module == "fal.container" else line(module)
    return result


def _inputs(predictor: Predictor, speller: Speller) -> list[str]:
    lines = ["class Input(BaseModel):"]
    if any(each.pattern is not None for each in predictor.inputs):
        config = speller.use("pydantic", "ConfigDict")
        lines += [f'    model_config = {config}(regex_engine="python-re")  # as Cog has it', ""]
    if not predictor.inputs:
        lines.append(docstring("The predictor has no inputs.", 4))
    names = field_names((each.name for each in predictor.inputs), speller.classes.values())
    for each in predictor.inputs:
        lines += [*(comment(note.mark, 4) for note in each.notes), *_field(each, names[each.name], speller)]
    return lines


def _field(each: Input, name: str, speller: Speller) -> list[str]:
    annotation, value_ = speller.field(each, name)
    return lay(f"{name}: {annotation} = ", value_, indent=4) if value_ else [f"    {name}: {annotation}"]


def _image(settings: Settings, speller: Speller) -> list[str]:
    ignored = Group("[", tuple(("", python_string(each)) for each in settings.ignored), "]")
    secrets = value({name: f"${entry_of(name)}" for name in settings.secrets})  # from `fal secrets`
    call = Group(
        "ContainerImage.from_dockerfile(",
        (
            ("", f"str(HERE / {python_string(settings.dockerfile)})"),
            ("context_dir=", "HERE"),
            ("dockerignore=", ignored),
            *([("secrets=", secrets)] if settings.secrets else []),
        ),
        ")",
    )
    return [
        f"def container_image() -> {speller.use('typing', 'Optional')}[ContainerImage]:",
        docstring("The image to build; on the runner it is built, and its Dockerfile isn't there.", 4),
        '    if "IS_ISOLATE_AGENT" in os.environ:',
        "        return None",
        *lay("return ", call, indent=4),
    ]


def _app(
    predictor: Predictor, settings: Settings, endpoints: _Endpoints, *, uses_torch_hub: bool, has_weights: bool
) -> list[str]:
    speller = endpoints.speller
    texts = f"{speller.generic('list')}[str]"
    head = Group(
        f"class {settings.class_name}(", (("", "fal.App"), ("python_version=", python_string(settings.python))), ")"
    )
    machine = value(list(settings.machine)) if len(settings.machine) > 1 else python_string(settings.machine[0])
    lines = [
        *lay("", head, ":"),
        f"    app_name = {python_string(settings.app_name)}",
        f"    app_auth = {python_string(settings.auth)}",
        "    image = container_image()",
        *lay("machine_type = ", machine, indent=4),
        *([f"    num_gpus = {settings.num_gpus}"] if settings.num_gpus > 1 else []),
        f"    requirements: {speller.use('typing', 'ClassVar')}[{texts}] = []  # the image has them all",
        f"    keep_alive = {settings.keep_alive}",
        f"    startup_timeout = {settings.startup_timeout}",
    ]
    if settings.max_multiplexing is not None:
        lines.append(f"    max_multiplexing = {settings.max_multiplexing}")
    lines += ["", *_setup(predictor, uses_torch_hub=uses_torch_hub, has_weights=has_weights), "", *endpoints.lines()]
    return lines


def _setup(predictor: Predictor, *, uses_torch_hub: bool, has_weights: bool) -> list[str]:
    setup = predictor.setup
    worker = "AsyncWorker" if predictor.is_async else "Worker"
    lines = ["    def setup(self) -> None:", f"        from fal_call import {worker}"]
    lines += ["        from fal_weights import provide", "", "        provide()"] if has_weights else [""]
    if uses_torch_hub:
        lines.append('        os.environ.setdefault("TORCH_HOME", "/data/.cache/torch")')
    lines.append(f"        self.worker = {worker}()")
    load = call("self.worker.load", python_string(predictor.file), python_string(predictor.name))
    lines += lay("self.predictor = ", load, indent=8)
    if setup is not None:
        lines += [comment(note.mark, 8) for note in predictor.notes if note.code == "DF511"]
        weights = {"weights": 'os.environ.get("COG_WEIGHTS") or None'} if setup.weights else {}
        lines += lay("", call("self.worker.setup", "self.predictor.setup", **weights), indent=8)
    return lines


class _Endpoints:
    """Writes the methods of one App."""

    def __init__(self, predictor: Predictor, results: Results, speller: Speller) -> None:
        self.predictor = predictor
        self.results = results
        self.speller = speller
        self.fields = field_names((each.name for each in predictor.inputs), speller.classes.values())
        self.target = "self.predictor" if predictor.method is None else f"self.predictor.{predictor.method}"

    def lines(self) -> list[str]:
        """All methods after setup()."""
        lines = self._streamed() if self.predictor.streaming else self._single()
        return lines if self.predictor.health is None else [*lines, "", *self._health()]

    def _health(self) -> list[str]:
        """The health check: that of an async predictor in its event loop, a sync one beside what the predictor does."""
        asynchronous = self.predictor.health == "async"
        answer = f"{self.speller.generic('dict')}[str, str]"
        lines = [
            f"    @fal.endpoint({python_string(HEALTH_PATH)}, health_check=fal.HealthCheck())",
            f"    {'async ' if asynchronous else ''}def healthcheck(self) -> {answer}:",
            "        from fal_call import healthy",
            "",
        ]
        if asynchronous and self.predictor.is_async:
            asked = f"            return healthy(await call.run(self.predictor.{HEALTH_CHECK}))"
            return [*lines, "        with self.worker.call() as call:", asked]
        return [*lines, f"        return healthy({'await ' if asynchronous else ''}self.predictor.{HEALTH_CHECK}())"]

    def _single(self) -> list[str]:
        return [
            '    @fal.endpoint("/")',
            f"    async def run(self, input: Input) -> {self.results.output}:",
            *self._summary(),
            self._with(),
            *lay("result = await ", self._call("call.run("), indent=12),
            *lay("return ", self.results.as_piece("result"), indent=12),
        ]

    def _streamed(self) -> list[str]:
        iterator = self.speller.use("typing", "AsyncIterator")
        return [
            f"    async def pieces(self, input: Input) -> {iterator}[{self.results.piece}]:",
            self._with(),
            *lay("pieces = ", self._call("call.pieces("), indent=12),
            "            async for piece in pieces:",
            *lay("yield ", self.results.as_piece("piece"), indent=16),
            "",
            *self._whole(),
            "",
            *self._stream(),
        ]

    def _whole(self) -> list[str]:
        found = "async for piece in self.pieces(input)]"
        joined = f'"".join([piece.output or "" {found})' if self.predictor.concatenate else f"[piece.output {found}"
        return [
            '    @fal.endpoint("/")',
            f"    async def run(self, input: Input) -> {self.results.output}:",
            *self._summary(),
            f"        output = {joined}",
            f"        return {self.results.output}.model_construct(output=output)",
        ]

    def _stream(self) -> list[str]:
        response = self.speller.use("fastapi.responses", "StreamingResponse")
        return [
            '    @fal.endpoint("/stream")',
            f"    async def stream(self, input: Input) -> {response}:",
            docstring("Send each piece as soon as it is there, as a server-sent event.", 8),
            "        from fal_call import events",
            "",
            "        sent = await events(self.pieces(input))",
            f'        return {response}(sent, media_type="text/event-stream")',
        ]

    def _summary(self) -> list[str]:
        return [docstring(self.predictor.summary, 8)] if self.predictor.summary else []

    def _with(self) -> str:
        return f"        with self.worker.call({self.results.any_files}) as call:"

    def _call(self, function: str) -> Group:
        items = ((f"{each.name}=", self._argument(each)) for each in self.predictor.inputs)
        return Group(function, (("", self.target), *items), ")")

    def _argument(self, each: Input) -> Node:
        argument: Node = f"input.{self.fields[each.name]}"
        for kind in ("path", "file"):
            if each.type.holds(kind):
                argument = Group(f"await call.{kind}(", (("", argument), ("", python_string(each.name))), ")")
        if each.type.holds("secret"):
            argument = Group("call.secret(", (("", argument),), ")")
        if not each.own_default:
            return argument
        function = "call.or_own_path(" if each.type.holds("path") else "call.or_own("
        return Group(function, (("", argument), ("", self.target), ("", python_string(each.name))), ")")
