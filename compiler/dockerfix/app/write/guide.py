"""MIGRATION.md: how to deploy and call the App, what to check by hand, and what was done."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from dockerfix.analysis.fal.secrets import entry_of
from dockerfix.app.build import AppResult
from dockerfix.app.server import ServerResult
from dockerfix.app.settings import Settings
from dockerfix.app.write.first_call import calls, clients
from dockerfix.knowledge.cog_server import SCHEMA_FILE
from dockerfix.knowledge.fal import BILLED
from dockerfix.project.files import MARK
from dockerfix.text.findings import Finding, Severity
from dockerfix.text.quoting import markdown

ABOUT = {
    "fal_app.py": "the App: inputs, outputs, endpoints and settings; yours to edit",
    "fal_call.py": "does what Cog did around the predictor: fetches input files, uploads results, reports errors",
    "fal_cog.py": "replaces the module `cog` for code that imports it",
    "fal_weights.py": "fetches the weights of cog.yaml to `/data` before the model starts",
    "fal_gate.py": "opens the port that fal calls once Cog's server is ready",
    SCHEMA_FILE: "the inputs and outputs, as `cog build` writes them; Cog's server checks requests by it",
    ".dockerignore": "the files that are not uploaded with the build context",
    "pyproject.toml": "the entry through which fal finds the App",
    "MIGRATION.md": "this list",
}
GUESSES = frozenset({"DF513", "DF515"})
"""Findings that are a guess, whatever their severity."""
RISKS = (
    (
        "It may not start, or not as it should",
        ("DF0", "DF1", "DF2", "DF3", "DF4", "DF511", "DF513", "DF515", "DF524", "DF525", "DF531"),
    ),
    ("It may answer otherwise than Cog", ("DF50", "DF51", "DF54")),
    ("It may start slowly, or cost more", ("DF107", "DF52", "DF53")),
)
"""Kinds of risk, the greatest first, with the codes of their findings; the longest code that fits counts."""
NO_DRIVER = "fal doesn't publish the CUDA driver of its hosts: check that the model finds its GPU. (a guess)"
WEIGHTS = "Weights in the image would make it slow to start; `/data` outlives a runner, and all runners share it."
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
    server = isinstance(target, ServerResult)
    every = together(findings, target.findings)
    checks = _checks(every, kept, gpu=any(each.startswith("GPU") for each in settings.machine))
    lines = [
        f"# {settings.app_name} on fal",
        "",
        f"<!-- {MARK}. The next run keeps your ticks, and moves lines of yours to Notes. -->",
        "",
        *_deploy(target, settings, server=server),
        "## What changes for clients",
        "",
        *clients(target.predictor, settings.app_name, server=server),
        "",
        *_warm(settings),
        "## Check by hand",
        "",
        *checks,
    ]
    if any(each.code in ("DF520", "DF521", "DF522") and is_open(each) for each in every):
        lines += ["A download that outlives the runner and never leaves an incomplete file:", "", SNIPPET, ""]
    lines += [
        "## Files",
        "",
        *(f"- {markdown(f'`{path}`: {_about(path, settings.dockerfile)}')}" for path in files),
        "",
    ]
    done = [each for each in every if not is_open(each)]
    if done:
        lines += ["## Done", "", *dict.fromkeys(f"- {_line(each)}" for each in done), ""]
    if account:
        width = max(len(run) for line in account for run in re.findall(r"`*", line))
        fence = "`" * max(3, width + 1)
        lines += ["## Where each line of cog.yaml went", "", f"{fence}text", *account, fence, ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def together(findings: Sequence[Finding], of_app: Sequence[Finding]) -> list[Finding]:
    """Return the findings of the Dockerfile and those of the App, without what both say."""
    told = {(each.file, each.line) for each in of_app if each.code in ("DF519", "DF524")}
    return [*(each for each in findings if each.code != "DF308" or (each.file, each.line) not in told), *of_app]


def _deploy(target: AppResult | ServerResult, settings: Settings, *, server: bool) -> list[str]:
    """From nothing to a deployed App that answers."""
    name = settings.app_name
    entries = " ".join(f'{entry_of(each)}="…"' for each in settings.secrets)
    secrets = ["Store the secrets that the build needs:", "", "```sh", f"fal secrets set {entries}", "```", ""]
    return [
        "## Deploy",
        "",
        "Install fal and log in, once. All commands run in this folder, with Python 3.10 or newer.",
        "",
        "```sh",
        "pip install fal",
        "fal auth login",
        "fal keys create --preset API   # the key for calls",
        'export FAL_KEY="…" FAL_USER="…" # the key, and your user name on fal',
        "```",
        "",
        *(secrets if entries else []),
        "Build the image and serve the App until you press Ctrl-C. `fal run` prints its address, to call in place of",
        "that below. Without `--auth` anybody could call it:",
        "",
        "```sh",
        f"fal run {name} --auth {settings.auth}",
        "```",
        "",
        "Make it permanent:",
        "",
        "```sh",
        f"fal deploy {name}",
        "```",
        "",
        "Call it:",
        "",
        *calls(target.predictor, name, server=server),
    ]


def _warm(settings: Settings) -> list[str]:
    name, idle = settings.app_name, settings.keep_alive
    return [
        "## What it costs to keep warm",
        "",
        f"fal charges for each second in which a runner {BILLED}, by the price of its machine",
        f"(`{settings.machine[0]}`), and nothing while there is no runner. The prices are at <https://fal.ai/pricing>.",
        "",
        f"- `keep_alive = {idle}`: a runner waits {idle} seconds for the next request, and then ends. The first",
        "  request after that waits for a new runner, its image and `setup`.",
        "- `min_concurrency = 1` in pyproject.toml keeps one runner day and night, paid by the second (default: 0).",
        "- `max_concurrency` limits how many runners there can be.",
        f"- `fal apps scale {name} --keep-alive 300` changes a deployed App. fal keeps that in later deployments,",
        f"  until `fal deploy {name} --reset-scale` takes the values of pyproject.toml.",
        "",
    ]


def is_open(finding: Finding) -> bool:
    """Whether somebody has to look at a finding."""
    return finding.severity >= Severity.WARNING or finding.code in GUESSES


def _checks(every: Sequence[Finding], kept: Mapping[str, Sequence[str]], *, gpu: bool) -> list[str]:
    """The boxes to tick, by risk."""
    items: dict[str, list[str]] = {title: [] for title, _ in RISKS}
    start, _, slow = items
    items[start] += _kept(kept)
    for each in sorted((each for each in every if is_open(each)), key=lambda each: -each.severity):
        guess = " (a guess)" if each.code in GUESSES and "a guess" not in each.message else ""
        items[_risk(each.code)].append(_line(each) + guess)
    if gpu:
        items[start].append(NO_DRIVER)
    items[slow].append(WEIGHTS)
    lines: list[str] = []
    for title, boxes in items.items():
        if boxes:
            lines += [f"### {title}", "", *(f"- [ ] {text}" for text in boxes), ""]
    return lines


def _risk(code: str) -> str:
    fitting = [(len(prefix), title) for title, codes in RISKS for prefix in codes if code.startswith(prefix)]
    return max(fitting, default=(0, RISKS[0][0]), key=lambda each: each[0])[1]


def _kept(kept: Mapping[str, Sequence[str]]) -> list[str]:
    """What the user changed and stays."""
    return [
        markdown(
            f"{path} keeps your changes ({', '.join(parts)}); compare them with what `dockerfix migrate . --diff` shows"
        )
        for path, parts in kept.items()
    ]


def _about(path: str, dockerfile: str) -> str:
    return "the image, converted from Cog's" if path == dockerfile else ABOUT[path]


def _line(finding: Finding) -> str:
    place = "" if finding.file is None else finding.file if finding.line is None else f"{finding.file}:{finding.line}"
    return markdown(f"{finding.message} ({f'{place}, ' if place else ''}{finding.code})")
