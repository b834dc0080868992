"""The summary of a project for a survey, from what its conversion found; nothing is read by rules of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from urllib.parse import urlsplit

from dockerfix.analysis import cog, images, stages
from dockerfix.analysis.context import Context
from dockerfix.analysis.cuda import Deciding
from dockerfix.analysis.options import Options
from dockerfix.analysis.packages import requested
from dockerfix.analysis.python import python_of
from dockerfix.app.build import AppResult
from dockerfix.app.machine import GIGABYTE
from dockerfix.app.server import ServerResult
from dockerfix.app.settings import AppOptions, Chooser
from dockerfix.app.write.guide import is_open, together
from dockerfix.driver.project_summary import MAX_ITEMS, Point, ProjectSummary, Verdict, WeightSource
from dockerfix.knowledge.cog_constructs import HUB_ADDRESSES
from dockerfix.knowledge.downloads import HUGGINGFACE_HOST
from dockerfix.knowledge.memory import gigabytes
from dockerfix.project.project import CogConfig, Project
from dockerfix.syntax.dockerfile.parser import parse
from dockerfix.syntax.dockerfile.tree import Document
from dockerfix.text.credentials import masked
from dockerfix.text.findings import Finding, Severity
from dockerfix.text.quoting import unicode


def summary(
    project: Project,
    source: tuple[str, str] | None,
    rewritten: str | None,
    target: AppResult | ServerResult | None,
    findings: Sequence[Finding],
    *,
    refusals: Sequence[str] = (),
    work: Sequence[str] = (),
    fail_on: Severity = Severity.ERROR,
) -> ProjectSummary:
    """Summarise a project whose cog.yaml can be read; its folder is left to the caller.

    `source` is the name and the text of the Dockerfile that Cog printed, `rewritten` what it became; each is None where
    there is none. `findings` are those of the Dockerfile. `target` is the App, or None where there can't be one.
    `refusals` say why the project can't be used, `work` what has to be done first besides findings of at least
    `fail_on`.
    """
    config = project.config or CogConfig()
    every = together(findings, target.findings if target is not None else ())
    document = parse(source[1]) if source is not None else None
    settings = target.settings if target is not None else None
    decides = _decides(project, config, source)
    counts = Counter(each.severity for each in every)
    checks = [each for each in every if is_open(each) and each.severity < fail_on]
    reasons = [*(_said(each) for each in every if each.severity >= fail_on), *work]
    verdict: Verdict = "converts"
    if refusals:
        verdict, reasons = "refused", list(refusals)
    elif reasons:
        verdict = "needs-work"
    elif checks or (settings is not None and settings.secrets):
        verdict = "converts-with-checks"
    return ProjectSummary(
        project="",
        verdict=verdict,
        reasons=_texts(reasons),
        dockerfile=unicode(source[0]) if source is not None else "",
        cog=_releases(document),
        base=_base(document),
        new_base=_base(parse(rewritten)) if rewritten is not None else "",
        python=settings.python if settings is not None else _python(document, config),
        cuda=decides.cuda or "",
        torch=decides.torch or "",
        gpu=config.gpu,
        machines=settings.machine if settings is not None else (),
        num_gpus=settings.num_gpus if settings is not None and config.gpu else 0,
        python_packages=_texts(_python_packages(project, document)),
        system_packages=_texts(config.system_packages),
        weights=_weights(config, target)[:MAX_ITEMS],
        weights_size=round(settings.needs.size) or None if settings is not None else None,
        weights_size_from=_text(settings.needs.source) if settings is not None else "",
        errors=counts[Severity.ERROR],
        warnings=counts[Severity.WARNING],
        notes=counts[Severity.NOTE],
        by_hand=tuple(_point(each) for each in sorted(checks, key=lambda each: -each.severity)[:MAX_ITEMS]),
        secrets=_texts(settings.secrets) if settings is not None else (),
    )


def _decides(project: Project, config: CogConfig, source: tuple[str, str] | None) -> Deciding:
    """Return the CUDA and the torch of the Dockerfile, or of the image that Cog would choose for a GPU."""
    if source is None and not config.gpu:
        return Deciding(None, None)
    return Chooser(project, config, AppOptions(dockerfile=source[1] if source is not None else None)).deciding()


def _python(document: Document | None, config: CogConfig) -> str:
    stage = stages.final_stage(document) if document is not None else None
    if document is not None and stage is not None:
        return python_of(document, stage, config)
    return config.python_version or ""


def _python_packages(project: Project, document: Document | None) -> list[str]:
    """Return what the project asks for in cog.yaml, its requirements files and its commands."""
    context = Context(project, Options(), converting=True, era="")
    found = requested.requirements(document or parse("FROM scratch\n"), context)
    return [each.requirement.text for each in found]


def _said(finding: Finding) -> str:
    point = _point(finding)
    return f"{point.place}: {point.message}" if point.file else point.message


def _point(finding: Finding) -> Point:
    return Point(
        finding.code, finding.severity.label, unicode(finding.message), unicode(finding.file or ""), finding.line
    )


def _texts(found: Sequence[str]) -> tuple[str, ...]:
    return tuple(_text(each) for each in found[:MAX_ITEMS])


def _text(text: str) -> str:
    """A text of the project for a report, without secrets."""
    return unicode(masked(text))


def _releases(document: Document | None) -> str:
    """Return about the releases that print a Dockerfile: ``v0.9.21 to v0.9.26``; "" for one that isn't Cog's."""
    found = cog.releases(document) if document is not None else None
    if found is None:
        return ""
    first, last = found
    return f"{first} or newer" if last is None else f"{last} or older" if first is None else f"{first} to {last}"


def _base(document: Document | None) -> str:
    """Return the image under the last stage."""
    image = images.final_image(document) if document is not None else None
    return _text(image.text) if image is not None else ""


# ---- weights


def _weights(config: CogConfig, target: AppResult | ServerResult | None) -> tuple[WeightSource, ...]:
    """Return where the weights come from: by cog.yaml, by the code that the predictor reaches, and in the project."""
    found = [_of_address(uri) for weight in config.weights for uri in weight.sources]
    if target is not None:
        downloads = target.downloads
        found += [_of_address(url) for url in downloads.urls]
        found += [_of_hub(model) for each in downloads.found for model in each.models]
        for each in (*downloads.found, *downloads.in_build):
            if each.source == "huggingface" and not each.models:
                found.append(WeightSource(HUGGINGFACE_HOST, each.file))
            elif each.source in ("torch.hub", "library") or (each.source == "tool" and not downloads.urls):
                found.append(WeightSource("", f"{each.tool or each.source} in {each.file}"))
        found += [WeightSource("", name, size) for name, size in target.settings.needs.files.items()]
    clean = (WeightSource(each.host, _text(each.what), each.size) for each in found)
    return tuple(dict.fromkeys(clean))


def _of_address(address: str) -> WeightSource:
    """Return the source that an address of cog.yaml or of the code names."""
    if address.startswith(HUB_ADDRESSES):
        return _of_hub(address.partition("://")[2])
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        host = ""
    return WeightSource(host, address)


def _of_hub(model: str) -> WeightSource:
    size = gigabytes(model.partition("@")[0])
    return WeightSource(HUGGINGFACE_HOST, model, round(size * GIGABYTE) if size is not None else None)
