"""Decide whether an output of dockerfix is fal-ready, without anything of dockerfix.

    violations = check(output, cog_yaml=text, project=folder, original=before, options=Options())

The output is read with BuildKit's parser (PyPI `dockerfile`) and `shlex`, cog.yaml with PyYAML. An empty list is good.
Each violation names a rule of RULES. Judged is the default target, an image for a fal.App.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from checker import blocks, commands, falside, interpreter, kept, packages, stages, system, traces
from checker.intent import read_given, read_wanted
from checker.model import Case, Options, Violation
from checker.reading import Unreadable, read

__all__ = ["CHECKS", "RULES", "Options", "Violation", "check"]

CHECKS: tuple[Callable[[Case], Iterator[Violation]], ...] = (
    stages.check_bases,
    stages.check_sources,
    stages.check_unused_stages,
    stages.check_syntax_version,
    traces.check_scripts,
    traces.check_packages,
    traces.check_files,
    traces.check_settings,
    traces.check_frame,
    traces.check_text,
    packages.check_packages,
    packages.check_requirements,
    packages.check_torch_index,
    system.check_system_packages,
    system.check_apt,
    system.check_cog_base_extras,
    system.check_preamble,
    system.check_curl,
    system.check_tools,
    system.check_environment,
    system.check_order,
    commands.check_runs,
    commands.check_mounts,
    commands.check_unexplained,
    interpreter.check_python,
    interpreter.check_python_links,
    interpreter.check_cuda,
    interpreter.check_cuda_check,
    falside.check_sdk,
    falside.check_last,
    falside.check_path,
    falside.check_code,
    falside.check_weights,
    falside.check_client,
    falside.check_context,
    falside.check_dialect,
    falside.check_credentials,
    blocks.check_marks,
    blocks.check_comments,
    kept.check_kept,
)

RULES: dict[str, str] = {
    "syntax": "BuildKit takes the file",
    "syntax-version": "the syntax directive is there if it was, and its frontend knows every flag that is used",
    "base": "base images are public",
    "from-source": "files come from earlier stages and public images",
    "unused-stage": "every stage is used and holds something",
    "tini": "no tini: no download, stage, variable or ENTRYPOINT",
    "entrypoint": "no ENTRYPOINT of Cog's",
    "ldcache": "no cog.conf for ldconfig",
    "ca-certificate": "no certificate of the builder's machine",
    "nvidia-key": "no rotation of NVIDIA's key",
    "monobase": "no scripts of monobase",
    "fuse-weights": "no links into Replicate's weights cache",
    "apt-tarball": "no tarball of Debian packages",
    "config-copy": "no copy of the configuration to cog.yaml",
    "section-label": "no section labels",
    "staged-file": "nothing of Cog's staging folder or build contexts",
    "cog-package": "cog and coglet are not installed",
    "pydantic-pin": "no pydantic pin that came with Cog",
    "cflags": "no CFLAGS of Cog's",
    "cog-variable": "no COG_*, R8_* or VERBOSE",
    "cog-label": "no labels of Cog's",
    "expose": "no EXPOSE 5000",
    "server-command": "no CMD of Cog's server",
    "weights-stage": "no stage of a weights image",
    "frame": "no === lines",
    "cog-text": "nothing of Cog in the text of an instruction",
    "python-packages": "python_packages are installed in one RUN, in order, and nothing else in it",
    "package-quoting": "each package is one quoted word on a line of its own",
    "packages-reach-image": "packages are where the image's Python looks for them",
    "requirements-file": "the requirements file and what it names come from the project and are installed",
    "torch-index": "torch comes from the package index of its CUDA",
    "system-packages": "system_packages are installed in the last stage",
    "apt": "an install of Debian packages names some, and updates the lists",
    "cog-base-extras": "the Debian packages of cog-base are there",
    "preamble": "the variables of Cog's base images are set",
    "curl": "curl is there",
    "tools": "commands find the tools that they call",
    "environment": "variables have the values of cog.yaml",
    "run-order": "user commands come behind what they may use",
    "run-items": "all user commands are there, to the letter and in order",
    "pget": "pget is gone where nothing calls it",
    "unexplained": "what was put in stands under a comment of dockerfix",
    "python": "Python has the right version and is there before it is used",
    "python-links": "`python` runs the interpreter that was installed",
    "cuda-base": "the base has the CUDA that is wanted",
    "cuda-check": "a RUN checks the base's CUDA when the image is built",
    "fal-sdk": "fal is installed, pinned, by python -m pip",
    "fal-last": "fal is the last package that is installed",
    "source-path": "/src is on Python's path",
    "code": "WORKDIR /src and COPY . /src are there",
    "weights": "weights come from the project",
    "fal-client": "fal's client lists the paths that BuildKit reads",
    "context": "every copied path is in the project",
    "copy-dialect": "COPY and ADD are written as fal's client reads them",
    "credentials": "no credentials were put in",
    "block-comment": "comments of dockerfix have a code, a reason and an instruction",
    "comments": "comments of the Dockerfile before are still there",
    "kept": "instructions of the Dockerfile before that are not Cog's are still there, in order",
}


def check(
    output: str,
    *,
    cog_yaml: str,
    project: Path | None = None,
    original: str = "",
    options: Options | None = None,
) -> list[Violation]:
    """The rules that `output` breaks.

    `cog_yaml` is the text of cog.yaml, `project` its folder, `original` the Dockerfile before the rewrite.
    """
    try:
        dockerfile = read(output)
    except Unreadable as error:
        return [Violation("syntax", str(error))]
    case = Case(dockerfile, read_wanted(cog_yaml), read_given(original), project, options or Options())
    return list(dict.fromkeys(violation for each in CHECKS for violation in each(case)))
