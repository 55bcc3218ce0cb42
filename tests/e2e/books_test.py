"""infra/books asks the right questions: a busy shop's books break no invariant, and each invariant that is broken by
hand is told."""

import contextlib
import json
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import kassa  # noqa: E402

ITEM = "harbour-espresso--250-g-filter"
BOOKS = kassa.ROOT / "infra/books"
SAMPLE = re.compile(r'^kassa_books_[a-z_]+(\{[a-z]+="[A-Za-z0-9_]+"\})? -?\d+$')

# What a bug or a hand would do, and the invariant that it breaks.
DAMAGE = {
    "a second successful attempt": (
        "I1",
        "INSERT INTO attempt SELECT store_id, attempt_id || 'x', order_id, n + 1, gateway_id, gateway_key || 'x', "
        "gateway_ref, state, currency, amount, authorized, captured, refunded, sealed_request, version, created_at, "
        "updated_at FROM attempt WHERE state = 'captured' LIMIT 1",
    ),
    "a paid draft": ("I3", "UPDATE purchase SET order_state = 'draft'"),
    "stock below nothing": ("I5", "UPDATE stock SET on_hand = -5, reserved = 1"),
    "stock reserved by nobody": ("I6", "UPDATE stock SET reserved = reserved + 1 WHERE on_hand > 0"),
    "a use of a discount by nobody": ("I7", "UPDATE discount SET used = used + 1 WHERE max_uses IS NULL"),
    "money of a budget that nobody took": (
        "I7",
        "INSERT INTO discount_budget SELECT store_id, discount_id, 'USD', 1 FROM discount LIMIT 1",
    ),
    "an entry off by one": ("I10", "UPDATE ledger SET amount = amount + 1 WHERE line = 0"),
    "an event that is gone": ("I13", "DELETE FROM attempt_event WHERE seq = 0"),
    "an audit row that is gone": ("I21", "DELETE FROM audit WHERE seq = 1"),
}

# What is in order, however it looks, and the invariant that must not be told of it.
SOUND = {
    "a charge that went back beside one that stays": (
        "I1",
        "INSERT INTO attempt SELECT store_id, attempt_id || 'x', order_id, n + 1, gateway_id, gateway_key || 'x', "
        "gateway_ref, state, currency, amount, authorized, captured, captured, sealed_request, version, created_at, "
        "updated_at FROM attempt WHERE state = 'captured' LIMIT 1",
    ),
    "a draft whose money went back": (
        "I3",
        "UPDATE attempt SET state = 'captured', authorized = amount, captured = amount, refunded = amount "
        "WHERE state = 'declined'",
    ),
}


