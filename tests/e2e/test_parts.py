"""The parts of the real builds that need no build: the rows, what is looked at, and that nothing outlives a run."""

from __future__ import annotations

import http.client
import io
import json
import shutil
import subprocess
import sys
import threading
import zipfile
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from e2e.uploads import Uploads

import dockerfix
import networks
from archives import outputs
from e2e import app, build, check, faults, mirror, reasons, registry, rows, server, texts, upload, wheels


def test_rows_cover_all_projects_and_eras() -> None:
    fixed = [row for row in rows.load(more=False) if row.kind == "fixed"]
    raw = [row for row in rows.load(more=False) if row.kind == "raw"]
    assert {row.project for row in fixed if row.era != "own"} == {output.project for output in outputs()}
    assert {row.era for row in fixed} - {"own"} == {row.era for row in raw} == {output.era for output in outputs()}
    assert all(row.folder.is_dir() for row in rows.load())


def test_every_project_of_our_own_has_a_row() -> None:
    own = {row.project for row in rows.load() if row.kind == "fixed" and row.era == "own"}
    assert own == {path.name for path in rows.OWN.iterdir() if path.is_dir()}


def test_a_row_is_named_by_what_it_is() -> None:
    names = [row.name for row in rows.load()]
    assert len(names) == len(set(names))
    assert {"minimal-v0.9.6", "raw-minimal-v0.4.4", "cuda-split-pget-v0.9.26--no-cog-base"} < set(names)


@pytest.mark.parametrize(
    ("item", "text"),
    [
        ("torch==2.1.0", "torch==2.1.0"),
        ("torch==1.12.1 --extra-index-url=https://download.pytorch.org/whl/cu116", "torch==1.12.1"),
        ("uvicorn[standard] >= 0.30, < 1", "uvicorn[standard] >= 0.30, < 1"),
        ('importlib-metadata ; python_version < "3.8"', 'importlib-metadata ; python_version < "3.8"'),
        ("regex  # words", "regex"),
        ("--pre -f https://wheels.example.org/nightly", ""),
        ("git+https://github.com/example/whisperx.git@v3", ""),
        ("# a comment", ""),
        ("", ""),
    ],
)
def test_what_must_be_installed(item: str, text: str) -> None:
    assert check.plain(item) == text


@pytest.mark.parametrize(
    ("release", "python"), [("v0.0.7", "3.8"), ("v0.9.9", "3.8"), ("v0.9.12", "3.12"), ("v0.17.0-beta2", "3.13")]
)
def test_the_python_that_a_release_takes(release: str, python: str) -> None:
    assert check.default_python(release) == python


def test_the_settings_of_cogs_server_are_told() -> None:
    config: dict[str, Any] = {"Entrypoint": ["/sbin/tini", "--"], "Cmd": ["python", "-m", "cog.server.http"]}
    config |= {"ExposedPorts": {"5000/tcp": {}}, "Labels": {"run.cog.version": "1", "other": "2"}}
    assert len(check.settings({"Config": config})) == 4
    assert check.settings({"Config": {"Cmd": ["python3"], "Labels": {"other": "2"}}}) == []


def test_a_check_without_a_result_is_an_error() -> None:
    assert check.verdict('noise\nresult:["a is missing"]\n') == ["a is missing"]
    assert check.verdict("result:[]") == []
    assert check.verdict("Traceback: no\n") == ["the check did not run: Traceback: no"]


def test_the_reason_of_a_failed_build() -> None:
    output = "#7 [2/3] RUN false\n#7 0.2 cc: no such file\n#7 ERROR: process\n------\nDockerfile:2\n   1 | FROM x\n"
    output += 'ERROR: failed to solve: process "false" did not complete\n'
    assert reasons.reason(output) == "cc: no such file | ERROR: process"


def test_pages_hold_what_a_python_can_install() -> None:
    names = ["a-1-py3-none-any.whl", "a-1-cp311-cp311-manylinux_2_17_x86_64.whl", "a-1-cp312-cp312-linux_x86_64.whl"]
    names += ["a-1-cp39-abi3-manylinux1_x86_64.whl", "a-1.tar.gz"]
    assert [mirror._fits(name, "311") for name in names] == [True, True, False, True, True]


