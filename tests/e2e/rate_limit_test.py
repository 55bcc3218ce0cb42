"""Rate limits over HTTPS: who is counted as whom, what a refused caller is told, and who is never counted."""

import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import kassa  # noqa: E402

ITEM = "harbour-espresso--250-g-filter"
PROFILE = "/.well-known/ucp"
# Low, and slow to refill, so that the speed of the machine decides nothing.
TIGHT = ("--rate-public", "1/6", "--rate-read", "1/5", "--rate-write", "1/4", "--rate-admin", "1/3")


class RateLimits(unittest.TestCase):
    def serve(self, *flags):
        self.server = kassa.Server().start(*flags, tls=True)
        self.addCleanup(self.server.close)
        return self.server

    def client(self, key=None, agent=None, listener="https"):
        client = kassa.Client(self.server.ready[listener], self.server.keys[key] if key else None, agent)
        self.addCleanup(client.connection.close)
        return client

    def statuses(self, count, call):
        return [call().status for _ in range(count)]

    def test_a_caller_without_a_name_is_counted_by_address_and_told_when_to_come_back(self):
        self.serve("--rate-limit-loopback", *TIGHT)
        stranger = self.client()
        self.assertEqual(self.statuses(6, lambda: stranger.call("GET", PROFILE)), [200] * 6)
        refused = stranger.call("GET", PROFILE)
        self.assertEqual(refused.status, 429)
        self.assertGreaterEqual(int(refused.headers["retry-after"]), 1)
        self.assertEqual(refused.json["code"], "rate_limited")
        self.assertEqual(refused.json["detail"], refused.json["content"])
        # The connection stays, a key has a count of its own, and probes have none.
        self.assertEqual(self.client("secret_key").create([(ITEM, 1)]).status, 201)
        self.assertEqual(self.statuses(20, lambda: stranger.call("GET", "/healthz")), [200] * 20)
        metrics = self.client(listener="admin").call("GET", "/metrics").bytes.decode()
        self.assertIn('kassa_http_rate_limited_total{label="public"} 1', metrics)
        deadline = time.monotonic() + 10
        while stranger.call("GET", PROFILE).status != 200:
            self.assertLess(time.monotonic(), deadline, "the limit never opens again")

    def test_reads_and_writes_of_a_key_are_counted_apart_and_other_keys_not_at_all(self):
        self.serve("--rate-limit-loopback", *TIGHT)
        shop = self.client("secret_key")
        made = [shop.create([(ITEM, 1)]) for _ in range(5)]
        self.assertEqual([reply.status for reply in made], [201] * 4 + [429])
        checkout = made[0].json["id"]
        self.assertEqual(self.statuses(6, lambda: shop.get(checkout)), [200] * 5 + [429])
        # Another connection is the same caller; another key is another one.
        self.assertEqual(self.client("secret_key").get(checkout).status, 429)
        self.assertEqual(self.client("publishable_key").create([(ITEM, 1)]).status, 201)

    def test_new_checkouts_of_a_publishable_key_have_a_lower_limit(self):
        self.serve("--rate-limit-loopback", "--rate-create", "1/3")
        page = self.client("publishable_key")
        made = [page.create([(ITEM, 1)]) for _ in range(4)]
        self.assertEqual([reply.status for reply in made], [201] * 3 + [429])
        secret = made[0].json["client_secret"]
        owner = kassa.Client(self.server.ready["https"], self.server.keys["publishable_key"], secret=secret)
        self.addCleanup(owner.connection.close)
        self.assertEqual(self.statuses(10, lambda: owner.update(made[0].json["id"], {})), [200] * 10)
        shop = self.client("secret_key")
        self.assertEqual(self.statuses(10, lambda: shop.create([(ITEM, 1)])), [201] * 10)

    def test_names_that_prove_nothing_do_not_escape_the_count_of_the_address(self):
        self.serve("--rate-limit-loopback", *TIGHT)
        agents = (f'profile="https://agent-{i}.invalid/profile.json"; version="2099-01-01"' for i in range(4))
        for agent in agents:
            self.assertEqual(self.client(agent=agent).get("chk_none").status, 422)
        for wrong in ("sk_test_" + "a" * 60, "pk_test_" + "b" * 60):
            guess = kassa.Client(self.server.ready["https"], wrong)
            self.addCleanup(guess.connection.close)
            self.assertEqual(guess.get("chk_none").status, 401)
        self.assertEqual(self.client().call("GET", PROFILE).status, 429)

    def test_the_merchant_api_has_its_own_limit_and_its_own_words(self):
        self.serve("--rate-limit-loopback", *TIGHT)
        merchant = self.client("secret_key", listener="admin")
        self.assertEqual(self.statuses(3, lambda: merchant.call("GET", "/admin/v1/settings")), [200] * 3)
        refused = merchant.call("GET", "/admin/v1/settings")
        self.assertEqual((refused.status, sorted(refused.json)), (429, ["code", "content"]))
        self.assertEqual(self.client(listener="admin").call("GET", "/metrics").status, 200)

    def test_loopback_is_not_counted_unless_asked_for(self):
        self.serve(*TIGHT)
        shop = self.client("secret_key")
        checkout = shop.create([(ITEM, 1)]).json["id"]
        self.assertEqual(self.statuses(200, lambda: shop.get(checkout)), [200] * 200)

    def test_a_limit_of_zero_is_none(self):
        self.serve("--rate-limit-loopback", "--rate-public", "0")
        stranger = self.client()
        self.assertEqual(self.statuses(200, lambda: stranger.call("GET", PROFILE)), [200] * 200)


if __name__ == "__main__":
    unittest.main(verbosity=2)
