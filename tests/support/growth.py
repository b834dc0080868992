"""Projects that grow in one dimension, for the tests and the benchmark of how the work grows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

DOCKERFILE = """\
#syntax=docker/dockerfile:1.4
FROM python:3.10.6 as deps
COPY .cog/tmp/build401880472/cog-0.0.1.dev-py3-none-any.whl /tmp/cog-0.0.1.dev-py3-none-any.whl
RUN --mount=type=cache,target=/root/.cache/pip pip install -t /dep /tmp/cog-0.0.1.dev-py3-none-any.whl
COPY .cog/tmp/build401880472/requirements.txt /tmp/requirements.txt
RUN --mount=type=cache,target=/root/.cache/pip pip install -t /dep -r /tmp/requirements.txt
FROM nvidia/cuda:12.1.1-cudnn8-devel-ubuntu22.04
ENV DEBIAN_FRONTEND=noninteractive
RUN --mount=type=cache,target=/var/cache/apt set -eux; \\
apt-get update -qq; \\
apt-get install -qqy --no-install-recommends curl; \\
rm -rf /var/lib/apt/lists/*; \\
TINI_VERSION=v0.19.0; \\
TINI_ARCH="$(dpkg --print-architecture)"; \\
curl -sSL -o /sbin/tini "https://github.com/krallin/tini/releases/download/${TINI_VERSION}/tini-${TINI_ARCH}"; \\
chmod +x /sbin/tini
ENTRYPOINT ["/sbin/tini", "--"]
RUN --mount=type=cache,target=/var/cache/apt apt-get update -qq && apt-get install -qqy ffmpeg \
&& rm -rf /var/lib/apt/lists/*
RUN --mount=type=bind,from=deps,source=/dep,target=/dep cp -rf /dep/* $(pyenv prefix)/lib/python*/site-packages || true
RUN echo ready
"""
TAIL = """
WORKDIR /src
EXPOSE 5000
CMD ["python", "-m", "cog.server.http"]
COPY . /src
"""
COG_YAML = """\
build:
  gpu: true
  cuda: "12.1"
  python_version: "3.10.6"
  system_packages:
    - ffmpeg
  python_requirements: requirements.txt
  run:
    - echo ready
predict: "predict.py:Predictor"
image: r8.im/somebody/model
"""
PREDICT = """\
import os
from cog import BasePredictor, Input, Path

class Predictor(BasePredictor):
    def setup(self) -> None:
        self.model = None

    def predict(self, text: str = Input(description="Text", default="x"), number: int = Input(ge=0, le=9)) -> str:
        return text
"""
FILES = {
    "Dockerfile": DOCKERFILE + TAIL,
    "cog.yaml": COG_YAML,
    "requirements.txt": "numpy==1.26.4\n",
    "predict.py": PREDICT,
    ".dockerignore": ".git\n",
    "pyproject.toml": '[project]\nname = "model"\n',
}


class Shape(NamedTuple):
    """A file whose text is `before`, `unit` many times, and `after`; ``§`` in the unit is the number of the time."""

    file: str
    unit: str
    before: str = ""
    after: str = ""

    def text(self, size: int) -> str:
        """About `size` characters of units, between the rest."""
        times = max(size // len(self.unit), 1)
        if "§" in self.unit:
            return self.before + "".join(self.unit.replace("§", str(number)) for number in range(times)) + self.after
        return self.before + self.unit * times + self.after

    def project(self, size: int) -> dict[str, str]:
        """The files of a project with such a file."""
        return {**FILES, self.file: self.text(size)}


def docker(unit: str, before: str = "", after: str = "") -> Shape:
    """Somewhere in what the user adds to a Dockerfile of Cog's."""
    return Shape("Dockerfile", unit, DOCKERFILE + before, after + TAIL)


def config(unit: str, before: str = "", after: str = "", *, instead: str = "") -> Shape:
    """At the end of a cog.yaml, from which the line that begins with `instead` is taken."""
    kept = "".join(line for line in COG_YAML.splitlines(True) if not instead or not line.strip().startswith(instead))
    return Shape("cog.yaml", unit, kept + before, after)


