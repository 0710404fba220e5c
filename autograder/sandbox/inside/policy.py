"""What a sandbox forbids and how much it allows, as data that crosses into it."""

import json
from dataclasses import asdict, dataclass, field

MIB = 2**20


@dataclass(frozen=True)
class Limits:
    """How much one learner's process and everything that it starts may use together."""

    memory: int = 1024 * MIB  # bytes of all processes and of /tmp and /dev/shm
    processes: int = 100  # processes and threads
    file_size: int = 64 * MIB  # bytes of one file
    temporary: int = 64 * MIB  # bytes in /tmp
    shared: int = 256 * MIB  # bytes in /dev/shm
    inodes: int = 4096  # files in /tmp, and again in /dev/shm
    open_files: int = 512  # descriptors of one process
    sockets: int = (
        1_000  # sockets of all processes; what waits in one is memory of the kernel, a third of a MiB at most
    )
    output: int = 16 * MIB  # bytes printed


@dataclass(frozen=True)
class Defences:
    """Every defence by name. All are on; a test switches off one to show that it is the one which holds an attack."""

    files: bool = True  # only the interpreter, its packages and lockstep are there, read-only
    network: bool = True  # a network of its own with nothing in it
    environment: bool = True  # none of the grader's environment variables
    process_namespace: bool = True  # sees no processes but its own
    private_folders: bool = True  # /tmp and /dev/shm of its own, of limited size
    memory: bool = True
    processes: bool = True
    file_size: bool = True
    open_files: bool = True
    sockets: bool = True  # not many, and none with a large buffer: no process's figures show what waits in them
    output: bool = True
    system_calls: bool = True  # memory that nobody counts, tracing, namespaces, keyrings: denied by seccomp
    capabilities: bool = True  # none are left to the learner's process
    namespaces: bool = True  # no further user namespaces


@dataclass(frozen=True)
class Policy:
    """`tier` is "B" for namespaces in bubblewrap (A adds a cgroup around it), "C" for Landlock without namespaces."""

    tier: str = "B"
    limits: Limits = field(default_factory=Limits)
    defences: Defences = field(default_factory=Defences)
    filter: str = ""  # the seccomp program, base64; "" where libseccomp is missing
    readable: tuple[str, ...] = ()  # what Landlock lets a learner's process read, in tier C

    def to_text(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def of_text(cls, text: str) -> "Policy":
        data = json.loads(text)
        limits, defences = Limits(**data.pop("limits")), Defences(**data.pop("defences"))
        return cls(**data | {"limits": limits, "defences": defences, "readable": tuple(data["readable"])})
