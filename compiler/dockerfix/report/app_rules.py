"""The codes of `dockerfix app` and `dockerfix migrate`."""

from __future__ import annotations

APP_RULES = (
    (
        "DF501",
        "unknown-default",
        "The default of an input is not known before the predictor runs.",
        (
            "dockerfix reads the predictor and never runs it, so a default from a call or another package is "
            "unknown. A comment in the App marks the place, and the App takes the value from the predictor when "
            "it starts.\n\n"
            "When it is wrong: The value in the schema is missing, but the call works: the App asks the predictor for "
            "it. To show the default to clients, write it in the marked place of fal_app.py; `migrate` keeps your "
            "text."
        ),
    ),
    (
        "DF502",
        "unknown-choices",
        "The choices of an input are not known before the predictor runs.",
        (
            "The App accepts any value if the choices come from an expression that can't be evaluated by reading, "
            "and a comment marks the place. Write the choices there, or make them constants in the predictor.\n\n"
            "When it is wrong: The App takes a value that the predictor then refuses, with an error instead of 422. "
            "If that is good enough, leave it. Choices that you write in fal_app.py stay when you run `migrate` "
            "again."
        ),
    ),
    (
        "DF503",
        "unknown-setting",
        "A limit or another setting of an input is not known, or does not fit its type.",
        (
            "The input model leaves it out, and a comment in the App marks the place. Cog would have checked it.\n\n"
            "When it is wrong: A limit that is computed in the predictor still works there, since the code is "
            "unchanged; it only shows late. Write it into the `Field` of the App if clients should get 422, and "
            "`migrate` keeps it."
        ),
    ),
    (
        "DF504",
        "unknown-input-type",
        "The type of an input is missing or not known.",
        (
            "The type comes from another package, which dockerfix does not run, so the App accepts any value; if "
            "only the items of a list are unknown, it accepts any list. Write the type in the marked place of the "
            "App.\n\n"
            "When it is wrong: If any value is fine, leave the input as it is: the predictor gets what the client "
            "sent. A type that you write in fal_app.py stays; one in the predictor is better, because the next run "
            "reads it."
        ),
    ),
    (
        "DF505",
        "unknown-result-type",
        "The type of the result is missing or not known.",
        (
            "The App returns any value. Write the type in the marked place of the App, so that the schema shows "
            "it.\n\n"
            "When it is wrong: The answer is the same with and without a type; only the schema tells less. Write the "
            "type in the predictor, or in the marked place of the App, which `migrate` keeps."
        ),
    ),
    (
        "DF506",
        "input-from-environment",
        "An input depends on an environment variable.",
        (
            "`os.getenv` and `os.environ` give what cog.yaml sets, or the default in the call, when the App is "
            "written. A variable that is set on fal later does not change the App's schema or default.\n\n"
            "When it is wrong: If you set the variable on fal to what cog.yaml says, all is well. If it differs "
            "there, write the default into fal_app.py yourself, where it stays, or read the variable inside "
            "`predict`."
        ),
    ),
    (
        "DF507",
        "default-outside-limits",
        "The default of an input is outside its own limits.",
        (
            "Cog refuses to build such a model. The App has the default and the limits as they are written: a "
            "request without the input uses the default, one that names the same value gets 422.\n\n"
            'When it is wrong: A default outside the limits may be a mark for "not given". Make the input optional '
            "with None instead; until then the App behaves as said above, and nothing stops you from deploying it."
        ),
    ),
    (
        "DF508",
        "bound-again",
        "`predict` or `setup` is replaced after its definition.",
        (
            "dockerfix reads the definition in the class. An assignment in its body or module may change the "
            "parameters, so compare the inputs of the App with those that Cog shows.\n\n"
            "When it is wrong: A decorator or an assignment that gives back a function with the same parameters does "
            "no harm. Compare them once; what you correct in fal_app.py stays."
        ),
    ),
    (
        "DF509",
        "signal-handler",
        "The predictor handles a signal, which needs the main thread.",
        (
            "Python lets only the main thread set handlers (`signal.signal`, `loop.add_signal_handler`). Under "
            "Cog to 0.16 the predictor has it always, since 0.17 while it is loaded and in a `setup` that isn't "
            "async (tried with 0.16.12 and 0.23.1). In an App it is fal's, and the predictor has a thread of its "
            "own. Handlers of SIGINT, SIGTERM and SIGHUP are ignored, so that code that only wants to end well "
            "still runs; any other is an error, such as one of SIGALRM. fal calls the App's method `teardown` "
            "when a runner ends.\n\n"
            "When it is wrong: A handler that only cleans up at the end is safely ignored; move it to `teardown` of "
            "the App if it has to run. For the error, replace the alarm by a timeout that works in any thread "
            "(`concurrent.futures`, `asyncio.timeout`), or use `--target server`, which leaves the main thread to the "
            "predictor as Cog does."
        ),
    ),
    (
        "DF510",
        "no-training",
        "`train` has no counterpart on fal.",
        (
            "The App only serves predictions. Another App or endpoint can call the training code. With "
            "`--target server`, Cog's server has the path `/trainings`, but hands its inputs to the predictor "
            "unless it is started with `--x-mode train`.\n\n"
            "When it is wrong: If nobody trains this model on fal, there is nothing to do. To keep the training, call "
            "the function of `train` from an endpoint of your own in fal_app.py; `migrate` keeps methods that you "
            "add."
        ),
    ),
    (
        "DF511",
        "setup-weights",
        "`setup` takes weights that nobody passes.",
        (
            "Replicate passes the weights of a training to `setup(weights)`. The App passes the text of the "
            "variable `COG_WEIGHTS`, or None if it is not set, as Cog does since v0.17. Before, Cog made a Path "
            "or File of it, and passed the folder `weights` if it was unset "
            "(`replicate/cog@v0.16.12:python/cog/predictor.py`).\n\n"
            "When it is wrong: A `setup` that works without weights needs nothing. If it needs them, set "
            "`COG_WEIGHTS` on fal to their address, or download them in `setup`."
        ),
    ),
    (
        "DF512",
        "health-check",
        "The predictor's own health check becomes one of fal.",
        (
            "The App's endpoint `/health` calls `healthcheck`; False and errors are 500. fal calls it every 15 "
            "seconds with a limit of 5 seconds, as Cog has, and replaces the runner after three failures "
            "(`fal.HealthCheck`).\n\n"
            "When it is wrong: fal replaces a runner after three failures, so a check that fails while the model is "
            "only busy costs a cold start. Make the check lenient, or remove the method `healthcheck` from "
            "fal_app.py: the next `migrate` does not bring it back."
        ),
    ),
    (
        "DF513",
        "machine-type",
        "The machine type is a guess.",
        (
            "It fits the CUDA of the wheel of torch that is installed, or else that of the image, as for DF403, "
            "and what else the project tells: its packages, the sizes of weights in it or in weights.lock, the "
            "number of parameters in a model's name, `tensor_parallel_size` and `torchrun`. A warning says that "
            "the CUDA is newer than any seen on fal's hosts. The memory that a model needs can't be read from its "
            "code: find the machine type and the number of GPUs by a test. `--machine-type` sets the type.\n\n"
            "When it is wrong: It is a guess as long as nobody measured. `--machine-type TYPE` sets the type, and one "
            "that you change in fal_app.py or in pyproject.toml stays. Measure the memory on a large machine before "
            "you choose a smaller one."
        ),
    ),
    (
        "DF514",
        "concurrency",
        "The predictor isn't async, but cog.yaml asks for several requests at once.",
        (
            "Cog does not start such a model. The App leaves `max_multiplexing` out: its predictor runs in one "
            "thread, one call after another. Make `predict` async to have several calls at once.\n\n"
            "When it is wrong: If `predict` is safe to run several times at once only by luck, one call at a time is "
            "right. Otherwise make it `async`; or set `max_multiplexing` in fal_app.py, which stays, when calls may "
            "wait for each other."
        ),
    ),
    (
        "DF515",
        "python-version",
        "cog.yaml names no Python version.",
        (
            "The App uses the default of Cog's newest releases; an older Cog may have built the image with "
            "another one.\n\n"
            "When it is wrong: The Python of the image counts, not this note: if the Dockerfile has another one, set "
            "`python_version` in cog.yaml to it, and both agree."
        ),
    ),
    (
        "DF516",
        "metrics",
        "Metrics that the predictor records are dropped.",
        (
            "Cog answers with them in `metrics`. fal's answers have no such place, so the App forgets the values. "
            "`record_metric` and `scope.metrics` refuse the names, values and changes of type that Cog refuses, "
            "with its errors (`replicate/cog:docs/python.md`); `emit_metric`, which earlier releases have, takes "
            "anything.\n\n"
            "When it is wrong: If you read the metrics, send them yourself: to a log, or as a field of the output. If "
            "not, nothing is lost and the call in the code may stay."
        ),
    ),
    (
        "DF517",
        "request-context",
        "The predictor reads the context of a request, which is always empty.",
        (
            "Replicate sends `context` with a request. On fal nothing sends it: make an input of each value, or a "
            "secret of the runner.\n\n"
            "When it is wrong: Code that reads the context with a default goes on with the default. What it needs "
            "from the caller has to become an input, since fal passes none."
        ),
    ),
    (
        "DF518",
        "stream-events",
        "The stream has no events with Cog's names.",
        (
            "Cog's stream sends `start`, `output`, `log` and `completed`, and replays them "
            "(`replicate/cog:docs/http.md`). The App's endpoint `/stream` sends one piece as the data of each "
            "event; what fails is an event `error`.\n\n"
            "When it is wrong: A client of fal (`fal_client.stream`) reads the App's form. Only a client that was "
            "written for Cog's events needs a change, or `--target server`."
        ),
    ),
    (
        "DF519",
        "server-variable",
        "cog.yaml sets a variable that only Cog's server reads.",
        (
            "`COG_SETUP_TIMEOUT` becomes the App's `startup_timeout`, `COG_MAX_CONCURRENCY` its "
            "`max_multiplexing`. The others have no counterpart on fal.\n\n"
            "When it is wrong: The variable stays in the image, so code of yours that reads it still can. A value "
            "that you set in fal_app.py stays when you run `migrate` again."
        ),
    ),
    (
        "DF520",
        "weights-by-download",
        "The code downloads weights to a folder that doesn't outlive a runner.",
        (
            "A runner loses everything except `/data` when it ends, so every cold start would download them "
            "again. Download once to a temporary name on `/data`, then rename. pget, wget, curl, aria2c, gdown "
            "and the functions of Python that do the same are recognised in the files that the predictor reaches, "
            "and in the `run` commands of cog.yaml, which put the files into the image.\n\n"
            "When it is wrong: A download of a few megabytes, or one that has to be fresh at each start, may stay. So "
            "may one into the image by a `run` command, as long as a file has at most 1 GiB and a larger image is no "
            "trouble. The message does not stop anything."
        ),
    ),
    (
        "DF521",
        "weights-by-hugging-face",
        "Weights from Hugging Face are saved in a folder that doesn't outlive a runner.",
        (
            "fal sets `HF_HOME` to a folder on `/data`, which outlives runners. A folder named in the call, or "
            "another `HF_HOME` in cog.yaml, does not.\n\n"
            "When it is wrong: A folder that is a link to `/data`, or a small tokenizer, needs no change. Otherwise "
            "remove the folder from the call, so that `HF_HOME` decides."
        ),
    ),
    (
        "DF522",
        "weights-by-torch-hub",
        "Weights from torch.hub are saved in a folder that doesn't outlive a runner.",
        (
            "Set `TORCH_HOME` to a folder on `/data`, so that the next runners find the weights there.\n\n"
            "When it is wrong: If the file is small, a download at each cold start may be cheaper than a change. The "
            "App sets `TORCH_HOME` unless cog.yaml does: a setting there comes first."
        ),
    ),
    (
        "DF523",
        "replicate-servers",
        "Weights come from Replicate's own servers.",
        (
            "Addresses below `replicate.delivery` and the buckets behind it belong to Replicate, which may close "
            "them to others. Copy the files to a place of your own, such as a repository of Hugging Face, and use "
            "its address.\n\n"
            "When it is wrong: As long as the address answers, the model works. Test it from outside of Replicate, "
            "and copy the files before you depend on it."
        ),
    ),
    (
        "DF524",
        "managed-weights",
        "cog.yaml has managed weights.",
        (
            "The program `cog` mounts them before it starts the model, and Cog's server expects them in their "
            "place (`replicate/cog:pkg/weights/mount.go`). The App, or with `--target server` the gate before "
            "Cog's server, fetches them with `fal_weights.py`: repositories of Hugging Face and files by HTTP go "
            "to `/data` once, are checked against weights.lock if there is one, and are linked to their target "
            "before `setup`. Other sources are left to you.\n\n"
            "When it is wrong: If the weights are already on `/data`, or the predictor fetches them itself, remove "
            "them from cog.yaml, and the App fetches none. A source with a password in its address is an error: make "
            "it a secret of fal."
        ),
    ),
    (
        "DF525",
        "missing-weights",
        "The predictor loads weights that are not in the project.",
        (
            "Weights are often kept out of git: a script such as `script/download-weights`, run by hand before "
            "`cog build`, fetches them (`replicate/cog-examples`). Without them the image builds, and the model "
            "doesn't start. Run the script before you build, or download the weights in `setup` to `/data`.\n\n"
            "When it is wrong: A path that is made at run time, or that a `run` command fills, can look like a "
            "missing file. Nothing stops you then: the message is a warning."
        ),
    ),
    (
        "DF530",
        "negated-ignore",
        "A `!` in .dockerignore excludes what it should include.",
        (
            "fal's client reads patterns like git but ignores the `!`, so it does not upload the file "
            "(`fal-ai/fal:projects/fal/src/fal/container.py`).\n\n"
            "When it is wrong: If the file should be left out, the `!` does no harm on fal. Otherwise list what to "
            "leave out without exceptions; Docker reads such a list in the same way."
        ),
    ),
    (
        "DF531",
        "environment-file",
        "`.env` is in the project.",
        (
            "The App leaves it out. List it in your own .dockerignore too, and store its values with "
            "`fal secrets set`.\n\n"
            "When it is wrong: The App leaves `.env` out in any case, so its values never reach fal by this way. If "
            "the code needs a file of that name, give it another one."
        ),
    ),
    (
        "DF532",
        "deeper-ignore",
        "A pattern in .dockerignore matches deeper on fal.",
        (
            "Docker matches it at the top of the project, fal's client at any depth; with a leading slash both "
            "agree.\n\n"
            "When it is wrong: If the pattern should match at every depth, write `**/NAME`, and both read it alike. "
            "If only at the top, write `/NAME`."
        ),
    ),
    (
        "DF541",
        "cog-at-capacity",
        "Cog answers 409 when it is at capacity, and fal does not retry.",
        (
            "With `--target server`, `max_multiplexing` must not exceed the concurrency in cog.yaml.\n\n"
            "When it is wrong: A larger value makes sense only if something before the server queues requests. Set "
            "both to the same number."
        ),
    ),
    (
        "DF542",
        "open-schema",
        "Cog's server does not check an input.",
        (
            "The server of Cog 0.17 and later checks requests by `.cog/openapi_schema.json`, which `cog build` "
            "writes. `--target server` writes it from reading the predictor. What can't be known from its text "
            "stays open there, so that no valid request is refused; Cog's own build refuses such a predictor.\n\n"
            "When it is wrong: An open input accepts more than the predictor does, never less. Write its type in the "
            "predictor, and run `migrate` again; a schema of your own is kept."
        ),
    ),
    (
        "DF543",
        "required-by-cog",
        "Cog makes an input required although it has a default.",
        (
            "Since 0.17 `cog build` reads the predictor without running it. A default counts only if it is a "
            "literal, or a name that the same file binds to one, and None only if the type takes it "
            "(`Optional[int]`). The schema says the same as Cog's. Write the default or the type so that Cog "
            'takes it, or keep Cog\'s earlier server with `sdk_version: "0.16.12"` under `build` in cog.yaml.\n\n'
            "When it is wrong: That is Cog's rule and not dockerfix's: with an older Cog the same predictor took the "
            "default. Nothing is wrong with clients that always send the value."
        ),
    ),
    (
        "DF544",
        "schema-file",
        "Something about `.cog/openapi_schema.json` is to be checked.",
        (
            "Without the file Cog's server takes any input, so neither .dockerignore nor .gitignore may leave it "
            "out; `/.cog/*/*` leaves out the rest of the folder. A schema that dockerfix didn't write is kept: it "
            "may be your own, or one that `cog build` wrote for an earlier state of the code.\n\n"
            "When it is wrong: A schema of your own may be right where the reading is not: it is kept until you "
            "delete it or use `--force`."
        ),
    ),
)
"""Code, name, one line and the whole explanation of each."""
