"""Stages by their number: ``COPY --from=1`` means another stage once one in front of it is gone."""

from __future__ import annotations

import re
from collections.abc import Collection

from dockerfix import flow
from dockerfix.emitter import Edit
from dockerfix.syntax.tree import Document, Instruction, Stage


def without(document: Document, stages: Collection[Stage], going: Collection[Instruction] = ()) -> tuple[Edit, ...]:
    """The edits that keep the meaning of references by number, though `stages` and the instructions `going` go."""
    gone = {stage.index for stage in stages}
    result: list[Edit] = []
    for use in flow.uses(document):
        own = flow.stage_of(document, use.instruction)
        if own is None or own.index in gone or use.instruction in going or not use.name.isdecimal():
            continue
        origin = flow.origin(document, use, own.index)
        before = sum(index < origin.index for index in gone) if origin is not None else 0
        if origin is not None and origin.index not in gone and before:
            result += _renamed(use.instruction, use.name, str(origin.index - before))
    return tuple(dict.fromkeys(result))


def _renamed(instruction: Instruction, name: str, new: str) -> list[Edit]:
    result = []
    for flag in instruction.view.flags:
        text = instruction.text[flag.span.start : flag.span.end]
        changed = re.sub(rf"((?:--|[=,])from=){name}(?=$|[,\"'])", rf"\g<1>{new}", text)
        if changed != text:
            result.append(Edit(instruction.original(flag.span), changed))
    return result
