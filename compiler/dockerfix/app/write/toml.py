"""The entry of an App in pyproject.toml: ``[tool.fal.apps.NAME]``, for `fal run NAME` and `fal deploy NAME`.

The App is imported in the image (``python_entry_point``), not pickled on the machine that deploys, whose Python
may differ. fal reads the class's settings only if it is pickled, so the entry repeats them
(``fal-ai/fal:projects/fal/src/fal/cli/_utils.py``, get_app_data_from_toml).
"""

from __future__ import annotations

from collections.abc import Sequence

from dockerfix.analysis.fal.secrets import entry_of
from dockerfix.app.settings import Settings
from dockerfix.text.quoting import toml_string


def entry(settings: Settings, module: str = "fal_app") -> str:
    """The tables of one App, with its health check if it has one."""
    lines = [
        f"[tool.fal.apps.{settings.app_name}]",
        f"python_entry_point = {toml_string(f'{module}:{settings.class_name}')}",
        *settings_lines(settings),
        f"python_version = {toml_string(settings.python)}",
        "",
        f"[tool.fal.apps.{settings.app_name}.image]",
        f"dockerfile = {toml_string(settings.dockerfile)}",
        *secret_lines(settings),
    ]
    if settings.health_path is not None:
        lines += [
            "",
            f"[tool.fal.apps.{settings.app_name}.health_check]",
            f"path = {toml_string(settings.health_path)}",
            'method = "POST"',
        ]
    return "\n".join(lines) + "\n"


def settings_lines(settings: Settings) -> list[str]:
    """The keys that every App has."""
    lines = [
        f"auth = {toml_string(settings.auth)}",
        f"machine_type = {toml_string(settings.machine[0]) if len(settings.machine) == 1 else array(settings.machine)}",
        *([f"num_gpus = {settings.num_gpus}"] if settings.num_gpus > 1 else []),
        f"keep_alive = {settings.keep_alive}",
        f"startup_timeout = {settings.startup_timeout}",
    ]
    return lines if settings.max_multiplexing is None else [*lines, f"max_multiplexing = {settings.max_multiplexing}"]


def secret_lines(settings: Settings) -> list[str]:
    """The key of an image's table that passes the build's secrets from `fal secrets`."""
    pairs = ", ".join(f"{toml_string(name)} = {toml_string(f'${entry_of(name)}')}" for name in settings.secrets)
    return [f"secrets = {{ {pairs} }}"] if pairs else []


def array(values: Sequence[str]) -> str:
    """An array of texts."""
    return f"[{', '.join(toml_string(value) for value in values)}]"
