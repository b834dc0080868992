"""Fetches the weights of cog.yaml to /data, once for all runners. Written by dockerfix.

Cog mounted them before the model started. Here each set is fetched into a folder with a
temporary name, checked, and renamed when it is whole; then its target is linked to it.
A lock keeps other runners waiting meanwhile. They never depend on it: a runner whose
lock is lost fetches again, and the first complete set is used.
"""

from __future__ import annotations

import contextlib
import glob
import hashlib
import http.client
import importlib
import json
import os
import pathlib
import re
import shutil
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from typing import Any, Dict, Iterator, List, Optional

WEIGHTS: List[Dict[str, Any]] = []
ROOT = pathlib.Path(__file__).resolve().parent
DATA = pathlib.Path("/data/.cache/cog-weights")
HUB = ("hf://", "huggingface://")
BEAT = 10.0
PATIENCE = 120.0
ATTEMPTS = 4
TIMEOUT = 60
CHUNK = 1 << 20
LEFT_OVER = 24 * 3600


def provide() -> None:
    """Put all weights where the model expects them."""
    for weight in WEIGHTS:
        found = local(weight)
        found = fetched(weight) if found is None else found
        link(found, ROOT / weight["target"])


def local(weight: Dict[str, Any]) -> Optional[Dict[str, pathlib.Path]]:
    """Return the files of weights that are in the image, by name; None for others."""
    if any(remote(source["uri"]) for source in weight["sources"]):
        return None
    found: Dict[str, pathlib.Path] = {}
    for source in weight["sources"]:
        found.update(files_in(folder_of(source["uri"]), source))
    return found


def fetched(weight: Dict[str, Any]) -> Dict[str, pathlib.Path]:
    """Return the files of weights on /data, by name; fetches them if needed."""
    text = json.dumps([weight["sources"], weight.get("files")], sort_keys=True)
    key = hashlib.sha256(text.encode()).hexdigest()[:12]
    name = re.sub(r"[^\w.-]", "_", weight["name"]) or "weights"
    whole = DATA / f"{name}-{key}"
    lock = DATA / f"{whole.name}.lock"
    DATA.mkdir(parents=True, exist_ok=True)
    while not whole.is_dir():
        if not take(lock):
            wait(lock, whole)
            continue
        with held(lock):
            if not whole.is_dir():
                fetch(weight, whole)
    return {path: whole / path for path in names_in(whole)}


# ---- the lock


def take(lock: pathlib.Path) -> bool:
    """Create the lock; False if another runner has it."""
    try:
        os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    except FileExistsError:
        return False
    return True


