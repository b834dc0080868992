"""The endpoints of an App: `/`, and `/stream` for a predictor that yields its result in pieces."""

from __future__ import annotations

from dockerfix.app.read.model import Input, Predictor
from dockerfix.app.write.layout import Group, Node, docstring, lay, string
from dockerfix.app.write.results import Results
from dockerfix.app.write.type_names import Speller, field_names


class Endpoints:
    """Writes the methods of one App."""

    def __init__(self, predictor: Predictor, results: Results, speller: Speller) -> None:
        self.predictor = predictor
        self.results = results
        self.speller = speller
        self.fields = field_names(each.name for each in predictor.inputs)
        self.prefix = "async " if predictor.is_async else ""
        self.target = "self.predictor" if predictor.method is None else f"self.predictor.{predictor.method}"

    def lines(self) -> list[str]:
        """All methods after setup()."""
        return self._streamed() if self.predictor.streaming else self._single()

    def _single(self) -> list[str]:
        awaited = "await " if self.predictor.awaited else ""
        return [
            '    @fal.endpoint("/")',
            f"    {self.prefix}def run(self, input: Input) -> {self.results.output}:",
            *self._summary(),
            *self._helpers(),
            *lay("result = ", self._call(awaited), indent=12),
            *lay("return ", self.results.as_piece("result"), indent=12),
        ]

    def _streamed(self) -> list[str]:
        asynchronous = self.predictor.is_async
        iterator = self.speller.use("typing", "AsyncIterator" if asynchronous else "Iterator")
        loop = "async for" if self.predictor.async_pieces else "for"
        awaited = "await " if self.predictor.awaited else ""
        return [
            f"    {self.prefix}def pieces(self, input: Input) -> {iterator}[{self.results.piece}]:",
            *self._helpers(),
            *lay(f"{loop} piece in ", self._call(awaited), ":", indent=12),
            *lay("yield ", self.results.as_piece("piece"), indent=16),
            "",
            *self._whole(),
            "",
            *self._stream(),
        ]

    def _whole(self) -> list[str]:
        loop = "async for" if self.predictor.is_async else "for"
        pieces = f"[piece.output {loop} piece in self.pieces(input)]"
        joined = f'"".join({pieces})' if self.predictor.concatenate else pieces
        return [
            '    @fal.endpoint("/")',
            f"    {self.prefix}def run(self, input: Input) -> {self.results.output}:",
            *self._summary(),
            f"        output = {joined}",
            f"        return {self.results.output}(output=output)",
        ]

    def _stream(self) -> list[str]:
        response = self.speller.use("fastapi.responses", "StreamingResponse")
        function = "events_async" if self.predictor.is_async else "events"
        return [
            '    @fal.endpoint("/stream")',
            f"    {self.prefix}def stream(self, input: Input) -> {response}:",
            docstring("Send each piece as soon as it is there, as a server-sent event.", 8),
            f"        from fal_call import {function}",
            "",
            f"        sent = {'await ' if self.predictor.is_async else ''}{function}(self.pieces(input))",
            f'        return {response}(sent, media_type="text/event-stream")',
        ]

    def _summary(self) -> list[str]:
        return [docstring(self.predictor.summary, 8)] if self.predictor.summary else []

    def _helpers(self) -> list[str]:
        """The import, and the head of the block with the call."""
        used = self.results.needs_call or any(
            each.own_default or each.type.holds("path", "file", "secret") for each in self.predictor.inputs
        )
        return [
            "        from fal_call import Call",
            "",
            f"        with Call({self.results.any_files}){' as call' if used else ''}:",
        ]

    def _call(self, awaited: str) -> Group:
        items = tuple((f"{each.name}=", self._argument(each)) for each in self.predictor.inputs)
        return Group(f"{awaited}{self.target}(", items, ")")

    def _argument(self, each: Input) -> Node:
        argument: Node = f"input.{self.fields[each.name]}"
        asynchronous = "_async" if self.predictor.is_async else ""
        awaited = "await " if self.predictor.is_async else ""
        for kind in ("path", "file"):
            if each.type.holds(kind):
                argument = Group(f"{awaited}call.{kind}{asynchronous}(", (("", argument), ("", string(each.name))), ")")
        if each.type.holds("secret"):
            argument = Group("call.secret(", (("", argument),), ")")
        if not each.own_default:
            return argument
        function = "call.or_own_path(" if each.type.holds("path") else "call.or_own("
        return Group(function, (("", argument), ("", self.target), ("", string(each.name))), ")")
