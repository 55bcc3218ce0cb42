"""A merchant tries rules on recorded carts of a real kassad; nobody's words are in what was recorded."""

import json
import shutil
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import kassa  # noqa: E402

ITEM = "harbour-espresso--250-g-filter"
TEN = {"id": "ten", "class": "order", "trigger": "automatic", "value": {"type": "percent", "bps": 1000}}
HALF = {**TEN, "id": "half", "value": {"type": "percent", "bps": 5000}}


def canaries(start=1):
    """Words that nobody else writes: canary1, canary2 and so on."""
    number = start
    while True:
        yield f"canary{number}"
        number += 1


class Recorded(unittest.TestCase):
    percent = 100

    def setUp(self):
        folder = tempfile.mkdtemp(prefix="kassa-simulate-")
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        bundle = Path(folder) / "bundle"
        shutil.copytree(kassa.ROOT / "infra/sample-store", bundle)
        settings = json.loads((bundle / "store.json").read_text())
        (bundle / "store.json").write_text(json.dumps({**settings, "recorded_carts_percent": self.percent}))
        (bundle / "discounts.json").write_text(json.dumps([TEN]))
        self.server = kassa.Server(bundle=bundle).start()
        self.addCleanup(self.server.close)
        self.shop = self.connect("http")
        self.admin = self.connect("admin")

    def connect(self, listener):
        client = self.server.client(listener)
        self.addCleanup(client.connection.close)
        return client

    def simulate(self, expect=200, **body):
        reply = self.admin.call("POST", "/admin/v1/discounts/simulate", body)
        self.assertEqual(reply.status, expect, reply.bytes)
        return reply.json

    def recorded(self, count, outcome):
        return kassa.eventually(lambda: self.simulate(outcome=outcome)["carts"] == count)

    def buy(self, quantity, **more):
        ready = self.shop.open_ready([(ITEM, quantity)], **more)
        done = self.shop.complete(ready["id"], key=kassa.new_key())
        self.assertEqual(done.json["status"], "completed", done.bytes)
        return kassa.total_of(done.json), done.json


class Simulation(Recorded):
    def test_what_was_sold_is_what_the_live_rules_come_to(self):
        totals = [self.buy(quantity)[0] for quantity in (1, 2, 5)]
        self.shop.create([(ITEM, 9)])
        self.assertTrue(self.recorded(3, "ordered"))
        self.assertTrue(self.recorded(1, "open"))
        report = self.simulate(draft={"rules": [HALF], "without": ["ten"]})
        self.assertEqual([entry["currency"] for entry in report["currencies"]], ["USD"])
        sums = report["currencies"][0]
        self.assertEqual(sums["live"]["revenue"], sum(totals))
        self.assertEqual(sums["orders_touched"], 3)
        self.assertEqual(sums["difference"]["revenue"], sums["draft"]["revenue"] - sums["live"]["revenue"])
        self.assertEqual([cart["live"] for cart in sums["worst"]], sorted(totals, reverse=True))
        given = {entry["rule"]: entry for entry in report["rules"]}
        self.assertEqual(given["half"]["draft"]["given"]["USD"], sums["draft"]["discount"])
        self.assertEqual(given["ten"]["live"]["given"]["USD"], sums["live"]["discount"])
        same = self.simulate(outcome="any")["currencies"][0]
        self.assertEqual((same["carts"], same["orders_touched"]), (4, 0))
        self.assertEqual(same["live"], same["draft"])

    def test_a_draft_becomes_what_it_was_said_to_be(self):
        before, _ = self.buy(4)
        self.assertTrue(self.recorded(1, "ordered"))
        draft = self.simulate(draft={"rules": [HALF], "without": ["ten"]})["currencies"][0]["draft"]["revenue"]
        imported = json.dumps(HALF).encode()
        self.assertEqual(self.admin.call("POST", "/admin/v1/discounts/import", imported).status, 200)
        self.assertEqual(self.admin.call("DELETE", "/admin/v1/discounts/ten").status, 204)
        live = self.simulate()["currencies"][0]["live"]["revenue"]
        self.assertEqual(live, draft)
        self.assertLess(live, before)
        self.assertTrue(kassa.eventually(lambda: kassa.total_of(self.shop.open_ready([(ITEM, 4)])) == draft))
        self.assertEqual(self.buy(4)[0], draft)

    def test_recordings_outlive_the_process(self):
        self.buy(2)
        self.assertEqual(self.server.stop(), 0)
        self.server.start()
        self.admin = self.connect("admin")
        self.assertEqual(self.simulate()["carts"], 1, "the last thing that a process does is to write them")


class Privacy(Recorded):
    def test_nothing_that_a_shopper_wrote_is_recorded(self):
        word = canaries()
        address = {
            "id": next(word),
            "first_name": next(word),
            "last_name": next(word),
            "phone_number": "+1555" + next(word),
            "street_address": next(word),
            "extended_address": next(word),
            "address_locality": next(word),
            "address_region": "ME",
            "postal_code": "04101",
            "address_country": "US",
        }
        email = f"{next(word)}@shop.example"
        _, done = self.buy(
            3,
            address=address,
            buyer={"email": email, "first_name": next(word), "last_name": next(word)},
            discounts={"codes": [next(word)]},
            context={"intent": next(word), "language": "en", "postal_code": next(word)},
        )
        self.shop.create([(ITEM, 1), (next(word), 1)], buyer={"email": email})
        self.assertTrue(self.recorded(1, "ordered"))
        self.assertTrue(self.recorded(1, "open"))
        rows = self.server.ask("SELECT recording_id, outcome, body FROM recorded_carts ORDER BY outcome")
        text = json.dumps(rows).lower()
        for secret in ("canary", "shop.example", "04101", "555", done["id"].lower(), done["order"]["id"].lower()):
            self.assertNotIn(secret, text)
        self.assertIn('"region":"me"', rows[1][2].lower())
        erased = self.admin.call("POST", "/admin/v1/persons/erasures", {"email": email})
        self.assertEqual(len(erased.json["erased"]), 2, erased.bytes)
        self.assertEqual(self.simulate(outcome="any")["carts"], 2)


class SwitchedOff(Recorded):
    percent = 0

    def test_nothing_is_recorded(self):
        self.buy(1)
        self.assertEqual(self.server.stop(), 0)
        self.server.start()
        self.assertEqual(self.server.ask("SELECT count(*) FROM recorded_carts"), [(0,)])


del Recorded

if __name__ == "__main__":
    unittest.main(verbosity=2)
