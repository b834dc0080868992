"""Managed weights are fetched once, whole, and linked to their target."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import sys
import threading
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from apps import SERVED, add_app, write
from dockerfix.app import AppResult, build
from dockerfix.app.build import NO_WEIGHTS, runtime_file
from dockerfix.text.findings import Severity
from file_server import Files
from served import Server

PREDICTOR = """\
from pathlib import Path
from cog import BasePredictor


class Predictor(BasePredictor):
    def setup(self) -> None:
        self.text = Path("{target}/a.bin").read_text()

    def predict(self) -> str:
        return self.text
"""


@pytest.fixture
def served() -> Iterator[Files]:
    with Files() as files:
        yield files


def project(folder: Path, weights: Any, **files: str) -> AppResult:
    """The App of a project with the given `weights`."""
    cog_yaml = {"build": {"python_version": "3.11"}, "predict": "predict.py:Predictor", "weights": weights}
    made = write(folder, cog__yaml=json.dumps(cog_yaml), predict__py=PREDICTOR.format(target=folder / "w"), **files)
    return build(made)


def module(result: AppResult, folder: Path, name: str = "fal_weights") -> types.ModuleType:
    """fal_weights.py of an App, loaded from the project's folder, with its own /data."""
    assert result.weights is not None
    path = folder / "fal_weights.py"
    path.write_text(result.weights, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    loaded.DATA = folder / "data"
    loaded.TIMEOUT = 5
    return loaded


def one(folder: Path, *uris: Any, **more: Any) -> list[dict[str, Any]]:
    """One entry of `weights`, whose sources are addresses or mappings."""
    sources = [{"uri": uri} if isinstance(uri, str) else uri for uri in uris]
    source = sources[0] if len(sources) == 1 else sources
    return [{"name": "tiny", "target": str(folder / "w"), "source": source, **more}]


def content(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_a_project_without_weights_has_no_such_file(tmp_path: Path) -> None:
    result = project(tmp_path, [])
    assert result.weights is None
    assert "fal_weights.py" not in result.files
    assert "fal_weights" not in result.text
    assert NO_WEIGHTS in runtime_file("fal_weights.py")


def test_the_app_fetches_them_before_the_predictor_is_loaded(tmp_path: Path, served: Files) -> None:
    result = project(tmp_path, one(tmp_path, f"{served.url}/a.bin"))
    assert result.settings.startup_timeout == 1800
    assert result.files["fal_weights.py"] == result.weights
    assert result.text.index("provide()") < result.text.index("self.worker.load(")
    (found,) = [each for each in result.findings if each.code == "DF524"]
    assert found.severity is Severity.NOTE
    assert f"fetches `{served.url}/a.bin` to `/data` once and links it into `{tmp_path / 'w'}`" in found.message


def test_a_file_is_fetched_once(tmp_path: Path, served: Files) -> None:
    served.files["/x/a.bin?token=1"] = b"weights"
    weights = module(project(tmp_path, one(tmp_path, f"{served.url}/x/a.bin?token=1")), tmp_path)
    for _ in range(3):
        weights.provide()
    assert content(tmp_path / "w") == {"a.bin": "weights"}
    assert served.asked == ["/x/a.bin?token=1"]


def test_several_sources_share_a_target(tmp_path: Path, served: Files) -> None:
    served.files.update({"/a.bin": b"1", "/b.bin": b"2"})
    weights = module(project(tmp_path, one(tmp_path, f"{served.url}/a.bin", f"{served.url}/b.bin")), tmp_path)
    weights.provide()
    assert content(tmp_path / "w") == {"a.bin": "1", "b.bin": "2"}
    same = one(tmp_path, f"{served.url}/a.bin", f"{served.url}/a.bin")
    weights = module(project(tmp_path, same), tmp_path)
    with pytest.raises(ValueError, match=r"two sources of tiny have a\.bin"):
        weights.provide()


def test_another_address_is_fetched_anew(tmp_path: Path, served: Files) -> None:
    served.files.update({"/1/a.bin": b"1", "/2/a.bin": b"2"})
    for number in ("1", "2", "1"):
        module(project(tmp_path, one(tmp_path, f"{served.url}/{number}/a.bin")), tmp_path).provide()
        assert content(tmp_path / "w") == {"a.bin": number}
    assert served.asked == ["/1/a.bin", "/2/a.bin"]


def test_a_file_that_ends_early_is_never_taken_for_whole(tmp_path: Path, served: Files) -> None:
    served.files["/a.bin"] = b"0123456789" * 1000
    served.cut["/a.bin"] = 2
    weights = module(project(tmp_path, one(tmp_path, f"{served.url}/a.bin")), tmp_path)
    weights.provide()
    assert len(served.asked) == 3
    assert (tmp_path / "w" / "a.bin").stat().st_size == 10_000


def test_a_failed_download_leaves_nothing(tmp_path: Path, served: Files) -> None:
    served.files["/a.bin"] = b"0123456789"
    served.cut["/a.bin"] = 100
    weights = module(project(tmp_path, one(tmp_path, f"{served.url}/a.bin")), tmp_path)
    with pytest.raises(OSError, match="ended after 5 of 10 bytes"):
        weights.provide()
    assert list((tmp_path / "data").iterdir()) == []
    assert not (tmp_path / "w").exists()
    served.cut.clear()
    weights.provide()
    assert content(tmp_path / "w") == {"a.bin": "0123456789"}


@pytest.mark.parametrize(("status", "asked"), [([500, 429], 3), ([404], 1), ([403], 1)])
def test_which_answers_are_worth_another_attempt(tmp_path: Path, served: Files, status: list[int], asked: int) -> None:
    served.files["/a.bin"] = b"1"
    served.status["/a.bin"] = list(status)
    weights = module(project(tmp_path, one(tmp_path, f"{served.url}/a.bin")), tmp_path)
    if asked == 1:
        with pytest.raises(OSError, match=str(status[0])):
            weights.provide()
    else:
        weights.provide()
    assert len(served.asked) == asked


def provide_at_once(runners: list[Any]) -> None:
    threads = [threading.Thread(target=runner.provide) for runner in runners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)


def test_runners_wait_for_the_one_that_fetches(tmp_path: Path, served: Files) -> None:
    served.files["/a.bin"] = b"weights"
    served.pause = 0.6
    result = project(tmp_path, one(tmp_path, f"{served.url}/a.bin"))
    runners = [module(result, tmp_path, f"fal_weights_{number}") for number in range(4)]
    provide_at_once(runners)
    assert served.asked == ["/a.bin"]
    assert [path.suffix for path in (tmp_path / "data").iterdir()] == [""]


def test_the_lock_of_a_dead_runner_is_taken_over(tmp_path: Path, served: Files) -> None:
    served.files["/a.bin"] = b"weights"
    weights = module(project(tmp_path, one(tmp_path, f"{served.url}/a.bin")), tmp_path)
    weights.PATIENCE = 0.3
    weights.provide()
    (whole,) = (tmp_path / "data").iterdir()
    whole.rename(tmp_path / "gone")
    lock = tmp_path / "data" / f"{whole.name}.lock"
    lock.touch()
    old = tmp_path / "data" / f"{whole.name}.abc.part"
    (old / "whole").mkdir(parents=True)
    os.utime(old, (1, 1))
    weights.provide()
    assert served.asked == ["/a.bin"] * 2
    assert list((tmp_path / "data").iterdir()) == [whole]


def test_a_lock_in_use_is_not_taken_over(tmp_path: Path, served: Files) -> None:
    served.files["/a.bin"] = b"weights"
    served.pause = 1.5
    result = project(tmp_path, one(tmp_path, f"{served.url}/a.bin"))
    runners = [module(result, tmp_path, f"fal_weights_{number}") for number in range(2)]
    for runner in runners:
        runner.BEAT, runner.PATIENCE = 0.05, 0.4
    provide_at_once(runners)
    assert served.asked == ["/a.bin"]


class Hub(types.ModuleType):
    """A stand-in for huggingface_hub: it writes the files of one repository."""

    def __init__(self, files: dict[str, str]) -> None:
        super().__init__("huggingface_hub")
        self.files = files
        self.calls: list[dict[str, Any]] = []

    def snapshot_download(self, repository: str, **options: Any) -> str:
        self.calls.append({"repository": repository, **options})
        folder = Path(options["local_dir"])
        for name, text in {**self.files, ".cache/huggingface/x.metadata": "-"}.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        return str(folder)


def test_a_repository_of_hugging_face(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub = Hub({"a.bin": "1", "onnx/b.bin": "2", "README.md": "3", "sub/README.md": "4", "c.json": "5"})
    monkeypatch.setitem(sys.modules, "huggingface_hub", hub)
    source = {"uri": "hf://example/tiny@v1", "include": ["*.bin", "*.md"], "exclude": ["onnx/", "README.md"]}
    weights = module(project(tmp_path, one(tmp_path, source)), tmp_path)
    weights.provide()
    assert content(tmp_path / "w") == {"a.bin": "1"}
    (call,) = hub.calls
    assert (call["repository"], call["revision"]) == ("example/tiny", "v1")
    assert call["ignore_patterns"] == ["onnx/*", "README.md", "*/onnx/*", "*/README.md"]
    assert content(next((tmp_path / "data").iterdir())) == {"a.bin": "1"}


def lock(folder: Path, *, size: int = 1, digest: str = "", include: tuple[str, ...] = ()) -> str:
    """A weights.lock for `hf://example/tiny`."""
    source = {"uri": "hf://example/tiny", "fingerprint": "commit:abc", "include": list(include), "exclude": []}
    files = [{"path": "a.bin", "size": size, "digest": digest}]
    entry = {"name": "tiny", "target": str(folder / "w"), "sources": [source], "size": size, "files": files}
    return json.dumps({"version": 1, "weights": [entry]})


def test_the_lock_file_pins_the_commit_and_the_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub = Hub({"a.bin": "1", "b.bin": "2"})
    monkeypatch.setitem(sys.modules, "huggingface_hub", hub)
    digest = "sha256:" + hashlib.sha256(b"1").hexdigest()
    text = lock(tmp_path, digest=digest)
    result = project(tmp_path, one(tmp_path, "huggingface://example/tiny@main"), weights__lock=text)
    module(result, tmp_path).provide()
    assert content(tmp_path / "w") == {"a.bin": "1"}
    assert (hub.calls[0]["revision"], hub.calls[0]["allow_patterns"]) == ("abc", ["a.bin"])
    assert any("in the versions of weights.lock" in each.message for each in result.findings)


def test_other_files_than_those_of_the_lock_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", Hub({"a.bin": "1"}))
    text = lock(tmp_path, size=2)
    weights = module(project(tmp_path, one(tmp_path, "hf://example/tiny"), weights__lock=text), tmp_path)
    with pytest.raises(ValueError, match=r"a\.bin of tiny is not as large as in weights\.lock"):
        weights.provide()
    assert not (tmp_path / "w").exists()


def test_another_content_than_that_of_the_lock_is_refused(tmp_path: Path, served: Files) -> None:
    served.files["/a.bin"] = b"1"
    text = lock(tmp_path, digest="sha256:00").replace("hf://example/tiny", f"{served.url}/a.bin")
    weights = module(project(tmp_path, one(tmp_path, f"{served.url}/a.bin"), weights__lock=text), tmp_path)
    with pytest.raises(ValueError, match=r"a\.bin of tiny is not the file of weights\.lock"):
        weights.provide()
    assert list((tmp_path / "data").iterdir()) == []


def test_a_lock_of_other_sources_does_not_count(tmp_path: Path) -> None:
    text = lock(tmp_path, include=("*.bin",))
    result = project(tmp_path, one(tmp_path, "hf://example/tiny"), weights__lock=text)
    assert result.weights is not None
    assert "abc" not in result.weights


def test_weights_in_the_project_are_linked(tmp_path: Path) -> None:
    source = {"uri": "file://./own", "exclude": ["*.md"]}
    result = project(tmp_path, one(tmp_path, source), own___a__bin="1", own___sub___b__bin="2", own___README__md="3")
    weights = module(result, tmp_path)
    weights.provide()
    weights.provide()
    assert content(tmp_path / "w") == {"a.bin": "1", "sub/b.bin": "2"}
    assert not (tmp_path / "data").exists()
    assert result.settings.startup_timeout == 600


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"name": "a", "target": "/w", "source": {"uri": "s3://bucket/key"}}, "nothing here fetches `s3://bucket/key`"),
        ({"name": "a", "target": "/w", "source": {"uri": "missing"}}, "the image has no folder `missing` for `/w`"),
        ({"name": "a", "target": "/w", "source": {"uri": "/home/me"}}, "the image has no folder `/home/me` for `/w`"),
        ({"name": "a", "target": "/w"}, "`weights` names no source for `a`"),
        ({"name": "a", "source": {"uri": "hf://x/y"}}, "`weights` names no target for `a`"),
    ],
)
def test_weights_that_the_app_cannot_bring(tmp_path: Path, entry: dict[str, Any], message: str) -> None:
    result = project(tmp_path, [entry])
    (found,) = [each for each in result.findings if each.code == "DF524"]
    assert found.severity is Severity.WARNING
    assert found.message.startswith(message)
    assert result.weights is None


