"""Which sources of ADD and COPY are git repositories.

As ``moby/buildkit@73ed6825c4b7:frontend/dockerfile/dfgitutil/git_ref.go``, ``util/gitutil/git_url.go`` and
``util/sshutil/scpurl.go`` decide it.
"""

from __future__ import annotations

from typing import NamedTuple

from dockerfix.driver.frontend import go
from dockerfix.syntax.characters import go_quote
from dockerfix.text.lazy_patterns import lazy


class GitSource(NamedTuple):
    """A source that is a git repository, as far as it is compared with the flags of ADD.

    `is_local` is set for ``github.com/…`` without a scheme, which is a path of the context here.
    """

    is_local: bool
    keep_git_dir: bool | None
    checksum: str


_PROTOCOL = lazy(r"([a-zA-Z0-9]+)://")
_SCP = lazy(r"[a-zA-Z0-9_-]+@[a-zA-Z0-9.-]+:(?:.*?)(?:\?(.*?))?(?:#(.*))?")
_SWITCHES = ("submodules", "keep-git-dir", "fetch-by-commit")


def git_source(text: str) -> GitSource | None:
    """The repository that `text` names, None for another source. Raises ValueError for a query that is refused."""
    if text.startswith(("./", "../")):
        return None
    protocol = _PROTOCOL.match(text)
    is_local = text.startswith("github.com/")
    if not (protocol or is_local or "@" in text):
        return None
    try:
        found = _query_and_fragment(text, protocol[1].lower() if protocol else "", is_local=is_local)
    except ValueError:
        return None
    if found is None:
        return None
    query, fragment = found
    ref, _, folder = fragment.partition(":")
    return _read_query(query, ref, _joined(folder), is_local=is_local)


def _query_and_fragment(text: str, protocol: str, *, is_local: bool) -> tuple[dict[str, list[str]], str] | None:
    if not protocol and not is_local:
        found = _SCP.fullmatch(text)
        return (go.parse_query(found[1] or "", strict=True), found[2] or "") if found else None
    if protocol and protocol not in ("http", "https", "ssh", "git"):
        return None
    url = go.parse_url(text)
    if protocol in ("http", "https") and not url.path.endswith(".git"):
        return None
    return go.parse_query(url.query), url.fragment


def _joined(path: str) -> str:
    """``path.Join("/", path)`` without its first slash."""
    import posixpath

    return posixpath.normpath("/" + path).lstrip("/") if path else ""


def _read_query(query: dict[str, list[str]], ref: str, folder: str, *, is_local: bool) -> GitSource:
    values: dict[str, str | None] = {}
    for name, given in query.items():
        if len(given) > 1:
            raise ValueError(f"query {go_quote(name)} has multiple values")
        values[name] = given[0] or None
        if not given[0] and name not in _SWITCHES:
            raise ValueError(f"query {go_quote(name)} has no value")
    switches = {name: _switch(name, values[name]) for name in _SWITCHES if name in values}
    for name, value in values.items():
        _check(name, value or "")
    _agree("ref", ref, values.get("ref"))
    _agree("subdir", folder, values.get("subdir"))
    ref = ref or values.get("ref") or ""
    tag, branch = values.get("tag"), values.get("branch")
    if tag and branch:
        raise ValueError("branch conflicts with tag")
    for prefix, value in (("refs/tags/", tag), ("refs/heads/", branch)):
        if value:
            _agree("ref", ref, value if value.startswith(prefix) else prefix + value)
    checksum = values.get("checksum") or values.get("commit") or ""
    return GitSource(is_local, switches.get("keep-git-dir"), checksum)


def _switch(name: str, value: str | None) -> bool:
    if value is None:
        return True
    try:
        return go.parse_bool(value)
    except ValueError:
        raise ValueError(f"invalid {name} value: {go_quote(value)}") from None


_KNOWN = frozenset([*_SWITCHES, "ref", "tag", "branch", "subdir", "checksum", "commit", "mtime"])


def _check(name: str, value: str) -> None:
    if name not in _KNOWN:
        raise ValueError(f"unexpected query {go_quote(name)}")
    if name == "mtime" and value not in ("checkout", "commit"):
        raise ValueError(f'invalid mtime value: {go_quote(value)} (must be "checkout" or "commit")')


def _agree(what: str, one: str, other: str | None) -> None:
    if one and other and one != other:
        raise ValueError(f"{what} conflicts: {go_quote(one)} vs {go_quote(other)}")
