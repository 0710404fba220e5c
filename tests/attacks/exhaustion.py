"""Attacks that use up time or processes: loops, deadlocks, fork bombs, daemons."""

from tests.attacks.attack import Attack, hanging

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
    hanging(
        "loops",
        "while it is loaded",
        "def slow(function):\n    while True:\n        pass\n@slow\ndef attack(host):\n    pass\n",
    ),
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
            with multiprocessing.get_context("spawn").Pool(2, initializer=die) as pool:
                return pool.apply(abs, (1,))
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
        import multiprocessing
        Process = multiprocessing.get_context("fork").Process
        def multiply(depth):
            children = []
            try:
                for _ in range(3 if depth else 0):
                    child = Process(target=multiply, args=(depth - 1,))
                    child.start()
                    children.append(child)
            except OSError:
                pass  # others were faster, and there are as many as are allowed
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
        "under the name of a fork server",
        """
        import os, subprocess, sys
        def attack(host):
            if os.fork() == 0:
                os.setsid()
                text = "import time; 'from multiprocessing.forkserver import main'; time.sleep(60)"
                subprocess.Popen([sys.executable, "-S", "-c", text])
                os._exit(0)
            os.wait()
            return "held"
        """,
        "left behind",
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
)
