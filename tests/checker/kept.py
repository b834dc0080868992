"""The rule that what is not Cog's is left alone: every other instruction stays, in its order."""

from __future__ import annotations

import re
from collections.abc import Iterator

from checker import shell, traces
from checker.intent import fold, is_cog
from checker.model import Case, Violation
from checker.packages import wanted_words
from checker.reading import KEYWORDS, Instruction
from checker.system import wanted_names

_COG_STAGES = re.compile(r"(^|/)curlimages/curl|-weights([:@]|$)")
_STAGED = "/tmp/requirements.txt"  # where Cog puts the requirements file, in every release


def check_kept(case: Case) -> Iterator[Violation]:
    """Every instruction that was there and is neither Cog's nor rewritten for cog.yaml is there still, in order."""
    present = [fold(each.text) for each in case.output.head]
    present += [fold(each.text) for _, each in case.output.instructions()]
    at = 0
    for instruction in _foreign(case):
        text = fold(instruction.text)
        if text in present[at:]:
            at += present[at:].index(text) + 1
        elif text in present:
            yield Violation("kept", f"out of order: {text[:100]}")
        else:
            yield Violation("kept", f"gone or changed: {text[:100]}")


def _foreign(case: Case) -> Iterator[Instruction]:
    """The instructions before the rewrite that are not Cog's, FROM left out."""
    stages = {stage.name.lower() for stage in case.output.stages if stage.name}
    of_cog = False
    stays = False
    for instruction in case.given.instructions:
        if instruction.keyword == "FROM":
            of_cog = bool(_COG_STAGES.search(instruction.value[0]))
            stays = instruction.value[-1].lower() in stages
        elif of_cog or instruction.keyword not in KEYWORDS:
            continue  # a warning that stood in front of the first FROM is no instruction
        elif instruction.keyword == "RUN":
            if stays and shell.apt_packages(instruction):
                yield instruction  # what builds the packages needs it, too
            elif not _is_rewritten_run(case, instruction, stages):
                yield instruction
        elif not _is_rewritten_setting(case, instruction, stages):
            yield instruction


def _is_rewritten_run(case: Case, instruction: Instruction, stages: set[str]) -> bool:
    if any(pattern.search(instruction.arguments) for _, pattern in traces.SCRIPTS):
        return True
    if any(source.lower() not in stages for mount in instruction.mounts() if (source := mount.get("from"))):
        return True
    if any(fold(item.text) == fold(instruction.arguments) for item in case.wanted.run):
        return True  # `run-items` judges these
    packages = shell.apt_packages(instruction)
    if "apt-get install" in instruction.script and set(packages) <= set(wanted_names(case)):
        return True
    return any(_is_rewritten_pip(case, words) for words in map(shell.pip_command, shell.of(instruction)) if words)


def _is_rewritten_pip(case: Case, command: tuple[str, tuple[str, ...]]) -> bool:
    words = shell.split_options(command[1])
    return _STAGED in words or any(is_cog(word) for word in words) or bool(set(words) & set(wanted_words(case)))


def _is_rewritten_setting(case: Case, instruction: Instruction, stages: set[str]) -> bool:
    """Whether an instruction other than RUN is Cog's, or carries what cog.yaml says."""
    if instruction.keyword in ("COPY", "ADD"):
        source = instruction.flag("from")
        foreign = source is not None and "/" not in source and source.lower() not in stages
        staged = instruction.value[0].startswith(".cog") or instruction.value[-1] == _STAGED
        return foreign or staged or bool(instruction.flags and instruction.flag("from") is None)
    if instruction.keyword == "ENV":
        names = {name for name, _ in instruction.pairs()}
        own = {name for name, _ in case.wanted.environment}
        return bool(names & own) or bool(list(traces.settings_of(instruction, set())))
    return bool(list(traces.settings_of(instruction, set())))
