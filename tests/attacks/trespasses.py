"""Attacks that reach for what is not theirs: files, other processes, the network."""

from tests.attacks.attack import Attack
from tests.attacks.calls import CALLS, TRY

TRESPASSES = (
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
            for name in ("autograder.authoring", "autograder.exercises", "autograder.grading", "tests.attacks.attack"):
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
            wanted = {"gradebook.db", "submitted", "nbgrader_config.py", "exercises", "lessons", "trespasses.py"}
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
        "the mode and the times of a file that is not its own",
        """
        import os
        def attack(host):
            try:
                before = os.stat(host["file"])
                os.chmod(host["file"], before.st_mode ^ 0o010)
                os.utime(host["file"], (before.st_atime, before.st_mtime + 100))
                after = os.stat(host["file"])
            except OSError:
                return "held"
            same = (before.st_mode, before.st_mtime) == (after.st_mode, after.st_mtime)
            return "held" if same else "through"
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
        TRY
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
            # One socket to answer on, and the file for its stacks; newer versions of libffi keep their own file open.
            kinds = [kind for kind in kinds if not kind.startswith("libffi.so")]
            return "held" if kinds.count("socket") == 1 and {*kinds} == {"socket", ".stacks"} else str(kinds)
        """,
    ),
    Attack(
        "processes",
        "tracing its keeper",
        CALLS + "def attack(host):\n    return outcome(libc().ptrace(16, 1, 0, 0))\n",
    ),
    Attack(
        "processes",
        "limits of its keeper",
        TRY
        + """
import os, resource
def attack(host):
    return attempt(lambda: resource.prlimit(os.getppid(), resource.RLIMIT_CORE, (0, 0)))
""",
    ),
    Attack(
        "processes",
        "limits of the process that grades",
        TRY
        + """
import resource
def attack(host):
    kind = resource.RLIMIT_CORE
    return attempt(lambda: resource.prlimit(host["pid"], kind, resource.prlimit(host["pid"], kind)))
""",
    ),
    Attack(
        "processes",
        "priority of its keeper",
        TRY
        + """
import os
def attack(host):
    keeper, one, everybody = os.getppid(), os.PRIO_PROCESS, os.PRIO_USER
    answers = [
        attempt(lambda: os.setpriority(one, keeper, os.getpriority(one, keeper))),
        attempt(lambda: os.setpriority(everybody, 0, os.getpriority(everybody, 0))),
        attempt(lambda: os.sched_setscheduler(keeper, os.SCHED_OTHER, os.sched_param(0))),
    ]
    os.setpriority(one, 0, os.getpriority(one, 0))
    return "held" if set(answers) == {"held"} else "through"
""",
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
        TRY
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
)
