"""Problems as JUnit XML: a suite for each file, a failure for what makes the exit code 1."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

from dockerfix.report.entry import Entry
from dockerfix.report.problems import Problem, problems
from dockerfix.text.findings import Severity
from dockerfix.text.lazy_patterns import lazy
from dockerfix.text.quoting import readable

_NO_XML = lazy("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 doesn't allow (w3.org/TR/xml, 2.2)."""


def as_text(entries: Iterable[Entry], fail_on: Severity, *, checks: bool = False) -> str:
    """The document; problems below `fail_on` are cases that pass, with their message as output.

    `checks` is as for `problems`.
    """
    suites: list[str] = []
    total = failed = 0
    for item, found in problems(entries, checks=checks):
        failures = sum(problem.severity >= fail_on for problem in found)
        cases = [_case(problem, fails=problem.severity >= fail_on) for problem in found]
        errors = 0
        if item.error is not None:
            errors = 1
            cases.append(
                f"<testcase name={_attribute(item.status)}><error message={_attribute(item.error)}/></testcase>"
            )
        cases = cases or ['<testcase name="converted"/>']
        total, failed = total + len(cases), failed + failures
        head = f'<testsuite name={_attribute(item.path)} tests="{len(cases)}" failures="{failures}" errors="{errors}">'
        suites += [head, *cases, "</testsuite>"]
    body = "\n".join(suites)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<testsuites name="dockerfix" tests="{total}" failures="{failed}">\n{body}\n</testsuites>\n'
    )


def _case(problem: Problem, *, fails: bool) -> str:
    place = f"{problem.place.path}:{problem.place.line}:{problem.place.column}"
    head = f"<testcase name={_attribute(f'{problem.title} {place}')} file={_attribute(problem.place.path)}"
    text = escape(_clean(f"{place}: {problem.message}"))
    if fails:
        body = f"<failure message={_attribute(problem.message)}>{text}</failure>"
    else:
        body = f"<system-out>{text}</system-out>"
    return f'{head} line="{problem.place.line}">{body}</testcase>'


def _attribute(text: str) -> str:
    return quoteattr(_clean(text))


def _clean(text: str) -> str:
    return _NO_XML.sub("\ufffd", readable(text))
