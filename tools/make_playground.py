"""Build the page on which dockerfix can be tried in a browser: a folder that any web server can publish.

    python tools/make_playground.py FOLDER

The page is in docs/playground/. Python for the browser (Pyodide) comes from npm, once, into build/npm/; the package,
click and PyYAML without its part in C are those that this Python imports. Needs npm and node.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import html
import importlib.metadata
import io
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import dockerfix
from dockerfix.report.page import render

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "playground"
PUBLISHED = ("icon.svg", "playground.css", "playground.js", "worker.js")

PYODIDE = "0.29.4"
"""The last release with Python 3.13, the newest Python that the tests run on."""
INTEGRITY = "sha512-tCseTsqU3kSxZIjkue5zXxTMNEwrKZwOIIEQRBA/VzHxFN1hoCxe4w41phfCdHd9it9RcCNQb5K/Re0InqMgvA=="
"""The hash of its tarball, as `npm view pyodide dist.integrity` prints it."""
RUNTIME = (
    "pyodide.mjs",
    "pyodide.asm.js",
    "pyodide.asm.wasm",
    "python_stdlib.zip",
    "pyodide-lock.json",
    "package.json",
)
"""The files of Pyodide that a browser loads, and the one that names its license."""

EXAMPLES = (
    ("runner-key", "v0.22.0", "a runner, Cog 0.22"),
    ("hello-text", "v0.16.12", "one package, Cog 0.16"),
    ("sentiment-requirements", "v0.14.12", "a requirements file, Cog 0.14"),
    ("sdxl-turbo", "v0.9.26", "SDXL Turbo on a GPU, Cog 0.9"),
    ("comfy-workflows", "v0.9.6", "ComfyUI workflows with pget, Cog 0.9"),
    ("llm-stream", "v0.22.0", "a language model that streams, Cog 0.22"),
    ("whisper-cu118", "v0.13.6", "Whisper on CUDA 11.8, Cog 0.13"),
    ("tf-classifier", "v0.9.20", "TensorFlow, Cog 0.9"),
    ("train-lora", "v0.8.1", "training a LoRA, Cog 0.8"),
    ("vcs-packages", "v0.9.26", "packages from git, Cog 0.9"),
    ("nested-predict", "v0.19.3", "a predictor in a subfolder, Cog 0.19"),
    ("old-py38", "v0.4.4", "Python 3.8, Cog 0.4"),
)
"""Projects of fixtures/cog-debug.tar.xz, each with the release of Cog whose output is shown, and a name."""


class BuildError(Exception):
    """Why the folder could not be built."""


def build(folder: Path) -> None:
    """Build everything into `folder`, which is replaced. Raises BuildError."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    _add_pyodide(folder / "pyodide")
    (folder / "packages.zip").write_bytes(_compiled(packages(), folder / "pyodide"))
    (folder / "examples.json").write_text(json.dumps(examples(), ensure_ascii=False), "utf-8")
    for name in PUBLISHED:
        shutil.copyfile(PAGE / name, folder / name)
    (folder / "index.html").write_text(index(), "utf-8")


def index() -> str:
    """The page itself, which allows the style and the script of the review page that it shows in a frame."""
    style, script = (" ".join(["", *hashes]) for hashes in _hashes_of_the_review())
    values = {
        "review-style": style,
        "review-script": script,
        "version": dockerfix.__version__,
        "documentation": dockerfix.DOCUMENTATION,
        "pyodide": PYODIDE,
    }
    text = (PAGE / "index.html").read_text("utf-8")
    return re.sub(r"\{([a-z-]+)\}", lambda match: html.escape(values[match[1]], quote=False), text)


def _hashes_of_the_review() -> tuple[list[str], list[str]]:
    """The hashes of the review page's style and script, which its own policy names."""
    page = render(dockerfix.rewrite("FROM scratch\n"), path="Dockerfile")
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    if policy is None:
        raise BuildError("the review page has no Content-Security-Policy")
    directives = dict(part.strip().partition(" ")[::2] for part in policy[1].split(";"))
    return directives["style-src"].split(), directives["script-src"].split()


