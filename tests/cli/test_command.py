"""The main command: what it reads, writes and says, and with which code it ends."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from commands import COG_YAML, DOCKERFILE, Done, Here, environment, here, project, run
from dockerfix.cli import parallel

__all__ = ["here", "project"]

PLAIN = "FROM python:3.11-slim\nRUN echo hello\n"


def text_of(folder: Path) -> str:
    return (folder / "Dockerfile").read_text()


class TestExitCodes:
    """Each code through the installed command, with both streams."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        (tmp_path / "cog.yaml").write_text(COG_YAML)
        (tmp_path / "Dockerfile").write_text(DOCKERFILE)
        return tmp_path

    def test_0_when_done(self, folder: Path) -> None:
        done = run(stdin=DOCKERFILE.encode(), cwd=folder)
        assert done.code == 0
        assert b"'requests==2.32.3'" in done.out
        assert b"'fal==" in done.out
        assert b".cog/" not in done.out
        *_, counts, following = done.err.splitlines()
        assert counts.startswith("dockerfix: rewritten, ")
        assert following == "next: `dockerfix migrate` writes what else the model needs on fal"
        lines = run("-v", stdin=DOCKERFILE.encode(), cwd=folder).err.splitlines()
        assert "<stdin>:6:1: DF104 removes the CMD that starts Cog's server" in lines
        assert run("-q", cwd=folder, stdin=done.out) == (0, done.out, "")

    def test_1_when_something_is_found(self, folder: Path) -> None:
        done = run("--check", "Dockerfile", cwd=folder)
        assert (done.code, done.out) == (1, b"")
        assert done.err.splitlines()[-2].startswith("dockerfix: would be rewritten, ")
        (folder / "cog.yaml").unlink()
        done = run("Dockerfile", "-o", "new", cwd=folder)
        assert (done.code, done.out) == (1, b"")
        assert "Dockerfile:3:1: DF201 error: " in done.err
        assert "`dockerfix explain DF201`" in done.err
        assert done.err.splitlines()[-1].startswith("dockerfix: not written, 1 error")
        assert not (folder / "new").exists()

    def test_2_when_used_wrongly(self, folder: Path) -> None:
        done = run("--chek", "Dockerfile", cwd=folder)
        assert (done.code, done.out) == (2, b"")
        assert done.err.startswith("Usage: dockerfix [OPTIONS] [FILE]...\n")
        assert "--chek" in done.err.splitlines()[-1]
        assert "--check" in done.err.splitlines()[-1]

    def test_3_when_the_input_is_refused(self, folder: Path) -> None:
        done = run(cwd=folder)
        assert (done.code, done.out) == (3, b"")
        assert done.err.startswith("<stdin>:1:1: DF001 error: the input is empty; did `cog debug` fail?\n")

    def test_4_when_the_gate_stops_the_result(self, folder: Path) -> None:
        # a pass that is never content: each run adds another line
        broken = """
import sys
from dockerfix.passes import drop_server
from dockerfix.text.edits import Edit
from dockerfix.text.findings import Finding
from dockerfix.text.source import Span

def never_content(document, context):
    yield Finding("DF104", Span(0, 0), "one more line", (Edit(Span(0, 0), "# again\\n"),))

drop_server.drop_server = never_content
from dockerfix.cli import main
sys.argv = ["dockerfix", *sys.argv[1:]]
main()
"""
        done = run_python(broken, "-i", "Dockerfile", cwd=folder)
        assert (done.code, done.out) == (4, b"")
        assert "DF008 error: a second run would change the result: DF104; nothing was written" in done.err
        assert text_of(folder) == DOCKERFILE
        done = run_python(
            broken.replace("yield Finding", "raise RuntimeError('oh'); yield Finding"), "-i", "Dockerfile", cwd=folder
        )
        assert done == (
            4,
            b"",
            "dockerfix: Dockerfile: internal error: RuntimeError: oh; nothing was written; "
            "please report this with what `dockerfix bug-report Dockerfile` prints\n",
        )
        assert text_of(folder) == DOCKERFILE


