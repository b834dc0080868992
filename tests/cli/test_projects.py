"""Errors about a project, and options of an App."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from dockerfix.app import AppError, AppOptions
from dockerfix.cli import exit_codes, streams
from dockerfix.cli.projects import app_options, failures
from dockerfix.project.yaml_tree import ConfigError

PROJECT = Path("model")


@pytest.mark.parametrize(
    ("error", "message", "code"),
    [
        (AppError("no predictor"), "no predictor", exit_codes.REFUSED),
        (AppError("no predictor", "cog.yaml"), "model/cog.yaml: no predictor", exit_codes.REFUSED),
        (AppError("no `P`", "../a.py", 3), "a.py:3: no `P`", exit_codes.REFUSED),
        (AppError("a\x1b[2J", "cog.yaml"), "model/cog.yaml: a\x1b[2J", exit_codes.REFUSED),
        (ConfigError("is empty", file="cog.yaml"), "cog.yaml: is empty", exit_codes.REFUSED),
        (PermissionError(13, "Permission denied"), "cannot write into model: Permission denied", exit_codes.REFUSED),
        (
            KeyError("a\nb"),
            r"model: internal error: KeyError: 'a\nb'; nothing was written; please report this with what "
            "`dockerfix bug-report model` prints",
            exit_codes.INTERNAL,
        ),
    ],
)
def test_errors_in_one_line(error: Exception, message: str, code: int) -> None:
    with pytest.raises(streams.Failure) as caught, failures(PROJECT):
        raise error
    assert (str(caught.value), caught.value.code) == (message, code)


@pytest.mark.parametrize("error", [streams.Failure("x"), click.UsageError("x"), BrokenPipeError()])
def test_errors_of_the_command_pass_through(error: Exception) -> None:
    with pytest.raises(type(error)) as caught, failures(PROJECT):
        raise error
    assert caught.value is error


def test_the_command_and_the_library_have_the_same_defaults() -> None:
    found: list[AppOptions] = []

    @click.command()
    @app_options
    def command(**options: object) -> None:
        found.append(AppOptions(**options))  # type: ignore[arg-type]

    runner = CliRunner()
    assert runner.invoke(command, []).exit_code == 0
    assert runner.invoke(command, ["--name", "a-1", "--keep-alive", "0"]).exit_code == 0
    assert found == [AppOptions(), AppOptions(name="a-1", keep_alive=0)]
    assert "use letters, digits, - and _" in runner.invoke(command, ["--name", "a b"]).output
