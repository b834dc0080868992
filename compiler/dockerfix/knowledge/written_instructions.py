"""Instructions that dockerfix writes in place of Cog's.

They are made to be compared: one package or variable on a line, so that a change in cog.yaml shows as one line.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

from dockerfix.knowledge.cog_constructs import HUB_PACKAGE, MODEL_FOLDER, UV_IMAGE, UV_TAG
from dockerfix.knowledge.cog_server import GATE_COMMAND, GATE_FILE, GATE_FOLDER
from dockerfix.knowledge.fal import PORT
from dockerfix.knowledge.gpu import VERSION_FILES, VERSION_VARIABLE

AS_OF = "2026-11-23"

PREAMBLE_SOURCE = "replicate/cog@v0.9.26:pkg/dockerfile/generator.go (preamble); the images of cog-base set it, too"
PREAMBLE = r"""ENV DEBIAN_FRONTEND=noninteractive \
    PYTHONUNBUFFERED=1 \
    LD_LIBRARY_PATH=$LD_LIBRARY_PATH:/usr/lib/x86_64-linux-gnu:/usr/local/nvidia/lib64:/usr/local/nvidia/bin \
    NVIDIA_DRIVER_CAPABILITIES=all"""

PIP_SOURCE = "replicate/cog@v0.14.7:pkg/dockerfile/standard_generator.go (pipInstalls)"
PIP_INSTALL = "RUN --mount=type=cache,target=/root/.cache/pip pip install"

APT_SOURCE = (
    "replicate/cog@v0.22.0:pkg/dockerfile/standard_generator.go (aptInstalls; installTini leaves out recommended "
    "packages)"
)


def apt_install(packages: Iterable[str], options: Sequence[str] = ()) -> str:
    """Return the RUN that installs Debian packages, each a word for the shell, with options of ``apt-get install``.

    apt installs them in an order of its own, so they are sorted.
    """
    # the mount keeps the package lists between builds, outside the image
    return joined(
        "RUN --mount=type=cache,target=/var/cache/apt,sharing=locked apt-get update -qq &&",
        " ".join(("apt-get install -qqy", *options)),
        *sorted(packages, key=lambda word: word.strip("'")),
        "&& rm -rf /var/lib/apt/lists/*",
    )


def joined(*lines: str) -> str:
    """Return one instruction on several lines."""
    return " \\\n    ".join(lines)


NO_RECOMMENDED = "--no-install-recommends"


UV_SOURCE = "astral-sh/uv:docs/guides/integration/docker.md (copying the binary)"
COPY_UV = f"COPY --from={UV_IMAGE}:{UV_TAG} /uv /uvx /usr/local/bin/"

PYTHON_SOURCE = (
    "astral-sh/uv:docs/concepts/python-versions.md (managed versions are complete and relocatable, come with pip, and "
    "are marked as externally managed, which would make every `pip install` of the user fail)"
)
_PYTHON = "/opt/python"
PYTHON_PATH = f'ENV PATH="{_PYTHON}/current/bin:$PATH"'  # packages put their scripts beside the interpreter


def install_python(version: str, minor: str) -> str:
    """Return the RUN by which uv installs a Python; `minor` is the minor version of `version`, such as "3.11"."""
    return _run(
        f"UV_PYTHON_INSTALL_DIR={_PYTHON} uv python install {version}",
        f'python="$(readlink -f {_PYTHON}/cpython-{version}*/bin/python3 | head -n 1)"',
        'prefix="${python%/bin/*}"',
        'rm -f "$prefix"/lib/python*/EXTERNALLY-MANAGED',
        f'ln -sfn "$prefix" {_PYTHON}/current',
        _link("$prefix", minor),
        "python -m pip --version",
    )


LINK_SOURCE = (
    "isolate 0.26.12:backends/container.py and connections/_local/_base.py: fal looks for bin/pythonX.Y, then "
    "bin/python, in one prefix; nvidia/cuda has neither, and Cog makes only python3"
)


def link_pyenv_python(minor: str) -> str:
    """Return the RUN that links the Python that Cog installed with pyenv to where fal looks for it."""
    return _run(_link("$(pyenv prefix)", minor))


def link_uv_python(minor: str) -> str:
    """Return the RUN that links the Python that Cog installed with uv to where fal looks for it."""
    return _run(
        'prefix="$(dirname "$(dirname "$(readlink -f /usr/bin/python3)")")"',
        'rm -f "$prefix"/lib/python*/EXTERNALLY-MANAGED',
        f'mkdir -p {_PYTHON} && ln -sfn "$prefix" {_PYTHON}/current',
        _link("$prefix", minor),
    )


def _link(prefix: str, minor: str) -> str:
    return (
        f"for name in python python3 python{minor} pip pip3; "
        f'do ln -sf "{prefix}/bin/$name" "/usr/local/bin/$name"; done'
    )


def _run(*commands: str) -> str:
    return "RUN " + " && \\\n    ".join(commands)


REQUIREMENT_SOURCE = (
    'docs of fal, "use a custom container image" (install the fal package as the last step); docs of Cog, "deploy '
    'models with Cog" (`pip install cog` installs the server, and its own pins decide on pydantic)'
)


def pip_install(requirement: str) -> str:
    """Return the RUN that installs one requirement, quoted for the shell, for the Python that fal starts."""
    return f"RUN python -m pip install --no-cache-dir {requirement}"


SOURCE_PATH_SOURCE = (
    "fal 1.83.0 and isolate 0.26.12: the module of an app is imported before the working directory is on sys.path, and "
    "PYTHONPATH may be overwritten; neither is true of a .pth file"
)


def source_path(folder: str) -> str:
    """Return the RUN that puts a folder of the image on Python's path."""
    path = "pathlib.Path(sysconfig.get_path('purelib'), 'src.pth')"
    return rf'''RUN python -c "import pathlib, sysconfig; {path}.write_text('{folder}\n')"'''


