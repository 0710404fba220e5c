"""Attacks that end badly, strike at other processes, outlive their check or reach for the kernel."""

from .attack import Attack, hanging
from .calls import CALLS, TRY

ESCAPES = (
    Attack("exits", "without a word", "import os\ndef attack(host):\n    os._exit(0)\n", "exit code 0"),
    Attack("exits", "by exception", "import sys\ndef attack(host):\n    sys.exit(0)\n", "raised SystemExit"),
    Attack("exits", "by a crash", "import ctypes\ndef attack(host):\n    ctypes.string_at(0)\n", "SIGSEGV"),
    Attack(
        "exits",
        "by its own hand",
        "import os\ndef attack(host):\n    os.kill(os.getpid(), 9)\n",
        "SIGKILL",
    ),
    Attack(
        "exits",
        "as another program",
        """
        import os, sys
        def attack(host):
            os.execv(sys.executable, [sys.executable, "-c", "pass"])
        """,
        "exit code 0",
    ),
    Attack(
        "exits",
        "with every descriptor closed",
        """
        import os
        def attack(host):
            os.closerange(0, 256)
            return "held"
        """,
        "never came back",
    ),
    Attack(
        "signals",
        "to its group, to kill",
        "import os\ndef attack(host):\n    os.kill(0, 9)\n",
        "SIGKILL",
    ),
    hanging("signals", "to its group, to freeze", "import os\ndef attack(host):\n    os.kill(0, 19)\n"),
    Attack(
        "signals",
        "to its parent",
        """
        import os, signal
        def attack(host):
            for number in (1, 2, 3, 6, 13, 14, 15, 17, 19, 20, 9):
                try:
                    os.kill(os.getppid(), number)
                except OSError:
                    pass
            return "held"
        """,
    ),
    Attack(
        "signals",
        "to every process",
        """
        import os
        def attack(host):
            for number in (19, 9):
                try:
                    os.kill(-1, number)
                except ProcessLookupError:
                    pass
            return "held"
        """,
    ),
    Attack(
        "signals",
        "to the process that grades",
        """
        import os
        def attack(host):
            try:
                os.kill(host["pid"], 0)
            except OSError:
                return "held"
            return "through"
        """,
    ),
    Attack(
        "persistence",
        "in files",
        """
        import os
        def attack(host):
            for folder in ("/tmp", "/dev/shm", "/", "/dev", "/etc", "/usr", "/mnt", "/run", "/var/tmp", "/dev/mqueue"):
                try:
                    open(f"{folder}/answers", "w").write("42")
                except OSError:
                    pass
            return "held"
        """,
        "never unlinked: ['answers']",
        then="""
        import os
        def attack(host):
            places = ("/tmp", "/dev/shm", "/", "/dev", "/etc", "/usr", "/mnt", "/run", "/var/tmp", "/dev/mqueue")
            return "through" if any(os.path.exists(f"{folder}/answers") for folder in places) else "held"
        """,
    ),
    Attack(
        "persistence",
        "in a kernel keyring",
        CALLS
        + """
def attack(host):
    session = -3
    return outcome(libc().syscall(host["calls"]["add_key"], b"user", b"answers", b"42", 2, session))
""",
    ),
    Attack(
        "persistence",
        "in the modules of the warm process",
        """
        import math, multiprocessing, os
        def attack(host):
            math.answers = os.answers = multiprocessing.answers = 42
            os.environ["ANSWERS"] = "42"
            os.umask(0)
            return "held"
        """,
        then="""
        import math, multiprocessing, os
        def attack(host):
            kept = [hasattr(module, "answers") for module in (math, os, multiprocessing)]
            return "through" if any(kept) or "ANSWERS" in os.environ else "held"
        """,
    ),
    Attack(
        "persistence",
        "in what can be written at all",
        """
        import os
        def attack(host):
            expected = ("/tmp", "/dev/shm", "/proc", "/dev/pts")
            for folder, folders, files in os.walk("/"):
                if folder in expected:
                    folders.clear()
                elif os.access(folder, os.W_OK):
                    return f"through: {folder}"
                elif folder.count("/") > 4:
                    folders.clear()  # all of it is one mount, which can be written or not
                elif not folder.startswith("/dev"):
                    for name in files:
                        path = os.path.join(folder, name)
                        if not os.path.islink(path) and os.access(path, os.W_OK):
                            return f"through: {path}"
            return "held"
        """,
    ),
    Attack(
        "persistence",
        "a marker in the machine's own folder",
        """
        def attack(host):
            try:
                open(host["marker"], "w").close()
            except OSError:
                pass
            return "held"
        """,
    ),
    Attack(
        "escapes",
        "by mount",
        CALLS + 'def attack(host):\n    return outcome(libc().mount(b"tmpfs", b"/tmp", b"tmpfs", 0, b""))\n',
    ),
    Attack("escapes", "by umount", CALLS + 'def attack(host):\n    return outcome(libc().umount2(b"/tmp", 2))\n'),
    Attack(
        "escapes", "by a user namespace", CALLS + "def attack(host):\n    return outcome(libc().unshare(0x10000000))\n"
    ),
    Attack(
        "escapes",
        "by a clone in a user namespace",
        CALLS
        + """
def attack(host):
    pid = libc().syscall(host["calls"]["clone"], 0x10000000 | 17, None, None, None, None)  # clone
    if pid == 0:
        os._exit(0)
    if pid > 0:
        os.waitpid(pid, 0)
    return outcome(pid)
""",
    ),
    Attack(
        "escapes",
        "by the namespaces of its keeper",
        CALLS
        + """
def attack(host):
    for name in ("user", "mnt", "pid", "net"):
        try:
            if libc().setns(os.open(f"/proc/1/ns/{name}", os.O_RDONLY), 0) == 0:
                return "through"
        except OSError:
            pass
    return "held"
""",
    ),
    Attack(
        "escapes",
        "by another root",
        TRY
        + """
import os
def attack(host):
    os.mkdir("/tmp/jail")
    return attempt(lambda: os.chroot("/tmp/jail"))
""",
    ),
    Attack(
        "escapes",
        "by becoming another user",
        TRY
        + """
import os
def attack(host):
    answers = [attempt(lambda: os.setuid(0)), attempt(lambda: os.setgroups([0])), attempt(lambda: os.setgid(0))]
    return "held" if set(answers) == {"held"} else "through"
""",
    ),
    Attack(
        "escapes",
        "by capabilities that it kept",
        """
        def attack(host):
            state = dict(line.split(":", 1) for line in open("/proc/self/status"))
            kept = [name for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb") if int(state[name], 16)]
            wanted = state["NoNewPrivs"].strip() == "1" and state["Seccomp"].strip() == "2"
            return "held" if wanted and not kept else f"through: {kept}"
        """,
    ),
    Attack(
        "escapes",
        "by the kernel's settings",
        """
        import os
        def attack(host):
            for path in ("/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/proc/sys/user/max_user_namespaces",
                         "/proc/self/uid_map", "/proc/1/oom_score_adj"):
                try:
                    descriptor = os.open(path, os.O_WRONLY)
                    os.write(descriptor, b"0")
                    return f"through: {path}"
                except OSError:
                    pass
            return "held"
        """,
    ),
    Attack(
        "escapes",
        "by a device",
        TRY
        + """
import os
def attack(host):
    answers = [attempt(lambda: os.mknod("/tmp/disk", 0o60600, os.makedev(254, 0)))]
    for path in ("/dev/mem", "/dev/kmsg", "/dev/vda", "/dev/sda"):
        answers.append(attempt(lambda: open(path, "rb")))
    return "held" if set(answers) == {"held"} else "through"
""",
    ),
    Attack(
        "escapes",
        "by limits raised again",
        TRY
        + """
import resource
def attack(host):
    names = ("RLIMIT_NPROC", "RLIMIT_DATA", "RLIMIT_FSIZE", "RLIMIT_NOFILE")
    for name in names:
        kind = getattr(resource, name)
        most = resource.getrlimit(kind)[1]
        if attempt(lambda: resource.setrlimit(kind, (most + 1, most + 1))) == "through":
            return f"through: {name}"
    return "held"
""",
    ),
)
