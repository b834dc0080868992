"""The tables of GPUs and of fal's machines agree."""

from __future__ import annotations

from dockerfix.knowledge import fal, gpu


def test_the_tables_know_the_same_gpus() -> None:
    known = {each.sm: each.least_cuda for each in gpu.architectures()}
    assert {machine.arch: machine.least_cuda for machine in fal.machines()} == known
    assert set(gpu.usual_machines()) <= {machine.name for machine in fal.machines()}
