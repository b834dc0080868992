"""From a Cog predictor to a fal App: `build` reads cog.yaml and the predictor, and writes nothing itself."""

from __future__ import annotations

from dockerfix.app.build import AppResult, build
from dockerfix.app.read.model import AppError
from dockerfix.app.server import ServerResult, build_server
from dockerfix.app.settings import AppOptions

__all__ = ["AppError", "AppOptions", "AppResult", "ServerResult", "build", "build_server"]
