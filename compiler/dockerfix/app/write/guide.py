"""MIGRATION.md: what was done, what to check by hand, and how to deploy."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from dockerfix.app.build import AppResult
from dockerfix.app.server import ServerResult
from dockerfix.project.files import MARK
from dockerfix.text.findings import Finding, Severity

ABOUT = {
    "fal_app.py": "the App: inputs, outputs, endpoints and settings; yours to edit",
    "fal_call.py": "does what Cog did around the predictor: fetches input files, uploads results, reports errors",
    "fal_cog.py": "replaces the module `cog` for code that imports it",
    "fal_gate.py": "opens the port that fal calls once Cog's server is ready",
    ".dockerignore": "the files that are not uploaded with the build context",
    "pyproject.toml": "the entry through which fal finds the App",
    "MIGRATION.md": "this list",
}
UNVERIFIED = (
    "fal doesn't publish the CUDA driver of its hosts: check that the model finds its GPU.",
    "Weights in the image make it slow to start; `/data` outlives a runner, and all runners share it.",
)
SNIPPET = """\
```python
target = "/data/my-model/weights.tar"
if not os.path.exists(target):
    os.makedirs(os.path.dirname(target), exist_ok=True)
    part = f"{target}.{os.getpid()}"  # several runners may start at once
    subprocess.check_call(["pget", url, part])
    os.rename(part, target)
```"""


def guide(
    target: AppResult | ServerResult,
    findings: Sequence[Finding],
    kept: Mapping[str, Sequence[str]],
    files: Sequence[str],
    account: Sequence[str] = (),
) -> str:
    """The text. `findings` are those of the Dockerfile; those of the App come with `target`.

    `account` has a line of plain text for each line of cog.yaml: what it is and where it went.
    """
    settings = target.settings
    lines = [
        f"# {settings.app_name} on fal",
        "",
        f"<!-- {MARK}. The next run keeps your ticks, and moves lines of yours to Notes. -->",
        "",
        "## Deploy",
        "",
        "```sh",
        f"fal run {settings.app_name}     # serves it temporarily",
        f"fal deploy {settings.app_name}  # makes it permanent",
        "```",
        "",
        "## Files",
        "",
        *(f"- `{path}`: {_about(path, settings.dockerfile)}" for path in files),
        "",
    ]
    every = [*findings, *target.findings]
    open_ = [each for each in every if each.severity >= Severity.WARNING]
    lines += [
        "## Check by hand",
        "",
        *(f"- [ ] {text}" for text in _kept(kept)),
        *(f"- [ ] {_line(each)}" for each in open_),
        *(f"- [ ] {text}" for text in UNVERIFIED),
        "",
    ]
    if any(each.code in ("DF520", "DF521", "DF522") for each in open_):
        lines += ["A download that outlives the runner and never leaves an incomplete file:", "", SNIPPET, ""]
    done = [each for each in every if each.severity < Severity.WARNING]
    if done:
        lines += ["## Done", "", *(f"- {_line(each)}" for each in done), ""]
    if account:
        width = max(len(run) for line in account for run in re.findall(r"`*", line))
        fence = "`" * max(3, width + 1)
        lines += ["## Where each line of cog.yaml went", "", f"{fence}text", *account, fence, ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _kept(kept: Mapping[str, Sequence[str]]) -> list[str]:
    """What the user changed and stays."""
    return [
        f"{path} keeps your changes ({', '.join(parts)}); compare them with what `dockerfix migrate . --diff` shows"
        for path, parts in kept.items()
    ]


def _about(path: str, dockerfile: str) -> str:
    return "the image, converted from Cog's" if path == dockerfile else ABOUT[path]


def _line(finding: Finding) -> str:
    place = "" if finding.file is None else finding.file if finding.line is None else f"{finding.file}:{finding.line}"
    message = finding.message.replace("\n", " ")
    return f"{message} ({f'{place}, ' if place else ''}{finding.code})"
