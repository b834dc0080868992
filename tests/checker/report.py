"""Print what the checker finds in all conversions of the outputs of `cog debug`: by rule, and by release.

    PYTHONPATH=compiler:tests:tests/support python -m checker.report [RELEASE or PROJECT ...]

With names, only their outputs are judged and every violation is printed.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict

from archives import Output, outputs
from checker.corpus import Judgement, judge


def main(names: list[str]) -> int:
    """Judge the outputs that are named (all without names) and print two tables; 1 if anything is wrong."""
    chosen = [each for each in outputs() if not names or {each.release, each.project} & set(names)]
    judged = [(output, judge(output)) for output in chosen]
    lines = [f"{len(judged)} files, {sum(1 for _, each in judged if each.problems)} with violations", ""]
    lines += _by_rule(judged)
    lines += ["", *_by_release(judged)]
    if names:
        lines += ["", *(f"{output.file}: {rule}: {text}" for output, each in judged for rule, text in each.problems)]
    sys.stdout.write("\n".join(lines) + "\n")
    return int(any(each.problems for _, each in judged))


def _by_rule(judged: list[tuple[Output, Judgement]]) -> list[str]:
    files: dict[str, list[str]] = defaultdict(list)
    first: dict[str, str] = {}
    for output, each in judged:
        for rule, message in dict(reversed(each.problems)).items():
            files[rule].append(output.file)
            first.setdefault(rule, f"{output.file}: {message}")
    ordered = sorted(files, key=lambda rule: -len(files[rule]))
    return [f"{len(files[rule]):5} {rule:22} {first[rule][:150]}" for rule in ordered]


def _by_release(judged: list[tuple[Output, Judgement]]) -> list[str]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    total: Counter[str] = Counter()
    for output, each in judged:
        total[output.release] += 1
        counts[output.release].update({rule for rule, _ in each.problems})
    return [
        f"{release:20} {total[release]:3}  " + " ".join(f"{rule}={count}" for rule, count in found.most_common())
        for release, found in counts.items()
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
