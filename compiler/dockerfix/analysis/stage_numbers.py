"""Stages by their number: ``COPY --from=1`` means another stage once one in front of it is gone."""

from __future__ import annotations

from collections.abc import Collection

from dockerfix.analysis import flow
from dockerfix.syntax.dockerfile.instructions import Copy
from dockerfix.syntax.dockerfile.tree import Document, Instruction, Stage
from dockerfix.text.edits import Edit


def without(document: Document, stages: Collection[Stage], going: Collection[Instruction] = ()) -> tuple[Edit, ...]:
    """The edits that keep the meaning of references by number, though `stages` and the instructions `going` go.

    A number beyond the stages stays: BuildKit takes it for one of the images that are copied from, if it is any.
    """
    gone = {stage.index for stage in stages}
    result: list[Edit] = []
    for use in flow.uses(document):
        instruction, own = use.instruction, flow.stage_of(document, use.instruction)
        flag = instruction.view.flag("from") if isinstance(instruction.view, Copy) else None
        if flag is None or not use.name.isdecimal() or own is None or own.index in gone or instruction in going:
            continue
        number = int(use.name)
        new = number - sum(index < number for index in gone)
        if number not in gone and number < len(document.stages) and new != number:
            result.append(Edit(instruction.original(flag.span), f"--from={new}"))
    return tuple(result)
