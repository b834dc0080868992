"""Each kind of fault that BuildKit refuses, and its neighbours that it takes."""

from __future__ import annotations

import pytest

import dockerfix
from dockerfix.driver.defects import defects
from dockerfix.syntax.dockerfile.parser import parse
from dockerfix.text.findings import Severity


def messages(text: str) -> list[str]:
    return [defect.message for defect in defects(parse(text))]


def refused(line: str) -> str | None:
    """Why a stage with this line is refused, None if it is not."""
    found = messages(f"FROM a\n{line}\n")
    assert len(found) <= 1, found
    return found[0] if found else None


AT_LEAST_ONE = ("ARG", "ENV", "EXPOSE", "LABEL", "SHELL", "VOLUME")
EXACTLY_ONE = ("MAINTAINER", "STOPSIGNAL", "USER", "WORKDIR")
DESTINATION = "requires at least two arguments, but only one was provided. Destination could not be determined"


@pytest.mark.parametrize("keyword", [*AT_LEAST_ONE, *EXACTLY_ONE])
def test_arguments_are_counted(keyword: str) -> None:
    wanted = "at least one argument" if keyword in AT_LEAST_ONE else "exactly one argument"
    assert refused(keyword) == f"{keyword} requires {wanted}"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        # instructions
        ("RUN", None),
        ("CMD", None),
        ("ENTRYPOINT []", None),
        ("COPY a", f"COPY {DESTINATION}"),
        ('ADD ["a"]', f"ADD {DESTINATION}"),
        ("COPY a <<EOF\nEOF", "COPY cannot accept a heredoc as a destination"),
        ("SHELL []", "SHELL requires at least one argument"),
        ("SHELL sh -c", "SHELL requires the arguments to be in JSON form"),
        ("ENV =b", "ENV names can not be blank"),
        ("LABEL a=b =c", "LABEL names can not be blank"),
        ("ARG a =c", "ARG names can not be blank"),
        ("ARG a b=c", None),
        ('VOLUME ["/a", " "]', "VOLUME specified can not be an empty string"),
        ("WORDKIR /a", "unknown instruction: `WORDKIR` (did you mean WORKDIR?)"),
        ("wordkir /a", "unknown instruction: `wordkir` (did you mean workdir?)"),
        ("NONSENSE", "unknown instruction: `NONSENSE`"),
        ("ONBUILD", "ONBUILD requires at least one argument"),
        ("ONBUILD ONBUILD RUN a", "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed"),
        ("ONBUILD from a", "FROM isn't allowed as an ONBUILD trigger"),
        ("ONBUILD COPY a", None),
        # flags
        ("RUN --mnt=type=cache,target=/x true", "unknown flag: --mnt (did you mean mount?)"),
        ("COPY --checksum=a b c", "unknown flag: --checksum"),
        ("COPY --link=1 a b", "expecting boolean value for flag --link, not: 1"),
        ("COPY --link=TRUE --parents a b", None),
        ("COPY --link= a b", "missing a value on flag: --link"),
        ("COPY --chown a b", "missing a value on flag: --chown"),
        ("COPY --chown=a --chown=b c d", "duplicate flag specified: --chown"),
        ("COPY --exclude=a --exclude=b c d", None),
        ("CMD --x y", "unknown flag: --x"),
        ("STOPSIGNAL --x TERM", None),
        ("ARG --x a", None),
        ("RUN --network=hots a", 'invalid network mode "hots"'),
        ("RUN --security=", 'security "" is not valid'),
        ("RUN --device=a=b,required=x c", "invalid value for required: x"),
        ("RUN --device=nvidia.com/gpu=all c", None),
        # HEALTHCHECK
        ("HEALTHCHECK", "HEALTHCHECK requires at least one argument"),
        ("HEALTHCHECK --bogus NONE", None),
        ("HEALTHCHECK NONE a", "HEALTHCHECK NONE takes no arguments"),
        ("HEALTHCHECK CMD", "Missing command after HEALTHCHECK CMD"),
        ("HEALTHCHECK curl", 'Unknown type "CURL" in HEALTHCHECK (try CMD)'),
        ("HEALTHCHECK --interval=1h2m3.5s CMD a", None),
        ("HEALTHCHECK --interval=5 CMD a", 'time: missing unit in duration "5"'),
        ("HEALTHCHECK --timeout=5x CMD a", 'time: unknown unit "x" in duration "5x"'),
        ("HEALTHCHECK --timeout=s CMD a", 'time: invalid duration "s"'),
        ("HEALTHCHECK --timeout=1us CMD a", 'Interval "timeout" cannot be less than 1ms'),
        ("HEALTHCHECK --timeout=-1s CMD a", 'Interval "timeout" cannot be less than 1ms'),
        ("HEALTHCHECK --timeout=0 --retries= CMD a", None),
        ("HEALTHCHECK --retries=-1 CMD a", "--retries cannot be negative (-1)"),
        ("HEALTHCHECK --retries=x CMD a", 'strconv.ParseInt: parsing "x": invalid syntax'),
        ("HEALTHCHECK --retries=9999999999 CMD a", 'strconv.ParseInt: parsing "9999999999": value out of range'),
        # EXPOSE
        ("EXPOSE 80 443/tcp 53/UDP 8000-8010", None),
        ("EXPOSE 127.0.0.1:80:80 [::1]:80:80 8000-8001:80", None),
        ("EXPOSE 65536", "invalid containerPort: 65536"),
        ("EXPOSE 90-80", "invalid containerPort: 90-80"),
        ("EXPOSE 80/http", 'invalid port: "80/http": invalid proto: http'),
        ("EXPOSE x:80", "invalid hostPort: x"),
        ("EXPOSE 1.2.3:80:80", "invalid IP address: 1.2.3"),
        ("EXPOSE 1-3:4-5", "invalid ranges specified for container and host Ports: 4-5 and 1-3"),
        ("EXPOSE /tcp", 'invalid port: "/tcp": no port specified'),
        # STOPSIGNAL, chmod, checksums
        ("STOPSIGNAL SIGRTMIN+3", None),
        ("STOPSIGNAL sigkill", None),
        ("STOPSIGNAL 0", "invalid signal: 0"),
        ("STOPSIGNAL SIGNOTHING", "invalid signal: SIGNOTHING"),
        ("COPY --chmod=u=rwX,go-w a b", None),
        ("COPY --chmod=0755 a b", None),
        ("COPY --chmod=u=rwz a b", "invalid syntax"),
        ("COPY --chmod=888 a b", "invalid chmod parameter: '888'. it should be octal string and between 0 and 07777"),
        ("ADD --checksum=sha256:ab https://h/f /f", "invalid checksum digest length"),
        ("ADD --checksum=a b c", "checksum requires HTTP(S) or Git sources"),
        ("ADD --checksum=a https://h/f https://h/g /", "checksum can't be specified for multiple sources"),
        # git repositories and URLs
        ("ADD https://h/x.git#main:sub /x", None),
        ("ADD git@h.org:a/b.git /x", None),
        ("COPY git@h.org:a/b.git /x", "source can't be a git ref for COPY"),
        ("COPY https://h/f /x", "source can't be a URL for COPY"),
        ("COPY github.com/a/b /x", None),
        ("ADD https://h/x.git?submodules=no /x", 'invalid submodules value: "no"'),
        ("ADD https://h/x.git?reff=a /x", 'unexpected query "reff"'),
        ("ADD https://h/x.git?tag=a&branch=b /x", "branch conflicts with tag"),
        ("ADD https://h/x.git?ref=a#b /x", 'ref conflicts: "b" vs "a"'),
        ("ADD https://h/x.git?ref=a&ref=b /x", 'query "ref" has multiple values'),
        ("ADD --keep-git-dir https://h/x.git?keep-git-dir=0 /x", "inconsistent keep-git-dir configuration"),
    ],
)
def test_one_instruction(line: str, message: str | None) -> None:
    assert refused(line) == message