def run_python(script: str, *arguments: str, cwd: Path) -> Done:
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        capture_output=True,
        stdin=subprocess.DEVNULL,
        cwd=cwd,
        env=environment(),
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr.decode())


class TestResult:
    def test_output_is_written_to_a_file(self, project: Here) -> None:
        done = project("Dockerfile", "-o", "new")
        assert (done.code, done.out) == (0, b"")
        assert (project.folder / "new").read_bytes() == project("-q", "Dockerfile", "-o", "-").out
        assert text_of(project.folder) == DOCKERFILE

    def test_in_place_changes_the_file_once(self, project: Here) -> None:
        expected = project("-q", "Dockerfile").out
        done = project("-i", "Dockerfile")
        assert (done.code, done.out) == (1, b"")
        assert text_of(project.folder).encode() == expected
        done = project("-i", "Dockerfile")
        assert (done.code, done.out, done.err) == (0, b"", "dockerfix: unchanged\n")

    def test_in_place_keeps_what_is_under_the_comment_of_a_block(self, project: Here) -> None:
        project("-i", "Dockerfile")
        lines = text_of(project.folder).split("\n")
        at = next(number for number, line in enumerate(lines) if line.startswith("# dockerfix[DF302]"))
        lines[at + 1] = "USER own"
        (project.folder / "Dockerfile").write_text("\n".join(lines))
        assert project("-i", "Dockerfile").code == 1
        assert "\n# dockerfix[DF302]: /src on Python's path\nUSER own\n" in text_of(project.folder)
        done = project("-i", "Dockerfile")
        assert done.code == 0
        assert "DF115 warning: this comment is not above a block" in done.err

    def test_check_writes_nothing(self, project: Here) -> None:
        assert project("--check", "Dockerfile").code == 1
        assert text_of(project.folder) == DOCKERFILE
        project("-i", "Dockerfile")
        assert project("--check", "Dockerfile").code == 0

    def test_diff_alone_is_no_failure(self, project: Here) -> None:
        done = project("--diff", "Dockerfile")
        assert done.code == 0
        assert done.out.startswith(b"--- a/Dockerfile\n+++ b/Dockerfile\n@@ -1,7 +1,")
        assert b"-EXPOSE 5000\n" in done.out
        assert text_of(project.folder) == DOCKERFILE
        assert project("--diff", "--check", "Dockerfile")[:2] == (1, done.out)
        project("-i", "Dockerfile")
        assert project("--diff", "--check", "Dockerfile")[:2] == (0, b"")

    def test_against_a_file_that_is_up_to_date(self, project: Here) -> None:
        project("Dockerfile", "-o", "committed")
        done = project("--against", "committed", stdin=DOCKERFILE.encode())
        assert (done.code, done.out) == (0, b"")
        assert re.fullmatch(r"dockerfix: committed is up to date, \d+ notes", done.err.splitlines()[-1])
        assert "rewritten" not in done.err
        assert project("--against", "committed", "committed").err.startswith("dockerfix: committed is up to date")

    def test_against_a_stale_file(self, project: Here) -> None:
        project("Dockerfile", "-o", "committed")
        path = project.folder / "committed"
        fresh = path.read_bytes()
        path.write_bytes(fresh.replace(b"WORKDIR /src\n", b"WORKDIR /app\n"))
        done = project("--against", "committed", stdin=DOCKERFILE.encode())
        assert done.code == 1
        assert b"\n-WORKDIR /app\n+WORKDIR /src\n" in done.out
        line = fresh.decode().split("\n").index("WORKDIR /src") + 1
        assert (
            f"committed:{line}:1: DF005 error: this file is stale: it differs from the current result for <stdin>"
            in (done.err)
        )
        assert done.err.splitlines()[-1].startswith("dockerfix: committed is stale, 1 error")
        assert b"WORKDIR /app" in path.read_bytes()

    def test_against_nothing(self, project: Here) -> None:
        done = project("--against", "missing", "Dockerfile")
        assert (done.code, done.err) == (3, "dockerfix: cannot read missing: No such file or directory\n")

    def test_against_says_nothing_of_what_could_not_be_made(self, project: Here) -> None:
        project.write("committed", "FROM a\n")
        (project.folder / "cog.yaml").unlink()
        done = project("--against", "committed", "Dockerfile")
        assert (done.code, done.out) == (1, b"")
        assert "DF005" not in done.err

    def test_what_is_not_cogs_stays(self, here: Here) -> None:
        source = b"\xef\xbb\xbf# caf\xe9 \xff\r\nFROM python:3.11-slim\r\nRUN a\0b\tc\r\nLABEL x=y"
        here.write("Dockerfile", source)
        done = here("Dockerfile")
        assert (done.code, done.out) == (0, source)
        assert "DF009 no Cog or dockerfix content found" in done.err
        assert here("-i", "Dockerfile").code == 0
        assert (here.folder / "Dockerfile").read_bytes() == source

    def test_bytes_that_are_no_text_survive_a_rewrite(self, project: Here) -> None:
        project.write("Dockerfile", DOCKERFILE.encode().replace(b"WORKDIR", b"# \xff\xfe\xe9 \0\r\nWORKDIR"))
        done = project("-q", "Dockerfile")
        assert done.code == 0
        assert b"# \xff\xfe\xe9 \0\r\n" in done.out


