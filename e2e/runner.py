"""Runs inside a built image, where fal's runner would be: starts an App as fal does, and ends it when its input ends.

``runner.py ENTRY PYTHON``: the entry point and the Python version of pyproject.toml. All that happens here is code of
fal's own, out of the image: isolate chooses the interpreter and starts its agent with it, and the agent imports the App
and serves it on port 8080.
"""

import os
import sys
import threading

from isolate.backends.container import ContainerizedPythonEnvironment
from isolate.connections import LocalPythonGRPC


def main() -> None:
    """Serve until standard input ends; an App that ends by itself ends with its error."""
    entry, python = sys.argv[1:]
    environment = ContainerizedPythonEnvironment.from_config({"image": {}, "python_version": python})
    agent = LocalPythonGRPC(environment, environment.create())

    stopping = threading.Event()

    def stop() -> None:
        sys.stdin.read()
        stopping.set()
        agent.abort_agent()

    stopper = threading.Thread(target=stop, daemon=True)
    stopper.start()
    try:
        agent.run_entrypoint(entry + ".run_local")
    except Exception:
        if not stopping.is_set():
            raise
        stopper.join()
    sys.stdout.flush()
    os._exit(0)  # not held up by the threads of the connection to the agent


main()
