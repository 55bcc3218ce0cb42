"""Buying with everything durable in PostgreSQL: what was answered outlives the process and the server's restarts."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import kassa  # noqa: E402
import postgres_server  # noqa: E402
from processes import program  # noqa: E402

ITEM = "harbour-espresso--250-g-filter"
PATIENCE_SECONDS = 15


class Postgres(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="kassa-postgres-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        conninfo = dict(word.split("=") for word in postgres_server.make(self.folder).split())
        postgres_server.control(self.folder, "start")
        self.addCleanup(postgres_server.control, self.folder, "stop", "--mode", "immediate")
        os.environ["KASSA_DATABASE"] = f"postgresql://kassa@127.0.0.1:{conninfo['port']}/postgres"
        self.addCleanup(os.environ.pop, "KASSA_DATABASE")
        bundle = pathlib.Path(self.folder) / "bundle"
        shutil.copytree(kassa.ROOT / "infra/sample-store", bundle)
        level = {"variant": ITEM, "location": "quay", "on_hand": 10}
        (bundle / "stock.ndjson").write_text(json.dumps(level) + "\n")
        self.server = kassa.Server(bundle=bundle)
        self.addCleanup(self.server.close)

    def client(self):
        client = self.server.client()
        self.addCleanup(client.connection.close)
        return client

    def open(self):
        return self.client().open_ready([(ITEM, 1)], buyer={"email": "ada@example.com"})["id"]

    def complete(self, checkout):
        return self.client().complete(checkout, key=kassa.new_key())

    def buy(self):
        checkout, key = self.open(), kassa.new_key()
        done = self.client().complete(checkout, key=key)
        until = time.monotonic() + PATIENCE_SECONDS
        while done.status == 503 and time.monotonic() < until:  # The pool is connecting again: as clients do.
            time.sleep(0.1)
            done = self.client().complete(checkout, key=key)
        self.assertEqual((done.status, done.json.get("status")), (200, "completed"), done.bytes)
        return done.json["order"]["id"]

    def assert_kept(self, order):
        def told():  # Those who read connect again by themselves, too.
            status = self.client().call("GET", f"/ucp/v1/orders/{order}").status
            return None if status == 503 else status

        self.assertEqual(kassa.eventually(told), 200)

    def test_an_order_outlives_the_process(self):
        self.server.start()
        order = self.buy()
        self.server.kill()
        self.server.start()
        self.assert_kept(order)
        self.assertEqual(self.server.stop(), 0)
        # Nothing durable went into files.
        self.assertEqual([path.name for path in self.server.data.glob("*.db")], [])

    def test_a_server_that_restarts_loses_nothing_and_is_found_again(self):
        self.server.start()
        orders = [self.buy()]
        for mode in ("fast", "immediate"):
            postgres_server.control(self.folder, "restart", "--mode", mode)
            orders.append(self.buy())
        self.assertTrue(self.server.alive)
        for order in orders:
            self.assert_kept(order)

    def refused(self, server, **env):
        """What a process that is not let in says."""
        with self.assertRaises(RuntimeError):
            server.start(env=env)
        return (server.folder / "kassad.log").read_text()

    def test_a_second_process_needs_shared_sessions_and_the_first_ones_death_makes_room_at_once(self):
        self.server.start()
        twin = kassa.Server(twin_of=self.server)
        self.addCleanup(twin.close)
        self.assertIn("set sessions (KASSA_SESSIONS) to a Redis", self.refused(twin))
        shared = {"KASSA_SESSIONS": "redis://127.0.0.1:1"}
        self.assertIn('with sessions = "memory": set sessions', self.refused(twin, **shared))
        self.assertTrue(self.server.alive)
        self.server.kill()
        twin.start()
        self.assertEqual(twin.stop(), 0)
        # Those who share are many, and keep out who does not.
        twin.start(env=shared)
        self.assertIn("another process serves this database, and", self.refused(self.server))

    def test_where_no_commit_waits_for_the_standby_that_is_named_nobody_serves(self):
        database = os.environ["KASSA_DATABASE"]
        local = {"KASSA_DATABASE": database + "?options=-c%20synchronous_commit%3Dlocal"}
        # Without a standby it makes no difference.
        self.server.start(env=local)
        self.assertEqual(self.server.stop(), 0)
        self.ask("ALTER SYSTEM SET synchronous_standby_names = 'elsewhere'")
        self.ask("SELECT pg_reload_conf()")
        self.assertTrue(kassa.eventually(lambda: self.ask("SHOW synchronous_standby_names") == "elsewhere"))
        self.assertIn("no commit waits for a standby", self.refused(self.server, **local))

    def test_a_process_keeps_its_place_when_the_server_restarts(self):
        self.server.start()
        postgres_server.control(self.folder, "restart", "--mode", "fast")
        locks = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"
        self.assertTrue(kassa.eventually(lambda: self.ask(locks) == "1"))
        self.assertTrue(self.server.alive)

    def test_a_process_whose_place_was_taken_ends(self):
        self.server.start()
        lost = "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory'"
        taken = "SELECT 'taken ' || pg_try_advisory_lock(hashtextextended('kassa.processes.kassa', 0))"
        command = [program("psql"), "-qAt", "-d", os.environ["KASSA_DATABASE"]]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
            answer = ""
            # Quicker than kassad's next connection, sooner or later.
            while answer != "taken true\n":
                other.stdin.write(f"{lost}; {taken};\n")
                other.stdin.flush()
                answer = next(line for line in other.stdout if line.startswith("taken"))
            self.assertEqual(self.server.wait_dead(), 1)
            other.stdin.close()
        log = (self.server.folder / "kassad.log").read_text()
        self.assertIn("another process serves this database", log)
        # Its checkouts are open elsewhere by now: it answers nobody any more, not even for the time of a drain.
        self.assertNotIn("kassad.draining", log)

    def ask(self, sql):
        done = subprocess.run(
            [program("psql"), "-qAt", "-d", os.environ["KASSA_DATABASE"], "-c", sql], capture_output=True, text=True
        )
        return done.stdout.strip()

    def test_forty_shoppers_on_ten_units_make_exactly_ten_orders(self):
        self.server.start()
        checkouts = [self.open() for _ in range(40)]
        replies = kassa.in_threads(40, lambda i: self.complete(checkouts[i]))
        for reply in replies:
            self.assertIn(reply.status, (200, 409), reply.bytes)
        done = [reply.json["order"]["id"] for reply in replies if reply.json.get("status") == "completed"]
        self.assertEqual(len(set(done)), 10)
        for order in done:
            self.assert_kept(order)


if __name__ == "__main__":
    unittest.main()
