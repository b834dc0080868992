"""Projects that nobody wrote: whatever stands in cog.yaml, the result holds the user's commands and runs nothing else.

Outputs are judged with BuildKit's parser (PyPI `dockerfile`), bash and the checker, not with the compiler itself.
"""

from __future__ import annotations

import re
import shlex
from functools import partial

from hypothesis import assume, event, given
from hypothesis import strategies as st

import checker
import dockerfix
import oracles
from dockerfix.analysis.blocks import find_blocks
from dockerfix.syntax.dockerfile.parser import forget, parse
from effort import examples
from golden import project_of
from strategies.cog import (
    KNOWN,
    Case,
    Project,
    edited_outputs,
    hostile_to_apt,
    odd_outputs,
    outputs,
    projects,
    skeletons,
)
from tracing import trace
from work import count_calls

OURS = {"pip", "python", "uv", "apt-get", "rm", "for", "head", "ln", "readlink"}
"""What the injected installs may run."""

MAY_BE_REFUSED = {
    "DF003": "a package that opens a heredoc, from a release that wrote packages into a RUN",
    "DF306": "a package is a path that is not in the project",
}

NOT_JUDGED = {
    "python-packages": "what is no requirement the checker divides otherwise; `check_packages` looks at the others",
    "package-quoting": "the same",
    "copy-dialect": "a package may be a path that is a pattern",
}


def check_packages(case: Case, result: dockerfix.Result) -> None:
    """The plain requirements are words of the install, once each in cog.yaml's order, and nothing of Cog is."""
    cogs = oracles.scripts(case.bare)
    traces = [trace(script) for script in oracles.injected(result.text, result.source.text) if script not in cogs]
    installs = [each for each in traces if any("install" in words[1:4] for words in each.calls)]
    assert {program for each in installs for program in each.programs} <= OURS
    words = [word for each in installs for call in each.calls if call[0] != "apt-get" for word in call]
    assert not any(word.startswith("cog") and "server" not in case.folder.name for word in words)
    if case.lists_packages:
        wanted = [name for name in case.project.packages if name in KNOWN]
        rest = iter(words)
        assert all(name in rest for name in dict.fromkeys(wanted))


def check_fal_ready(case: Case, result: dockerfix.Result) -> None:
    """The checker has no objection; it judges the default target."""
    if "server" not in case.folder.name:
        found = checker.check(result.text, cog_yaml=case.cog_yaml, project=project_of(case.folder), original=case.bare)
        assert not [violation for violation in found if violation.rule not in NOT_JUDGED]


@examples
@given(outputs())
def test_any_project(case: Case) -> None:
    result = case.rewrite()
    oracles.check_result(result)
    refused = {finding.code for finding in result.findings if finding.severity == 3}
    assert refused <= set(MAY_BE_REFUSED)
    event(f"refused: {', '.join(sorted(refused)) or 'no'}")
    if result.ok:
        oracles.check_second_run(result, case.rewrite(result.text))
        check_packages(case, result)
        check_fal_ready(case, result)


@examples
@given(outputs(hostile_to_apt))
def test_a_debian_package_that_is_none_is_refused(case: Case) -> None:
    result = case.rewrite()
    oracles.check_result(result)
    odd = any(re.search(r"[^A-Za-z0-9.+>=~: -]", name) for name in case.project.system)
    assert result.ok is not odd
    assert {finding.code for finding in result.findings if finding.severity == 3} <= {"DF203"}


@examples
@given(odd_outputs())
def test_any_cog_yaml_at_all(case: Case) -> None:
    result = case.rewrite()
    oracles.check_result(result)
    if result.ok:
        oracles.check_second_run(result, case.rewrite(result.text))
    event("taken" if result.ok else "refused")


@examples
@given(edited_outputs())
def test_what_the_user_wrote_between_stays(case: Case) -> None:
    result = case.rewrite()
    oracles.check_result(result)
    if result.ok:
        oracles.check_second_run(result, case.rewrite(result.text))


def units(text: str) -> list[str]:
    """A text in parts that someone would move: blocks of dockerfix whole, and what stands between them node by node."""
    document = parse(text)
    inside = dict(block.span for block in find_blocks(document))
    result, end = [], 0
    for node, start in zip(document.nodes, document.offsets, strict=True):
        if start >= end:
            end = inside.get(start, start + len(node.text))
            result.append(text[start:end])
    return result


@examples
@given(outputs(), st.data())
def test_a_result_that_someone_edited(case: Case, data: st.DataObject) -> None:
    """Blocks and instructions of a stage that are gone, doubled or moved, as after a merge: a file as any other."""
    parts = units(case.rewrite().text)
    first = max(number for number, part in enumerate(parts) if part.startswith("FROM ")) + 1
    for _ in range(data.draw(st.integers(1, 3))):
        at, to = (data.draw(st.integers(first, len(parts) - 1)) for _ in range(2))
        change = data.draw(st.sampled_from(["drop", "double", "move"]))
        part = parts[at] if change == "double" else parts.pop(at)
        parts[to:to] = [] if change == "drop" else [part]
    result = case.rewrite("".join(parts))
    oracles.check_result(result)
    if result.ok:
        oracles.check_second_run(result, case.rewrite(result.text))


@examples
@given(outputs(), projects)
def test_a_changed_project_is_as_good_as_a_new_one(case: Case, project: Project) -> None:
    """A result under a cog.yaml that changed becomes what the Dockerfile of that cog.yaml becomes."""
    skeleton = next(skeleton for skeleton in skeletons() if skeleton.folder == case.folder)
    assume(not skeleton.hides_packages(project))
    first = case.rewrite()
    later = skeleton.case(project._replace(run=case.project.run))
    after, fresh = later.rewrite(first.text), later.rewrite()
    if not (first.ok and fresh.ok):
        return
    assert after.ok
    oracles.check_second_run(after, later.rewrite(after.text))
    oracles.check_result(after)
    assert packages_of(after.text) == packages_of(fresh.text)
    for code in ("DF201", "DF203", "DF205"):
        assert after.text.count(f"dockerfix[{code}]") <= 1
    check_packages(later, fresh)


def packages_of(text: str) -> list[str]:
    """What the block of packages installs, without the options that Cog's own command had."""
    match = re.search(r"^# dockerfix\[DF201\]:.*\n(?:COPY .*\n)*(RUN (?:.*\\\n)*.*)$", text, re.MULTILINE)
    words = shlex.split(match[1].replace("\\\n", " ")) if match else []
    kept = [word for word in words if word not in ("-t", "/dep", "--cache-dir", "/root/.cache/pip")]
    return kept[kept.index("install") + 1 :] if kept else []


TIMES = 8


def rewrite_anew(case: Case) -> None:
    forget()
    case.rewrite()


@examples
@given(outputs())
def test_the_work_of_rewriting_grows_with_the_commands(case: Case) -> None:
    """A project with `TIMES` as many commands and packages costs no more than as many projects."""
    skeleton = next(skeleton for skeleton in skeletons() if skeleton.folder == case.folder)
    run = [f"{command} {number}" for number in range(10 * TIMES) for command in ("echo", "mkdir -p /a/b &&", "cp a")]
    packages = [f"p{number}==1" for number in range(10 * TIMES)]
    cases = [
        skeleton.case(case.project._replace(run=run[:commands], packages=packages[:count]))
        for commands, count in ((30, 10), (30 * TIMES, 10 * TIMES))
    ]
    once, often = (count_calls(partial(rewrite_anew, each)) for each in cases)
    assert often <= TIMES * once
