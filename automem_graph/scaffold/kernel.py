"""The few calls to the Linux kernel that the standard library does not wrap."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
PR_SET_SECCOMP = 22
PR_SET_NO_NEW_PRIVS = 38

if sys.platform == "linux":
    _libc = ctypes.CDLL(None, use_errno=True)
    # Resolved now: once the fence is up, no symbol can be looked up any more.
    _prctl, _syscall = _libc.prctl, _libc.syscall
    _syscall.restype = ctypes.c_long


def prctl(option: int, first: int = 0, second: int = 0) -> None:
    """Set a property of this process; OSError where the kernel refuses."""
    # Five longs: the kernel insists that the unused ones are zero.
    if _prctl(option, *map(ctypes.c_long, (first, second, 0, 0))) != 0:
        raise _error(f"prctl {option}")


def syscall(number: int, *arguments: int) -> int:
    """A system call by number; OSError where the kernel refuses."""
    result = int(_syscall(*map(ctypes.c_long, (number, *arguments))))
    if result < 0:
        raise _error(f"system call {number}")
    return result


def address(content: ctypes.Array[ctypes.c_char]) -> int:
    """Where a buffer is in memory, as the kernel wants it."""
    return ctypes.addressof(content)


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process when `parent` ends, also if it just did."""
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _error(what: str) -> OSError:
    code = ctypes.get_errno()
    return OSError(code, f"{what}: {os.strerror(code)}")
