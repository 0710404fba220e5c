"""Attacks that reach for what is not theirs: other processes, files, the network, other checks, the kernel."""

from attacks.attack import Attack, hanging

_CALLS = """
import ctypes, os
def libc():
    return ctypes.CDLL(None, use_errno=True)
def outcome(result):
    return "held" if result < 0 else "through"
"""

_TRY = """
def attempt(action):
    try:
        action()
    except (OSError, ValueError, ImportError, EOFError):
        return "held"
    return "through"
"""

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
        "files",
        "the hidden checks by their path",
        """
        def attack(host):
            try:
                return "through" if "SECRET" in open(host["hidden"]).read() else "held"
            except OSError:
                return "held"
        """,
    ),
    Attack(
        "files",
        "the references by import",
        """
        import importlib
        def attack(host):
            for name in ("autograder.exercise", "autograder.exercises", "autograder.build", "attacks.attack"):
                try:
                    importlib.import_module(name)
                    return "through"
                except ImportError:
                    pass
            return "held"
        """,
    ),
    Attack(
        "files",
        "by a walk over every folder",
        """
        import os
        def attack(host):
            wanted = {"gradebook.db", "submitted", "nbgrader_config.py", "exercises", "lessons", "escapes.py"}
            for folder, folders, files in os.walk("/"):
                if folder == "/proc" or folder.count("/") > 5:
                    folders.clear()
                elif "site-packages" not in folder and "/lib/" not in folder and wanted & {*folders, *files}:
                    return f"through: {folder}"
            return "held"
        """,
    ),
    Attack(
        "files",
        "by the root of another process",
        """
        import os
        def attack(host):
            for pid in os.listdir("/proc"):
                if pid.isdigit():
                    for place in ("root", "cwd"):
                        if os.path.exists(f"/proc/{pid}/{place}{host['hidden']}"):
                            return "through"
            return "held"
        """,
    ),
    Attack(
        "files",
        "by a path with dots and links",
        """
        import os
        def attack(host):
            os.symlink(host["hidden"], "/tmp/link")
            for path in ("/tmp/link", f"/tmp/../..{host['hidden']}", f"/proc/self/root{host['hidden']}"):
                if os.path.exists(path):
                    return "through"
            return "held"
        """,
    ),
    Attack(
        "files",
        "the password file of the machine",
        """
        import os
        def attack(host):
            for path in ("/etc/passwd", "/etc/shadow", "/etc/hostname", "/var/log", "/home", "/root/.ssh"):
                if os.path.exists(path):
                    return f"through: {path}"
            return "held"
        """,
    ),
    Attack(
        "processes",
        "environment of this one",
        """
        import os
        def attack(host):
            found = host["secret_name"] in os.environ or host["secret"] in "".join(os.environ.values())
            return "through" if found else "held"
        """,
    ),
    Attack(
        "processes",
        "environment of the others",
        """
        import os
        def attack(host):
            for pid in filter(str.isdigit, os.listdir("/proc")):
                try:
                    if host["secret"].encode() in open(f"/proc/{pid}/environ", "rb").read():
                        return "through"
                except OSError:
                    pass
            return "held"
        """,
    ),
    Attack(
        "processes",
        "that there are others at all",
        """
        import os
        def attack(host):
            others = [pid for pid in os.listdir("/proc") if pid.isdigit() and int(pid) != os.getpid()]
            return "held" if len(others) == 1 else f"through: {others}"
        """,
    ),
    Attack(
        "processes",
        "memory of its keeper",
        _TRY
        + """
def attack(host):
    return attempt(lambda: open("/proc/1/mem", "rb+"))
""",
    ),
    Attack(
        "processes",
        "descriptors of its keeper",
        """
        import os
        def attack(host):
            try:
                os.listdir("/proc/1/fd")
            except PermissionError:
                return "held"
            return "through"
        """,
    ),
    Attack(
        "processes",
        "descriptors that it inherited",
        """
        import os
        def attack(host):
            kinds = []
            for number in range(3, 256):
                try:
                    kinds.append(os.readlink(f"/proc/self/fd/{number}").split(":")[0].split("/")[-1])
                except OSError:
                    pass
            # One socket to answer on, and the file for its stacks.
            return "held" if kinds.count("socket") == 1 and {*kinds} == {"socket", ".stacks"} else str(kinds)
        """,
    ),
    Attack(
        "processes",
        "tracing its keeper",
        _CALLS + "def attack(host):\n    return outcome(libc().ptrace(16, 1, 0, 0))\n",
    ),
    Attack(
        "processes",
        "the checks in its own memory",
        """
        import gc, sys
        def attack(host):
            frame = sys._getframe()
            while frame:
                if any("it came back" in str(constant) for constant in frame.f_code.co_consts):
                    return "through"
                frame = frame.f_back
            words = [item for item in gc.get_objects() if type(item).__name__ in ("Check", "Session", "Report")]
            return "through" if words else "held"
        """,
    ),
    Attack(
        "network",
        "a listener of this machine",
        _TRY
        + """
import socket
def attack(host):
    return attempt(lambda: socket.create_connection(("127.0.0.1", host["port"]), 3).close())
""",
    ),
    Attack(
        "network",
        "an abstract socket of this machine",
        """
        import socket
        def attack(host):
            with socket.socket(socket.AF_UNIX) as one:
                try:
                    one.connect(host["abstract"])
                except OSError:
                    return "held"
            return "through"
        """,
    ),
    Attack(
        "network",
        "any interface but its own loopback",
        """
        def attack(host):
            names = [line.split(":")[0].strip() for line in open("/proc/net/dev") if ":" in line]
            return "held" if names == ["lo"] else f"through: {names}"
        """,
    ),
    Attack(
        "network",
        "sockets of the kernel and of the virtual machine",
        """
        import socket
        def attack(host):
            for family in (16, 17, 40, 38, 31):  # netlink, packet, vsock, kernel crypto, Bluetooth
                try:
                    socket.socket(family, socket.SOCK_RAW if family == 16 else socket.SOCK_STREAM).close()
                    return f"through: {family}"
                except PermissionError:
                    pass
                except OSError:
                    return f"through: the kernel itself refused {family}"
            return "held"
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
        _CALLS
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
        _CALLS + 'def attack(host):\n    return outcome(libc().mount(b"tmpfs", b"/tmp", b"tmpfs", 0, b""))\n',
    ),
    Attack("escapes", "by umount", _CALLS + 'def attack(host):\n    return outcome(libc().umount2(b"/tmp", 2))\n'),
    Attack(
        "escapes", "by a user namespace", _CALLS + "def attack(host):\n    return outcome(libc().unshare(0x10000000))\n"
    ),
    Attack(
        "escapes",
        "by a clone in a user namespace",
        _CALLS
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
        _CALLS
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
        _TRY
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
        _TRY
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
        _TRY
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
        _TRY
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
