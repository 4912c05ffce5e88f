"""Landlock: which files a process may still read. What is not named is refused, and so is every
write (https://docs.kernel.org/userspace-api/landlock.html)."""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

from automem_graph.scaffold import kernel

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the same on all architectures
VERSION_FLAG = 1
PATH_BENEATH = 1
READ_FILE, READ_DIR = 1 << 2, 1 << 3
FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}  # how many rights an ABI knows; 5 and later: 16
TCP_BIND_CONNECT = 0b11  # from ABI 4
SCOPED = 0b11  # from ABI 6: no abstract unix sockets of others, no signals to others


def abi() -> int:
    """The kernel's Landlock ABI; 0 where there is none."""
    if sys.platform != "linux":
        return 0
    try:
        return kernel.syscall(CREATE_RULESET, 0, 0, VERSION_FLAG)
    except OSError:
        return 0


def confine(readable: Iterable[Path]) -> None:
    """Leave this process and its children only these files, and these folders' content, to read.

    Needs `no_new_privs` or root. What is open already stays open.
    """
    version = abi()
    attributes = struct.pack("=Q", (1 << FILE_RIGHTS[min(version, 5)]) - 1)
    if version >= 4:
        attributes += struct.pack("=Q", TCP_BIND_CONNECT)
    if version >= 6:
        attributes += struct.pack("=Q", SCOPED)
    buffer = ctypes.create_string_buffer(attributes, len(attributes))
    ruleset = kernel.syscall(CREATE_RULESET, kernel.address(buffer), len(attributes), 0)
    for path in readable:
        _allow(ruleset, path)
    kernel.syscall(RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)


def _allow(ruleset: int, path: Path) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    rights = READ_FILE | READ_DIR if path.is_dir() else READ_FILE
    rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, descriptor), 12)
    kernel.syscall(ADD_RULE, ruleset, PATH_BENEATH, kernel.address(rule), 0)
    os.close(descriptor)
