"""A network of its own for a piece of work: nothing but the loopback interface, so every port is free.

An App listens on fal's port, whatever else runs on the machine, and whatever it fetches by itself is missed at once.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import socket
import struct
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

CLONE_NEWNET = 0x40000000
SIOCSIFFLAGS = 0x8914
IFF_UP = 1
Answer = TypeVar("Answer")


def alone(work: Callable[[], Answer]) -> Answer:
    """Run `work` in a thread that has a network of its own; its sockets, threads and programs are in it too.

    Raises what `work` raises, and OSError where the kernel gives no network namespace.
    """

    def run() -> Answer:
        _leave()
        return work()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result()


def _leave() -> None:
    """Move the calling thread into a new network and bring up its loopback interface."""
    library = ctypes.CDLL(None, use_errno=True)
    if library.unshare(CLONE_NEWNET):
        number = ctypes.get_errno()
        raise OSError(number, f"no network namespace: {os.strerror(number)}")
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))
