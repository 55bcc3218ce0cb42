"""The harness of ./dev cluster does what it says: each part starts, survives the loss that it is there for, and nothing
is left behind."""

import http.client
import json
import os
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.request
from pathlib import Path

SUPPORT = Path(__file__).resolve().parents[1] / "support"
sys.path.insert(0, str(SUPPORT))
import kassa  # noqa: E402
import redis_servers  # noqa: E402
from cluster import Cluster  # noqa: E402
from postgres_pair import PostgresPair  # noqa: E402
from psql import ask  # noqa: E402
from processes import wait_until  # noqa: E402


ITEM = "harbour-espresso--250-g-filter"


def runs(pid):
    """A dead process whom nobody has asked for its end does not count."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1][0] != "Z"
    except FileNotFoundError:
        return False


class Redis(unittest.TestCase):
    def test_a_replica_takes_the_place_of_its_primary(self):
        with tempfile.TemporaryDirectory() as folder:
            cluster = redis_servers.RedisCluster(folder)
            self.addCleanup(cluster.stop)
            key = "kassa:{shop:chk_1}"
            lost = cluster.owner_of(key)
            self.assertEqual(redis_servers.ask(lost.port, "SET", key, "kept"), b"+OK\r\n")
            self.assertEqual(redis_servers.ask(lost.port, "WAIT", "1", "5000"), b":1\r\n")
            lost.kill()
            wait_until(cluster.is_whole, "the cluster is whole again", timeout=30)
            heir = cluster.owner_of(key)
            self.assertNotEqual(heir.port, lost.port)
            self.assertEqual(redis_servers.ask(heir.port, "GET", key), b"$4\r\nkept\r\n")
            lost.start()
            wait_until(lambda: not cluster.is_primary(lost), "the old primary is a replica")
            wait_until(cluster.is_whole, "all six are there")


class Postgres(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.pair = PostgresPair(self.folder)
        self.addCleanup(self.pair.stop)

    def test_what_was_committed_survives_the_loss_of_the_primary(self):
        url = self.pair.url
        ask(url, "CREATE TABLE kept (n int)")
        ask(url, "INSERT INTO kept SELECT generate_series(1, 1000)")
        lost = self.pair.fail_over()
        self.assertFalse(lost.alive)
        # The same URL finds the new primary.
        self.assertEqual(ask(url, "SELECT count(*) FROM kept"), "1000")
        ask(url, "INSERT INTO kept VALUES (1001)")

    def test_the_questions_to_the_books_are_postgresql_as_well(self):
        for migration in sorted((kassa.ROOT / "infra/migrations/main").glob("*.sql")):
            ask(self.pair.url, migration.read_text())
        for questions, lines in (("pulse.sql", 0), ("invariants.sql", 9)):
            out = self.folder / "out.prom"
            books = kassa.ROOT / "infra/books"
            command = [books / "kassa-books", self.pair.url, books / questions, out]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            answers = out.read_text().splitlines()
            self.assertEqual(len(answers), lines)
            self.assertTrue(all(answer.endswith(" 0") for answer in answers), answers)


class Shared(unittest.TestCase):
    """Two kassad on one PostgreSQL pair and one Redis Cluster, behind haproxy."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        Path(cls.folder.name).chmod(0o711)  # PostgreSQL's user must get through.
        bundle = Path(cls.folder.name) / "bundle"
        shutil.copytree(kassa.ROOT / "infra/sample-store", bundle)
        (bundle / "stock.ndjson").write_text(json.dumps({"variant": ITEM, "location": "quay", "on_hand": 1000000}))
        cls.cluster = Cluster(Path(cls.folder.name) / "all", bundle=bundle)
        cls.addClassCleanup(cls.cluster.close)
        cls.ended = threading.Event()

    def setUp(self):
        self.bought = []
        self.failures = []
        self.ended.clear()

    def buy(self):
        client = kassa.Client(self.cluster.url, self.cluster.keys["secret_key"])
        try:
            fulfillment = kassa.shipping_to(kassa.US)
            created = client.create([(ITEM, 1)], fulfillment=fulfillment, buyer={"email": "ada@shop.example"})
            for _ in range(20):
                # Again, when it got lost: on a busy machine Redis may take too long.
                client.choose_first_option(created.json)
                reply = client.complete(created.json["id"], key=kassa.new_key())
                if reply.json.get("status") == "completed":
                    self.bought.append(reply.json["order"]["id"])
                    return
            raise AssertionError(reply.bytes)
        finally:
            client.connection.close()

    def buy_until_ended(self):
        while not self.ended.is_set():
            try:
                self.buy()
            except (OSError, http.client.HTTPException, AssertionError, ValueError, KeyError) as failure:
                self.failures.append(repr(failure))

    def while_buying(self, work):
        shoppers = [threading.Thread(target=self.buy_until_ended) for _ in range(4)]
        for shopper in shoppers:
            shopper.start()
        try:
            work()
        finally:
            self.ended.set()
            for shopper in shoppers:
                shopper.join()

    def assert_kept(self):
        self.assertTrue(self.bought)
        known = ask(self.cluster.postgres.url, "SELECT order_id FROM kassa.purchase WHERE order_state = 'confirmed'")
        self.assertEqual(set(self.bought) - set(known.split()), set())

    def restart_each(self):
        for node in self.cluster.nodes:
            self.assertEqual(node.stop(), 0)
            node.start(self.cluster.url)
            wait_until(lambda: self.cluster.backends() == 2, "haproxy finds both kassad ready")

    def test_a_rolling_restart_fails_no_request(self):
        self.while_buying(self.restart_each)
        self.assertEqual(self.failures, [])
        self.assert_kept()

    def test_no_order_is_lost_with_a_primary_of_either_store(self):
        def lose():
            self.cluster.redis.primaries()[0].kill()
            wait_until(self.cluster.redis.is_whole, "the redis cluster is whole again")
            self.cluster.postgres.fail_over()
            before = len(self.bought)
            wait_until(lambda: len(self.bought) > before + 4, "shoppers buy again", timeout=60)

        self.while_buying(lose)
        self.assert_kept()


