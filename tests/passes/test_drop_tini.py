"""What DF102 takes for tini's, and what it leaves: each case is one that a small mistake in the pass gets wrong."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from dockerfix.analysis.options import Options
from dockerfix.passes import all_passes
from dockerfix.text.findings import Severity
from pass_cases import TINI, Edge, alone, check_edge, open_project, run_alone

DROP_TINI = next(each for each in all_passes() if each.name == "drop_tini")
URL = "https://github.com/krallin/tini/releases/download/v0.19.0/tini-amd64"
GET = f"curl -sSL -o /sbin/tini {URL}"
STAGE = f"FROM curlimages/curl AS downloader\nRUN curl -sSLo tini {URL} && chmod +x tini\n"
COPIED = "COPY --from=downloader /tmp/tini /sbin/tini\n"
DIVIDED = ("removes the commands that download tini",)
WHOLE = ("removes the step that downloads tini",)
STAYS = "this step downloads tini and other things and can't be split safely; it stays as it is"
UNREAD = "this step names a release of tini, and is not read as its download; it stays as it is"


class Case(NamedTuple):
    """A Dockerfile, what becomes of it, and what the pass says."""

    before: str
    after: str
    messages: tuple[str, ...] = ()
    options: Options = Options()


def kept(text: str, *messages: str, options: Options | None = None) -> Case:
    return Case(text, text, messages, options or Options())


def step(before: str, after: str) -> Case:
    """A RUN of which a part stays."""
    return Case(f"FROM a\nRUN {before}\n", f"FROM a\nRUN {after}\n", DIVIDED)


CASES = {
    # the options
    "tini that is to be kept": kept(f"FROM a\nRUN {GET}\n", options=Options(keep=frozenset({"tini"}))),
    "an image for the server": kept(f"FROM a\nRUN {GET}\n", options=Options(target="server")),
    # copies
    "a tini of the project's own": kept("FROM a\nCOPY tini /sbin/tini\n"),
    "a COPY without a destination": kept("FROM a\nCOPY --from=tini\n"),
    # a step
    "apt-get update alone": Case(f"FROM a\nRUN apt-get update && {GET}\n", "FROM a\n", WHOLE),
    "a clean-up of apt's lists": Case(f"FROM a\nRUN {GET}; rm -rf /var/lib/apt/lists/*\n", "FROM a\n", WHOLE),
    "a variable that may end the step": kept(f"FROM a\nRUN set -u; A=$x {GET}\n", STAYS),
    "a variable that has a value": Case(f"FROM a\nENV x=1\nRUN set -u; A=$x {GET}\n", "FROM a\nENV x=1\n", WHOLE),
    "a clean-up of more than apt's lists": step(
        f"{GET}; rm -rf /var/lib/apt/lists/* /opt/own", "rm -rf /var/lib/apt/lists/* /opt/own"
    ),
    "a removal of a file of the user's": step(f"{GET}; rm /opt/own", "rm /opt/own"),
    "a removal of what only the shell knows": step(f"{GET}; rm $OWN", "rm $OWN"),
    "packages beside curl": step(f"apt-get install curl git && {GET}", "apt-get install curl git"),
    "packages that only the shell knows": step(f"apt-get install $OWN && {GET}", "apt-get install $OWN"),
    "an update of something else": step(f"{GET}; conda update", "conda update"),
    "a package of the user's": step(f"{GET}; dpkg -i own.deb", "dpkg -i own.deb"),
    "a program with an option of dpkg's": step(f"{GET}; own --print-architecture", "own --print-architecture"),
    "a tini in the working directory": step(f"curl -sSLo tini {URL}; chmod +x tini; make", "make"),
    "a tini in the working directory, with its folder": step(f"curl -sSLo tini {URL}; chmod +x ./tini; make", "make"),
    "a chmod of another file": step(f"{GET}; chmod +x own", "chmod +x own"),
    "another command on tini": step(f"curl -sSLo tini {URL}; strip -s tini", "strip -s tini"),
    "a download that decides something": kept(
        f"FROM a\nRUN if {GET}; then echo a; fi\n",
        "this step downloads tini and other things and can't be split safely; it stays as it is",
    ),
    "a download in the words of another command": kept(f'FROM a\nRUN setup "$({GET})"\n', STAYS),
    "a shell that the download replaces": step(f"exec {GET} && setup", "exec true && setup"),
    "a copy of tini": kept(f"FROM a\nRUN {GET} && cp /sbin/tini /opt\n", STAYS),
    "a copy of tini in another step": kept(
        f"FROM a\nRUN {GET}\nRUN cp /sbin/tini /opt\n", "keeps tini: this instruction names its file"
    ),
    "tini's version, which is read": kept(f"FROM a\nRUN TINI_VERSION=1 && {GET} && echo $TINI_VERSION\n", STAYS),
    "another download of the same command": kept(f"FROM a\nRUN {GET} -o /own https://example.org/own\n", UNREAD),
    "a program that gets tini's address": kept(f"FROM a\nRUN setup {URL}\n", UNREAD),
    "a download in a shell that isn't read": kept(f"FROM a\nRUN time {{ curl -o tini {URL}; }}\n", UNREAD),
    "a chmod of tini and another file": step(f"{GET}; chmod +x own /opt/own", "chmod +x own /opt/own"),
    "a file that a command of Cog's writes": step(
        f"dpkg --print-architecture > /arch; {GET}", "dpkg --print-architecture > /arch; true"
    ),
    "another shell": kept(f'FROM a\nSHELL ["pwsh", "-c"]\nRUN {GET}; setup\n', STAYS),
    "a shell that exits on errors": Case(
        f'FROM a\nSHELL ["bash", "-ec"]\nRUN setup && {GET}; load\n',
        'FROM a\nSHELL ["bash", "-ec"]\nRUN setup && true; load\n',
        DIVIDED,
    ),
    "a shell that may exit on errors, by the stage before": Case(
        f'FROM a AS b\nSHELL ["bash", "-ec"]\nFROM b\nRUN setup && {GET}; load; {GET}\n',
        'FROM a AS b\nSHELL ["bash", "-ec"]\nFROM b\nRUN setup && true; load; true\n',
        DIVIDED,
    ),
    # a stage
    "a stage that does it in two steps": Case(
        f"{STAGE.replace(' && ', f'{chr(10)}RUN ')}FROM a\n{COPIED}",
        "FROM a\n",
        ("removes tini's stage", "removes the COPY of tini"),
    ),
    "a stage that prepares in a step of its own": Case(
        f"{STAGE.replace('RUN ', f'RUN apt-get update{chr(10)}RUN ')}FROM a\n{COPIED}",
        "FROM a\n",
        ("removes tini's stage", "removes the COPY of tini"),
    ),
    "a stage that only prepares": Case(
        f"FROM own/image AS downloader\nRUN apt-get update\nFROM a\n{COPIED}",
        "FROM own/image AS downloader\nRUN apt-get update\nFROM a\n",
        ("removes the COPY of tini",),
    ),
    "a stage that does more, in the same step": Case(
        f"{STAGE[:-1]} && make\nFROM a\n{COPIED}",
        "FROM curlimages/curl AS downloader\nRUN make\nFROM a\n",
        (*DIVIDED, "removes the COPY of tini"),
    ),
    "a stage that does more, in another step": Case(
        f"{STAGE}RUN make\nFROM a\n{COPIED}",
        "FROM curlimages/curl AS downloader\nRUN make\nFROM a\n",
        (*DIVIDED, "removes the COPY of tini"),
    ),
    "a stage from which more is taken": Case(
        f"{STAGE}FROM a\n{COPIED}COPY --from=downloader /etc/passwd /etc/passwd\n",
        "FROM curlimages/curl AS downloader\nFROM a\nCOPY --from=downloader /etc/passwd /etc/passwd\n",
        (*DIVIDED, "removes the COPY of tini"),
    ),
    "two stages, and numbers behind them": Case(
        f"{STAGE}{STAGE.replace('downloader', 'other')}FROM a\nFROM b\n{COPIED}"
        f"{COPIED.replace('downloader', 'other')}COPY --from=2 /a /b\n",
        "FROM a\nFROM b\nCOPY --from=0 /a /b\n",
        (*["removes tini's stage"] * 2, *["removes the COPY of tini"] * 2),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_tinis(name: str) -> None:
    case = CASES[name]
    outcome = run_alone(DROP_TINI, case.before, open_project(None), case.options)
    assert outcome.document.text == case.after
    assert tuple(finding.message for finding in outcome.findings) == case.messages
    for finding in outcome.findings:
        assert finding.severity is (Severity.NOTE if finding.edits else Severity.WARNING)


EDGES = {
    "tini in the exec form": Edge(
        f'FROM a\nRUN ["curl", "-o", "/sbin/tini", "{TINI}"]\n',
        (Severity.WARNING, "keeps tini: this instruction runs a program of yours under it"),
    ),
    "tini's address in a comment": Edge(f"FROM a\nRUN echo a # {TINI}\n", None),
    "tini that a step runs in the exec form": Edge(
        f'FROM a\nRUN curl -sSL -o /sbin/tini {TINI}\nRUN ["/sbin/tini", "--", "make"]\n',
        (Severity.WARNING, "keeps tini: this instruction runs a program of yours under it"),
    ),
    "tini in a shell that isn't read": Edge(
        f"FROM a\nRUN curl -sSL -o /sbin/tini {TINI}\nRUN select x in a; do /sbin/tini -- make; done\n",
        (Severity.WARNING, "keeps tini: this instruction runs a program of yours under it"),
    ),
}


@pytest.mark.parametrize("name", EDGES)
def test_edges(name: str) -> None:
    check_edge("drop_tini", EDGES[name])


@pytest.mark.parametrize("setting", ["-o ''", "-- -e", "$OPTIONS", "+o errexit", "-o", "-eo pipefail"])
def test_settings_of_the_shell_are_read_whatever_they_are(setting: str) -> None:
    text = f"FROM a\nRUN set {setting}; curl -sSL -o /sbin/tini {TINI}; chmod +x /sbin/tini; echo hello\n"
    assert alone("drop_tini", text).document.text == f"FROM a\nRUN set {setting}; echo hello\n"
