"""Packages that a model can import without declaring them, because they came with Cog."""

from __future__ import annotations

AS_OF = "2026-11-23"

PACKAGE_SOURCE = (
    "PyPI metadata (Requires-Dist) of cog 0.8.6, 0.9.26, 0.10.0a18, 0.14.12, 0.16.12, 0.17.0, 0.23.1; over 212 "
    "projects, 22 imports rely on it (requests 9, pydantic 7, yaml 4, httpx 2)"
)
PACKAGE_OF_MODULE = {
    "attr": "attrs",
    "attrs": "attrs",
    "dotenv": "python-dotenv",  # through uvicorn[standard]
    "fastapi": "fastapi",
    "httpx": "httpx",
    "pydantic": "pydantic",
    "requests": "requests",
    "starlette": "starlette",  # through fastapi
    "structlog": "structlog",
    "typing_extensions": "typing-extensions",
    "urllib3": "urllib3",  # through requests
    "uvicorn": "uvicorn",
    "websockets": "websockets",  # through uvicorn[standard]
    "yaml": "pyyaml",
}
