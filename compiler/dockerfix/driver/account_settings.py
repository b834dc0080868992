"""The account of cog.yaml and its requirements files: each value beside what the result has of it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from dockerfix.analysis import images
from dockerfix.analysis.blocks import find_blocks
from dockerfix.analysis.cog import is_cog_requirement, is_cog_variable
from dockerfix.analysis.context import Context
from dockerfix.analysis.environment import quote
from dockerfix.analysis.packages import apt
from dockerfix.analysis.packages.requirements_copy import is_the_project
from dockerfix.driver.account_result import Reading, bare, fold, spellings
from dockerfix.driver.account_types import CONTRADICTION, KEY, UNACCOUNTED, Entry, Fate
from dockerfix.driver.ignore_comments import ignores_of
from dockerfix.driver.pipeline import Outcome
from dockerfix.knowledge.cog_constructs import PACKAGE_NAMES, PGET_COMMAND
from dockerfix.project.cog_yaml import Setting
from dockerfix.project.fields import ConfigNote
from dockerfix.project.pip_options import Option
from dockerfix.project.requirements import Requirement, parse_item
from dockerfix.project.requirements_files import RequirementLine
from dockerfix.syntax.dockerfile.tree import Document, Instruction
from dockerfix.text.credentials import shortened
from dockerfix.text.findings import Finding, Severity
from dockerfix.text.quoting import SHORT
from dockerfix.text.source import Span


class _Place(NamedTuple):
    """Where something went; `lost` is what the error says of it where it should be in the image and isn't."""

    fate: Fate
    instruction: Instruction | None = None
    code: str | None = None
    reason: str = ""
    lost: str | None = None
    contradicts: bool = False


_NO_EFFECT = {
    "predict": "names the code that Cog's server runs; the image has it with the project",
    "run": "names the code that Cog's server runs; the image has it with the project",
    "model": "names the model on Replicate",
    "train": "names the code that `cog train` runs; the image has it with the project",
    "concurrency": "a setting of Cog's server; `dockerfix app` writes it into the App",
    "image": "the name under which Cog pushes the image",
    "weights": "Cog brings these files when the model runs; what `dockerfix migrate` writes does so too",
    "tests": "only `cog test` reads it",
    "name": "only Replicate reads it",
    "examples": "only Replicate reads it",
    "workdir": "Cog ignores it",
    "observability": "a setting of Cog's server",
    "sdk_version": "chooses the release of Cog in the image, which the result doesn't have",
    "fast": "chooses how Cog builds the image",
    "cog_runtime": "chooses Cog's server, which the result doesn't have",
    "architectures": "Cog reads it as `gpu`",
    "build_requires_gpu": "Cog reads it as `gpu`",
}
_OF_COG = "DF308"
"""The code of findings about settings that only Cog's server and builder obey."""


