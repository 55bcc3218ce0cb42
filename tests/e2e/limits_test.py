"""Limits of discounts with many buyers at once: exactly so many uses, exactly so much money; what a declined payment
gives back is there for others."""

import pathlib
import shutil
import sys
import tempfile
import unittest

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "support"), str(TESTS / "chaos")]
import kassa  # noqa: E402
import oracle  # noqa: E402

ITEM = "brewing-class"  # As many as anybody wants, and nothing to deliver.
RULES = [
    {
        "id": "few",
        "title": "For few",
        "class": "order",
        "trigger": {"codes": ["FEW"]},
        "value": {"type": "percent", "bps": 1000},
        "limits": {"global": 5},
    },
    {
        "id": "purse",
        "title": "Out of a purse",
        "class": "order",
        "trigger": {"codes": ["PURSE"]},
        "value": {"type": "amount", "amounts": {"USD": 700}},
        "limits": {"budget": {"USD": 10000}},
    },
]
BUYERS = 200


class Limits(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="kassa-limits-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        bundle = kassa.sample_store(self.folder, RULES)
        self.server = kassa.Server(bundle=bundle).start()
        self.addCleanup(self.server.close)
        self.books = oracle.Oracle.of(self.server)

    def number(self, sql):
        return self.server.ask(sql)[0][0]

    def with_client(self, work):
        client = self.server.client()
        try:
            return work(client)
        finally:
            client.connection.close()

    def open(self, code):
        created = self.with_client(lambda client: client.create([(ITEM, 1)], discounts={"codes": [code]}))
        self.assertEqual((created.status, created.json["status"]), (201, "ready_for_complete"), created.bytes)
        return created.json

    def pay(self, checkout, token):
        reply = self.with_client(lambda client: client.complete(checkout["id"], token, key=kassa.new_key()))
        self.assertIn(reply.status, (200, 400), reply.bytes)
        return reply.json

    def get(self, checkout):
        return self.with_client(lambda client: client.get(checkout["id"])).json

    def decide(self, checkout, ok):
        charge = checkout["continue_url"].rsplit("/", 1)[1]
        path = f"/testing/sandbox/authorize/{charge}?ok={'true' if ok else 'false'}"
        self.assertEqual(self.with_client(lambda client: client.call("POST", path)).status, 200)
        wanted = "completed" if ok else "ready_for_complete"
        self.assertTrue(kassa.eventually(lambda: self.get(checkout)["status"] == wanted, 30))

    def test_a_code_for_five_has_five_uses_and_what_is_declined_can_be_used_again(self):
        opened = kassa.in_threads(BUYERS, lambda _: self.open("FEW"))
        cheap = kassa.total_of(opened[0])
        # All at once; whoever has the price is then at the bank, for as long as this test wants.
        told = kassa.in_threads(BUYERS, lambda i: self.pay(opened[i], "tok_action"))
        paying = [checkout for checkout in told if checkout["status"] == "requires_escalation"]
        refused = [checkout for checkout in told if checkout["status"] != "requires_escalation"]
        self.assertEqual([kassa.total_of(checkout) for checkout in paying], [cheap] * 5)
        self.assertEqual(len(refused), BUYERS - 5)
        self.assertTrue(all(kassa.total_of(checkout) > cheap for checkout in refused), "each is told what it costs now")
        self.assertEqual(self.number("SELECT used FROM discount WHERE discount_id = 'few'"), 5)
        for checkout in paying[:3]:
            self.decide(checkout, ok=False)
        self.assertEqual(self.number("SELECT used FROM discount WHERE discount_id = 'few'"), 2)
        self.assertTrue(kassa.eventually(lambda: kassa.total_of(self.open("FEW")) == cheap))

        def try_again(checkout):
            """Whoever is told the low price again accepts it."""
            told = self.pay(checkout, "success_token")
            return told if told["status"] == "completed" else self.pay(checkout, "success_token")

        again = kassa.in_threads(len(refused), lambda i: try_again(refused[i]))
        redeemed = [one for one in again if one["status"] == "completed" and kassa.total_of(one) == cheap]
        self.assertEqual(len(redeemed), 3)
        for checkout in paying[3:]:
            self.decide(checkout, ok=True)
        self.assertEqual(self.number("SELECT used FROM discount WHERE discount_id = 'few'"), 5)
        self.assertEqual(self.number("SELECT count(*) FROM redemption WHERE discount_id = 'few'"), 5)
        self.assertEqual(self.books.check(), [])

    def test_a_budget_is_spent_to_the_last_cent_and_no_further(self):
        opened = kassa.in_threads(BUYERS, lambda _: self.open("PURSE"))
        without = self.with_client(lambda client: client.create([(ITEM, 1)])).json
        full = max(kassa.total_of(without), kassa.total_of(opened[0]) + 1)

        def buy(checkout):
            """Whoever is told another total accepts it."""
            for _ in range(10):
                bought = self.pay(checkout, "success_token")
                if bought["status"] == "completed":
                    return bought
            raise AssertionError(bought)

        bought = kassa.in_threads(BUYERS, lambda i: buy(opened[i]))
        taken = sum(
            applied["amount"] for checkout in bought for applied in checkout.get("discounts", {}).get("applied", [])
        )
        self.assertEqual(taken, 10000)
        self.assertLess(sum(1 for checkout in bought if kassa.total_of(checkout) < full), 17)
        self.assertEqual(self.number("SELECT spent FROM discount_budget"), 10000)
        self.assertEqual(self.number("SELECT sum(amount) FROM redemption WHERE discount_id = 'purse'"), 10000)
        self.assertEqual(self.books.check(), [])


if __name__ == "__main__":
    unittest.main()
