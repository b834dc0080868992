"""The shapes of the blocks that dockerfix writes: by them a block is told from an instruction of the user.

An instruction is compared as it is written, line ends and the escape character aside: dockerfix writes it in one way only.
"""

from __future__ import annotations

from collections.abc import Iterable

from dockerfix.knowledge.cog_constructs import REQUIREMENTS_TARGET
from dockerfix.knowledge.written_instructions import ANY, forms
from dockerfix.syntax.dockerfile.instructions import Copy, Env
from dockerfix.syntax.dockerfile.tree import Instruction
from dockerfix.text.lazy_patterns import lazy

_NOT_PLAIN = frozenset("&|;<>()$`\\\"#\n")
"""What no part that differs has, as it would be another command or a comment."""

_WORDS = r"""(?: '[^'\n]*'(?:"[^"\n]*"|'[^'\n]*')*)+"""
_INSTALL = lazy(rf"RUN [^\n]*\binstall\b[^\n]*?(?: \\\n   {_WORDS})+(?: \\\n    -r \S[^\n]*)?")
"""An install with its packages and their options in quotes, one item on each line."""

_INSTALL_OF_FILE = lazy(r"RUN [^\n]*\binstall\b[^\n]*(?: | \\\n    )-r \S[^\n]*")


def fits(code: str, reason: str, instructions: tuple[Instruction, ...]) -> bool:
    """Whether dockerfix could have written the instructions of a block with this code; `reason` is its comment."""
    if code == "DF205":
        return environment_reason(_variables(instructions)) == reason.rstrip()
    texts = [_text(instruction) for instruction in instructions]
    if code == "DF305":
        return all(isinstance(each.view, Copy) and not each.view.flags for each in instructions)
    if code in ("DF201", "DF202", "DF204"):
        *copies, install = texts
        return all(map(_brings_packages, instructions[:-1])) and _installs(install, code, copies)
    return any(len(form) == len(texts) and all(map(_matches, texts, form)) for form in forms(code))


def environment_reason(names: Iterable[str]) -> str:
    """Return the comment of the ENV of cog.yaml. It names the variables: an ENV is not known by its shape."""
    return f"environment from cog.yaml: {', '.join(names)}"


def _variables(instructions: tuple[Instruction, ...]) -> list[str]:
    view = instructions[0].view
    return [pair.name.value for pair in view.pairs] if isinstance(view, Env) and len(instructions) == 1 else []


def _text(instruction: Instruction) -> str:
    """Return an instruction as dockerfix writes it, without its line end."""
    text = instruction.node.text.replace("\r\n", "\n").removesuffix("\n")
    escape = instruction.node.escape
    return text if escape == "\\" else text.replace(f"{escape}\n", "\\\n")


def _brings_packages(instruction: Instruction) -> bool:
    """Whether this is a COPY of requirements or a local package to where dockerfix puts them."""
    view, folder = instruction.view, REQUIREMENTS_TARGET.rpartition("/")[0]
    return isinstance(view, Copy) and view.destination is not None and view.destination.value.startswith(f"{folder}/")


def _installs(text: str, code: str, copies: list[str]) -> bool:
    if _INSTALL.fullmatch(text):
        return True
    return code == "DF202" and bool(copies) and bool(_INSTALL_OF_FILE.fullmatch(text))


def _matches(text: str, form: str) -> bool:
    """Whether a text is a form with something plain for each `ANY`."""
    first, *rest = form.split(ANY)
    if not rest:
        return text == form
    if not text.startswith(first):
        return False
    at = len(first)
    for number, piece in enumerate(rest, 1):
        found = text.find(piece, at) if number < len(rest) else len(text) - len(piece)
        if found <= at or not text.startswith(piece, found) or not _NOT_PLAIN.isdisjoint(text[at:found]):
            return False
        at = found + len(piece)
    return True
