"""Tools, functions and services by which a model's code downloads weights, and where they put them."""

from __future__ import annotations

import re

AS_OF = "2026-11-28"

COMMAND_SOURCE = (
    "the manual pages of the programs; huggingface/huggingface_hub:docs/source/en/guides/cli.md (`hf` and "
    "`huggingface-cli`); wkentaro/gdown:README.md"
)
COMMANDS = ("pget", "wget", "curl", "aria2c", "gdown", "huggingface-cli", "hf")
# programs that keep what they download in the cache of Hugging Face, unless an option names a folder
HUGGINGFACE_COMMANDS = frozenset({"huggingface-cli", "hf"})
HUGGINGFACE_SUBCOMMAND = "download"
HUGGINGFACE_FOLDER_OPTIONS = ("--local-dir", "--cache-dir")

FUNCTION_SOURCE = (
    "docs.python.org/3/library/urllib.request.html; wkentaro/gdown:gdown/__init__.py; "
    "huggingface/hf_transfer:README.md; keras.io/api/utils/python_utils (get_file); "
    "XPixelGroup/BasicSR:basicsr/utils/download_util.py and its copies in facexlib, gfpgan and realesrgan"
)
# endings of the full names of functions that only ever download a file
FUNCTIONS = frozenset(
    {
        "urllib.request.urlretrieve",
        "urlretrieve",
        "gdown.download",
        "gdown.download_folder",
        "gdown.cached_download",
        "hf_transfer.download",
        "wget.download",
        "utils.get_file",
        "load_file_from_url",
        "download_url_to_file",
        "pooch.retrieve",
    }
)
# functions that fetch any address: weights only if the address or the code around them says so
FETCHERS = frozenset(
    {"requests.get", "requests.request", "httpx.get", "httpx.stream", "httpx.request", "urllib.request.urlopen"}
)
# what code that writes a fetched file contains
SAVES = r"""['"][wax]b\+?['"]|\bwrite_bytes\(|\bcopyfileobj\(|\bextractall\("""
# a word by which such code says that the file is a model
MODEL_WORD = r"(?i)weight|model|checkpoint|ckpt"
# functions that download into a folder of the user's home, and the folder
LIBRARY_SOURCE = (
    "openai/whisper:whisper/__init__.py (XDG_CACHE_HOME); nltk/nltk:nltk/downloader.py; "
    "danielgatis/rembg:rembg/sessions/base.py (U2NET_HOME); deepinsight/insightface:python-package/insightface/app"
    "/face_analysis.py; JaidedAI/EasyOCR:easyocr/config.py; PaddlePaddle/PaddleOCR:paddleocr.py"
)
LIBRARIES = {
    "whisper.load_model": "~/.cache/whisper",
    "nltk.download": "~/nltk_data",
    "rembg.new_session": "~/.u2net",
    "insightface.app.FaceAnalysis": "~/.insightface",
    "easyocr.Reader": "~/.EasyOCR",
    "paddleocr.PaddleOCR": "~/.paddleocr",
}

HUGGINGFACE_SOURCE = (
    "huggingface/huggingface_hub:docs/source/en/package_reference/environment_variables.md; "
    "UKPLab/sentence-transformers:sentence_transformers/SentenceTransformer.py; "
    "vllm-project/vllm:vllm/engine/arg_utils.py; huggingface/transformers:src/transformers/pipelines/__init__.py"
)
HUGGINGFACE_FUNCTIONS = frozenset({"hf_hub_download", "snapshot_download"})
HUGGINGFACE_LOADERS = frozenset({"from_pretrained", "SentenceTransformer", "CrossEncoder", "WhisperModel"})
# those that take a repository by keyword, among other arguments
HUGGINGFACE_ENGINES = frozenset({"LLM", "EngineArgs", "AsyncEngineArgs", "pipeline"})
HUGGINGFACE_VARIABLES = frozenset(
    {"HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "TRANSFORMERS_CACHE", "DIFFUSERS_CACHE"}
)
HUGGINGFACE_OFFLINE = "local_files_only"
# the parameters that name a repository
HUGGINGFACE_KEYWORDS = frozenset(
    {"repo_id", "pretrained_model_name_or_path", "model_name_or_path", "model_size_or_path", "model"}
)
HUGGINGFACE_HOST = "huggingface.co"

TORCH_HUB_SOURCE = "pytorch/pytorch:torch/hub.py (TORCH_HOME)"
TORCH_HUB_FUNCTIONS = frozenset({"load_state_dict_from_url", "load_url"})
TORCH_HUB_VARIABLES = frozenset({"TORCH_HOME"})

LOADER_SOURCE = (
    "pytorch.org/docs/stable/generated/torch.load.html; onnxruntime.ai/docs/api/python/api_summary.html; "
    "huggingface/safetensors:bindings/python/py_src/safetensors/torch.py; keras.io/api/models/model_saving_apis; "
    "joblib.readthedocs.io/en/stable/generated/joblib.load.html; "
    "huggingface/diffusers:src/diffusers/loaders/single_file.py"
)
# endings of the full names of functions that read weights from the file or folder that their first argument names
LOADERS = frozenset(
    {
        "torch.load",
        "jit.load",
        "onnxruntime.InferenceSession",
        "ort.InferenceSession",
        "safetensors.torch.load_file",
        "keras.models.load_model",
        "saved_model.load",
        "joblib.load",
        "from_single_file",
    }
)
# the last names of functions and methods that make the folder or file that an argument names
MAKERS = frozenset({"save_pretrained", "makedirs", "mkdir", "urlretrieve", "save", "rename", "move", "extractall"})

FOLDER_KEYWORDS = frozenset(
    {"cache_dir", "local_dir", "model_dir", "cache_folder", "download_root", "download_dir", "root"}
)

CDN_SOURCE = (
    "addresses in public Cog projects: weights.replicate.delivery, replicate.delivery/pbxt, and the buckets "
    "replicate-weights, replicate-files and replicate-hf-weights behind them"
)
CDN = r"https?://(?:[\w-]+\.)*replicate\.delivery\b[^\s\"']*|https?://storage\.googleapis\.com/replicate-[^\s\"']*"

FILE_SOURCE = "names of weights in public Cog projects"
WEIGHT_ENDINGS = frozenset(
    {
        *(".safetensors", ".ckpt", ".pth", ".pt", ".bin", ".gguf", ".ggml", ".onnx", ".h5", ".hdf5", ".keras", ".pb"),
        *(".npz", ".msgpack", ".tflite", ".engine", ".trt", ".pkl", ".nemo", ".t7", ".weights", ".caffemodel"),
        *(".joblib", ".pdparams", ".params", ".model", ".ot", ".mlmodel"),
    }
)
ARCHIVE_ENDINGS = frozenset({".tar", ".zip", ".gz", ".tgz", ".zst", ".bz2", ".xz", ".7z"})
WEIGHT_ADDRESS = r"huggingface\.co/(?:(?!huggingface\.co/)[^\s\"'])*/(?:resolve|blob)/|drive\.google\.com/|" + "|".join(
    re.escape(each) for each in sorted(WEIGHT_ENDINGS | ARCHIVE_ENDINGS, key=len, reverse=True)
).join((r"://(?:(?!://)[^\s\"'])*(?:", r")(?=[?#\s\"']|$)"))
LOCAL_ADDRESS = r"\b(?:localhost|127\.0\.0\.1|0\.0\.0\.0)\b"