@pytest.mark.parametrize("pattern", ["own", "/own/", "o*", "own/**", "**/own", "other", "own/x"])
def test_weights_that_dockerignore_leaves_out(tmp_path: Path, pattern: str) -> None:
    result = project(tmp_path, one(tmp_path, "own"), own___a__bin="1", __dockerignore=f"{pattern}\n")
    (found,) = [each for each in result.findings if each.code == "DF524"]
    covers = pattern not in ("other", "own/x")
    assert found.severity is (Severity.WARNING if covers else Severity.NOTE)
    assert (result.weights is None) == covers


@pytest.mark.parametrize(
    ("pattern", "matching", "other"),
    [
        ("*.bin", ["a.bin", "x/y/a.bin"], ["a.bin.txt"]),
        ("onnx/", ["onnx/a", "x/onnx/a"], ["onnx"]),
        ("onnx/*.bin", ["onnx/a.bin"], ["onnx/x/a.bin", "x/onnx/a.bin"]),
        ("/a", ["a", "a/b"], ["x/a"]),
        ("a/**/b", ["a/b", "a/x/y/b"], ["b"]),
        ("**/b", ["b", "x/b"], ["bb"]),
        ("a/**", ["a/x", "a/x/y"], ["a"]),
        ("model-?.[ab]in", ["model-1.bin"], ["model-12.bin", "model-/.bin"]),
        ("[!a]", ["b"], ["a"]),
        ("a+b", ["a+b"], ["aab"]),
    ],
)
def test_patterns_are_those_of_gitignore(tmp_path: Path, pattern: str, matching: list[str], other: list[str]) -> None:
    weights = module(project(tmp_path, one(tmp_path, "hf://example/tiny")), tmp_path)
    assert [name for name in (*matching, *other) if weights.matches(name, [pattern])] == matching
    assert not weights.matches(matching[0], [pattern, f"!{pattern}"])


