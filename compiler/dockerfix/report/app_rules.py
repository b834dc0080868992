"""The codes of `dockerfix app` and `dockerfix migrate`."""

from __future__ import annotations

APP_RULES = (
    (
        "DF501",
        "unknown-default",
        "The default of an input is not known before the predictor runs.",
        (
            "The predictor is read, never run, so a default that a call or another module makes stays unknown. "
            "The place in the App is marked, and the App takes the value from the predictor when it starts."
        ),
    ),
    (
        "DF502",
        "unknown-choices",
        "The choices of an input are not known before the predictor runs.",
        (
            "Choices that an expression makes which can't be evaluated by reading are left open, and the place "
            "in the App is marked. Write them there, or make them constants in the predictor."
        ),
    ),
    (
        "DF503",
        "unknown-setting",
        "A bound or another setting of an input is not known, or does not fit its type.",
        ("It is left out of the input model, and the place in the App is marked. Cog would have checked it."),
    ),
    (
        "DF504",
        "unknown-input-type",
        "The type of an input is missing or not known.",
        (
            "A type of another package can't be named without running it, so any value is taken. Write the type"
            " into the marked place of the App."
        ),
    ),
    (
        "DF505",
        "unknown-result-type",
        "The type of the result is missing or not known.",
        ("Any value is given back. Write the type into the marked place of the App, so that the schema shows it."),
    ),
    (
        "DF510",
        "no-training",
        "`train` has no counterpart on fal.",
        ("The App serves predictions alone. A second app, or a second endpoint, may call the training code."),
    ),
    (
        "DF511",
        "setup-weights",
        "`setup` takes weights that nobody passes.",
        (
            "Replicate hands the weights of a training to `setup(weights)`. The App passes the variable "
            "`COG_WEIGHTS`, or None where it is not set."
        ),
    ),
    (
        "DF512",
        "health-check",
        "The predictor's own health check is not called.",
        ("fal asks an endpoint of the App; `fal.HealthCheck` declares one."),
    ),
    (
        "DF513",
        "machine-type",
        "The machine type is chosen by what CUDA and torch can use.",
        (
            "How much memory a model needs can't be read from its code: choose the machine type, and the number"
            " of GPUs, by a test. `--machine-type` sets it."
        ),
    ),
    (
        "DF514",
        "concurrency",
        "The predictor isn't async, but cog.yaml asks for several requests at once.",
        (
            "`max_multiplexing` lets a runner take that many requests, which then run in as many threads: see "
            "that the predictor can bear it, or lower it."
        ),
    ),
    (
        "DF515",
        "python-version",
        "cog.yaml names no Python version.",
        ("The App names the default of Cog's newest releases; an older Cog may have built the image with another one."),
    ),
    (
        "DF520",
        "weights-by-pget",
        "`setup` downloads weights with pget.",
        (
            "Everything but `/data` is gone when a runner ends, so they would be fetched at every cold start. "
            "Download to a temporary name on `/data` once, then rename."
        ),
    ),
    (
        "DF521",
        "weights-by-hugging-face",
        "Weights from Hugging Face land in a folder that doesn't outlive a runner.",
        (
            "fal sets `HF_HOME` to a folder on `/data`, which keeps them. A folder given in the call, or "
            "another `HF_HOME` in cog.yaml, does not."
        ),
    ),
    (
        "DF522",
        "weights-by-torch-hub",
        "Weights of torch.hub land in a folder that doesn't outlive a runner.",
        ("Set `TORCH_HOME` to a folder on `/data`, so that they are kept between runners."),
    ),
    (
        "DF530",
        "negated-ignore",
        "A `!` in .dockerignore leaves out what it should keep.",
        (
            "fal's client reads patterns as .gitignore does but forgets the `!`, so the file is not uploaded "
            "(`fal-ai/fal:projects/fal/src/fal/container.py`)."
        ),
    ),
    (
        "DF531",
        "environment-file",
        "`.env` is in the project.",
        ("It would be copied into the image with all the rest. Keep it in .dockerignore, and give secrets to fal."),
    ),
    (
        "DF532",
        "deeper-ignore",
        "A pattern in .dockerignore matches deeper on fal.",
        ("Docker takes it from the top of the project, fal's client at any depth; a leading slash makes both agree."),
    ),
    (
        "DF541",
        "cog-at-capacity",
        "Cog answers 409 at its capacity, which fal does not retry.",
        ("With `--target server`, `max_multiplexing` must not exceed the concurrency of cog.yaml."),
    ),
)
"""Code, name, one line, and the whole explanation of each."""