class Settings:
    """The entries of cog.yaml, and what is to be objected to in them."""

    def __init__(self, document: Document, outcome: Outcome, context: Context, *, refused: bool) -> None:
        self.context = context
        self.outcome = outcome
        self.source = document
        self.result = Reading(outcome.document)
        self.rewritten_before = bool(find_blocks(document))
        self.config = context.config
        self.file = context.project.config_name or "cog.yaml"
        self.findings: list[Finding] = []
        self._ignored = ignores_of(document)
        self._mounts: dict[tuple[str | int, ...], dict[str, str]] = {}
        self._commands_done: dict[str | int, int] = {}
        self._refused = refused or any(finding.severity is Severity.ERROR for finding in outcome.findings)
        self._reported = {
            finding.line: finding
            for finding in outcome.findings
            if finding.line is not None and finding.file == self.file and finding.severity > Severity.NOTE
        }
        settings = self.config.settings if self.config is not None else ()
        for setting in settings:
            if len(setting.path) == 6 and setting.path[:2] in _COMMANDS:  # build.run[0].mounts[0].id
                self._mounts.setdefault(setting.path[:5], {})[str(setting.path[5])] = setting.text.strip()
        self._unknown = {note.key: note for note in self.config.notes if note.key} if self.config is not None else {}
        self._placed: list[tuple[Setting, list[_Place]]] = []
        for setting in settings:
            places = list(self._places(setting))
            self._placed.append((setting, places))
            if context.converting:
                for place in places:
                    self._object(setting, place)

    # ---- the entries

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """One for each value of cog.yaml; several for an item that names several things."""
        return tuple(
            self._entry(self.file, setting.line, setting.name, setting.text, self._cited(setting, place))
            for setting, places in self._placed
            for place in places
        )

    @cached_property
    def requirements(self) -> tuple[Entry, ...]:
        """One for each line of the requirements files that cog.yaml or the options name."""
        path = self.requirements_path
        found = self.context.project.requirements_files(path) if path is not None else None
        return tuple(
            self._entry(line.file, line.line, "", line.item.raw, place)
            for line in (found.lines if found is not None else ())
            for place in self._line(line)
        )

    def _cited(self, setting: Setting, place: _Place) -> _Place:
        """The place with the finding of DF308 behind it: at the setting, its item of `weights`, or `observability`."""
        if place.code is not None or self.config is None:
            return place
        whole = setting.path[:1] if setting.path[0] == "observability" else setting.path[:2]
        lines = (setting.line, self.config.line_of(*whole) if setting.path[0] in ("weights", "observability") else None)
        found = next((self._of_cog[line] for line in lines if line in self._of_cog), None)
        return place._replace(code=_OF_COG, reason=place.reason or found.message) if found is not None else place

    @cached_property
    def _of_cog(self) -> dict[int | None, Finding]:
        return {finding.line: finding for finding in self.outcome.findings if finding.code == _OF_COG and finding.line}

    def _entry(self, file: str, line: int, what: str, text: str, place: _Place) -> Entry:
        to = None
        if place.instruction is not None:
            to = self.outcome.document.source.position(place.instruction.body_span.start).line
        return Entry(file, line, what, text, place.fate, to, place.code, place.reason)

    # ---- what is objected to

    def _object(self, setting: Setting, place: _Place) -> None:
        if place.lost is None or (setting.line in self._reported and not place.contradicts):
            return
        code = CONTRADICTION if place.contradicts else UNACCOUNTED
        self.findings.append(
            Finding(code, Span(0, 0), place.lost, severity=Severity.ERROR, file=self.file, line=setting.line)
        )

    def _lost(self, what: str, code: str, *, contradicts: bool = False) -> _Place:
        """Something that should be in the image: an error, unless the pass that brings it was not asked to."""
        if not self.context.options.runs(code) or any(
            each.code and code.startswith(each.code) for each in self._ignored
        ):
            return _Place("removed", code=code, reason="the options leave this out")
        if self._refused and not contradicts:
            return _Place("refused", reason="nothing is written, because of another error")
        message = f"{what}; run `cog debug` again with this cog.yaml, and report it if that does not help"
        return _Place("refused", None, CONTRADICTION if contradicts else UNACCOUNTED, what, message, contradicts)

    # ---- places, key by key

    def _places(self, setting: Setting) -> Iterator[_Place]:
        path = setting.path
        top = path[0]
        if not setting.text.strip():
            yield _Place("without-effect", reason="it is empty")
        elif self._unknown and (note := self._note(path)) is not None:
            yield _Place("refused", code=KEY, reason=note.message)
        elif top == "environment":
            yield self._variable(setting)
        elif top != "build" or len(path) < 2:
            yield _Place("without-effect", reason=_NO_EFFECT[str(top)])
        else:
            yield from self._of_build(setting, str(path[1]))

    def _of_build(self, setting: Setting, key: str) -> Iterator[_Place]:
        if setting.path[:2] in _COMMANDS:
            yield from self._command(setting)
        elif key == "system_packages":
            yield from self._system(setting.text)
        elif key == "python_packages":
            yield from self._packages(setting)
        elif key in ("python_find_links", "python_extra_index_urls"):
            flag = "--find-links" if key == "python_find_links" else "--extra-index-url"
            yield self._option(Option(flag, setting.text.strip()))
        elif key in ("python_requirements", "python_overrides"):
            yield self._requirements_file(setting.text.strip(), key)
        elif key == "python_version":
            yield self._python(setting.text.strip())
        elif key in ("gpu", "cuda", "cudnn"):
            yield self._cuda(key, setting.text.strip())
        else:
            yield _Place("without-effect", reason=_NO_EFFECT[key])

    def _note(self, path: tuple[str | int, ...]) -> ConfigNote | None:
        """What was noted of an unknown key at a path or above it."""
        return next((note for length in range(1, len(path) + 1) if (note := self._unknown.get(path[:length]))), None)

    def _variable(self, setting: Setting) -> _Place:
        named = isinstance(setting.path[-1], str) and len(setting.path) == 2
        name, value = (str(setting.path[-1]), setting.text) if named else _divided(setting.text)
        values = self._environment.get(name, [])
        later = values[-1] if values else value
        if later != value.rstrip("\r\n"):
            return _Place("without-effect", reason=f"a later item sets `{name}` again")
        escape = self.outcome.document.escape
        wanted = {later, quote(later, escape)}
        listed = {*values, *(quote(value, escape) for value in values)}
        found = [each for each in self.result.variables.get(name, []) if each[0] in listed or each[0] == '""']
        last = max(found, key=lambda each: each[1].index, default=None)
        if last is not None and (last[0] in wanted or (last[0] == '""' and not later)):
            return _Place("kept", last[1])
        if is_cog_variable(name):
            return _Place("removed", code="DF106", reason="only Cog's server reads this variable")
        return self._lost(f"the image does not set `{name}` to the value in `environment`", "DF205")

    @cached_property
    def _environment(self) -> dict[str, list[str]]:
        """The values that `environment` gives each name."""
        result: dict[str, list[str]] = {}
        for name, value in self.config.environment if self.config is not None else ():
            result.setdefault(name, []).append(value)
        return result

    def _system(self, text: str) -> Iterator[_Place]:
        base = self.result.base
        for part in apt.parts((text,)):
            if part.is_option:
                yield self._apt_option(part)
                continue
            word, name = part.text, part.words[0] if part.words else None
            if name is None:
                yield _Place("refused", code="DF203", reason=f"`{word}` is not the name of a package")
                continue
            successor = images.successor(base.distribution if base is not None else None, bare(name))
            system = self.result.system
            found = system.get(bare(name)) or (system.get(successor) if successor is not None else None)
            if found is None:
                yield self._lost(f"nothing installs `{name}` of `build.system_packages` in the final stage", "DF203")
            elif found[0] == word:
                yield _Place("kept", found[1])
            else:
                yield _Place("replaced", found[1], "DF203", f"`{found[0]}`")

    def _apt_option(self, part: apt.Part) -> _Place:
        if not part.words:
            return _Place("removed", code="DF203", reason="only options that choose packages are kept")
        for step in self.result.system_steps:
            if part.text in step.text or " ".join(part.words) in step.text:
                return _Place("kept", step)
        return self._lost(f"no step has the option `{part.text}` of `build.system_packages`", "DF203")

    def _packages(self, setting: Setting) -> Iterator[_Place]:
        if self.context.options.requirements_path is not None:
            yield self._given()
            return
        for line in filter(None, (line.strip() for line in re.split(r"[\r\n]+", setting.text))):
            item = parse_item(line)
            if not item.parts:
                yield _Place("without-effect", reason="it is a comment")
            for part in item.parts:
                yield self._option(part) if isinstance(part, Option) else self._requirement(part)

    def _requirement(self, wanted: Requirement) -> _Place:
        if is_cog_requirement(wanted.text):
            return _Place("removed", code="DF103", reason="it is Cog itself")
        if is_the_project(wanted):
            return _Place("without-effect", reason="it is the project itself, which is on Python's path")
        if wanted.text.startswith(";"):
            return _Place("without-effect", reason="pip ignores the marker of an editable package")
        found = self.result.requirement(wanted)
        if found is None:
            return self._lost(f"nothing installs `{wanted.text}`", "DF201")
        text, instruction = found
        return (
            _Place("kept", instruction) if text == wanted.text else _Place("replaced", instruction, None, f"`{text}`")
        )

    def _option(self, option: Option) -> _Place:
        if option.file_only:
            return _Place("removed", code="DF201", reason="pip takes this option only in a requirements file")
        if option.long == "--editable" and option.value:
            parts = parse_item(option.value).requirements
            return self._requirement(parts[0]) if parts else _Place("without-effect", reason="it names nothing")
        instruction = self.result.option(option)
        if instruction is not None:
            return _Place("kept", instruction)
        if all(is_cog_requirement(each) for each in self._names):
            return _Place("without-effect", reason="there is nothing to install")
        return self._lost(f"no install has the option `{' '.join(option.words)}`", "DF201")

    @cached_property
    def _names(self) -> list[str]:
        texts = self.config.python_packages if self.config is not None else ()
        return [part.text for text in texts for part in parse_item(text).requirements]

    # ---- requirements files

    def _given(self) -> _Place:
        return _Place("replaced", None, "DF202", f"`{self.context.options.requirements_path}` of `--requirements`")

    @property
    def requirements_path(self) -> str | None:
        """The requirements file that counts: of the options, else of cog.yaml."""
        if self.context.options.requirements_path is not None:
            return self.context.options.requirements_path
        return self.config.python_requirements if self.config is not None else None

    def _requirements_file(self, path: str, key: str) -> _Place:
        if key == "python_requirements" and self.context.options.requirements_path is not None:
            return self._given()
        copied = self.result.copied.get(posixpath.normpath(path))
        if copied is not None and (copied[0] in self.result.files or key == "python_overrides"):
            return _Place("kept", copied[1])
        lines = self.context.project.requirements_files(path).lines
        places = [place for line in lines for place in self._line(line)]
        lost = next((place for place in places if place.lost is not None), None)
        if lost is not None:
            return lost
        if not places:
            return self._lost(f"`{path}` of `build.{key}` is not installed", "DF202")
        found = next((place for place in places if place.instruction is not None), None)
        if found is None:
            return _Place("removed", code="DF202", reason="it lists nothing that the image needs")
        return _Place("replaced", found.instruction, "DF202", "its lines")

    def _line(self, line: RequirementLine) -> Iterator[_Place]:
        """The parts of a line: as part of the file that pip reads, or on pip's command line."""
        copied = self.result.copied.get(posixpath.normpath(line.file))
        path = self.requirements_path
        whole = self.result.copied.get(posixpath.normpath(path)) if path is not None else None
        if copied is not None and whole is not None and whole[0] in self.result.files:
            yield _Place("kept", copied[1])
        elif line.constraint:
            yield (
                _Place("kept", copied[1])
                if copied is not None
                else self._lost(f"`{line.file}` does not limit the versions of the install", "DF202")
            )
        else:
            for part in line.item.parts:
                yield self._option(part) if isinstance(part, Option) else self._requirement(part)

    # ---- versions

    def _python(self, version: str) -> _Place:
        found = self.result.python
        instruction = self.result.base.instruction if self.result.base is not None else None
        if found is None or not re.match(r"\d+\.\d+", found):
            return _Place("kept", instruction, None, "the name of the base image does not show its Python")
        if _agree(version, found):
            return _Place("kept", instruction, None, f"Python {found}")
        what = f"cog.yaml asks for Python {version}, but the Dockerfile has {found}"
        return self._lost(what, "DF4", contradicts=True)

    def _cuda(self, key: str, value: str) -> _Place:
        base = self.result.base
        if self.config is None or base is None or not self.config.gpu:
            return _Place("without-effect", reason="cog.yaml asks for no GPU")
        if not base.has_cuda:
            return _Place("without-effect", base.instruction, None, "the base image has no CUDA of its own")
        if key == "cudnn" and base.cudnn is not None and not _agree(value, base.cudnn):
            what = f"cog.yaml asks for cuDNN {value}, but `{base.text}` has {base.cudnn}"
            return self._lost(what, "DF4", contradicts=True)
        if key == "cuda" and base.cuda is not None and not _agree(value, base.cuda):
            return _Place("refused", base.instruction, "DF402", f"`{base.text}` has CUDA {base.cuda}")
        return _Place("kept", base.instruction, None, f"`{base.text}`")

    # ---- commands

    def _command(self, setting: Setting) -> Iterator[_Place]:
        path = setting.path
        if len(path) > 3 and path[3] != "command":
            yield self._mount(setting)
            return
        command = setting.text.strip()
        flags = self._flags(path[:3])
        written = self.result.commands.get(fold(f"{flags} {command}"))
        if written is not None:
            behind = self._commands_done.get(path[1], -1)
            following = next((each for each in written if each.index > behind or self.rewritten_before), None)
            if following is None:
                what = f"behind the commands before it no RUN is `{short(command)}` of `build.{path[1]}`"
                yield self._lost(what, "DF100", contradicts=True)
                return
            self._commands_done[path[1]] = following.index
            yield _Place("kept", following)
            return
        found = _ending_in(command, self.result.commands)
        if found is not None:
            what = f"the mounts of `{short(command)}` are not those of its RUN in the Dockerfile"
            yield self._lost(what, "DF100", contradicts=True)
            return
        yield self._changed_command(command)

    def _changed_command(self, command: str) -> _Place:
        before = _ending_in(command, self._commands_before)
        if before is not None:
            span = before.span
            for finding in self.outcome.findings:
                for edit in finding.edits:
                    if edit.span.start < span.end and span.start < edit.span.end:
                        return self._edited(before, finding)
        elif self.rewritten_before and (found := _ending_in(script(command), self.result.commands)) is not None:
            return _Place("replaced", found, "DF305", "with other mounts")
        elif self.rewritten_before and (PGET_COMMAND in command or any(name in command for name in PACKAGE_NAMES)):
            return _Place("removed", reason="an earlier run left out what only Cog needs")
        return self._lost(f"no RUN is `{short(command)}` of `build.run`", "DF100")

    def _edited(self, before: Instruction, finding: Finding) -> _Place:
        """What an edit left of a command: the RUN of the result at its place, or nothing."""
        span = before.span
        known = self.outcome.changes
        changes = [each for each in known if each.before.start < span.end and span.start < each.before.end]
        for change in reversed(changes):
            whole = change.before.start <= before.body_span.start and change.before.end >= before.body_span.end
            for instruction in self.outcome.document.instructions:
                if not (whole and change.after.start == change.after.end) and (
                    instruction.span.start <= change.after.start < instruction.span.end
                ):
                    return _Place("replaced", instruction, finding.code, finding.message)
        return _Place("removed", None, finding.code, finding.message)

    @cached_property
    def scripts(self) -> frozenset[str]:
        """The commands of the result without flags."""
        return frozenset(map(script, self.result.commands))

    @cached_property
    def _commands_before(self) -> dict[str, list[Instruction]]:
        found: dict[str, list[Instruction]] = {}
        for instruction in self.source.instructions:
            for text in spellings(instruction):
                found.setdefault(text, []).append(instruction)
        return found

    def _mount(self, setting: Setting) -> _Place:
        mount = self._mounts.get(setting.path[:5], {})
        if mount.get("type") != "secret":
            return _Place("without-effect", reason="Cog writes only mounts of the type `secret`")
        return _Place("kept", reason="with the command")

    def _flags(self, item: tuple[str | int, ...]) -> str:
        """The flags that Cog writes for the mounts of an item."""
        return " ".join(
            f"--mount=type=secret,id={mount.get('id', '')},target={mount.get('target', '')}"
            for path, mount in self._mounts.items()
            if path[:3] == item and mount.get("type") == "secret"
        )


_COMMANDS = (("build", "run"), ("build", "pre_install"))


def _divided(text: str) -> tuple[str, str]:
    name, _equals, value = text.partition("=")
    return name, value


def _agree(one: str, other: str) -> bool:
    """Whether two versions are alike as far as both say."""
    return all(left == right for left, right in zip(one.split("."), other.split("."), strict=False))


def _ending_in(command: str, written: dict[str, list[Instruction]]) -> Instruction | None:
    """The RUN that is a command behind any flags."""
    wanted = fold(command)
    for text, instructions in written.items():
        if text.endswith(wanted):
            flags = text.removesuffix(wanted)
            if flags[-1:] in ("", " ") and all(word.startswith("--") for word in flags.split()):
                return instructions[0]
    return None


def script(command: str) -> str:
    """A command without the flags of RUN that it begins with."""
    words = command.split()
    while words and words[0].startswith("--"):
        del words[0]
    return " ".join(words)


def short(text: str) -> str:
    """A text in one line, for a message."""
    return shortened(fold(text), SHORT)
