"""Attacks that use up memory, output, disk or descriptors, and those that leave something of the sort behind."""

from tests.attacks.attack import Attack

_FILL = """
import socket
kept = []
def filled(pairs):
    total = 0
    for _ in range(pairs):
        for one in (pair := socket.socketpair()):
            one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2**22)
            one.setblocking(False)
            try:
                while True:
                    total += one.send(b"x" * 100_000)
            except BlockingIOError:
                pass
        kept.append(pair)
        if total > 150_000_000:
            break
    return total
"""

_MAPPED = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
READ, WRITE, NORESERVE = 1, 2, 0x4000
def mapped(size, access, more=0):
    private_anonymous, no_huge_pages = 0x22, 15
    at = libc.mmap(None, size, access, private_anonymous | more, -1, 0)
    libc.madvise(ctypes.c_void_p(at), ctypes.c_size_t(size), no_huge_pages)
    return at
"""

RESOURCES = (
    Attack(
        "memory",
        "one list that grows",
        """
        def attack(host):
            kept = []
            for _ in range(100):
                kept.append(bytearray(5_000_000))
            return "through"
        """,
        "MemoryError",
    ),
    Attack(
        "memory",
        "shared and anonymous",
        """
        import mmap, time
        def attack(host):
            memory = mmap.mmap(-1, 400 * 2**20)
            for offset in range(0, len(memory), 4096):
                memory[offset] = 1
            time.sleep(host["patience"])
            return "through"
        """,
        "more than 320 MiB",
    ),
    Attack(
        "memory",
        "a little in each of many processes",
        """
        import os, time
        def attack(host):
            for _ in range(7):
                if os.fork() == 0:
                    kept = b"x" * 60_000_000
                    time.sleep(60)
                    os._exit(0)
            time.sleep(host["patience"])
            return "through"
        """,
        "more than 320 MiB",
    ),
    Attack(
        "memory",
        "in a file that has no name",
        """
        import os
        def attack(host):
            try:
                os.close(os.memfd_create("lockstep-attack"))
            except PermissionError:
                return "held"
            return "through"
        """,
    ),
    Attack(
        "memory",
        "in a System V segment",
        """
        import ctypes
        def attack(host):
            return "held" if ctypes.CDLL(None).shmget(0, 4096, 0o1600) < 0 else "through"
        """,
    ),
    Attack(
        "memory",
        "an array of eight gigabytes",
        """
        import numpy
        def attack(host):
            numpy.ones(2**30)
            return "through"
        """,
        "MemoryError",
    ),
    Attack(
        "memory",
        "in page tables",
        _MAPPED
        + """
import time
def attack(host):
    at = mapped(2**40, READ, NORESERVE)
    for step in range(150_000):
        ctypes.c_char.from_address(at + step * 2**21).value
    time.sleep(host["patience"])
    return "through"
""",
        "more than 320 MiB",
    ),
    Attack(
        "memory",
        "in pages that were given to pipes",
        _MAPPED
        + """
import os
class Piece(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]
def attack(host):
    at = mapped(2**20, READ | WRITE)
    pieces = (Piece * 1)(Piece(at, 4096))
    gift = 8
    given = libc.vmsplice(os.pipe()[1], pieces, ctypes.c_ulong(1), ctypes.c_uint(gift))
    return "held" if given < 0 else "through"
""",
    ),
    Attack(
        "memory",
        "in requests of which the machine has few for everybody",
        """
        import ctypes
        def attack(host):
            context = ctypes.c_ulong(0)
            made = ctypes.CDLL(None).syscall(host["calls"]["io_setup"], 8, ctypes.byref(context))
            return "held" if made < 0 else "through"
        """,
    ),
    Attack(
        "memory",
        "in large buffers of sockets",
        _FILL
        + """
def attack(host):
    return "through" if filled(80) > 100_000_000 else "held"
""",
    ),
    Attack(
        "memory",
        "in large buffers of sockets, asked for with bits that the kernel does not read",
        """
        import ctypes, socket
        def attack(host):
            one, other = socket.socketpair()
            size, high = ctypes.c_int(2**22), 2**32
            level, option = (ctypes.c_ulong(number + high) for number in (socket.SOL_SOCKET, socket.SO_SNDBUF))
            before = one.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)
            call = (host["calls"]["setsockopt"], one.fileno(), level, option, ctypes.byref(size), ctypes.c_ulong(4))
            ctypes.CDLL(None).syscall(*call)
            return "held" if one.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) == before else "through"
        """,
    ),
    Attack(
        "memory",
        "in the buffers of many sockets",
        _FILL
        + """
import os, time
def attack(host):
    for _ in range(8):
        if os.fork() == 0:
            filled(80)
            time.sleep(60)
            os._exit(0)
    time.sleep(host["patience"])
    return "through"
