"""The shapes of the blocks that dockerfix writes: they distinguish a block from an instruction of the user.

An instruction is compared as it is written, but for its keyword, where its lines end and the escape character:
dockerfix writes it in one way, earlier releases wrote the same on one line, and a keyword may be the user's.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate

from dockerfix.knowledge.cog_constructs import ARTIFACTS_FOLDER, REQUIREMENTS_TARGET
from dockerfix.knowledge.written_instructions import ANY, forms
from dockerfix.syntax.dockerfile.instructions import Copy, Env
from dockerfix.syntax.dockerfile.tree import Instruction
from dockerfix.text.lazy_patterns import lazy
from dockerfix.text.quoting import shell_word

_NOT_PLAIN = frozenset('&|;<>()$`\\"#\n')
"""What no part that differs has, as it would be another command or a comment."""

_WORDS = r"""(?: '[^'\n]*'(?:"[^"\n]*"|'[^'\n]*')*)+"""
_INSTALL = lazy(rf"RUN [^\n]*\binstall\b[^\n]*?(?: \\\n   {_WORDS})+(?: \\\n    -r \S[^\n]*)?")
"""An install with its packages and their options in quotes, one item on each line."""

_INSTALL_OF_FILE = lazy(r"RUN [^\n]*\binstall\b[^\n]* -r [^\n]+")
_LINE_END = lazy(r" \\\n *")
_ESCAPED = lazy(r"\\(.)")


def fits(code: str, reason: str, instructions: tuple[Instruction, ...]) -> bool:
    """Whether dockerfix could have written the instructions of a block with this code; `reason` is its comment."""
    if code == "DF205":
        names = _variables(instructions)
        return reason.rstrip() in (environment_reason(names), environment_reason(names, width=None))
    texts = [_text(instruction) for instruction in instructions]
    if code == "DF305":
        return all(isinstance(each.view, Copy) and not each.view.flags for each in instructions)
    if code in ("DF201", "DF202", "DF204"):
        targets = [_target(each) for each in instructions[:-1]]
        return _brings_packages(code, targets) and _installs(code, texts[-1], targets)
    return any(len(form) == len(texts) and all(map(_matches, texts, form)) for form in forms().get(code, ()))


def environment_reason(names: Iterable[str], width: int | None = 60) -> str:
    """Return the comment of the ENV of cog.yaml. It names the variables: an ENV is not known by its shape.

    Those that fit in `width` characters are named, and the others counted; earlier releases named them all (None).
    """
    listed = tuple(names)
    ends = accumulate(len(name) + len(", ") for name in listed)
    named = max(1, sum(end <= width + len(", ") for end in ends)) if width is not None else len(listed)
    more = f" and {len(listed) - named} more" if named < len(listed) else ""
    return f"environment from cog.yaml: {', '.join(listed[:named])}{more}"


def _variables(instructions: tuple[Instruction, ...]) -> list[str]:
    view = instructions[0].view
    return [pair.name.value for pair in view.pairs] if isinstance(view, Env) and len(instructions) == 1 else []


def _text(instruction: Instruction) -> str:
    """Return an instruction as dockerfix writes it, without its line end."""
    text = instruction.node.text.replace("\r\n", "\n").removesuffix("\n")
    escape = instruction.node.escape
    keyword, *rest = text.split(maxsplit=1)
    text = " ".join([keyword.upper(), *rest])
    return text if escape == "\\" else text.replace(f"{escape}\n", "\\\n")


def _target(instruction: Instruction) -> str:
    """Return where a COPY puts its one source; "" for another instruction."""
    view = instruction.view
    return view.destination.value if isinstance(view, Copy) and view.destination and len(view.words) == 2 else ""


def _brings_packages(code: str, targets: list[str]) -> bool:
    """Whether the COPYs of a block bring requirements or local packages to where dockerfix puts them."""
    folder = f"{REQUIREMENTS_TARGET.rpartition('/')[0]}/"
    if code != "DF202":
        folder += ARTIFACTS_FOLDER
    return all(target.startswith(folder) for target in targets)


def _installs(code: str, text: str, targets: list[str]) -> bool:
    """Whether an install names its packages as dockerfix does, or a file that the block copied."""
    if _INSTALL.fullmatch(text):
        return True
    files = [_ESCAPED.sub(r"\1", target) for target in targets if target.isprintable()]
    named = tuple(f" -r {word}" for file in files for word in (file, shell_word(file)))
    return code == "DF202" and text.endswith(named) and _INSTALL_OF_FILE.fullmatch(text) is not None


def _matches(text: str, form: str) -> bool:
    """Whether a text is a form with something plain for each `ANY`."""
    text, form = _LINE_END.sub(" ", text), _LINE_END.sub(" ", form)
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
