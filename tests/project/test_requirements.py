"""Package items as real projects write them, and text made to break out of a command."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from dockerfix.project.requirements import (
    Option,
    has_credentials,
    is_cog,
    local_path,
    normalize,
    parse_item,
    parse_items,
)
from dockerfix.project.requirements_files import logical_lines, read_requirements
from dockerfix.text.quoting import shell_word
from dockerfix.text.source import Source
from effort import examples

INDEX = "https://download.pytorch.org/whl/cu116"


@pytest.mark.parametrize(
    ("text", "words", "name", "pin"),
    [
        ("torch==2.1.2", ["torch==2.1.2"], "torch", "2.1.2"),
        ("torch==2.1.0+cu118", ["torch==2.1.0+cu118"], "torch", "2.1.0+cu118"),
        ("torch", ["torch"], "torch", None),
        ("y.whl @ https://a.example/b", ["y.whl @ https://a.example/b"], "y-whl", None),
        ("y.zip[a]@ https://a.example/b", ["y.zip[a]@ https://a.example/b"], "y-zip", None),
        ("foo === 1.0-x", ["foo === 1.0-x"], "foo", "1.0-x"),
        ("foo==1.*", ["foo==1.*"], "foo", None),
        ("foo==2!1.0", ["foo==2!1.0"], "foo", "2!1.0"),
        ("foo>=1,==1.5", ["foo>=1,==1.5"], "foo", None),
        ("uvicorn[standard] >= 0.30, < 1", ["uvicorn[standard] >= 0.30, < 1"], "uvicorn", None),
        ("foo (>=1.0,<2)", ["foo (>=1.0,<2)"], "foo", None),
        ("Typing_Extensions", ["Typing_Extensions"], "typing-extensions", None),
        ('a ; python_version < "3.8"', ['a ; python_version < "3.8"'], "a", None),
        ("a==1;python_version<'3.8'", ["a==1;python_version<'3.8'"], "a", "1"),
        (
            f"torch==1.12.1 --extra-index-url={INDEX}",
            ["torch==1.12.1", f"--extra-index-url={INDEX}"],
            "torch",
            "1.12.1",
        ),
        (
            f"xformers==0.0.22.post4 --index-url {INDEX}",
            ["xformers==0.0.22.post4", f"--index-url={INDEX}"],
            "xformers",
            "0.0.22.post4",
        ),
        (f"--extra-index-url {INDEX}", [f"--extra-index-url={INDEX}"], None, None),
        ("--pre -f https://w.example.org/n", ["--pre", "-f", "https://w.example.org/n"], None, None),
        (
            "--pre -f https://w.example.org mlc-nightly",
            ["--pre", "-f", "https://w.example.org", "mlc-nightly"],
            "mlc-nightly",
            None,
        ),
        ("-fhttps://w.example.org", ["-f", "https://w.example.org"], None, None),
        ('--find-links="https://w.example.org/a b"', ["--find-links=https://w.example.org/a b"], None, None),
        (
            "--extra-index-url=https://a--extra-index-url=https://b",
            ["--extra-index-url=https://a", "--extra-index-url=https://b"],
            None,
            None,
        ),
        ("-e git+https://github.com/a/b@1a2#egg=b", ["-e", "git+https://github.com/a/b@1a2#egg=b"], None, None),
        (
            "transformers -e git+https://github.com/a/b@1a2#egg={transformers}",
            ["transformers", "-e", "git+https://github.com/a/b@1a2#egg={transformers}"],
            "transformers",
            None,
        ),
        ("torch torchvision==0.1", ["torch", "torchvision==0.1"], "torch", None),
        ("git+https://github.com/m-bain/whisperx.git", ["git+https://github.com/m-bain/whisperx.git"], None, None),
        (
            "git+https://github.com/a/b.git@refs/pull/11150/head",
            ["git+https://github.com/a/b.git@refs/pull/11150/head"],
            None,
            None,
        ),
        ("git+https://github.com/a/b#egg=My_Name", ["git+https://github.com/a/b#egg=My_Name"], "my-name", None),
        (
            "https://f.example.org/torch/11.8/torch-2.1.0%2Bcu118-cp311-cp311-linux_x86_64.whl#6",
            ["https://f.example.org/torch/11.8/torch-2.1.0%2Bcu118-cp311-cp311-linux_x86_64.whl#6"],
            "torch",
            "2.1.0+cu118",
        ),
        ("https://f.example.org/a-b-1.0.tar.gz", ["https://f.example.org/a-b-1.0.tar.gz"], "a-b", "1.0"),
        ("name @ https://x.example.org/y.zip ; a=='b'", ["name @ https://x.example.org/y.zip ; a=='b'"], "name", None),
        ("./pkg", ["./pkg"], None, None),
        (".[dev]", [".[dev]"], None, None),
        ("wheels/foo-1.0-py3-none-any.whl", ["wheels/foo-1.0-py3-none-any.whl"], "foo", "1.0"),
        ("torch==2.0.1 # for cuda", ["torch==2.0.1"], "torch", "2.0.1"),
        ("# nothing", [], None, None),
        ("", [], None, None),
        ("   ", [], None, None),
        ("--hash=sha256:ab", ["--hash=sha256:ab"], None, None),
        ("-rreq.txt", ["-r", "req.txt"], None, None),
        ("-f", ["-f"], None, None),
        ("--pre", ["--pre"], None, None),
    ],
)
def test_items_become_words(text: str, words: list[str], name: str | None, pin: str | None) -> None:
    item = parse_item(text)
    assert list(item.words) == words
    assert (item.name, item.pin, item.raw) == (name, pin, text)


def test_the_parts_of_an_item() -> None:
    item = parse_item("a-b[x, y]>=1,<2 ; os_name == 'posix'")
    assert (item.first.extras, item.first.specifier, item.first.marker, item.first.is_url) == (
        ("x", "y"),
        ">=1,<2",
        "os_name == 'posix'",
        False,
    )
    item = parse_item("a -i https://x --no-deps --no-binary=:all: -C k=v")
    assert item.options == (
        Option("-i", "https://x"),
        Option("--no-deps", None),
        Option("--no-binary", ":all:"),
        Option("-C", "k=v"),
    )
    assert [option.long for option in item.options] == ["--index-url", "--no-deps", "--no-binary", "-C"]
    assert parse_item("a --hash=sha256:x").options[0].file_only
    assert not item.options[0].file_only
    assert parse_item("git+https://x/y").first.is_url
    assert parse_item("./x").first.is_path
    assert not parse_item("./x").first.is_url
    assert parse_item("").first.text == ""


@pytest.mark.parametrize(
    "text", ["pytorch-cuda=11.7", "torch = 2.0", "foo 1.0", '"torch"', "$(evil)", "`evil`", "-", "a'b", "foo > ", "@x"]
)
def test_what_is_no_requirement_is_kept_to_the_letter(text: str) -> None:
    item = parse_item(text)
    assert item.words == (text.strip(),)
    assert (item.first.specifier, item.pin) == ("", None)


def test_a_local_version_is_kept() -> None:
    item = parse_item("torch>=2.0.1+cu118")
    assert item.words == ("torch>=2.0.1+cu118",)
    assert item.name == "torch"


def test_an_option_takes_its_value_from_the_next_item() -> None:
    items = parse_items(
        ["--pre", "-f", "https://w.example.org", "foo", "-f", "--pre", "# c", "--index-url", "https://y"]
    )
    assert [item.words for item in items] == [
        ("--pre",),
        ("-f", "https://w.example.org"),
        ("foo",),
        ("-f",),
        ("--pre",),
        (),
        ("--index-url=https://y",),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "cog",
        "COG == 0.9",
        "cog==0.10.0a18",
        "cog==0.10.0-alpha21",
        "cog>=0.7.2 --no-deps",
        "cog[x]",
        "coglet",
        "cog-dataclass",
        "Cog_Dataclass==0.1",
        "cog ; python_version > '3'",
        "cog @ https://x.example.org/c.zip",
        "https://x.example.org/cog-0.9.26-py3-none-any.whl",
        "https://x.example.org/coglet-0.1.0b10-py3-none-any.whl#1",
        "/tmp/cog-0.0.1.dev-py3-none-any.whl",
        "cog_dataclass-0.1-py3-none-any.whl",
        "git+https://github.com/replicate/cog.git@main",
        "git+ssh://git@github.com/replicate/cog",
        "-e git+https://github.com/replicate/cog#subdirectory=python",
        "https://github.com/replicate/cog/archive/refs/heads/main.zip",
        "git+https://github.com/replicate/cog-runtime@v0.1",
        "cog coglet",
    ],
)
def test_cog_is_recognised(text: str) -> None:
    assert is_cog(text)
    assert is_cog(parse_item(text))


@pytest.mark.parametrize(
    "text",
    [
        "cogs",
        "cog-foo",
        "cogapp==3",
        "cog-foo-1.0-py3-none-any.whl",
        "https://x.example.org/cog_foo-1.0-py3-none-any.whl",
        "git+https://github.com/replicate/cog-flux",
        "git+https://github.com/someone/cog",
        "git+https://notgithub.com/replicate-x/cog",
        "torch cog",
        "--pre",
        "",
    ],
)
def test_what_only_looks_like_cog_is_not(text: str) -> None:
    assert not is_cog(text)


def test_cog_among_others_can_be_told_apart() -> None:
    assert [is_cog(part) for part in parse_item("torch cog==0.9").requirements] == [False, True]


@pytest.mark.parametrize(
    "text",
    [
        "https://user:password@host.example.org/simple",
        "--extra-index-url=https://token@host.example.org/simple",
        "--index-url https://${TOKEN}@host.example.org/simple",
        "https://user:pa#ss@host.example.org/",
        "git+https://x-access-token:abc@github.com/a/b",
        "https://host.example.org/a.whl?token=abc",
        "https://host.example.org/a.whl?x=1&X-Amz-Signature=abc",
        "https://account.blob.example.org/a.whl?sv=1&sig=abc",
        "foo @ https://u:p@host.example.org/a.whl",
    ],
)
def test_credentials_are_seen(text: str) -> None:
    assert has_credentials(parse_item(text))


@pytest.mark.parametrize(
    "text",
    [
        "git+https://github.com/a/b@v1",
        "git+ssh://git@github.com/a/b",
        "ssh://deploy@host.example.org/x",
        "git+https://git@github.com/a/b",
        "https://host.example.org/a.whl?version=1&sigma=2",
        "https://host.example.org/@scope/a",
        "name @ https://host.example.org/a.whl",
        "torch",
        "x?token=1",
    ],
)
def test_urls_without_credentials_pass(text: str) -> None:
    assert not has_credentials(parse_item(text))


@examples
@given(st.text().filter(lambda text: not set(text) & set("\r\n\0")))
def test_a_quoted_word_is_one_word(text: str) -> None:
    quoted = shell_word(text)
    assert shlex.split(quoted) == [text]
    assert quoted.startswith("'")
    assert quoted.endswith("'")


@pytest.mark.parametrize("text", ["a\nRUN evil", "a\r", "\0"])
def test_what_no_quotes_can_hold_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="line break or NUL"):
        shell_word(text)


def test_a_file_with_a_nul_is_a_problem() -> None:
    read = read_requirements("a", {"a": Source("x\0y\n")}.get, lambda _: False)
    assert (read.lines, [problem.message for problem in read.problems]) == ((), ["`a` contains a NUL character"])


def test_lines_end_where_pip_ends_them() -> None:
    text = "numpy\rcog\nscipy\x0btorch==2.1 \\\n  --pre \\\u2028\n-e .\nlast\\\\\n"
    assert list(logical_lines(text)) == [
        *(("numpy", 1), ("cog", 1), ("scipy", 2), ("torch==2.1   --pre", 2), ("-e .", 4), ("last", 5)),
    ]


@examples
@given(st.text(max_size=80))
def test_any_text_is_an_item(text: str) -> None:
    item = parse_item(text)
    assert item.raw == text
    assert all(word == word.strip() and word for word in item.words if not word.startswith("-"))
    is_cog(item)
    has_credentials(parse_item(text))


@examples
@given(st.text(alphabet="ab1 =<>~!;,[]()@#-+.:/'\"{}$", max_size=40))
def test_nothing_of_an_item_is_lost(text: str) -> None:
    body = text.split(" #", maxsplit=1)[0] if not text.startswith("#") else ""
    shown = "".join(parse_item(text).words)
    for character in "ab1@$":
        assert shown.count(character) >= body.replace("\t", " ").count(character) or "#" in text


_NAMES = st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,6}[A-Za-z0-9])?", fullmatch=True)
_CLAUSES = st.from_regex(r"(==|!=|<=|>=|<|>|~=) ?([1-9]!)?[0-9]{1,2}\.[0-9]{1,2}", fullmatch=True)
_MARKERS = st.sampled_from(["", "; python_version < '3.8'", ' ;  sys_platform == "linux" and extra == "x"'])


@examples
@given(_NAMES, st.lists(_NAMES, max_size=2), st.lists(_CLAUSES, max_size=3), _MARKERS, st.sampled_from(["", " "]))
def test_valid_requirements_are_read_as_packaging_reads_them(
    name: str, extras: list[str], clauses: list[str], marker: str, blank: str
) -> None:
    text = f"{name}{blank}{'[' + ', '.join(extras) + ']' if extras else ''}{blank}{(blank + ',').join(clauses)}{marker}"
    judge = Requirement(text)
    item = parse_item(text)
    assert item.words == (text.strip(),)
    assert item.name == canonicalize_name(judge.name)
    assert set(item.first.extras) == judge.extras
    assert SpecifierSet(item.first.specifier) == judge.specifier
    assert (item.first.marker is None) == (judge.marker is None)
    only = next(iter(judge.specifier)) if len(judge.specifier) == 1 else None
    if len(clauses) == 1 and only is not None:
        assert item.pin == (only.version if only.operator == "==" else None)


def test_names_are_normalized() -> None:
    assert normalize("A_b.-C") == "a-b-c"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("./dist/local zip pkg.zip", ["./dist/local zip pkg.zip"]),
        ("./dist/local zip pkg.zip ; python_version < '4'", ["./dist/local zip pkg.zip ; python_version < '4'"]),
        ("/opt/x y.whl[extra]", ["/opt/x y.whl[extra]"]),
        ("./my pkg", ["./my pkg"]),
        ("./x y; python_version < '4'", ["./x y; python_version < '4'"]),
        ("./x-1.0.whl; python_version < '4'", ["./x-1.0.whl; python_version < '4'"]),
        ("./a b.whl numpy", ["./a b.whl", "numpy"]),
        ("./a.whl ./b.whl", ["./a.whl", "./b.whl"]),
        ("./x numpy==1.0", ["./x", "numpy==1.0"]),
        ("./pkg[dev] numpy", ["./pkg[dev]", "numpy"]),
    ],
)
def test_paths_with_blanks(text: str, expected: list[str]) -> None:
    found = parse_item(text).requirements
    assert [each.text for each in found] == expected
    assert found[0].is_path


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("./pkg[a] ; python_version < '3.9'", ("", "./pkg", "[a] ; python_version < '3.9'")),
        ("file:.", ("file:", ".", "")),
        ("file:pkg", ("file:", "pkg", "")),
        ("file:///src/my%20pkg#egg=x", ("file://", "/src/my pkg", "#egg=x")),
        ("file://localhost/src", ("file://localhost", "/src", "")),
        ("a[b] @ file:///src/a ; python_version < '3.9'", ("a[b] @ file://", "/src/a", " ; python_version < '3.9'")),
        ("git+file:///src/a@v1#egg=a", ("git+file://", "/src/a", "@v1#egg=a")),
        ("git+https://example.org/a.git", None),
        ("a @ https://example.org/a.whl", None),
        ("file", None),
    ],
)
def test_the_path_of_a_local_package(text: str, path: tuple[str, str, str] | None) -> None:
    (requirement,) = parse_item(text).requirements
    assert local_path(requirement) == path
    assert requirement.is_path == (path is not None and not text.startswith("git"))