class Books(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="kassa-books-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.server = kassa.Server().start()
        self.addCleanup(self.server.close)
        self.client = self.server.client()
        self.addCleanup(lambda: self.client.connection.close())

    def buy(self, token="success_token"):
        checkout = self.client.open_ready([(ITEM, 1)], key=kassa.new_key(), buyer={"email": "ada@shopper.example"})
        return self.client.complete(checkout["id"], token, key=kassa.new_key()).json

    def ask(self, questions, database=None):
        """{sample: value}; every line must be what Prometheus reads."""
        out = self.folder / "out.prom"
        command = [BOOKS / "kassa-books", database or self.server.data / "kassa.db", BOOKS / questions, out]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = out.read_text().splitlines()
        for line in lines:
            self.assertRegex(line, SAMPLE)
        return {name: int(value) for name, value in (line.rsplit(" ", 1) for line in lines)}

    def test_the_pulse_of_a_busy_shop_tells_what_is_open(self):
        self.assertEqual(self.buy()["status"], "completed")
        quiet = self.ask("pulse.sql")
        self.assertFalse([name for name in quiet if "attempt" in name or "unresolved" in name], quiet)
        self.use_gateway({"slow_token": "processing"})
        self.assertTrue(kassa.eventually(lambda: self.buy("slow_token")["status"] == "complete_in_progress"))
        busy = self.ask("pulse.sql")
        self.assertGreater(busy['kassa_books_attempts{state="processing"}'], 0)
        self.assertGreater(busy["kassa_books_completion_due_oldest_timestamp_seconds"], 0)
        self.client.connection.close()
        self.server.stop()
        late = "UPDATE idempotency SET scope = 'late', lease_until = 4102444800000 WHERE state = 'running'"
        with self.damaged(late) as copy:
            self.assertEqual(self.ask("pulse.sql", copy)['kassa_books_attempts{state="late_review"}'], 1)
        with self.damaged("UPDATE attempt SET state = 'unknown' WHERE state = 'processing'") as copy:
            lost = self.ask("pulse.sql", copy)
        self.assertGreater(lost['kassa_books_attempts{state="unknown"}'], 0)
        self.assertGreater(lost["kassa_books_unresolved_oldest_timestamp_seconds"], 1_700_000_000)

    def test_a_failed_reading_leaves_the_old_file(self):
        self.ask("pulse.sql")
        before = (self.folder / "out.prom").stat().st_mtime_ns
        bad = self.folder / "bad.sql"
        bad.write_text("SELECT 'kassa_books_a 1'; SELECT no_such_column FROM attempt;")
        for arguments in ([self.server.data / "kassa.db", bad], [self.folder / "no.db", BOOKS / "pulse.sql"]):
            done = subprocess.run(
                [BOOKS / "kassa-books", *arguments, self.folder / "out.prom"], capture_output=True, check=False
            )
            self.assertNotEqual(done.returncode, 0)
        self.assertEqual((self.folder / "out.prom").stat().st_mtime_ns, before)

    def test_whole_books_break_nothing_and_each_damage_is_told(self):
        for _ in range(3):
            self.buy()
        self.buy("fail_token")
        self.change_twice()
        sound = self.ask("invariants.sql")
        self.assertGreater(len(sound), 8)
        self.assertEqual(set(sound.values()), {0}, sound)
        self.client.connection.close()
        self.server.stop()
        for what, (invariant, statement) in DAMAGE.items():
            with self.subTest(what):
                with self.damaged(statement) as copy:
                    told = self.ask("invariants.sql", copy)
                self.assertGreater(told[f'kassa_books_violations{{id="{invariant}"}}'], 0, told)
        for what, (invariant, statement) in SOUND.items():
            with self.subTest(what):
                with self.damaged(statement) as copy:
                    told = self.ask("invariants.sql", copy)
                self.assertEqual(told[f'kassa_books_violations{{id="{invariant}"}}'], 0, told)

    def use_gateway(self, tokens):
        """Scripts of the sandbox gateway by token."""
        bundle = self.folder / "bundle"
        bundle.mkdir()
        gateways = json.loads((kassa.ROOT / "infra/sample-store/gateways.json").read_text())
        gateways[0]["settings"]["tokens"].update(tokens)
        (bundle / "gateways.json").write_text(json.dumps(gateways))
        self.client.connection.close()
        self.server.stop()
        self.server.import_bundle(bundle)
        self.server.start()
        self.client = self.server.client()

    @contextlib.contextmanager
    def damaged(self, statement):
        """A copy of the books of a stopped server, after that statement."""
        copy = self.folder / "copy.db"
        shutil.copy(self.server.data / "kassa.db", copy)
        database = sqlite3.connect(copy)
        # The schema refuses most of it, which is the first line of defence; here it is switched off.
        database.execute("PRAGMA ignore_check_constraints = ON")
        self.assertGreater(database.execute(statement).rowcount, 0)
        database.commit()
        database.close()
        yield copy

    def change_twice(self):
        """Two admin writes, so that the audit trail has a chain."""
        admin = self.server.client("admin")
        for quantity in (7, 9):
            body = {"variant_id": ITEM, "location_id": "quay", "adjust": quantity}
            reply = admin.call("POST", "/admin/v1/stock/changes", body)
            self.assertEqual(reply.status, 200, reply.bytes)
        admin.connection.close()


if __name__ == "__main__":
    unittest.main(verbosity=2)