@pytest.mark.parametrize(
    ("mount", "message"),
    [
        ("type=cache,target=/x,sharing=LOCKED,uid=0,mode=0755", None),
        ("TYPE=Cache,target=/x", None),
        ("type=cach,target=/x", 'unsupported mount type "cach" (did you mean cache?)'),
        ("type=cache,targt=/x", "unexpected key 'targt' in 'targt=/x' (did you mean target?)"),
        ("type=cache,target", "invalid field 'target' must be a key=value pair"),
        ("type=cache,target=/x,sharing=lock", 'unsupported sharing value "lock" (did you mean locked?)'),
        ("target=/x,sharing=shared", "invalid cache sharing set for bind mount"),
        ("target=/x,ro=no", "invalid value for ro: no"),
        ("target=/x,rw", None),
        ("target=/x,uid=1", 'uid not allowed for "bind" type mounts'),
        ("type=cache,target=/x,mode=9", "invalid value 9 for mode"),
        ("type=tmpfs,target=/x,size=1.5GiB", None),
        ("type=tmpfs,target=/x,size=1x", "invalid value for size: 1x"),
        ("target=/x,size=1g", "unexpected key 'size' for mount type 'bind'"),
        ("target=/x,required", "unexpected key 'required' for mount type 'bind'"),
        ("type=secret,id=a,required", None),
        ("type=secret,id=a,required=maybe", "invalid value for required: maybe"),
        ("type=secret", "invalid secret mount. one of source, target required"),
        ("type=secret,id=a,source=b", "both source and id can't be set"),
        ("type=secret,id=a,from=b", "secret mount should not have a from"),
        ("type=ssh", None),
        ("type=ssh,source=a", "ssh does not support source"),
        ("target=/", 'invalid mount target "/"'),
        ("source=x", 'invalid mount target "/"'),
        ("from=$X,target=/x", "'from' doesn't support variable expansion, define alias stage instead"),
        ("from=Big,target=/x", 'failed to parse stage name "Big": invalid reference format: repository name '
                               "(library/Big) must be lowercase"),
        ("", "failed to parse csv mounts: EOF"),
        ('\\"target=/a,b\\",source=x', None),
        ('target=/x\\"', 'failed to parse csv mounts: parse error on line 1, column 10: bare " in non-quoted-field'),
    ],
)  # fmt: skip
def test_mounts(mount: str, message: str | None) -> None:
    assert refused(f"RUN --mount={mount} true") == message


