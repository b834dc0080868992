"""`e2e/run`: build what dockerfix writes, look into the images, print a table."""

from __future__ import annotations

import argparse
import fcntl
import os
import shlex
import shutil
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import yaml

from e2e import authority, host, mirror, report, repositories, rows, server, wheels
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
    parser.add_argument(
        "--small", action="store_true", help="use the fixtures even where the full set of outputs is there"
    )
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


def prepare(chosen: list[rows.Row], out: Path) -> Builder:
    """Start the server and make ready what all rows share."""
    here = Path(__file__).parent
    cache = Path(os.environ.get("DOCKERFIX_E2E_CACHE", "~/.cache/dockerfix-e2e")).expanduser()
    for part in ("mount/apt", "mount/pythons"):
        (cache / part).mkdir(parents=True, exist_ok=True)
    lock_cache(cache)
    tables: dict[str, Any] = yaml.safe_load((here / "standins.yaml").read_text())
    tables["checks"] = yaml.safe_load((here / "checks.yaml").read_text())
    catalogue = wheels.Catalogue(tables["wheels"])
    for folder in {row.folder for row in chosen}:
        catalogue.add_pins(wheels.requirements_of(folder))
    repositories.make_all(cache / "git", tables["repositories"])
    root, certificate, key = authority.certificates(cache / "ca", tables["hosts"])
    front = mirror.Mirror(host.package_index(), cache / "files", f"https://{server.INDEX}/remote")
    content = server.Content(tables, catalogue, front, cache)
    server.start(content, cache / "git", certificate, key)
    buildah = Buildah(cache)
    buildah.run("rm", "-a", check=False)  # containers that an interrupted run left
    lock = threading.RLock()
    return Builder(buildah, Bases(buildah, cache, tables, root, say, lock), tables, cache / "mount", out / "logs")


def lock_cache(cache: Path) -> None:
    """End the program where another run uses the cache; the lock is given up when this one ends."""
    handle = os.open(cache / "lock", os.O_CREAT | os.O_RDWR)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit(f"e2e: another run uses {cache}: wait for it, or set DOCKERFIX_E2E_CACHE")


def say(text: str) -> None:
    """A line of progress."""
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


def run(builder: Builder, chosen: list[rows.Row], jobs: int) -> list[Result]:
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
        say(f"{state:3} {row.name} ({result.seconds:.0f} s) {detail[:300]}")
        return result

    with ThreadPoolExecutor(jobs) as pool:
        return list(pool.map(one, chosen))


def main() -> int:
    """Run the rows asked for; 0 where all are green."""
    options = arguments()
    begin = time.monotonic()
    chosen = rows.load(rows.data_root(options.small))
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
    builder = prepare(chosen, options.out)
    builder.keep = options.keep
    if any(row.kind != "raw" for row in chosen):
        builder.command = dockerfix(options.dockerfix)
    results = run(builder, chosen, max(1, options.jobs))
    seconds = time.monotonic() - begin
    report.write(results, options.out, seconds)
    print()
    print(report.table(results))
    print(f"\n{report.totals(results)}; {seconds / 60:.1f} minutes")
    return 0 if all(result.green for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
