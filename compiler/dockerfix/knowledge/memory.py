"""How much memory a model needs, as far as its packages, its weights and the names of models tell."""

from __future__ import annotations

import re

AS_OF = "2026-11-28"

FRAMEWORK_SOURCE = (
    "PyPI, Requires-Dist of the newest releases on 2026-11-28, and the README of packages that need their framework "
    "installed beside them"
)
FRAMEWORKS = frozenset(
    {
        *("torch", "tensorflow", "tensorflow-cpu", "tf-nightly", "jax", "jaxlib", "onnxruntime", "onnxruntime-gpu"),
        *("paddlepaddle", "paddlepaddle-gpu", "mxnet", "openvino", "ctranslate2", "llama-cpp-python", "mlx", "ncnn"),
    }
)
# packages that bring a framework, and which
BRING_FRAMEWORK = {
    "accelerate": "torch",
    "allennlp": "torch",
    "argostranslate": "ctranslate2",
    "asteroid": "torch",
    "audiocraft": "torch",
    "autogluon": "torch",
    "basicsr": "torch",
    "bark": "torch",
    "basic-pitch": "tensorflow",
    "clip": "torch",
    "clip-interrogator": "torch",
    "controlnet-aux": "torch",
    "coqui-tts": "torch",
    "deepface": "tensorflow",
    "deepfilternet": "torch",
    "deepspeed": "torch",
    "demucs": "torch",
    "detectron2": "torch",
    "diffusers": "torch",
    "doctr": "torch",
    "easyocr": "torch",
    "essentia-tensorflow": "tensorflow",
    "exllamav2": "torch",
    "facenet-pytorch": "torch",
    "facexlib": "torch",
    "fairseq": "torch",
    "fast-whisper": "ctranslate2",
    "fastai": "torch",
    "faster-whisper": "ctranslate2",
    "flair": "torch",
    "flagembedding": "torch",
    "flax": "jax",
    "gfpgan": "torch",
    "gliner": "torch",
    "insightface": "onnxruntime",
    "keras": "tensorflow",
    "keybert": "torch",
    "kornia": "torch",
    "lightning": "torch",
    "lmdeploy": "torch",
    "magenta": "tensorflow",
    "mediapipe": "TensorFlow Lite",
    "mmcv": "torch",
    "mmdet": "torch",
    "monai": "torch",
    "nemo-toolkit": "torch",
    "nsfw-detector": "tensorflow",
    "onnx": "onnxruntime",
    "open-clip-torch": "torch",
    "openai-clip": "torch",
    "openai-whisper": "torch",
    "optimum": "torch",
    "paddleocr": "paddlepaddle",
    "peft": "torch",
    "piper-tts": "onnxruntime",
    "pyannote-audio": "torch",
    "pytorch-lightning": "torch",
    "realesrgan": "torch",
    "rembg": "onnxruntime",
    "rvc-python": "torch",
    "segment-anything": "torch",
    "sentence-transformers": "torch",
    "sglang": "torch",
    "silero-vad": "torch",
    "simpletransformers": "torch",
    "spacy-transformers": "torch",
    "spandrel": "torch",
    "speechbrain": "torch",
    "spleeter": "tensorflow",
    "stable-diffusion-cpp-python": "ggml",
    "stable-ts": "torch",
    "stanza": "torch",
    "supervision": "OpenCV",
    "tensorflow-hub": "tensorflow",
    "tensorflow-text": "tensorflow",
    "tflite-runtime": "TensorFlow Lite",
    "timm": "torch",
    "torchaudio": "torch",
    "torchvision": "torch",
    "transformers": "torch",
    "tts": "torch",
    "txtai": "torch",
    "ultralytics": "torch",
    "vllm": "torch",
    "whisper-timestamped": "torch",
    "whisperx": "torch",
    "xformers": "torch",
}
# packages whose module has another name
PACKAGE_OF_MODULE = {
    "PIL": "pillow",
    "TTS": "tts",
    "cv2": "opencv-python",
    "bs4": "beautifulsoup4",
    "dateutil": "python-dateutil",
    "dotenv": "python-dotenv",
    "essentia": "essentia-tensorflow",
    "llama_cpp": "llama-cpp-python",
    "open_clip": "open-clip-torch",
    "pyannote": "pyannote-audio",
    "whisper": "openai-whisper",
    "yaml": "pyyaml",
}