@contextlib.contextmanager
def held(lock: pathlib.Path) -> Iterator[None]:
    """Show that the lock is in use by touching it, and remove it at the end."""
    ended = threading.Event()

    def touch() -> None:
        while not ended.wait(BEAT):
            with contextlib.suppress(OSError):
                os.utime(lock)

    thread = threading.Thread(target=touch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        with contextlib.suppress(OSError):
            lock.unlink()


def wait(lock: pathlib.Path, whole: pathlib.Path) -> None:
    """Wait until the lock or the download ends; removes a lock that nobody touches."""
    print(
        f"fal_weights: another runner fetches {whole.name}", file=sys.stderr, flush=True
    )
    last: Any = None
    since = time.monotonic()
    while not whole.is_dir():
        try:
            now = lock.stat().st_mtime_ns
        except FileNotFoundError:
            return
        if now != last:
            last, since = now, time.monotonic()
        elif time.monotonic() - since > PATIENCE:
            with contextlib.suppress(OSError):
                lock.unlink()
            return
        time.sleep(min(1.0, PATIENCE / 4))


# ---- fetching


def fetch(weight: Dict[str, Any], whole: pathlib.Path) -> None:
    """Fetch one set of weights; `whole` exists only when everything is in it."""
    remove_left_over(whole)
    part = whole.with_name(f"{whole.name}.{uuid.uuid4().hex}.part")
    try:
        (part / "whole").mkdir(parents=True)
        for number, source in enumerate(weight["sources"]):
            raw = part / str(number)
            raw.mkdir()
            bring(source, weight, raw)
            for name, path in files_in(raw, source).items():
                if weight.get("files") and name not in weight["files"]:
                    continue
                new = part / "whole" / name
                new.parent.mkdir(parents=True, exist_ok=True)
                if new.exists():
                    raise ValueError(f"two sources of {weight['name']} have {name}")
                path.rename(new)
        check(weight, part / "whole")
        try:
            (part / "whole").rename(whole)
        except OSError:
            if not whole.is_dir():  # another runner was faster
                raise
    finally:
        shutil.rmtree(part, ignore_errors=True)


def remove_left_over(whole: pathlib.Path) -> None:
    """Remove what runners that were ended in the middle left behind."""
    for old in whole.parent.glob(f"{glob.escape(whole.name)}.*.part"):
        with contextlib.suppress(OSError):
            if time.time() - old.stat().st_mtime > LEFT_OVER:
                shutil.rmtree(old, ignore_errors=True)


def bring(source: Dict[str, Any], weight: Dict[str, Any], folder: pathlib.Path) -> None:
    """Put the files of one source into `folder`."""
    uri = source["uri"]
    print(f"fal_weights: fetching {uri}", file=sys.stderr, flush=True)
    if uri.startswith(("http://", "https://")):
        path = urllib.parse.urlparse(uri).path
        download(uri, folder / urllib.parse.unquote(path.rpartition("/")[2]))
    elif uri.startswith(HUB):
        repository, _, revision = uri.partition("://")[2].partition("@")
        snapshot(
            repository,
            source.get("revision") or revision or None,
            source,
            weight,
            folder,
        )
    else:
        shutil.copytree(folder_of(uri), folder, dirs_exist_ok=True)


def snapshot(
    repository: str,
    revision: Optional[str],
    source: Dict[str, Any],
    weight: Dict[str, Any],
    folder: pathlib.Path,
) -> None:
    """Fetch a repository of Hugging Face; HF_TOKEN opens those that aren't public."""
    hub = importlib.import_module("huggingface_hub")
    options: Dict[str, Any] = {}
    if weight.get("files"):
        options["allow_patterns"] = [glob.escape(name) for name in weight["files"]]
    else:
        # both read these patterns alike; the others are applied after the download
        plain = [
            each + "*" if each.endswith("/") else each
            for each in source.get("exclude", ())
            if re.fullmatch(r"\*?[\w.-]+|[\w.-]+/", each)
        ]
        if plain:
            options["ignore_patterns"] = [*plain, *(f"*/{each}" for each in plain)]
    hub.snapshot_download(
        repository, revision=revision, local_dir=str(folder), **options
    )
    shutil.rmtree(folder / ".cache" / "huggingface", ignore_errors=True)
    with contextlib.suppress(OSError):
        (folder / ".cache").rmdir()


def download(url: str, path: pathlib.Path) -> None:
    """Fetch one file; tries again where the connection or the server fails."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            attempt_download(url, path)
            return
        except (OSError, http.client.HTTPException) as error:  # noqa: PERF203
            status = error.code if isinstance(error, urllib.error.HTTPError) else 500
            if attempt == ATTEMPTS or (status < 500 and status != 429):
                raise
            print(f"fal_weights: {error}; trying again", file=sys.stderr, flush=True)
            time.sleep(2.0**attempt / 4)


def attempt_download(url: str, path: pathlib.Path) -> None:
    """Fetch one file, and compare its size with the one that the server told."""
    headers = {"User-Agent": "fal_weights"}
    request = urllib.request.Request(url, headers=headers)  # noqa: S310
    with contextlib.ExitStack() as stack:
        answer = stack.enter_context(
            urllib.request.urlopen(request, timeout=TIMEOUT)  # noqa: S310
        )
        file = stack.enter_context(path.open("wb"))
        shutil.copyfileobj(answer, file, CHUNK)
        expected = answer.headers.get("Content-Length")
    size = path.stat().st_size
    if expected is not None and int(expected) != size:
        raise OSError(f"{url} ended after {size} of {expected} bytes")


def check(weight: Dict[str, Any], folder: pathlib.Path) -> None:
    """Compare the files with weights.lock, if there is one.

    What comes from Hugging Face is compared by size: its client checks the rest.
    """
    name = weight["name"]
    if not names_in(folder):
        raise ValueError(f"the sources of {name} have no file that cog.yaml includes")
    hub = all(each["uri"].startswith(HUB) for each in weight["sources"])
    for file, (size, digest) in (weight.get("files") or {}).items():
        path = folder / file
        if not path.is_file() or path.stat().st_size != size:
            raise ValueError(f"{file} of {name} is not as large as in weights.lock")
        if digest and not hub and sha256(path) != digest:
            raise ValueError(f"{file} of {name} is not the file of weights.lock")


def sha256(path: pathlib.Path) -> str:
    """Return the digest of a file as weights.lock has it."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        for chunk in iter(lambda: file.read(CHUNK), b""):
            found.update(chunk)
    return f"sha256:{found.hexdigest()}"


# ---- files


def remote(uri: str) -> bool:
    """Whether a source is not a folder of the image."""
    return "://" in uri and not uri.startswith("file://")


def folder_of(uri: str) -> pathlib.Path:
    """Return the folder of a source in the image."""
    found = ROOT / (uri[len("file://") :] if uri.startswith("file://") else uri)
    if not found.is_dir():
        raise FileNotFoundError(
            f"the image has no folder {found}, the source of weights"
        )
    return found


def names_in(folder: pathlib.Path) -> List[str]:
    """Return the files below a folder, with slashes."""
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file()
    )


