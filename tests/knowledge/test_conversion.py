"""The literals have the values of the YAML files that they replace; this goes when those go."""

from __future__ import annotations

from typing import Any

import yaml

from dockerfix.knowledge import (
    cog_base,
    cog_constructs,
    cog_dependencies,
    cog_server,
    commands,
    cuda,
    fal,
    gpu,
    written_instructions,
)
from places import ROOT


def old(name: str) -> Any:
    return yaml.safe_load((ROOT / "compiler" / "dockerfix" / "knowledge" / f"{name}.yaml").read_text("utf-8"))


NEW_NAMES = {
    "packages.names": "PACKAGE_NAMES",
    "packages.repositories": "PACKAGE_REPOSITORIES",
    "packages.wheel_prefixes": "WHEEL_PREFIXES",
    "packages.companions": "WHEEL_COMPANIONS",
    "packages.first_releases": "FIRST_PACKAGES",
    "staging.prefixes": "STAGING_PREFIXES",
    "staging.contexts": "STAGING_CONTEXTS",
    "staging.fast_contexts": "FAST_CONTEXTS",
    "staging.dependencies_folder": "DEPENDENCIES_FOLDER",
    "staging.dependencies_stage": "DEPENDENCIES_STAGE",
    "staging.requirements_target": "REQUIREMENTS_TARGET",
    "staging.artifacts": "ARTIFACTS_FOLDER",
    "staging.library_folder": "LIBRARY_FOLDER",
    "staging.helper_prefix": "HELPER_PREFIX",
    "staging.label_prefix": "STEP_LABEL_PREFIX",
    "source_folders.current": "MODEL_FOLDER",
    "source_folders.all": "MODEL_FOLDERS",
    "tini.paths": "TINI_PATHS",
    "tini.url_part": "TINI_URL_PART",
    "tini.variables": "TINI_VARIABLES",
    "server.module": "SERVER_MODULE",
    "server.port": "SERVER_PORT",
    "server.commands": "SERVER_COMMANDS",
    "server.entrypoint_scripts": "SERVER_ENTRYPOINT_SCRIPTS",
    "environment.prefixes": "ENVIRONMENT_PREFIXES",
    "environment.names": "ENVIRONMENT_NAMES",
    "environment.cflags_name": "CFLAGS_NAME",
    "environment.cflags_value": "CFLAGS_VALUE",
    "environment.uv": "UV_VARIABLES",
    "labels.prefixes": "LABEL_PREFIXES",
    "ld_cache.file": "LD_CACHE_FILE",
    "certificate.file": "CERTIFICATE_FILE",
    "certificate.target": "CERTIFICATE_TARGET",
    "certificate.variables": "CERTIFICATE_VARIABLES",
    "certificate.value": "CERTIFICATE_VALUE",
    "nvidia_key.key": "NVIDIA_KEY",
    "uv.image": "UV_IMAGE",
    "uv.tag": "UV_TAG",
    "images.cog_base": "COG_BASE_IMAGE",
    "images.monobase": "MONOBASE_IMAGE",
    "images.weights_suffix": "WEIGHTS_SUFFIX",
    "images.weights_stage": "WEIGHTS_STAGE",
    "images.cuda": "CUDA_IMAGE",
    "images.python": "PYTHON_IMAGE",
    "images.first_base": "FIRST_BASE_IMAGE",
    "monobase.python": "MONOBASE_PYTHON",
    "monobase.cuda": "MONOBASE_CUDA",
    "monobase.cudnn": "MONOBASE_CUDNN",
    "monobase.runner": "MONOBASE_RUNNER",
    "monobase.weights_folder": "MONOBASE_WEIGHTS_FOLDER",
    "pget.command": "PGET_COMMAND",
    "pget.url_part": "PGET_URL_PART",
    "frame.close": "FRAME_MARK",
    "frame.runner": "FRAME_OF_DOCKERFILE",
    "defaults.cuda": "DEFAULT_CUDA",
}
UNUSED = {
    *("tini.stage", "tini.stage_image", "environment.preamble", "nvidia_key.files", "uv.apt", "images.registry"),
    *("pyenv.root", "pyenv.installers", "pyenv.plugin", "pyenv.apt", "monobase.torch"),
    *("pget.usual_path", "pget.variable_prefix", "frame.open", "frame.weights", "frame.ignore"),
}


def test_cog_constructs() -> None:
    data = old("cog_idioms")
    fields = {f"{section}.{name}" for section, values in data.items() for name in values if name != "source"}
    assert fields == {*NEW_NAMES, *UNUSED, "monobase.steps", "defaults.pythons"}
    for path, name in NEW_NAMES.items():
        section, field = path.split(".")
        value = data[section][field]
        assert getattr(cog_constructs, name) == (tuple(value) if isinstance(value, list) else value), name
    assert data["monobase"]["steps"][-1] == cog_constructs.MONOBASE_USER_STEP
    assert [(era, python) for _, era, python in data["defaults"]["pythons"]] == list(cog_constructs.DEFAULT_PYTHONS)


def test_cog_base() -> None:
    data = old("cog_base")
    for row in data["lists"]:
        for era in row["eras"].split():
            assert cog_base.cog_base_packages(era) == tuple(row["apt"].split()), era
    assert cog_base.cog_base_packages(None) == tuple(data["lists"][2]["apt"].split())
    assert {
        name: (row["replacement"], tuple(row["gone_from"])) for name, row in data["renamed"]["packages"].items()
    } == cog_base.RENAMED_PACKAGES


