"""The command line: ``dockerfix [OPTIONS] [FILE]...`` and its subcommands. click is imported here and nowhere else."""

from __future__ import annotations

import gc
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

COMPLETION = "_DOCKERFIX_COMPLETE"
"""The variable by which a shell asks for completions."""
_GONE = "the working directory doesn't exist any more; run dockerfix in another one"


def main() -> None:
    """The entry point of the ``dockerfix`` command: runs `sys.argv` and exits with one of the codes in `exit_codes`."""
    from dockerfix.cli import exit_codes, streams

    try:
        os.getcwd()  # noqa: PTH109 - Path would cost the start of every run
    except FileNotFoundError:
        streams.say(f"{streams.PROGRAM}: {_GONE}")
        sys.exit(exit_codes.REFUSED)
    except OSError:
        pass  # one that can't be named; the files in it may still be read
    try:
        code = _run(sys.argv[1:])
        streams.flush()
    except streams.Failure as failure:
        from dockerfix.text.credentials import masked
        from dockerfix.text.quoting import readable

        streams.say(f"{streams.PROGRAM}: {readable(masked(str(failure)))}")
        code = failure.code
    except BrokenPipeError:
        # the reader is gone (`dockerfix … | head -1`)
        code = exit_codes.BROKEN_PIPE
    except FileNotFoundError:
        # nothing else is looked for without a message of its own
        streams.say(f"{streams.PROGRAM}: {_GONE}")
        code = exit_codes.REFUSED
    except OSError as error:
        # click writes help and messages itself
        streams.say(f"{streams.PROGRAM}: cannot write standard output: {error.strerror or error}")
        code = exit_codes.REFUSED
    except KeyboardInterrupt:
        code = exit_codes.INTERRUPTED
    except Exception as error:  # noqa: BLE001 - what no command expects is a bug in dockerfix
        import traceback

        from dockerfix.text.credentials import blanked, words_of_secrets

        found = "".join(traceback.format_exception(error))
        shown = blanked(found, words_of_secrets(found))
        streams.say(f"{shown}{streams.PROGRAM}: internal error; please report this with the lines above")
        code = exit_codes.INTERNAL
    if code in (exit_codes.BROKEN_PIPE, exit_codes.INTERRUPTED, exit_codes.REFUSED):
        streams.silence()
    gc.freeze()  # the system takes the memory back; a last search for garbage costs 4 % of a run
    sys.exit(code)


def _run(arguments: list[str]) -> int:
    if "--version" in arguments and set(arguments) <= {"--version", "--verbose", "-v"}:
        # without click this takes a third of the time...
        from dockerfix import __version__
        from dockerfix.cli import streams

        streams.write(f"{streams.PROGRAM} {__version__}\n".encode())
        if len(arguments) > 1:
            from dockerfix.cli.tables import described

            streams.write(described().encode())
        return 0
    from dockerfix.cli.help import COMMANDS

    if COMPLETION not in os.environ and (not arguments or arguments[0] not in COMMANDS):
        # ...and so it is saved in the main use, `cog debug | dockerfix`
        from dockerfix.cli import plain_options
        from dockerfix.cli.rewrite import Misuse, run

        call = plain_options.read(arguments)
        if call is not None:
            try:
                return run(*call)
            except Misuse:
                pass  # click prints the usage message
    return _run_by_click(arguments)


def _run_by_click(arguments: list[str]) -> int:
    import click

    from dockerfix.cli import streams
    from dockerfix.cli.command import cli

    if COMPLETION in os.environ:
        cli.main(arguments, prog_name=streams.PROGRAM, complete_var=COMPLETION)
    try:
        with cli.make_context(streams.PROGRAM, arguments) as context:
            code: Any = cli.invoke(context)
            return int(code or 0)
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.ClickException as error:
        import io

        from dockerfix.cli import streams

        shown = io.StringIO()  # a message may quote the name of a file
        error.show(shown)
        streams.say(shown.getvalue().removesuffix("\n"))
        return error.exit_code
