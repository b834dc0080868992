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
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import yaml

from e2e import authority, host, mirror, processes, report, repositories, rows, server, wheels
from e2e.app import Apps
from e2e.bases import Bases
from e2e.build import Builder, Result
from e2e.engine import Engine, Missing, cache_folder, find


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="e2e/run", description=__doc__)
    parser.add_argument(
        "--rows", nargs="*", default=[], metavar="WORD", help="only rows whose name has one of these words"
    )
    parser.add_argument("--kind", choices=sorted(report.WHAT), help="only rows of this kind")
    parser.add_argument("--project", type=Path, metavar="DIR", help="instead of the rows, one project of any kind")
    parser.add_argument("--dockerfile", type=Path, metavar="FILE", help="what `cog debug` printed for --project")
    parser.add_argument("--call", type=Path, metavar="FILE", help="calls and checks for --project (see README.md)")
    parser.add_argument("--all", action="store_true", help="every row, those of other eras too (about twice the time)")
    parser.add_argument("--list", action="store_true", help="print the rows' names and end")
    parser.add_argument("--keep", action="store_true", help="keep the built images")
    parser.add_argument("--jobs", type=int, default=2, help="builds at a time (default 2)")
    parser.add_argument("--dockerfix", metavar="COMMAND", help="the dockerfix to use (default: the installed one)")
    parser.add_argument("--out", type=Path, default=rows.ROOT / "build" / "e2e", help="where results and logs go")
    options = parser.parse_args()
    if bool(options.project) != bool(options.dockerfile) or (options.call and not options.project):
        parser.error("--project and --dockerfile go together, --call goes with them")
    return options


def tables_for(options: argparse.Namespace) -> dict[str, Any]:
    """The tables of the stand-ins, the checks and the calls; of one project those that --call names."""
    here = Path(__file__).parent
    tables: dict[str, Any] = yaml.safe_load((here / "standins.yaml").read_text())
    if not options.project:
        tables["checks"] = yaml.safe_load((here / "checks.yaml").read_text())
        tables["apps"] = yaml.safe_load((here / "apps.yaml").read_text())
        tables["folder"] = here / "assets"
        return tables
    given = yaml.safe_load(options.call.read_text()) or {} if options.call else {}
    name = options.project.resolve().name
    tables["checks"], tables["apps"] = {name: given}, {name: given}
    tables["folder"] = options.call.resolve().parent if options.call else options.project
    for real in given.get("real", []):
        tables["wheels"].pop(real, None)
        tables["debian"] = [package for package in tables["debian"] if package != real]
    tables["wheels"] |= given.get("wheels", {})
    tables["files"] = given.get("files", []) + tables["files"]
    tables["hosts"] = tables["hosts"] + given.get("hosts", [])
    return tables


def dockerfix(option: str | None) -> list[str]:
    """The command that converts: the one asked for, the one beside this Python, or the one on PATH."""
    if option:
        return shlex.split(option)
    beside = Path(sys.executable).with_name("dockerfix")
    found = str(beside) if beside.exists() else shutil.which("dockerfix")
    if not found:
        sys.exit("e2e: no dockerfix command: install the package, or name it with --dockerfix")
    return [found]


def prepare(chosen: list[rows.Row], tables: dict[str, Any], cache: Path, engine: Engine, logs: Path) -> Builder:
    """Start the server and make ready what all rows share."""
    catalogue = wheels.Catalogue(tables["wheels"])
    for folder in {row.folder for row in chosen}:
        catalogue.add_pins(wheels.requirements_of(folder))
    repositories.make_all(cache / "git", tables["repositories"])
    root, certificate, key = authority.certificates(cache / "ca", tables["hosts"])
    front = mirror.Mirror(host.package_index(), cache / "files", f"https://{server.INDEX}/remote")
    hosts = [f"--add-host={name}:{server.ADDRESS}" for name in tables["hosts"]]
    bases = Bases(engine, cache, tables, root, hosts, say)
    bases.forget_old()
    content = server.Content(tables, catalogue, front, cache / "apt", bases.pythons)
    server.start(content, cache / "git", certificate, key)
    apps = Apps(engine, tables["apps"], certificate, key, tables["folder"])
    return Builder(engine, bases, apps, tables, hosts, logs)


