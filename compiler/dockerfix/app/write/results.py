"""The classes that describe a result, and the code that makes an instance from it."""

from __future__ import annotations

from dockerfix.app.read import media
from dockerfix.app.read.model import Model, Note, Predictor, Type
from dockerfix.app.write.layout import Group, Node, comment, lay
from dockerfix.app.write.type_names import SHADOWING, TAKEN, Speller, field_names
from dockerfix.text.quoting import python_string


class Results:
    """The result of one predictor: the class that `/` returns, that of a piece, and those of their parts."""

    def __init__(self, predictor: Predictor, speller: Speller) -> None:
        self.predictor = predictor
        self.speller = speller
        self.models: list[Model] = predictor.output.models()
        self._name_models()
        pieces = predictor.streaming and not predictor.concatenate
        self.wrapped = predictor.streaming or predictor.output.kind != "model"
        self.output = "Output" if self.wrapped else speller.classes[self.models[-1]]
        self.piece = "Piece" if pieces else "Output"
        self.file = media.of_output("", predictor.endings)

    def _name_models(self) -> None:
        names = self.speller.classes
        direct = not self.predictor.streaming and self.predictor.output.kind == "model"
        for model in self.models:
            free = model.name not in TAKEN | SHADOWING or (
                model.name == "Output" and direct and model is self.models[-1]
            )
            name = model.name if free else f"{model.name}Model"
            while name in names.values() or name in self.speller.reserved:
                name += "_"
            names[model] = name

    def classes(self) -> list[list[str]]:
        """The lines of each class."""
        blocks = [self._model(model) for model in self.models]
        marks = [note for note in self.predictor.notes if note.code == "DF505"]
        if self.piece == "Piece":
            blocks.append(
                self._wrapper("Piece", "One piece of the result, as `/stream` sends it.", self.predictor.output, marks)
            )
            whole = Type("list", (self.predictor.output,))
            blocks.append(self._wrapper("Output", "", whole, []))
        elif self.wrapped:
            blocks.append(self._wrapper("Output", "", self.predictor.output, marks))
        return blocks

    def _wrapper(self, name: str, text: str, type_: Type, marks: list[Note]) -> list[str]:
        lines = [f"class {name}(BaseModel):"]
        if text:
            lines += [f'    """{text}"""', ""]
        lines += [comment(note.mark, 4) for note in marks]
        annotation = self.speller.annotation(type_, "output", self.file)
        return [*lines, f"    output: {annotation}{' = None' if type_.kind in ('any', 'optional', 'none') else ''}"]

    def _model(self, model: Model) -> list[str]:
        lines = [f"class {self.speller.classes[model]}(BaseModel):"]
        plain = field_names((name for name, _type in model.fields), self.speller.classes.values())
        for name, type_ in model.fields:
            lines += self._field(name, plain[name], type_)
        return lines if model.fields else [*lines, '    """A result without fields."""']

    def _field(self, name: str, plain: str, type_: Type) -> list[str]:
        annotation = self.speller.annotation(type_, name, media.of_output(name, ()))
        items: list[tuple[str, Node]] = [("default=", "None")] if type_.kind in ("any", "optional", "none") else []
        if plain != name:
            field = self.speller.use("pydantic", "Field")
            return lay(
                f"{plain}: {annotation} = ",
                Group(f"{field}(", (*items, ("alias=", python_string(name))), ")"),
                indent=4,
            )
        return [f"    {plain}: {annotation}{' = None' if items else ''}"]

    def as_piece(self, variable: str) -> Group:
        """The expression that makes a piece, or the whole result, from the predictor's value."""
        value = f'{{"output": {variable}}}' if self.wrapped else variable
        kind = self.piece if self.wrapped else self.output
        return Group("await call.output(", (("", value), ("", kind)), ")")

    @property
    def any_files(self) -> str:
        """The argument of Call() by which files in untyped values are uploaded."""
        return self.speller.use("fal.toolkit", "File") if self.predictor.output.holds("any", "dict") else ""
