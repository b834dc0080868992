"""Instructions that dockerfix writes, read from ``replacements.yaml``."""

from __future__ import annotations

import re

from dockerfix.knowledge.load import table
from dockerfix.knowledge.versions import numbers


def instruction(name: str, form: str = "instruction", **values: str) -> str:
    """The instruction `name` with its ``{...}`` filled in by `values`; `form` names one of several forms.

    Raises KeyError for an unknown name.
    """
    text = str(table("replacements")[name][form])
    for key, value in values.items():
        text = text.replace("{" + key + "}", value)
    return text


def python_folder() -> str:
    """Where dockerfix installs Python when the base image has none."""
    return str(table("replacements")["python"]["folder"])


def debian_of_python(tag: str) -> str:
    """The system of an image of Python by its tag: ``debian12`` of ``3.11-slim-bookworm``."""
    data = table("replacements")["debian"]
    named = next((str(system) for codename, system in data["codenames"].items() if codename in tag), None)
    version = re.match(r"\d+(?:\.\d+)*", tag)
    if named is not None or version is None:
        return named or str(data["newest"])
    fitting = [str(system) for last, system in data["pythons"] if numbers(version[0])[:2] <= numbers(str(last))]
    return fitting[0] if fitting else str(data["newest"])