def built(unit: str, before: str = "", after: str = "") -> Shape:
    """Inside the `build` of a cog.yaml."""
    return Shape("cog.yaml", unit, "build:\n  gpu: true\n" + before, after + "\npredict: predict.py:Predictor\n")


def code(unit: str, before: str = "", after: str = "") -> Shape:
    """At the top of a predictor's file."""
    return Shape("predict.py", unit, PREDICT + before, after)


def default(unit: str, before: str = "", after: str = "") -> Shape:
    """In the default of an input."""
    head, tail = PREDICT.split('default="x"')
    return Shape("predict.py", unit, f"{head}default={before}", after + tail)


SHAPES: dict[str, Shape] = {
    # one word, one line
    "a long word in a RUN": docker("a", "RUN echo ", "\n"),
    "a long word of digits": docker("1", "RUN echo ", "\n"),
    "a long path": docker("a/", "RUN cat ", "\n"),
    "a long URL": docker("a.", "RUN curl https://", "\n"),
    "dashes": docker("-", "RUN echo ", "\n"),
    "dots": docker(".", "RUN echo ", "\n"),
    "colons": docker("a:", "RUN echo ", "\n"),
    "at signs": docker("a@", "RUN echo ", "\n"),
    "equals signs": docker("a=", "RUN echo ", "\n"),
    "schemes": docker("a://", "RUN echo ", "\n"),
    "backslashes": docker("\\", "RUN echo ", "\n"),
    "dollars": docker("$", "RUN echo ", "\n"),
    "stars": docker("*", "RUN echo ", "\n"),
    "many words": docker("word ", "RUN echo ", "\n"),
    "many different words": docker("w§ ", "RUN echo ", "\n"),
    "blanks in a RUN": docker(" ", "RUN echo", "x\n"),
    "tabs in a RUN": docker("\t", "RUN echo", "x\n"),
    "blanks at the end of a line": docker(" ", "RUN echo x", "\n"),
    "a long word after RUN": docker("a", "RUN ", "\n"),
    "a long image": docker("a", "FROM ", "\nRUN x\n"),
    "a long tag": docker("1.", "FROM python:", "\nRUN x\n"),
    "a long variable": docker("a", "ENV A=", "\n"),
    "a long name of a variable": docker("a", "ENV ", "=b\n"),
    "a long list of paths": docker("/a:", "ENV PATH=", "\n"),
    "a long label": docker("a ", 'LABEL a="', '"\n'),
    "a long source": docker("a", "COPY ", " /b\n"),
    "many sources": docker("a§ ", "COPY ", " /b/\n"),
    "a long workdir": docker("a/", "WORKDIR /", "\n"),
    "a long command": docker('"a", ', "CMD [", '"b"]\n'),
    "a long mount": docker("a", "RUN --mount=type=bind,from=", ",target=/a true\n"),
    # lines, continuations, comments
    "instructions": docker("RUN echo §\n"),
    "equal instructions": docker("RUN echo\n"),
    "blank lines": docker("\n"),
    "comments": docker("# §\n"),
    "bare comments": docker("#\n"),
    "ignoring comments": docker("# dockerfix: ignore=DF104 because\nRUN echo §\n"),
    "continuations": docker("a \\\n", "RUN echo ", "b\n"),
    "bare continuations": docker("\\\n", "RUN echo ", "b\n"),
    "comments in a continuation": docker("# c\n", "RUN echo \\\n", "b\n"),
    "blank lines in a continuation": docker("\n", "RUN echo \\\n", "b\n"),
    "packages by line": docker("p§ \\\n", "RUN pip install ", "q\n"),
    "environment entries": docker("ENV A§=b\n"),
    "environment references": docker("ENV A=${A}b\n"),
    "environment references of many": docker("ENV A§=$B§\n"),
    "pairs in one ENV": docker("A§=b ", "ENV ", "\n"),
    "arguments": docker("ARG A§=b\n"),
    "arguments used": docker("ARG A§\nRUN echo $A§\n"),
    "labels": docker("LABEL a§=b\n"),
    "exposed ports": docker("EXPOSE 5000\n"),
    "workdirs": docker("WORKDIR a\n"),
    "workdirs of many": docker("WORKDIR /a§\n"),
    "users": docker("USER a§\n"),
    "shells": docker('SHELL ["/bin/bash", "-c"]\n'),
    "healthchecks": docker("HEALTHCHECK CMD true\n"),
    "commands": docker('CMD ["a"]\n'),
    "entrypoints": docker('ENTRYPOINT ["/sbin/tini", "--"]\n'),
    "volumes": docker("VOLUME /a§\n"),
    "triggers": docker("ONBUILD RUN a\n"),
    "carriage returns": docker("\r", "RUN echo ", "\n"),
    "form feeds": docker("\f", "RUN echo ", "\n"),
    "crlf": docker("RUN echo\r\n"),
    # quotes, nesting
    "double quotes": docker('"', "RUN echo ", "\n"),
    "quoted words": docker('"a" ', "RUN echo ", "\n"),
    "single quotes": docker("'", "RUN echo ", "\n"),
    "backquotes": docker("`", "RUN echo ", "\n"),
    "open parens": docker("(", "RUN ", "\n"),
    "parens": docker("(a);", "RUN ", "\n"),
    "open substitutions": docker("$(", "RUN echo ", "\n"),
    "substitutions": docker("$(a) ", "RUN echo ", "\n"),
    "nested substitutions": docker("$(echo ", "RUN echo ", "\n"),
    "quoted substitutions": docker('"$(', "RUN echo ", "\n"),
    "open expansions": docker("${a:-", "RUN echo ", "\n"),
    "open expansions in ENV": docker("${a:-", "ENV a=", "\n"),
    "arithmetic": docker("$((", "RUN echo ", "\n"),
    "braces": docker("{ ", "RUN ", "\n"),
    "loops": docker("for a in b; do ", "RUN ", "\n"),
    "closed loops": docker("for a in b; do c; done; ", "RUN ", "true\n"),
    "ifs": docker("if a; then ", "RUN ", "\n"),
    "closed ifs": docker("if a; then b; fi; ", "RUN ", "true\n"),
    "cases": docker("case a in b) ", "RUN ", "\n"),
    "open lists": docker("[", "CMD ", "\n"),
    "functions": docker("f() { ", "RUN ", "\n"),
    "ands": docker("a && ", "RUN ", "b\n"),
    "ors": docker("a || ", "RUN ", "b\n"),
    "pipes": docker("a | ", "RUN ", "b\n"),
    "semicolons": docker("a; ", "RUN ", "b\n"),
    "sets": docker("set -e; ", "RUN ", "b\n"),
    "changes of folder": docker("cd a && ", "RUN ", "b\n"),
    "assignments": docker("A§=b ", "RUN ", "c\n"),
    "assignments in commands": docker("A§=b; ", "RUN ", "c\n"),
    "sudo": docker("sudo ", "RUN ", "a\n"),
    "sh -c": docker("sh -c '", "RUN ", "\n"),
    "env": docker("env A=b ", "RUN ", "pip install cog\n"),
    "redirections": docker("> a ", "RUN echo ", "\n"),
    "heredocs": docker("RUN <<A\necho §\nA\n"),
    "heredocs of one RUN": docker("<<A§ ", "RUN ", "\n"),
    "a long heredoc": docker("echo §\n", "RUN <<A\n", "A\n"),
    "copied heredocs": docker("COPY <<A /a§\nb\nA\n"),
    "heredoc openers": docker("RUN <<A\n"),
    # what passes look at
    "packages in a RUN": docker("p§ ", "RUN pip install ", "\n"),
    "cog among packages": docker("cog a ", "RUN pip install ", "\n"),
    "cog again": docker("cog ", "RUN pip install ", "\n"),
    "installs of cog": docker("RUN pip install cog\n"),
    "installs of cog in one RUN": docker("pip install cog && ", "RUN ", "true\n"),
    "installs in one RUN": docker("pip install p§ && ", "RUN ", "true\n"),
    "installs": docker("RUN pip install p§==1\n"),
    "installs of torch": docker("RUN pip install torch==2.1.0\n"),
    "requirements in a RUN": docker("-r r§.txt ", "RUN pip install ", "\n"),
    "options of pip": docker("--extra-index-url https://a§ ", "RUN pip install ", "p\n"),
    "debian packages": docker("p§ ", "RUN apt-get update && apt-get install -y ", "\n"),
    "debian installs": docker("RUN apt-get update && apt-get install -y p§\n"),
    "pgets": docker("RUN pget https://a/§ b\n"),
    "pgets in one RUN": docker("pget https://a/§ b && ", "RUN ", "true\n"),
    "downloads of pget": docker(
        'RUN curl -o /usr/local/bin/pget -L "https://github.com/replicate/pget/releases/download/v0.8.1/pget" '
        "&& chmod +x /usr/local/bin/pget\n"
    ),
    "downloads of tini": docker(
        'RUN curl -o /sbin/tini -L "https://github.com/krallin/tini/releases/download/v0.19.0/tini" '
        "&& chmod +x /sbin/tini\n"
    ),
    "curls": docker("RUN curl https://a/§\n"),
    "gits": docker("RUN git clone https://a/§\n"),
    "unknown commands": docker("RUN tool§\n"),
    "links": docker("RUN ln -s a§ b§\n"),
    "files written": docker("RUN echo > /a§\n"),
    "compilers": docker('ENV CFLAGS="-O3 -funroll-loops -fno-strict-aliasing -flto -S"\nRUN a§\nENV CFLAGS=\n'),
    "copies": docker("COPY a§ /a§\n"),
    "copies of all": docker("COPY . /src\n"),
    "copies in and out": docker("COPY --from=deps /a§ /b§\n"),
    "copies of missing stages": docker("COPY --from=s§ a b\n"),
    "additions": docker("ADD https://a/§ /a§\n"),
    "copied requirements": docker("COPY requirements.txt /tmp/requirements.txt\n"),
    "mounts": docker("--mount=type=bind,from=deps,source=/a§,target=/b§ ", "RUN ", "true\n"),
    "mounts of many": docker("RUN --mount=type=bind,from=deps,source=/a,target=/b§ true\n"),
    "stages": docker("FROM a AS s§\nRUN b\n"),
    "stages of stages": docker("FROM s0 AS s§\n", "FROM python:3.11 AS s0\n"),
    "a chain of stages": Shape("Dockerfile", "FROM s AS s\nRUN a\n", DOCKERFILE + "FROM python:3.11 AS s\n", TAIL),
    "unnamed stages": docker("FROM python:3.11\nRUN a\n"),
    "empty stages": docker("FROM scratch\n"),
    "stages of Cog": docker("FROM r8.im/cog-base:python3.12\nRUN pip install cog\n"),
    "stages with copies": docker("FROM a AS s§\nCOPY --from=s0 /b /c§\n"),
    "CUDA stages": docker("FROM nvidia/cuda:12.1.1-cudnn8-devel-ubuntu22.04\n"),
    "ends of Cog": docker('WORKDIR /src\nEXPOSE 5000\nCMD ["python", "-m", "cog.server.http"]\nCOPY . /src\n'),
    # blocks of dockerfix
    "markers": docker("# dockerfix[DF302]: starts in the folder\nRUN a§\n"),
    "bare markers": docker("# dockerfix[DF302]: x\n"),
    "markers of many": docker("# dockerfix[DF301]: installs fal (2 instructions)\nRUN a\nRUN b\n"),
    "numbered markers": docker("# dockerfix[DF201]: x (999999 instructions)\nRUN a\n"),
    "a long marker": docker("(", "# dockerfix[DF302]: ", "\nRUN a\n"),
    "a long comment": docker(" ", "#", "x\nRUN a\n"),
    "codes to ignore": docker("DF104,", "# dockerfix: ignore=", "DF105 x\nRUN a\n"),
    # cog.yaml
    "packages": built('    - "p§==1"\n', "  python_packages:\n"),
    "equal packages": built('    - "p==1"\n', "  python_packages:\n"),
    "a long package": built("p", "  python_packages:\n    - "),
    "blanks in a package": built(" ", '  python_packages:\n    - "cog', 'x"\n'),
    "a package with a long version": built("1.", "  python_packages:\n    - p=="),
    "extras of a package": built("a§,", '  python_packages:\n    - "p[', 'b]"\n'),
    "system packages": built("    - p§\n", "  system_packages:\n"),
    "a long system package": built("p", "  system_packages:\n    - "),
    "pre-install commands": built("    - echo §\n", "  pre_install:\n"),
    "run commands": built("    - echo §\n", "  run:\n"),
    "run commands with mounts": built(
        "    - command: a§\n      mounts:\n        - {type: secret, id: a, target: /b}\n", "  run:\n"
    ),
    "one long command": built("a && ", "  run:\n    - ", "b\n"),
    "a command of many lines": built("      a§\n", "  run:\n    - |\n"),
    "environment": config("  - A§=b\n", "environment:\n"),
    "a long entry of environment": config("b", "environment:\n  - A="),
    "unknown keys": config("a§: b\n"),
    "unknown keys in build": built("  a§: b\n"),
    "repeated keys": config("image: a\n"),
    "a deep list": config("[", "x: "),
    "a deep mapping": config("{a: ", "x: "),
    "indented lists": config("- ", "x:\n  "),
    "aliases": config("  - *a\n", "x: &a b\ny:\n"),
    "anchors": config("  - &a§ b\n", "x:\n"),
    "merges": config("  - <<: *a\n", "x: &a {b: c}\ny:\n"),
    "comments of YAML": config("# a\n"),
    "a long scalar of YAML": config("a ", "x: ", "\n"),
    "a quoted scalar of YAML": config('\\"', 'x: "', '"\n'),
    "blank lines of YAML": config("\n", 'x: "', '"\n'),
    "a long name of a predictor": config("a", "predict: ", ".py:Predictor\n", instead="predict"),
    "a deep path of a predictor": config("a/", "predict: ", "predict.py:Predictor\n", instead="predict"),
    "a long image of cog.yaml": config("a", "image: ", "\n", instead="image"),
    "weights": config("  - name: a§\n    source: {uri: hf://a/b§}\n    target: /a§\n", "weights:\n"),
    # requirements.txt
    "requirements": Shape("requirements.txt", "p§==1\n"),
    "requirements without versions": Shape("requirements.txt", "p§\n"),
    "equal requirements": Shape("requirements.txt", "torch==2.1.0\n"),
    "a long requirement": Shape("requirements.txt", "p"),
    "blanks in a requirement": Shape("requirements.txt", " ", "cog", "x\n"),
    "tabs in a requirement": Shape("requirements.txt", "\t", "cog", "x\n"),
    "blanks before a version": Shape("requirements.txt", " ", "cog==", "1\n"),
    "blanks before a comment": Shape("requirements.txt", " ", "cog", "#x\n"),
    "blanks before a marker": Shape("requirements.txt", " ", "cog", "; python_version < '3'\n"),
    "a long version": Shape("requirements.txt", "1.", "cog=="),
    "versions": Shape("requirements.txt", ">1,", "cog", "<2\n"),
    "extras": Shape("requirements.txt", "a,", "cog[", "b]\n"),
    "a long marker of a requirement": Shape("requirements.txt", "python_version < '3' and ", "a; ", "os_name == 'a'\n"),
    "parens of a marker": Shape("requirements.txt", "(", "a; ", "os_name == 'a'\n"),
    "hashes": Shape("requirements.txt", " --hash=sha256:abc", "a==1"),
    "hashes by line": Shape("requirements.txt", " \\\n  --hash=sha256:abc", "a==1", "\n"),
    "continuations of requirements": Shape("requirements.txt", "\\\n", "a"),
    "options of requirements": Shape("requirements.txt", "--extra-index-url https://a§\n"),
    "included requirements": Shape("requirements.txt", "-r requirements.txt\n"),
    "missing requirements": Shape("requirements.txt", "-r r§.txt\n"),
    "constraints": Shape("requirements.txt", "-c c§.txt\n"),
    "editable requirements": Shape("requirements.txt", "-e ./p§\n"),
    "URLs": Shape("requirements.txt", "p§ @ https://a/b§.whl\n"),
    "wheels": Shape("requirements.txt", "https://a/p§-1.0-py3-none-any.whl\n"),
    "repositories": Shape("requirements.txt", "git+https://a/b§\n"),
    "a long URL of a requirement": Shape("requirements.txt", "a/", "p @ https://"),
    "comments of requirements": Shape("requirements.txt", "# a\n"),
    "blank lines of requirements": Shape("requirements.txt", "\n"),
    "variables of requirements": Shape("requirements.txt", "${A§}", "p"),
    "open variables": Shape("requirements.txt", "${A", "p"),
    "dashes of a requirement": Shape("requirements.txt", "-_.", "p", "x\n"),
    "quotes of requirements": Shape("requirements.txt", "'", "p==1 "),
    # .dockerignore
    "ignored names": Shape(".dockerignore", "a§\n"),
    "ignored patterns": Shape(".dockerignore", "**/*.a§\n"),
    "exceptions": Shape(".dockerignore", "!a§\n"),
    "stars of a pattern": Shape(".dockerignore", "*", "", "a\n"),
    "starred names": Shape(".dockerignore", "*a", "", "b\n"),
    "deep stars": Shape(".dockerignore", "**/", "", "a\n"),
    "classes of a pattern": Shape(".dockerignore", "[", "", "a\n"),
    "a long pattern": Shape(".dockerignore", "a/"),
    "blank lines of patterns": Shape(".dockerignore", "\n"),
    "blanks of a pattern": Shape(".dockerignore", " ", "a", "b\n"),
    "dots of a pattern": Shape(".dockerignore", "../"),
    # predict.py
    "statements": code("a§ = 1\n"),
    "equal statements": code("a = 1\n"),
    "imports": code("import a§\n"),
    "equal imports": code("import os\n"),
    "imported names": code("n§, ", "from os import ", "path\n"),
    "functions of Python": code("def f§(): pass\n"),
    "classes": code("class C§: pass\n"),
    "classes of classes": code("class C(C): pass\n"),
    "a class with many names": code("    a§ = 1\n", "class C:\n"),
    "calls": code("f(§)\n"),
    "calls of commands": code("import subprocess\nsubprocess.run(['pget', '§'])\n"),
    "calls of a shell": code("os.system('pget §')\n"),
    "variables read": code("os.environ['A§']\n"),
    "a long name": code("a", "", " = 1\n"),
    "a long text": code("a", 'x = "', '"\n'),
    "a text with lines": code("a\n", 'x = """', '"""\n'),
    "words in a text": code("https://a§ ", 'x = "', '"\n'),
    "comments of Python": code("# a\n"),
    "blank lines of Python": code("\n"),
    "parens of Python": code("(", "x = "),
    "closed parens": Shape("predict.py", "(", PREDICT + "x = ", ")"),
    "lists of Python": code("[1], ", "x = [", "]\n"),
    "sums": code("1 + ", "x = ", "1\n"),
    "sums of text": code("'a' + ", "x = ", "'b'\n"),
    "dots of Python": code(".a", "x = b", "\n"),
    "chained calls": code("()", "x = f", "\n"),
    "subscripts": code("[0]", "x = f", "\n"),
    "nots": code("not ", "x = ", "a\n"),
    "lambdas": code("lambda: ", "x = ", "a\n"),
    "f-strings": code('f"{a}" ', "x = (", ")\n"),
    "new f-strings": code('f"{a["b"]}" ', "x = (", ")\n"),
    "open f-strings": code('f"{', "x = (", ")\n"),
    "quotes of Python": code('"', "x = ", "\n"),
    "continued lines": code("\\\n", "x = ", "1\n"),
    "conditions": code("if a: b\n"),
    "conditions in conditions": code("else:\n if b: a\n", "if a: b\n"),
    "tabs of Python": code("\t", "if a:\n", "b\n"),
    "decorators": code("@a\n", "", "def f(): pass\n"),
    "assignments of names": code("a = ", "", "1\n"),
    "named names": code("a§ = a0\n", "a0 = 1\n"),
    "star imports": code("from m§ import *\n"),
    "globals": code("def f§():\n    global a§\n    a§ = 1\n"),
    "inputs": Shape(
        "predict.py",
        "        i§: str = Input(default='a', description='b'),\n",
        "from cog import BasePredictor, Input\n\nclass Predictor(BasePredictor):\n    def predict(\n        self,\n",
        "    ) -> str:\n        return ''\n",
    ),
    "inputs of a constant": Shape(
        "predict.py",
        "        i§: str = Input(default=A, choices=A),\n",
        "from cog import BasePredictor, Input\n\nA = ['a', 'b'] * 99\nclass Predictor(BasePredictor):\n"
        "    def predict(\n        self,\n",
        "    ) -> str:\n        return ''\n",
    ),
    "unknown inputs": Shape(
        "predict.py",
        "        i§: str = Input(default=f(§)),\n",
        "from cog import BasePredictor, Input\n\nclass Predictor(BasePredictor):\n    def predict(\n        self,\n",
        "    ) -> str:\n        return ''\n",
    ),
    "outputs": Shape(
        "predict.py",
        "    o§: str\n",
        "from cog import BaseModel, BasePredictor\n\nclass Output(BaseModel):\n",
        "class Predictor(BasePredictor):\n    def predict(self) -> Output:\n        return Output()\n",
    ),
    "nested types": Shape(
        "predict.py",
        "list[",
        "from cog import BasePredictor\n\nclass Predictor(BasePredictor):\n    def predict(self, a: ",
        ") -> str:\n        return ''\n",
    ),
    "unions": Shape(
        "predict.py",
        "str | ",
        "from cog import BasePredictor\n\nclass Predictor(BasePredictor):\n    def predict(self, a: ",
        "None) -> str:\n        return ''\n",
    ),
    "methods": Shape("predict.py", "    def f§(self): pass\n", PREDICT),
    "a long setup": Shape("predict.py", "        self.a§ = 1\n", PREDICT + "    def other(self):\n"),
    "lines of predict": Shape("predict.py", "        a = text\n", PREDICT.removesuffix("        return text\n")),
    "a long default": default("a", '"', '"'),
    "a default in lines": default("a\\n", '"', '"'),
    "a default of parts": default("'a' ", "(", ")"),
    "a default of sums": default("'a' + ", "", "'b'"),
    "a default of numbers": default("1, ", "[", "]"),
    "choices": default("'a§', ", "'a0', choices=[", "]"),
    "a deep default": default("[", "", "]"),
    "a long description": default("a ", '"x", title="', '"'),
    "a dict of defaults": default("'a§': 1, ", "{", "}"),
    # pyproject.toml
    "tables": Shape("pyproject.toml", "[a§]\n"),
    "keys": Shape("pyproject.toml", "a§ = 1\n", "[tool.a]\n"),
    "dotted keys": Shape("pyproject.toml", "a.", "[tool.a]\n", "b = 1\n"),
    "a deep table": Shape("pyproject.toml", "a.", "[", "b]\n"),
    "a deep array": Shape("pyproject.toml", "[", "a = "),
    "a long array": Shape("pyproject.toml", "1, ", "a = [", "]\n"),
    "a long text of TOML": Shape("pyproject.toml", "a", 'a = "', '"\n'),
    "comments of TOML": Shape("pyproject.toml", "# a\n"),
    "deep inline tables": Shape("pyproject.toml", "{a = ", "a = "),
    "arrays of tables": Shape("pyproject.toml", "[[a]]\n"),
    "requirements of TOML": Shape("pyproject.toml", '"p§", ', "[project]\nname = 'a'\ndependencies = [", "]\n"),
    "fal apps": Shape("pyproject.toml", "[tool.fal.apps.a§]\nauth = 'private'\n"),
}
"""Everything that can be long, many or deep."""

COMMANDS: Mapping[str, tuple[str, ...]] = {
    "dockerfix": ("Dockerfile",),
    "--check": ("--check", "Dockerfile"),
    "--diff": ("--diff", "Dockerfile"),
    "--format text": ("--show-source", "--format", "text", "Dockerfile"),
    "--format json": ("--check", "--format", "json", "Dockerfile"),
    "--format sarif": ("--check", "--format", "sarif", "Dockerfile"),
    "--format github": ("--check", "--format", "github", "Dockerfile"),
    "--verify": ("--verify", "--check", "Dockerfile"),
    "review": ("review", "Dockerfile"),
    "trace": ("trace", "Dockerfile"),
    "tree": ("tree", "Dockerfile"),
    "app": ("app", "-o", "-"),
    "app --diff": ("app", "--diff"),
    "migrate": ("migrate", "--diff", "--dockerfile", "Dockerfile"),
}
"""The commands, as typed in the project's folder."""


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Write the files of a project."""
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
