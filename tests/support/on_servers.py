#!/usr/bin/env python3
"""Runs a suite with money in PostgreSQL and sessions in Redis.

    on_servers.py [--memory-sessions] [--memory] COMMAND...

--memory: the database's folder is on a disk in memory, where many databases are made and removed quickly. Each
kassa.Server that the suite makes gets a database and a Redis database of its own; the suite itself knows nothing of
it. Ends as the command did.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import postgres_server
import redis_servers
from postgres_pair import PostgresServer

SERVERS_MAX = 200  # That one suite may make.


def main():
    command = sys.argv[1:]
    memory_sessions = command[:1] == ["--memory-sessions"] and bool(command.pop(0))
    in_memory = command[:1] == ["--memory"] and bool(command.pop(0)) and os.path.isdir("/dev/shm")
    if not command:
        sys.exit(__doc__)
    # Whoever ends this process wants the servers gone as well.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    folder = Path(tempfile.mkdtemp(prefix="kassa-servers-", dir="/dev/shm" if in_memory else None))
    folder.chmod(0o711)  # PostgreSQL runs as a user of its own.
    postgres = redis = None
    try:
        database = folder / "postgres"
        database.mkdir()
        conninfo = dict(word.split("=") for word in postgres_server.make(str(database)).split())
        postgres = PostgresServer(database, conninfo["port"])
        postgres.settings("max_connections = 500\n")
        postgres.start()
        redis = redis_servers.RedisServer(folder, more=["--databases", str(SERVERS_MAX)])
        engines = {"SUITE_DATABASES": f"postgresql://kassa@127.0.0.1:{postgres.port}"}
        if not memory_sessions:
            engines["SUITE_REDIS"] = f"redis://{redis.address}"
        code = subprocess.run(command, env={**os.environ, **engines}, check=False).returncode
    finally:
        if redis:
            redis.kill()
        if postgres:
            postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)
    # A command that a signal ended fails the test as well.
    sys.exit(code if code >= 0 else 128 - code)


if __name__ == "__main__":
    main()
