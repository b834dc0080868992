"""Rules about what Cog leaves behind: none of its constructs may be in the output."""

from __future__ import annotations

import re
from collections.abc import Iterator

from checker import shell
from checker.commands import is_user_run
from checker.intent import is_cog
from checker.model import Case, Violation
from checker.reading import Instruction

STAGING = frozenset(["cog_build", "monobase", "apt", "requirements", "src", "weights", "downloader"])
"""Contexts and stages that only Cog's build has."""

PINS = frozenset(["pydantic<2", "pydantic>=1.9,<3"])
_VARIABLES = re.compile(r"(COG|R8|REPLICATE)_\w+|CFLAGS|VERBOSE")
_CERTIFICATE = frozenset(["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"])
_FRAME = re.compile(r"===( .*:)?")

SCRIPTS = (
    ("tini", re.compile(r"/s?bin/tini|krallin/tini|\bTINI_(VERSION|ARCH)\b")),
    ("ldcache", re.compile(r"ld\.so\.conf\.d/cog\.conf")),
    ("ca-certificate", re.compile(r"cog-ca-cert")),
    ("nvidia-key", re.compile(r"7fa2af80|sources\.list\.d/(cuda|nvidia-ml)\.list")),
    ("monobase", re.compile(r"/opt/r8/|\bmonobase\.(build|user)\b|/srv/r8/monobase")),
    ("fuse-weights", re.compile(r"/srv/r8/fuse-rpc")),
    ("apt-tarball", re.compile(r"/buildtmp\b|\bapt\.[0-9a-f]{8,}\.tar\.zst")),
    ("config-copy", re.compile(r"\bcp\s+\S+\s+/src/cog\.yaml\b")),
    ("section-label", re.compile(r"^#+ -->|^\s*### ")),
    ("python-link", re.compile(r"^\s*ln -sf /usr/bin/python3 /usr/local/bin/python\s*$")),
    ("trace-exporters", re.compile(r"\buv pip install\b.* opentelemetry-exporter-otlp-proto-")),
    ("staged-file", re.compile(r"/tmp/(cog|coglet|cog_dataclass)-")),
)

NET = ("cog.server", "/sbin/tini", ".cog/", "coglet", "cog_build", "r8.im", "/opt/r8", "/srv/r8", "cog_dataclass")
"""Texts that occur in nothing but Cog's own instructions."""


def check_scripts(case: Case) -> Iterator[Violation]:
    """No RUN does what only Cog's build needs; commands of the user's are not looked at."""
    for _, instruction in case.output.instructions():
        if instruction.keyword == "RUN" and not is_user_run(case, instruction):
            for rule, pattern in SCRIPTS:
                if pattern.search(instruction.arguments):
                    yield Violation(rule, f"line {instruction.first}: {_shown(instruction)}")


def check_packages(case: Case) -> Iterator[Violation]:
    """No RUN installs or removes Cog's packages, not even one of the user's."""
    for _, instruction in case.output.instructions():
        for command in shell.of(instruction):
            reading = shell.pip_command(command)
            if reading is None or reading[0] not in ("install", "uninstall", "download", "wheel"):
                continue
            if any(is_cog(word) for word in reading[1] if not word.startswith("-")):
                yield Violation("cog-package", f"line {instruction.first}: {_shown(instruction)}")
            yield from _pins(case, instruction, reading[1])


def _pins(case: Case, instruction: Instruction, words: tuple[str, ...]) -> Iterator[Violation]:
    own = {re.sub(r"\s", "", package) for package in case.wanted.packages}
    for word in PINS & set(words) - own:
        if not is_user_run(case, instruction):
            yield Violation("pydantic-pin", f"line {instruction.first}: {word} came with Cog")


