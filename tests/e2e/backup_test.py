"""Fault row 36: a copy taken under load by the commands of infra/runbooks/backup-and-restore.md is a working shop.

The copy is restored into a new place, kassad starts on it, settles what was under way with the gateway (whose book did
not go back in time), and the oracle reads both. What was ordered after the copy is what such a restore loses, no more.
"""

import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / name) for name in ("support", "chaos")]
import kassa  # noqa: E402
from oracle import Oracle, stock_of  # noqa: E402

ITEM = "harbour-espresso--250-g-filter"
SHOPPERS = 4
RUNBOOK = kassa.ROOT / "infra/runbooks/backup-and-restore.md"


def commands_of_the_runbook(data, to):
    """The block that makes a copy, with this test's folders."""
    block = next(text for text in re.findall(r"```sh\n(.*?)```", RUNBOOK.read_text(), re.DOTALL) if "VACUUM" in text)
    block, moved = re.subn(r"^cd /var/lib/kassa$", f"cd '{data}'", block, flags=re.MULTILINE)
    block, placed = re.subn(r"^to=.*? &&", f"to='{to}' &&", block, flags=re.MULTILINE)
    assert moved == 1 and placed == 1, block
    return block


class Restored(kassa.Server):
    """A data directory that was not made by `kassad init` but laid there."""

    def __init__(self, folder, keys):
        self.given = keys
        super().__init__(folder, bundle=None)

    def _init(self, live):
        return self.given


class Load:
    """Shoppers who buy until they are told to stop, and remember what they were promised and when."""

    def __init__(self, server):
        self.server = server
        self.over = threading.Event()
        self.promised = []
        self.threads = [threading.Thread(target=self.buy) for _ in range(SHOPPERS)]
        for thread in self.threads:
            thread.start()

    def buy(self):
        client = self.server.client()
        while not self.over.is_set():
            checkout = client.open_ready([(ITEM, 1)], key=kassa.new_key(), buyer={"email": "ada@shopper.example"})
            answer = client.complete(checkout["id"], key=kassa.new_key())
            if answer.json.get("status") == "completed":
                total = next(entry["amount"] for entry in answer.json["totals"] if entry["type"] == "total")
                self.promised.append((time.monotonic(), answer.json["order"]["id"], total))
        client.connection.close()

    def wait_for(self, count):
        assert kassa.eventually(lambda: len(self.promised) >= count, timeout=60), f"only {len(self.promised)} orders"

    def stop(self):
        self.over.set()
        for thread in self.threads:
            thread.join()


class Backup(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="kassa-backup-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def copy_under_load(self, server):
        """(when it began as monotonic and wall milliseconds, all promises)."""
        load = Load(server)
        try:
            load.wait_for(20)
            began, wall = time.monotonic(), int(time.time() * 1000)
            commands = commands_of_the_runbook(server.data, self.folder / "copy")
            shell = ["sh", "-eu", "-c", commands]
            done = subprocess.run(shell, capture_output=True, text=True, timeout=60, check=False)
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "ok\n", ""))
            self.seconds = time.monotonic() - began
            load.wait_for(len(load.promised) + 20)
        finally:
            load.stop()
        return began, wall, load.promised

    def lay(self, server):
        """The files of the runbook's restore, and the gateway as it stands today."""
        data = self.folder / "restored/data"
        data.mkdir(parents=True, mode=0o700)
        shutil.copy(self.folder / "copy/kassa.db", data)
        shutil.copy(self.folder / "copy-keys/keys.db", data)
        shutil.copy(server.data / "master.key", data)
        for file in server.data.glob("sandbox.db*"):
            shutil.copy(file, data)
        return Restored(self.folder / "restored", server.keys)

    def faults(self, oracle, orders, wall, quiet):
        """What the oracle finds, without the charges that the gateway made after the copy: they are what is lost."""
        with sqlite3.connect(f"file:{oracle.book}?mode=ro", uri=True) as book:
            later = {key for key, in book.execute("SELECT gateway_key FROM charge WHERE created_at >= ?", (wall,))}
        book.close()
        found = oracle.check(orders, quiet=quiet)
        lost = [fault for fault in found if any(fault == f"I2 charge {key} has no attempt" for key in later)]
        return [fault for fault in found if fault not in lost], len(lost)

    def test_a_copy_made_under_load_is_a_working_shop(self):
        with kassa.Server() as server:
            first = stock_of(server.data)
            server.start()
            began, wall, promised = self.copy_under_load(server)
            server.kill()
            restored = self.lay(server)
        with restored:
            oracle = Oracle(restored.data, first)
            kept = [(order, total) for at, order, total in promised if at < began]
            begun = time.monotonic()
            restored.start()
            started = time.monotonic() - begun
            # What was under way at the moment of the copy is settled by the completer.
            kassa.eventually(lambda: not self.faults(oracle, kept, wall, quiet=True)[0], timeout=30)
            client = restored.client()
            fresh = client.open_ready([(ITEM, 1)], key=kassa.new_key(), buyer={"email": "ben@shopper.example"})
            answer = client.complete(fresh["id"], key=kassa.new_key()).json
            self.assertEqual(answer["status"], "completed")
            # Personal data can be read: the keys fit the books.
            seen = client.call("GET", f"/ucp/v1/orders/{kept[-1][0]}")
            self.assertEqual(seen.status, 200, seen.bytes)
            client.connection.close()
            restored.stop()
            found, lost = self.faults(oracle, kept, wall, quiet=True)
            self.assertEqual(found, [])
            self.assertGreater(lost, 0)
            print(
                f"copy of {len(kept)} orders under load: {self.seconds:.2f} s; restored and ready in {started:.2f} s; "
                f"{lost} charges are younger than the copy",
                file=sys.stderr,
            )


if __name__ == "__main__":
    unittest.main(verbosity=2)