class TestManyFiles:
    @pytest.fixture
    def folders(self, here: Here) -> list[str]:
        """Projects whose packages differ, a file that isn't Cog's, and one that can't be read."""
        for name in ("one", "two"):
            here.write(f"{name}/cog.yaml", COG_YAML.replace("requests==2.32.3", f"{name}==1"))
            here.write(f"{name}/Dockerfile", DOCKERFILE)
        here.write("plain/Dockerfile", PLAIN)
        return ["one/Dockerfile", "plain/Dockerfile", "two/Dockerfile"]

    def test_each_has_its_own_project(self, here: Here, folders: list[str]) -> None:
        done = here("-i", *folders)
        assert (done.code, done.out) == (1, b"")
        assert "'one==1'" in (here.folder / folders[0]).read_text()
        assert (here.folder / folders[1]).read_text() == PLAIN
        assert "'two==1'" in (here.folder / folders[2]).read_text()
        assert done.err.splitlines()[-1].startswith("dockerfix: 2 of 3 files rewritten, ")
        assert "one/Dockerfile: rewritten, 7 notes\n" in done.err
        assert "plain/Dockerfile" not in done.err
        assert here("-i", *folders).code == 0

    @pytest.mark.parametrize(
        ("files", "wanted", "processors", "processes"),
        [(99, 0, 8, 1), (100, 0, 8, 2), (400, 0, 4, 4), (400, 0, 1, 1), (3, 2, 8, 2), (3, 9, 8, 3), (400, 1, 8, 1)],
    )
    def test_processes_are_as_many_as_pay(
        self, monkeypatch: pytest.MonkeyPatch, files: int, wanted: int, processors: int, processes: int
    ) -> None:
        started = [1]

        class Executor:
            def __init__(self, count: int, initializer: object) -> None:
                started.append(count)

            def map(self, function: Any, *given: Any, chunksize: int) -> Iterator[Any]:
                return map(function, *given)

            def shutdown(self, *, wait: bool = True, cancel_futures: bool = False) -> None:
                assert wait  # what a thread still writes while the interpreter exits may be a traceback

        monkeypatch.setattr("concurrent.futures.ProcessPoolExecutor", Executor)
        monkeypatch.setattr("os.sched_getaffinity", lambda _process: set(range(processors)), raising=False)
        monkeypatch.setattr(parallel, "process", lambda job, data: (job, data))
        jobs: Any = range(files)
        assert list(parallel.run(jobs, [None] * files, wanted)) == [(job, None) for job in jobs]
        assert started[-1] == processes

    def test_several_processes_do_the_same(self, here: Here, folders: list[str]) -> None:
        one = here("--check", "-j1", *folders)
        assert here("--check", "-j3", *folders) == one
        assert one.code == 1
        assert one.err.splitlines()[-1].startswith("dockerfix: 2 of 3 files would be rewritten, ")

    def test_one_bad_file_does_not_stop_the_others(self, here: Here, folders: list[str]) -> None:
        here.write("empty/Dockerfile", "")
        done = here("-i", "nowhere/Dockerfile", "empty/Dockerfile", *folders)
        assert done.code == 3
        assert "dockerfix: cannot read nowhere/Dockerfile: No such file or directory\n" in done.err
        assert "empty/Dockerfile:1:1: DF001 error: " in done.err
        assert done.err.splitlines()[-1].startswith("dockerfix: 2 of 5 files rewritten, 2 not written, 2 errors, ")
        assert "'two==1'" in (here.folder / folders[2]).read_text()

    def test_diffs_follow_each_other(self, here: Here, folders: list[str]) -> None:
        done = here("--diff", *folders)
        assert done.code == 0
        assert [line for line in done.out.split(b"\n") if line.startswith(b"+++")] == [
            b"+++ b/one/Dockerfile",
            b"+++ b/two/Dockerfile",
        ]

    def test_a_file_named_twice_is_one_file(self, here: Here, folders: list[str]) -> None:
        done = here("--check", folders[0], folders[0])
        assert done.err.splitlines()[-2].startswith("dockerfix: would be rewritten, ")

    def test_an_error_of_ours_stops_only_its_file(
        self, here: Here, folders: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from dockerfix.driver import rewrite

        sound = rewrite.rewrite

        def fragile(source: bytes, **rest: object) -> rewrite.Result:
            if rest["project"] == Path("one"):
                raise RuntimeError("oh dear")
            return sound(source, **rest)  # type: ignore[arg-type]

        monkeypatch.setattr(rewrite, "rewrite", fragile)
        done = here("-i", *folders)
        assert done.code == 4
        assert (
            "dockerfix: one/Dockerfile: internal error: RuntimeError: oh dear; nothing was written; please report this"
            in done.err
        )
        assert (here.folder / folders[0]).read_text() == DOCKERFILE
        assert "'two==1'" in (here.folder / folders[2]).read_text()


class TestUsage:
    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["-i", "-o", "x", "f"], "-i/--in-place and -o/--output can't be combined"),
            (["-i", "--check", "f"], "-i/--in-place and --check/--diff can't be combined"),
            (["-i", "--diff", "f"], "-i/--in-place and --check/--diff can't be combined"),
            (["-o", "x", "--diff", "f"], "-o/--output and --check/--diff can't be combined"),
            (["--against", "x", "--diff", "f"], "--check/--diff and --against can't be combined"),
            (["-i"], "--in-place can't rewrite standard input"),
            (["-i", "f", "-"], "--in-place can't rewrite standard input"),
            (["f", "g"], "several FILEs require --in-place, --check or --diff"),
            (["f", "g", "-o", "x"], "several FILEs require --in-place, --check or --diff"),
            (["--config", "x", "--no-config"], "--config and --no-config can't be combined"),
            (["--keep", "tini", "--drop", "tini,pget"], "`tini` is given to both --keep and --drop"),
            (["--keep", "tinny"], "unknown construct `tinny` for `keep`; did you mean `tini`?"),
            (["--drop", "xyz"], "choose from cog-base, cog-base-extras, pget, tini"),
            (["--ignore", "DF999"], "unknown code `DF999`"),
            (["--ignore", "df104"], "unknown code `df104`; did you mean `DF104`?"),
            (["--select", "drop-tini"], "unknown code `drop-tini`; did you mean `DF102`?"),
            (
                ["--output-format", "xml"],
                "'xml' is not one of 'full', 'concise', 'grouped', 'json', 'sarif', 'github', 'gitlab'",
            ),
            (["--fail-on", "never"], "'never' is not one of 'error', 'warning', 'note'"),
            (["--target", "k8s"], "'k8s' is not one of 'app', 'server'"),
            (["--fal-version", "1;rm"], "`1;rm` is not a version such as 1.2.3"),
            (["-j", "-1"], "must be a whole number, 0 or greater (got `-1`)"),
            (["--jobs", "many"], "must be a whole number, 0 or greater (got `many`)"),
        ],
    )
    def test_what_does_not_go(self, project: Here, arguments: list[str], message: str) -> None:
        done = project(*arguments, stdin=DOCKERFILE.encode())
        assert (done.code, done.out) == (2, b"")
        assert done.err.startswith("Usage: dockerfix [OPTIONS] [FILE]...\n")
        assert message in done.err.splitlines()[-1]

    def test_a_subcommand_has_its_own_usage(self, here: Here) -> None:
        done = here("tree", "--nope")
        assert done.code == 2
        assert done.err.startswith("Usage: dockerfix tree [OPTIONS] [FILE]\n")


