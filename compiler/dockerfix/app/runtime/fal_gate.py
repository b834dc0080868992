"""Starts Cog's own server on fal, and a gate before it. Written by dockerfix.

fal ends a runner that answers 503, and Cog answers 503 until its model is ready; its
health check answers 200 even if setup failed. So Cog listens on an internal port, and
the port that fal calls opens only when Cog reports that it is ready. If Cog fails, or
later reports that it can't continue, this program ends, and fal starts another runner.
Before all that the weights of cog.yaml are fetched, which Cog mounted from outside.

    python fal_gate.py [COMMAND...]
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import json
import os
import signal
import sys
import urllib.request
from typing import Any, Awaitable, List, Optional

PREDICTOR = "predict.py:Predictor"
PORT = 8080
INNER_PORT = 5000
WEIGHTS = False
COMMAND = [sys.executable, "-m", "cog.server.http"]
GOOD = ("READY", "BUSY")
BAD = ("SETUP_FAILED", "DEFUNCT", "UNHEALTHY")
PAUSE = 0.5
TIMEOUT = 10.0
PATIENCE = 5
GRACE = 5.0
CHUNK = 65536


def status() -> Optional[str]:
    """Return the status that Cog reports, or None if it doesn't answer."""
    url = f"http://127.0.0.1:{INNER_PORT}/health-check"
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT) as response:
            found = json.load(response).get("status")
    except (OSError, ValueError, AttributeError):
        return None
    return found if isinstance(found, str) else None


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Forward bytes until one side closes."""
    with contextlib.suppress(OSError):
        while True:
            data = await reader.read(CHUNK)
            if not data:
                break
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()


async def serve(outer: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
    """Connect one client to Cog."""
    try:
        inner, send = await asyncio.open_connection("127.0.0.1", INNER_PORT)
    except OSError:
        answer.close()
        return
    try:
        await asyncio.gather(pump(outer, send), pump(inner, answer))
    finally:
        for writer in (send, answer):
            writer.close()


async def watch(child: asyncio.subprocess.Process, *, until_ready: bool) -> int:
    """Wait until Cog is ready (0), or until it has ended or can't continue (not 0)."""
    loop = asyncio.get_running_loop()
    silent = 0
    while child.returncode is None:
        found = await loop.run_in_executor(None, status)
        if until_ready and found in GOOD:
            return 0
        silent = 0 if found else silent + 1
        if found in BAD or (not until_ready and silent >= PATIENCE):
            print(f"fal_gate: cog is {found or 'silent'}", file=sys.stderr, flush=True)
            return 1
        await asyncio.sleep(PAUSE)
    print(f"fal_gate: cog ended with {child.returncode}", file=sys.stderr, flush=True)
    return child.returncode or 1


async def stop(child: asyncio.subprocess.Process) -> None:
    """End Cog, and wait for it."""
    if child.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            child.terminate()
        try:
            await asyncio.wait_for(child.wait(), GRACE)
        except asyncio.TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                child.kill()
            await child.wait()


async def main(command: List[str]) -> int:
    """Run Cog and the gate; return the exit code."""
    environment = {"COG_PREDICT_TYPE_STUB": PREDICTOR, **os.environ}
    environment["PORT"] = str(INNER_PORT)
    child = await asyncio.create_subprocess_exec(*command, env=environment)
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    told = asyncio.ensure_future(ended.wait())
    try:
        code = await first(told, watch(child, until_ready=True))
        if code:
            return code
        if told.done():
            return 0
        server = await asyncio.start_server(serve, "0.0.0.0", PORT)  # noqa: S104
        print(f"fal_gate: open on port {PORT}", file=sys.stderr, flush=True)
        code = await first(told, watch(child, until_ready=False))
        server.close()
        return code
    finally:
        told.cancel()
        await stop(child)


async def first(told: Any, watching: Awaitable[int]) -> int:
    """Return the result of watching, or 0 if a signal ends this program first."""
    task = asyncio.ensure_future(watching)
    await asyncio.wait({task, told}, return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        return task.result()
    task.cancel()
    return 0


def fetch_weights() -> None:
    """Fetch the weights of cog.yaml; a signal ends the download cleanly."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    importlib.import_module("fal_weights").provide()


if __name__ == "__main__":
    if WEIGHTS:
        fetch_weights()
    sys.exit(asyncio.run(main(sys.argv[1:] or COMMAND)))
