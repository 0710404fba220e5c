"""The system calls that Python 3.11 has no function for, by ctypes; each raises OSError as `os` would.

Sources: the manual pages prctl(2), unshare(2), mount(2), capset(2), seccomp(2) and landlock(7).
"""

import ctypes
import os
import struct

NEW_MOUNTS, NEW_NAMES, NEW_IPC, NEW_USERS, NEW_PROCESSES, NEW_NETWORK = (
    0x00020000,
    0x04000000,
    0x08000000,
    0x10000000,
    0x20000000,
    0x40000000,
)
NOSUID, NODEV, NOEXEC = 2, 4, 8

_DEATH_SIGNAL, _DUMPABLE, _SECCOMP, _DROP_BOUND, _NO_NEW_PRIVILEGES, _AMBIENT = 1, 4, 22, 24, 38, 47
_FILTER_MODE, _CLEAR_AMBIENT = 2, 4
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446  # the same numbers on every architecture
_CAPABILITY_VERSION_3 = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)


def unshare(flags: int) -> None:
    _checked(_libc.unshare(flags), "unshare")


def mount(kind: str, target: str, flags: int, options: str = "") -> None:
    """Mounts a new file system of `kind`, such as "proc" or "tmpfs"."""
    source = kind.encode()
    _checked(_libc.mount(source, target.encode(), source, ctypes.c_ulong(flags), options.encode()), f"mount {kind}")


def die_with_parent(signal: int) -> None:
    _checked(_libc.prctl(_DEATH_SIGNAL, signal, 0, 0, 0), "prctl")


def set_readable_by_its_user(readable: bool) -> None:
    """Whether other processes of the same user may look into this one (PR_SET_DUMPABLE)."""
    _checked(_libc.prctl(_DUMPABLE, int(readable), 0, 0, 0), "prctl")


def forbid_new_privileges() -> None:
    _checked(_libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0), "prctl")


def drop_capabilities() -> None:
    """Gives up every capability, for this process and all that it will start."""
    for number in range(64):
        if _libc.prctl(_DROP_BOUND, number, 0, 0, 0) != 0:
            break
    _libc.prctl(_AMBIENT, _CLEAR_AMBIENT, 0, 0, 0)
    header = ctypes.create_string_buffer(struct.pack("=Ii", _CAPABILITY_VERSION_3, 0))
    nothing = ctypes.create_string_buffer(24)
    _checked(_libc.capset(header, nothing), "capset")


def install_filter(program: bytes) -> None:
    """Installs a seccomp program (an array of struct sock_filter) for this process and all that it will start."""
    code = ctypes.create_string_buffer(program, len(program))
    pointer = struct.pack("@HP", len(program) // 8, ctypes.addressof(code))
    _checked(_libc.prctl(_SECCOMP, _FILTER_MODE, ctypes.create_string_buffer(pointer), 0, 0), "seccomp")


def landlock_version() -> int:
    """The version of Landlock's interface; 0 if the kernel has none."""
    return max(0, int(_libc.syscall(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), 1)))


def landlock_rules(files: int, network: int, scope: int) -> int:
    """A descriptor of rules that deny these kinds of access (bit masks) wherever no rule allows them."""
    attributes = struct.pack("=QQQ", files, network, scope)
    size = 8 if landlock_version() < 4 else 16 if landlock_version() < 6 else 24
    result = _libc.syscall(_LANDLOCK_CREATE, ctypes.create_string_buffer(attributes), ctypes.c_size_t(size), 0)
    _checked(result, "landlock_create_ruleset")
    return int(result)


def landlock_allow(rules: int, path: str, access: int) -> None:
    """Allows `access` (a bit mask) to everything below `path`."""
    descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        rule = ctypes.create_string_buffer(struct.pack("=Qi", access, descriptor))
        _checked(_libc.syscall(_LANDLOCK_ADD, rules, 1, rule, 0), f"landlock_add_rule {path}")
    finally:
        os.close(descriptor)


def landlock_restrict(rules: int) -> None:
    _checked(_libc.syscall(_LANDLOCK_RESTRICT, rules, 0), "landlock_restrict_self")
    os.close(rules)


def _checked(result: int, what: str) -> None:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