def cuda_check(versions: Iterable[str], reason: str) -> str:
    """Return the RUN that fails unless the image's CUDA is one of `versions`, which are patterns of the shell."""
    # the first line with a number that has a point; sed stops there itself, as `| head` fails under pipefail
    first = r"/[0-9][.][0-9]/{s/^[^0-9]*\([0-9]*[.][0-9]*\).*/\1/p;q;}"
    read = f"""cuda="$(sed -n '{first}' "$file")\""""
    return joined(
        f'RUN cuda="${{{VERSION_VARIABLE}:-}}";',
        f"for file in {' '.join(VERSION_FILES)}; do",
        'if [ -z "$cuda" ] && [ -f "$file" ]; then',
        f"{read}; fi;",
        "done;",
        'case "$cuda" in',
        f"{'|'.join(versions)}) ;;",
        f'*) echo "dockerfix: {reason}, but this base image has ${{cuda:-none}}" >&2; exit 1 ;;',
        "esac",
    )


def gate(folders: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the instructions that start the gate of Cog's server; `folders` are those in which the stage works.

    The first releases don't copy the project to /src, so the gate is copied.
    """
    copies = [f"COPY {GATE_FILE} {GATE_FOLDER}/"] if folders and list(folders) != [GATE_FOLDER] else []
    # fal calls `exposed_port` of pyproject.toml; EXPOSE is for readers (fal-ai/fal:projects/fal/src/fal/project.py)
    words = '", "'.join(GATE_COMMAND)
    return (*copies, f"EXPOSE {PORT}", f'CMD ["{words}"]')


ANY = "\0"
"""A part of a form that differs from project to project."""


@cache
def forms() -> dict[str, tuple[tuple[str, ...], ...]]:
    """Return, by its code, the forms of each block whose instructions are always the same but for `ANY`.

    A form that is no longer written stays here, so that the blocks in it are still known.
    """
    folder, python = f"WORKDIR {MODEL_FOLDER}", (install_python(ANY, ANY), PYTHON_PATH)
    return {
        "DF110": ((PREAMBLE, apt_install([ANY]), folder), (PREAMBLE, folder)),
        "DF111": ((PREAMBLE,),),
        "DF203": ((apt_install([ANY]),),),
        "DF206": ((COPY_UV.replace(UV_TAG, ANY), *python), python),
        "DF207": ((link_pyenv_python(ANY),), (link_uv_python(ANY), PYTHON_PATH)),
        "DF301": ((pip_install(f"'fal=={ANY}'"),), (pip_install(f"'fal=={ANY}' '{HUB_PACKAGE}'"),)),
        "DF302": ((source_path(ANY),),),
        "DF303": ((apt_install([ANY], [NO_RECOMMENDED]),),),
        "DF311": ((pip_install(f"'cog=={ANY}'"),),),
        "DF312": (gate(), gate([ANY])),
        "DF401": ((cuda_check([ANY, ANY], ANY),), (cuda_check([ANY, ANY, ANY], ANY),)),
    }
