"""The parts of the documentation that are generated from the code: a page for each rule, help, settings, the schema.

mkdocs calls the functions of this module (``hooks`` in mkdocs.yml). Nothing is written into docs/.
"""

from __future__ import annotations

import json
import pkgutil
import re
from typing import TYPE_CHECKING, Any

import click

from dockerfix.app.write.guide import SNIPPET
from dockerfix.cli.command import cli
from dockerfix.cli.config import KEYS
from dockerfix.cli.help import COMMANDS
from dockerfix.knowledge.fal import AS_OF, GPU_MACHINES, NEWEST_CUDA_SEEN
from dockerfix.knowledge.gpu import ARCHITECTURES
from dockerfix.report.rules import WRONG, Rule, all_rules
from dockerfix.report.survey.comma_separated import COLUMNS

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

FOLDER = "reference/codes"

_EXAMPLE = re.compile(r"^(Before|After|cog\.yaml):\n\n((?:(?:    .*)?\n)+)", re.MULTILINE)
_MARKER = re.compile(r"^<!-- generated: (\w+) ?([\w-]*) -->$", re.MULTILINE)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages of the rules."""
    from mkdocs.structure.files import File

    for path, text in pages().items():
        files.append(File.generated(config, path, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Replace ``<!-- generated: … -->`` in a page with the generated part."""
    del page, config, files
    return _MARKER.sub(lambda match: PARTS[match[1]](match[2]), markdown)


def pages() -> dict[str, str]:
    """The generated pages by path: the index of the rules, and a page for each."""
    rules = all_rules()
    return {f"{FOLDER}/index.md": _index(rules), **{f"{FOLDER}/{code}.md": _page(rule) for code, rule in rules.items()}}


def _index(rules: dict[str, Rule]) -> str:
    rows = [f"| [{rule.code}]({rule.code}.md) | {rule.name} | {_cell(rule.summary)} |" for rule in rules.values()]
    table = "\n".join(["| code | name | what it does |", "|---|---|---|", *rows])
    return f"# Codes\n\n{_INTRODUCTION}\n\n{_DISAGREE}\n\n## All codes\n\n{table}\n"


_INTRODUCTION = (
    "Every finding has a code. DF0 is about the input as a whole, DF1 removes what only Cog needs, DF2 installs what "
    "cog.yaml asks for, DF3 adds what fal needs, DF4 is about CUDA, DF5 is about the fal App. The passes run in the "
    "order of their codes. `dockerfix explain DF102` prints the text of a page."
)


_DISAGREE = """\
## If a rule is wrong for you

| What | What it does |
|---|---|
| `# dockerfix: ignore=CODE reason` above an instruction | keeps this one, in a Dockerfile that is committed |
| `--ignore CODE`, or `ignore: [CODE]` in the [settings](../../how-to/configuration.md) | skips the pass everywhere |
| `severity` and `per-file-ignores` in the settings | set how serious a finding is, or leave it out in some files |
| `--keep` and `--drop` | decide about pget, tini and cog-base ([how](../../how-to/keep.md)) |
| your edit in fal_app.py | stays when the App is written again (DF5) |
| `--force` | writes the result although a pass found an error; of the codes DF0, this goes for DF010 only |

The page of each code says when it is wrong, and which of these fits."""


def _page(rule: Rule) -> str:
    parts = rule.documentation.split("\n\n")
    wrong = " ".join(part.removeprefix(WRONG).strip() for part in parts if part.startswith(WRONG))
    text = "\n\n".join(part for part in parts if not part.startswith(WRONG))
    explained = _EXAMPLE.sub(_fenced, f"{_linked(_escaped(text), rule)}\n")
    title = f"{rule.code} {rule.name}"
    return (
        f"---\ntitle: {title}\nhide: [toc]\nsearch:\n  boost: 0.5\n---\n\n# {title}\n\n{explained}"
        f"\n## {WRONG.rstrip(':')}\n\n{_linked(_escaped(wrong), rule)}\n\n[All codes](index.md)\n"
    )


