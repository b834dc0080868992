"""Explanations of all codes: of passes, from their docstrings, and of everything else."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from dockerfix import DOCUMENTATION
from dockerfix.report.app_rules import APP_RULES

PAGES = f"{DOCUMENTATION}/reference/codes"
"""The address of the index of codes; the pages of the codes are below it."""

WRONG = "When it is wrong:"
"""How the paragraph of an explanation begins that says when the rule doesn't fit, and what to do then."""


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
        "The input is empty or white space. If `cog debug` fails, it prints nothing to standard output; the "
        "reason is on standard error.\n\n"
        "When it is wrong: An empty input is never right, so this can't be turned off. Look at what `cog debug` "
        "printed to standard error.",
    ),
    Rule(
        "DF002",
        "not-a-dockerfile",
        "The input is not a Dockerfile: it has no FROM.",
        "Every Dockerfile needs a FROM. The input is probably something else: an error message, cog.yaml, or the "
        "output of another command.\n\n"
        "When it is wrong: A fragment without FROM, which another Dockerfile includes, is no Dockerfile for BuildKit "
        "either: convert the whole file. A file that only has such a name can be left out with `--exclude`.",
    ),
    Rule(
        "DF003",
        "rejected-by-buildkit",
        "BuildKit would reject this instruction.",
        "BuildKit reads a Dockerfile in three steps: the parser; each instruction with its flags and arguments; "
        "the conversion of the stages into a build, with variables, names of stages and images, mounts, ports, "
        "signals and platforms. One of them rejects the input here. Only what some release of Cog prints broken "
        "is repaired; any other fault is reported, even in an instruction that dockerfix removes. Nothing is "
        "written, even with `--force`. The message is that of `moby/buildkit:frontend/dockerfile`, with its "
        "suggestion where it has one (`did you mean cache?`).\n\n"
        "When it is wrong: BuildKit has the last word: if `docker build` takes the file with Docker's own frontend, "
        "please report it. A `# syntax=` line that names another frontend may allow more, and dockerfix does not know "
        "what. Nothing turns this off, not even `--force`.",
    ),
    Rule(
        "DF004",
        "unusable-project",
        "cog.yaml or another file of the project can't be used.",
        "cog.yaml lists the packages, commands and versions that the image needs. Dockerfix stops if it can't be "
        "read, is invalid, or refers to files outside the project: a guess would give a different image.\n\n"
        "When it is wrong: If the file that was found is not the one meant, name the right one with `--cog-yaml PATH` "
        "or `--project DIR`. A link that leads out of the project is refused on purpose; put a copy of the file in "
        "its place.",
    ),
    Rule(
        "DF005",
        "stale",
        "The committed file differs from the current result for this input.",
        "`--against PATH` found differences. Run dockerfix again with `-o PATH` and commit the result, or apply "
        "the diff that was printed with `git apply`.\n\n"
        "When it is wrong: The committed file may be newer on purpose, because you changed a line outside of "
        "dockerfix's blocks. Such a line differs in each comparison with Cog's output: check the committed file by "
        "itself with `--check Dockerfile`.",
    ),
    Rule(
        "DF006",
        "second-reader-disagrees",
        "dockerfile-parse reads the result differently.",
        "With `--verify`, dockerfile-parse also reads the base images, ENV and LABEL of the result, if the file "
        "uses only the part of the language that it supports. The two disagreed, so nothing was written. Please "
        "report this with the input.\n\n"
        "When it is wrong: dockerfile-parse reads some quoting in its own way, so either reader may be wrong. Compare "
        "the two values in the message with the file, and run without `--verify` if dockerfix is right.",
    ),
    Rule(
        "DF007",
        "unused-ignore",
        "An ignore comment has no effect.",
        "A comment `# dockerfix: ignore=CODE` is above an instruction that no pass with this code would change. "
        "It can be removed.\n\n"
        "When it is wrong: A comment that is needed only for some releases of Cog, or only with other options, has no "
        "effect in this run. Keep it and use `--ignore DF007`, or remove it. A code that `--ignore` or `--select` "
        "leaves out is not reported.",
    ),
    Rule(
        "DF008",
        "internal-error",
        "The result failed the final check and was not written.",
        "The result is parsed again and rewritten a second time before it is written. BuildKit would have "
        "rejected it, or the second run changed it, which is a bug in dockerfix. Please report it with the input.\n\n"
        "When it is wrong: This is always a bug of dockerfix: your file is as it was. `--ignore` with the code of the "
        "last change may show which pass is at fault, and lets you go on without it.",
    ),
    Rule(
        "DF009",
        "nothing-of-cog",
        "The Dockerfile contains nothing from Cog.",
        "The file contains neither Cog content nor a dockerfix block, so it is left unchanged, byte for byte.\n\n"
        "When it is wrong: If the file does come from Cog, it was edited so much that none of Cog's marks is left: "
        "convert a fresh `cog debug`. For a Dockerfile that has nothing to do with Cog there is nothing to do.",
    ),
    Rule(
        "DF010",
        "unset-variable",
        "BuildKit would reject this instruction unless something outside of the file sets a variable.",
        "The instruction uses a variable that no ARG or ENV of the file gives a value, and BuildKit rejects it "
        "without one: `FROM ${BASE}` after `ARG BASE`, `VOLUME $DATA`, `STOPSIGNAL $SIGNAL`, or "
        "`${NAME:?message}`. A build argument or the environment of the base image may set it; the file does not "
        "show that. Nothing is written without `--force`. With a default (`ARG BASE=python:3.11-slim`) the file "
        "builds by itself.\n\n"
        "When it is wrong: If a build argument or the base image sets the variable, the file is right: `--force` "
        "writes the result, or give the ARG a default that builds. fal passes build arguments that "
        "`ContainerImage.from_dockerfile` is given.",
    ),
    Rule(
        "DF011",
        "unaccounted",
        "Something in cog.yaml should be in the image and has no place in the result.",
        "After the passes, dockerfix accounts for every value in cog.yaml and every line of its requirements "
        "files: each is kept, replaced, removed for a reason, or has no effect on an image. This one should be in "
        "the image, and no instruction of the result brings it. The Dockerfile is probably older than cog.yaml: "
        "run `cog debug` again. `dockerfix trace` shows where each line went.\n\n"
        "When it is wrong: The account may not recognise an unusual form of an install, such as a script that "
        "installs the packages. Look at `dockerfix trace`, and write the install in a form that pip or apt has. "
        "`--force` does not write the result; what you leave out with `--ignore`, `--select` or an ignore comment is "
        "not counted as lost.",
    ),
    Rule(
        "DF012",
        "odd-setting",
        "A key or a value in cog.yaml is unknown, misspelt or odd.",
        "Cog v0.0.19 to v0.16 refuse a key that they do not know; earlier and later releases ignore it, and "
        "nothing of it is in the Dockerfile. An unknown key is a warning. It is an error if a known one was "
        "meant, because what it says would be lost: `python_package` lists packages that nothing installs, and so "
        "does `python_packages` outside of `build`. The message says how the key is written or where it belongs. "
        "In the wrong place, a key is a warning if its value is empty or neither the image nor the App depends on "
        "it (`image`). Names of code in `predict` and `train` are looked up in the project.\n\n"
        "When it is wrong: A key that a newer Cog knows is unknown to these tables: it is a warning, and nothing is "
        "lost as long as it does not change the image. `--ignore DF012` silences warnings. Nothing silences an error: "
        "correct the key, or remove it if it means nothing.",
    ),
    Rule(
        "DF013",
        "contradiction",
        "cog.yaml and the Dockerfile disagree.",
        "The Dockerfile was printed from another cog.yaml, or one of the two was edited. A different version of "
        "Python or cuDNN, other mounts or another order of commands, or a package that Cog's own step installs "
        "and cog.yaml does not name are errors: run `cog debug` again. An instruction that only the Dockerfile "
        "has is kept, and a note names it.\n\n"
        "When it is wrong: If you changed the Dockerfile on purpose, cog.yaml is what should follow: put the change "
        "there, and run `cog debug` again. `--ignore DF013` silences the notes about your own steps; nothing silences "
        "an error, because one of the two files is wrong. Without Cog at hand, convert with the cog.yaml that belongs "
        "to the Dockerfile (`--cog-yaml PATH`).",
    ),
)
"""The codes that no pass uses."""

