"""The system calls that a learner's process may not make, compiled by libseccomp into a program for the kernel.

Denied is what would escape a count (anonymous files, rings, pages given to pipes), use up what all users share, outlive a
check (keyrings, System V objects), look into other processes, set their limits and priorities or make new namespaces and
mounts. They fail with EPERM, as for an ordinary user.
"""

import ctypes
import errno
import os
import socket
import tempfile
from functools import cache

_DENIED = (
    "memfd_create",
    "memfd_secret",
    "userfaultfd",
    "io_uring_setup",
    "io_uring_enter",
    "io_uring_register",
    "io_setup",
    "vmsplice",
    "shmget",
    "semget",
    "msgget",
    "mq_open",
    "add_key",
    "request_key",
    "keyctl",
    "ptrace",
    "process_vm_readv",
    "process_vm_writev",
    "process_madvise",
    "pidfd_getfd",
    "kcmp",
    "unshare",
    "setns",
    "mount",
    "umount2",
    "pivot_root",
    "chroot",
    "open_tree",
    "move_mount",
    "fsopen",
    "fsmount",
    "fsconfig",
    "fspick",
    "mount_setattr",
    "open_by_handle_at",
    "name_to_handle_at",
    "bpf",
    "perf_event_open",
    "kexec_load",
    "kexec_file_load",
    "init_module",
    "finit_module",
    "delete_module",
    "fanotify_init",
    "quotactl",
    "swapon",
    "swapoff",
    "reboot",
    "acct",
    "syslog",
    "settimeofday",
    "clock_settime",
    "personality",
    "vhangup",
)
# Which argument of a call says whose limits or priority are set; 0 is the caller's own.
_OF_A_PROCESS = {
    "prlimit64": 0,
    "sched_setscheduler": 0,
    "sched_setparam": 0,
    "sched_setattr": 0,
    "migrate_pages": 0,
    "move_pages": 0,
    "setpriority": 1,
    "ioprio_set": 1,
}
_OF_A_GROUP = {"setpriority": 0, "ioprio_set": 1}  # whose first argument is greater is about a group's, or a user's
# What the owner of a file may change without opening it, which Landlock does not hold.
_MARKS = ("chmod", "fchmod", "fchmodat", "fchmodat2", "utime", "utimes", "futimesat", "utimensat")
_OWNERS_AND_ATTRIBUTES = (
    "chown",
    "lchown",
    "fchown",
    "fchownat",
    "setxattr",
    "lsetxattr",
    "fsetxattr",
    "setxattrat",
    "removexattr",
    "lremovexattr",
    "fremovexattr",
    "removexattrat",
    "file_setattr",
)
# Of calls that are newer than some libseccomp; the same on every architecture.
_NUMBERS = {"fchmodat2": 452, "setxattrat": 463, "removexattrat": 466, "file_setattr": 469}
_BUFFERS = (socket.SO_SNDBUF, socket.SO_RCVBUF, 32, 33)  # and those two by force
_NAMESPACE_FLAGS = (1 << 17, *(1 << bit for bit in range(25, 31)))  # CLONE_NEWNS; NEWCGROUP to NEWNET
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_NOT_EQUAL, _EQUAL, _GREATER, _MASKED_EQUAL = 1, 4, 6, 7  # enum scmp_compare
_INT = 2**32 - 1  # all that the kernel reads of an int, whatever stands above it


class _Comparison(ctypes.Structure):
    _fields_ = (
        ("arg", ctypes.c_uint),
        ("op", ctypes.c_int),
        ("datum_a", ctypes.c_uint64),
        ("datum_b", ctypes.c_uint64),
    )


