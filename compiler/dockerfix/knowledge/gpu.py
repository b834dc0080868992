"""What GPU code needs of an image: images with CUDA, packages that use it, and architectures to compile for."""

from __future__ import annotations

import re
from typing import NamedTuple

from dockerfix.knowledge.versions import release

AS_OF = "2026-11-27"

IMAGE_SOURCE = (
    "Docker Hub, nvidia/cuda (ENV CUDA_VERSION and NV_CUDA_* in every flavour), pytorch/pytorch (CUDA from the wheels: "
    "runtime images set no CUDA_VERSION), falai/base (documentation of fal: PYTHON-CUDA in the tag), "
    "docker-library/official-images"
)
# last parts of the repository; CUDA and cuDNN in the tag; whether the image surely sets CUDA_VERSION; whether it has
# CUDA even if the tag names none
CUDA_TAGS = (
    ("nvidia/cuda", r"^(?P<cuda>\d+\.\d+(?:\.\d+)?)(?:-cudnn(?P<cudnn>\d*))?", True, True),
    ("cog-base", r"(?:^|-)cuda(?P<cuda>\d+\.\d+(?:\.\d+)?)", True, False),
    ("pytorch/pytorch", r"-cuda(?P<cuda>\d+\.\d+)-cudnn(?P<cudnn>\d+)", False, True),
    ("falai/base", r"^\d+\.\d+-(?P<cuda>\d+\.\d+(?:\.\d+)?)", False, True),
)
IMAGES_WITHOUT_CUDA = frozenset(
    {
        "python",
        "ubuntu",
        "debian",
        "alpine",
        "almalinux",
        "amazonlinux",
        "fedora",
        "rockylinux",
        "buildpack-deps",
        "node",
        "busybox",
        "scratch",
        "continuumio/miniconda3",
        "continuumio/anaconda3",
        "condaforge/miniforge3",
        "mambaorg/micromamba",
    }
)

PACKAGE_SOURCE = (
    "PyPI, Requires-Dist of the Linux wheels (nvidia-*-cu12, or torch); tensorflow/tensorflow:setup.py (extra "
    "and-cuda, from 2.14); onnxruntime.ai/docs/execution-providers/CUDA-ExecutionProvider.html; "
    "docs.cupy.dev/en/stable/install.html"
)
# torch, and packages that install it: its wheels contain CUDA
INSTALL_CUDA = frozenset(
    {
        "torch",
        "torchvision",
        "torchaudio",
        "torchtext",
        "accelerate",
        "bitsandbytes",
        "deepspeed",
        "fastai",
        "lightning",
        "open-clip-torch",
        "openai-whisper",
        "peft",
        "pytorch-lightning",
        "sentence-transformers",
        "timm",
        "torchsde",
        "ultralytics",
        "vllm",
        "whisperx",
        "xformers",
    }
)
# those of them that ask for certain releases of torch, or that asked for none in some releases
CHOOSE_TORCH = frozenset({"bitsandbytes", "fastai", "torchtext", "vllm", "whisperx", "xformers"})
# packages that use the CUDA or cuDNN of the image
USE_CUDA_OF_IMAGE = frozenset(
    {
        "tensorflow",
        "tensorflow-gpu",
        "onnxruntime-gpu",
        "cupy-cuda11x",
        "cupy-cuda12x",
        "ctranslate2",
        "faster-whisper",
        "paddlepaddle-gpu",
    }
)
# packages that compile CUDA code when they are installed from source
COMPILE_CUDA = frozenset(
    {
        "apex",
        "causal-conv1d",
        "detectron2",
        "flash-attn",
        "mamba-ssm",
        "pytorch3d",
        "tiny-cuda-nn",
        "torch-scatter",
        "torch-sparse",
    }
)
TENSORFLOW_PACKAGES = ("tensorflow", "tensorflow-gpu")
CUDA_EXTRAS = {"tensorflow": "and-cuda", "jax": "cuda"}  # beginning of the extras that install CUDA

VERSION_SOURCE = (
    "nvidia/container-images/cuda:dist (ENV CUDA_VERSION); files of the toolkit (version.txt to 10.2, version.json "
    "from 11.1)"
)
VERSION_VARIABLE = "CUDA_VERSION"
VERSION_FILES = ("/usr/local/cuda/version.json", "/usr/local/cuda/version.txt")


class Architecture(NamedTuple):
    """A GPU architecture (``9.0``), the first CUDA toolkit that compiles for it, the first torch that runs on it."""

    name: str
    least_cuda: str
    least_torch: str

    @property
    def sm(self) -> str:
        """The name that compilers use: ``sm_90``."""
        return "sm_" + self.name.replace(".", "")


ARCHITECTURE_SOURCE = (
    "NVIDIA, CUDA release notes and the compatibility guides of Ampere, Ada, Hopper and Blackwell; release notes of "
    "PyTorch"
)
ARCHITECTURES = (  # those of fal's GPUs, oldest first
    Architecture("8.0", "11.0", "1.7"),
    Architecture("8.9", "11.8", "1.8"),
    Architecture("9.0", "11.8", "2.0"),
    Architecture("10.0", "12.8", "2.7"),
    Architecture("12.0", "12.8", "2.7"),
)
ARCHITECTURE_VARIABLE = "TORCH_CUDA_ARCH_LIST"


def architectures_for(cuda: str) -> tuple[Architecture, ...]:
    """Return the architectures for which the CUDA toolkit of version `cuda` compiles."""
    return tuple(each for each in ARCHITECTURES if release(each.least_cuda) <= release(cuda))


class ImageCuda(NamedTuple):
    """The CUDA that an image's name implies: versions as the tag writes them, None if it names none.

    `is_cuda` is whether the image has CUDA, `sets_variable` whether it surely sets `VERSION_VARIABLE`.
    """

    is_cuda: bool
    cuda: str | None
    cudnn: str | None
    sets_variable: bool


def image_cuda(repository: str, tag: str) -> ImageCuda | None:
    """Return the CUDA of an image by its name, or None if `CUDA_TAGS` does not have the image."""
    for name, expression, sets_variable, always in CUDA_TAGS:
        if repository == name or repository.endswith(f"/{name}"):
            found = re.search(expression, tag)
            parts = found.groupdict() if found else {}
            cuda = parts.get("cuda")
            return ImageCuda(always or cuda is not None, cuda, parts.get("cudnn"), sets_variable)
    return None


def is_plain_image(repository: str) -> bool:
    """Whether an image is known to have no CUDA."""
    return repository.removeprefix("library/") in IMAGES_WITHOUT_CUDA
