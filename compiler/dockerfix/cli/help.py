"""The texts of ``dockerfix --help``."""

from __future__ import annotations

INTRODUCTION = """\
Compile the Dockerfile that `cog debug` prints into one that builds and runs on fal.

Without FILE, or if FILE is -, dockerfix reads the Dockerfile from standard input. The result goes to standard output,
findings go to standard error. dockerfix reads cog.yaml from the folder of FILE, or from the working directory; it lists
the packages to install, which Cog keeps in a temporary file. A folder means the Dockerfiles below it that git doesn't
ignore; cog.yaml or a file of its project means the Dockerfiles beside it.

A Dockerfile without Cog content is printed unchanged, byte for byte. Nothing is written if an error is found, if
BuildKit would reject the result, or if a second run would change it.
"""

COMMANDS = {
    "app": ("dockerfix.cli.app:app", "Write the fal App that serves a Cog predictor."),
    "bug-report": ("dockerfix.cli.bug_report:bug_report", "Collect what a bug report needs, with secrets blanked."),
    "completion": ("dockerfix.cli.info:completion", "Print the completion script for a shell."),
    "explain": ("dockerfix.cli.info:explain", "Explain a code, with an example."),
    "migrate": ("dockerfix.cli.migrate:migrate", "Write every file that a Cog project needs on fal."),
    "passes": ("dockerfix.cli.info:passes", "List the passes: code, name, and what each does."),
    "survey": ("dockerfix.cli.survey:survey", "Show what a move of many Cog projects takes."),
    "trace": ("dockerfix.cli.trace:trace", "Show where each line of cog.yaml went."),
    "review": (
        "dockerfix.cli.review:review",
        "Write a page that helps to decide on a change, each line with its reason.",
    ),
    "tree": ("dockerfix.cli.tree:tree", "Print the tree of a Dockerfile, with the span of every token."),
}
"""The subcommands: its module and function, and its line in the help, which needs to import none of them."""

COMMANDS_OF_OTHERS = {
    "check": "--check FILE",
    "convert": "FILE",
    "diff": "--diff FILE",
    "fix": "-i FILE",
    "format": "-i FILE",
    "help": "--help",
    "lint": "--check FILE",
    "rewrite": "-i FILE",
    "rules": "passes",
    "version": "--version",
}
"""What other tools call a command, and what it is here."""

CONFIGURATION = """\
The options under "Project", "Rewriting" and "Findings", and --jobs, can be set in [tool.dockerfix] in pyproject.toml or
in .dockerfix.yaml (or .dockerfix.yml), by their long names. dockerfix looks for the file in the folder of FILE and its
parents, up to the root of the repository. The command line takes precedence.

A comment `# dockerfix: ignore=DF104 reason` or `ignore=drop-server reason` above an instruction stops the passes with
that code or name from changing it.
"""

ENVIRONMENT = """\
NO_COLOR turns colours off, FORCE_COLOR or CLICOLOR_FORCE turn them on, CLICOLOR=0 turns them off on terminals; --color
goes before all of them.
"""

EXIT_STATUS = """\
0    done
1    --check or --against found a difference, --in-place changed a file,
     or a finding is at or above --fail-on
2    wrong usage, or an invalid configuration file
3    the input was refused (empty, not a Dockerfile, an invalid cog.yaml),
     or a file could not be read or written
4    internal error; nothing was written
130  interrupted
"""

EXAMPLES = """\
Convert the project in the working directory (unlike >, -o keeps the
old file if something goes wrong):
  cog debug | dockerfix -o Dockerfile

Convert a project in another folder:
  dockerfix --project ~/models/sdxl Dockerfile.cog -o Dockerfile

Preview the changes, then apply them:
  dockerfix --diff Dockerfile
  dockerfix --diff Dockerfile | git apply

Fail in CI if the committed Dockerfile is out of date:
  cog debug | dockerfix --against Dockerfile --output-format github

Rewrite every Dockerfile in a repository:
  dockerfix --in-place .
"""
