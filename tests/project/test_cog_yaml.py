"""cog.yaml: the traps of real files, and files made to do harm."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockerfix.project.project import CogConfig, ConfigError, Mount, RunItem, Weight, read_config
from dockerfix.project.yaml_tree import Mapping, Scalar, Sequence, read_yaml
from effort import examples


def notes(config: CogConfig) -> list[tuple[int, str]]:
    return [(note.line, note.message) for note in config.notes]


def error(text: str, name: str = "cog.yaml") -> str:
    with pytest.raises(ConfigError) as caught:
        read_config(text, name)
    assert "\n" not in str(caught.value)
    return str(caught.value)


FULL = """\
# Everything at once
build:
  gpu: yes
  cuda: 12.10
  cudnn: 8
  python_version: 3.10
  python_packages:
    # - "numpy==1.19.4"
    - "torch==2.1.2"
    -
    - 'a ; python_version < "3.8"'
  system_packages: [ffmpeg, "libgl1"]
  run:
    - echo one
    - command: echo two
      mounts:
        - {type: secret, id: token, target: /etc/token}
    - >-
      echo
      three
  pre_install: [echo four]
  sdk_version: 0.17.0
environment:
  - A=1
  - "B=x=y z"
  - EMPTY=
image: r8.im/me/model
predict: predict.py:Predictor
train: "train.py:train"
concurrency:
  max: 32
