"""The texts of ``dockerfix --help``."""

from __future__ import annotations

INTRODUCTION = """\
Compile the Dockerfile that `cog debug` prints into one that builds and runs on fal.

Without FILE, or with -, the Dockerfile is read from standard input. The result goes to standard output, what was found
and done to standard error. cog.yaml is looked for beside FILE, or in the working directory; without it the packages
that Cog had staged can't be known.

A Dockerfile that holds nothing of Cog comes out byte for byte as it went in. Nothing is written if an error is found,
if BuildKit would reject the result, or if a second run would change it.
"""

COMMANDS = {
    "app": ("dockerfix.cli.app:app", "Write the fal App that serves a Cog predictor."),
    "completion": ("dockerfix.cli.info:completion", "Print the completion script for a shell."),
    "explain": ("dockerfix.cli.info:explain", "Say what a code stands for, with an example."),
    "migrate": ("dockerfix.cli.migrate:migrate", "Write all that a Cog project needs on fal."),
    "passes": ("dockerfix.cli.info:passes", "List the passes: code, name, and what each does."),
    "review": ("dockerfix.cli.review:review", "Write a page that shows each change beside its reason."),
    "tree": ("dockerfix.cli.tree:tree", "Print the tree of a Dockerfile, with the span of every token."),
}
"""The subcommands: where each is found, and its line in the help, so that the help needs none of them."""

CONFIGURATION = """\
The options under "Rewriting" and "Findings", and --cog-yaml, --requirements, --project and --jobs, may stand in
[tool.dockerfix] of pyproject.toml or in .dockerfix.yaml, under their long names. The file is looked for in the folder
of FILE and in those above it, up to the root of the repository. The command line takes precedence.

A comment `# dockerfix: ignore=DF104 reason` above an instruction keeps it from the passes with that code.
"""

ENVIRONMENT = "NO_COLOR, if it is set, keeps colours away from terminals."

EXIT_STATUS = """\
0    done
1    something was found: --check or --against found a difference, or
     --in-place changed a file, or a finding is at or above --fail-on
2    wrong usage, or an unusable configuration file
3    the input was refused (empty, no Dockerfile, an unusable cog.yaml),
     or a file could not be read or written
4    an internal error; nothing was written
130  interrupted
"""

EXAMPLES = """\
Convert the project in the working directory; -o keeps the old file
where something goes wrong, which the shell's > would not:
  cog debug | dockerfix -o Dockerfile

The project is elsewhere:
  dockerfix --project ~/models/sdxl Dockerfile.cog -o Dockerfile

See what would change, and change it:
  dockerfix --diff Dockerfile
  dockerfix --diff Dockerfile | git apply

Fail in CI if the committed Dockerfile is out of date:
  cog debug | dockerfix --against Dockerfile --format github

Rewrite every Dockerfile of a repository:
  git ls-files -z '*Dockerfile' | xargs -0 dockerfix --in-place
"""
