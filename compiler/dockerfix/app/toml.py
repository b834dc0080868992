"""The entry of an App in pyproject.toml: ``[tool.fal.apps.NAME]``, for `fal run NAME` and `fal deploy NAME`.

The App is imported in the image (``python_entry_point``) and not pickled from the machine that deploys, whose Python
may be another. fal reads the class's settings only where it is pickled, so they stand here too
(``fal-ai/fal:projects/fal/src/fal/cli/_utils.py``, get_app_data_from_toml).
"""

from __future__ import annotations

from dockerfix.app.settings import Settings


def entry(settings: Settings, module: str = "fal_app") -> str:
    """The tables of one App."""
    machine = [text(each) for each in settings.machine]
    lines = [
        f"[tool.fal.apps.{settings.app_name}]",
        f"python_entry_point = {text(f'{module}:{settings.class_name}')}",
        f"auth = {text(settings.auth)}",
        f"machine_type = {machine[0] if len(machine) == 1 else '[' + ', '.join(machine) + ']'}",
        f"python_version = {text(settings.python)}",
        f"keep_alive = {settings.keep_alive}",
        f"startup_timeout = {settings.startup_timeout}",
    ]
    if settings.max_multiplexing is not None:
        lines.append(f"max_multiplexing = {settings.max_multiplexing}")
    lines += ["", f"[tool.fal.apps.{settings.app_name}.image]", f"dockerfile = {text(settings.dockerfile)}"]
    return "\n".join(lines) + "\n"


def text(value: str) -> str:
    """A basic string of TOML."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(each if each.isprintable() else f"\\u{ord(each):04x}" for each in escaped) + '"'
