"""What callers that prove nothing may leave on the disk: answers under idempotency keys, and new checkouts."""

import json
import shutil
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import kassa  # noqa: E402

ITEM = "harbour-espresso--250-g-filter"
# Answers of some forty kilobytes.
LINES = [{"id": f"l{n:03}" + "y" * 200, "item": {"id": ITEM}, "quantity": 1} for n in range(60)]


def change(client, checkout, key):
    """A change that is answered, once the journal has taken those before it."""
    body = {"attribution": {"by": key}}
    refused = lambda reply: reply.status == 429 and "faster than it is written" in reply.json["content"]  # noqa: E731
    replies = []
    kassa.eventually(lambda: replies.append(client.update(checkout, body, key=key)) or not refused(replies[-1]))
    return replies[-1]


def permissive_bundle(folder):
    """The sample store, letting in any platform."""
    bundle = Path(folder) / "bundle"
    shutil.copytree(kassa.ROOT / "infra/sample-store", bundle)
    settings = json.loads((bundle / "store.json").read_text())
    settings["platform_profiles"] = "permissive"
    (bundle / "store.json").write_text(json.dumps(settings))
    return bundle


class KeptAnswers(unittest.TestCase):
    def serve(self, *flags, **more):
        server = kassa.Server(**more).start(*flags)
        self.addCleanup(server.close)
        return server

    def client(self, server, key=None, agent=None, secret=None):
        client = kassa.Client(server.ready["http"], server.keys[key] if key else None, agent, secret=secret)
        self.addCleanup(client.connection.close)
        return client

    def test_a_browser_fills_its_stores_day_and_not_the_disk(self):
        server = self.serve("--kept-answers-mb-per-day", "1")
        page = self.client(server, "publishable_key")
        made = page.call("POST", "/ucp/v1/checkout-sessions", {"line_items": LINES}).json
        owner = self.client(server, "publishable_key", secret=made["client_secret"])
        first = change(owner, made["id"], "page-0")
        count, reply = 1, first
        while reply.status == 200 and count < 100:
            reply = change(owner, made["id"], f"page-{count}")
            count += 1
        self.assertEqual((reply.status, reply.json["code"]), (429, "rate_limited"))
        self.assertLessEqual((count - 2) * len(first.bytes), 1024 * 1024)
        self.assertEqual(change(owner, made["id"], "page-0").bytes, first.bytes, "what was kept is replayed")
        self.assertEqual(owner.update(made["id"], {"attribution": {}}).status, 200, "without a key")
        self.assertEqual(self.client(server, "publishable_key").create([(ITEM, 1)], key="c-1" * 12).status, 429)
        backend = self.client(server, "secret_key")
        self.assertEqual(backend.create([(ITEM, 1)], key="backend-1").status, 201, "the store's own backend goes on")

    def test_one_checkout_has_a_limit_and_keeps_it_over_a_restart(self):
        server = self.serve()
        backend = self.client(server, "secret_key")
        made = backend.call("POST", "/ucp/v1/checkout-sessions", {"line_items": LINES}).json["id"]
        status, count = 200, 0
        while status == 200:
            reply = change(backend, made, f"again-{count}")
            status, count = reply.status, count + 1
            self.assertLess(count, 1_000)
        self.assertEqual(status, 429)
        self.assertIn("begin another one", reply.json["content"])
        server.stop()
        server.start()
        backend = self.client(server, "secret_key")
        self.assertEqual(backend.update(made, {"attribution": {}}, key="after").status, 429)
        self.assertEqual(backend.update(made, {"attribution": {}}).status, 200)

    def test_new_checkouts_of_platforms_that_prove_nothing_are_counted_by_address(self):
        folder = tempfile.mkdtemp(prefix="kassa-")
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        server = self.serve("--rate-limit-loopback", "--rate-create", "1/3", bundle=permissive_bundle(folder))
        made = [self.client(server, agent=f'profile="urn:agent-{n}"').create([(ITEM, 1)]).status for n in range(5)]
        self.assertEqual(made, [201] * 3 + [429] * 2)
        self.assertEqual(self.client(server, "secret_key").create([(ITEM, 1)]).status, 201)
        self.assertEqual(self.client(server, "publishable_key").create([(ITEM, 1)]).status, 201, "counted apart")


if __name__ == "__main__":
    unittest.main()
