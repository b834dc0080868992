"""The codes of `dockerfix app` and `dockerfix migrate`."""

from __future__ import annotations

APP_RULES = (
    (
        "DF501",
        "unknown-default",
        "The default of an input is not known before the predictor runs.",
        (
            "dockerfix reads the predictor and never runs it, so a default from a call or another package is unknown. "
            "A comment in the App marks the place, and the App takes the value from the predictor when it starts."
        ),
    ),
    (
        "DF502",
        "unknown-choices",
        "The choices of an input are not known before the predictor runs.",
        (
            "The App accepts any value if the choices come from an expression that can't be evaluated by reading, "
            "and a comment marks the place. Write the choices there, or make them constants in the predictor."
        ),
    ),
    (
        "DF503",
        "unknown-setting",
        "A limit or another setting of an input is not known, or does not fit its type.",
        ("The input model leaves it out, and a comment in the App marks the place. Cog would have checked it."),
    ),
    (
        "DF504",
        "unknown-input-type",
        "The type of an input is missing or not known.",
        (
            "The type comes from another package, which dockerfix does not run, so the App accepts any value. Write the"
            " type in the marked place of the App."
        ),
    ),
    (
        "DF505",
        "unknown-result-type",
        "The type of the result is missing or not known.",
        ("The App returns any value. Write the type in the marked place of the App, so that the schema shows it."),
    ),
    (
        "DF510",
        "no-training",
        "`train` has no counterpart on fal.",
        ("The App only serves predictions. Another App or endpoint can call the training code."),
    ),
    (
        "DF511",
        "setup-weights",
        "`setup` takes weights that nobody passes.",
        (
            "Replicate passes the weights of a training to `setup(weights)`. The App passes the variable "
            "`COG_WEIGHTS`, or None if it is not set."
        ),
    ),
    (
        "DF512",
        "health-check",
        "The predictor's own health check is not called.",
        ("fal calls a health endpoint of the App instead; declare one with `fal.HealthCheck`."),
    ),
    (
        "DF513",
        "machine-type",
        "The machine type is chosen by the GPUs that CUDA and torch support.",
        (
            "The memory that a model needs can't be read from its code: find the machine type and the number"
            " of GPUs by a test. `--machine-type` sets the type."
        ),
    ),
    (
        "DF514",
        "concurrency",
        "The predictor isn't async, but cog.yaml asks for several requests at once.",
        (
            "Cog does not start such a model. The App leaves `max_multiplexing` out: its predictor runs in one thread, "
            "one call after another. Make `predict` async to have several calls at once."
        ),
    ),
    (
        "DF515",
        "python-version",
        "cog.yaml names no Python version.",
        ("The App uses the default of Cog's newest releases; an older Cog may have built the image with another one."),
    ),
    (
        "DF520",
        "weights-by-pget",
        "`setup` downloads weights with pget.",
        (
            "A runner loses everything except `/data` when it ends, so every cold start would download them again. "
            "Download once to a temporary name on `/data`, then rename."
        ),
    ),
    (
        "DF521",
        "weights-by-hugging-face",
        "Weights from Hugging Face are saved in a folder that doesn't outlive a runner.",
        (
            "fal sets `HF_HOME` to a folder on `/data`, which outlives runners. A folder named in the call, or "
            "another `HF_HOME` in cog.yaml, does not."
        ),
    ),
    (
        "DF522",
        "weights-by-torch-hub",
        "Weights from torch.hub are saved in a folder that doesn't outlive a runner.",
        ("Set `TORCH_HOME` to a folder on `/data`, so that the next runners find the weights there."),
    ),
    (
        "DF530",
        "negated-ignore",
        "A `!` in .dockerignore excludes what it should include.",
        (
            "fal's client reads patterns like git but ignores the `!`, so it does not upload the file "
            "(`fal-ai/fal:projects/fal/src/fal/container.py`)."
        ),
    ),
    (
        "DF531",
        "environment-file",
        "`.env` is in the project.",
        ("The App leaves it out. List it in your own .dockerignore too, and store its values with `fal secrets set`."),
    ),
    (
        "DF532",
        "deeper-ignore",
        "A pattern in .dockerignore matches deeper on fal.",
        ("Docker matches it at the top of the project, fal's client at any depth; with a leading slash both agree."),
    ),
    (
        "DF541",
        "cog-at-capacity",
        "Cog answers 409 when it is at capacity, and fal does not retry.",
        ("With `--target server`, `max_multiplexing` must not exceed the concurrency in cog.yaml."),
    ),
)
"""Code, name, one line and the whole explanation of each."""
