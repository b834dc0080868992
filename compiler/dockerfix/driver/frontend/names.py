"""What Dockerfiles name, as BuildKit and its libraries read it: images, platforms, signals, ports, modes, sizes.

Each function raises ValueError, in BuildKit's words, for what is refused.
"""

from __future__ import annotations

from dockerfix.driver.frontend import go
from dockerfix.syntax.characters import go_quote
from dockerfix.text.lazy_patterns import lazy
from dockerfix.text.source import encode

# ---- images (github.com/distribution/reference: normalize.go, reference.go, regexp.go)

_COMPONENT = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_PATH = rf"{_COMPONENT}(?:/{_COMPONENT})*"
_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
_DOMAIN = rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?"
_DIGEST = r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}"
_REFERENCE = lazy(rf"{_DOMAIN}/({_PATH})(?::[0-9A-Za-z_][0-9A-Za-z_.-]{{0,127}})?(?:@({_DIGEST}))?")
_PLAIN = lazy(rf"{_COMPONENT}(?::[0-9A-Za-z_][0-9A-Za-z_.-]{{0,60}})?")
_IDENTIFIER = lazy(r"[a-f0-9]{64}")
_LONGEST_PATH = 255
_HUB = "docker.io"


def check_image(name: str) -> None:
    """The reference of an image."""
    if len(name) < _LONGEST_PLAIN and _PLAIN.fullmatch(name):
        return
    if _IDENTIFIER.fullmatch(name):
        raise ValueError(f"invalid repository name ({name}), cannot specify 64-byte hexadecimal strings")
    domain, rest = _divided(name)
    repository = rest.partition(":")[0]
    if repository.lower() != repository:
        raise ValueError(f"invalid reference format: repository name ({repository}) must be lowercase")
    found = _REFERENCE.fullmatch(f"{domain}/{rest}")
    if not found:
        is_upper = _REFERENCE.fullmatch(f"{domain}/{rest}".lower())
        raise ValueError("repository name must be lowercase" if is_upper else "invalid reference format")
    path, digest = found.groups()
    if len(path) > _LONGEST_PATH:
        raise ValueError(f"repository name must not be more than {_LONGEST_PATH} characters")
    if digest:
        check_digest(digest)


_LONGEST_PLAIN = 64


def _divided(name: str) -> tuple[str, str]:
    """The registry and the rest; the rest of a name without registry is completed as Docker Hub names it."""
    first, slash, rest = name.partition("/")
    if not slash:
        return _HUB, f"library/{name}"
    if first == "index.docker.io":
        first = _HUB
    elif not (first == "localhost" or "." in first or ":" in first or first.lower() != first):
        return _HUB, name
    return first, f"library/{rest}" if first == _HUB and "/" not in rest else rest


# ---- digests (github.com/opencontainers/go-digest)

_ANY_DIGEST = lazy(r"[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[a-zA-Z0-9=_-]+")
_HEX = lazy(r"[a-f0-9]*")
_DIGITS = {"sha256": 64, "sha384": 96, "sha512": 128}


def check_digest(text: str) -> None:
    """A checksum such as ``sha256:…``."""
    algorithm, _, encoded = text.partition(":")
    if not algorithm or not encoded:
        raise ValueError("invalid checksum digest format")
    if algorithm not in _DIGITS:
        known = _ANY_DIGEST.fullmatch(text)
        raise ValueError("unsupported digest algorithm" if known else "invalid checksum digest format")
    if len(encode(encoded)) != _DIGITS[algorithm]:
        raise ValueError("invalid checksum digest length")
    if not _HEX.fullmatch(encoded):
        raise ValueError("invalid checksum digest format")


# ---- platforms (github.com/containerd/platforms)

