"""Write several files together: all of them or none, whatever ends the program.

While files are written, a journal in their folder names them. Each new content goes to a file beside its target, each
old one gets a second name; then the new ones are renamed. An error or an interrupt puts back what was renamed. After a
``kill -9`` the journal is still there, and `recover` does the same.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from dockerfix.text.files import CHANGED, TEMPORARY, WriteError, is_unchanged, kind, write_new

JOURNAL = ".dockerfix-journal"
"""The file that is there while files are written, and after a program that was killed then."""
BUSY = "another dockerfix writes into this folder"

_DONE = b"done\n"
_MAX_JOURNAL = 1 << 20


class Write(NamedTuple):
    """A file to write: its path relative to the folder, with slashes, and its content; `before` is the content that it
    must still have, None for no file.
    """

    path: str
    data: bytes
    before: bytes | None


class Recovered(NamedTuple):
    """What `recover` did: the files put back, and those that somebody changed since, each with a file that has its old
    content.
    """

    undone: tuple[str, ...] = ()
    kept: tuple[tuple[str, str], ...] = ()


class _Move(NamedTuple):
    """A file that is written: `path` is relative to the folder with links followed, `digest` is of the new content."""

    path: str
    digest: str
    target: Path
    new: Path
    old: Path
    existed: bool


def write_all(root: Path, writes: Sequence[Write]) -> None:
    """Write all files, or none of them. Their modes, owners, and symbolic links to them stay; missing folders are made.

    Raises WriteError with the path in the message: for a file that changed meanwhile, for what is not a regular file,
    for whatever the system refuses, and for a folder that another run writes into. Raises OSError for a folder in which
    nothing can be written.
    """
    if not writes:
        return
    base = Path(os.path.realpath(root))
    mark = os.urandom(8).hex()
    moves: list[_Move] = []
    for number, write in enumerate(writes):
        with _naming(write.path):
            moves.append(_move(base, mark, number, write))
            if any(each.target == moves[-1].target for each in moves[:-1]):
                raise WriteError("it is a link to another file that is written")
    folders = [each for each in dict.fromkeys(move.target.parent for move in moves) if not each.is_dir()]
    with _journal(base, mark, moves, folders) as journal:
        try:
            for folder in folders:
                with _naming(folder.name):
                    folder.mkdir()
            for move, write in zip(moves, writes, strict=True):
                with _naming(write.path):
                    _prepare(move, write)
            for move, write in zip(moves, writes, strict=True):
                with _naming(write.path):
                    if not is_unchanged(move.target, write.before):
                        raise WriteError(CHANGED)
            for move, write in zip(moves, writes, strict=True):
                with _naming(write.path):
                    move.new.replace(move.target)
            _append(journal, _DONE)
        except BaseException:
            # an interrupt may have come after the end
            if not _read(journal).endswith(_DONE):
                _undo(moves, folders)
            _clear(base, moves)
            raise
        try:
            _clear(base, moves)
        except BaseException:
            _clear(base, moves)
            raise


def is_interrupted(root: Path) -> bool:
    """Whether a program was killed while it wrote into a folder, or is writing now."""
    return (root / JOURNAL).is_symlink() or (root / JOURNAL).exists()


def recover(root: Path) -> Recovered | None:
    """Undo what a killed program left half done in a folder; None if there was nothing.

    Raises WriteError if a program is writing into it now, for a journal that isn't one of ours, and for what can't be
    put back.
    """
    base = Path(os.path.realpath(root))
    path = base / JOURNAL
    with _naming(JOURNAL):
        try:
            descriptor = os.open(path, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        except FileNotFoundError:
            return None
    try:
        _lock(descriptor, path)
        data = _read(descriptor)
        head, newline, rest = data.partition(b"\n")
        moves, folders = _parsed(base, head) if newline else ([], [])
        found = Recovered()
        if newline and rest != _DONE:
            found = _undo(moves, folders)
        _clear(base, moves, keep=[old for _path, old in found.kept])
    finally:
        os.close(descriptor)
    return found


def _move(base: Path, mark: str, number: int, write: Write) -> _Move:
    """Where a file is written. Raises WriteError and OSError for what is not a regular file."""
    target = Path(os.path.realpath(base / write.path))
    present = None
    with contextlib.suppress(FileNotFoundError):
        present = (base / write.path).stat()
    if present is not None and not stat.S_ISREG(present.st_mode):
        raise WriteError(f"it is a {kind(present.st_mode)}")
    if not target.is_relative_to(base):
        raise WriteError("it is a link out of the project")
    return _placed(base, mark, number, target, sha256(write.data).hexdigest(), write.before is not None)


def _placed(base: Path, mark: str, number: int, target: Path, digest: str, existed: bool) -> _Move:
    name = f"{TEMPORARY}{mark}-{number}"
    new, old = target.with_name(f"{name}.new"), target.with_name(f"{name}.old")
    return _Move(target.relative_to(base).as_posix(), digest, target, new, old, existed)


def _prepare(move: _Move, write: Write) -> None:
    """Write the new content beside the file, and give the old one a second name, or copy it where that can't be."""
    present = move.target.stat() if write.before is not None else None
    write_new(move.new, write.data, present)
    if write.before is not None:
        try:
            os.link(move.target, move.old)
        except OSError:
            write_new(move.old, write.before, present)