weights:
  - name: base
    source: {uri: hf://x/y}
    target: /src/w
  - weights/b
"""


def test_every_field_is_read_as_text() -> None:
    config = read_config(FULL)
    assert config._replace(lines={}) == CogConfig(
        gpu=True,
        cuda="12.10",
        cudnn="8",
        python_version="3.10",
        python_packages=("torch==2.1.2", 'a ; python_version < "3.8"'),
        system_packages=("ffmpeg", "libgl1"),
        run=(
            RunItem("echo one"),
            RunItem("echo two", (Mount("secret", "token", "/etc/token"),)),
            RunItem("echo three"),
        ),
        pre_install=(RunItem("echo four"),),
        sdk_version="0.17.0",
        environment=(("A", "1"), ("B", "x=y z"), ("EMPTY", "")),
        predict="predict.py:Predictor",
        train="train.py:train",
        concurrency_max=32,
        image="r8.im/me/model",
        weights=(Weight("base", ("hf://x/y",), "/src/w"), Weight("", ("weights/b",), "")),
        notes=config.notes,
    )
    assert notes(config) == [(10, "item 2 of `build.python_packages` is empty and was skipped")]
    assert [item.command for item in config.commands] == ["echo one", "echo two", "echo three", "echo four"]


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("build", "gpu"), 3),
        (("build", "python_version"), 6),
        (("build", "python_packages"), 9),
        (("build", "python_packages", 1), 11),
        (("build", "system_packages", 1), 12),
        (("build", "run", 1), 15),
        (("build", "run", 2), 18),
        (("build", "pre_install", 0), 21),
        (("environment", 2), 26),
        (("predict",), 28),
        (("weights", 1), 36),
        (("build", "python_packages", 2), None),
        (("nothing",), None),
    ],
)
def test_every_value_has_its_line(path: tuple[str | int, ...], line: int | None) -> None:
    assert read_config(FULL).line_of(*path) == line


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("build:\n  python_packages: null\n  run:\npredict: a.py:A\n", []),
        ("build:\npredict: a.py:A", []),
        ("\ufeffpredict: a.py:A\r\nbuild: {gpu: false}\r\n", []),
        ("# 🎉\npredict: a.py:A   \n\n", []),
        (
            "a: &a [x]\nb: *a\n",
            [(1, "`a` is not a Cog setting and was ignored"), (2, "`b` is not a Cog setting and was ignored")],
        ),
        ("biuld: {}", [(1, "`biuld` is not a Cog setting; did you mean `build`?")]),
        (
            "build:\n  python_package: []\n  env: {}\n",
            [
                (2, "`build.python_package` is not a Cog setting; did you mean `python_packages`?"),
                (3, "`build.env` is not a Cog setting and was ignored"),
            ],
        ),
        (
            "build:\n  python_version: '3.8'\n  gpu: true\n  python_version: '3.9'\n",
            [(4, "`build.python_version` is given more than once; the last one is used")],
        ),
        (
            "build:\n  python_version: 3.1\n",
            [(2, '`build.python_version` is 3.1; if that is 3.10 it must be written "3.10"')],
        ),
        (
            'build:\n  gpu: true\n    - "ffmpeg"\n',
            [(2, '`build.gpu` is the text `true - "ffmpeg"`; it was read as true')],
        ),
        ("build:\n  gpu: 'false'\n", [(2, "`build.gpu` is the text `false`; it was read as false")]),
        (
            "concurrency: 32\n",
            [(1, "`concurrency` must be a mapping with `max`; the number was read as `max`")],
        ),
        (
            "build:\n  python_packages: torch\n",
            [(2, "`build.python_packages` is a single value; it was read as a list of one")],
        ),
        (
            "build:\n  python_packages: ['']\n  python_requirements: ' '\n",
            [
                (2, "item 1 of `build.python_packages` is empty and was skipped"),
                (3, "Cog allows only one of `python_packages` and `python_requirements`; both were read"),
                (3, "`build.python_requirements` is empty"),
            ],
        ),
        (
            "build:\n  python_packages:\n  - |\n    a\n    b\n",
            [(3, "`build.python_packages[0]` has 2 lines; each was read as one item")],
        ),
        ("build:\n  run:\n  - |\n    one\n    two\n", [(3, "`build.run[0]` contains a line break, which Cog refuses")]),
        ("build:\n  run:\n  - |\n    one\n", []),
        (
            "environment:\n  A: 1\n",
            [(2, "`environment` must be a list of `NAME=value`; the mapping was read as such a list")],
        ),
        ("predict: a.py:A\nrun: b.py:B\n", [(2, "both `predict` and `run` are given; `predict` is used")]),
    ],
)
def test_odd_files_are_read_with_notes(text: str, expected: list[tuple[int, str]]) -> None:
    assert notes(read_config(text)) == expected


def test_odd_files_keep_what_they_say() -> None:
    assert read_config("build:\n  gpu: true\n    - 'ffmpeg'\n").gpu is True
    assert read_config("build:\n  python_version: '3.8'\n  python_version: '3.9'\n").python_version == "3.9"
    assert read_config("concurrency: 32\n").concurrency_max == 32
    assert read_config("build:\n  python_packages:\n  - |\n    a\n    b\n").python_packages == ("a", "b")
    assert read_config("build:\n  run:\n  - |\n    one\n    two\n").run == (RunItem("one\ntwo"),)
    assert read_config("environment:\n  A: 1\n").environment == (("A", "1"),)
    assert read_config("run: run.py:Runner\n").predict == "run.py:Runner"
    assert read_config("run: run.py:Runner\n").line_of("run") == 1
    assert read_config("model: owner/name\n").predict is None
    assert read_config("x: &p {gpu: true, cuda: '12.1'}\nbuild:\n  <<: *p\n  cuda: '11.8'\n").cuda == "11.8"
    assert read_config("x: &p {gpu: true}\ny: &q {cuda: '12.1'}\nbuild: {<<: [*p, *q]}\n").gpu is True


def test_the_form_of_2021_is_read_as_the_present_one() -> None:
    config = read_config(
        "environment:\n  python_version: '3.8'\n  python_packages:\n    - torch==1.8\n  pre_install:\n    - echo x\n"
        "  architectures: [gpu]\nmodel: 'infer.py:Model'\n"
    )
    assert (config.python_version, config.python_packages, config.gpu) == ("3.8", ("torch==1.8",), True)
    assert (config.predict, config.pre_install, config.environment) == ("infer.py:Model", (RunItem("echo x"),), ())
    assert config.line_of("build", "python_packages", 0) == 4
    assert notes(config) == [(2, "uses the key `environment` of 2021; it was read as `build`")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "cog.yaml: is empty"),
        ("# only a comment\n", "cog.yaml: is empty"),
        ("---\n...\n", "cog.yaml: is empty"),
        ("- a\n", "cog.yaml:1:1: must be a mapping with keys such as `build` and `predict`"),
        ("just text", "cog.yaml:1:1: must be a mapping with keys such as `build` and `predict`"),
        ("a: 1\n---\nb: 2\n", "cog.yaml:2:1: contains more than one YAML document"),
        ("a: \0", "cog.yaml:1:4: control character U+0000"),
        ('predict: "\\0"', "cog.yaml:1:10: a value contains a NUL character"),
        ("a: \ud800", "cog.yaml:1:4: not UTF-8"),
        (
            "build:\n  gpu: !!python/object/apply:os.system [x]\n",
            "cog.yaml:2:8: the tag `!!python/object/apply:os.system` is not allowed",
        ),
        ("build: !include x", "cog.yaml:1:8: the tag `!include` is not allowed"),
        ("build: *nowhere", "cog.yaml:1:8: the alias `*nowhere` names no anchor"),
        ("build: &b {run: *b}", "cog.yaml:1:17: the alias `*b` is inside the value that it names"),
        ("? [a]\n: b\n", "cog.yaml:1:3: a key must be a word"),
        ("build: {<<: x}", "cog.yaml:1:13: `<<` can only merge mappings"),
        ("build: []", "cog.yaml:1:8: `build` must be a mapping"),
        ("build: {python_packages: {a: b}}", "cog.yaml:1:26: `build.python_packages` must be a list, not a mapping"),
        (
            "build:\n  python_packages:\n    - torch: 2.0\n",
            "cog.yaml:3:7: `build.python_packages[0]` must be text, not a mapping",
        ),
        ("build: {cuda: [12]}", "cog.yaml:1:15: `build.cuda` must be text, not a list"),
        ("build: {gpu: maybe}", "cog.yaml:1:14: `build.gpu` must be true or false (got `maybe`)"),
        ("build: {python_version: 3}", "cog.yaml:1:25: `build.python_version` is `3`, expected a version such as 3.11"),
        ("build: {cuda: none}", "cog.yaml:1:15: `build.cuda` is `none`, expected a version such as 12.1"),
        (
            "concurrency: {max: many}",
            "cog.yaml:1:20: `concurrency.max` must be a whole number, 1 or greater (got `many`)",
        ),
        ("concurrency: {max: 0}", "cog.yaml:1:20: `concurrency.max` must be a whole number, 1 or greater (got `0`)"),
        ("environment: [A]", "cog.yaml:1:15: `environment[0]` must have the form `NAME=value`"),
        (
            "build: {run: [{mounts: []}]}",
            "cog.yaml:1:15: a `run` item that is a mapping needs a `command`; quote the item if it is text",
        ),
    ],
)
def test_what_can_not_be_read_is_one_clear_line(text: str, expected: str) -> None:
    assert error(text) == expected


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("build:\n\tgpu: true\n", "2:1"),
        ('build:\n  cuda: "12.4\n', "3:1"),
        ('"""\nPredictor\n"""\nbuild: {}\n', "1:3"),
        ("a: b: c", "1:5"),
        ("a: [", "2:1"),
        ("@x", "1:1"),
    ],
)
def test_broken_yaml_has_a_place(text: str, place: str) -> None:
    message = error(text, "model/cog.yaml")
    assert message.startswith("model/cog.yaml:")
    assert "not valid YAML: " in message
    line = int(message.split(":")[1])
    assert abs(line - int(place.split(":", maxsplit=1)[0])) <= 1


INJECTIONS = ["x\nRUN evil", "x\r\nRUN evil", "x\u2028RUN evil"]


@pytest.mark.parametrize("value", INJECTIONS)
@pytest.mark.parametrize(
    "form",
    [
        "build: {{python_version: {0}}}",
        "build: {{cuda: {0}}}",
        "build: {{python_requirements: {0}}}",
        "build: {{system_packages: [{0}]}}",
        "build: {{python_extra_index_urls: [{0}]}}",
        "build: {{python_find_links: [{0}]}}",
        "build: {{run: [{{command: x, mounts: [{{type: secret, id: {0}}}]}}]}}",
        "build: {{sdk_version: {0}}}",
        "predict: {0}",
        "train: {0}",
        "image: {0}",
        "weights: [{0}]",
        "weights: [{{source: {0}}}]",
        "environment: ['A={1}']",
        "environment: [{0}]",
    ],
)
def test_a_line_break_in_a_value_is_refused(form: str, value: str) -> None:
    escaped = '"' + value.replace("\n", "\\n").replace("\r", "\\r").replace("\u2028", "\\L") + '"'
    inside = value.replace("\r\n", "\n").replace("\n", "\n\n  ")
    assert error(form.format(escaped, inside)).startswith("cog.yaml:1:")


@pytest.mark.parametrize("value", ["x\\nRUN evil", "x\\r\\nRUN evil"])
def test_a_line_break_in_a_package_separates_packages(value: str) -> None:
    assert read_config(f'build: {{python_packages: ["{value}"]}}').python_packages == ("x", "RUN evil")


@pytest.mark.parametrize("name", ["A B", "A\\nRUN", "", "1A", "A-B", "Ä", "A$(x)"])
def test_a_variable_has_a_name_that_variables_can_have(name: str) -> None:
    assert "which is not a valid variable name" in error(f'environment: ["{name}=1"]')
    assert "which is not a valid variable name" in error(f'environment: {{"{name}": 1}}')


def test_aliases_that_multiply_are_refused() -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join(['*' + chr(97 + i)] * 9)}]" for i in range(9)]
    assert "has more than 50000 values" in error("\n".join(lines))
    merged = "a: &a {b: c}\nd: {" + "<<: *a, " * 60000 + "}"
    assert "has more than 50000 values" in error(merged)


@pytest.mark.parametrize(
    "unit", ["[", "- ", "? ", "{a: ", "&a ", "!", "*", "k: v\n", "%TAG !a! b\n", "#\n", "\n", ":", '"\\x41']
)
def test_large_files_end_soon(unit: str) -> None:
    text = unit * ((1 << 20) // len(unit))
    start = time.perf_counter()
    assert len(error(text)) < 400
    assert time.perf_counter() - start < 5
    assert "larger than 1 MiB" in error(text + "x" * 100)


@pytest.mark.parametrize("character", ["\x85", "\u2028", "\u2029", "\r"])
def test_only_a_line_feed_ends_a_line(character: str) -> None:
    text = f"gpu: 'a{character}b'\r\npredict: [1]\n"
    assert error(text) == "cog.yaml:2:10: `predict` must be text, not a list"


def test_yaml_is_read_without_types() -> None:
    assert read_yaml("[3.10, ~, 'no', 0x1f, 2001-01-01, !!str 1]") == Sequence(
        (
            Scalar("3.10", True, 1, 2),
            Scalar("~", True, 1, 8),
            Scalar("no", False, 1, 11),
            Scalar("0x1f", True, 1, 17),
            Scalar("2001-01-01", True, 1, 23),
            Scalar("1", False, 1, 35),
        ),
        1,
        1,
    )
    found = read_yaml("a: 1\na: 2\n")
    assert isinstance(found, Mapping)
    assert [key.line for key in found.repeated] == [2]


@examples
@given(st.one_of(st.text(), st.binary().map(lambda data: data.decode("utf-8", "surrogateescape"))))
def test_any_text_gives_a_configuration_or_a_config_error(text: str) -> None:
    try:
        config = read_config(text)
    except ConfigError as caught:
        assert "\n" not in str(caught)  # noqa: PT017
    else:
        assert isinstance(config, CogConfig)


_KEYS = (
    "build gpu cuda cudnn python_version python_packages python_requirements system_packages run pre_install command "
    "mounts type id target environment predict train concurrency max image weights model name source uri A=1 true null "
    "3.10 12.1 << torch==2.0 a.py:B architectures"
)
_WORDS = st.sampled_from(_KEYS.split())
_TREES = st.recursive(
    st.one_of(_WORDS, st.integers(), st.none(), st.booleans(), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(_WORDS, inner, max_size=5)),
    max_leaves=20,
)


@examples
@given(st.dictionaries(_WORDS, _TREES, max_size=6), st.booleans())
def test_any_shape_gives_a_configuration_or_a_config_error(tree: dict[str, object], flow: bool) -> None:
    import yaml

    text = yaml.safe_dump(tree, default_flow_style=flow, allow_unicode=True)
    try:
        config = read_config(text)
    except ConfigError as caught:
        assert caught.line is None or caught.line <= text.count("\n") + 1  # noqa: PT017
    else:
        values = [*config.system_packages, *config.python_packages, config.python_requirements or ""]
        assert not any(character in value for value in values for character in "\r\n\0")


@pytest.mark.parametrize("text", [FULL, "build: {run: [a, 'b', \"c\\td\"]}\n", "a: &x [1]\nb: *x\n"])
def test_both_yaml_readers_agree(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import yaml

    first = read_config(text)
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    second = read_config(text)
    assert first == second
    assert first.lines == second.lines


def test_weights_may_have_several_sources() -> None:
    text = "weights:\n  - name: a\n    target: /w\n    source:\n      - uri: hf://x/y\n      - uri: https://x/b\n"
    config = read_config(text)
    assert config.weights == (Weight("a", ("hf://x/y", "https://x/b"), "/w"),)
    assert not config.notes


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("observability: {config: t.py, traces: {enabled: true}}", (True, "t.py")),
        ("observability: {traces: {enabled: false}}", (False, None)),
        ("observability:", (False, None)),
    ],
)
def test_traces(text: str, expected: tuple[bool, str | None]) -> None:
    config = read_config(f"{text}\nbuild: {{python_overrides: o.txt}}\n")
    assert (config.traces, config.traces_config) == expected
    assert config.python_overrides == "o.txt"
    assert not config.notes
