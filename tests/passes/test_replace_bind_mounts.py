"""DF305 beyond its golden cases: bind mounts become copies."""

from __future__ import annotations

import pytest

from dockerfix.text.findings import Severity
from pass_cases import (
    outcome,
)

NOTE, WARNING, ERROR = Severity.NOTE, Severity.WARNING, Severity.ERROR


@pytest.mark.parametrize(
    ("flags", "copies", "left"),
    [
        ("--mount=type=bind,source=a,target=/b", ["COPY a /b"], ""),
        ("--mount=src=a,dst=/b", ["COPY a /b"], ""),
        ("--mount=type=bind,source=/a/,destination=/b/,ro", ["COPY a /b"], ""),
        ("--mount=type=bind,target=/b", ["COPY . /b"], ""),
        ("--mount=type=bind,source=.,target=b", ["COPY . b"], ""),
        ("--mount=type=bind,source=${F:-f},target=/b", ["COPY f /b"], ""),
        ('--mount=type=bind,source="a b",target=/b', ['COPY ["a b", "/b"]'], ""),
        ("--mount=type=bind,source=a--b,target=/b", None, ""),
        ("--mount=type=bind,from=,source=a,target=/b", ["COPY a /b"], ""),
        ("--mount=type=bind,target=/s --mount=type=bind,source=x,target=/s/x", ["COPY . /s", "COPY x /s/x"], ""),
        ("--network=none --mount=type=bind,source=a,target=/b", ["COPY a /b"], "--network=none "),
        (
            "--mount=type=cache,target=/c --mount=type=bind,source=a,target=/b --mount=type=secret,id=s",
            ["COPY a /b"],
            "--mount=type=cache,target=/c --mount=type=secret,id=s ",
        ),
    ],
)
def test_bind_mounts(flags: str, copies: list[str] | None, left: str) -> None:
    command = "echo --mount=type=bind,source=z,target=/z 'it'"
    text = outcome("DF305", f"FROM scratch\nRUN {flags} {command}\n").document.text
    if copies is None:
        assert text == f"FROM scratch\nRUN {flags} {command}\n"
        return
    count = " (2 instructions)" if len(copies) == 2 else ""
    these = "these" if len(copies) == 2 else "this"
    comment = f"# dockerfix[DF305]: the RUN below mounted {these} from the project{count}"
    assert text == "\n".join(["FROM scratch", comment, *copies, f"RUN {left}{command}", ""])


@pytest.mark.parametrize(
    "flags",
    [
        "--mount=type=bind,from=st,source=a,target=/b",
        "--mount=type=cache,target=/c",
        "--mount=type=tmpfs,target=/c",
        "--mount=type=secret,id=a,target=/b",
        "--mount=type=ssh",
        "",
    ],
)
def test_other_mounts_stay(flags: str) -> None:
    text = f"FROM x AS st\nFROM y\nRUN {flags} echo\n"
    result = outcome("DF305", text)
    assert (result.document.text, result.findings) == (text, ())


@pytest.mark.parametrize(
    "flags",
    [
        "--mount=type=bind,source=$F,target=/b",
        "--mount=type=bind,source=a",
        "--mount=type=bind,source=../a,target=/b",
        "--mount=type=bind,source=*.a,target=/b",
        "--mount=type=tmpfs,target=/b --mount=type=bind,source=a,target=/b/a",
    ],
)
def test_mounts_that_can_not_be_copied(flags: str) -> None:
    text = f"FROM x\nRUN {flags} echo\n"
    result = outcome("DF305", text)
    assert result.document.text == text
    assert [each.severity for each in result.findings] == [ERROR]
    assert [each.severity for each in outcome("DF305", f"{text}COPY . /src\n").findings] == [WARNING]


def test_nothing_but_the_flag_is_taken_from_a_run() -> None:
    text = (
        "FROM x\nRUN \\\n  --mount=type=bind,source=a,target=/a \\\n  # note\n"
        "  --mount=type=cache,target=/c --mount=type=bind,source=b,target=/b \\\n    cmd \\\n\tmore\n"
    )
    result = outcome("DF305", text).document.text
    assert result.endswith("RUN \\\n  # note\n  --mount=type=cache,target=/c \\\n    cmd \\\n\tmore\n")
