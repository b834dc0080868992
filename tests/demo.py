"""``make demo``: convert a bundled project, print the result and the findings."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "fixtures" / "pipeline" / "comfy-workflows-v0.9.6"


def main() -> int:
    project = FOLDER.relative_to(Path.cwd()) if FOLDER.is_relative_to(Path.cwd()) else FOLDER
    source = project / "input.Dockerfile"
    print(f"$ dockerfix --project {project} {source}\n", flush=True)
    done = subprocess.run(
        [sys.executable, "-m", "dockerfix", "--project", str(project), str(source)], capture_output=True, check=False
    )
    sys.stdout.buffer.write(done.stdout)
    print("\n# findings (standard error)\n", flush=True)
    sys.stdout.buffer.write(done.stderr)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