class TestCommandsOfOthers:
    @pytest.mark.parametrize(
        ("words", "meant"),
        [
            (["check", "."], "dockerfix --check FILE"),
            (["fix"], "dockerfix -i FILE"),
            (["check", "Dockerfile", "-q"], "dockerfix --check FILE"),
            (["migrat"], "dockerfix migrate"),
            (["explian", "DF101"], "dockerfix explain"),
            (["Lint"], "dockerfix --check FILE"),
        ],
    )
    def test_what_was_meant(self, project: Here, words: list[str], meant: str) -> None:
        done = project(*words)
        assert (done.code, done.out) == (2, b"")
        assert f"there is no command and no file `{words[0]}`; did you mean `{meant}`?" in done.err

    def test_a_file_is_a_file(self, project: Here) -> None:
        project.write("check", DOCKERFILE)
        assert project("check").code == 0
        assert "cannot read Dockerfil: No such file" in project("Dockerfil").err


class TestOptions:
    def test_cog_yaml_elsewhere(self, project: Here) -> None:
        project.write("other/model.yaml", COG_YAML.replace("requests==2.32.3", "other==1"))
        done = project("-q", "--cog-yaml", "other/model.yaml", "Dockerfile")
        assert done.code == 0
        assert b"'other==1'" in done.out

    def test_project_elsewhere(self, project: Here) -> None:
        project.write("elsewhere/Dockerfile", DOCKERFILE)
        for words in ([], ["--project", "."]):  # without a cog.yaml beside it, that of the working directory counts
            done = project("-q", *words, "elsewhere/Dockerfile")
            assert done.code == 0
            assert b"'requests==2.32.3'" in done.out
        project.write("elsewhere/cog.yaml", COG_YAML.replace("requests==2.32.3", "other==1"))
        assert b"'other==1'" in project("-q", "elsewhere/Dockerfile").out

    def test_a_missing_project_is_said(self, project: Here) -> None:
        done = project("--project", "nowhere", "Dockerfile")
        assert (done.code, done.out) == (3, b"")
        assert "DF004 error: nowhere: no such folder" in done.err

    def test_requirements(self, project: Here) -> None:
        (project.folder / "cog.yaml").unlink()
        project.write("docker/needs.txt", "flask==3.0.0\n")
        done = project("-q", "--requirements", "docker/needs.txt", "Dockerfile")
        assert done.code == 0
        assert b"\nCOPY docker/needs.txt " in done.out
        assert b"requests" not in done.out

    def test_requirements_outside_of_the_project(self, project: Here, tmp_path_factory: pytest.TempPathFactory) -> None:
        outside = tmp_path_factory.mktemp("outside") / "needs.txt"
        outside.write_text("flask\n")
        done = project("--requirements", outside, "Dockerfile")
        assert done.code == 2
        assert "is outside the project .; a build can copy only files of the project" in done.err

    def test_missing_requirements(self, project: Here) -> None:
        done = project("--requirements", "needs.txt", "Dockerfile")
        assert (done.code, done.out) == (3, b"")
        assert done.err == "dockerfix: cannot read needs.txt: No such file or directory\n"

    def test_keep(self, project: Here) -> None:
        tini = 'ENTRYPOINT ["/sbin/tini", "--"]\n'
        project.write("Dockerfile", DOCKERFILE.replace("EXPOSE", tini + "EXPOSE"))
        assert tini.encode() not in project("-q", "Dockerfile").out
        assert tini.encode() in project("-q", "--keep", "pget,tini", "Dockerfile").out

    def test_select_and_ignore(self, project: Here) -> None:
        selected = project("-v", "--select", "DF104", "Dockerfile")
        assert {line.split()[1] for line in selected.err.splitlines()[:-2]} == {"DF104"}
        ignored = project("-v", "--ignore", "DF1,DF3", "Dockerfile")
        codes = {line.split()[1] for line in ignored.err.splitlines()[:-2]}
        assert codes
        assert not any(code.startswith(("DF1", "DF3")) for code in codes)

    def test_ignore_hides_general_notes_too(self, here: Here) -> None:
        assert "DF009" in here(stdin=PLAIN.encode()).err
        assert here("--ignore", "DF009", stdin=PLAIN.encode()).err == "dockerfix: unchanged\n"

    def test_fal_version(self, project: Here) -> None:
        assert b"'fal==1.2.3'" in project("-q", "--fal-version", "1.2.3", "Dockerfile").out

    def test_target(self, project: Here) -> None:
        done = project("-q", "--target", "server", "Dockerfile")
        assert b"\nEXPOSE " in done.out

    def test_fail_on(self, project: Here) -> None:
        assert project("--fail-on", "warning", "Dockerfile").code == 0
        done = project("--fail-on", "note", "Dockerfile")
        assert (done.code, done.out) == (1, b"")
        assert done.err.splitlines()[-1].startswith("dockerfix: not written, ")

    def test_force_writes_in_spite_of_errors(self, project: Here) -> None:
        (project.folder / "cog.yaml").unlink()
        assert project("-q", "Dockerfile")[:2] == (1, b"")
        done = project("-q", "--force", "Dockerfile")
        assert done.code == 1
        assert b"'fal==" in done.out
        assert b"RUN pip install -r /tmp/requirements.txt\n" in done.out

    def test_force_writes_nothing_of_what_was_refused(self, project: Here) -> None:
        assert project("--force", stdin=b"not a Dockerfile\n")[:2] == (3, b"")
        assert project("--force", stdin=(DOCKERFILE + "RNU x\n").encode())[:2] == (3, b"")
        project.write("cog.yaml", "build: [")
        assert project("--force", "Dockerfile")[:2] == (3, b"")

    def test_force_has_a_gate_too(self, project: Here, monkeypatch: pytest.MonkeyPatch) -> None:
        from dockerfix.driver import defects

        (project.folder / "cog.yaml").unlink()
        sound, odd = defects.defects, [defects.Defect("odd", 0)]
        monkeypatch.setattr(
            defects, "defects", lambda document: [*sound(document), *(odd if "fal==" in document.text else [])]
        )
        done = project("--force", "Dockerfile")
        assert (done.code, done.out) == (4, b"")
        assert "DF008 error: BuildKit would reject the result, or a second run would change it" in done.err

    def test_verify_asks_a_second_reader(self, project: Here, monkeypatch: pytest.MonkeyPatch) -> None:
        from dockerfix.driver import cross_check

        assert project("-q", "--verify", "Dockerfile")[0] == 0
        monkeypatch.setattr(cross_check, "disagreements", lambda _document: ["line 1: it reads `b`"])
        assert project("-q", "Dockerfile").code == 0
        done = project("-q", "--verify", "Dockerfile")
        assert (done.code, done.out) == (4, b"")
        assert (
            "DF006 error: dockerfile-parse reads the result differently: line 1: it reads `b`; nothing was written"
            in done.err
        )

    def test_quiet_tells_only_errors(self, project: Here) -> None:
        assert project("-q", "-i", "Dockerfile") == (1, b"", "")
        assert project("--quiet", stdin=b"").err.startswith("<stdin>:1:1: DF001 error: ")


