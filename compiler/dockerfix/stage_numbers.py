"""Stages by their number: ``COPY --from=1`` means another stage once one in front of it is gone."""

from __future__ import annotations

from collections.abc import Collection

from dockerfix import flow
from dockerfix.emitter import Edit
from dockerfix.syntax.instructions import Copy
from dockerfix.syntax.tree import Document, Instruction, Stage


def without(document: Document, stages: Collection[Stage], going: Collection[Instruction] = ()) -> tuple[Edit, ...]:
    """The edits that keep the meaning of references by number, though `stages` and the instructions `going` go.

    A number beyond the stages means one of the images that are copied from, which BuildKit counts behind them.
    """
    gone = {stage.index for stage in stages}
    result: list[Edit] = []
    for instruction in document.instructions:
        view, own = instruction.view, flow.stage_of(document, instruction)
        flag = view.flag("from") if isinstance(view, Copy) else None
        if (
            own is None
            or own.index in gone
            or instruction in going
            or flag is None
            or not (flag.value or "").isdecimal()
        ):
            continue
        number = int(flag.value or "")
        new = number - sum(index < number for index in gone)
        if number not in gone and new != number:
            result.append(Edit(instruction.original(flag.span), f"--from={new}"))
    return tuple(result)
