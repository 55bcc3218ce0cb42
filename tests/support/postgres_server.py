#!/usr/bin/env python3
"""A PostgreSQL server of one's own, for tests: in a temporary folder, on a Unix socket and a free loopback port.

    postgres_server.py run [--memory] -- COMMAND...   starts one, runs the command, stops it; ends as the command did
    postgres_server.py restart FOLDER [--mode immediate]
    postgres_server.py stop FOLDER [--mode immediate]
    postgres_server.py start FOLDER

The command finds its server by KASSA_TEST_POSTGRES (a conninfo) and KASSA_TEST_POSTGRES_FOLDER. PostgreSQL refuses to
run as root: then everything runs as the user postgres, whom Debian's package makes, or nobody. fsync stays on; with
--memory the folder is on a disk in memory, where it costs little.
"""

import argparse
import glob
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

SETTINGS = """
listen_addresses = '127.0.0.1'
max_connections = 100
fsync = on
synchronous_commit = on
shared_buffers = 64MB
max_wal_size = 256MB
log_min_messages = warning
"""


def programs():
    """The folder with initdb and pg_ctl: Debian keeps them out of PATH, one folder for each version."""
    found = shutil.which("pg_ctl")
    if found:
        return os.path.dirname(found)
    folders = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: int(path.split("/")[-2]))
    if not folders:
        sys.exit("no PostgreSQL server here: install the packages that dev.packages names")
    return folders[-1]


def server_user():
    """Who the server runs as, when this process is root."""
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    sys.exit("there is neither a user postgres nor a user nobody")


def as_server(*command):
    user = server_user()
    identity = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
    done = subprocess.run(
        [os.path.join(programs(), command[0]), *command[1:]],
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        **identity,
    )
    if done.returncode != 0:
        sys.exit(f"{command[0]} failed:\n{done.stdout}")


def control(folder, action, *more):
    # pg_ctl's children inherit its output: a log file keeps the pipe above from staying open.
    data, log = os.path.join(folder, "data"), os.path.join(folder, "log")
    as_server("pg_ctl", "--pgdata", data, "--log", log, "--wait", "--timeout", "60", "--silent", action, *more)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def make(folder):
    user = server_user()
    if user:
        os.chown(folder, user.pw_uid, user.pw_gid)
    data = os.path.join(folder, "data")
    as_server("initdb", "--pgdata", data, "--username", "kassa", "--auth", "trust", "--encoding", "UTF8",
              "--locale", "C.UTF-8", "--no-sync", "--no-instructions")
    port = free_port()
    with open(os.path.join(data, "postgresql.conf"), "a", encoding="utf-8") as settings:
        settings.write(f"{SETTINGS}port = {port}\nunix_socket_directories = '{folder}'\n")
    return f"host={folder} port={port} user=kassa dbname=postgres"


def run(command, memory):
    parent = "/dev/shm" if memory and os.path.isdir("/dev/shm") else None
    folder = tempfile.mkdtemp(prefix="kassa-postgres-", dir=parent)
    try:
        conninfo = make(folder)
        control(folder, "start")
        try:
            environment = {**os.environ, "KASSA_TEST_POSTGRES": conninfo, "KASSA_TEST_POSTGRES_FOLDER": folder}
            return subprocess.run(command, env=environment, check=False).returncode
        finally:
            if os.path.exists(os.path.join(folder, "data", "postmaster.pid")):
                control(folder, "stop", "--mode", "immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="action", required=True)
    running = commands.add_parser("run")
    running.add_argument("--memory", action="store_true")
    running.add_argument("command", nargs="+")
    for action in ("restart", "stop", "start"):
        one = commands.add_parser(action)
        one.add_argument("folder")
        if action != "start":
            one.add_argument("--mode", choices=("fast", "immediate"), default="fast")
    given = parser.parse_args()
    if given.action == "run":
        # Whoever ends this process wants the server gone as well.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
        code = run(given.command, given.memory)
        # A command that a signal ended fails the test as well.
        sys.exit(code if code >= 0 else 128 - code)
    control(given.folder, given.action, *(["--mode", given.mode] if given.action != "start" else []))


if __name__ == "__main__":
    main()
