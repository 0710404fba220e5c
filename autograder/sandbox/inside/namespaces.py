"""A keeper's own world: pid 1 of fresh namespaces, with /proc, /tmp and /dev/shm of their own."""

import contextlib
import fcntl
import os
import signal
import socket
import struct

from autograder.sandbox.inside import kernel
from autograder.sandbox.inside.policy import Policy

FONTS, FONTS_LINKED = "/matplotlib", "/tmp/.matplotlib"  # matplotlib's list of fonts: bound; linked where it looks
_BUFFER = 256 * 1024  # bytes that wait in a TCP socket at most, each way
_GET_FLAGS, _SET_FLAGS, _UP = 0x8913, 0x8914, 1  # SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP


def enter(policy: Policy) -> None:
    """Returns in a process that is the first of new namespaces; the process that called it waits for its end."""
    defences = policy.defences
    user, group = os.getuid(), os.getgid()
    flags = kernel.NEW_USERS | kernel.NEW_MOUNTS | kernel.NEW_NAMES
    if defences.private_folders:
        flags |= kernel.NEW_IPC
    if defences.network:
        flags |= kernel.NEW_NETWORK
    if defences.process_namespace:
        flags |= kernel.NEW_PROCESSES
    kernel.unshare(flags)
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{user} {user} 1")
    _write("/proc/self/gid_map", f"{group} {group} 1")
    if defences.process_namespace:
        _become_first_process()
        kernel.mount("proc", "/proc", kernel.NOSUID | kernel.NODEV | kernel.NOEXEC)
    if defences.private_folders:
        limits = policy.limits
        for folder, size in (("/tmp", limits.temporary), ("/dev/shm", limits.shared)):
            options = f"size={size},nr_inodes={limits.inodes},mode=0700"
            kernel.mount("tmpfs", folder, kernel.NOSUID | kernel.NODEV, options)
        if os.path.isdir(FONTS):
            # It must be able to write into its folder, or it makes another and looks for fonts anew.
            os.mkdir(FONTS_LINKED)
            for name in os.listdir(FONTS):
                os.symlink(os.path.join(FONTS, name), os.path.join(FONTS_LINKED, name))
    if defences.network:
        _loopback_up()
        if defences.sockets:
            for name in ("tcp_rmem", "tcp_wmem"):
                _write(f"/proc/sys/net/ipv4/{name}", f"4096 {_BUFFER // 2} {_BUFFER}")
    if defences.namespaces:
        _write("/proc/sys/user/max_user_namespaces", "0")


def _become_first_process() -> None:
    pid = os.fork()
    if pid:
        # The checker must see its sockets close when the keeper is gone.
        os.closerange(0, 4096)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, 0)
        os._exit(0)
    kernel.die_with_parent(signal.SIGKILL)


def _loopback_up() -> None:
    """Managers and listeners of one program talk over 127.0.0.1."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sH14x", b"lo", 0)
        request = fcntl.ioctl(any_socket, _GET_FLAGS, request)
        (present,) = struct.unpack_from("H", request, 16)
        fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sH14x", b"lo", present | _UP))


def _write(path: str, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)
