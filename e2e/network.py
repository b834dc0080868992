"""The network of a container, which has nothing but the loopback interface: work is done in it from outside.

An App listens on fal's port, whatever else runs on the machine, and whatever it fetches by itself is missed at once.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import socket
import struct
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO, TypeVar

CLONE_NEWNET = 0x40000000
SIOCSIFFLAGS = 0x8914
IFF_UP = 1
PATIENCE = 5  # seconds
Answer = TypeVar("Answer")


def alone(work: Callable[[], Answer]) -> Answer:
    """Run `work` in a thread that has a network of its own; its sockets, threads and programs are in it too.

    Raises what `work` raises, and OSError where the kernel gives no network namespace.
    """
    return _apart(_leave, work)


def within(container: str, work: Callable[[], Answer]) -> Answer:
    """Run `work` in a thread that is in the network of a running container, named by its whole identifier.

    Raises what `work` raises, ProcessLookupError where the container is not here, and OSError where this program may
    not enter it.
    """
    with _network_of(container) as namespace:
        return _apart(lambda: _enter(namespace), work)


def _apart(move: Callable[[], None], work: Callable[[], Answer]) -> Answer:
    """Run `move` and `work` in a thread that ends then."""

    def run() -> Answer:
        move()
        return work()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result()


def runs(container: str) -> bool:
    """Whether a container has a process on this machine."""
    return _process_of(container) is not None


def _process_of(container: str) -> int | None:
    """A process of a container; its control group bears the container's name, whatever namespaces the daemon is in.

    One that is still in this program's own network is not there yet.
    """
    ours = Path("/proc/self/ns/net").readlink()
    for file in Path("/proc").glob("[0-9]*/cgroup"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            if container in file.read_text() and Path(file.parent, "ns/net").readlink() != ours:
                return int(file.parent.name)
    return None


def _network_of(container: str) -> BinaryIO:
    """Open the network of a container. While it starts, runc replaces its process twice, so this waits for one."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        process = _process_of(container)
        if process is not None:
            with contextlib.suppress(OSError):  # it has ended meanwhile
                return Path(f"/proc/{process}/ns/net").open("rb")
        time.sleep(0.05)
    raise ProcessLookupError(f"the container {container[:12]} has no process on this machine")


def _enter(namespace: BinaryIO) -> None:
    """Move the calling thread into a network."""
    library = ctypes.CDLL(None, use_errno=True)
    if library.setns(namespace.fileno(), CLONE_NEWNET):
        number = ctypes.get_errno()
        raise OSError(number, f"can't enter a container's network: {os.strerror(number)}")


def _leave() -> None:
    """Move the calling thread into a new network and bring up its loopback interface."""
    library = ctypes.CDLL(None, use_errno=True)
    if library.unshare(CLONE_NEWNET):
        number = ctypes.get_errno()
        raise OSError(number, f"no network namespace: {os.strerror(number)}")
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))