""",
        "more than 400 sockets",
    ),
    Attack(
        "memory",
        "in sockets that nobody holds any more",
        """
        import socket, time
        def attack(host):
            listening = socket.socket(socket.AF_UNIX)
            listening.bind("\\0lockstep-attack-waiting")
            listening.listen(4096)
            for _ in range(600):
                with socket.socket(socket.AF_UNIX) as one:
                    one.setblocking(False)
                    one.connect("\\0lockstep-attack-waiting")
                    one.send(b"x" * 100_000)
            time.sleep(host["patience"])
            return "through"
        """,
        "more than 400 sockets",
    ),
    Attack(
        "output",
        "without end",
        """
        def attack(host):
            for _ in range(12):
                print("x" * 1_000_000)
            return "through"
        """,
        "printed more than",
    ),
    Attack(
        "output",
        "without end, from a child, past Python",
        """
        import os
        def attack(host):
            if os.fork() == 0:
                for _ in range(200):
                    os.write(2, b"x" * 60_000)
                os._exit(0)
            os.wait()
            return "through"
        """,
        "printed more than",
    ),
    Attack(
        "output",
        "that steers a terminal",
        """
        def attack(host):
            print("\\x1b[2J\\x1b]0;owned\\x07 \\x00 <script>alert(1)</script> \\ud800")
            raise ValueError("\\x1b[31m <b>\\x00\\ud800")
        """,
        "ValueError",
    ),
    Attack(
        "disk",
        "one large file",
        """
        import errno, os
        def attack(host):
            large = f"/dev/shm/lockstep-attack-{host['secret']}"
            try:
                with open(large, "wb") as file:
                    for _ in range(20):
                        file.write(b"x" * 2**20)
            except OSError as error:
                return "held" if error.errno == errno.EFBIG else "through"
            finally:
                os.unlink(large)
            return "through"
        """,
    ),
    Attack(
        "disk",
        "many files",
        """
        import errno, os
        def attack(host):
            parts = [f"/tmp/lockstep-attack-{host['secret']}-{number}" for number in range(40)]
            try:
                for part in parts:
                    with open(part, "wb") as file:
                        file.write(b"x" * 2**20)
            except OSError as error:
                return "held" if error.errno == errno.ENOSPC else "through"
            finally:
                for part in filter(os.path.exists, parts):
                    os.unlink(part)
            return "through"
        """,
    ),
    Attack(
        "disk",
        "the interpreter's own folders",
        """
        import os, sys
        def attack(host):
            import lockstep, numpy
            for module in (os, numpy, lockstep):
                try:
                    open(os.path.join(os.path.dirname(module.__file__), "lockstep-attack.py"), "w")
                    return "through"
                except OSError:
                    pass
            return "held"
        """,
    ),
    Attack(
        "inodes",
        "empty files without end",
        """
        import errno
        def attack(host):
            try:
                for number in range(5000):
                    open(f"/tmp/empty{number}", "w").close()
            except OSError as error:
                return "held" if error.errno == errno.ENOSPC else "through"
            return "through"
        """,
    ),
    Attack(
        "inodes",
        "folders in each other, deeper than a stack, and some that are shut",
        """
        import os
        def attack(host):
            os.makedirs(f"lockstep-attack-{host['secret']}/shut/inner/most")
            os.chdir(f"lockstep-attack-{host['secret']}")
            os.chmod("shut/inner", 0)
            os.chmod("shut", 0)
            try:
                for _ in range(1100):
                    os.mkdir("d" * 255)
                    os.chdir("d" * 255)
            except OSError:
                pass  # there are no more files here than a sandbox has
            return "held"
        """,
    ),
    Attack(
        "inodes",
        "open files without end",
        """
        import os
        def attack(host):
            try:
                kept = [os.open("/dev/null", os.O_RDONLY) for _ in range(400)]
            except OSError:
                os.closerange(20, 400)
                return "held"
            return "through"
        """,
    ),
    Attack(
        "leaks",
        "a shared-memory segment",
        """
        from multiprocessing import resource_tracker, shared_memory
        def attack(host):
            segment = shared_memory.SharedMemory(f"lockstep-attack-{host['secret']}", create=True, size=1000)
            resource_tracker.unregister(segment._name, "shared_memory")
            return "held"
        """,
        "never unlinked",
    ),
    Attack(
        "leaks",
        "a named semaphore",
        """
        import _multiprocessing
        kept = []
        def attack(host):
            kept.append(_multiprocessing.SemLock(1, 1, 1, f"/lockstep-attack-{host['secret']}", False))
            return "held"
        """,
        "named semaphores are still there",
    ),
    Attack(
        "leaks",
        "a child that is never joined",
        """
        import os
        def attack(host):
            if os.fork() == 0:
                os._exit(0)
            return "held"
        """,
        "left behind",
    ),
)