def examples() -> list[dict[str, Any]]:
    """The examples to choose from: what the page fills in, and where it is from."""
    with tarfile.open(ROOT / "fixtures" / "cog-debug.tar.xz") as archive:
        contents = {each.name: file.read().decode() for each in archive if (file := archive.extractfile(each))}
    rows = [line.split("\t") for line in contents["cog-debug/MANIFEST.tsv"].splitlines()]
    places = [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    found = []
    for project, release, name in EXAMPLES:
        (file,) = [
            each["file"]
            for each in places
            if (each["project"], each["release"], each["variant"]) == (project, release, "-")
        ]
        folder = ROOT / "fixtures" / "projects" / project
        files = {
            path.relative_to(folder).as_posix(): path.read_text("utf-8")
            for path in sorted(folder.rglob("*"))
            if path.is_file() and "__pycache__" not in path.parts
        }
        found.append(
            {
                "name": f"{project}: {name}",
                "project": project,
                "dockerfile": contents[f"cog-debug/{file}"],
                "files": files,
                "target": "app",
            }
        )
    return found


def packages() -> dict[str, bytes]:
    """The Python files that run in the browser, by their names: the package, what it needs, and licenses."""
    package = ROOT / "compiler" / "dockerfix"
    files = {path.relative_to(package.parent): path for path in package.rglob("*")}
    files[Path("playground.py")] = PAGE / "playground.py"
    for name in ("click", "pyyaml"):
        for each in importlib.metadata.files(name) or ():
            if each.parts[0] != ".." and each.suffix not in (".so", ".pyd"):
                files[Path(*each.parts)] = Path(str(each.locate()))
    return {
        name.as_posix(): path.read_bytes()
        for name, path in sorted(files.items())
        if path.is_file() and "__pycache__" not in name.parts and name.suffix != ".pyc"
    }


def _compiled(files: dict[str, bytes], pyodide: Path) -> bytes:
    """A zip of the files, Python compiled by the Python of the browser."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    with tempfile.TemporaryDirectory() as folder:
        sources, result = Path(folder) / "sources.zip", Path(folder) / "result.zip"
        sources.write_bytes(stream.getvalue())
        _run("node", PAGE / "compile.mjs", pyodide, sources, result)
        return result.read_bytes()


def _add_pyodide(folder: Path) -> None:
    """Put the files of Pyodide into a new folder."""
    folder.mkdir()
    with tarfile.open(fileobj=io.BytesIO(_tarball()), mode="r:gz") as archive:
        for name in RUNTIME:
            file = archive.extractfile(f"package/{name}")
            if file is None:
                raise BuildError(f"pyodide {PYODIDE} has no {name}")
            (folder / name).write_bytes(file.read())


def _tarball() -> bytes:
    """Pyodide as npm has it. Raises BuildError if it is not the one whose hash is known."""
    cache = ROOT / "build" / "npm"
    path = cache / f"pyodide-{PYODIDE}.tgz"
    if not path.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as folder:
            _run("npm", "pack", "--silent", "--pack-destination", folder, f"pyodide@{PYODIDE}")
            (Path(folder) / path.name).replace(path)
    data = path.read_bytes()
    found = base64.b64encode(hashlib.sha512(data).digest()).decode()
    if f"sha512-{found}" != INTEGRITY:
        path.unlink()
        raise BuildError(f"pyodide {PYODIDE} from npm has the hash sha512-{found}, not {INTEGRITY}")
    return data


def _run(program: str, *arguments: str | Path) -> None:
    if shutil.which(program) is None:
        raise BuildError(f"{program} is not installed; the page needs npm and node to be built")
    done = subprocess.run([program, *map(str, arguments)], stdout=subprocess.DEVNULL, check=False)  # noqa: S603
    if done.returncode != 0:
        raise BuildError(f"{program} failed with exit code {done.returncode}")


def main() -> int:
    parser = argparse.ArgumentParser(description="Build the page on which dockerfix can be tried in a browser.")
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    try:
        build(folder)
    except BuildError as error:
        print(f"make_playground: {error}", file=sys.stderr)
        return 1
    print(f"{folder} is built; try it with `python3 -m http.server --bind 127.0.0.1 --directory {folder}`")
    return 0


if __name__ == "__main__":
    sys.exit(main())
