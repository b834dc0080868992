"""Rules of fal's side: the SDK, the code's place, and the dialect of COPY that fal's client reads."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Iterator

from checker import shell
from checker.blocks import in_block
from checker.commands import is_user_run
from checker.interpreter import pythons
from checker.model import Case, Violation
from checker.reading import Dockerfile, Instruction
from checker.stages import lineage

_PIN = re.compile(r"fal==(\d+(?:\.\d+)+)")
_CREDENTIALS = re.compile(r"https?://[^\s/'\"@]+@[^\s'\"]*")
_REMOTE = re.compile(r"(https?|git|ssh)://|git@|\S+\.git(#|$)", re.IGNORECASE)


def check_sdk(case: Case) -> Iterator[Violation]:
    """`fal` is installed once, pinned, by `python -m pip` or uv, in a version for the image's Python."""
    found = list(_sdk_installs(case))
    if not found:
        yield Violation("fal-sdk", "fal is not installed in the last stage")
        return
    if len(found) > 1:
        yield Violation("fal-sdk", "fal is installed more than once")
    index, install = found[-1]
    pin = next((match[1] for word in install.requirements if (match := _PIN.fullmatch(word))), None)
    place = f"line {case.output.final.instructions[index].first}"
    if pin is None:
        yield Violation("fal-sdk", f"{place}: fal is not pinned")
    elif case.options.fal_version and pin != case.options.fal_version:
        yield Violation("fal-sdk", f"{place}: fal {pin}, not {case.options.fal_version}")
    elif not case.options.fal_version and not _supports(pin, pythons(case, case.output.final)):
        yield Violation("fal-sdk", f"{place}: fal {pin} does not support the image's Python")
    if "-m" not in install.launcher and install.launcher[0] != "uv":
        yield Violation("fal-sdk", f"{place}: by {install.launcher[0]}, which a user command may have replaced")
    if not in_block(case, case.output.final.instructions[index]):
        yield Violation("block-comment", f"{place}: no comment of dockerfix above the install of fal")


def _sdk_installs(case: Case) -> Iterator[tuple[int, shell.Install]]:
    for index, instruction in enumerate(case.output.final.instructions):
        for install in shell.installs(instruction):
            if any(re.match(r"fal(?![\w.-])", word) for word in install.requirements):
                yield index, install


def _supports(pin: str, found: list[tuple[int, str, str]]) -> bool:
    """fal from 1.82 on needs Python 3.10; before, 3.8 (PyPI, Requires-Python)."""
    version = tuple(int(part) for part in pin.split(".")[:2])
    python = tuple(int(part) for part in (found[-1][2] if found else "3.10").split(".")[:2])
    return (version < (1, 82)) == (python < (3, 10)) and python >= (3, 8)


def check_last(case: Case) -> Iterator[Violation]:
    """Nothing installs Python packages behind fal."""
    found = [index for index, _ in _sdk_installs(case)]
    for instruction in case.output.final.instructions[found[-1] + 1 :] if found else ():
        for command in shell.of(instruction):
            reading = shell.pip_command(command)
            if reading is not None and reading[0] in ("install", "uninstall", "sync"):
                yield Violation("fal-last", f"line {instruction.first}: {instruction.text[:80]}")


def check_path(case: Case) -> Iterator[Violation]:
    """A `.pth` file puts /src on Python's path, behind Python and under a comment."""
    final = case.output.final
    for index, instruction in enumerate(final.instructions):
        if instruction.keyword == "RUN" and ".pth" in instruction.script and "/src" in instruction.script:
            start = len(lineage(case, final)[1]) - len(final.instructions)
            if any(place > index + start for place, _, _ in pythons(case, final)):
                yield Violation("source-path", f"line {instruction.first}: Python is installed only later")
            if "site" not in instruction.script and "purelib" not in instruction.script:
                yield Violation("source-path", f"line {instruction.first}: not in site-packages")
            if not in_block(case, instruction):
                yield Violation(
                    "block-comment", f"line {instruction.first}: no comment of dockerfix above the .pth file"
                )
            return
    yield Violation("source-path", "no .pth file puts /src on Python's path")


def check_code(case: Case) -> Iterator[Violation]:
    """The last stage has WORKDIR /src as its last WORKDIR, and copies the whole project there."""
    final = case.output.final.instructions
    folders = [each.value[0] for each in final if each.keyword == "WORKDIR"]
    if not folders or folders[-1] != "/src":
        yield Violation("code", "the last stage does not end in WORKDIR /src")
    copies = [
        each for each in final if each.keyword == "COPY" and each.flag("from") is None and each.value == (".", "/src")
    ]
    if not copies:
        yield Violation("code", "COPY . /src is not in the last stage")
    for copy in copies:
        if any(flag.startswith("--exclude=") and ".cog" not in flag for flag in copy.flags):
            yield Violation("code", f"line {copy.first}: files of the project are left out")


