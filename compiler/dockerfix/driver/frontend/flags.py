"""The flags of instructions and the values they take (``instructions/bflag.go``, ``parse.go``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from dockerfix.driver.frontend.refusal import Refused, suggest
from dockerfix.syntax.dockerfile.instructions import View

Kind = Literal["switch", "one", "many"]

FLAGS: Mapping[str, Mapping[str, Kind]] = {
    "ADD": {
        "chown": "one",
        "chmod": "one",
        "link": "switch",
        "keep-git-dir": "switch",
        "checksum": "one",
        "unpack": "switch",
        "exclude": "many",
    },
    "COPY": {
        "chown": "one",
        "from": "one",
        "chmod": "one",
        "link": "switch",
        "exclude": "many",
        "parents": "switch",
    },
    "FROM": {"platform": "one"},
    "HEALTHCHECK": {
        "interval": "one",
        "timeout": "one",
        "start-period": "one",
        "start-interval": "one",
        "retries": "one",
    },
    "RUN": {"mount": "many", "device": "many", "network": "one", "security": "one"},
}
"""The flags that each instruction knows; the others know none. BuildKit never looks at those of ARG and STOPSIGNAL."""


def check_flags(view: View, keyword: str) -> None:
    """Raise Refused for the first flag that the instruction does not take."""
    if not view.command.flags:
        return
    known = FLAGS.get(keyword, {})
    seen: set[str] = set()
    for flag in view.flags:
        kind = known.get(flag.name)
        if kind is None:
            raise Refused(f"unknown flag: --{flag.name}{suggest(flag.name, known)}", flag.span)
        if flag.name in seen and kind != "many":
            raise Refused(f"duplicate flag specified: --{flag.name}", flag.span)
        seen.add(flag.name)
        if flag.value is None:
            if kind != "switch":
                raise Refused(f"missing a value on flag: --{flag.name}", flag.span)
        elif kind == "switch":
            if not flag.value:
                raise Refused(f"missing a value on flag: --{flag.name}", flag.span)
            if flag.value.lower() not in ("true", "false"):
                raise Refused(f"expecting boolean value for flag --{flag.name}, not: {flag.value}", flag.span)


def is_switched_on(view: View, name: str) -> bool | None:
    """The value of a switch, None where it is not given."""
    flag = view.flag(name)
    return None if flag is None else (flag.value or "true").lower() == "true"
