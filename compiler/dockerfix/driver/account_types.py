"""An entry of the account, and the codes of what the account objects to."""

from __future__ import annotations

from typing import Literal, NamedTuple

UNACCOUNTED = "DF011"
"""Something of cog.yaml should be in the image and has no place there."""

KEY = "DF012"
"""A key of cog.yaml that Cog doesn't know, or something else in it that is odd."""

CONTRADICTION = "DF013"
"""cog.yaml and the Dockerfile say different things."""

Fate = Literal["kept", "moved", "replaced", "removed", "without-effect", "refused"]
"""How an entry ends. ``kept``: it is in the result as it was. ``moved``: it is there, but not in its order.
``replaced``: something else in the result stands for it. ``removed``: it is gone, and the reason says why.
``without-effect``: nothing in an image depends on it. ``refused``: an error or a warning says what is wrong with it.
"""


class Entry(NamedTuple):
    """What became of one line: of cog.yaml, of a requirements file, or of the Dockerfile before.

    `file` is as the project names it, ``Dockerfile`` for the input, and `line` counts from 1. `what` is the place in
    cog.yaml (``build.run[0]``), the keyword of an instruction, or "" in a requirements file, and `text` what stands
    there. `to` is the line of the result, `code` that of the finding behind it, `reason` says why or by what.
    """

    file: str
    line: int
    what: str
    text: str
    fate: Fate
    to: int | None = None
    code: str | None = None
    reason: str = ""
