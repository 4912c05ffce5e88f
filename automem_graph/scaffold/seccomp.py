"""Seccomp: which system calls a process may still make; every other one fails with EPERM
(https://docs.kernel.org/userspace-api/seccomp_filter.html).

Lists of what is allowed, so that what the kernel learns later is refused too. Neither `fcntl` nor
`ioctl` is among it: both can make the kernel signal another process (F_SETOWN, SIOCSPGRP).
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import sys
from functools import cache
from typing import Literal

from automem_graph.scaffold import kernel

MODE_FILTER = 2
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}  # AUDIT_ARCH_*
ALLOW, REFUSE, KILL = 0x7FFF0000, 0x00050000 | errno.EPERM, 0x80000000
LOAD, EQUALS, AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06  # the four instructions used
X32 = 0x40000000  # the numbers of another ABI on x86_64 start here

# Name, number on x86_64, number on aarch64. What CPython needs once it runs: memory, time, reading
# and the one socket it has.
_RUNNING = """
read 0 63           write 1 64          open 2 -            close 3 57          stat 4 -
fstat 5 80          lstat 6 -           poll 7 -            lseek 8 62          mmap 9 222
mprotect 10 226     munmap 11 215       brk 12 214          rt_sigaction 13 134
rt_sigprocmask 14 135                   rt_sigreturn 15 139 pread64 17 67       access 21 -
select 23 -         sched_yield 24 124  mremap 25 216       madvise 28 233      nanosleep 35 101
setitimer 38 103    getpid 39 172       sendto 44 206       recvfrom 45 207     exit 60 93
getcwd 79 17        readlink 89 -       gettimeofday 96 169 getuid 102 174      getgid 104 176
geteuid 107 175     getegid 108 177     getppid 110 173     sigaltstack 131 132 gettid 186 178
time 201 -          futex 202 98        getdents64 217 61   restart_syscall 219 128
clock_gettime 228 113                   clock_getres 229 114                    exit_group 231 94
clock_nanosleep 230 115                 openat 257 56       newfstatat 262 79   readlinkat 267 78
faccessat 269 48    pselect6 270 72     ppoll 271 73        getrandom 318 278   statx 332 291
faccessat2 439 439
"""
# What the process that forks the others needs besides.
_FORKING = """
recvmsg 47 212      clone 56 220        fork 57 -           wait4 61 260        kill 62 129
prctl 157 167       set_robust_list 273 99                  prlimit64 302 261   rseq 334 293
socketpair 53 199
"""

MACHINE = os.uname().machine  # asked now: a confined process may not
Part = Literal["forking", "running"]


@cache
def available() -> bool:
    """Whether this kernel and architecture can be given the filter."""
    if sys.platform != "linux" or MACHINE not in ARCHITECTURES:
        return False
    try:
        kernel.prctl(kernel.PR_SET_SECCOMP, MODE_FILTER, 0)
    except OSError as error:
        return error.errno == errno.EFAULT  # it would have read a filter
    return False


def confine(part: Part) -> None:
    """Leave this process and its children only the calls of that part; needs `no_new_privs`.

    "forking" is for the scaffold host, "running" for a process that it forked: filters add up, so
    the second one is short, it takes away what only the host needs.
    """
    code = _forking() if part == "forking" else _running()
    buffer = ctypes.create_string_buffer(code, len(code))
    header = ctypes.create_string_buffer(
        struct.pack("@HP", len(code) // 8, kernel.address(buffer)), struct.calcsize("@HP")
    )
    kernel.prctl(kernel.PR_SET_SECCOMP, MODE_FILTER, kernel.address(header))


@cache
def _forking() -> bytes:
    """Allow both lists, refuse the rest."""
    return _program([(number, ALLOW) for number in _numbers(_RUNNING + _FORKING)], REFUSE)


@cache
def _running() -> bytes:
    """Refuse the second list, leave the rest to the filter before."""
    return _program([(number, REFUSE) for number in _numbers(_FORKING)], ALLOW)


def _numbers(table: str) -> list[int]:
    words = table.split()
    column = words[1::3] if MACHINE == "x86_64" else words[2::3]
    return [int(number) for number in column if number != "-"]


def _program(answers: list[tuple[int, int]], otherwise: int) -> bytes:
    """The filter as BPF: check the architecture, then compare the number with each in turn."""
    code = [
        (LOAD, 0, 0, 4),  # seccomp_data.arch
        (EQUALS, 1, 0, ARCHITECTURES[MACHINE]),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, 0),  # seccomp_data.nr
        (AT_LEAST, 0, 1, X32),
        (RETURN, 0, 0, REFUSE),
    ]
    for number, answer in answers:
        code += [(EQUALS, 0, 1, number), (RETURN, 0, 0, answer)]
    code.append((RETURN, 0, 0, otherwise))
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in code)
