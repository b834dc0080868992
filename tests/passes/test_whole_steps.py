"""Steps that go as a whole, and a user's command beside Cog's, with which they stay."""

from __future__ import annotations

import pytest

from pass_cases import alone

CACHE = "find / -type f -name '*python*.so' -printf '%h\\n' | sort -u > /etc/ld.so.conf.d/cog.conf && ldconfig"
KEY = "rm -f /etc/apt/sources.list.d/cuda.list && apt-key del 7fa2af80"
LINK = "ln -s /usr/bin/python3 /usr/local/bin/python"
WEIGHTS = "ln -s /var/cache/monobase/a /src/a"


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("drop_build_tuning", CACHE),
        ("drop_build_tuning", KEY),
        ("drop_server", "cp /src/own.yaml /src/cog.yaml"),
    ],
)
def test_a_step_of_cogs_goes(name: str, command: str) -> None:
    assert alone(name, f"FROM a\nRUN {command}\n").document.text == "FROM a\n"


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("drop_build_tuning", f"{CACHE} && setup"),
        ("drop_build_tuning", CACHE.replace("-printf", "-exec setup {} \\; -printf")),
        ("drop_build_tuning", f"{CACHE} > /log"),
        ("drop_build_tuning", f"{KEY}; rm -r /own"),
        ("drop_build_tuning", f"{KEY} > /log"),
        ("drop_build_tuning", f"! {CACHE}"),
        ("drop_build_tuning", f"x=$(setup) && {KEY}"),
        ("drop_server", "cp /src/own.yaml /src/cog.yaml > /log"),
        ("drop_server", "cp $(setup) /src/cog.yaml"),
        ("drop_server", "! cp /src/own.yaml /src/cog.yaml"),
        ("restore_weights", f"{WEIGHTS} > /log"),
    ],
)
def test_it_stays_with_a_command_of_the_users(name: str, command: str) -> None:
    text = f"FROM a\nRUN {command}\n"
    assert alone(name, text).document.text == text
