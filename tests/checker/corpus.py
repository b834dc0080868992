"""The outputs of `cog debug` in ``fixtures/``, and what the checker says of their conversions."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

from archives import Output
from checker import Options, check
from places import FIXTURES


class Judgement(NamedTuple):
    """What is wrong with a conversion, as pairs of a rule and a message; nothing where it is good or well refused."""

    text: str
    problems: list[tuple[str, str]]


REFUSALS: dict[tuple[str, str], str] = {
    # `run` came with v0.0.10 (docs/yaml.md): this release leaves the commands out, and no one can say where they belong
    ("v0.0.7", "mount-strings"): "DF100",
}
"""The inputs that can't work, as (release, project), with the code of the finding that has to say so."""


@cache
def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def config_of(output: Output) -> str:
    """The cog.yaml of an output's project."""
    return _read(output.folder / "cog.yaml")


def judge(output: Output) -> Judgement:
    """Convert an output by the library, and check the result, and that a second run leaves it alone."""
    import dockerfix  # imported here: the checker itself knows nothing of it

    result = dockerfix.rewrite(output.text, project=output.folder)
    if not result.ok:
        errors = [(finding.code, finding.message) for finding in result.findings if finding.severity.name == "ERROR"]
        allowed = REFUSALS.get((output.release, output.project))
        refused = [("refused", f"{code}: {message}") for code, message in errors if code != allowed]
        return Judgement(result.text, refused if errors else [("refused", "without a finding")])
    problems = verdict(output, result.text)
    if (output.release, output.project) in REFUSALS:
        problems.append(("refused", "is taken now: REFUSALS is out of date"))
    problems += settled(result.text, output.folder)
    return Judgement(result.text, problems)


def verdict(output: Output, text: str) -> list[tuple[str, str]]:
    """What the checker says of one conversion."""
    options = Options(torch_table=FIXTURES / "checker" / "torch.tsv")
    return list(check(text, cog_yaml=config_of(output), project=output.folder, original=output.text, options=options))


@cache
def settled(text: str, project: Path) -> tuple[tuple[str, str], ...]:
    """Why a second run does not leave an output alone; different releases often lead to the same one."""
    import dockerfix

    again = dockerfix.rewrite(text, project=project)
    if not again.ok:
        first = next(finding for finding in again.findings if finding.severity.name == "ERROR")
        return (("idempotent", f"the second run refuses: {first.code}: {first.message}"),)
    if again.changed or again.text != text:
        changed = [line for line in again.text.split("\n") if line not in text.split("\n")]
        return (("idempotent", f"the second run changes {changed[:1]}"),)
    return ()
