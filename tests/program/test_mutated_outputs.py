"""Outputs of `cog debug` and results of dockerfix after accidents are refused, or converted without a loss.

400 in the quick profile, 20,000 with ``pytest --hypothesis-profile=thorough``; the number of a case is its seed.
"""

from __future__ import annotations

import pytest

import effort
import oracles
from output_mutations import case

PARTS = 4


@pytest.mark.parametrize("part", range(PARTS))
def test_a_mutated_output(part: int) -> None:
    wrong = {seed: found for seed in effort.seeds("test_a_mutated_output", part, PARTS) if (found := fault(seed))}
    assert not wrong


def fault(seed: int) -> str:
    """What is wrong with the result for the case of a seed; "" if nothing is."""
    try:
        oracles.check_mutated(case(seed))
    except AssertionError as error:
        return str(error) or "the result of the second run differs"
    return ""


def test_the_cases_are_of_both_kinds() -> None:
    results = [(each := case(seed)).rewrite(each.text) for seed in range(100)]
    assert sum(result.ok for result in results) > 25
    assert sum(result.refused for result in results) > 10
