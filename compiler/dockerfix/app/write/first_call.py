"""A first call of an App with the model's own inputs: values, and the commands that send them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence

from dockerfix.app.read import media
from dockerfix.app.read.model import Input, Predictor, Type
from dockerfix.knowledge.fal import QUEUE_HOST, RUN_HOST
from dockerfix.text.quoting import json_text, python_string, shell_word

FILES = {"Image": "image.png", "Video": "video.mp4", "Audio": "audio.wav", "File": "file.bin"}
HOST_OF_FILES = "https://example.com/"
_TEXTS = ("hello", "Hello world", "a", "A", "1", "en", "1:1", "512x512", "#ffffff", "2026-01-31", "a@example.com")
_PROMPT = "an astronaut riding a horse"


class Sample:
    """Values for the inputs of a predictor: defaults, first choices, and plausible ones where there are none.

    `optional_files` names the files that are left out where no input is required: many such models need one.
    `unsure` names the inputs whose value may not fit: a file to replace, or a pattern that no value here matches.
    """

    def __init__(self, inputs: Sequence[Input]) -> None:
        self.values: dict[str, object] = {}
        self.files: list[str] = []
        self.unsure: list[str] = []
        files = [each.name for each in inputs if each.type.holds("path", "file") and not each.deprecated]
        self.optional_files = [] if any(each.required for each in inputs) else files
        for each in inputs:
            if each.required:
                self.values[each.name] = self._value(each, each.type)
            elif not each.own_default and not each.deprecated:
                default = _plain(each.default)
                if default is not None and _fits(each, default):
                    self.values[each.name] = default

    def _value(self, each: Input, type_: Type) -> object:
        kind = type_.kind
        if kind in ("optional", "union"):
            return self._value(each, type_.args[0])
        if kind in ("path", "file"):
            self.files.append(each.name)
            return HOST_OF_FILES + FILES[media.of_input(each.name, each.description)]
        if kind in ("str", "secret", "any"):
            return self._text(each)
        fields = type_.model.fields if type_.model is not None else ()
        makers: dict[str, Callable[[], object]] = {
            "bool": lambda: False,
            "float": lambda: _number(each, whole=False),
            "int": lambda: _number(each, whole=True),
            "list": lambda: [self._value(each, type_.args[0])],
            "literal": lambda: type_.values[0],
            "model": lambda: {name: self._value(Input(name, inner, 0), inner) for name, inner in fields},
            "dict": dict,
        }
        return makers[kind]() if kind in makers else None

    def _text(self, each: Input) -> str:
        words = (_PROMPT, *_TEXTS) if "prompt" in each.name.lower() else _TEXTS
        least, most = each.min_length or 0, each.max_length
        sized = [word * (least // len(word) + 1) if len(word) < least else word for word in words]
        for text in (word[:most] for word in sized):
            if _fits(each, text):
                return text
        self.unsure.append(each.name)
        return sized[0][:most]


def _plain(value: object) -> object:
    """A value as JSON has it, or None for one that JSON doesn't have."""
    if isinstance(value, set | frozenset):
        value = sorted(value, key=repr)
    try:
        return json.loads(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError):
        return None


def _number(each: Input, *, whole: bool) -> float:
    value: float = 1
    if each.ge is not None:
        value = max(value, each.ge)
    if each.le is not None:
        value = min(value, each.le)
    return int(value) if whole and value == int(value) else value


def _fits(each: Input, value: object) -> bool:
    """Whether a value keeps the limits of an input; of a list, whether each item does."""
    if isinstance(value, list):
        return all(_fits(each, item) for item in value)
    if isinstance(value, str):
        if not (each.min_length or 0) <= len(value) <= (each.max_length if each.max_length is not None else len(value)):
            return False
        try:
            return each.pattern is None or re.search(each.pattern, value) is not None
        except re.error:
            return False
    if isinstance(value, int | float) and not isinstance(value, bool):
        return (each.ge is None or value >= each.ge) and (each.le is None or value <= each.le)
    return True


