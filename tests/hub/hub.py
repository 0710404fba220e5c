"""A JupyterHub with users of its own, in a mount namespace, so that the machine's users stay what they are."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from autograder.authoring.catalogue import ROOT

TOKEN = "a-token-of-the-test-that-drives-the-hub"
_CONFIG = """
c.JupyterHub.bind_url = "http://127.0.0.1:{port}"
c.JupyterHub.hub_port = {hub_port}
c.ConfigurableHTTPProxy.command = {proxy!r}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{proxy_port}"
c.JupyterHub.db_url = "sqlite:///{folder}/hub.sqlite"
c.JupyterHub.cookie_secret_file = "{folder}/cookie_secret"
c.JupyterHub.pid_file = "{folder}/hub.pid"
c.JupyterHub.authenticator_class = "jupyterhub.auth.DummyAuthenticator"
c.Authenticator.allowed_users = {users!r}
c.JupyterHub.spawner_class = "jupyterhub.spawner.LocalProcessSpawner"
c.Spawner.cmd = [{python!r}, "-m", "jupyterhub.singleuser"]
c.Spawner.environment = {environment!r}
c.Spawner.start_timeout = c.Spawner.http_timeout = 120
c.JupyterHub.services = [{{"name": "driver", "api_token": {token!r}}}]
c.JupyterHub.load_roles = [
    {{"name": "driver", "services": ["driver"], "scopes": ["admin:users", "admin:servers", "access:servers"]}}
]
"""


class Hub:
    """A running hub; `homes` are the folders of its users, who have the ids 40001, 40002 ..."""

    def __init__(
        self, folder: Path, users: list[str], proxy: str, environment: dict[str, str], ports: list[int]
    ) -> None:
        self.folder = folder
        self.users = {user: 40_001 + number for number, user in enumerate(users)}
        self.homes = {user: folder / "home" / user for user in users}
        self._url = f"http://127.0.0.1:{ports[0]}"
        for name in ("passwd", "group"):
            shutil.copy(f"/etc/{name}", folder / name)
        for user, number in self.users.items():
            self.homes[user].mkdir(parents=True)
            os.chown(self.homes[user], number, number)
            self.homes[user].chmod(0o700)
            with open(folder / "passwd", "a") as file:
                file.write(f"{user}:x:{number}:{number}::{self.homes[user]}:/bin/bash\n")
            with open(folder / "group", "a") as file:
                file.write(f"{user}:x:{number}:\n")
        self._environment = {
            **environment,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(ROOT),
        }
        config = _CONFIG.format(
            port=ports[0],
            hub_port=ports[1],
            proxy_port=ports[2],
            proxy=[proxy],
            folder=folder,
            users=set(users),
            python=sys.executable,
            environment=self._environment,
            token=TOKEN,
        )
        (folder / "jupyterhub_config.py").write_text(config)
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Hub":
        start = f"exec {sys.executable} -m jupyterhub -f {self.folder}/jupyterhub_config.py"
        with open(self.folder / "log", "wb") as log:
            self._process = subprocess.Popen(
                ["unshare", "--mount", "--propagation", "private", "bash", "-e", "-c", f"{self._mounts()}{start}"],
                cwd=self.folder,
                env={**os.environ, **self._environment},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + 120
        while True:  # the proxy answers 404 until the hub is there
            try:
                self.ask("GET", "/hub/api/")
            except OSError:
                if time.monotonic() > deadline or self._process.poll() is not None:
                    self.__exit__()
                    raise AssertionError((self.folder / "log").read_text()[-3000:]) from None
                time.sleep(0.2)
            else:
                return self

    def __exit__(self, *_: object) -> None:
        assert self._process is not None
        self._process.terminate()  # the hub stops its servers and its proxy
        try:
            self._process.wait(60)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def ask(self, method: str, path: str, **content: Any) -> Any:
        """The answer to a request, which must succeed: JSON as data, else text."""
        request = urllib.request.Request(self._url + path, method=method)
        request.add_header("Authorization", f"token {TOKEN}")
        request.add_header("Content-Type", "application/json")
        data = json.dumps(content).encode() if method != "GET" else None
        try:
            with urllib.request.urlopen(request, data, timeout=120) as answer:
                text = answer.read().decode()
                is_json = "json" in answer.headers.get("Content-Type", "")
        except urllib.error.HTTPError as error:
            raise ConnectionError(f"{method} {path}: {error.code}: {error.read()[:500]!r}") from None
        return json.loads(text) if is_json and text else text

    def start_server(self, user: str) -> None:
        self.ask("POST", f"/hub/api/users/{user}/server")

    def wait_for_server(self, user: str) -> None:
        deadline = time.monotonic() + 120
        while not self.ask("GET", f"/hub/api/users/{user}")["servers"].get("", {}).get("ready"):
            assert time.monotonic() < deadline, (self.folder / "log").read_text()[-3000:]
            time.sleep(0.2)

    def nbgrader(self, user: str, path: str, **content: Any) -> Any:
        """What a click in the user's page asks of the user's server, which must say that it went well."""
        answer = self.ask("POST", f"/user/{user}/{path}", **content)
        answer = json.loads(answer) if isinstance(answer, str) else answer
        assert answer["success"], answer
        return answer

    def types(self, user: str, commands: str, folder: Path) -> str:
        """What commands in a terminal of the user print; one that fails fails the test."""
        assert self._process is not None
        number = str(self.users[user])
        done = subprocess.run(
            ["nsenter", "--mount", "--target", str(self._process.pid), "setpriv", "--reuid", number, "--regid", number]
            + ["--init-groups", "env", "-i", f"HOME={self.homes[user]}", f"USER={user}"]
            + [f"{name}={value}" for name, value in self._environment.items()]
            + ["bash", "-e", "-c", f"cd {folder}\n{commands}"],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def _mounts(self) -> str:
        """The commands that bring in the users, and let them reach the interpreter and us where a folder above is closed."""
        lines = [f"mount --bind {self.folder}/{name} /etc/{name}" for name in ("passwd", "group")]
        needed = [Path(sys.base_prefix), ROOT, Path(sys.prefix)]
        closed = {path: above for path in needed if (above := _closed_above(path)) is not None}
        for number, path in enumerate(closed):
            lines += [f"mkdir -p {self.folder}/kept/{number}", f"mount --rbind {path} {self.folder}/kept/{number}"]
        lines += [f"mount -t tmpfs -o mode=755 tmpfs {above}" for above in dict.fromkeys(closed.values())]
        for number, path in enumerate(closed):
            lines += [f"mkdir -p {path}", f"mount --rbind {self.folder}/kept/{number} {path}"]
        return "".join(f"{line}\n" for line in lines)


def _closed_above(path: Path) -> Path | None:
    """The highest folder above that not everybody may enter."""
    return next((above for above in reversed(path.parents) if not above.stat().st_mode & 0o001), None)
