"""Secrets in any text: which are found, what is shown of them, and that it takes linear time."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockerfix.text.credentials import (
    BLANK,
    Masked,
    has_login,
    holds_secret,
    is_secret,
    masked,
    secrets,
    shortened,
)
from effort import examples
from secret_texts import FOUND

NOT_FOUND = (
    "ENV HF_TOKEN=",
    'ENV HF_TOKEN=""',
    "ENV HF_TOKEN= B=1",
    "ENV HF_TOKEN=$HF_TOKEN",
    "ENV HF_TOKEN=${HF_TOKEN:-}",
    "ENV AUTH_TOKEN='Bearer $TOKEN'",
    "ARG HF_TOKEN",
    "ENV PASSWORD=$(cat /run/secrets/x)",
    'RUN curl -H "Authorization: Bearer $(cat /run/secrets/token)" https://x',
    "ENV GPG_KEY=E3FF2839C048B25C084DEBE9B26995E310250568",
    "TOKENIZERS_PARALLELISM=false",
    "HF_HUB_DISABLE_IMPLICIT_TOKEN=1",
    "TOKEN_FILE=/x",
    "GOOGLE_APPLICATION_CREDENTIALS=/secrets/k.json",
    "EOS_TOKEN=</s>",
    "MAX_NEW_TOKEN=abc",
    "model(token=token)",
    "use_auth_token=True",
    "password=args.password",
    'token=os.environ["X"]',
    "https://$USER:${TOKEN}@h",
    "https://user:${TOKEN}@h",
    "git clone https://git@example.org/x",
    "ssh://deploy@h/x",
    "postgres://user@h/db",
    "https://h/?token=$TOKEN",
    "http://h/?token=***",
    "https://h?mail=a@b.c",
    "x @ https://h/x.whl#sha256=abc",
    "git+https://github.com/a/b@v1",
    "pip install x@https://h/x.whl",
    "pip install token==1.2.3",
    "FROM my-token:v1.2.3",
    "useradd -u 1000:1000",
    "RUN --mount=type=secret,id=token,target=/t x",
    "apt-key adv --keyserver x --recv-keys ABCD1234ABCD1234ABCD1234",
    "--hash=sha256:abc",
    "ENV PWD=/src",
    "x --password-stdin y",
    "x?token=1",
    "a token: it reads the file",
    "set -u; a:b",
)


@pytest.mark.parametrize("text", FOUND)
def test_what_is_found_is_not_shown(text: str) -> None:
    assert masked(text) == FOUND[text]
    assert holds_secret(text)
    assert masked(FOUND[text]) == FOUND[text]


@pytest.mark.parametrize("text", NOT_FOUND)
def test_what_is_no_secret(text: str) -> None:
    assert secrets(text) == []
    assert masked(text) == text


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("HF_TOKEN", "hf_x", True),
        ("PASSWORD", "my (secret) words", True),
        ("BASIC_AUTH", "me:pw", True),
        ("INDEX", "https://u:p@h/simple", True),
        ("GREETING", "hello token=", False),
        ("HF_TOKEN", "", False),
        ("HF_TOKEN", "$OTHER", False),
        ("APP_AUTH", "private", False),
    ],
)
def test_variables(name: str, value: str, *, expected: bool) -> None:
    assert is_secret(name, value) is expected


def test_a_login_may_be_a_variable() -> None:
    assert has_login("https://${TOKEN}@h")
    assert not has_login("ssh://git@h")


def test_holders_are_named() -> None:
    text = "ENV HF_TOKEN=x A=https://u:p@h"
    assert [each.holder for each in secrets(text)] == ["`HF_TOKEN`", "a URL"]


def test_parts_of_a_secret_are_not_shown() -> None:
    text = "ENV HF_TOKEN=hunter2 B=2"
    shown = Masked(text)
    for start in range(len(text)):
        for end in range(start, len(text)):
            assert not set("hunter") & set(shown.slice(start, end).replace("ENV HF_TOKEN=", "")), (start, end)


def test_a_short_text_has_no_part_of_a_secret() -> None:
    text = "x" * 50 + " https://me:hunter2hunter2@h"
    assert "hunter" not in shortened(text, 72)
    assert len(shortened(text, 60)) <= 60


@examples
@given(st.text(alphabet="aT=:@/\\\n\"'`$ -#{}*<>?&", max_size=60))
def test_masking_settles_and_keeps_lines(text: str) -> None:
    shown = masked(text)
    assert shown.count("\n") == text.count("\n")
    assert masked(shown) == shown


@examples
@given(
    st.sampled_from(
        ["ENV {}TOKEN={} B=1", "RUN x --password {} y", "RUN git clone https://a:{}@h/{}x", "ENV {}API_KEY {}"]
    ),
    st.text(alphabet="abcxyz", min_size=8, max_size=20).map(lambda word: f"q{word}7"),
)
def test_a_value_is_shown_nowhere(form: str, value: str) -> None:
    text = (
        form.replace("{}", value)
        if form.count("{}") == 1
        else form.format("", value)
        if "ENV" in form
        else form.format(value, "")
    )
    assert value not in masked(text)
    assert BLANK in masked(text)


SHAPES: dict[str, Callable[[int], str]] = {
    "names": lambda n: "token=" * n,
    "names with blanks": lambda n: "token = " * n,
    "colons": lambda n: "token: " * n,
    "addresses": lambda n: "://" * n,
    "logins": lambda n: "h://a@" * n,
    "login colons": lambda n: "://a:" * n,
    "parameters": lambda n: "://h?" + "token=a&" * n,
    "blanks": lambda n: "a" + " " * n + "=b",
    "a word": lambda n: "a" * n,
    "options of curl": lambda n: "curl " + "-u=," * n,
    "proxies": lambda n: "proxy=," * n + "@",
    "private keys": lambda n: "-----BEGIN PRIVATE KEY-----" * n,
    "double quotes": lambda n: 'token="' * n,
    "single quotes": lambda n: "token='\\" * n,
    "references": lambda n: "token=" + "$(" * n,
    "braces": lambda n: "token=" + "${a:-" * n,
    "tokens": lambda n: "eyJaaaaaaaaaaaa." * n,
    "continued lines": lambda n: "token=\\\n" * n,
    "backslashes": lambda n: "\\   " * n,
    "dashes": lambda n: "-" * n,
    "netrc": lambda n: "login a " * n + "password",
    "old variables": lambda n: "ENV a_token x\n" * n,
    "options": lambda n: "--token " * n,
    "schemes": lambda n: "token=bearer " * n,
    "back-ticks": lambda n: "token=`" * n,
}


@pytest.mark.parametrize("name", SHAPES)
def test_time_is_linear(name: str) -> None:
    """Eight times the length takes about eight times as long; what is quadratic takes sixty-four times."""

    def seconds(size: int) -> float:
        text = SHAPES[name](size)
        best = 1e9
        for _ in range(3):
            start = time.process_time()
            masked(text)
            best = min(best, time.process_time() - start)
        return best

    assert seconds(16_000) < 24 * seconds(2_000) + 0.01