def _undo(moves: Sequence[_Move], folders: Sequence[Path]) -> Recovered:
    """Put back what was renamed. Can be interrupted and done again. Raises WriteError for what can't be put back."""
    undone: list[str] = []
    kept: list[tuple[str, str]] = []
    for move in reversed(moves):
        with _naming(move.path):
            if os.path.lexists(move.new):
                # it wasn't renamed; the old name goes first, so that this stays clear if the undoing is interrupted
                move.old.unlink(missing_ok=True)
                move.new.unlink()
            elif move.existed and os.path.lexists(move.old):
                if _digest(move.target) in (move.digest, None):
                    move.old.replace(move.target)
                    undone.append(move.path)
                else:
                    kept.append((move.path, str(move.old)))
            elif not move.existed and _digest(move.target) == move.digest:
                move.target.unlink()
                undone.append(move.path)
    for folder in reversed(folders):
        with contextlib.suppress(OSError):
            folder.rmdir()
    return Recovered(tuple(reversed(undone)), tuple(reversed(kept)))


def _clear(base: Path, moves: Sequence[_Move], keep: Sequence[str] = ()) -> None:
    """Remove the files beside the targets, and the journal last."""
    for move in moves:
        for path in (move.old, move.new):
            if str(path) not in keep:
                with contextlib.suppress(OSError):
                    path.unlink()
    with contextlib.suppress(OSError):
        (base / JOURNAL).unlink()


def _digest(path: Path) -> str | None:
    """The checksum of a file, None without one."""
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return ""
        with path.open("rb") as stream:
            found = sha256()
            while part := stream.read(1 << 20):
                found.update(part)
    except FileNotFoundError:
        return None
    return found.hexdigest()


@contextlib.contextmanager
def _naming(path: str) -> Iterator[None]:
    """Put the path before the message of an error."""
    try:
        yield
    except WriteError as error:
        raise WriteError(f"{path}: {error}") from None
    except OSError as error:
        raise WriteError(f"{path}: {error.strerror or error}") from None


@contextlib.contextmanager
def _journal(base: Path, mark: str, moves: Sequence[_Move], folders: Sequence[Path]) -> Iterator[int]:
    """Make the journal and lock it for as long as this process lives. Raises WriteError and OSError."""
    import json

    files = [{"path": each.path, "new": each.digest, "existed": each.existed} for each in moves]
    made = [folder.relative_to(base).as_posix() for folder in folders]
    line = json.dumps({"mark": mark, "files": files, "folders": made}).encode() + b"\n"
    path = base / JOURNAL
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
    except FileExistsError:
        raise WriteError(f"{JOURNAL}: {BUSY}") from None
    try:
        _lock(descriptor, path)
        try:
            _append(descriptor, line)
        except BaseException:
            with contextlib.suppress(OSError):
                path.unlink()
            raise
        yield descriptor
    finally:
        os.close(descriptor)


def _lock(descriptor: int, path: Path) -> None:
    """Lock the journal, which the system undoes when the process ends. Raises WriteError if another process has it."""
    try:
        import fcntl
    except ImportError:  # Windows
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        is_there = os.path.samestat(os.fstat(descriptor), path.lstat())
    except BlockingIOError:
        is_there = False
    except FileNotFoundError:
        is_there = False
    except OSError:
        return  # a file system without locks
    if not is_there:
        raise WriteError(f"{JOURNAL}: {BUSY}")


def _append(descriptor: int, line: bytes) -> None:
    """Write a line to the journal, all of it. Raises OSError."""
    while line:
        line = line[os.write(descriptor, line) :]
    os.fsync(descriptor)


def _read(descriptor: int) -> bytes:
    """What the journal says; b"" for a special file in its place."""
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        return b"\n"
    os.lseek(descriptor, 0, os.SEEK_SET)
    data = b""
    while len(data) <= _MAX_JOURNAL and (part := os.read(descriptor, _MAX_JOURNAL)):
        data += part
    return data


def _parsed(base: Path, line: bytes) -> tuple[list[_Move], list[Path]]:
    """What a journal names. It may come with a repository, so only files of the folder count. Raises WriteError."""
    import json

    try:
        data = json.loads(line)
        mark = str(data["mark"])
        if len(mark) != 16 or not set(mark) <= set("0123456789abcdef"):
            raise ValueError(mark)
        moves = [
            _placed(base, mark, number, _inside(base, each["path"]), str(each["new"]), bool(each["existed"]))
            for number, each in enumerate(data["files"])
        ]
        folders = [_inside(base, each) for each in data["folders"]]
    except (ValueError, KeyError, TypeError, RecursionError, OSError):
        raise WriteError(f"{JOURNAL}: dockerfix did not write it; remove it") from None
    return moves, folders


def _inside(base: Path, relative: str) -> Path:
    """A file in the folder whose own folder isn't reached by links. Raises ValueError."""
    path = base / relative
    parent = path.parent
    if (
        "\0" in relative
        or ".." in path.parts
        or not parent.is_relative_to(base)
        or Path(os.path.realpath(parent)) != parent
    ):
        raise ValueError(relative)
    return path
