"""Several files are written together: all or none, wherever an error, an interrupt or a `kill -9` comes."""

from __future__ import annotations

import itertools
import json
import os
import signal
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dockerfix.text import transactions
from dockerfix.text.files import TEMPORARY, WriteError
from dockerfix.text.transactions import JOURNAL, Write, recover, write_all

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes can't be forked here")

WRITES = (
    Write("a", b"a2", b"a1"),
    Write("sub/b", b"b2", b"b1"),
    Write("c", b"c2", None),
    Write("made/d", b"d2", None),
    Write("link", b"l2", b"l1"),
)
NEW = {"a": b"a2", "sub/b": b"b2", "c": b"c2", "made/d": b"d2", "there": b"l2"}
OLD = {"a": b"a1", "sub/b": b"b1", "there": b"l1"}

STEPS = frozenset(
    {"open", "os.rename", "os.link", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "written", "synced"}
)
"""What is counted: each call of the system that changes something, and the opening of files."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return fill(tmp_path / "project")


def fill(folder: Path) -> Path:
    """A folder with the old files."""
    (folder / "sub").mkdir(parents=True)
    for name, data in OLD.items():
        (folder / name).write_bytes(data)
    (folder / "a").chmod(0o640)
    (folder / "link").symlink_to("there")
    return folder


def contents(folder: Path, *, ours: bool = True) -> dict[str, bytes]:
    """What is in a folder, without links and empty folders; with `ours` false without temporary files."""
    found = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    kept = (path for path in found if ours or not path.name.startswith(TEMPORARY))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in kept}


def written(folder: Path) -> None:
    write_all(folder, WRITES)


def recovered(folder: Path) -> None:
    recover(folder)


def stopped(
    folder: Path, points: tuple[int, ...], how: Callable[[], None], action: Callable[[Path], None] = written
) -> bool:
    """Act in a process of its own, and do `how` before the steps with these numbers; whether there were as many."""
    reached, tell = os.pipe()
    child = os.fork()
    if not child:
        os.close(reached)
        counter = itertools.count()
        write, fsync = os.write, os.fsync

        def step(event: str, arguments: tuple[Any, ...]) -> None:
            del arguments
            if event in STEPS and next(counter) in points:
                write(tell, b".")
                how()

        def audited(event: str, function: Callable[..., Any]) -> Callable[..., Any]:
            def call(*arguments: Any) -> Any:
                sys.audit(event)
                return function(*arguments)

            return call

        os.write, os.fsync = audited("written", write), audited("synced", fsync)
        try:
            sys.addaudithook(step)
            action(folder)
        except BaseException:  # noqa: BLE001 - the test looks at the files
            os._exit(1)
        os._exit(0)
    os.close(tell)
    with os.fdopen(reached, "rb") as stream:
        seen = len(stream.read())
    os.waitpid(child, 0)
    return seen == len(points)


def numbered(folder: Path, how: Callable[[], None], *more: int) -> Iterator[tuple[int, Path]]:
    """A fresh folder after each step at which the writing can be stopped, and `more` steps behind it."""
    for number in itertools.count():
        place = fill(folder / str(number))
        if not stopped(place, (number, *(number + each for each in more)), how):
            return
        yield number, place


def killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def interrupted() -> None:
    raise KeyboardInterrupt


def without_room() -> None:
    raise OSError(28, "No space left on device")


def test_all_are_written(folder: Path) -> None:
    write_all(folder, WRITES)
    assert contents(folder) == NEW
    assert stat.S_IMODE((folder / "a").stat().st_mode) == 0o640
    assert (folder / "link").is_symlink()


def test_nothing_to_write_needs_no_journal(folder: Path) -> None:
    folder.chmod(0o500)
    write_all(folder, ())
    assert contents(folder) == OLD


@needs_fork
def test_a_kill_at_any_step(tmp_path: Path) -> None:
    told = 0
    number = 0
    for number, folder in numbered(tmp_path, killed):
        whole = {name: {data, NEW[name]} for name, data in OLD.items()}
        found = contents(folder)
        assert all(found[name] in either for name, either in whole.items()), number
        changed = any(found.get(name) == data for name, data in NEW.items())
        undone = recover(folder)
        after = contents(folder)
        assert after in (OLD, NEW), number
        assert (folder / "made").exists() == (after == NEW), number
        assert stat.S_IMODE((folder / "a").stat().st_mode) == 0o640
        # the run says what was half done
        assert bool(undone and undone.undone) == (changed and after == OLD), number
        told += bool(undone and undone.undone)
        assert recover(folder) is None
    assert number > 25
    assert told >= len(WRITES)


@needs_fork
@pytest.mark.parametrize("how", [interrupted, without_room])
def test_an_interrupt_or_an_error_at_any_step(tmp_path: Path, how: Callable[[], None]) -> None:
    number = 0
    ends = set()
    for number, folder in numbered(tmp_path, how):
        found = contents(folder, ours=False)
        assert found in (OLD, NEW), number
        ends.add(found == NEW)
        # one in the last step, the removal of temporary files, may leave some of them
        recover(folder)
        assert contents(folder, ours=how is interrupted) == found, number
    assert number > 25
    assert ends == {False, True}


@needs_fork
@pytest.mark.parametrize("later", range(1, 9))
def test_an_interrupt_while_an_interrupt_is_undone(tmp_path: Path, later: int) -> None:
    for number, folder in numbered(tmp_path, interrupted, later):
        recover(folder)
        assert contents(folder) in (OLD, NEW), (number, later)


@needs_fork
@pytest.mark.parametrize("number", range(6, 36, 4))
def test_a_kill_while_a_kill_is_undone(tmp_path: Path, number: int) -> None:
    point = 0
    for point in itertools.count():
        folder = fill(tmp_path / str(point))
        assert stopped(folder, (number,), killed)
        if not stopped(folder, (point,), killed, recovered):
            break
        recover(folder)
        assert contents(folder) in (OLD, NEW), point
    assert point > 5


@needs_fork
def test_what_somebody_changed_after_a_kill_stays(tmp_path: Path) -> None:
    kept = 0
    for number, folder in numbered(tmp_path, killed):
        if (folder / "a").read_bytes() != b"a2" or not (folder / JOURNAL).exists():
            continue
        (folder / "a").write_bytes(b"mine")
        found = recover(folder)
        after = contents(folder)
        assert after.pop("a") == b"mine", number
        for path, old in found.kept if found else ():
            assert (path, Path(old).read_bytes()) == ("a", b"a1")
            Path(old).unlink()
            kept += 1
    assert kept


@pytest.mark.parametrize("name", ["a", "c"])
def test_what_changed_since_it_was_read_stays(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"mine")
    with pytest.raises(WriteError, match=rf"^{name}: it was changed, replaced or removed meanwhile"):
        write_all(folder, WRITES)
    assert contents(folder) == {**OLD, name: b"mine"}


def test_what_was_removed_since_is_not_made_again(folder: Path) -> None:
    (folder / "a").unlink()
    with pytest.raises(WriteError, match=r"^a: "):
        write_all(folder, WRITES)
    assert "a" not in contents(folder)


def test_what_is_no_file(folder: Path) -> None:
    (folder / "c").mkdir()
    with pytest.raises(WriteError, match=r"^c: it is a folder$"):
        write_all(folder, WRITES)
    (folder / "c").rmdir()
    for target, reason in (
        ("c", r"^c: "),
        ("../out", r"^c: it is a link out of the project$"),
        ("a", r"^c: it is a link to another file that is written$"),
    ):
        (folder / "c").symlink_to(target)
        with pytest.raises(WriteError, match=reason):
            write_all(folder, WRITES)
        (folder / "c").unlink()
    assert contents(folder) == OLD


def test_without_hard_links_the_old_content_is_copied(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_names: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    rename = Path.replace

    def replace(path: Path, target: Path) -> Path:
        if target.name == "c":
            raise PermissionError(1, "Operation not permitted")
        return rename(path, target)

    monkeypatch.setattr(os, "link", refused)
    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(WriteError, match=r"^c: Operation not permitted$"):
        write_all(folder, WRITES)
    assert contents(folder) == OLD
    assert stat.S_IMODE((folder / "a").stat().st_mode) == 0o640


def test_two_runs_at_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    prepare = transactions._prepare

    def other(*arguments: Any) -> None:
        for run in (lambda: write_all(folder, WRITES), lambda: recover(folder)):
            with pytest.raises(WriteError, match=transactions.BUSY):
                run()
            seen.append(run)
        prepare(*arguments)

    monkeypatch.setattr(transactions, "_prepare", other)
    write_all(folder, WRITES)
    assert len(seen) == 2 * len(WRITES)
    assert contents(folder) == NEW


class TestJournalOfSomebodyElse:
    """A journal may come with a repository; it must not lead to anything outside of the folder, nor to other names."""

    MARK = "0" * 16

    def journal(self, folder: Path, **changes: Any) -> None:
        entry = {"path": "a", "new": "", "existed": True}
        data = {"mark": self.MARK, "files": [{**entry, **changes.pop("entry", {})}], "folders": [], **changes}
        (folder / JOURNAL).write_text(json.dumps(data) + "\n")

    @pytest.mark.parametrize(
        "changes",
        [
            {"mark": "../../x"},
            {"mark": "x" * 16},
            {"entry": {"path": "../out"}},
            {"entry": {"path": "/etc/passwd"}},
            {"entry": {"path": "way/out"}},
            {"entry": {"path": 3}},
            {"entry": {"path": "a\0"}},
            {"folders": ["../project"]},
            {"folders": 3},
            {"files": 3},
        ],
    )
    def test_is_refused(self, folder: Path, changes: dict[str, Any]) -> None:
        (folder / "way").symlink_to("..")
        (folder.parent / "out").write_bytes(b"out")
        self.journal(folder, **changes)
        with pytest.raises(WriteError, match=rf"^{JOURNAL}: dockerfix did not write it; remove it$"):
            recover(folder)
        assert (folder.parent / "out").read_bytes() == b"out"

    @pytest.mark.parametrize("text", ["[]\n", "{}\n", "x\n", "\n", "[" * 100_000 + "\n"])
    def test_what_is_no_journal(self, folder: Path, text: str) -> None:
        (folder / JOURNAL).write_text(text)
        with pytest.raises(WriteError, match="did not write it"):
            recover(folder)

    def test_links_folders_and_pipes(self, folder: Path) -> None:
        path = folder / JOURNAL
        path.symlink_to("a")
        with pytest.raises(WriteError, match=rf"^{JOURNAL}: "):
            recover(folder)
        path.unlink()
        path.mkdir()
        with pytest.raises(WriteError, match=rf"^{JOURNAL}: "):
            recover(folder)
        path.rmdir()
        os.mkfifo(path)
        with pytest.raises(WriteError, match=rf"^{JOURNAL}: "):
            recover(folder)
        assert contents(folder) == OLD

    def test_one_that_was_torn_is_removed(self, folder: Path) -> None:
        (folder / JOURNAL).write_text('{"mark": "')
        assert recover(folder) == transactions.Recovered()
        assert contents(folder) == OLD