def open_cache() -> Path:
    """The cache's folder; ends the program where another run uses it. The lock is given up when the program ends."""
    cache = cache_folder()
    cache.mkdir(parents=True, exist_ok=True)
    handle = os.open(cache / "lock", os.O_CREAT | os.O_RDWR)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit(f"e2e: another run uses {cache}: wait for it, or set DOCKERFIX_E2E_CACHE")
    return cache


def open_scratch(engine: Engine) -> Path:
    """An empty folder for temporary files, which the daemon sees too."""
    scratch = engine.share / "scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    tempfile.tempdir = str(scratch)
    return scratch


def say(text: str) -> None:
    """A line of progress."""
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


def run(builder: Builder, engine: Engine, chosen: list[rows.Row], jobs: int) -> list[Result]:
    """Build all rows, `jobs` at a time."""

    def one(row: rows.Row) -> Result:
        result = builder.row(row)
        state = "ok" if result.green else "RED"
        detail = "; ".join(result.wrong) or result.note
        if not engine.ending:
            say(f"{state:3} {row.name} ({result.seconds:.0f} s) {detail[:300]}")
        return result

    pool = ThreadPoolExecutor(jobs)
    results = [pool.submit(one, row) for row in chosen]
    try:
        return [result.result() for result in results]
    except KeyboardInterrupt:
        engine.ending = True
        pool.shutdown(wait=False, cancel_futures=True)
        while not all(result.done() for result in results):
            processes.kill_below(os.getpid(), engine.process)
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
    engine, scratch = None, None
    try:
        tables = tables_for(options)
        engine = find(cache, "rows", say)
        scratch = open_scratch(engine)
        engine.clear(keep=True)  # what a run left that was killed
        engine.forget_layers()
        builder = prepare(chosen, tables, cache, engine, options.out / "logs")
        builder.keep = options.keep
        builder.command = dockerfix(options.dockerfix)
        return run(builder, engine, chosen, max(1, options.jobs))
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        processes.kill_below(os.getpid(), engine.process if engine else None)
        if engine:
            engine.clear(keep=options.keep)
            engine.stop()
        if scratch:
            shutil.rmtree(scratch, ignore_errors=True)


def choose(options: argparse.Namespace) -> list[rows.Row]:
    """The rows asked for. Raises ValueError for a project that is none."""
    if options.project:
        return [rows.of_project(options.project, options.dockerfile)]
    more = bool(options.all or options.rows or options.kind)
    chosen = [row for row in rows.load(more=more) if not options.kind or row.kind == options.kind]
    return [row for row in chosen if not options.rows or any(word in row.name for word in options.rows)]


def main() -> int:
    """Run the rows asked for; 0 where all are green, 2 where nothing can be run, 130 where the run was interrupted."""
    options = arguments()
    begin = time.monotonic()
    try:
        chosen = choose(options)
        if options.list:
            print("\n".join(row.name for row in chosen))
            return 0
        if not chosen:
            raise ValueError("no row has such a name")
        results = work(options, chosen)
    except KeyboardInterrupt:
        print("e2e: interrupted; nothing is left but the cache")
        return 130
    except Missing as error:
        print(f"e2e: this machine lacks something: {error}")
        return 2
    except ValueError as error:
        print(f"e2e: {error}")
        return 2
    seconds = time.monotonic() - begin
    report.write(results, options.out, seconds)
    print()
    print(report.table(results))
    print(f"\n{report.red(results)}{report.totals(results)}; {seconds / 60:.1f} minutes")
    return 0 if all(result.green for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
