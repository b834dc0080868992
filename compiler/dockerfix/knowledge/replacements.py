"""Instructions that dockerfix writes, read from ``replacements.yaml``."""

from __future__ import annotations

from dockerfix.knowledge.load import table


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
