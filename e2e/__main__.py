"""`e2e/run`: build what dockerfix writes, look into the images, print a table."""

from __future__ import annotations

import argparse
import fcntl
import os
import shlex
import shutil
import signal
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import yaml

from e2e import authority, host, mirror, processes, report, repositories, rows, server, wheels
from e2e.app import Apps
from e2e.bases import Bases
from e2e.build import Builder, Result
from e2e.buildah import Buildah


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="e2e/run", description=__doc__)
    parser.add_argument(
        "--rows", nargs="*", default=[], metavar="WORD", help="only rows whose name has one of these words"
    )
    parser.add_argument("--kind", choices=sorted(report.WHAT), help="only rows of this kind")
    parser.add_argument("--list", action="store_true", help="print the rows' names and end")
    parser.add_argument("--keep", action="store_true", help="keep the built images")
    parser.add_argument("--jobs", type=int, default=2, help="builds at a time (default 2)")
    parser.add_argument("--dockerfix", metavar="COMMAND", help="the dockerfix to use (default: the installed one)")
    parser.add_argument("--out", type=Path, default=rows.ROOT / "build" / "e2e", help="where results and logs go")
    return parser.parse_args()


def dockerfix(option: str | None) -> list[str]:
    """The command that converts: the one asked for, the one beside this Python, or the one on PATH."""
    if option:
        return shlex.split(option)
    beside = Path(sys.executable).with_name("dockerfix")
    found = str(beside) if beside.exists() else shutil.which("dockerfix")
    if not found:
        sys.exit("e2e: no dockerfix command: install the package, or name it with --dockerfix")
    return [found]


def prepare(chosen: list[rows.Row], cache: Path, buildah: Buildah, logs: Path) -> Builder:
    """Start the server and make ready what all rows share."""
    here = Path(__file__).parent
    tables: dict[str, Any] = yaml.safe_load((here / "standins.yaml").read_text())
    tables["checks"] = yaml.safe_load((here / "checks.yaml").read_text())
    apps = yaml.safe_load((here / "apps.yaml").read_text())
    catalogue = wheels.Catalogue(tables["wheels"])
    for folder in {row.folder for row in chosen}:
        catalogue.add_pins(wheels.requirements_of(folder))
    repositories.make_all(cache / "git", tables["repositories"])
    root, certificate, key = authority.certificates(cache / "ca", tables["hosts"])
    front = mirror.Mirror(host.package_index(), cache / "files", f"https://{server.INDEX}/remote")
    content = server.Content(tables, catalogue, front, cache)
    server.start(content, cache / "git", certificate, key)
    bases = Bases(buildah, cache, tables, root, say, threading.RLock())
    return Builder(buildah, bases, Apps(buildah, apps, certificate, key), tables, cache / "mount", logs)


def open_cache() -> Path:
    """The cache's folder, with an empty one in it for temporary files; ends the program where another run uses it.

    The lock is given up when the program ends.
    """
    cache = Path(os.environ.get("DOCKERFIX_E2E_CACHE", "~/.cache/dockerfix-e2e")).expanduser()
    for part in ("mount/apt", "mount/pythons"):
        (cache / part).mkdir(parents=True, exist_ok=True)
    handle = os.open(cache / "lock", os.O_CREAT | os.O_RDWR)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit(f"e2e: another run uses {cache}: wait for it, or set DOCKERFIX_E2E_CACHE")
    scratch = cache / "scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    tempfile.tempdir = str(scratch)
    return cache


def say(text: str) -> None:
    """A line of progress."""
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


def run(builder: Builder, buildah: Buildah, chosen: list[rows.Row], jobs: int) -> list[Result]:
    """Build all rows, `jobs` at a time, each worker with its own cache mounts."""
    workers: SimpleQueue[int] = SimpleQueue()
    for number in range(jobs):
        workers.put(number)

    def one(row: rows.Row) -> Result:
        worker = workers.get()
        try:
            result = builder.row(row, worker)
        finally:
            workers.put(worker)
        state = "ok" if result.green else "RED"
        detail = "; ".join(result.wrong) or result.note
        if not buildah.ending:
            say(f"{state:3} {row.name} ({result.seconds:.0f} s) {detail[:300]}")
        return result

    pool = ThreadPoolExecutor(jobs)
    results = [pool.submit(one, row) for row in chosen]
    try:
        return [result.result() for result in results]
    except KeyboardInterrupt:
        buildah.ending = True
        pool.shutdown(wait=False, cancel_futures=True)
        while not all(result.done() for result in results):
            processes.kill_below(os.getpid())
            time.sleep(0.1)
        raise


def interrupt(*_: object) -> None:
    """End as Ctrl-C does, whatever the signal."""
    raise KeyboardInterrupt


def work(options: argparse.Namespace, chosen: list[rows.Row]) -> list[Result]:
    """Prepare, run, and leave nothing behind but the cache: no process, container, mount or temporary file."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as under nohup
            signal.signal(number, interrupt)
    processes.keep_orphans()
    cache = open_cache()
    buildah = Buildah(cache)
    try:
        buildah.clear(keep=True)  # what a run left that was killed
        builder = prepare(chosen, cache, buildah, options.out / "logs")
        builder.keep = options.keep
        if any(row.kind != "raw" for row in chosen):
            builder.command = dockerfix(options.dockerfix)
        return run(builder, buildah, chosen, max(1, options.jobs))
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        processes.kill_below(os.getpid())
        buildah.clear(keep=options.keep)
        shutil.rmtree(cache / "scratch", ignore_errors=True)


def main() -> int:
    """Run the rows asked for; 0 where all are green, 130 where the run was interrupted."""
    options = arguments()
    begin = time.monotonic()
    chosen = rows.load()
    if options.rows:
        chosen = [row for row in chosen if any(word in row.name for word in options.rows)]
    if options.kind:
        chosen = [row for row in chosen if row.kind == options.kind]
    if options.list:
        print("\n".join(row.name for row in chosen))
        return 0
    if not chosen:
        print("e2e: no row has such a name")
        return 2
    try:
        results = work(options, chosen)
    except KeyboardInterrupt:
        print("e2e: interrupted; nothing is left but the cache")
        return 130
    seconds = time.monotonic() - begin
    report.write(results, options.out, seconds)
    print()
    print(report.table(results))
    print(f"\n{report.totals(results)}; {seconds / 60:.1f} minutes")
    return 0 if all(result.green for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