def check_files(case: Case) -> Iterator[Violation]:
    """Nothing is taken from Cog's staging folder, its named contexts, its stages of tini and weights."""
    for _, instruction in case.output.instructions():
        if instruction.keyword in ("COPY", "ADD"):
            yield from _copies(instruction)
        if instruction.keyword == "RUN":
            for mount in instruction.mounts():
                if mount.get("from") in STAGING or (mount.get("source") or mount.get("src") or "").startswith(".cog"):
                    yield Violation("staged-file", f"line {instruction.first}: {_shown(instruction)}")
    for stage in case.output.stages:
        if stage.image.startswith("curlimages/curl"):
            yield Violation("tini", f"line {stage.first}: the stage that downloads tini")
        if stage.name == "weights" or re.search(r"-weights([:@]|$)", stage.image):
            yield Violation("weights-stage", f"line {stage.first}: the stage of Cog's weights image")


def _copies(instruction: Instruction) -> Iterator[Violation]:
    source = instruction.flag("from") or ""
    words = [word.strip("\"'") for word in instruction.value]
    if source in STAGING or any(re.match(r"(\./|/)?\.cog(/|$)", word) for word in words[:-1]):
        yield Violation("staged-file", f"line {instruction.first}: {_shown(instruction)}")
    if words[-1].endswith("/tini"):
        yield Violation("tini", f"line {instruction.first}: {_shown(instruction)}")
    if words[-1].startswith("/srv/r8/"):
        yield Violation("fuse-weights", f"line {instruction.first}: {_shown(instruction)}")


def check_settings(case: Case) -> Iterator[Violation]:
    """None of Cog's variables, labels, ENTRYPOINT, CMD and EXPOSE."""
    own = {name for name, _ in case.wanted.environment}
    for _, instruction in case.output.instructions():
        yield from settings_of(instruction, own)


def settings_of(instruction: Instruction, own: set[str]) -> Iterator[Violation]:
    """What is Cog's in an instruction that sets something; `own` are the user's variables."""
    place = f"line {instruction.first}: {_shown(instruction)}"
    words = [word.strip("\"'") for word in instruction.value]
    if instruction.keyword in ("ENV", "ARG"):
        yield from _variables(instruction, own, place)
    elif instruction.keyword == "LABEL" and any(re.match(r"org\.cogmodel\.|run\.cog\.", word) for word in words):
        yield Violation("cog-label", place)
    elif instruction.keyword == "EXPOSE" and any(word.partition("/")[0] == "5000" for word in words):
        yield Violation("expose", place)
    elif instruction.keyword == "CMD" and re.search(r"cog\.server|cog-http-server|\bcoglet\b", " ".join(words)):
        yield Violation("server-command", place)
    elif instruction.keyword == "ENTRYPOINT":
        yield Violation("tini" if "tini" in " ".join(words) else "entrypoint", place)


def _variables(instruction: Instruction, own: set[str], place: str) -> Iterator[Violation]:
    names = {name.partition("=")[0] for name in (instruction.value if instruction.keyword == "ARG" else [])}
    pairs = dict(instruction.pairs()) if instruction.keyword == "ENV" else {}
    for name in sorted((names | set(pairs)) - own):
        if _VARIABLES.fullmatch(name):
            yield Violation("cflags" if name == "CFLAGS" else "cog-variable", place)
        elif name in _CERTIFICATE:
            yield Violation("ca-certificate", place)
        elif name.startswith("TINI_"):
            yield Violation("tini", place)


def check_frame(case: Case) -> Iterator[Violation]:
    """No line of the frame of three documents."""
    for number, line in enumerate(case.output.lines, 1):
        if _FRAME.fullmatch(line):
            yield Violation("frame", f"line {number}: {line}")


def check_text(case: Case) -> Iterator[Violation]:
    """The last net: nothing of Cog in the text of an instruction that is not the user's."""
    for stage in case.output.stages:
        texts = [(stage.first, f"FROM {stage.image} AS {stage.name}")]
        texts += [(each.first, each.text) for each in stage.instructions if not is_user_run(case, each)]
        for number, text in texts:
            for part in NET:
                if part in text and not (part == "r8.im" and "cog-base" in case.options.keep):
                    yield Violation("cog-text", f"line {number}: {part} in {text[:100]}")


def _shown(instruction: Instruction) -> str:
    return instruction.text if len(instruction.text) <= 100 else instruction.text[:97] + "..."
