"""One row: convert, build, look into the image."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from e2e import check
from e2e.app import Apps, migrate
from e2e.bases import Bases, NoStandIn
from e2e.buildah import ROWS, Buildah, Failed, reason
from e2e.rows import Row
from e2e.server import ADDRESS

FROM = re.compile(r"^\s*FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?", re.IGNORECASE | re.MULTILINE)
COPY_FROM = re.compile(r"^\s*(?:COPY|ADD)\s+(?:--\S+\s+)*?--from=(\S+)", re.IGNORECASE | re.MULTILINE)
MOUNT_FROM = re.compile(r"--mount=\S*\bfrom=([^,\s]+)")
SECRET = re.compile(r"--mount=\S*type=secret\S*?\bid=([^,\s]+)")
LINK = re.compile(r"^((?:COPY|ADD)\s(?:--\S+\s+)*)--link\s+", re.IGNORECASE | re.MULTILINE)
INTERPRETER = re.compile(r"\b(?:uv python|pyenv) install(?:-latest)?\s+[\"']?(3\.\d+)")
WRONG_CUDA = "10.1.243"


@dataclass
class Result:
    """What happened to a row; `wrong` is empty where it is as it must be."""

    name: str
    kind: str
    project: str
    release: str
    variant: str
    era: str
    built: bool = False
    checked: bool = False
    app: str = ""
    seconds: float = 0.0
    note: str = ""
    wrong: list[str] = field(default_factory=list)

    @property
    def green(self) -> bool:
        """Whether the row is as it must be."""
        return not self.wrong

    def as_json(self) -> dict[str, Any]:
        """For results.json."""
        return {**asdict(self), "green": self.green}


class Builder:
    """Builds rows with one store and one set of base images."""

    def __init__(
        self, buildah: Buildah, bases: Bases, apps: Apps, tables: dict[str, Any], mount: Path, logs: Path
    ) -> None:
        self._buildah, self._bases, self._apps, self._mount, self._logs = buildah, bases, apps, mount, logs
        self._checks: dict[str, Any] = tables["checks"]
        self._hosts = [f"--add-host={name}:{ADDRESS}" for name in tables["hosts"]]
        self.command: list[str] = []
        self.keep = False

    def row(self, row: Row, worker: int) -> Result:
        """Convert, build and check one row; never raises for what the row itself does wrong."""
        result = Result(row.name, row.kind, row.project, row.release, row.variant, row.era)
        begin = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="dockerfix-e2e-") as scratch:
            context = Path(scratch) / row.project
            shutil.copytree(row.folder, context)
            for name in row.files:
                (context / name).parent.mkdir(parents=True, exist_ok=True)
                (context / name).write_text("stand-in\n")
            try:
                {"fixed": self._fixed, "raw": self._raw, "cuda": self._cuda}[row.kind](row, context, result, worker)
            except (Failed, NoStandIn, OSError, subprocess.SubprocessError) as error:
                result.wrong.append(reason(str(error)))
        result.seconds = round(time.monotonic() - begin, 1)
        return result

    def _fixed(self, row: Row, context: Path, result: Result, worker: int) -> None:
        """The output of dockerfix builds, and the image holds what it must."""
        text = self._convert(row, context)
        if self._apps.calls(row.project):
            migrate(self.command, row, context, text)
        image = _image(row)
        try:
            self._build(self._presuppose(row, text), context, image, worker, self._logs / f"{row.name}.build.log")
        except Failed as error:
            result.wrong.append("build: " + reason(str(error)))
            return
        result.built = True
        found = self._look(row, image, context, worker, result)
        result.wrong += [text for text in found if not text.startswith("note: ")]
        result.note = "; ".join(text[6:] for text in found if text.startswith("note: "))
        result.checked = not result.wrong
        if not self.keep:
            self._buildah.run("rmi", image, worker=worker)

    def _raw(self, row: Row, context: Path, result: Result, worker: int) -> None:
        """The input as it is does not build."""
        text = _runner(row.source.read_text(errors="surrogateescape"))
        image = _image(row)
        try:
            self._build(text, context, image, worker, self._logs / f"{row.name}.build.log")
        except (Failed, NoStandIn) as error:
            result.note = reason(str(error))
            result.checked = True
            return
        result.built = True
        result.wrong.append("the raw output of cog debug built")
        self._buildah.run("rmi", image, worker=worker)

    def _cuda(self, row: Row, context: Path, result: Result, worker: int) -> None:
        """On a base with another CUDA the build stops at the injected check and says why."""
        text = self._convert(row, context)
        base = "localhost/e2e-cuda/wrong:latest"
        if not self._buildah.has(base):
            self._bases.cuda(WRONG_CUDA, base)
        changed = self._presuppose(row, re.sub(r"(?mi)^(FROM\s+)nvidia/cuda:\S+", rf"\1{base}", text))
        if base not in changed:
            result.wrong.append("the output has no nvidia/cuda base to swap")
            return
        try:
            self._build(changed, context, _image(row), worker, self._logs / f"{row.name}.build.log")
        except Failed as error:
            lines = [line for line in str(error).split("\n") if WRONG_CUDA in line and line.startswith("dockerfix")]
            if lines:
                result.note, result.checked = lines[-1], True
            else:
                result.wrong.append("stopped elsewhere: " + reason(str(error)))
            return
        result.built = True
        result.wrong.append(f"built on a base with CUDA {WRONG_CUDA}")

    def _presuppose(self, row: Row, text: str) -> str:
        """The text with what the project's own commands presuppose (see checks.yaml) after its last FROM."""
        lines = self._checks.get(row.project, {}).get("presupposes", [])
        if not lines:
            return text
        end = text.index("\n", list(FROM.finditer(text))[-1].end()) + 1
        return text[:end] + "".join(line + "\n" for line in lines) + text[end:]

    def _convert(self, row: Row, context: Path) -> str:
        """The input through dockerfix, kept beside the logs. Raises Failed with dockerfix's own messages."""
        done = subprocess.run(
            [*self.command, "--project", str(context)], input=row.source.read_bytes(), capture_output=True, check=False
        )
        self._logs.mkdir(parents=True, exist_ok=True)
        (self._logs / f"{row.name}.Dockerfile").write_bytes(done.stdout)
        (self._logs / f"{row.name}.findings.txt").write_bytes(done.stderr)
        if done.returncode:
            raise Failed(
                f"dockerfix ended with {done.returncode}: {done.stderr.decode(errors='replace').strip()[-400:]}"
            )
        return done.stdout.decode(errors="surrogateescape")

    def _build(self, text: str, context: Path, image: str, worker: int, log: Path) -> None:
        """`buildah bud` with the stand-ins in place; without `--link`, a hint for caching that buildah 1.28 lacks."""
        stages = {name.lower() for _, name in FROM.findall(text) if name}
        images = [name for name, _ in FROM.findall(text)] + COPY_FROM.findall(text) + MOUNT_FROM.findall(text)
        for name in dict.fromkeys(images):
            if name.lower() not in stages | {"scratch"} and not name.isdigit() and not name.startswith("localhost/"):
                self._bases.need(name)
        for minor in dict.fromkeys(INTERPRETER.findall(text)):
            self._bases.interpreter(minor, archive="uv python" in text)
        with tempfile.TemporaryDirectory(prefix="dockerfix-e2e-") as scratch:
            file, secret = Path(scratch) / "Dockerfile", Path(scratch) / "secret"
            file.write_text(LINK.sub(r"\1", text), errors="surrogateescape", newline="")
            secret.write_text("e2e-secret\n")
            secrets = [f"--secret=id={name},src={secret}" for name in dict.fromkeys(SECRET.findall(text))]
            flags = [
                "--pull-never",
                "--layers=false",
                "--format=docker",
                "--network=host",
                "--isolation=chroot",
                *self._buildah.policy,
            ]
            around = [*self._hosts, "-v", f"{self._mount}:/opt/e2e:ro"]
            self._buildah.run(
                "bud", *flags, *around, *secrets, "-t", image, "-f", file, context, worker=worker, log=log
            )

    def _look(self, row: Row, image: str, context: Path, worker: int, result: Result) -> list[str]:
        """Run the checks in a container of the image, and the App."""
        wrong = check.settings(json.loads(self._buildah.run("inspect", "--type", "image", image, worker=worker)))
        calls = self._apps.calls(row.project)
        with self._buildah.container(image, *self._hosts, worker=worker) as container:
            wrong += self._inside(row, container, worker)
            if not calls:
                return [*wrong, f"note: App not called: {self._apps.needs(row.project)}"]
            failed = self._apps.serve(row, context, container, worker, self._logs / f"{row.name}.app.log")
        result.app = "no" if failed else f"{len(calls)} calls"
        return wrong + failed

    def _inside(self, row: Row, container: str, worker: int) -> list[str]:
        """What `inside.py` finds in a container."""
        with tempfile.TemporaryDirectory(prefix="dockerfix-e2e-") as scratch:
            shutil.copy(Path(__file__).parent / "inside.py", scratch)
            (Path(scratch) / "expected.json").write_text(json.dumps(check.expectations(row, self._checks)))
            mounts = ["-v", f"{scratch}:/opt/e2e-check:ro", "--network=host", "--isolation=chroot"]
            program = ["python", "/opt/e2e-check/inside.py", "/opt/e2e-check/expected.json"]
            output = self._buildah.run("run", *mounts, container, "--", *program, worker=worker, check=False)
        (self._logs / f"{row.name}.check.log").write_text(output)
        return check.verdict(output)


def _runner(text: str) -> str:
    """The Dockerfile of a project in the three-document output, else the text."""
    match = re.search(r"^=== Runner Dockerfile contents:\n(.*?)^===", text, re.DOTALL | re.MULTILINE)
    return match[1] if match else text


def _image(row: Row) -> str:
    """The name of a row's image."""
    return ROWS + re.sub(r"[^a-z0-9]+", "-", row.name.lower())