def test_stand_in_wheels_are_wheels() -> None:
    catalogue = wheels.Catalogue({"Open_CV": {"versions": ["4.1"], "module": "cv2", "code": "x = 1", "extras": ["y"]}})
    catalogue.add_pins(["open-cv==4.0.*", "open.cv[y]>=3.5", "open-cv!=9", "open-cv<8", "other==1"])
    assert catalogue.versions("OPEN-CV") == ["3.5", "4.0", "4.1"]
    data = catalogue.file(catalogue.file_name("open.cv", "4.1"))
    assert data is not None
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.read("cv2/__init__.py").decode() == "__version__ = '4.1'\nx = 1"
        assert "Provides-Extra: y" in archive.read("open_cv-4.1.dist-info/METADATA").decode()
    assert catalogue.file("other-1-py3-none-any.whl") is None


def test_no_program_outlives_its_parent() -> None:
    """A program that starts another and ends: where orphans are kept, both are found."""
    code = """if True:
        import os, subprocess
        from e2e import processes
        processes.keep_orphans()
        subprocess.run("sleep 600 &", shell=True, check=True)
        assert len(processes.below(os.getpid())) == 1
        processes.kill_below(os.getpid())
        assert processes.below(os.getpid()) == []
        """
    done = subprocess.run([sys.executable, "-c", code], cwd=rows.ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_uploads_come_back() -> None:
    weights = {"https://weights.example.org/a/b.bin": "the weights"}
    handler = type("Bound", (Uploads,), {"kept": {}, "weights": weights, "fetched": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever).start()
        connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=30)

        def ask(verb: str, path: str, body: bytes = b"", kind: str = "application/json") -> http.client.HTTPResponse:
            connection.request(verb, path, body, {"Content-Type": kind})
            return connection.getresponse()

        announced = json.dumps({"file_name": "a.png", "content_type": "image/png"}).encode()
        told = json.loads(ask("POST", "/storage/upload/initiate", announced).read())
        path = urlsplit(told["upload_url"]).path
        assert ask("PUT", path, b"data", "image/png").read() == b""
        found = ask("GET", urlsplit(told["file_url"]).path)
        assert (found.read(), found.headers["Content-Type"]) == (b"data", "image/png")
        connection.request("GET", "/a/b.bin", headers={"Host": "weights.example.org"})
        assert connection.getresponse().read() == b"the weights"
        missing = ask("GET", "/files/9/b.png")
        assert (missing.status, bool(missing.read())) == (404, True)
        connection.close()
        server.shutdown()
    assert handler.kept == {path: ("image/png", b"data")}
    assert handler.fetched == ["https://weights.example.org/a/b.bin"]


def test_checks_name_known_projects() -> None:
    tables = {
        name: yaml.safe_load((rows.HERE / f"{name}.yaml").read_text(encoding="utf-8")) for name in ("checks", "rows")
    }
    assert set(tables["checks"]) <= set(tables["rows"]["fixed"])


@pytest.mark.parametrize(
    ("image", "said"),
    [
        ("python:3.11-slim", ""),
        ("python:3.8.20", ""),
        ("python:3.8.21-slim", "the registry serves no python:3.8.21-slim"),
        ("python:3.15", "the registry serves no python:3.15"),
        ("python:-slim", "the registry serves no python:-slim"),
        ("nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04", ""),
        (
            "nvidia/cuda:12.4.7-cudnn-devel-ubuntu22.04",
            "the registry serves no nvidia/cuda:12.4.7-cudnn-devel-ubuntu22.04",
        ),
        ("ghcr.io/astral-sh/uv:0.9.26", ""),
    ],
)
def test_a_tag_that_is_not_served_is_told(image: str, said: str) -> None:
    tables = yaml.safe_load((rows.HERE / "standins.yaml").read_text(encoding="utf-8"))
    assert registry.refused(image, tables["pythons"]) == said


@pytest.mark.parametrize(
    ("image", "suite"),
    [
        ("python:3.8", "bookworm"),
        ("python:3.9-slim", "trixie"),
        ("python:3.12", "trixie"),
        ("python:3.10.6", "bookworm"),
        ("python:3.11-slim-bookworm", "bookworm"),
    ],
)
def test_the_debian_below_a_python(image: str, suite: str) -> None:
    match = registry.PYTHON.fullmatch(image)
    assert match is not None
    assert registry.suite(match) == suite


def test_images_are_those_that_are_no_stages() -> None:
    text = "FROM a:1 AS b\nFROM b\nCOPY --link --from=c /x /y\nCOPY --from=0 /x /y\n"
    text += "RUN --mount=type=bind,from=d,target=/d x\n"
    assert texts.images(text) == ["a:1", "c", "d"]


def test_a_syntax_line_is_taken_out_and_nothing_else() -> None:
    assert texts.SYNTAX.sub(r"\1", "#syntax=docker/dockerfile:1.4\nFROM a\n") == "FROM a\n"
    assert texts.SYNTAX.sub(r"\1", "FROM a\n# syntax=b\n") == "FROM a\n# syntax=b\n"


def converted(project: str) -> tuple[rows.Row, str]:
    """A row of a project, and what dockerfix makes of it."""
    row = next(row for row in rows.load() if row.kind == "fixed" and row.project == project)
    return row, str(dockerfix.rewrite(row.source, project=row.folder).text)


@pytest.mark.parametrize("row", [row for row in rows.load() if row.kind == "fault"], ids=lambda row: row.fault)
def test_each_fault_has_a_place(row: rows.Row) -> None:
    text = str(dockerfix.rewrite(row.source, project=row.folder).text)
    assert faults.FAULTS[row.fault].put(text) != text
    with pytest.raises(ValueError, match="no place"):
        faults.FAULTS[row.fault].put("FROM scratch\n")


def test_every_fault_has_a_row() -> None:
    assert {row.fault for row in rows.load() if row.kind == "fault"} == set(faults.FAULTS)


class Stopped(build.Builder):
    """A builder whose builds end as they are told to."""

    def __init__(self, wrong: list[str]) -> None:
        self._wrong = wrong
        self.command = [sys.executable, "-m", "dockerfix"]

    def _convert(self, row: rows.Row, context: Path) -> str:
        return str(dockerfix.rewrite(row.source, project=row.folder).text)

    def _finished(self, row: rows.Row, text: str, context: Path, result: build.Result) -> None:
        result.wrong += self._wrong


@pytest.mark.parametrize("fault", sorted(faults.FAULTS))
def test_a_fault_that_does_not_show_makes_its_row_red(fault: str) -> None:
    row = next(row for row in rows.load() if row.fault == fault)
    assert Stopped([f"build: {faults.FAULTS[fault].told} and more"]).row(row).green
    assert not Stopped([]).row(row).green
    assert not Stopped(["build: the disk is full"]).row(row).green


def migrated(tmp_path: Path, project: str) -> Path:
    """A project with what `dockerfix migrate` writes."""
    row, text = converted(project)
    context = tmp_path / "project"
    shutil.copytree(row.folder, context)
    app.migrate([sys.executable, "-m", "dockerfix"], row, context, text)
    return context


def test_what_fals_client_leaves_out_is_not_in_the_context(tmp_path: Path) -> None:
    context = migrated(tmp_path, "ignored-files")
    (context / ".env").write_text("TOKEN=1\n")
    upload.collect(context, tmp_path / "uploaded")
    found = upload.names(tmp_path / "uploaded")
    assert {"predict.py", "kept.txt", "samples/one.json", "fal_app.py", "fal_cog.py"} <= set(found)
    assert not {".env", "run.log", "notes/plan.txt", "samples/one.txt"} & set(found)


def test_a_copy_of_what_is_not_uploaded_finds_nothing(tmp_path: Path) -> None:
    context = migrated(tmp_path, "hello-text")
    (context / ".env").write_text("TOKEN=1\n")
    text = faults.FAULTS["copy of what is not uploaded"].put((context / "Dockerfile").read_text(encoding="utf-8"))
    (context / "Dockerfile").write_text(text, encoding="utf-8")
    assert "COPY .env " in text
    upload.collect(context, tmp_path / "uploaded")
    assert ".env" not in upload.names(tmp_path / "uploaded")


def test_the_network_of_the_model_is_what_its_maker_writes() -> None:
    assert (rows.OWN / "onnx-model" / "model.onnx").read_bytes() == networks.network()


def test_a_private_index_asks_for_its_password(tmp_path: Path) -> None:
    tables = yaml.safe_load((rows.HERE / "standins.yaml").read_text(encoding="utf-8"))
    catalogue = wheels.Catalogue(tables["wheels"])
    content = server.Content(tables, catalogue, mirror.Mirror("http://localhost", tmp_path, ""), tmp_path, tmp_path)
    assert content.login("wheels.example.org", "/private/simple/private-lib/") == "e2e:s3cret"
    assert content.login("wheels.example.org", "/simple/private-lib/") is None
    assert content.answer("wheels.example.org", "/private/simple/private-lib/")[0] == 200


def test_what_pip_check_found_is_in_the_table() -> None:
    assert check.pip("pip:[]\nresult:[]") == "ok"
    assert check.pip('pip:["a 1 requires b, which is not installed."]') == "1 conflict"
    assert check.pip("Traceback") == ""
