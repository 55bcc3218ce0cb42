"""Servers of other projects, started for a test or a demonstration: in one temporary folder, on free loopback ports,
ended by the handle that started them and never by name."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path


def program(name):
    """Its path; Debian keeps some of them where only root looks."""
    found = shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"]))
    if not found:
        raise FileNotFoundError(f"there is no {name}: install the packages that dev.packages names")
    return found


def free_ports(count):
    """Different ones: all are held until the last is known."""
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def wait_until(ask, what, timeout=30, process=None):
    """Asks until the answer is true and returns it. A process that ends meanwhile is told at once."""
    until = time.monotonic() + timeout
    while True:
        answer = ask()
        if answer:
            return answer
        if process is not None and not process.alive:
            raise RuntimeError(f"{process.name} ended with {process.code} while waiting: {what}\n{process.tail()}")
        if time.monotonic() > until:
            raise TimeoutError(f"{what} did not come about in {timeout} s")
        time.sleep(0.02)


def accepts(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False


class Process:
    """One child in a process group of its own, so that Ctrl-C reaches only the one who started it."""

    def __init__(self, name, command, folder, env=None, user=None):
        self.name = name
        self.log = Path(folder) / f"{name}.log"
        identity = {}
        if user is not None and os.getuid() == 0:
            account = pwd.getpwnam(user)
            identity = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        with open(self.log, "ab") as output:
            self.child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=folder,
                env={**os.environ, **(env or {})},
                start_new_session=True,
                **identity,
            )

    @property
    def pid(self):
        return self.child.pid

    @property
    def alive(self):
        return self.child.poll() is None

    @property
    def code(self):
        return self.child.poll()

    def tail(self):
        return self.log.read_text(encoding="utf-8", errors="replace")[-2000:]

    def signal(self, number):
        self.child.send_signal(number)

    def stop(self, timeout=20):
        """SIGTERM, and SIGKILL for one that does not listen. Returns the exit code."""
        if self.alive:
            self.child.terminate()
            try:
                self.child.wait(timeout)
            except subprocess.TimeoutExpired:
                self.child.kill()
        return self.child.wait()

    def kill(self):
        if self.alive:
            self.child.send_signal(signal.SIGKILL)
        return self.child.wait()