class TestWhatCannotBeRead:
    """One clear line, and files as they were."""

    def test_a_huge_file(self, here: Here) -> None:
        with (here.folder / "huge").open("wb") as stream:
            stream.truncate(100 << 20)
        assert here("-i", "huge") == (3, b"", "dockerfix: cannot read huge: it is larger than 10 MiB\n")
        assert (here.folder / "huge").stat().st_size == 100 << 20

    def test_huge_standard_input(self, here: Here) -> None:
        done = here(stdin=bytes((10 << 20) + 1))
        assert done == (3, b"", "dockerfix: cannot read standard input: it is larger than 10 MiB\n")

    def test_utf_16(self, here: Here) -> None:
        done = here(stdin=PLAIN.encode("utf-16"))
        assert (done.code, done.out) == (3, b"")
        assert done.err.startswith("dockerfix: cannot read standard input: it is UTF-16, as PowerShell's `>` writes; ")

    def test_what_is_no_dockerfile(self, here: Here) -> None:
        done = here(stdin=b"\x7fELF\0\x1b[2J\n")
        assert (done.code, done.out) == (3, b"")
        assert "DF002 error: not a Dockerfile" in done.err
        assert "\x1b" not in done.err
        assert "\0" not in done.err

    def test_what_buildkit_rejects(self, project: Here) -> None:
        done = project(stdin=(DOCKERFILE + "RNU x\n").encode())
        assert (done.code, done.out) == (3, b"")
        message = "unknown instruction: `RNU` (did you mean RUN?)"
        assert f"<stdin>:8:1: DF003 error: {message}\n  8 | RNU x\n    | ^\n" in done.err

    @pytest.mark.parametrize(
        ("text", "message"),
        [("build: [", "not valid YAML"), ("build:\n  gpu: 7\n", "cog.yaml:2"), ("a: \x01", "control character U+0001")],
    )
    def test_a_bad_cog_yaml(self, project: Here, text: str, message: str) -> None:
        project.write("cog.yaml", text)
        done = project("-i", "Dockerfile")
        assert (done.code, done.out) == (3, b"")
        assert "DF004 error: " in done.err
        assert message in done.err
        assert text_of(project.folder) == DOCKERFILE


