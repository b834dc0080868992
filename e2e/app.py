"""What is tried with each built image beyond the checks of `inside.py`.

A hook gets buildah, the image's name, the row and the worker's number (for `Buildah.run`), and returns what is wrong:
an empty list where all is well. The generated app, started in the image and called over HTTP, is such a hook.
"""

from __future__ import annotations

from collections.abc import Callable

from e2e.buildah import Buildah
from e2e.rows import Row

Hook = Callable[[Buildah, str, Row, int], list[str]]
HOOKS: tuple[Hook, ...] = ()