def test_what_the_image_has_at_the_target_stays(tmp_path: Path, served: Files) -> None:
    served.files["/a.bin"] = b"new"
    (tmp_path / "w").mkdir()
    (tmp_path / "w" / "a.bin").write_text("old")
    (tmp_path / "w" / "b.bin").write_text("kept")
    module(project(tmp_path, one(tmp_path, f"{served.url}/a.bin")), tmp_path).provide()
    assert content(tmp_path / "w") == {"a.bin": "new", "b.bin": "kept"}


def test_an_app_serves_with_them_and_the_next_runner_fetches_nothing(tmp_path: Path, served: Files) -> None:
    served.files["/a.bin"] = b"weights"
    for number in (1, 2):  # another runner has the image anew, and the same /data
        folder = tmp_path / str(number) / SERVED
        folder.mkdir(parents=True)
        project(folder, one(folder, f"{served.url}/a.bin"))
        add_app(folder)
        path = folder / "fal_weights.py"
        text = path.read_text(encoding="utf-8").replace("/data/.cache/cog-weights", str(tmp_path / "data"))
        path.write_text(text, encoding="utf-8")
        with Server(folder) as server:
            assert server.post().json() == {"output": "weights"}
        assert (folder / "w" / "a.bin").is_symlink()
        assert served.asked == ["/a.bin"]