def files_in(folder: pathlib.Path, source: Dict[str, Any]) -> Dict[str, pathlib.Path]:
    """Return the files below a folder that the patterns of a source choose."""
    include, exclude = source.get("include", ()), source.get("exclude", ())
    return {
        name: folder / name
        for name in names_in(folder)
        if (not include or matches(name, include)) and not matches(name, exclude)
    }


def matches(name: str, patterns: Any) -> bool:
    """Whether patterns of .gitignore's form match; the last that does decides."""
    found = False
    for pattern in patterns:
        if re.fullmatch(expression(pattern.lstrip("!")), name):
            found = not pattern.startswith("!")
    return found


def expression(pattern: str) -> str:
    """Return a regular expression for a pattern, of files or of folders."""
    plain = pattern.strip("/")
    anchored = pattern.startswith("/") or "/" in plain
    special = {
        "/**/": "/(?:.*/)?",
        "**/": "(?:.*/)?",
        "/**": "/.*",
        "**": ".*",
        "*": "[^/]*",
        "?": "[^/]",
    }
    parts = re.split(r"(/\*\*/|\*\*/|/\*\*|\*\*|\*|\?|\[[^\]]+\])", plain)
    body = "".join(
        special.get(part)
        or (part.replace("[!", "[^", 1) if part.startswith("[") else re.escape(part))
        for part in parts
    )
    return (
        ("" if anchored else "(?:.*/)?")
        + body
        + ("/.*" if pattern.endswith("/") else "(?:/.*)?")
    )


def link(files: Dict[str, pathlib.Path], target: pathlib.Path) -> None:
    """Link the files into the folder `target`; other files that are there stay."""
    for name, path in files.items():
        new = target / name
        if new.exists() and new.resolve() == path.resolve():
            continue
        new.parent.mkdir(parents=True, exist_ok=True)
        if new.is_symlink() or new.exists():
            new.unlink()
        new.symlink_to(path)