def test_a_mount_without_target_is_put_into_the_working_folder() -> None:
    assert messages("FROM a\nWORKDIR /src\nRUN --mount=source=x true\n") == []


NO_EXPANSION = (
    "variable expansion is not supported for --from, define a new stage with FROM using ARG from global scope as a "
    "workaround"
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # names of stages and images
        ("FROM a AS 1\n", ['invalid name for build stage: "1", name can\'t start with a number or contain symbols']),
        ("FROM a AS B\nFROM b\n", []),
        ("FROM a AS b\nFROM B\n", ['failed to parse stage name "B": invalid reference format: repository name '
                                   "(library/B) must be lowercase"]),
        ("FROM a:\n", ['failed to parse stage name "a:": invalid reference format']),
        ("FROM localhost:5000/a_b/c.d:1@sha256:" + "0" * 64 + "\n", []),
        ("FROM a@sha256:" + "0" * 40 + "\n", [f'failed to parse stage name "a@sha256:{"0" * 40}": '
                                            "invalid checksum digest length"]),
        ("FROM a\nCOPY --from=Img:x b c\n", ['failed to parse stage name "Img:x": invalid reference format: '
                                           "repository name (library/Img) must be lowercase"]),
        ("FROM a:\nFROM b\n", ['failed to parse stage name "a:": invalid reference format']),
        # variables before the first FROM
        ("ARG X=a\nFROM ${X}\n", []),
        ('FROM ""\n', ['base name ("") should not be blank']),
        ("FROM $X\n", ["base name ($X) should not be blank"]),
        ("ARG X=$\nARG Y=${X\nFROM a\n", ['failed to process "${X": unsupported modifier (\ufffd) in substitution']),
        ("ARG SOURCE_DATE_EPOCH=x\nFROM a\n", ["invalid SOURCE_DATE_EPOCH: x"]),
        ("ARG SOURCE_DATE_EPOCH=0\nFROM a\n", []),
        # platforms
        ("FROM --platform=$BUILDPLATFORM a\n", []),
        ("FROM --platform=arm64 a\n", []),
        ("FROM --platform=linux/arm64/v8 a\n", []),
        ("FROM --platform=windows(10.0.17763)/amd64 a\n", []),
        ("FROM --platform=amiga a\n", ['failed to parse platform amiga: "amiga": unknown operating system or '
                                     "architecture: invalid argument"]),
        ("FROM --platform=a/b/c/d a\n", ['failed to parse platform a/b/c/d: "a/b/c/d": cannot parse platform '
                                       "specifier: invalid argument"]),
        ("FROM --platform=$BULIDPLATFORM a\n", ["empty platform value from expression $BULIDPLATFORM "
                                              "(did you mean BUILDPLATFORM?)"]),
        # stages and mounts of stages
        ("FROM a\nARG X=b\nCOPY --from=$X c d\n", [NO_EXPANSION]),
        ("FROM a AS b\nFROM c\nRUN --mount=from=B,target=/x true\n", []),
        ("FROM a\nRUN --mount=from=late,target=/x true\nFROM b AS late\nFROM b\nCOPY --from=0 /x /x\n",
         ['cannot mount from stage "late" to "/x", stage needs to be defined before current command']),
        # words of a stage
        ("FROM a\nARG X=b\nENV Y=${X:?no} Z=${X#b} W=${X/b/c}\nWORKDIR $Y/${Z:-z}\n", []),
        ("FROM a\nENV A='b\n", ['failed to process "\'b": unexpected end of statement while looking for matching '
                              "single-quote"]),
        ("FROM a\nUSER ${X^}\n", ['failed to process "${X^}": unsupported modifier (^) in substitution']),
        ("FROM a\nRUN echo ${X^}\nCMD ${X^}\nHEALTHCHECK CMD ${X^}\nMAINTAINER ${X^}\n", []),
        ("FROM a\nCOPY <<E /x\n${X^}\nE\n", ['failed to process "${X^}\\n": unsupported modifier (^) in substitution']),
        ("FROM a\nCOPY <<'E' /x\n${X^}\nE\n", []),
        ("FROM a AS b\nUSER ${X^}\nFROM c\n", []),
        # triggers of ONBUILD, which run in the stages that are FROM theirs
        ("FROM a AS b\nONBUILD COPY x\nFROM b\n", [f"COPY {DESTINATION}"]),
        ("FROM a AS b\nONBUILD ENV X=y\nFROM b\nENV Z=${X:?}\n", []),
        ("FROM a AS b\nONBUILD STOPSIGNAL x\nFROM b\n", ["invalid signal: x"]),
        # Windows
        ("FROM --platform=windows/amd64 a\nWORKDIR D:/x\n", [
            "normalizing workdir: normalizing working directory: removing drive letter: The specified path is not on "
            "the system drive (C:)"]),
        ("# escape=`\nFROM --platform=windows/amd64 a\nWORKDIR C:\\x\nCOPY --chown=a\\b C:\\x C:\\y\\\n", []),
        ("FROM --platform=windows/amd64 a\nCOPY x C:\n", ['removing drive letter: No relative path specified in "C:"']),
        ("FROM --platform=windows/amd64 a\nADD //srv/x y\n", ["removing drive letter: removing drive letter: UNC paths "
                                                            "are not supported"]),
        # the check directive
        ("# check=skip=all\nFROM a\n", []),
        ("# check=skipp=all\nFROM a\n", ['failed to parse check options: invalid check option "skipp"']),
        ("# check=skip=A; error=true\nFROM a\n", ['failed to parse check options: invalid check option ""']),
        ("ARG X\n", ["dockerfile contains no stages to build"]),
    ],
)  # fmt: skip
def test_a_whole_file(text: str, expected: list[str]) -> None:
    assert messages(text) == expected