def _linked(text: str, rule: Rule) -> str:
    """The text with each other code, outside of examples and code, as a link to its page."""
    return "\n".join(
        line if line.startswith("    ") else re.sub(r"(`+)(.+?)\1|\bDF\d{3}\b", lambda m: _link(m, rule), line)
        for line in text.split("\n")
    )


def _link(match: re.Match[str], rule: Rule) -> str:
    known = not match[1] and match[0] != rule.code and match[0] in all_rules()
    return f"[{match[0]}]({match[0]}.md)" if known else match[0]


def _fenced(match: re.Match[str]) -> str:
    language = "yaml" if match[1] == "cog.yaml" else "dockerfile"
    code = "\n".join(line.removeprefix("    ") for line in match[2].rstrip().split("\n"))
    return f"## {match[1]}\n\n```{language}\n{code}\n```\n\n"


def _escaped(text: str) -> str:
    """The docstring with each `<` outside of examples and code escaped for Markdown."""
    return "\n".join(
        line if line.startswith("    ") else re.sub(r"(`+)(.+?)\1|<", lambda m: m[0] if m[1] else "&lt;", line)
        for line in text.split("\n")
    )


def _cell(text: str) -> str:
    return _escaped(text).replace("|", "\\|")


def _help(name: str) -> str:
    """What ``--help`` prints for the whole command or for a subcommand."""
    with click.Context(cli, info_name="dockerfix", max_content_width=100, terminal_width=100) as context:
        command = cli.get_command(context, name) if name else cli
        if command is None:
            raise KeyError(name)
        inner = click.Context(command, info_name=name, parent=context, terminal_width=100) if name else context
        return f"```text\n{command.get_help(inner)}\n```"


def _commands(_name: str) -> str:
    return "\n\n".join(f"## dockerfix {name}\n\n{_help(name)}" for name in COMMANDS)


def _settings(_name: str) -> str:
    rows = [f"| `{key.name}` | {_KINDS[key.kind]} | {_cell(key.help)}{_choices(key.choices)} |" for key in KEYS]
    return "\n".join(["| key | value | what it sets |", "|---|---|---|", *rows])


_KINDS = {
    "names": "list",
    "codes": "list of codes",
    "choice": "word",
    "version": "version",
    "flag": "true or false",
    "count": "number",
    "path": "path",
    "levels": "table of codes",
    "patterns": "table of patterns",
}


def _choices(choices: tuple[str, ...]) -> str:
    return f": {', '.join(f'`{choice}`' for choice in choices)}" if choices else ""


def _schema(name: str) -> str:
    package, file = ("dockerfix.report.survey", "survey") if name == "survey" else ("dockerfix.report", "findings")
    data: Any = json.loads(pkgutil.get_data(package, f"{file}.schema.json") or b"")
    return f"```json\n{json.dumps(data, indent=2)}\n```"


def _snippet(_name: str) -> str:
    """The download that MIGRATION.md shows."""
    return SNIPPET


def _machines(_name: str) -> str:
    """fal's machines with a GPU, and what each needs of an image."""
    known = {each.sm: each for each in ARCHITECTURES}
    needs = [(each, known[each.arch]) for each in GPU_MACHINES]
    rows = [
        f"| {each.name} | {each.vram} GB | {each.arch} | {of.least_cuda} | {of.least_torch} |" for each, of in needs
    ]
    head = ["| machine type | memory | architecture | CUDA from | torch from |", "|---|--:|---|---|---|"]
    seen = f"The newest CUDA that was seen on fal's hosts is {NEWEST_CUDA_SEEN} (as of {AS_OF})."
    return "\n".join([*head, *rows, "", seen])


def _survey_columns(_name: str) -> str:
    rows = [f"| `{name}` | {_cell(what)} |" for name, (what, _value) in COLUMNS.items()]
    return "\n".join(["| column | what it has |", "|---|---|", *rows])


PARTS = {
    "help": _help,
    "commands": _commands,
    "settings": _settings,
    "schema": _schema,
    "snippet": _snippet,
    "machines": _machines,
    "survey_columns": _survey_columns,
}
