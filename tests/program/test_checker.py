"""The checker of outputs: good outputs pass, and outputs broken on purpose are caught by the rule that is meant to."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

import checker
from checker import RULES, Options, Violation, check, falside
from checker.intent import is_requirement, package_words, read_wanted
from checker.interpreter import execute
from checker.reading import Unreadable, read
from checker.shell import commands
from checker.words import evaluate, is_word
from places import FIXTURES

CASES = FIXTURES / "checker"
TABLE = Options(torch_table=CASES / "torch.tsv")


def judge(case: str, output: str, options: Options = TABLE) -> list[Violation]:
    folder = CASES / case
    return check(
        output,
        cog_yaml=(folder / "project" / "cog.yaml").read_text(encoding="utf-8"),
        project=folder / "project",
        original=(folder / "original.Dockerfile").read_text(encoding="utf-8"),
        options=options,
    )


def good(case: str) -> str:
    return (CASES / case / "output.Dockerfile").read_text(encoding="utf-8")


@pytest.mark.parametrize("case", sorted(path.name for path in CASES.iterdir() if path.is_dir()))
def test_good_outputs_pass(case: str) -> None:
    assert judge(case, good(case)) == []


@pytest.mark.parametrize("case", sorted(path.name for path in CASES.iterdir() if path.is_dir()))
def test_what_cog_debug_printed_is_full_of_violations(case: str) -> None:
    found = {each.rule for each in judge(case, (CASES / case / "original.Dockerfile").read_text(encoding="utf-8"))}
    assert found == {"syntax"} or found >= {
        "fal-sdk",
        "source-path",
        "staged-file",
        "expose",
        "server-command",
        "cog-text",
    }


class Break(NamedTuple):
    """An edit of a good output, and the rule that has to catch it."""

    rule: str
    case: str
    old: str
    new: str


BREAKS = tuple(Break(**each) for each in yaml.safe_load((CASES / "breaks.yaml").read_text(encoding="utf-8")))


@pytest.mark.parametrize("each", BREAKS, ids=[f"{number}-{each.rule}" for number, each in enumerate(BREAKS)])
def test_a_broken_output_is_caught_by_its_rule(each: Break) -> None:
    if each.rule == "fal-client":
        pytest.importorskip("fal")
    text = good(each.case)
    assert each.old in text, "the break no longer applies"
    found = judge(each.case, text.replace(each.old, each.new))
    assert each.rule in {violation.rule for violation in found}


def test_every_rule_is_broken_once_at_least() -> None:
    assert {each.rule for each in BREAKS} == set(RULES)


def test_empty_output_and_garbage_are_refused() -> None:
    for text in ("", "\n", "hello world\n", "# only a comment\n", "FROM\n"):
        assert [violation.rule for violation in judge("commands", text)] == ["syntax"]


def test_the_user_may_keep_what_would_go() -> None:
    kept = good("commands").replace(
        "RUN mkdir /weights",
        "RUN curl -o /usr/local/bin/pget -L 'https://github.com/replicate/pget/releases/download/v0.6.0/pget#x'"
        " && chmod +x /usr/local/bin/pget && mkdir /weights",
    )
    assert {each.rule for each in judge("commands", kept)} == {"pget", "run-items"}
    assert judge("commands", kept, Options(keep=frozenset(["pget"]))) == []
    dropped = judge("stages", good("stages"), Options(drop=frozenset(["pget"])))
    assert {each.rule for each in dropped} == {"pget"}
    without = good("requirements").replace(" ffmpeg ", " ")
    assert judge("requirements", without, Options(drop=frozenset(["cog-base-extras"]))) == []


def test_a_fal_version_that_was_asked_for_is_the_one() -> None:
    other = good("commands").replace("fal==1.83.0", "fal==1.80.0")
    assert {each.rule for each in judge("commands", other)} == {"fal-sdk"}
    assert judge("commands", other, Options(fal_version="1.80.0")) == []
    assert judge("commands", good("commands"), Options(fal_version="1.80.0")) != []


def test_the_checker_imports_nothing_of_the_compiler() -> None:
    folder = Path(checker.__file__).parent
    for path in sorted(folder.glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
        names += [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        if path.name not in ("corpus.py", "report.py"):  # these two run the compiler to judge what it makes
            assert not [name for name in names if name.partition(".")[0] == "dockerfix"], path.name


def test_the_client_of_fal_is_asked() -> None:
    pytest.importorskip("fal")
    assert falside.client_paths("FROM a\nCOPY . /src\n  COPY b /b\nCOPY --from=c d /d\n") == {"."}


def test_items_become_words() -> None:
    assert package_words('a ; python_version < "3.8"') == ('a ; python_version < "3.8"',)
    assert package_words("torch==1.12.1 --extra-index-url=https://x/y") == (
        "torch==1.12.1",
        "--extra-index-url=https://x/y",
    )
    assert package_words("--pre -f https://x/y nightly") == ("--pre", "-f", "https://x/y", "nightly")
    assert package_words("a>=1, <2  # why") == ("a>=1, <2",)
    assert package_words("https://x/y.whl#6") == ("https://x/y.whl#6",)
    assert package_words("transformers -e git+https://x/y@1#egg=z") == ("transformers", "-e", "git+https://x/y@1#egg=z")


def test_cog_yaml_is_read_as_text() -> None:
    wanted = read_wanted(
        "build:\n  python_version: 3.10\n  cuda: 11.8\n  gpu: true\n  python_packages: [a, null, '', ~]\n"
    )
    assert (wanted.python, wanted.cuda, wanted.gpu) == ("3.10", "11.8", True)
    assert wanted.packages == ("a",)
    assert read_wanted("").packages == ()
    assert read_wanted("build:\nrun: run.py:Runner\n").run == ()


def test_words_are_read_as_docker_does() -> None:
    assert evaluate("\"a $B\" 'c $B'", {"B": "x"}) == "a x c $B"
    assert evaluate("${B:-d}${B:+e}${C:-d}${C:+e}", {"B": "x"}) == "xed"
    assert evaluate(r'a\ b\"c "d\"e\f"', {}) == r'a b"c d"e\f'
    assert [is_word(text) for text in ("a,b", "a b", '"a b"', '"a', "a\\ b", "a\\", "")] == [
        True,
        False,
        True,
        False,
        True,
        False,
        True,
    ]


def test_commands_are_split_at_operators_outside_quotes() -> None:
    assert commands("A=1 curl -o x 'y && z' 2>/dev/null && sudo chmod +x x; (cd y || true)") == (
        ("curl", "-o", "x", "y && z"),
        ("chmod", "+x", "x"),
        ("cd", "y"),
        ("true",),
    )
    assert commands("echo 'unclosed") == (("echo", "'unclosed"),)


def test_only_scripts_that_compare_are_run(tmp_path: Path) -> None:
    target = tmp_path / "made"
    for script in (
        f"touch {target}",
        f"echo > {target}",
        f"case x in *) touch {target};; esac",
        f"echo $(touch {target})",
        f"echo `touch {target}`",
    ):
        assert execute(script, "12.1") == (1, "not run: the check does more than compare")
    assert not target.exists()
    assert execute('[ "$CUDA_VERSION" = 12.1 ] || exit 3', "12.2")[0] == 3


def test_numbers_name_stages_and_names_any_case() -> None:
    parsed = read("FROM a AS First\nRUN x\nFROM b\nCOPY --from=0 x x\nCOPY --from=FIRST x x\n")
    assert [parsed.stage_named(name) for name in ("0", "first", "1", "2", "b")] == [0, 0, 1, None, None]


def test_unknown_flags_are_named() -> None:
    with pytest.raises(Unreadable, match="--form"):
        read("FROM a\nCOPY --form=x y z\n")


def test_a_requirements_file_with_cog_is_installed_line_by_line(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("cog==0.9\nnumpy>=1,<2\n-e git+https://x/y@1#egg=z\n-e .\n./a.whl\n")
    config = 'build:\n  python_version: "3.10"\n  python_requirements: requirements.txt\n'

    def rules(install: str) -> set[str]:
        output = good("commands").replace(
            "uv run pip install --cache-dir /root/.cache/pip \\\n    'pillow==10.4.0'", install
        )
        found = check(output, cog_yaml=config, project=tmp_path, original="")
        return {violation.rule for violation in found} & {"requirements-file", "packages-reach-image"}

    lines = "pip install 'numpy>=1,<2' -e 'git+https://x/y@1#egg=z' '/tmp/a.whl'"
    assert rules(lines) == set()
    assert rules(lines.replace("-e 'git+https://x/y@1#egg=z'", "")) == {"requirements-file"}
    assert rules(lines.replace("install", "install -t /dep")) == {"packages-reach-image"}
    assert rules("pip install -r /src/requirements.txt") == {"requirements-file"}


def test_what_is_no_requirement_is_compared_by_its_parts() -> None:
    assert all(
        is_requirement(word) for word in ("a", "a[b]>=1, <2", "a ; b == 'c'", "a @ https://x/y", "git+https://x", "./a")
    )
    assert not any(is_requirement(word) for word in ("a' && b", "a b", "$(a)", "`a`"))
