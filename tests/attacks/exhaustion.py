"""Attacks that use up something: time, processes, memory, output, disk; and those that leave something behind."""

from attacks.attack import Attack, hanging

EXHAUSTION = (
    hanging("loops", "busy", "def attack(host):\n    while True:\n        pass\n", detail="is computing"),
    hanging("loops", "in C, holding the interpreter", "def attack(host):\n    return 3 ** (10 ** 9) % 7\n"),
    hanging(
        "loops",
        "deaf to every signal",
        """
        import signal, time
        def attack(host):
            for number in range(1, 65):
                try:
                    signal.signal(number, signal.SIG_IGN)
                except (OSError, ValueError):
                    pass
            while True:
                time.sleep(100)
        """,
    ),
    hanging("loops", "while it is loaded", "class Slow:\n    while True:\n        pass\ndef attack(host):\n    pass\n"),
    hanging(
        "loops",
        "catastrophic regular expression",
        """
        import re
        def attack(host):
            return re.match(r"(a+)+$", "a" * 40 + "b")
        """,
    ),
    Attack("loops", "endless recursion", "def attack(host):\n    return attack(host)\n", "RecursionError"),
    hanging(
        "deadlocks",
        "a lock taken twice",
        """
        from multiprocessing import Lock
        def attack(host):
            lock = Lock()
            lock.acquire()
            lock.acquire()
        """,
        detail="waits for a lock",
    ),
    hanging(
        "deadlocks",
        "two locks in opposite order",
        """
        import time
        from multiprocessing import Barrier, Lock, Process
        def take(one, other, both):
            with one:
                both.wait()
                with other:
                    pass
        def attack(host):
            one, other, both = Lock(), Lock(), Barrier(2)
            processes = [Process(target=take, args=pair) for pair in ((one, other, both), (other, one, both))]
            for process in processes:
                process.start()
            for process in processes:
                process.join()
        """,
        detail="waits for a lock",
    ),
    hanging(
        "deadlocks",
        "an item that never comes",
        """
        from multiprocessing import Queue
        def attack(host):
            return Queue().get()
        """,
        detail="waits for",
    ),
    hanging(
        "deadlocks",
        "joined with its queue still full",
        """
        from multiprocessing import Process, Queue
        def fill(queue):
            queue.put("x" * 1_000_000)
        def attack(host):
            queue = Queue()
            process = Process(target=fill, args=(queue,))
            process.start()
            process.join()
        """,
        detail="waits for a process to end",
    ),
    hanging(
        "deadlocks",
        "a spawn pool whose workers die at once",
        """
        import multiprocessing, os
        def die():
            os._exit(1)
        def attack(host):
            with multiprocessing.get_context("fork").Pool(2, initializer=die) as pool:
                return pool.map(abs, [1, 2])
        """,
    ),
    hanging(
        "fork bombs",
        "every child forks on",
        """
        import os
        def attack(host):
            while True:
                try:
                    os.fork()
                except OSError:
                    pass
        """,
    ),
    Attack(
        "fork bombs",
        "more processes than allowed",
        """
        import os, signal, time
        def attack(host):
            children = []
            try:
                for _ in range(100):
                    pid = os.fork()
                    if pid == 0:
                        time.sleep(20)
                        os._exit(0)
                    children.append(pid)
                return "through"
            except BlockingIOError:
                return "held"
            finally:
                for pid in children:
                    os.kill(pid, signal.SIGKILL)
                    os.waitpid(pid, 0)
        """,
    ),
    Attack(
        "fork bombs",
        "more threads than allowed",
        """
        import threading
        def attack(host):
            stop = threading.Event()
            threads = []
            try:
                for _ in range(100):
                    thread = threading.Thread(target=stop.wait)
                    thread.start()
                    threads.append(thread)
                return "through"
            except RuntimeError:
                return "held"
            finally:
                stop.set()
                for thread in threads:
                    thread.join()
        """,
    ),
    Attack(
        "fork bombs",
        "multiplying processes",
        """
        from multiprocessing import Process
        def multiply(depth):
            children = [Process(target=multiply, args=(depth - 1,)) for _ in range(3 if depth else 0)]
            for child in children:
                child.start()
            for child in children:
                child.join()
        def attack(host):
            multiply(4)
            return "held"
        """,
        "",
    ),
    Attack(
        "daemons",
        "a session of its own, twice forked",
        """
        import os, time
        def attack(host):
            if os.fork() == 0:
                os.setsid()
                if os.fork() == 0:
                    for number in range(256):
                        try:
                            os.close(number)
                        except OSError:
                            pass
                    time.sleep(60)
                os._exit(0)
            os.wait()
            return "held"
        """,
        "still running",
    ),
    Attack(
        "daemons",
        "deaf to polite signals",
        """
        import os, signal, time
        def attack(host):
            if os.fork() == 0:
                for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGABRT):
                    signal.signal(number, signal.SIG_IGN)
                time.sleep(60)
                os._exit(0)
            return "held"
        """,
        "still running",
    ),
    Attack(
        "daemons",
        "forking faster than it can be caught",
        """
        import os, time
        def attack(host):
            if os.fork() == 0:
                os.setsid()
                end = time.monotonic() + 60
                while time.monotonic() < end:
                    try:
                        if os.fork():
                            os._exit(0)
                    except OSError:
                        pass
                os._exit(0)
            time.sleep(0.1)
            return "held"
        """,
        "left behind",
    ),
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
            time.sleep(1)
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
                    time.sleep(20)
                    os._exit(0)
            time.sleep(15)
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
            try:
                with open("/dev/shm/large", "wb") as file:
                    for _ in range(20):
                        file.write(b"x" * 2**20)
            except OSError as error:
                return "held" if error.errno == errno.EFBIG else "through"
            finally:
                os.unlink("/dev/shm/large")
            return "through"
        """,
    ),
    Attack(
        "disk",
        "many files",
        """
        import errno
        def attack(host):
            try:
                for number in range(40):
                    with open(f"/tmp/part{number}", "wb") as file:
                        file.write(b"x" * 2**20)
            except OSError as error:
                return "held" if error.errno == errno.ENOSPC else "through"
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
            segment = shared_memory.SharedMemory("lockstep-attack-segment", create=True, size=1000)
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
            kept.append(_multiprocessing.SemLock(1, 1, 1, "/lockstep-attack-semaphore", False))
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
