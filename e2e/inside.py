"""Runs inside a built image with its own Python (3.8 on): compares the image with what cog.yaml asked for.

Reads the file named as its argument (JSON, see `e2e.check.expectations`) and prints a JSON list of what is wrong.
"""

import importlib
import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys

COG_NAMES = re.compile(r"(cog|coglet|tini|pget|monobase)([-_.].*)?|\.cog")
COG_FOLDERS = ("/opt/r8", "/dep")
NOT_LOOKED_AT = ("/proc", "/sys", "/dev")


def packaging(module):
    """A module of the package `packaging`; pip has one of its own where none is installed."""
    try:
        return importlib.import_module("packaging." + module)
    except ImportError:
        return importlib.import_module("pip._vendor.packaging." + module)


def packages(expected):
    """Every requirement of cog.yaml that applies here is installed in a version that it allows."""
    Requirement = packaging("requirements").Requirement  # noqa: N806 - a class

    for text in expected["requirements"]:
        requirement = Requirement(text)
        if requirement.marker and not requirement.marker.evaluate():
            continue
        try:
            version = importlib.metadata.version(requirement.name)
        except importlib.metadata.PackageNotFoundError:
            yield "package %s is not installed" % requirement.name
            continue
        if not requirement.specifier.contains(version, prereleases=True):
            found = "package %s is %s, wanted %s" % (requirement.name, version, requirement.specifier)
            rule = fal_rule(requirement, version)
            yield "note: %s, but fal needs %s" % (found, rule) if rule else found
    if expected.get("torch"):
        version = importlib.metadata.version("torch")
        if version.partition("+")[2] != expected["torch"]:
            yield "torch is %s, wanted one of the index %s" % (version, expected["torch"])


def fal_rule(asked, version):
    """What fal (or a package that it brings) demands of a package, where that excludes what the project asked for."""
    Requirement = packaging("requirements").Requirement  # noqa: N806 - a class
    canonicalize_name = packaging("utils").canonicalize_name

    seen, open_names = set(), ["fal"]
    while open_names:
        owner = open_names.pop()
        seen.add(owner)
        try:
            rules = [Requirement(text) for text in importlib.metadata.requires(owner) or ()]
        except importlib.metadata.PackageNotFoundError:
            continue
        for rule in rules:
            if rule.marker and not rule.marker.evaluate({"extra": ""}):
                continue
            wanted = canonicalize_name(rule.name)
            named = [clause.version.replace(".*", "") for clause in asked.specifier]
            possible = any(asked.specifier.contains(one) and rule.specifier.contains(one) for one in named)
            if wanted == canonicalize_name(asked.name) and rule.specifier.contains(version) and not possible:
                return "%s%s (%s)" % (rule.name, rule.specifier, owner)
            if wanted not in seen:
                open_names.append(wanted)
    return ""


def cog(expected):
    """Nothing of Cog is left, but for what the project itself keeps."""
    if expected["server"]:
        return
    for folder, folders, files in os.walk("/"):
        folders[:] = [name for name in folders if os.path.join(folder, name) not in NOT_LOOKED_AT]
        for name in folders + files:
            path = os.path.join(folder, name)
            if path in COG_FOLDERS or (COG_NAMES.fullmatch(name) and name not in expected["keeps"] + ["cog.yaml"]):
                yield "file of Cog: %s" % path
    for name in () if "cog" in expected["keeps"] else ("cog", "coglet"):
        try:
            yield "package of Cog: %s %s" % (name, importlib.metadata.version(name))
        except importlib.metadata.PackageNotFoundError:
            pass
    for name, value in os.environ.items():
        if name.startswith(("COG_", "R8_")) or (name == "CFLAGS" and value):
            yield "variable of Cog: %s=%s" % (name, value)


def place(expected):
    """Python, fal, the working directory, the import path and the environment."""
    if "%d.%d" % sys.version_info[:2] != expected["python"]:
        yield "python is %s, wanted %s" % (sys.version.split()[0], expected["python"])
    if not expected["server"]:
        for problem in sdk():
            yield problem
    if os.getcwd() != "/src":
        yield "the working directory is %s" % os.getcwd()
    for name in expected["files"]:
        if not os.path.exists(os.path.join("/src", name)):
            yield "/src/%s is missing" % name
    for name in expected["absent"]:
        if os.path.exists(os.path.join("/src", name)):
            yield "/src/%s is there, which fal's client does not upload" % name
    for name, value in expected["environment"].items():
        if os.environ.get(name) != value:
            yield "variable %s is %r, wanted %r" % (name, os.environ.get(name), value)
    if not shutil.which("curl"):
        yield "curl is missing"


def sdk():
    """The fal SDK can be imported, and /src is on the import path."""
    try:
        import fal

        if not hasattr(fal, "App"):
            yield "fal has no App"
    except Exception as error:
        yield "import fal: %s: %s" % (type(error).__name__, error)
    if "/src" not in sys.path:
        yield "/src is not on sys.path"


def conflicts(_expected):
    """What `pip check` says: a package that is missing is an error, one of another version than wanted a note."""
    command = [sys.executable, "-m", "pip", "check", "--disable-pip-version-check"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    lines = [line.strip() for line in done.stdout.decode(errors="replace").splitlines() if line.strip()]
    lines = [line for line in lines if done.returncode and not line.startswith("WARNING")]
    print("\npip:" + json.dumps(lines))
    for line in lines:
        yield "pip check: " + line if "not installed" in line else "note: pip check: " + line


def empty(_expected):
    """No real package stands on an empty one: what it does at run time would not be the real thing."""
    command = ["dpkg-query", "-W", "-f", "${Package}|${Version}|${Depends}, ${Pre-Depends}\n"]
    rows = [line.split("|", 2) for line in subprocess.check_output(command).decode().splitlines()]
    empties = {row[0] for row in rows if row[1] == "99:1"}
    for name, version, depends in rows:
        for choice in depends.split(",") if version != "99:1" else ():
            names = [re.split(r"[\s:(]", item.strip())[0] for item in choice.split("|")]
            if names[0] in empties:
                yield "%s depends on %s, which is empty here: take it off the list in standins.yaml" % (name, names[0])


def system(expected):
    """System packages are installed, under their name or another's, and the project's commands had their effects."""
    query = ["dpkg-query", "-W", "-f", "${db:Status-Status} ${Package}, ${Provides}\n"]
    lines = subprocess.check_output(query).decode().splitlines()
    provided = [item for line in lines if line.startswith("installed ") for item in line[10:].split(",")]
    installed = {re.split(r"[\s:(]", item.strip())[0] for item in provided}
    for name in expected["system"]:
        if name not in installed:
            yield "system package %s is not installed" % name
    for command in expected["commands"]:
        done = subprocess.run(command["run"], shell=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        output = done.stdout.decode(errors="replace")
        if done.returncode:
            yield "`%s` ended with %d: %s" % (command["run"], done.returncode, output.strip()[-300:])
        elif command.get("prints", "") not in output:
            yield "`%s` printed %r, wanted %r" % (command["run"], output[-300:], command["prints"])


def main():
    """Print what is wrong."""
    with open(sys.argv[1]) as file:
        expected = json.load(file)
    wrong = []
    for check in (place, cog, packages, conflicts, empty, system):
        try:
            wrong.extend(check(expected))
        except Exception as error:
            wrong.append("%s: %s: %s" % (check.__name__, type(error).__name__, error))
    print("\nresult:" + json.dumps(wrong))


main()
