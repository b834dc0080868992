"""ARG and ENV reach the lines that BuildKit lets them reach."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockerfix.syntax.words.lexer import Budget, WordError
from dockerfix.syntax.words.scopes import DEFAULT_PATH, GlobalScope, Item, Resolution, resolve
from effort import examples


def arg(name: str, default: str | None = None) -> Item:
    return Item("ARG", pairs=((name, default),))


def env(**pairs: str) -> Item:
    return Item("ENV", pairs=tuple(pairs.items()))


def start(image: str, stage: str | None = None, platform: str | None = None) -> Item:
    return Item("FROM", (image,) if platform is None else (image, platform), stage=stage)


def show(*words: str) -> Item:
    return Item("COPY", words)


def run(*items: Item, scope: GlobalScope | None = None, **build_args: str) -> list[Resolution]:
    return resolve(items, scope or GlobalScope(build_args=build_args), {"known": {"BASE": "b"}})


def shown(found: list[Resolution]) -> list[str]:
    return [word for resolution in found if resolution.item.keyword == "COPY" for word in resolution.words]


def test_global_args_are_for_from_lines() -> None:
    found = run(
        arg("IMAGE", "python"),
        arg("TAG", "3.$MINOR"),
        arg("MINOR", "11"),
        arg("TAG", "3.$MINOR"),
        start("${IMAGE}:$TAG-${NO:-slim}$NO"),
        show("$IMAGE", "${TAG:-unset}"),
    )
    assert found[1].pairs == (("TAG", "3."),)
    assert found[4].words == ("python:3.11-slim",)
    assert found[4].unmatched == {"NO"}
    assert shown(found) == ["$IMAGE", "${TAG:-unset}"]
    assert found[5].unmatched == {"IMAGE", "TAG"}
    assert shown(run(arg("IMAGE", "python"), start("scratch"), show("<$IMAGE>"))) == ["<>"]


def test_bare_arg_brings_a_global_in() -> None:
    items = (arg("A", "global"), arg("B"), start("scratch"), arg("A"), arg("B"), show("$A-$B"))
    assert shown(run(*items)) == ["global-"]
    assert shown(run(*items, B="given")) == ["global-given"]


def test_default_of_a_stage_arg_does_not_look_at_the_global() -> None:
    found = run(
        arg("A", "global"), start("scratch"), show("1$A"), arg("A", "own"), show("2$A"), arg("B", "$A!"), show("$B")
    )
    assert shown(found) == ["1", "2own", "own!"]


def test_build_args_beat_defaults_and_are_not_expanded() -> None:
    items = (arg("A", "default"), start("i:$A"), arg("A", "other"), show("$A"), arg("C", "c$A"), show("$C"))
    found = run(*items, A="$X'")
    assert found[1].words == ("i:$X'",)
    assert shown(found) == ["$X'", "c$X'"]
    assert shown(run(start("scratch"), show("$A"), A="not declared")) == [""]


def test_build_arg_hides_a_default_that_cannot_be_expanded() -> None:
    items = (arg("A", "${B?needed}"), start("scratch"), arg("C", "${B?needed}"))
    assert [resolution.problem is not None for resolution in run(*items)] == [True, False, True]
    assert [resolution.problem for resolution in run(*items, A="a", C="c")] == [None, None, None]


def test_args_of_one_line_see_those_before_them() -> None:
    line = Item("ARG", pairs=(("A", "1"), ("B", "$A$C"), ("C", "3")))
    assert run(line)[0].pairs == (("A", "1"), ("B", "1"), ("C", "3"))
    assert run(start("scratch"), line)[1].pairs == (("A", "1"), ("B", "1"), ("C", "3"))


def test_env_and_label_see_earlier_lines_only() -> None:
    found = run(
        start("scratch"),
        env(A="1"),
        env(A="2", B="$A", C="$B"),
        Item("LABEL", pairs=(("$A", "$B"), ("b", "$C"))),
        env(**{"K$A": "v"}),
        show("$A$B$C$K2"),
    )
    assert found[2].pairs == (("A", "2"), ("B", "1"), ("C", ""))
    assert found[3].pairs == (("2", "1"), ("b", ""))
    assert found[2].unmatched == {"B"}
    assert shown(found) == ["21v"]


def test_the_later_of_arg_and_env_wins() -> None:
    assert shown(run(start("scratch"), arg("A", "arg"), env(A="env"), show("$A"))) == ["env"]
    assert shown(run(start("scratch"), arg("A", "arg"), env(A="env"), show("$A"), A="given")) == ["env"]
    assert shown(run(start("scratch"), env(A="env"), arg("A", "arg"), show("$A"))) == ["arg"]
    assert shown(run(start("scratch"), env(A="env"), arg("A"), show("$A"))) == ["env"]
    found = run(start("scratch"), env(A="env"), arg("A", "arg"))
    assert found[-1].scope is not None
    assert found[-1].scope.environment == {"PATH": DEFAULT_PATH, "A": "env"}


def test_a_stage_inherits_env_and_arg_of_its_base() -> None:
    found = run(
        start("scratch", "Base"),
        env(E="e"),
        arg("A", "a"),
        start("base", "child"),
        show("$E$A"),
        env(E="changed"),
        start("base"),
        show("$E$A"),
        start("child"),
        show("$E$A"),
        start("scratch"),
        show("[$E$A]"),
    )
    assert shown(found) == ["ea", "ea", "changeda", "[]"]
    scope = found[9].scope
    assert scope is not None
    assert scope.environment["E"] == "changed"
    assert "A" not in scope.environment
    assert scope.arguments == {"A": "a"}


def test_base_is_not_changed_through_its_child_nor_the_child_through_its_base() -> None:
    outer = GlobalScope()
    base = outer.enter_stage(environment={"A": "1"})
    child = outer.enter_stage(base)
    base.store_env([("B", "3")])
    base.define_arg("C", "4")
    child.store_env([("A", "2")])
    assert (base.variables["A"], child.variables["A"]) == ("1", "2")
    assert "B" not in child.variables
    assert "C" not in child.arguments


def test_stage_names_are_compared_in_lower_case_with_what_from_says() -> None:
    found = run(start("scratch", "One"), env(A="1"), arg("X"), start("one"), show("$A"), start("One"), show("$A"))
    assert shown(found) == ["1", "$A"]
    found = run(arg("BASE", "one"), start("scratch", "one"), env(A="1"), start("$BASE"), show("$A"))
    assert shown(found) == ["1"]


def test_a_later_stage_of_the_same_name_takes_its_place() -> None:
    found = run(start("scratch", "s"), env(A="1"), start("s", "s"), env(B="2"), start("s"), show("$A$B"))
    assert shown(found) == ["12"]


def test_onbuild_runs_in_the_children_only() -> None:
    found = run(
        start("scratch", "base"),
        Item("ONBUILD", inner=env(A="on $B")),
        Item("ONBUILD", inner=arg("C", "c")),
        env(B="build"),
        show("[$A]"),
        start("base", "child"),
        show("[$A$C]"),
        env(A="own"),
        start("child"),
        show("[$A]"),
    )
    assert shown(found) == ["[]", "[on buildc]", "[own]"]


def test_problem_in_an_onbuild_line_is_reported_at_from() -> None:
    found = run(start("scratch", "base"), Item("ONBUILD", inner=env(A="${B?no}")), start("base"), show("$A"))
    assert found[1].problem is None
    assert found[2].problem is not None
    assert found[2].problem.reason == "B: no"


def test_variables_of_an_unknown_base_stay_as_written() -> None:
    found = run(
        start("image"),
        env(PATH="/opt/bin:$PATH", A="a"),
        show("${PATH}", "$A$B", "${B:-b}", "${A:-b}"),
        start("known"),
        show("$BASE$B", "$PATH"),
    )
    assert shown(found) == ["/opt/bin:$PATH", "a$B", "${B:-b}", "a", "b", DEFAULT_PATH]
    assert found[2].unmatched == {"B"}
    assert [resolution.scope.complete for resolution in found if resolution.scope] == [False] * 3 + [True] * 2


def test_path_of_a_known_base_is_kept() -> None:
    outer = GlobalScope()
    assert outer.enter_stage(environment={"PATH": "/p"}).expand("$PATH").text == "/p"
    assert outer.enter_stage(environment={}).expand("$PATH").text == DEFAULT_PATH


def test_platform_arguments() -> None:
    names = "$TARGETPLATFORM $TARGETOS $TARGETARCH [$TARGETVARIANT] $BUILDPLATFORM $BUILDARCH $TARGETSTAGE"
    assert run(start(names))[0].words == ("linux/amd64 linux amd64 [] linux/amd64 amd64 default",)
    scope = GlobalScope(platform="linux/arm/v7", build_platform="linux/amd64", target="app")
    assert scope.expand(names).text == "linux/arm/v7 linux arm [v7] linux/amd64 amd64 app"
    assert GlobalScope(build_args={"TARGETARCH": "s390x"}).expand("$TARGETARCH").text == "s390x"
    items = (start("scratch", platform="$BUILDPLATFORM"), show("[$TARGETARCH]"), arg("TARGETARCH"), show("$TARGETARCH"))
    found = run(*items)
    assert found[0].words == ("scratch", "linux/amd64")
    assert shown(found) == ["[]", "amd64"]


def test_proxies_reach_run_without_an_arg_but_no_word() -> None:
    found = run(start("scratch"), env(A="a"), show("[$HTTP_PROXY]"), https_proxy="p", NO_PROXY="", OTHER="o")
    assert shown(found) == ["[]"]
    scope = found[-1].scope
    assert scope is not None
    assert scope.run_environment() == {"PATH": DEFAULT_PATH, "A": "a", "HTTPS_PROXY": "p", "https_proxy": "p"}


@pytest.mark.parametrize("keyword", ["ADD", "COPY", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"])
def test_words_are_expanded(keyword: str) -> None:
    found = run(start("scratch"), env(A="x y"), Item(keyword, ("$A/'$A'", "\\$A")))
    assert found[-1].words == ("x y/$A", "$A")


@pytest.mark.parametrize(
    "keyword", ["RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK", "SHELL", "MAINTAINER", "UNKNOWN", "ONBUILD"]
)
def test_words_are_not_expanded(keyword: str) -> None:
    found = run(start("scratch"), env(A="a"), Item(keyword, ("$A'",)))
    assert found[-1].words == ("$A'",)
    assert found[-1].problem is None


def test_expose_splits_what_variables_hold() -> None:
    found = run(start("scratch"), env(PORTS="80 443/udp"), Item("EXPOSE", ("$PORTS", "$NO", "90")))
    assert found[-1].words == ("80", "443/udp", "90")
    assert found[-1].unmatched == {"NO"}


def test_heredoc_content() -> None:
    scope = GlobalScope("`").enter_stage(environment={"A": "a"})
    assert scope.expand_heredoc('it\'s "$A" \\$A `$A $B\n') == 'it\'s "a" $A `a \n'
    assert GlobalScope().enter_stage().expand_heredoc("$B '") == "$B '"
    with pytest.raises(WordError):
        scope.expand_heredoc("${A")


def test_escape_token_of_the_file_is_used() -> None:
    scope = GlobalScope("`")
    assert scope.define_arg("A", "c:\\dir`$A") == "c:\\dir$A"
    assert scope.enter_stage(environment={}).expand("\\`$A").text == "\\$A"


def test_problem_leaves_the_line_out_and_goes_on() -> None:
    found = run(
        start("scratch"),
        env(A="1", B="${C:?no C}"),
        show("[$A]"),
        start("${"),
        env(D="4"),
        show("$D$E"),
    )
    assert [resolution.problem.reason if resolution.problem else "" for resolution in found] == [
        "",
        "C: no C",
        "",
        "syntax error: missing '}'",
        "",
        "",
    ]
    assert found[1].pairs == (("A", "1"), ("B", "${C:?no C}"))
    assert shown(found) == ["[]", "4$E"]


def test_lines_before_the_first_stage() -> None:
    found = run(env(A="$B"), Item("RUN", ("x",)), Item("FROM"), show("$A"))
    assert found[0].pairs == (("A", "$B"),)
    assert [resolution.scope is None for resolution in found] == [True, True, False, False]
    assert shown(found) == ["$A"]


def test_growth_is_bounded() -> None:
    begin = time.process_time()
    found = run(start("scratch"), env(A="xx"), *[env(A="$A$A") for _ in range(64)])
    assert found[-1].problem is not None
    stages = [env(**{f"N{number}": "v"}) for number in range(5_000)]
    chain: list[Item] = [start("scratch", "s"), *stages]
    for _ in range(5_000):
        chain += [start("s", "t"), env(A="b")]
    found = run(*chain, scope=GlobalScope(budget=Budget(1 << 20)))
    assert found[5_002].problem is None
    assert found[-1].problem is not None
    assert time.process_time() - begin < 20


NAMES = st.sampled_from(["A", "B", "C", "PATH", "TARGETARCH", "s"])
VALUES = st.lists(
    st.sampled_from(["$A", "${B}", "${C:-$A}", "x", " ", "'", '"', "\\", "${A%x}", "s", "${", "}"]), max_size=4
)
PAIRS = st.tuples(NAMES, VALUES.map("".join))
ITEMS = st.one_of(
    st.lists(st.tuples(NAMES, st.none() | PAIRS.map(lambda pair: pair[1])), max_size=2).map(
        lambda pairs: Item("ARG", pairs=tuple(pairs))
    ),
    st.builds(
        lambda keyword, pairs: Item(keyword, pairs=tuple(pairs)),
        st.sampled_from(["ENV", "LABEL"]),
        st.lists(PAIRS, max_size=2),
    ),
    st.builds(
        lambda image, stage: Item("FROM", (image,), stage=stage),
        st.sampled_from(["s", "t", "$A", "scratch", "i"]),
        st.sampled_from([None, "s", "t"]),
    ),
    st.builds(
        lambda word, keyword: Item(keyword, ("".join(word),)), VALUES, st.sampled_from(["COPY", "EXPOSE", "RUN"])
    ),
    st.builds(lambda pair: Item("ONBUILD", inner=Item("ENV", (), (pair,))), PAIRS),
)


@examples
@given(st.lists(ITEMS, max_size=12), st.dictionaries(NAMES, VALUES.map("".join), max_size=2))
def test_any_sequence_is_read(items: list[Item], build_args: dict[str, str]) -> None:
    found = resolve(items, GlobalScope(build_args=build_args))
    assert [resolution.item for resolution in found] == items
    for resolution in found:
        if resolution.problem is None and resolution.item.keyword in {"ENV", "ARG"} and resolution.scope is not None:
            assert [name for name, _ in resolution.pairs] == [name for name, _ in resolution.item.pairs]
        if resolution.scope is not None:
            assert set(resolution.scope.environment) <= set(resolution.scope.variables)
