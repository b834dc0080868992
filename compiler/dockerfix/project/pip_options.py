"""Options of pip as they occur in packages and requirements files: the flag, its value, the words of a command line."""

from __future__ import annotations

from typing import NamedTuple

from dockerfix.text.lazy_patterns import lazy

_LONG_WITH_VALUE = (
    "--index-url --pypi-url --extra-index-url --find-links --editable --requirement --constraint --trusted-host "
    "--no-binary --only-binary --use-feature --hash --global-option --config-settings --config-setting --platform "
    "--python-version --implementation --abi --timeout --proxy --root --target --prefix --src --cert --client-cert "
    "--cache-dir --retries --progress-bar --upgrade-strategy --exists-action --log --keyring-provider --report "
    "--build-option --install-option --build-constraint --index-strategy --index --default-index --python --group "
    "--uploaded-prior-to --root-user-action --resume-retries"
)
_SHORT = {"-i": "--index-url", "-f": "--find-links", "-e": "--editable", "-r": "--requirement", "-c": "--constraint"}
_WITH_VALUE = frozenset(_LONG_WITH_VALUE.split())
_SHORT_WITH_VALUE = frozenset({*_SHORT, "-t", "-C"})
_FILE_ONLY = frozenset({"--hash"})
_QUOTED = lazy(r"\"([^\"]*)\"|'([^']*)'")


class Option(NamedTuple):
    """An option of pip as written, with its value without quotes; None where it has none."""

    flag: str
    value: str | None

    @property
    def long(self) -> str:
        """The long form of the flag: ``--find-links`` for ``-f``."""
        return _SHORT.get(self.flag, self.flag)

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
    """Whether pip expects a value after `flag`."""
    return flag in _SHORT_WITH_VALUE or flag in _WITH_VALUE


def read_option(word: str, following: str | None) -> tuple[Option, int]:
    """The option that `word` begins, and how many words it takes."""
    following = None if following is not None and following.startswith("-") else following
    if word.startswith("--"):
        flag, equals, value = word.partition("=")
        if equals:
            return Option(flag, _unquote(value)), 1
        takes = flag in _WITH_VALUE
    else:
        flag = word[:2] if word[:2] in _SHORT_WITH_VALUE else word
        if len(word) > len(flag):
            return Option(flag, _unquote(word[2:])), 1
        takes = flag in _SHORT_WITH_VALUE
    if takes and following is not None:
        return Option(flag, _unquote(following)), 2
    return Option(flag, None), 1


def _unquote(text: str) -> str:
    return _QUOTED.sub(lambda match: match.group(1) or match.group(2) or "", text)
