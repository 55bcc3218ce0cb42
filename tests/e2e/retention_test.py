"""A checkout that nobody completed is gone some time after its expiry, with the key of whoever filled it in."""

import sqlite3
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import kassa  # noqa: E402

ITEM = "harbour-espresso--250-g-filter"
DAY = 24 * 3600 * 1000


class Retention(unittest.TestCase):
    def setUp(self):
        self.server = kassa.Server().start()
        self.addCleanup(self.server.close)

    def database(self, file):
        database = sqlite3.connect(self.server.data / file)
        self.addCleanup(database.close)
        return database

    def test_an_abandoned_checkout_goes_and_a_completed_one_stays(self):
        client = self.server.client()
        kept = client.open_ready([(ITEM, 1)], key=kassa.new_key(), buyer={"email": "ada@shopper.example"})["id"]
        self.assertEqual(client.complete(kept, key=kassa.new_key()).json["status"], "completed")
        left = client.create([(ITEM, 1)], key=kassa.new_key(), buyer={"email": "ben@shopper.example"}).json["id"]
        client.connection.close()
        self.server.stop()
        main = self.database("kassa.db")
        ids = {row[0]: row[1] for row in main.execute("SELECT checkout_id, person_id FROM checkout")}
        self.assertEqual(sorted(ids), sorted([kept, left]))
        main.execute("UPDATE checkout SET expires_at = expires_at - ?", (8 * DAY,))
        main.commit()
        main.close()
        self.server.start("--abandoned-checkout-days", "7")
        keys = self.database("keys.db")

        def persons():
            return {row[0] for row in keys.execute("SELECT person_id FROM person_key")}

        self.assertTrue(kassa.eventually(lambda: ids[left] not in persons()))
        self.assertIn(ids[kept], persons())
        main = self.database("kassa.db")
        rest = "SELECT checkout_id FROM checkout"
        self.assertTrue(kassa.eventually(lambda: main.execute(rest).fetchall() == [(kept,)]))
        client = self.server.client()
        self.addCleanup(client.connection.close)
        self.assertEqual(client.get(kept).json["status"], "completed")
        self.assertEqual(client.get(left).json["messages"][0]["code"], "not_found")


if __name__ == "__main__":
    unittest.main(verbosity=2)
