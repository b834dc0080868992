"""DF106: the certificate of the machine on which Cog ran."""

from __future__ import annotations

from collections.abc import Iterator

from dockerfix.analysis import cog, commands
from dockerfix.analysis.context import Context
from dockerfix.knowledge.cog_constructs import (
    CERTIFICATE_FILE,
    CERTIFICATE_VALUE,
    CERTIFICATE_VARIABLES,
)
from dockerfix.syntax.dockerfile.instructions import Env
from dockerfix.syntax.dockerfile.tree import Document, Instruction
from dockerfix.syntax.shell import Command
from dockerfix.text.findings import Finding

CODE = "DF106"


def drop_ca_certificate(document: Document, _context: Context) -> Iterator[Finding]:
    """Remove the CA certificate that `COG_CA_CERT` adds to the image, and the variables that point to it.

    It belongs to the proxy of the network where Cog ran, and Cog stages it under `.cog/`; fal's builder has neither
    (`replicate/cog@v0.16.10-alpha1:pkg/dockerfile/cacert.go`).

    When it is wrong: If fal's builder has to go through the same proxy, the image does need the certificate. Commit it
    to the project, and install it in a `run` command or in a COPY of your own: the copy that Cog stages under `.cog/`
    is gone after the build. `--ignore DF106` alone keeps steps that can't find their file.

    Before:

        FROM python:3.12-slim
        COPY .cog/tmp/build1/cog-ca-cert.crt /tmp/cog-ca-cert.crt
        RUN cp /tmp/cog-ca-cert.crt /usr/local/share/ca-certificates/cog-ca-cert.crt && update-ca-certificates
        ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
        ENV REQUESTS_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt
        CMD ["python", "-m", "cog.server.http"]

    After:

        FROM python:3.12-slim
        CMD ["python", "-m", "cog.server.http"]
    """
    if CERTIFICATE_FILE not in document.text:
        return
    copies = [each for each in document.instructions if cog.staged_file(each) == CERTIFICATE_FILE]
    if not copies:
        return
    for instruction in document.instructions:
        if instruction in copies:
            what = "the COPY of the builder's CA certificate"
        elif _installs_it(instruction):
            what = "the install of the builder's CA certificate"
        elif _points_to_it(instruction):
            what = "the variable for the builder's CA certificate"
        else:
            continue
        yield commands.removed(CODE, instruction, f"removes {what}")


def _installs_it(instruction: Instruction) -> bool:
    return CERTIFICATE_FILE in instruction.node.text and commands.whole(instruction, _is_for_it, _is_its_file)


def _is_for_it(command: Command) -> bool:
    """Whether a command copies the certificate, or has it read."""
    program, words = commands.program(command), commands.arguments(command)
    if program == "update-ca-certificates":
        return True
    return program in ("cp", "cat") and all(CERTIFICATE_FILE in (word or "") for word in words[:1])


def _is_its_file(path: str) -> bool:
    return path.endswith(f"/{CERTIFICATE_FILE}") or path == CERTIFICATE_VALUE


def _points_to_it(instruction: Instruction) -> bool:
    view = instruction.view
    return (
        isinstance(view, Env)
        and bool(view.pairs)
        and all(
            pair.name.value in CERTIFICATE_VARIABLES
            and pair.value is not None
            and pair.value.value == CERTIFICATE_VALUE
            for pair in view.pairs
        )
    )