def calls(predictor: Predictor, name: str, *, server: bool) -> list[str]:
    """The lines of Markdown that show the first call."""
    sample = Sample(predictor.inputs)
    body = {"input": sample.values} if server else sample.values
    path = "/predictions" if server else ""
    lines = [
        "```sh",
        f'curl "https://{RUN_HOST}/$FAL_USER/{name}{path}" \\',
        '  -H "Authorization: Key $FAL_KEY" -H "Content-Type: application/json" \\',
        f"  -d {shell_word(json_text(body))}",
        "```",
        "",
        "```python",
        "import os",
        "",
        "import httpx  # comes with fal",
        "",
        "response = httpx.post(",
        f"    f\"https://{RUN_HOST}/{{os.environ['FAL_USER']}}/{name}{path}\",",
        '    headers={"Authorization": f"Key {os.environ[\'FAL_KEY\']}"},',
        f"    json={_literal(body)},",
        "    timeout=None,",
        ")",
        "print(response.raise_for_status().json())",
        "```",
        "",
    ]
    if sample.files:
        lines += [f"Put a URL of your own in {_names(sample.files)}; a data URL does too.", ""]
    if sample.optional_files:
        names = _names(sample.optional_files, "or")
        lines += [f"No input is required, so no file is sent; add a URL as {names} if the model needs one.", ""]
    if sample.unsure:
        lines += [f"Check the value of {_names(sample.unsure)}: no example was found that fits its pattern.", ""]
    if predictor.streaming and not server:
        lines += [
            "The pieces, each as soon as it is there:",
            "",
            "```sh",
            f'curl -N "https://{RUN_HOST}/$FAL_USER/{name}/stream" \\',
            '  -H "Authorization: Key $FAL_KEY" -H "Content-Type: application/json" \\',
            f"  -d {shell_word(json_text(body))}",
            "```",
            "",
        ]
    return lines


def clients(predictor: Predictor, name: str, *, server: bool) -> list[str]:
    """What changes for those who called the model on Replicate or Cog's server."""
    queue = f"https://{QUEUE_HOST}/$FAL_USER/{name}{'/predictions' if server else ''}"
    queued = f"- To get the result later, POST to `{queue}`: fal queues the request and answers with its id."
    webhook = "- A webhook is the parameter `?fal_webhook=URL` of that address, not `webhook` in the body."
    if server:
        webhook += " That one is Cog's own, and the runner may end before Cog sends it."
    later = [queued, webhook]
    key = "- Each call needs `Authorization: Key …`, unless the App is public."
    if server:
        return [
            '- `/predictions`, its body `{"input": {…}}` and its answer are those of Cog\'s server.',
            "- A file in the answer is a data URL.",
            key,
            *later,
        ]
    lines = [
        '- The body has the inputs themselves, without `{"input": …}` around them.',
        "- The answer is the result itself, without `id`, `status` and `logs`; a plain result is in `output`.",
        key,
        "- An invalid input answers 422, an error of the model 500 with `detail`; there is no `status: failed`.",
    ]
    if any(each.type.holds("path", "file") for each in predictor.inputs):
        lines.append("- A file to send is a URL or a data URL, as with Cog.")
    if predictor.output.holds("path", "file", "any", "dict"):
        lines.append("- A file in the answer is an object: `url`, `content_type`, `file_name` and `file_size`.")
    if predictor.streaming:
        lines.append(
            "- Pieces come from `/stream`, as server-sent events with one piece of JSON each; `/` sends them together."
        )
    return lines + later


def _literal(value: object) -> str:
    """JSON values as Python, in an argument's place."""
    text = _python(value)
    return text if len(text) <= 76 else _spread(value, 4)


def _spread(value: object, indent: int) -> str:
    if not isinstance(value, dict) or not value:
        return _python(value)
    space = " " * (indent + 4)
    items = "".join(f"{space}{_python(key)}: {_spread(each, indent + 4)},\n" for key, each in value.items())
    return f"{{\n{items}{' ' * indent}}}"


def _python(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_python(key)}: {_python(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_python(each) for each in value) + "]"
    return python_string(value) if isinstance(value, str) else repr(value)


def _names(names: Sequence[str], word: str = "and") -> str:
    return f" {word} ".join(f"`{name}`" for name in dict.fromkeys(names))
