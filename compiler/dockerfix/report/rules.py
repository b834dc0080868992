"""What each code stands for: the passes by their docstrings, and the codes that no pass gives."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from dockerfix.report.app_rules import APP_RULES

PAGES = "https://dockerfix.readthedocs.io/en/latest/reference/codes"
"""Where the pages of the codes stand, one a code."""


class Rule(NamedTuple):
    """A code with its name, one line that says what it does, and the whole explanation in plain text."""

    code: str
    name: str
    summary: str
    documentation: str

    @property
    def url(self) -> str:
        """The page of this code."""
        return url(self.code)


GENERAL = (
    Rule(
        "DF001",
        "empty-input",
        "The input is empty.",
        "Nothing but white space came in. `cog debug` prints nothing to standard output when it fails; what went wrong "
        "is in what it wrote to standard error.",
    ),
    Rule(
        "DF002",
        "not-a-dockerfile",
        "The input is no Dockerfile: it has no FROM.",
        "Without a FROM nothing can be built from the file, so it is something else: an error message, cog.yaml, or "
        "the output of another command.",
    ),
    Rule(
        "DF003",
        "rejected-by-buildkit",
        "BuildKit would refuse this instruction.",
        "BuildKit reads a Dockerfile in three steps: the parser, the instructions with their flags and arguments, and "
        "the conversion of the stages into a build: variables, the stages and images that are named, mounts, ports, "
        "signals, platforms. The input has a fault in one of them and no pass repaired it, so no image could be built "
        "from the result either. Nothing is written, with `--force` neither. The message is BuildKit's, with its "
        "suggestion where it has one (`did you mean cache?`).",
    ),
    Rule(
        "DF004",
        "unusable-project",
        "cog.yaml or another file of the project can't be used.",
        "The packages, commands and versions that the image needs stand in cog.yaml. A cog.yaml that can't be read, is "
        "not valid, or leads out of the project's folder stops the work: a guess would give another image.",
    ),
    Rule(
        "DF005",
        "stale",
        "The committed file is not what dockerfix makes of this input now.",
        "`--against PATH` found differences. Run dockerfix again with `-o PATH` and commit the result, or apply the "
        "diff that was printed with `git apply`.",
    ),
    Rule(
        "DF006",
        "second-reader-disagrees",
        "A second, separately written reader reads the result differently.",
        "With `--verify`, base images, ENV and LABEL of the result are read by dockerfile-parse too, where the file is "
        "in the part of the language that it reads correctly. They disagreed, so nothing was written. Please report "
        "it with the input.",
    ),
    Rule(
        "DF007",
        "unused-ignore",
        "An ignore comment keeps nothing.",
        "A comment `# dockerfix: ignore=CODE` stands above an instruction that no pass with this code would change. It "
        "may be removed.",
    ),
    Rule(
        "DF008",
        "internal-error",
        "The result was stopped before it was written.",
        "The result is parsed again and rewritten a second time before it is written. It would have been refused by "
        "BuildKit or changed again, which is an error in dockerfix. Please report it with the input.",
    ),
    Rule(
        "DF009",
        "nothing-of-cog",
        "The Dockerfile holds nothing of Cog.",
        "No pass found anything that Cog writes, and no block of dockerfix is in the file, so it is left as it is, "
        "byte for byte.",
    ),
    Rule(
        "DF010",
        "unset-variable",
        "BuildKit would refuse this instruction, unless a variable is set outside of the file.",
        "The instruction uses a variable that no ARG or ENV of the file gives a value, and without one BuildKit "
        "refuses it: `FROM ${BASE}` after `ARG BASE`, `VOLUME $DATA`, `STOPSIGNAL $SIGNAL`, or `${NAME:?message}`. A "
        "build argument or the environment of the base image may set it, which this file does not show. Nothing is "
        "written, unless with `--force`. A default (`ARG BASE=python:3.11-slim`) lets it build without either.",
    ),
)
"""The codes that no pass gives."""


@cache
def all_rules() -> dict[str, Rule]:
    """Every rule by its code, in the order of the codes."""
    from inspect import cleandoc

    from dockerfix.passes import all_passes

    rules = [
        Rule(each.code, each.name.replace("_", "-"), each.summary, cleandoc(each.documentation))
        for each in all_passes()
    ]
    app = [Rule(*each) for each in APP_RULES]
    return {rule.code: rule for rule in sorted([*GENERAL, *rules, *app])}


def rule_of(code: str) -> Rule:
    """The rule with this code; one without words where the code is not known."""
    return all_rules().get(code) or Rule(code, code, code, code)


def find(text: str) -> Rule | None:
    """The rule that a person means by a code (``DF102``) or a name (``drop-tini``, ``drop_tini``)."""
    name = text.lower().replace("_", "-")
    return all_rules().get(text.upper()) or next((rule for rule in all_rules().values() if rule.name == name), None)


def url(code: str) -> str:
    """The page of a code."""
    return f"{PAGES}/{code}/"


def check_code(text: str) -> None:
    """Raise ValueError for what is neither a code nor what some code begins with."""
    if re.fullmatch(r"DF[0-9]{0,3}", text) and any(code.startswith(text) for code in all_rules()):
        return
    meant = find(text)
    if meant is not None:
        raise ValueError(f"`{text}` is no code; did you mean `{meant.code}`?")
    raise ValueError(f"`{text}` is no code; `dockerfix passes` lists them")