ALWAYS_ERRORS = frozenset({"DF001", "DF002", "DF003", "DF004", "DF005", "DF006", "DF008", "DF010", "DF011"})
"""The codes whose every finding is an error."""


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


@cache
def names() -> dict[str, str]:
    """The name of each code, in no order; cheaper than the rules."""
    from dockerfix.passes import all_passes

    passes = {each.code: each.name.replace("_", "-") for each in all_passes()}
    return {**passes, **{rule.code: rule.name for rule in GENERAL}, **{row[0]: row[1] for row in APP_RULES}}


def rule_of(code: str) -> Rule:
    """The rule with this code; one without an explanation for an unknown code."""
    return all_rules().get(code) or Rule(code, code, code, code)


def find(text: str) -> Rule | None:
    """The rule that a person means by a code (``DF102``) or a name (``drop-tini``, ``drop_tini``)."""
    name = text.lower().replace("_", "-")
    return all_rules().get(text.upper()) or next((rule for rule in all_rules().values() if rule.name == name), None)


def url(code: str) -> str:
    """The page of a code."""
    return f"{PAGES}/{code}/"


def check_code(text: str) -> None:
    """Raise ValueError unless `text` is a code or the beginning of one."""
    if re.fullmatch(r"DF[0-9]{0,3}", text) and any(code.startswith(text) for code in all_rules()):
        return
    meant = find(text)
    if meant is not None:
        raise ValueError(f"unknown code `{text}`; did you mean `{meant.code}`?")
    raise ValueError(f"unknown code `{text}`; `dockerfix passes` lists the codes")
