"""Metrics lead nowhere on fal, but a wrong one fails as under Cog."""

from __future__ import annotations

import json
import random
from pathlib import Path

from apps import SERVED, add_app, write
from cogs import RELEASES
from gates import Gate
from served import Server

PREDICTOR = """\
import json

from cog import BasePredictor, current_scope


class Predictor(BasePredictor):
    def setup(self) -> None:
        self.record_metric("_wrong", None)
        self.scope.metrics["_wrong"] = None

    def predict(self, steps: str) -> str:
        scope = current_scope()
        names = {"self": self, "scope": scope, "m": scope.metrics}
        return json.dumps([self.done(step, names) for step in json.loads(steps)])

    def done(self, step: str, names: dict) -> str:
        try:
            exec(step, names)
        except Exception as error:
            return f"{type(error).__name__}: {error}"
        return "fine"
"""
NAMES = (
    *("a", "T2I_latency", "a.b_c.d.e", "a.b.c.d.e", "", ".", "..", ".a", "a.", "a..b", "a b", "a-b", "_a", "a_"),
    *(
        "a__b",
        "a_.b",
        "a._b",
        "1a",
        "a1",
        "é",
        "aé",
        "a\n",
        "predict_time",
        "predict_time.a",
        "cog",
        "cog.a",
        "cog.",
        "Cog.a",
    ),
    *("a" * 128, "a" * 129, "é" * 65, "a." * 70, "_." * 3, "a\0"),
)
STEPS = (
    # what a name is first, it stays
    "m['k1'] = 1",
    "m['k1'] = 2.5",
    "m['k1'] = True",
    "m.record('k1', 3, 'incr')",
    "m.record('k1', 3.5, 'incr')",
    "del m['k1']",
    "m['k1'] = 2.5",
    "m['k1'] = None",
    "m['k1'] = 'text'",
    "del m['k1']",
    "del m['k1']",
    "m.delete('k1')",
    "m['k1'] = [1]",
    "m.record('k1', 2, mode='append')",
    "m['k1.x'] = 1",
    # modes
    "m.record('k2', 1, 'append')",
    "m.record('k2', 2, mode='append')",
    "m.record('k2', 'two', mode='append')",
    "m.record('k3', 1, 'increment')",
    "m.record('k3', 1, None)",
    "m.record('k3', 1, mode='replace')",
    "m.record('k3', 1, 'sum')",
    "m.record('_k3', 1, 'sum')",
    "m.record('k4', 'a', 'incr')",
    "m.record('k4', True, 'incr')",
    "m.record('k4', [1], 'incr')",
    "scope.record_metric('k5', 1)",
    "scope.record_metric('k5', 1, 'incr')",
    "scope.record_metric('k5', 'a', mode='incr')",
    "self.record_metric('k6', 1)",
    "self.record_metric('k6', 1, mode='incr')",
    "self.record_metric('k6', '1')",
    "self.record_metric(key='k6', value=1, mode='replace')",
    # values
    "m['v1'] = (1, 2)",
    "m['v1'] = {1, 2}",
    "m['v1'] = b'x'",
    "m['v1'] = object",
    "m.record('v1', None)",
    "self.record_metric('v1', None)",
    "m['v2'] = float('nan')",
    "m['v2'] = float('inf')",
    "m['v3'] = 2**70",
    "m['v4'] = {'a': [1, {'b': None}], 'c': True}",
    "m['v5'] = [1, (2,)]",
    "m['v5'] = {'a': {'b': object()}}",
    "m['v5'] = 1",
    "m['v6'] = type('Own', (int,), {})(3)",
    "m['v6'] = 4",
    "m['v7'] = {1: 2}",
    "m['v7'] = {'a': {None: 2}}",
    "m['v8'] = 10**400",
    "m['v8'] = [10**400]",
    "m['v8'] = '\\udc80'",
    # keys and modes that aren't text
    "m[1] = 1",
    "m[None] = 1",
    "m.record(b'a', 1)",
    "m.delete(1)",
    "del m[1]",
    "scope.record_metric(1, 1)",
    "self.record_metric(1, 1)",
    "m.record('k7', 1, 2)",
    "m.record('k7', 1, b'incr')",
    "m.record('k7')",
    "scope.record_metric('k7')",
    "m.record('k7', 1, mood='incr')",
    # names that aren't removed any more than they are recorded
    "del m['predict_time']",
    "del m['cog.a']",
    "del m['_a']",
    "m['_a'] = None",
    "m['predict_time'] = None",
)


def names() -> list[str]:
    """Names of few characters in many orders."""
    chosen = random.Random(1)
    return ["".join(chosen.choices("ab1_.é -", k=chosen.randint(1, 9))) for _ in range(600)]


def test_a_wrong_metric_fails_as_under_cog(tmp_path: Path) -> None:
    steps = [f"m[{name!r}] = 1" for name in (*NAMES, *names())]
    steps += [f"m.delete({name!r})" for name in NAMES]
    steps += STEPS
    sent = json.dumps(steps)
    gate = Gate(tmp_path / "cog" / SERVED, RELEASES[-1], PREDICTOR)
    try:
        gate.wait()
        cogs = json.loads(gate.predict(steps=sent).json["output"])
    finally:
        gate.stop()
    folder = tmp_path / "app" / SERVED
    write(folder, predict__py=PREDICTOR)
    add_app(folder)
    with Server(folder) as server:
        ours = json.loads(server.post(steps=sent).json()["output"])
        assert json.loads(server.post(steps=json.dumps(["m['k1'] = 1"])).json()["output"]) == ["fine"]
    cogs = [found.replace("coglet._sdk.", "") for found in cogs]
    different = [each for each in zip(steps, cogs, ours, strict=True) if each[1] != each[2]]
    assert different == []
    assert cogs.count("fine") > 50
    assert len({found.partition(":")[2] for found in cogs}) > 50


def test_metrics_can_be_read(tmp_path: Path) -> None:
    """Cog doesn't allow that; a predictor that does it runs here."""
    steps = [
        "m['a'] = 1",
        "m.record('a', 2, 'incr')",
        "m.record('b', 1, 'append')",
        "m.record('b', 2, 'append')",
        "m['c'] = 1",
        "m.record('c', 2, 'append')",
        "m['d'] = 1.5",
        "m['d'] += 1",
        "del m['d']",
        "m['e'] = 1",
        "m['e'] = None",
        "assert m == {'a': 3, 'b': [1, 2], 'c': [1, 2]} == dict(self.scope.metrics), m",
    ]
    folder = tmp_path / SERVED
    write(folder, predict__py=PREDICTOR)
    add_app(folder)
    with Server(folder) as server:
        for _ in range(2):
            assert json.loads(server.post(steps=json.dumps(steps)).json()["output"]) == ["fine"] * len(steps)