@pytest.mark.parametrize(
    ("text", "unset"),
    [
        ("ARG X\nFROM $X\n", [("X",)]),
        ("FROM $X\n", [()]),
        ("FROM a\nVOLUME $X\n", [("X",)]),
        ("FROM scratch\nVOLUME $X\n", [()]),
        ("FROM scratch\nARG X\nVOLUME $X\n", [("X",)]),
        ("FROM a\nENV X=\nVOLUME $X\n", [()]),
        ("FROM a\nENV Y=${X:?needed}\n", [("X",)]),
        ("FROM a\nENV Y=${X:?needed\n", [()]),
        ("FROM scratch AS b\nFROM b\nSTOPSIGNAL $X\n", [()]),
        ("FROM a\nRUN --mount=type=$T,target=/x true\n", [("T",)]),
        ("FROM a\nRUN --mount=type=cach,target=$X true\n", [()]),
    ],
)
def test_what_a_variable_from_outside_could_mend_says_so(text: str, unset: list[tuple[str, ...]]) -> None:
    assert [defect.unset for defect in defects(parse(text))] == unset


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("FROM a\nRUN --mount=type=cache,target=/x --mount=type=cach,target=/y true\n", (2, 34)),
        ("FROM a\nCOPY \\\n  --form=b \\\n  c d\n", (3, 3)),
        ("FROM a\nENV A=b \\\n  C='d\n", (3, 5)),
        ("FROM a\nEXPOSE 80 x\n", (2, 11)),
        ("FROM a AS 1\n", (1, 11)),
        ("FROM a AS b\n  ONBUILD COPY x\nFROM b\n", (2, 3)),
    ],
)
def test_a_defect_is_where_its_word_is(text: str, place: tuple[int, int]) -> None:
    document = parse(text)
    (defect,) = defects(document)
    assert document.source.position(defect.offset) == place


