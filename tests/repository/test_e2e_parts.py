"""The parts of the real builds that need no build: the rows, what is looked at, and that nothing outlives a run."""

from __future__ import annotations

import http.client
import io
import json
import subprocess
import sys
import threading
import zipfile
from http.server import ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from e2e import buildah, check, mirror, rows, wheels
from e2e.uploads import Uploads

from archives import archive, outputs


def test_rows_cover_all_projects_and_eras() -> None:
    fixed = [row for row in rows.load() if row.kind == "fixed"]
    raw = [row for row in rows.load() if row.kind == "raw"]
    assert {row.project for row in fixed} == {output.project for output in outputs()}
    assert {row.era for row in fixed} == {row.era for row in raw} == {output.era for output in outputs()}
    assert all(row.folder.is_dir() and row.source.is_file() for row in rows.load())


def test_inputs_are_those_of_the_full_set() -> None:
    names = [path.relative_to(rows.INPUTS).as_posix() for path in rows.INPUTS.rglob("*.Dockerfile")]
    assert all((rows.INPUTS / name).read_bytes() == archive()[name] for name in names)
    lines = (rows.INPUTS / "cog-debug" / "MANIFEST.tsv").read_text("utf-8").splitlines()
    assert set(lines) <= set(archive()["cog-debug/MANIFEST.tsv"].decode("utf-8").splitlines())
    assert len(lines) == len(names) + 1


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
    assert len(check.settings({"OCIv1": {"config": config}})) == 4
    assert check.settings({"OCIv1": {"config": {"Cmd": ["python3"], "Labels": {"other": "2"}}}}) == []


def test_a_check_without_a_result_is_an_error() -> None:
    assert check.verdict('noise\nresult:["a is missing"]\n') == ["a is missing"]
    assert check.verdict("result:[]") == []
    assert check.verdict("Traceback: no\n") == ["the check did not run: Traceback: no"]


def test_the_reason_of_a_failed_build() -> None:
    output = "STEP 1/3: FROM x\nthing\nerror: no such file\nerror: no such file\nexit status 1\n"
    assert buildah.reason(output) == "error: no such file"


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
    handler = type("Bound", (Uploads,), {"kept": {}})
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
        missing = ask("GET", "/files/9/b.png")
        assert (missing.status, bool(missing.read())) == (404, True)
        connection.close()
        server.shutdown()
    assert handler.kept == {path: ("image/png", b"data")}


def test_checks_name_known_projects() -> None:
    tables = {
        name: yaml.safe_load((rows.HERE / f"{name}.yaml").read_text(encoding="utf-8")) for name in ("checks", "rows")
    }
    assert set(tables["checks"]) <= {row["project"] for row in tables["rows"]["rows"]}
