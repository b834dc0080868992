"""DF105: steps by which Cog tuned its own build."""

from __future__ import annotations

from collections.abc import Iterator

from dockerfix.analysis import commands, images, placement, stages
from dockerfix.analysis.context import Context
from dockerfix.analysis.memo import of_node
from dockerfix.knowledge.cog_constructs import (
    CFLAGS_NAME,
    CFLAGS_VALUE,
    LD_CACHE_FILE,
    NVIDIA_KEY,
    NVIDIA_LISTS,
    STEP_LABEL_PREFIX,
)
from dockerfix.syntax.dockerfile.instructions import Env, Run
from dockerfix.syntax.dockerfile.tree import Document, Instruction
from dockerfix.syntax.shell import Command
from dockerfix.text.findings import Finding

CODE = "DF105"


def drop_build_tuning(document: Document, context: Context) -> Iterator[Finding]:
    """Remove CFLAGS around pip, the linker cache step, the NVIDIA key workaround of 2022, section labels, a link to python3.

    None of them changes what the model does: CFLAGS make wheels smaller (`replicate/cog@v0.9.21`), ldconfig makes
    Python start faster (`replicate/cog@v0.9.22`), the key was rotated in 2022 (`replicate/cog@v0.3.2`), and
    `RUN ### --> …` only shows progress (`replicate/cog@v0.0.4`; all `pkg/dockerfile/generator.go`). On cog-base with CUDA 13
    a link makes `python` the `python3` of that image (v0.23, `standard_generator.go`), as `update-alternatives` would; DF206
    installs another one.

    When it is wrong: The pass knows these steps by the exact text that Cog prints, so a CFLAGS of yours with another
    value stays. If you build small wheels as Cog does, put `# dockerfix: ignore=DF105` above both ENV lines, or use
    `--ignore DF105`.

    Before:

        FROM python:3.11-slim
        ENV CFLAGS="-O3 -funroll-loops -fno-strict-aliasing -flto -S"
        RUN pip install numpy
        ENV CFLAGS=
        RUN find / -type f -name "*python*.so" -printf "%h\\n" | sort -u > /etc/ld.so.conf.d/cog.conf && ldconfig
        CMD ["python", "-m", "cog.server.http"]

    After:

        FROM python:3.11-slim
        RUN pip install numpy
        CMD ["python", "-m", "cog.server.http"]
    """
    inside_pair = False
    for instruction in document.instructions:
        value = _cflags(instruction)
        what = None
        if value == CFLAGS_VALUE:
            inside_pair, what = True, "Cog's CFLAGS"
        elif value == "" and inside_pair:
            inside_pair, what = False, "the reset of Cog's CFLAGS"
        elif instruction.keyword == "RUN":
            what = _step(instruction) or _link(document, instruction, context)
        if what:
            yield commands.removed(CODE, instruction, f"removes {what}")


@of_node
def _cflags(instruction: Instruction) -> str | None:
    """Return the unquoted value of CFLAGS in an ENV that sets nothing but CFLAGS; None for other instructions."""
    view = instruction.view
    if not isinstance(view, Env) or len(view.pairs) != 1:
        return None
    pair = view.pairs[0]
    if pair.name.value != CFLAGS_NAME or pair.value is None:
        return None
    return pair.value.value.strip("\"'")


def _link(document: Document, instruction: Instruction, context: Context) -> str | None:
    """Return the words for a step that links `python` to the Python of cog-base, which is replaced; None for others."""
    if not _links_python(instruction) or context.keeps("cog-base"):
        return None
    stage = stages.stage_of(document, instruction)
    of_cog = stage is not None and images.bottom_image(document, stage).is_cog
    return "the link to the `python3` of Cog's base image" if of_cog and not _is_users(instruction, context) else None


def _is_users(instruction: Instruction, context: Context) -> bool:
    return placement.is_user_command(instruction, context.config)


def _links_python(instruction: Instruction) -> bool:
    return "python3" in instruction.node.text and commands.whole(instruction, _is_link_to_python)


def _is_link_to_python(command: Command) -> bool:
    link = _linked(command)
    if link is None:
        return False
    target, place = link
    name = target.removeprefix("/usr/bin/")
    plain = name.removesuffix("3")
    return name in ("python3", "pip3") and place in (f"/usr/local/bin/{plain}", f"/usr/bin/{plain}")


def _linked(command: Command) -> tuple[str, str] | None:
    """Return target and place of the one link that a command makes, by ``ln`` or ``update-alternatives``."""
    words = [word or "" for word in commands.arguments(command)]
    program = commands.program(command)
    if program == "ln":
        places = [word for word in words if word and not word.startswith("-")]
        return (places[0], places[1]) if len(places) == 2 else None
    if program == "update-alternatives":
        while words[:1] in (["--quiet"], ["--force"], ["--verbose"]):
            words.pop(0)
        if words[:1] == ["--install"] and len(words) == 5:
            return words[3], words[1]
        if words[:1] == ["--set"] and len(words) == 3:  # a name that is installed for a place of its own
            return words[2], f"/usr/bin/{words[1]}"
    return None


def _step(instruction: Instruction) -> str | None:
    view = instruction.view
    if isinstance(view, Run) and not view.is_json and view.arguments.startswith(STEP_LABEL_PREFIX):
        return "section label"
    if LD_CACHE_FILE not in instruction.text and NVIDIA_KEY not in instruction.text:
        return None
    if commands.whole(instruction, _makes_cache, lambda path: path == LD_CACHE_FILE):
        return "the step for the linker's cache"
    if commands.whole(instruction, _drops_key):
        return "the step against NVIDIA's old signing key"
    return None


def _makes_cache(command: Command) -> bool:
    """Whether a command lists folders for the linker, or reads the list."""
    words = commands.arguments(command)
    if commands.program(command) == "find":
        return not any((word or "").startswith(("-exec", "-ok", "-delete", "-f")) for word in words)
    return commands.program(command) in ("sort", "ldconfig")


def _drops_key(command: Command) -> bool:
    """Whether a command removes NVIDIA's key, or the list of packages that it signed."""
    program, words = commands.program(command), commands.arguments(command)
    if program == "apt-key":
        return words == ("del", NVIDIA_KEY)
    files = [word for word in words if word is None or not word.startswith("-")]
    return program == "rm" and all((file or "").startswith(NVIDIA_LISTS) for file in files)