@pytest.mark.parametrize(
    ("lines", "rules"),
    [
        ("FROM a\nRUN b", ""),
        ("FROM a as b", "FromAsCasing"),
        ("from a as b\nRUN c", "ConsistentInstructionCasing"),
        ("FROM a AS B", "StageNameCasing"),
        ("FROM a AS context\nFROM a AS context", "DuplicateStageName, ReservedStageName"),
        ("FROM a\nRUN b \\\n\n  c", "NoEmptyContinuation"),
        ("FROM a\nMAINTAINER b", "MaintainerDeprecated"),
        ('FROM a\nCMD b\nCMD ["c"]', "JSONArgsRecommended, MultipleInstructionsDisallowed"),
        ('FROM a\nSHELL ["b"]\nCMD c', ""),
        ("FROM a\n# check=skip=JSONArgsRecommended\nCMD b", ""),
        ("FROM a\nENV b c", "LegacyKeyValueFormat"),
        ("FROM a\nENV API_KEY=b\nARG PUBLIC_KEY", "SecretsUsedInArgOrEnv"),
        ("FROM a\nWORKDIR b", "WorkdirRelativePath"),
        ("FROM a\nWORKDIR /b\nWORKDIR c", ""),
        ("FROM a\nUSER $X", "UndefinedVar"),
        ("FROM a\nARG X\nUSER $X", ""),
        ("FROM a$X", "UndefinedArgInFrom"),
        ("FROM --platform=arm64 a", "FromPlatformFlagConstDisallowed"),
        ("FROM --platform=arm64 a AS on-arm64", ""),
        ("FROM --platform=$TARGETPLATFORM a", "RedundantTargetPlatform"),
        ("FROM a\nEXPOSE 1:2/TCP", "ExposeInvalidFormat, ExposeProtoCasing"),
        ("FROM a AS b\nCMD x\nFROM c", ""),
    ],
)
def test_rules_of_buildkit_that_stop_the_build(lines: str, rules: str) -> None:
    expected = [f"lint violation found for rules: {rule}" for rule in rules.split(", ") if rule]
    assert messages(f"# check=error=true\n{lines}\n") == expected
    assert messages(f"# check=skip=all;error=true\n{lines}\n") == messages(f"{lines}\n") == []


def test_all_faults_of_a_file_are_named() -> None:
    text = (
        'FROM python:3.11-slim\nRUN --mnt=type=cache,target=/x true\nCOPY a\nENV A="b\n'
        'RUN --mount=type=cach,target=/y true\nCMD ["python"]\n'
    )
    document = parse(text)
    assert [(document.source.position(defect.offset).line, defect.message) for defect in defects(document)] == [
        (2, "unknown flag: --mnt (did you mean mount?)"),
        (3, f"COPY {DESTINATION}"),
        (4, 'failed to process "\\"b": unexpected end of statement while looking for matching double-quote'),
        (5, 'unsupported mount type "cach" (did you mean cache?)'),
    ]


def test_flags_are_read_with_the_escape_of_the_directive() -> None:
    document = parse("# escape=`\nFROM a\nRUN --mount=type=cache,target=C:\\cache dir\n")
    assert document.instructions[1].view.flags[0].value == "type=cache,target=C:\\cache"


def test_a_directive_may_follow_any_white_space() -> None:
    document = parse("#\u00a0escape=`\nFROM a\nRUN a `\n b\n")
    assert document.escape == "`"
    assert len(document.instructions) == 2


def test_a_fault_of_the_input_is_refused_and_one_that_a_variable_could_mend_can_be_forced() -> None:
    refused = dockerfix.rewrite("FROM a\nCOPY a\n")
    assert [finding.code for finding in refused.findings if finding.severity is Severity.ERROR] == ["DF003"]
    assert refused.refused
    unset = dockerfix.rewrite("ARG X\nFROM $X\n")
    (error,) = [finding for finding in unset.findings if finding.severity is Severity.ERROR]
    assert error.code == "DF010"
    assert error.message.startswith("base name ($X) should not be blank; nothing in this file sets `X`: ")
    assert (unset.refused, unset.ok, unset.internal) == (False, False, False)


def test_variables_that_expand_without_end_are_no_defect() -> None:
    growing = "".join(f"ENV A{number + 1}=$A{number}$A{number}\n" for number in range(40))
    assert messages(f"FROM a\nENV A0=0123456789\n{growing}") == []
