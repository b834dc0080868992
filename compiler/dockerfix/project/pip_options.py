"""Options of pip and of ``uv pip``: which take a value, how one is read, and the words that write it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from dockerfix.text.lazy_patterns import lazy

_PIP = (
    "--abi --build --build-constraint --build-dir --build-directory --build-option --cache-dir --cert "
    "--client-cert --config-settings --constraint --default-timeout --editable --exists-action --extra-index-url "
    "--find-links --global-option --group --hash --implementation --index-url --install-option --keyring-provider "
    "--local-log --log --log-file --no-binary --only-binary --platform --prefix --progress-bar --proxy --pypi-url "
    "--python --python-version --report --requirement --resume-retries --retries --root --root-user-action "
    "--skip-requirements-regex --source --source-dir --source-directory --src --target --timeout --trusted-host "
    "--upgrade-strategy --uploaded-prior-to --use-deprecated --use-feature -C -b -c -e -f -i -r -t"
)
"""Options with a value in pip 19 to 26: `pip install`, `pip uninstall` and those of every command.

Source: ``pypa/pip:src/pip/_internal/cli/cmdoptions.py``.
"""
_UV = (
    "--allow-insecure-host --build-constraints --color --config-file --config-setting --config-settings-package "
    "--constraints --default-index --directory --env-file --exclude-newer --exclude-newer-package --excludes "
    "--extra --fork-strategy --index --index-strategy --link-mode --no-binary-package "
    "--no-build-isolation-package --no-build-package --no-editable-package --no-extra --no-group "
    "--no-sources-package --only-group --output-format --override --overrides --package --prerelease "
    "--prerelease-package --project --python-platform --refresh-package --reinstall-package --requirements "
    "--resolution --torch-backend --upgrade-group --upgrade-package --with --with-editable --with-requirements -P "
    "-p -w"
)
"""Further options of uv 0.13: `uv`, `uv run` and `uv pip install` (``astral-sh/uv:crates/uv-cli/src/lib.rs``)."""
_VALUED = frozenset(f"{_PIP} {_UV}".split())
_LONG = {
    "-i": "--index-url",
    "-f": "--find-links",
    "-e": "--editable",
    "-r": "--requirement",
    "-c": "--constraint",
    "--pypi-url": "--index-url",
    "--requirements": "--requirement",
    "--constraints": "--constraint",
}
_SHORT_FLAGS = frozenset("IUVhnqvy")
_FILE_ONLY = frozenset({"--hash"})
_QUOTED = lazy(r"\"([^\"]*)\"|'([^']*)'")


class Option(NamedTuple):
    """An option as written, with its value without quotes; None without a value.

    The flag of short options written together (``-qr FILE``) is all of them; the last one takes the value.
    """

    flag: str
    value: str | None

    @property
    def long(self) -> str:
        """The long form of the option with the value: ``--find-links`` for ``-f``, ``--requirement`` for ``-qr``."""
        flag = self.flag if self.flag.startswith("--") else f"-{self.flag[-1]}"
        return _LONG.get(flag, self.flag)

    @property
    def words(self) -> tuple[str, ...]:
        """The words of a command line, unquoted: one for a long flag, two for a short one."""
        if self.value is None:
            return (self.flag,)
        return (f"{self.flag}={self.value}",) if self.flag.startswith("--") else (self.flag, self.value)

    @property
    def file_only(self) -> bool:
        """Whether pip takes it in a requirements file but not on its command line."""
        return self.flag in _FILE_ONLY


def takes_value(flag: str) -> bool:
    """Whether pip expects a value after `flag`, which may be short options written together."""
    return flag in _VALUED or (_is_short(flag) and f"-{flag[-1]}" in _VALUED)


def _is_short(flag: str) -> bool:
    """Whether `flag` is short options written together, the last of any kind and the others without a value."""
    return flag[:1] == "-" and flag[1:2] not in ("", "-") and _SHORT_FLAGS.issuperset(flag[1:-1])


def read_option(word: str, following: str | None) -> tuple[Option, int]:
    """Return the option that `word` begins, and how many words it takes: one, or two with `following` as its value."""
    if word.startswith("--"):
        flag, equals, value = word.partition("=")
        if equals:
            return Option(flag, _unquote(value)), 1
    else:
        end = next((end for end in range(2, len(word)) if _is_short(word[:end]) and takes_value(word[:end])), len(word))
        flag = word[:end]
        if end < len(word):
            return Option(flag, _unquote(word[end:])), 1
    if following is not None and not following.startswith("-") and takes_value(flag):
        return Option(flag, _unquote(following)), 2
    return Option(flag, None), 1


def skip_options(words: Sequence[str], start: int) -> int:
    """Return the index of the first word from `start` that is neither an option nor the value of one."""
    at = start
    while at < len(words) and words[at].startswith("-"):
        at += read_option(words[at], words[at + 1] if at + 1 < len(words) else None)[1]
    return at


def _unquote(text: str) -> str:
    return _QUOTED.sub(lambda match: match.group(1) or match.group(2) or "", text)