_SYSTEM_PATTERN = r"^([A-Za-z0-9_-]+)(?:\(([A-Za-z0-9_.%-]*)((?:\+[A-Za-z0-9_.%-]+)*)\))?$"
_SYSTEM = lazy(r"([A-Za-z0-9_-]+)(?:\(([A-Za-z0-9_.%-]*)((?:\+[A-Za-z0-9_.%-]+)*)\))?")
_PART_PATTERN = "^[A-Za-z0-9_.-]+$"
_PART = lazy(r"[A-Za-z0-9_.-]+")
_ESCAPE = lazy(r"%(?![0-9A-Fa-f]{2})(.{0,2})")
_SYSTEMS = frozenset([
    "aix", "android", "darwin", "dragonfly", "freebsd", "hurd", "illumos", "ios", "js", "linux", "nacl", "netbsd",
    "openbsd", "plan9", "solaris", "windows", "zos",
])  # fmt: skip
_ARCHITECTURES = frozenset([
    "386", "amd64", "amd64p32", "arm", "armbe", "arm64", "arm64be", "ppc64", "ppc64le", "loong64", "mips", "mipsle",
    "mips64", "mips64le", "mips64p32", "mips64p32le", "ppc", "riscv", "riscv64", "s390", "s390x", "sparc", "sparc64",
    "wasm",
])  # fmt: skip
_OTHER_NAMES = frozenset([
    "i386", "x86_64", "x86-64", "aarch64", "armhf", "armel",
])  # fmt: skip
_INVALID = "invalid argument"
_MOST_PARTS = 3


def system_of_platform(text: str) -> str:
    """The operating system of a platform such as ``linux/arm64/v8``, ``windows(10.0.17763)/amd64`` or ``arm64``."""
    shown = go_quote(text)
    if "*" in text:
        raise ValueError(f"{shown}: wildcards not yet supported: {_INVALID}")
    first, *others = text.split("/", _MOST_PARTS)
    found = _SYSTEM.fullmatch(first)
    if not found:
        what = f"{go_quote(first)} is an invalid OS component of {shown}: OSAndVersion specifier component"
        raise ValueError(f"{what} must match {go_quote(_SYSTEM_PATTERN)}: {_INVALID}")
    version, features = found[2] or "", found[3] or ""
    if broken := _ESCAPE.search(version):
        wrong = go_quote(f"%{broken[1]}")
        raise ValueError(f"{shown} has an invalid OS version {go_quote(version)}: invalid URL escape {wrong}")
    for feature in features.split("+")[1:]:
        if broken := _ESCAPE.search(feature):
            wrong = f"invalid os feature {go_quote(feature)}: invalid URL escape {go_quote('%' + broken[1])}"
            raise ValueError(f"{shown} has invalid OS features: {wrong}")
    for part in others:
        if not _PART.fullmatch(part):
            what = f"{go_quote(part)} is an invalid component of {shown}: platform specifier component"
            raise ValueError(f"{what} must match {go_quote(_PART_PATTERN)}: {_INVALID}")
    if len(others) >= _MOST_PARTS:
        raise ValueError(f"{shown}: cannot parse platform specifier: {_INVALID}")
    system = found[1].lower().replace("macos", "darwin") if found[1].lower() == "macos" else found[1].lower()
    if others or system in _SYSTEMS:
        return system
    if first.lower() in _ARCHITECTURES or first.lower() in _OTHER_NAMES:
        return "linux"
    raise ValueError(f"{shown}: unknown operating system or architecture: {_INVALID}")


# ---- signals (github.com/moby/sys/signal: signal.go, signal_linux.go)

_SIGNALS = frozenset([
    "ABRT", "ALRM", "BUS", "CHLD", "CLD", "CONT", "FPE", "HUP", "ILL", "INT", "IO", "IOT", "KILL", "PIPE", "POLL",
    "PROF", "PWR", "QUIT", "SEGV", "STKFLT", "STOP", "SYS", "TERM", "TRAP", "TSTP", "TTIN", "TTOU", "URG", "USR1",
    "USR2", "VTALRM", "WINCH", "XCPU", "XFSZ", "RTMIN", "RTMAX",
])  # fmt: skip
_REAL_TIME = lazy(r"RTMIN\+(?:[1-9]|1[0-5])|RTMAX-(?:[1-9]|1[0-4])")


def check_signal(text: str) -> None:
    """A signal by its number or name."""
    try:
        valid = go.parse_int(text) != 0
    except ValueError:
        name = text.upper().removeprefix("SIG")
        valid = name in _SIGNALS or _REAL_TIME.fullmatch(name) is not None
    if not valid:
        raise ValueError(f"invalid signal: {text}")