class Whole(unittest.TestCase):
    def start(self, folder):
        """The command as ./dev cluster starts it; returns it when it has said where everything is."""
        command = [sys.executable, str(SUPPORT / "cluster.py"), "--embedded", "--folder", folder]
        child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.addCleanup(child.stdout.close)
        self.addCleanup(child.kill)
        ending = threading.Timer(120, child.kill)
        ending.start()
        self.addCleanup(ending.cancel)
        lines = {}
        for line in child.stdout:
            words = line.split()
            if words:
                lines[words[0]] = words[1:]
            if line.startswith("logs"):
                return child, lines
        raise AssertionError(f"it ended with {child.wait()}")

    def test_the_command_starts_everything_survives_a_death_and_leaves_nothing(self):
        with tempfile.TemporaryDirectory() as folder:
            child, lines = self.start(folder)
            context = ssl.create_default_context(cafile=str(Path(folder) / "shop.crt"))

            def shop():
                url = f"{lines['shop'][0]}/.well-known/ucp"
                with urllib.request.urlopen(url, context=context, timeout=10) as answer:
                    return answer.status

            self.assertEqual([shop() for _ in range(4)], [200] * 4)
            children = subprocess.run(
                ["pgrep", "--parent", str(child.pid)], capture_output=True, text=True, check=True
            ).stdout.split()
            self.assertEqual(len(children), 6 + 2 + 1)
            servers = [int(file.read_text().split()[0]) for file in Path(folder).glob("postgres-*/data/postmaster.pid")]
            self.assertEqual(len(servers), 2)
            first = lines["kassad-1"][0].rsplit(":", 1)[1]
            victim = next(
                int(pid) for pid in children if f":{first}\0" in Path(f"/proc/{pid}/cmdline").read_text()
                and "serve\0" in Path(f"/proc/{pid}/cmdline").read_text()
            )
            os.kill(victim, signal.SIGKILL)
            self.assertEqual([shop() for _ in range(8)], [200] * 8)
            self.assertTrue(all(runs(pid) for pid in (*map(int, children), *servers) if pid != victim))
            child.send_signal(signal.SIGINT)
            self.assertEqual(child.wait(timeout=60), 0)
            self.assertEqual([pid for pid in (*map(int, children), *servers) if runs(pid)], [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
