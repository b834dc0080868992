"""What the tests of the review page share: pages to look at, and a reader that a browser would agree with."""

from __future__ import annotations

from html.parser import HTMLParser

import dockerfix
from archives import outputs
from dockerfix.report.overview import Committed, Needs
from dockerfix.text.source import Source
from places import FIXTURES

CASE = FIXTURES / "pipeline" / "comfy-workflows-v0.9.6"

SCRIPT = "</script><script>window.hacked=1</script>"
IMAGE = "<img src=x onerror=window.hacked=1>"
HOSTILE = f"""\
FROM python:3.11-slim AS a
# {SCRIPT} \u202e {IMAGE}
FROM "{IMAGE}" AS final
COPY --from={IMAGE.replace(" ", "/")} /a /b
ENV A="{IMAGE}"
RUN apt-get install -y '{IMAGE}' && pip install '{IMAGE}' '"{SCRIPT}'
EXPOSE 5000
CMD ["python", "-m", "cog.server.http"]
COPY . /src
"""

NEEDS = Needs(
    ("GPU-A100", "GPU-H100"),
    2,
    "a guess: `torch` needs a GPU",
    ("`pget` (`predict.py`, line 15) at start", "b", "c", "d"),
)


def comfy() -> dockerfix.Result:
    """A conversion with 25 packages, weights and warnings."""
    return dockerfix.rewrite((CASE / "input.Dockerfile").read_bytes(), project=CASE)


def stale(result: dockerfix.Result) -> Committed:
    """A committed file in which one package, the base image and the environment are not those of `comfy`."""
    text = result.rewritten.replace("'transformers>=4.25.1'", "'transformers>=4.20.0'").replace("'scipy' \\\n", "")
    assert text != result.rewritten
    return Committed("Dockerfile", Source(f"{text.replace('12.1.1', '12.1.0')}ENV OLD=1\n"))


def from_cog(release: str, project: str) -> dockerfix.Result:
    """The conversion of what a release of Cog printed for a project."""
    found = next(each for each in outputs() if (each.release, each.project, each.flags) == (release, project, "-"))
    return dockerfix.rewrite(found.data, project=found.folder)


def long(kind: str) -> dockerfix.Result:
    """A Dockerfile of 1,800 lines: of which few change, or a third of them, or every second one."""
    times, steps = {
        "unchanged": (1_790, ("RUN echo {0}",)),
        "a third": (597, ("RUN echo {0}", "ENV CFLAGS=-O3", "ENV A{0}=b")),
        "in turn": (896, ("RUN echo {0}", "RUN pip install cog==0.{0}")),
    }[kind]
    lines = (CASE / "input.Dockerfile").read_text("utf-8").splitlines()
    at = lines.index("WORKDIR /src")
    added = [step.format(number) for number in range(times) for step in steps]
    text = "\n".join([*lines[:at], *added, *lines[at:]]) + "\n"
    assert text.count("\n") >= 1_800
    return dockerfix.rewrite(text, project=CASE)


class Tags(HTMLParser):
    """Collects elements, and complains about what a browser would have to mend."""

    VOID = frozenset({"meta", "input", "br", "img", "path", "rect"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open:
            self.texts.append((self.open[-1], data))