@cache
def library() -> ctypes.CDLL | None:
    """libseccomp, or None where it is not installed."""
    try:
        found = ctypes.CDLL("libseccomp.so.2", use_errno=True)
    except OSError:
        return None
    found.seccomp_init.restype = ctypes.c_void_p
    found.seccomp_init.argtypes = [ctypes.c_uint32]
    found.seccomp_rule_add_array.argtypes = [
        ctypes.c_void_p,
        ctypes.c_uint32,
        ctypes.c_int,
        ctypes.c_uint,
        ctypes.c_void_p,
    ]
    found.seccomp_syscall_resolve_name.argtypes = [ctypes.c_char_p]
    found.seccomp_export_bpf.argtypes = [ctypes.c_void_p, ctypes.c_int]
    found.seccomp_release.argtypes = [ctypes.c_void_p]
    return found


@cache
def program(network: bool, buffers: bool, namespaces: bool) -> bytes:
    """The filter for this machine's architecture; `network` says whether Internet sockets may be made at all, `buffers`
    whether programs may set how much waits in a socket. Where they may not, setting it does nothing. Without `namespaces`
    there are files and processes that are not the program's: then nothing of them may be set, and setting modes and times of
    files does nothing.

    Empty where libseccomp is missing. Raises OSError if libseccomp refuses a rule.
    """
    seccomp = library()
    if seccomp is None:
        return b""
    context = seccomp.seccomp_init(_ALLOW)
    try:
        for name in _DENIED:
            _deny(seccomp, context, name, errno.EPERM)
        # glibc falls back to clone, whose flags can be looked at; those of clone3 are behind a pointer.
        _deny(seccomp, context, "clone3", errno.ENOSYS)
        for bit in _NAMESPACE_FLAGS:
            _deny(seccomp, context, "clone", errno.EPERM, _Comparison(0, _MASKED_EQUAL, bit, bit))
        highest = socket.AF_INET if network else socket.AF_UNIX
        # Local and Internet sockets only: the kernel's own and the virtual machine's are of no namespace.
        for family in range(highest + 1, socket.AF_INET6):
            _deny(seccomp, context, "socket", errno.EACCES, _Comparison(0, _EQUAL, family, 0))
        above = socket.AF_INET6 if network else highest
        _deny(seccomp, context, "socket", errno.EACCES, _Comparison(0, _GREATER, above, 0))
        for option in () if buffers else _BUFFERS:
            which = (
                _Comparison(1, _MASKED_EQUAL, _INT, socket.SOL_SOCKET),
                _Comparison(2, _MASKED_EQUAL, _INT, option),
            )
            _deny(seccomp, context, "setsockopt", 0, *which)
        for name, argument in _OF_A_PROCESS.items():
            _deny(seccomp, context, name, errno.EPERM, _Comparison(argument, _NOT_EQUAL, 0, 0))
        for name, single in _OF_A_GROUP.items():
            _deny(seccomp, context, name, errno.EPERM, _Comparison(0, _GREATER, single, 0))
        if not namespaces:
            _deny(seccomp, context, "sched_setaffinity", errno.EPERM, _Comparison(0, _NOT_EQUAL, 0, 0))
            for name in _MARKS:
                _deny(seccomp, context, name, 0)
            for name in _OWNERS_AND_ATTRIBUTES:
                _deny(seccomp, context, name, errno.EPERM)
        with tempfile.TemporaryFile() as file:
            if (code := seccomp.seccomp_export_bpf(context, file.fileno())) != 0:
                raise OSError(-code, "libseccomp could not export the filter")
            file.seek(0, os.SEEK_SET)
            return file.read()
    finally:
        seccomp.seccomp_release(context)


def _deny(seccomp: ctypes.CDLL, context: int, name: str, number: int, *comparisons: _Comparison) -> None:
    call = seccomp.seccomp_syscall_resolve_name(name.encode())
    if call == -1:  # not known to this libseccomp
        if name not in _NUMBERS:
            return
        call = _NUMBERS[name]
    array = (_Comparison * len(comparisons))(*comparisons)
    result = seccomp.seccomp_rule_add_array(context, _ERRNO | number, call, len(comparisons), array)
    if result != 0:
        raise OSError(-result, f"libseccomp refused the rule for {name}")