def test_the_rest_of_cog() -> None:
    assert old("transitive")["modules"] == cog_dependencies.PACKAGE_OF_MODULE
    server = old("cog_server")
    assert tuple(map(tuple, server["releases"]["versions"])) == cog_server.RELEASES
    assert server["behaviour"]["health_path"] == cog_server.HEALTH_PATH
    assert server["behaviour"]["inner_port"] == cog_server.INNER_PORT
    assert (server["gate"]["file"], server["gate"]["folder"]) == (cog_server.GATE_FILE, cog_server.GATE_FOLDER)
    assert (server["gate"]["program"], "/src/fal_gate.py") == cog_server.GATE_COMMAND


def test_commands() -> None:
    data = old("tools")
    assert data["packages"]["commands"] == commands.PACKAGE_OF_COMMAND
    assert {name: packages[0] for name, packages in data["packages"]["with"].items()} == commands.COMPANION_OF_COMMAND
    assert all(len(packages) == 1 for packages in data["packages"]["with"].values())
    assert {kind: set(words.split()) for kind, words in data["images"]["have"].items()} == commands.COMMANDS_OF_IMAGE
    debian = old("replacements")["debian"]
    assert debian["newest"] == commands.NEWEST_DEBIAN
    assert debian["codenames"] == commands.DEBIAN_OF_CODENAME
    assert tuple(map(tuple, debian["pythons"])) == commands.LAST_PYTHON_OF_DEBIAN


def test_cuda() -> None:
    assert tuple(map(tuple, old("cuda_images")["images"])) == cuda.CUDA_IMAGES
    data = old("torch")
    rows = [
        (torch, vision, cpu_or_cuda, None if index == "-" else data["base_url"] + index)
        for torch, vision, _, cpu_or_cuda, index, _ in data["rows"]
    ]
    assert rows == [
        (row.torch, row.torchvision, row.cuda or "cpu", row.index_url)
        for torch in cuda.TORCH
        for row in cuda.torch_rows(torch)
    ]
    assert {name: (version, cudnn) for name, version, cudnn, _ in old("tensorflow")["rows"]} == cuda.TENSORFLOW


def test_gpu() -> None:
    data = old("gpu")
    assert tuple(map(tuple, data["images"]["tags"])) == gpu.CUDA_TAGS
    assert set(data["images"]["plain"].split()) == gpu.IMAGES_WITHOUT_CUDA
    packages = data["packages"]
    assert set(packages["bring"].split()) == gpu.INSTALL_CUDA
    assert set(packages["look_for"].split()) == gpu.USE_CUDA_OF_IMAGE
    assert set(packages["compile"].split()) == gpu.COMPILE_CUDA
    assert tuple(packages["tensorflow"]) == gpu.TENSORFLOW_PACKAGES
    assert packages["extras"] == gpu.CUDA_EXTRAS
    assert tuple(map(tuple, data["architectures"]["rows"])) == gpu.ARCHITECTURES
    assert data["architectures"]["variable"] == gpu.ARCHITECTURE_VARIABLE
    assert tuple(data["architectures"]["usual"]) == fal.USUAL_MACHINES
    assert (data["version"]["variable"], tuple(data["version"]["files"])) == (gpu.VERSION_VARIABLE, gpu.VERSION_FILES)


def test_fal() -> None:
    data = old("fal")
    assert (data["sdk"]["package"], tuple(map(tuple, data["sdk"]["versions"]))) == (fal.FAL_PACKAGE, fal.RELEASES)
    assert tuple(map(tuple, data["requirements"]["packages"])) == fal.REQUIREMENTS
    least = {each.sm: each.least_cuda for each in gpu.ARCHITECTURES}
    assert data["machines"]["gpu"] == [[*machine, least[machine.arch]] for machine in fal.GPU_MACHINES]
    assert data["machines"]["cpu"] == [[*pair] for pair in fal.CPU_MACHINES.items()]
    assert data["machines"]["default"] == fal.DEFAULT_MACHINE
    assert data["hosts"]["newest_cuda_seen"] == fal.NEWEST_CUDA_SEEN
    assert (data["client"]["file_size_limit"], tuple(data["client"]["ignored"])) == (
        fal.FILE_SIZE_LIMIT,
        fal.IGNORED_BY_DEFAULT,
    )
    runtime = data["runtime"]
    assert (tuple(runtime["tools"]), runtime["data_folder"]) == (fal.RUNTIME_COMMANDS, fal.DATA_FOLDER)
    assert (runtime["huggingface_home"], runtime["port"]) == (fal.HUGGINGFACE_HOME, fal.PORT)


def test_written_instructions() -> None:
    data = old("replacements")

    def filled(name: str, form: str = "instruction", **values: str) -> str:
        text = data[name][form]
        for key, value in values.items():
            text = text.replace("{" + key + "}", value)
        return str(text)

    written, folder = written_instructions, data["python"]["folder"]
    assert filled("preamble") == written.PREAMBLE
    assert filled("pip") == written.PIP_INSTALL
    assert filled("apt", packages="a b") == written.apt_install(["a", "b"])
    assert filled("apt", "tools", packages="a b") == written.apt_install(["a", "b"], recommended=False)
    assert filled("uv", image="ghcr.io/astral-sh/uv:0.9.26") == written.COPY_UV
    python = {"folder": folder, "version": "3.11.4", "minor": "3.11"}
    assert filled("python", **python) == written.install_python("3.11.4", "3.11")
    assert filled("python", "path", folder=folder) == written.PYTHON_PATH
    assert filled("links", "pyenv", minor="3.11", folder=folder) == written.link_pyenv_python("3.11")
    assert filled("links", "uv", minor="3.11", folder=folder) == written.link_uv_python("3.11")
    assert filled("fal", requirement="x") == filled("cog", requirement="x") == written.pip_install("x")
    assert filled("source_path", folder="/src") == written.add_source_path("/src")