def check_weights(case: Case) -> Iterator[Violation]:
    """What came from a weights image or cache comes from the project, to the same place."""
    for path in case.given.weights:
        copies = [each for each in case.output.final.instructions if each.keyword == "COPY" and not each.flag("from")]
        own = any(each.value == (path, f"/src/{path}") for each in copies)
        whole = any(each.value == (".", "/src") for each in copies)
        if not own and not (case.given.monobase and whole):
            yield Violation("weights", f"{path} is not copied to /src/{path}")


def context_sources(output: Dockerfile) -> list[tuple[Instruction, str]]:
    """The paths of the project that COPY and ADD name, as BuildKit reads them."""
    result: list[tuple[Instruction, str]] = []
    for _, each in output.instructions():
        if each.keyword not in ("COPY", "ADD") or each.flag("from") is not None:
            continue
        for word in each.value[:-1]:
            inline = word.startswith("<<") and bool(each.heredocs)
            if not inline and not (each.keyword == "ADD" and _REMOTE.match(word)):
                result.append((each, word))
    return result


def context_paths(output: Dockerfile) -> set[str]:
    """The paths of `context_sources`, relative to the project, without quotes."""
    return {(word if each.json else word.strip("\"'")).lstrip("/") for each, word in context_sources(output)}


def client_paths(text: str) -> set[str] | None:
    """What fal's own client would upload for a Dockerfile, or None where PyPI `fal` is not installed."""
    try:
        from fal.container import ContainerImage  # heavy, and not always there
    except ImportError:
        return None
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        paths = ContainerImage.from_dockerfile_str(text).get_copy_add_sources()
    return {*paths, *(["a warning: " + printed.getvalue().strip()] if printed.getvalue() else [])}


def check_client(case: Case) -> Iterator[Violation]:
    """fal's client finds exactly the paths that BuildKit reads."""
    found = client_paths(case.output.text)
    read = context_paths(case.output)
    if found is not None and found != read:
        yield Violation("fal-client", f"fal uploads {sorted(found)}, BuildKit reads {sorted(read)}")


def check_context(case: Case) -> Iterator[Violation]:
    """Every path that is copied is in the project, below it, and plain."""
    if case.project is None:
        return
    for instruction, word in context_sources(case.output):
        path = (word if instruction.json else word.strip("\"'")).lstrip("/")
        if path in case.given.weights or re.search(r"[*?\[$]", path):
            continue
        target = (case.project / path).resolve()
        if not target.is_relative_to(case.project.resolve()) or not target.exists():
            yield Violation("context", f"line {instruction.first}: {path} is not in the project")


def check_dialect(case: Case) -> Iterator[Violation]:
    """COPY and ADD are written as fal's client reads them, and nothing else takes files of the project."""
    for _, each in case.output.instructions():
        place = f"line {each.first}"
        if each.keyword == "ONBUILD" and re.match(r"(?i)(COPY|ADD)\b", each.arguments):
            yield Violation("copy-dialect", f"{place}: fal's client does not see ONBUILD")
        binds = [mount for mount in each.mounts() if mount.get("type", "bind") == "bind" and not mount.get("from")]
        if each.keyword == "RUN" and binds and not is_user_run(case, each):
            yield Violation("copy-dialect", f"{place}: fal's client does not see bind mounts")
        if each.keyword in ("COPY", "ADD"):
            for problem in _dialect(case.output, each):
                yield Violation("copy-dialect", f"{place}: {problem}")


def _dialect(output: Dockerfile, each: Instruction) -> Iterator[str]:
    lines = output.lines[each.first - 1 : each.last]
    if lines[0][:1].isspace():
        yield "indented"
    if each.heredocs:
        yield "a heredoc"
    if each.flag("from") is not None and not each.flags[0].startswith("--from="):
        yield "--from is not its first flag"
    if any(not line.strip() or line.lstrip().startswith("#") for line in lines[1:]):
        yield "a comment or an empty line inside"
    if any(re.search(r"\\[ \t]+$", line) for line in lines):
        yield "blanks behind a backslash"
    if "\r" in output.text and len(lines) > 1:
        yield "a continuation in a file with CRLF"
    if each.flag("from") is None and any("$" in word for word in each.value[:-1]):
        yield "a variable in a source"
    if each.flag("from") is None and any(re.search(r"[*?\[]", word) for word in each.value[:-1]):
        yield "a pattern in a source: fal's client does not expand it"


def check_credentials(case: Case) -> Iterator[Violation]:
    """No URL with a password or token is in the output that was not in the Dockerfile before."""
    for url in _CREDENTIALS.findall(case.output.text):
        if url not in case.given.text:
            yield Violation("credentials", f"an URL holds credentials: {url[:12]}...")
