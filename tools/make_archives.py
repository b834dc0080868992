"""Write the compressed data of `fixtures/` from folders: the same bytes for the same files.

    python tools/make_archives.py --cog-debug FOLDER --projects FOLDER --conformance FOLDER

Each option may be left out. `--cog-debug` (MANIFEST.tsv, and the outputs in one folder per release of Cog) and
`--projects` (one folder per project) go together into fixtures/cog-debug.tar.xz; `--conformance` names the folder whose
quirks.jsonl and accept.jsonl go into fixtures/conformance/.
"""

from __future__ import annotations

import argparse
import io
import lzma
import sys
import tarfile
from collections.abc import Mapping
from pathlib import Path

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
ARCHIVE = "cog-debug.tar.xz"
RECORDS = ("quirks.jsonl", "accept.jsonl")


def tar(files: Mapping[str, bytes]) -> bytes:
    """A tar archive of files by their names, in the order of the names, without times, owners and modes."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name in sorted(files):
            entry = tarfile.TarInfo(name)
            entry.size = len(files[name])
            archive.addfile(entry, io.BytesIO(files[name]))
    return stream.getvalue()


def compressed(data: bytes) -> bytes:
    """`data` as xz writes it at its strongest."""
    return lzma.compress(data, preset=9 | lzma.PRESET_EXTREME)


def files_below(folder: Path, name: str) -> dict[str, bytes]:
    """All files of a folder, as if the folder were called `name`."""
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return {f"{name}/{path.relative_to(folder).as_posix()}": path.read_bytes() for path in paths}


def main(arguments: list[str] | None = None, *, target: Path = FIXTURES) -> int:
    """Write what the options name into `target`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cog-debug", type=Path, metavar="FOLDER")
    parser.add_argument("--projects", type=Path, metavar="FOLDER")
    parser.add_argument("--conformance", type=Path, metavar="FOLDER")
    options = parser.parse_args(arguments)
    if bool(options.cog_debug) != bool(options.projects):
        parser.error("--cog-debug and --projects go into one archive: give both")
    data: dict[str, bytes] = {}
    if options.cog_debug:
        files = files_below(options.cog_debug, "cog-debug") | files_below(options.projects, "projects")
        data[ARCHIVE] = tar(files)
    if options.conformance:
        data |= {f"conformance/{name}.xz": (options.conformance / name).read_bytes() for name in RECORDS}
    for name, content in data.items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(compressed(content))
        print(f"{path}: {path.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
