"""DF308: settings in cog.yaml that only Cog's runtime or builder obeys."""

from __future__ import annotations

from collections.abc import Iterator

from dockerfix.analysis import stages
from dockerfix.analysis.context import Context
from dockerfix.knowledge.cog_server import RUNTIME_VARIABLES
from dockerfix.project.project import CogConfig, Weight
from dockerfix.syntax.dockerfile.tree import Document, Stage
from dockerfix.text.findings import Finding, Severity

CODE = "DF308"


def check_settings(document: Document, context: Context) -> Iterator[Finding]:
    """Report settings in cog.yaml that have no effect in an image on fal.

    Managed weights (`weights`) are not in Cog's Dockerfile, as Cog mounts them when the model runs
    (`replicate/cog@v0.22.0:docs/yaml.md`). The overrides of `--x-fast` (`python_overrides`, v0.14.6 to v0.16.12) are an
    option of uv that pip does not have. Only Cog's server reads traces (`observability`, v0.23) and variables such as
    `COG_SETUP_TIMEOUT` (`replicate/cog:docs/environment.md`), so they still work with `--target server`.

    When it is wrong: If something of yours does what Cog's server would have done, such as a script that fetches the
    weights, there is nothing left to do: `--ignore DF308`. With `--target server` the settings keep their effect, and
    most messages go away by themselves.

    cog.yaml:

        build:
          python_version: "3.11"
        weights:
          - name: unet
            target: /src/weights/unet
            source:
              uri: hf://acme/unet

    Before:

        FROM python:3.11-slim
        CMD ["python", "-m", "cog.server.http"]

    After:

        FROM python:3.11-slim
        CMD ["python", "-m", "cog.server.http"]
    """
    stage, config = stages.final_stage(document), context.config
    if stage is None or config is None:
        return
    for index, weight in enumerate(config.weights):
        message = _weight(weight)
        if context.options.target != "server":
            message += "; the App that `dockerfix app` writes does, one of your own has to"
        else:
            message += "; what `dockerfix migrate --target server` writes does"
        yield _finding(stage, context, message, Severity.WARNING, "weights", index)
    if config.python_overrides:
        message = f"pip has no overrides, so `{config.python_overrides}` has no effect; pin these versions in the requirements"
        yield _finding(stage, context, message, Severity.WARNING, "build", "python_overrides")
    if context.options.target != "server":
        yield from _of_the_server(stage, context, config)


def _of_the_server(stage: Stage, context: Context, config: CogConfig) -> Iterator[Finding]:
    """Report settings that only Cog's server reads."""
    if config.traces:
        message = "Cog's server writes the traces of `observability`, and fal does not; set up OpenTelemetry in the App"
        yield _finding(stage, context, message, Severity.NOTE, "observability")
    for index, (name, value) in enumerate(config.environment):
        if name in RUNTIME_VARIABLES:
            instead = RUNTIME_VARIABLES[name]
            message = f"only Cog's server reads `{name}`"
            message += f"; set `{instead}` to {value} in the App" if instead else ", so it has no effect on fal"
            yield _finding(stage, context, message, Severity.NOTE, "environment", index)


def _weight(weight: Weight) -> str:
    """Return a message about an entry of `weights`: its source and its target."""
    sources = ", ".join(f"`{source}`" for source in weight.sources) or "weights"
    target = f" at `{weight.target}`" if weight.target else ""
    name = f"`{weight.name}`: " if weight.name else ""
    return f"{name}Cog provides {sources}{target} when the model runs, and fal does not"


def _finding(stage: Stage, context: Context, message: str, severity: Severity, *path: str | int) -> Finding:
    line = context.config.line_of(*path) if context.config is not None else None
    file = context.project.config_name if line else None
    return Finding(CODE, stage.base.body_span, message, severity=severity, file=file, line=line)
