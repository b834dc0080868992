"""One row: convert, build, look into the image, call what is served in it."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import subprocess
import tempfile
import threading
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from e2e import check, faults, texts, upload
from e2e.app import Apps, migrate
from e2e.bases import Bases, NoStandIn
from e2e.engine import LABEL, ROW, Engine, Failed
from e2e.reasons import reason
from e2e.rows import Row

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
    pip: str = ""
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
    """Builds rows with one daemon and one set of base images. `hosts` are the flags that name the stand-in hosts."""

    def __init__(
        self, engine: Engine, bases: Bases, apps: Apps, tables: dict[str, Any], hosts: list[str], logs: Path
    ) -> None:
        self._engine, self._bases, self._apps, self._hosts, self._logs = engine, bases, apps, hosts, logs
        self._checks: dict[str, Any] = tables["checks"]
        self._apt = threading.Lock()
        self.command: list[str] = []
        self.keep = False

    def row(self, row: Row) -> Result:
        """Convert, build and check one row; never raises for what the row itself does wrong."""
        result = Result(row.name, row.kind, row.project, row.release, row.variant or row.fault, row.era)
        begin = time.monotonic()
        kinds = {
            "fixed": self._fixed,
            "server": self._fixed,
            "raw": self._raw,
            "plain": self._plain,
            "cuda": self._cuda,
            "fault": self._fault,
        }
        with tempfile.TemporaryDirectory(prefix="dockerfix-e2e-") as scratch:
            context = Path(scratch) / row.project
            shutil.copytree(row.folder, context, symlinks=True)
            for name in row.files:
                (context / name).parent.mkdir(parents=True, exist_ok=True)
                (context / name).write_text("stand-in\n")
            try:
                kinds[row.kind](row, context, result)
            except (Failed, NoStandIn, OSError, subprocess.SubprocessError) as error:
                result.wrong.append(reason(str(error)))
        result.seconds = round(time.monotonic() - begin, 1)
        return result

    def _fixed(self, row: Row, context: Path, result: Result) -> None:
        """The output of dockerfix builds from what fal's client uploads, and the image holds what it must."""
        text = self._convert(row, context)
        migrate(self.command, row, context, text)
        self._finished(row, text, context, result)

    def _finished(self, row: Row, text: str, context: Path, result: Result) -> None:
        """Build and look into the image."""
        uploaded = context.with_name("uploaded")
        (context / "Dockerfile").write_text(text, errors="surrogateescape", newline="")
        upload.collect(context, uploaded)
        try:
            self._build(row, self._presuppose(row, text), uploaded)
        except Failed as error:
            result.wrong.append("build: " + reason(str(error)))
            return
        result.built = True
        found = self._look(row, context, uploaded, result)
        result.wrong += [text for text in found if not text.startswith("note: ")]
        result.note = "; ".join(text[6:] for text in found if text.startswith("note: "))
        result.checked = not result.wrong
        self._forget(row)

    def _fault(self, row: Row, context: Path, result: Result) -> None:
        """With a fault put into it, the converted output makes a row red, and for that reason."""
        text = self._convert(row, context)
        migrate(self.command, row, context, text)
        fault = faults.FAULTS[row.fault]
        spoilt = Result(
            **{key: getattr(result, key) for key in ("name", "kind", "project", "release", "variant", "era")}
        )
        try:
            self._finished(row, fault.put(text), context, spoilt)
        except (Failed, NoStandIn) as error:
            spoilt.wrong.append(reason(str(error)))
        result.built = spoilt.built
        told = " | ".join(spoilt.wrong)
        if fault.told in told:
            result.note, result.checked = told, True
        else:
            result.wrong.append(f"the fault shows as {told!r}, wanted {fault.told!r}")

    def _raw(self, row: Row, context: Path, result: Result) -> None:
        """The input as it is does not build."""
        try:
            self._build(row, texts.runner(row.source.decode("utf-8", "surrogateescape")), context)
        except (Failed, NoStandIn) as error:
            result.note = reason(str(error))
            result.checked = True
            return
        result.built = True
        result.wrong.append("the raw output of cog debug built")
        self._forget(row)

    def _plain(self, row: Row, context: Path, result: Result) -> None:
        """The input as it is builds, as the newest Cog's do without packages and cog-base; it lacks what fal needs."""
        self._build(row, texts.runner(row.source.decode("utf-8", "surrogateescape")), context)
        result.built = True
        found = self._inside(row, context, context, result)
        lacks = [text for text in found if re.match(r"import fal|.* of Cog: |curl|.* is not on sys.path", text)]
        result.note = "; ".join(lacks[:4])
        result.checked = any(text.startswith("import fal") for text in lacks)
        if not result.checked:
            result.wrong.append("fal is in the raw output of cog debug")
        self._forget(row)

    def _cuda(self, row: Row, context: Path, result: Result) -> None:
        """On a base with another CUDA the build stops at the injected check and says why."""
        text = self._convert(row, context)
        base = self._bases.wrong_cuda(WRONG_CUDA)
        changed = self._presuppose(row, re.sub(r"(?mi)^(FROM\s+)nvidia/cuda:\S+", rf"\1{base}", text))
        if base not in changed:
            result.wrong.append("the output has no nvidia/cuda base to swap")
            return
        try:
            self._build(row, changed, context)
        except Failed as error:
            said = re.search(rf"dockerfix: .*{re.escape(WRONG_CUDA)}", str(error))
            if said:
                result.note, result.checked = said[0], True
            else:
                result.wrong.append("stopped elsewhere: " + reason(str(error)))
            return
        result.built = True
        result.wrong.append(f"built on a base with CUDA {WRONG_CUDA}")

    def _presuppose(self, row: Row, text: str) -> str:
        """The text with what the project's own commands presuppose (see checks.yaml) after its last FROM."""
        lines = self._checks.get(row.project, {}).get("presupposes", [])
        places = list(texts.FROM.finditer(text))
        if not lines or not places:
            return text
        end = (text + "\n").index("\n", places[-1].end()) + 1
        return text[:end] + "".join(line + "\n" for line in lines) + text[end:]

    def _convert(self, row: Row, context: Path) -> str:
        """The input through dockerfix, kept beside the logs. Raises Failed with dockerfix's own messages."""
        command = [*self.command, "--project", str(context), *(["--target", "server"] if row.kind == "server" else [])]
        done = subprocess.run(command, input=row.source, capture_output=True, check=False)
        self._logs.mkdir(parents=True, exist_ok=True)
        (self._logs / f"{row.name}.Dockerfile").write_bytes(done.stdout)
        (self._logs / f"{row.name}.findings.txt").write_bytes(done.stderr)
        if done.returncode:
            raise Failed(
                f"dockerfix ended with {done.returncode}: {done.stderr.decode(errors='replace').strip()[-400:]}"
            )
        return done.stdout.decode(errors="surrogateescape")

    def _build(self, row: Row, text: str, context: Path) -> None:
        """`docker build` with the stand-ins in place; without a `#syntax=` line, whose frontend is in a registry."""
        for minor in dict.fromkeys(texts.INTERPRETER.findall(text)):
            self._bases.interpreter(minor, archive=True)
        given = self._checks.get(row.project, {}).get("secrets", {})
        named = {name: f"E2E_SECRET_{number}" for number, name in enumerate(dict.fromkeys(texts.SECRET.findall(text)))}
        variables = {variable: given.get(name, f"secret {name}\n") for name, variable in named.items()}
        flags = [f"--secret=id={name},env={variable}" for name, variable in named.items()]
        flags += [f"--build-context={image}=docker-image://{self._bases.need(image)}" for image in texts.images(text)]
        with tempfile.TemporaryDirectory(prefix="dockerfix-e2e-") as scratch:
            file = Path(scratch) / "Dockerfile"
            file.write_text(texts.SYNTAX.sub(r"\1", text), errors="surrogateescape", newline="")
            where = ["-t", _image(row), "-f", self._engine.path(file), self._engine.path(context)]
            around = ["--progress", "plain", "--network", "host", *self._hosts, *flags]
            log = self._logs / f"{row.name}.build.log"
            # old Cogs mount apt's cache without a lock, so two such builds at a time would meet on apt's own
            with self._apt if texts.APT_UNLOCKED.search(text) else contextlib.nullcontext():
                self._engine.run("buildx", "build", *around, *where, variables=variables, log=log)

    def _forget(self, row: Row) -> None:
        """Delete a row's image; its layers stay in the build cache for the next row."""
        if not self.keep:
            self._engine.run("rmi", "-f", _image(row))

    def _look(self, row: Row, context: Path, uploaded: Path, result: Result) -> list[str]:
        """Run the checks in a container of the image, and what it serves."""
        found = [] if row.kind == "server" else check.settings(json.loads(self._engine.run("inspect", _image(row)))[0])
        found += self._inside(row, context, uploaded, result)
        calls = self._apps.calls(row)
        if not calls:
            return [*found, f"note: not called: {self._apps.needs(row)}"]
        failed = self._apps.serve(row, context, _image(row), self._logs / f"{row.name}.app.log")
        result.app = "no" if failed else f"{len(calls)} calls"
        return found + failed

    def _inside(self, row: Row, context: Path, uploaded: Path, result: Result) -> list[str]:
        """What `inside.py` finds in a container."""
        with tempfile.TemporaryDirectory(prefix="dockerfix-e2e-") as scratch:
            shutil.copy(Path(__file__).parent / "inside.py", scratch)
            expected = check.expectations(row, self._checks, context, uploaded)
            (Path(scratch) / "expected.json").write_text(json.dumps(expected))
            flags = ["--rm", "--label", LABEL, "--network", "host", *self._hosts, "--entrypoint", "python"]
            flags += ["-v", f"{self._engine.path(Path(scratch))}:/opt/e2e-check:ro"]
            program = ["/opt/e2e-check/inside.py", "/opt/e2e-check/expected.json"]
            output = self._engine.run("run", *flags, _image(row), *program, check=False)
        (self._logs / f"{row.name}.check.log").write_text(output)
        result.pip = check.pip(output)
        return check.verdict(output)


def _image(row: Row) -> str:
    """The name of a row's image."""
    return f"{ROW}:" + re.sub(r"[^a-z0-9]+", "-", row.name.lower())[:120]
