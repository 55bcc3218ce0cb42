"""A PostgreSQL primary and its synchronous standby: what an order that was answered needs to survive the loss of a
machine. Built from tests/support/postgres_server.py; fsync stays on."""

import os
from pathlib import Path

import postgres_server
import psql
from processes import wait_until

STANDBY_NAME = "kassa_standby"


class PostgresServer:
    """One data directory and its server, by pg_ctl."""

    def __init__(self, folder, port):
        self.folder = Path(folder)
        self.port = port

    @property
    def url(self):
        return f"postgresql://kassa@127.0.0.1:{self.port}/postgres"

    @property
    def alive(self):
        return (self.folder / "data/postmaster.pid").exists()

    @property
    def pid(self):
        return int((self.folder / "data/postmaster.pid").read_text().split()[0])

    def control(self, action, *more):
        postgres_server.control(str(self.folder), action, *more)

    def start(self):
        self.control("start")
        return self

    def restart(self, mode="fast"):
        self.control("restart", "--mode", mode)

    def stop(self, mode="immediate"):
        if self.alive:
            self.control("stop", "--mode", mode)

    def settings(self, text):
        with open(self.folder / "data/postgresql.conf", "a", encoding="utf-8") as file:
            file.write(text)

    def ask(self, sql):
        return psql.ask(self.url, sql)


class PostgresPair:
    """Two servers; `url` finds the one that can be written to, whichever that is."""

    def __init__(self, folder):
        # The server's user must get through; the folders below are its own.
        Path(folder).chmod(0o711)
        self.primary, self.standby = PostgresServer(Path(folder) / "postgres-1", 0), None
        try:
            self._make_primary()
            self.standby = self._make_standby(Path(folder) / "postgres-2")
        except BaseException:
            self.stop()
            raise

    def _make_primary(self):
        self.primary.folder.mkdir()
        conninfo = postgres_server.make(str(self.primary.folder))
        self.primary.port = int(dict(word.split("=") for word in conninfo.split())["port"])
        self.primary.start()

    def _make_standby(self, folder):
        folder.mkdir()
        user = postgres_server.server_user()
        if user:
            os.chown(folder, user.pw_uid, user.pw_gid)
        # Next to the real pg_ctl, which may be reached by a link. An absolute path stays as it is.
        folder_of_programs = Path(postgres_server.programs(), "pg_ctl").resolve().parent
        source = f"host=127.0.0.1 port={self.primary.port} user=kassa application_name={STANDBY_NAME}"
        postgres_server.as_server(
            str(folder_of_programs / "pg_basebackup"),
            *("--dbname", source, "--pgdata", str(folder / "data"), "--write-recovery-conf", "--checkpoint=fast"),
        )
        standby = PostgresServer(folder, postgres_server.free_port())
        standby.settings(f"port = {standby.port}\nunix_socket_directories = '{folder}'\n")
        # Every commit waits until the standby has found its restarted primary; it looks every 5 s otherwise.
        standby.settings("wal_retrieve_retry_interval = 500ms\n")
        standby.start()
        # Only now: with a standby named and none there, every commit would wait.
        self.primary.ask(f"ALTER SYSTEM SET synchronous_standby_names = '{STANDBY_NAME}'")
        self.primary.ask("SELECT pg_reload_conf()")
        wait_until(self.is_synchronous, "the standby is synchronous")
        return standby

    @property
    def servers(self):
        return [server for server in (self.primary, self.standby) if server is not None]

    @property
    def url(self):
        hosts = ",".join(f"127.0.0.1:{server.port}" for server in sorted(self.servers, key=lambda one: one.folder.name))
        return f"postgresql://kassa@{hosts}/postgres?target_session_attrs=read-write"

    def is_synchronous(self):
        rows = self.primary.ask(f"SELECT sync_state FROM pg_stat_replication WHERE application_name = '{STANDBY_NAME}'")
        return rows == "sync"

    def fail_over(self):
        """The primary is lost without a goodbye; the standby takes its place and has no standby itself."""
        lost, self.primary = self.primary, self.standby
        lost.stop("immediate")
        self.primary.control("promote")
        wait_until(lambda: self.primary.ask("SELECT pg_is_in_recovery()") == "f", "the standby is promoted")
        self.standby = None
        return lost

    def stop(self):
        for server in self.servers:
            server.stop()