class TestInPlace:
    """A file is replaced as a whole, and what it was otherwise it stays."""

    def test_mode_and_link_stay(self, project: Here) -> None:
        path = project.folder / "Dockerfile"
        path.chmod(0o640)
        link = project.folder / "link"
        link.symlink_to("Dockerfile")
        assert project("-i", "link").code == 1
        assert link.is_symlink()
        assert path.stat().st_mode & 0o7777 == 0o640
        assert "'fal==" in path.read_text()
        assert sorted(entry.name for entry in project.folder.iterdir()) == [
            ".git",
            "Dockerfile",
            "cog.yaml",
            "link",
            "predict.py",
        ]

    def test_an_unchanged_file_is_not_touched(self, project: Here) -> None:
        project("-i", "Dockerfile")
        path = project.folder / "Dockerfile"
        before = path.stat()
        assert project("-i", "Dockerfile").code == 0
        after = path.stat()
        assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)

    def test_a_folder_that_takes_no_file(self, project: Here) -> None:
        done = project("Dockerfile", "-o", "predict.py/new")
        assert done == (3, b"", done.err)
        assert done.err.splitlines()[-1] == "dockerfix: cannot write predict.py/new: Not a directory"

    def test_a_folder_as_output(self, project: Here) -> None:
        done = project("-q", "Dockerfile", "-o", ".")
        assert (done.code, done.err) == (3, "dockerfix: cannot write .: it is a folder\n")

    def test_a_file_system_without_room(self, project: Here) -> None:
        if not Path("/dev/full").exists():
            pytest.skip("no /dev/full")
        done = project("-q", "Dockerfile", "-o", "/dev/full")
        assert (done.code, done.err) == (3, "dockerfix: cannot write /dev/full: No space left on device\n")
