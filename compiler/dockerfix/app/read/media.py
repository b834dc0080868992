"""The class of fal for a file: Image, Video, Audio, or File if nothing indicates one."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterable
from pathlib import PurePosixPath

_WORDS = {
    "File": "archive checkpoint lora safetensors tar weights zip",
    "Video": "clip footage gif mov movie mp4 video videos webm",
    "Audio": "audio audios flac mp3 music ogg recording singing sound speaker speech vocals voice wav",
    "Image": "background canny depth face frame image images img imgs init jpeg jpg mask photo photograph picture png"
    " portrait selfie sketch webp",
}
_UNAMBIGUOUS = frozenset(
    {"archive", "audio", "checkpoint", "flac", "image", "images", "jpeg", "jpg", "mp3", "mp4", "photo", "picture"}
    | {"png", "safetensors", "tar", "video", "videos", "wav", "webp", "weights", "zip"}
)
"""Words that also count in a description, where "face" or "sound" may mean anything."""
_ENDINGS = {".avif": "Image", ".flac": "Audio", ".m4a": "Audio", ".ogg": "Audio", ".opus": "Audio", ".webp": "Image"}


def of_input(name: str, description: str | None) -> str:
    """The class of an input: from its name, or from its description if that indicates only one kind."""
    words = re.findall(r"[a-z0-9]+", (description or "").lower())
    return _one(_kinds(name.lower().split("_"))) or _one(_kinds(set(words) & _UNAMBIGUOUS)) or "File"


def of_output(name: str, endings: Iterable[str]) -> str:
    """The class of a result or a field of one: from its name, or from the file endings in the code."""
    media = {_ENDINGS.get(ending) or _of_ending(ending) for ending in endings}
    return _one(_kinds(name.lower().split("_"))) or _one(media - {"Other"}) or "File"


def ending(text: str) -> str | None:
    """The file ending in a piece of a program's text, such as ``/tmp/out.png`` or ``.mp4``."""
    suffix = PurePosixPath(text).suffix.lower() or (text.lower() if re.fullmatch(r"\.\w{2,5}", text) else "")
    return suffix if suffix and (suffix in _ENDINGS or _of_ending(suffix) != "Other") else None


def _of_ending(suffix: str) -> str:
    if suffix == ".gif":
        return "File"
    kind = (mimetypes.guess_type(f"x{suffix}")[0] or "").partition("/")[0]
    known = {"image": "Image", "video": "Video", "audio": "Audio"}.get(kind)
    return known or ("File" if mimetypes.guess_type(f"x{suffix}")[0] else "Other")


def _kinds(words: Iterable[str]) -> set[str]:
    plain = {word.rstrip("0123456789") or word for word in words} | set(words)
    return {kind for kind, known in _WORDS.items() if plain & set(known.split())}


def _one(kinds: set[str]) -> str | None:
    return next(iter(kinds)) if len(kinds) == 1 else None