SMALL_SOURCE = "PyPI: pure Python or small extensions that hold no model and no media in memory"
SMALL_PACKAGES = frozenset(
    {
        *(
            "aiofiles",
            "aiohttp",
            "annotated-types",
            "anthropic",
            "anyio",
            "attrs",
            "beautifulsoup4",
            "boto3",
            "cachetools",
        ),
        *(
            "certifi",
            "chardet",
            "charset-normalizer",
            "click",
            "cog",
            "colorama",
            "cryptography",
            "emoji",
            "fal-client",
        ),
        *("fastapi", "filelock", "ftfy", "gdown", "google-cloud-storage", "groq", "html5lib", "httpcore", "httpx"),
        *(
            "huggingface-hub",
            "idna",
            "importlib-metadata",
            "inflect",
            "jinja2",
            "json5",
            "jsonschema",
            "langdetect",
            "loguru",
            "lxml",
            "markdown",
        ),
        *("markupsafe", "mistralai", "more-itertools", "msgpack", "nanoid", "num2words", "ollama", "openai", "orjson"),
        *("opentelemetry-api", "opentelemetry-exporter-otlp-proto-http", "opentelemetry-sdk"),
        *(
            "packaging",
            "parse",
            "phonenumbers",
            "pip",
            "pydantic",
            "pydantic-settings",
            "pygments",
            "pyjwt",
            "pyparsing",
        ),
        *("python-dateutil", "python-dotenv", "python-magic", "python-multipart", "python-slugify", "pytz", "pyyaml"),
        *("qrcode", "redis", "regex", "replicate", "requests", "rich", "setuptools", "simplejson", "six", "slugify"),
        *("sniffio", "starlette", "structlog", "tabulate", "tenacity", "termcolor", "tiktoken", "together", "toml"),
        *(
            "tomli",
            "tqdm",
            "typer",
            "typing-extensions",
            "tzdata",
            "ujson",
            "unidecode",
            "urllib3",
            "uvicorn",
            "validators",
        ),
        *("websocket-client", "websockets", "wheel", "xmltodict"),
    }
)
SMALL_SYSTEM_PACKAGES = frozenset(
    {
        *("apt-transport-https", "aria2", "bash", "build-essential", "bzip2", "ca-certificates", "curl", "file", "g++"),
        *("gcc", "git", "gnupg", "jq", "locales", "make", "nano", "openssl", "pkg-config", "procps", "tree", "tzdata"),
        *("unzip", "vim", "wget", "xz-utils", "zip", "zstd"),
    }
)

REPLICATE_SOURCE = "replicate.com/docs/billing and replicate.com/pricing (hardware `cpu`: 4 cores, 8 GB)"
REPLICATE_CPU_MEMORY = 8192  # MB

ESTIMATE_SOURCE = (
    "2 bytes a parameter (float16, bfloat16), of which 4-bit quantisation takes a quarter; a fifth more for what runs; "
    "huggingface.co/docs/transformers/llm_tutorial_optimization"
)
BYTES_A_PARAMETER = 2
OVERHEAD_PERCENT = 20
CPU_FACTOR = 2  # float32 in memory where the file may have float16, and room for the work
# the number of parameters in a model's name: llama-2-70b-chat, Mixtral-8x7B, Qwen2.5-0.5B
PARAMETERS = r"(?i)(?<![\w.])(?:[a-z]{0,3})(?:(\d{1,2})x)?(\d{1,3}(?:\.\d+)?)b(?![a-z0-9])"
QUANTISED = r"(?i)4[-_]?bit|int4|awq|gptq|q4_|nf4|gguf|fp4"
HALVED = r"(?i)8[-_]?bit|int8|fp8|q8_"


def parameters(model: str) -> float | None:
    """Return the billions of parameters in a model's name such as ``owner/model-7b``, or None if it has none."""
    found = [float(match[2]) * int(match[1] or 1) for match in re.finditer(PARAMETERS, re.sub("[-_]", " ", model))]
    return max(found, default=None)


def gigabytes(model: str) -> float | None:
    """Return about how many GB the weights of a model take, by its name, or None if the name doesn't tell."""
    billions = parameters(model)
    if billions is None:
        return None
    share = 0.25 if re.search(QUANTISED, model) else 0.5 if re.search(HALVED, model) else 1.0
    return billions * BYTES_A_PARAMETER * share
