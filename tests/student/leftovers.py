"""Programs that return the right answer and leave something behind; `leave(name)` may call what it makes `name`."""

SHARED_MEMORY, SEMAPHORE, RUNNING = (
    "shared memory was never unlinked",
    "named semaphores are still there",
    "still running",
)

_UNDER_ANOTHER_METHOD = """
from multiprocessing import get_context
from multiprocessing.shared_memory import SharedMemory
def make(name):
    SharedMemory(name, create=True, size=100).close()
def child(name):
    grandchild = get_context({method!r}).Process(target=make, args=(name,))
    grandchild.start()
    grandchild.join()
def leave(name):
    process = get_context({method!r}).Process(target=child, args=(name,))
    process.start()
    process.join()
"""

_ANOTHER_PROGRAM = """
import os, subprocess, sys
def leave(name):
    command = [sys.executable, "-S", "-c", {text!r} + "\\nimport time; time.sleep(300)"]
    if {orphaned} and os.fork() == 0:
        os.setsid()
        subprocess.Popen(command)
        os._exit(0)
    elif {orphaned}:
        os.wait()
    else:
        subprocess.Popen(command)
"""

_FORKSERVER = "'from multiprocessing.forkserver import main; main()'"
_TRACKER = "'from multiprocessing.resource_tracker import main; main()'"

LEFTOVERS = {
    "a segment without a name": (
        """
from multiprocessing.shared_memory import SharedMemory
def leave(name):
    SharedMemory(create=True, size=100).close()
""",
        SHARED_MEMORY,
    ),
    "a segment with a name, still open": (
        """
from multiprocessing.shared_memory import SharedMemory
kept = []
def leave(name):
    kept.append(SharedMemory(name, create=True, size=100))
""",
        SHARED_MEMORY,
    ),
    "a segment made a second time": (
        """
from multiprocessing.shared_memory import SharedMemory
def leave(name):
    for unlinked in (True, False):
        segment = SharedMemory(name, create=True, size=100)
        segment.close()
        if unlinked:
            segment.unlink()
""",
        SHARED_MEMORY,
    ),
    "a segment by a grandchild that was spawned": (_UNDER_ANOTHER_METHOD.format(method="spawn"), SHARED_MEMORY),
    "a segment by a grandchild of fork servers": (_UNDER_ANOTHER_METHOD.format(method="forkserver"), SHARED_MEMORY),
    "a segment by a worker that never sees the program": (
        """
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from multiprocessing.shared_memory import SharedMemory
def leave(name):
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor:
        executor.submit(SharedMemory, name, True, 100).result()
""",
        SHARED_MEMORY,
    ),
    "a semaphore": (
        """
from multiprocessing import get_context
kept = []
def leave(name):
    kept.append(get_context("spawn").Lock())
""",
        SEMAPHORE,
    ),
    "a semaphore with a name, closed": (
        """
import _multiprocessing
def leave(name):
    _multiprocessing.SemLock(1, 1, 1, "/" + name, False)
""",
        SEMAPHORE,
    ),
    "a child": (
        """
import time
from multiprocessing import Process
def leave(name):
    Process(target=time.sleep, args=(300,)).start()
""",
        RUNNING,
    ),
    "a child of a fork server": (
        """
import time
from multiprocessing import get_context
def leave(name):
    get_context("forkserver").Process(target=time.sleep, args=(300,)).start()
""",
        RUNNING,
    ),
    "a daemon, forked twice, in a session of its own": (
        """
import os, time
def leave(name):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(300)
        os._exit(0)
    os.wait()
""",
        RUNNING,
    ),
    "a child that calls itself a fork server": (_ANOTHER_PROGRAM.format(text=_FORKSERVER, orphaned=False), RUNNING),
    "an orphan that calls itself a fork server": (_ANOTHER_PROGRAM.format(text=_FORKSERVER, orphaned=True), RUNNING),
    "a child that calls itself a resource tracker": (_ANOTHER_PROGRAM.format(text=_TRACKER, orphaned=False), RUNNING),
}