# ---- ports (dockerfile2llb/convert_expose.go)

_PROTOCOLS = ("", "tcp", "udp", "sctp")
_LAST_PORT = 65_535
_ADDRESS_IN_BRACKETS = lazy(r"\[([^\[\]]*)\]")


def check_port(text: str) -> None:
    """What EXPOSE takes: ``[address:][host port:]port[-port][/protocol]``."""
    if text.isascii() and text.isdigit() and len(text) < len(str(_LAST_PORT)):
        return
    *before, last = text.split(":")
    address, host_port = ":".join(before[:-1]), before[-1] if before else ""
    port, _, protocol = last.partition("/")
    if not port:
        raise ValueError(f"invalid port: {go_quote(text)}: no port specified")
    if protocol.lower() not in _PROTOCOLS:
        raise ValueError(f"invalid port: {go_quote(text)}: invalid proto: {protocol}")
    if address:
        _check_address(address)
    size = _port_range(port, f"invalid containerPort: {port}")
    if host_port and size not in (0, _port_range(host_port, f"invalid hostPort: {host_port}")):
        raise ValueError(f"invalid ranges specified for container and host Ports: {port} and {host_port}")


def _check_address(text: str) -> None:
    found = _ADDRESS_IN_BRACKETS.fullmatch(text)
    if text.startswith("[") and not found:
        missing = "port" if "]" in text else "']'"
        raise ValueError(f"invalid IP address {text}: address {text}:: missing {missing} in address")
    address = found[1] if found else text
    if not address:
        return
    from ipaddress import ip_address

    try:
        valid = "%" not in address and bool(ip_address(address))
    except ValueError:
        valid = False
    if not valid:
        raise ValueError(f"invalid IP address: {address}")


def _port_range(text: str, message: str) -> int:
    """How many ports follow the first one of a range."""
    first, dash, last = text.partition("-")
    start = _port(first, message)
    end = start if not dash or first == last else _port(last, message)
    if end < start:
        raise ValueError(message)
    return end - start


def _port(text: str, message: str) -> int:
    try:
        number = go.parse_int(text)
    except ValueError:
        raise ValueError(message) from None
    if not 0 <= number <= _LAST_PORT:
        raise ValueError(message)
    return number


# ---- file modes (dockerfile2llb/convert_copy.go, github.com/tonistiigi/dchapes-mode)

_CLAUSE = r"[augo]*(?:[-+=][rstwXxugo]*)+"
_SYMBOLIC_MODE = lazy(rf"{_CLAUSE}(?:,{_CLAUSE})*")
_LARGEST_MODE = 0o7777


def check_mode(text: str) -> None:
    """The value of ``--chmod``: octal, or symbolic as for chmod(1)."""
    octal = f"invalid chmod parameter: '{text}'. it should be octal string and between 0 and 07777"
    try:
        number = go.parse_uint(text, 8)
    except ValueError:
        if text[:1].isdecimal() and text[:1].isascii():
            raise ValueError(octal) from None
        if not _SYMBOLIC_MODE.fullmatch(text):
            raise ValueError("invalid syntax") from None
        return
    if number > _LARGEST_MODE:
        raise ValueError(octal)


# ---- sizes (github.com/docker/go-units: size.go, RAMInBytes)

_SIZE = lazy(r"(.*[0-9. ])([^0-9. ]*)", 16)
_SUFFIX = lazy(r"b|[kmgtp](?:i?b)?")


def check_size(text: str) -> None:
    """A size in bytes such as ``1g`` or ``0.5 MiB``."""
    found = _SIZE.fullmatch(text)
    if not found:
        raise ValueError(f"invalid size: '{text}'")
    number, suffix = found.groups()
    if not go.parse_float(number.removesuffix(" ")) >= 0 and "nan" not in number.lower():
        raise ValueError(f"invalid size: '{text}'")
    if suffix and not _SUFFIX.fullmatch(suffix.lower()):
        raise ValueError(f"invalid suffix: '{suffix}'")
