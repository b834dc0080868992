"""DF306: the project files that reach a build on fal, and instructions with another meaning there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from dockerfix.analysis import blocks, commands, images, stages
from dockerfix.analysis.context import Context
from dockerfix.analysis.fal import copies as copying
from dockerfix.analysis.fal.repairs import listed
from dockerfix.analysis.fal.secrets import build_secrets, entry_of
from dockerfix.analysis.memo import of_node
from dockerfix.analysis.packages import install_step, pip, requested, requirements_copy
from dockerfix.knowledge.cog_constructs import FAST_CONTEXTS, MODEL_FOLDERS, STAGING_CONTEXTS, STAGING_PREFIXES
from dockerfix.knowledge.fal import DATA_FOLDER
from dockerfix.passes.check_context import project_files
from dockerfix.syntax.dockerfile.instructions import Copy, From, Healthcheck, PathsView, Run, TextView
from dockerfix.syntax.dockerfile.tree import Document, Instruction, Stage
from dockerfix.text.findings import Finding, Severity
from dockerfix.text.lazy_patterns import lazy

CODE = "DF306"

_BY_SSH = lazy(r"\bssh://|(?:^|[\s+])[\w.-]+@[A-Za-z0-9][\w.-]*:(?!//)", re.IGNORECASE)
_MARK = lazy("@|ssh:", re.IGNORECASE)
_INSTEAD = lazy(r"\.insteadof\b", re.IGNORECASE)
_GIT_VERBS = frozenset({"clone", "fetch", "pull", "ls-remote", "submodule"})
_COPIES_BY_SSH = frozenset({"scp", "sftp", "rsync"})
_AMD64 = frozenset({"linux/amd64", "amd64", "linux/amd64/v2", "linux/amd64/v3", "linux/x86_64"})


def check_context(document: Document, context: Context) -> Iterator[Finding]:
    """Report files that don't reach a build on fal, and instructions that fal doesn't support or use.

    The client uploads regular files of at most 1 GiB from inside the project, follows links without keeping them, leaves out
    empty folders, and reads `.dockerignore` by the rules of .gitignore, where a bare name matches at every depth, with `!` turned
    around (`fal-ai/fal:projects/fal/src/fal/file_sync.py`, `fal-ai/fal:projects/fal/src/fal/container.py`). It has no parameter
    for named contexts, SSH agents or platforms, and does not know `Dockerfile.dockerignore`, which Docker prefers. What
    `cog build --separate-weights` left in `.dockerignore` hides the weights from every other build. What could not be read or
    was too much to search is reported, too: calls of commands and imports in it are unknown. Nothing is changed: which
    file to move or to leave out is not for a compiler to say.

    When it is wrong: fal may change what its client does; this is what it did in the release that DF301 installs.
    Nothing is rewritten. `# dockerfix: ignore=DF306` above an instruction, or `--ignore DF306`, silences notes and
    warnings; a file that is missing only now, because a script fetches it before the build, is such a case.

    Before:

        FROM python:3.11-slim
        COPY . /src
        HEALTHCHECK CMD curl -f http://localhost:8080/health
        CMD ["python", "-m", "cog.server.http"]

    After:

        FROM python:3.11-slim
        COPY . /src
        HEALTHCHECK CMD curl -f http://localhost:8080/health
        CMD ["python", "-m", "cog.server.http"]
    """
    copies = list(copying.context_copies(document))
    if context.project.root is not None:
        yield from project_files.findings(CODE, context.project, copies)
    else:
        yield from _staged(document, copies)
    for instruction in document.instructions:
        yield from _stage_names(document, instruction)
        yield from _platform(document, instruction)
        yield from _ssh(instruction, context)
    yield from _packages_by_ssh(document, context)
    yield from _packages_of_repository(document, context)
    yield from _secrets(document)
    stage = stages.final_stage(document)
    if stage is not None:
        yield from _last_stage(stage)


def _finding(instruction: Instruction, message: str, severity: Severity = Severity.WARNING) -> Finding:
    return Finding(CODE, instruction.body_span, message, severity=severity)


def _staged(document: Document, copies: Iterable[copying.ContextCopy]) -> Iterator[Finding]:
    """Report files of Cog's build where no project is known; where one is, they are files that it lacks.

    The requirements file of an install is not reported again: DF201 says that its packages are not known.
    """
    install = install_step.staged_install(document)
    reported = install_step.staged_copies(document) if install is not None else ()
    for copy in copies:
        for source in copy.sources if copy.instruction not in reported else ():
            if source.removeprefix("./").startswith(STAGING_PREFIXES):
                message = (
                    f"`{source}` is a temporary file that only Cog's build has; remove the instruction, or pass "
                    "`--project DIR` if your project has the file"
                )
                yield _finding(copy.instruction, message, Severity.ERROR)


def _stage_names(document: Document, instruction: Instruction) -> Iterator[Finding]:
    """Report named contexts: a name that is not a stage and, without registry or tag, hardly an image."""
    view = instruction.view
    names = [view.source_stage] if isinstance(view, Copy) else []
    if isinstance(view, Run):
        names = [mount.source_stage for mount in view.mounts]
    own = stages.stage_of(document, instruction)
    for name in names:
        if (
            not name
            or own is None
            or stages.find_stage(document, name, own.index, instruction.keyword)
            or any(mark in name for mark in "/:.$@")
        ):
            continue
        if name in (*STAGING_CONTEXTS, *FAST_CONTEXTS):
            yield _finding(instruction, f"`{name}` is a build context that only Cog provides", Severity.ERROR)
        elif not name.isdecimal():
            message = (
                f"this file has no stage `{name}`, so the build takes an image of that name; fal has no named contexts"
            )
            yield _finding(instruction, message)


def _platform(document: Document, instruction: Instruction) -> Iterator[Finding]:
    view = instruction.view
    platform = view.platform if isinstance(view, From) else None
    if platform and "$" not in platform and platform.lower() not in _AMD64:
        base = images.final_image(document)
        severity = Severity.ERROR if base is not None and base.instruction is instruction else Severity.WARNING
        message = f"this image is built for `{platform}`, but fal runs linux/amd64"
        yield _finding(instruction, message, severity)


def _ssh(instruction: Instruction, context: Context) -> Iterator[Finding]:
    """Report what needs the SSH agent of the machine that builds."""
    view = instruction.view
    if isinstance(view, Run) and any(mount.type == "ssh" for mount in view.mounts):
        message = "fal builds have no SSH agent; read a token from a build secret (`--mount=type=secret`)"
        yield _finding(instruction, message, Severity.ERROR)
    found = copying.context_copy(instruction) if instruction.keyword == "ADD" else None
    for remote in found.remotes if found is not None else ():
        if not remote.lower().startswith(("http://", "https://", "git://")):
            yield _finding(instruction, _needs_ssh(remote), Severity.ERROR)
    # the files of the project have what a block installs
    is_known = context.config is not None and blocks.in_block(instruction.document, instruction)
    for remote in () if is_known else _cloned_by_ssh(instruction):
        yield _finding(instruction, _needs_ssh(remote), _severity_of_ssh(instruction.document))


def _needs_ssh(remote: str) -> str:
    return f"`{remote}` needs SSH, but fal builds have no SSH agent; use an https address"


def _severity_of_ssh(document: Document) -> Severity:
    """Return the severity for an SSH address: git may be configured to use another one."""
    return Severity.WARNING if _INSTEAD.search(document.text) else Severity.ERROR


@of_node
def _cloned_by_ssh(instruction: Instruction) -> tuple[str, ...]:
    """Return the SSH addresses that a RUN passes to git or pip, unless it has its own key or an agent."""
    view = instruction.view
    if not isinstance(view, Run) or not _MARK.search(instruction.node.text):
        return ()
    if any(mount.type in ("ssh", "secret") for mount in view.mounts):
        return ()
    result: list[str] = []
    remotes: list[str] = []
    for call in commands.every_call(instruction):
        found = [word for word in call.arguments if word and _BY_SSH.search(word)]
        clones = call.program == "git" and any(word in _GIT_VERBS for word in call.arguments)
        if clones or call.program in _COPIES_BY_SSH or pip.install(call.command) is not None:
            result += found
        elif call.program == "git" and "remote" in call.arguments:
            remotes += found
        if clones and not found:  # from an address that the step named before
            result += [*remotes, *(_assigned(instruction) if None in call.arguments else ())]
    return tuple(dict.fromkeys(result))


def _assigned(instruction: Instruction) -> Iterator[str]:
    """Yield the SSH addresses that a RUN assigns to variables."""
    found = commands.shell(instruction)
    for command in found.script.walk() if found is not None else ():
        for assignment in command.assignments:
            if assignment.value.value and _BY_SSH.search(assignment.value.value):
                yield assignment.value.value


def _packages_by_ssh(document: Document, context: Context) -> Iterator[Finding]:
    """Report packages in cog.yaml and requirements files that pip would download over SSH."""
    for line in requested.lines(document, context):
        for word in line.item.words if line.file is not None else ():
            if _BY_SSH.search(word):
                severity = _severity_of_ssh(document)
                yield Finding(CODE, line.span, _needs_ssh(word), severity=severity, file=line.file, line=line.line)


def _packages_of_repository(document: Document, context: Context) -> Iterator[Finding]:
    """Report packages that pip would clone from the project, which is copied after them."""
    for line in requested.lines(document, context):
        text = requirements_copy.of_repository(line.item) if line.file is not None else None
        if text is not None:
            message = (
                f"`{text}` needs a git repository, but the project is not in the image yet; name its folder instead"
            )
            yield Finding(CODE, line.span, message, severity=Severity.ERROR, file=line.file, line=line.line)


def _secrets(document: Document) -> Iterator[Finding]:
    """Report build secrets, which fal needs as well."""
    for name, instruction in build_secrets(document).items():
        message = (
            f"the build needs the secret `{name}`; run `fal secrets set {entry_of(name)}=...`, and pass it with `secrets` in "
            "ContainerImage, as `dockerfix app` does"
        )
        yield _finding(instruction, message)


def _last_stage(stage: Stage) -> Iterator[Finding]:
    """Report instructions that fal does not use."""
    user: Instruction | None = None
    for instruction in stage.instructions:
        view = instruction.view
        if instruction.keyword == "USER":
            user = instruction
        elif instruction.keyword == "VOLUME" and isinstance(view, PathsView):
            yield from _volumes(instruction, view)
        elif isinstance(view, Healthcheck) and view.kind.upper() != "NONE":
            message = "fal ignores HEALTHCHECK; use `health_check` in the App"
            yield _finding(instruction, message, Severity.NOTE)
    if user is not None and isinstance(user.view, TextView):
        name = user.view.value.value.partition(":")[0]
        if name not in ("root", "0") and "$" not in name:
            yield _finding(
                user,
                f"the image runs as user `{name}`, but fal's templates run as root; add `USER root` if the App can't start",
            )


def _volumes(instruction: Instruction, view: PathsView) -> Iterator[Finding]:
    folders = (DATA_FOLDER, *MODEL_FOLDERS)
    own = [
        word.value
        for word in view.words
        if any(word.value.rstrip("/") == folder or word.value.startswith(f"{folder}/") for folder in folders)
    ]
    if own:
        yield _finding(
            instruction, f"VOLUME {listed(own)} may hide the code or fal's volume on {folders[0]}; remove it"
        )
