"""Signed events of a payment gateway over HTTPS: believed once, refused when forged, and never money by themselves."""

import hashlib
import hmac
import json
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import kassa  # noqa: E402

ITEM = "harbour-espresso--250-g-filter"
SECRET = "sandbox-needs-no-secret"  # The credentials of the sample store's gateway.
PATH = "/gateways/sandbox/webhooks"


def signature(body, secret=SECRET, at=None):
    at = int(time.time()) if at is None else at
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


class GatewayWebhooks(unittest.TestCase):
    def setUp(self):
        self.server = kassa.Server().start(tls=True)
        self.addCleanup(self.server.close)
        self.shopper = self.server.client("https")
        self.gateway = kassa.Client(self.server.ready["https"])
        for client in (self.shopper, self.gateway):
            self.addCleanup(client.connection.close)

    def waiting_charge(self, approve=True):
        """A checkout whose charge waits for its buyer, who then decides without the bank telling us."""
        checkout = self.shopper.open_ready([(ITEM, 1)])["id"]
        parked = self.shopper.complete(checkout, "tok_action", key=kassa.new_key())
        self.assertEqual(parked.json["status"], "requires_escalation", parked.bytes)
        self.look_away()
        charge = parked.json["continue_url"].rsplit("/", 1)[1]
        ok = "true" if approve else "false"
        decided = self.gateway.call("POST", f"/testing/sandbox/authorize/{charge}?ok={ok}&notify=false")
        self.assertEqual(decided.json["state"], "captured" if approve else "declined")
        return checkout, {"id": charge, "reference": decided.json["reference"]}

    def look_away(self):
        """Kassa asks the bank by itself, soon and then ever later. From here on only an event makes it ask."""
        running = "state = 'running' AND parked = 1"
        later = f"UPDATE idempotency SET lease_until = lease_until + 3600000 WHERE {running} RETURNING parked"
        self.assertEqual(self.server.ask(later), [(1,)])

    def asked(self):
        """How often the bank said that it still waits."""
        admin = kassa.Client(self.server.ready["admin"])
        text = admin.call("GET", "/metrics").bytes.decode()
        admin.connection.close()
        rows = [row for row in text.splitlines() if 'gateway_replies_total{label="find.action_required"}' in row]
        return int(float(rows[0].split()[-1])) if rows else 0

    def event(self, charge, name="evt_1", kind="charge.captured"):
        return json.dumps({"id": name, "type": kind, "charge": charge}).encode()

    def post(self, body, sign=None, path=PATH):
        headers = {} if sign == "" else {"Sandbox-Signature": sign or signature(body)}
        return self.gateway.call("POST", path, body, headers=headers)

    def wait_for(self, checkout, status):
        deadline = time.monotonic() + 15
        while (seen := self.shopper.get(checkout).json)["status"] != status:
            self.assertLess(time.monotonic(), deadline, f"still {seen['status']}")
        return seen

    def test_a_signed_approval_makes_the_order_appear(self):
        checkout, charge = self.waiting_charge()
        self.assertEqual(self.shopper.get(checkout).json["status"], "requires_escalation")
        reply = self.post(self.event(charge))
        self.assertEqual((reply.status, reply.json), (200, {"status": "received"}))
        order = self.wait_for(checkout, "completed")["order"]["id"]
        self.assertEqual(self.shopper.call("GET", f"/ucp/v1/orders/{order}").json["id"], order)

    def test_the_same_event_twice_has_one_effect(self):
        checkout, charge = self.waiting_charge()
        body = self.event(charge)
        replies = kassa.in_threads(8, lambda _: self.post_alone(body))
        self.assertEqual([reply.status for reply in replies], [200] * 8)
        self.assertEqual(sorted(reply.json["status"] for reply in replies), ["ignored"] * 7 + ["received"])
        self.wait_for(checkout, "completed")
        written = "SELECT (SELECT count(*) FROM attempt_event), (SELECT count(*) FROM ledger)"
        before = self.server.ask(written)
        again = self.post(body)
        self.assertEqual((again.status, again.json["status"]), (200, "ignored"))
        self.assertEqual(self.server.ask("SELECT gateway_id, event_key FROM inbox"), [("sandbox", "evt_1")])
        self.assertEqual(self.server.ask("SELECT count(*) FROM purchase WHERE order_state = 'confirmed'"), [(1,)])
        self.assertEqual(self.server.ask(written), before)

    def post_alone(self, body):
        client = kassa.Client(self.server.ready["https"])
        try:
            return client.call("POST", PATH, body, headers={"Sandbox-Signature": signature(body)})
        finally:
            client.connection.close()

    def test_a_signed_refusal_makes_the_checkout_payable_again(self):
        checkout, charge = self.waiting_charge(approve=False)
        self.assertEqual(self.post(self.event(charge, kind="charge.declined")).status, 200)
        self.wait_for(checkout, "ready_for_complete")

    def test_what_an_event_claims_is_not_believed(self):
        checkout = self.shopper.open_ready([(ITEM, 1)])["id"]
        parked = self.shopper.complete(checkout, "tok_action", key=kassa.new_key())
        self.look_away()
        reference = self.server.ask("SELECT attempt_id FROM attempt")[0][0]
        charge = {"id": parked.json["continue_url"].rsplit("/", 1)[1], "reference": reference, "status": "captured"}
        before = self.asked()
        self.assertEqual(self.post(self.event(charge)).json["status"], "received")
        # Kassa asks the bank, which still waits for the buyer.
        deadline = time.monotonic() + 10
        while self.asked() == before:
            self.assertLess(time.monotonic(), deadline)
        self.assertEqual(self.shopper.get(checkout).json["status"], "requires_escalation")
        self.assertEqual(self.server.ask("SELECT count(*) FROM purchase WHERE order_state = 'confirmed'"), [(0,)])

    def test_forged_old_and_unsigned_events_are_400_and_leave_no_trace(self):
        checkout, charge = self.waiting_charge()
        body = self.event(charge)
        now = int(time.time())
        good = signature(body)
        for name, sign in (
            ("no header", ""),
            ("another secret", signature(body, "another-secret")),
            ("another body", signature(body + b" ")),
            ("too old", signature(body, at=now - 301)),
            ("of the future", signature(body, at=now + 310)),
            ("another time than signed", good.replace(f"t={good[2:].split(',')[0]}", f"t={now - 7}")),
            ("no time", good.split(",")[1]),
            ("no value", good.split(",")[0]),
            ("a cut value", good[:-1]),
            ("nonsense", "t=x,v1=y"),
        ):
            with self.subTest(name):
                reply = self.post(body, sign)
                self.assertEqual((reply.status, reply.json["code"]), (400, "signature_invalid"), reply.bytes)
        self.assertEqual(self.server.ask("SELECT count(*) FROM inbox"), [(0,)])
        # While a secret is being replaced, one good value of several is enough; and four minutes are not too old.
        at = now - 240
        several = signature(body, "old-secret", at) + "," + signature(body, at=at).split(",")[1]
        self.assertEqual(self.post(body, several).json["status"], "received")
        self.wait_for(checkout, "completed")

    def test_unknown_gateways_charges_and_shapes(self):
        checkout, charge = self.waiting_charge()
        body = self.event(charge)
        self.assertEqual(self.post(body, path="/gateways/nobody/webhooks").status, 404)
        self.assertEqual(self.gateway.call("GET", PATH).status, 405)
        alien = self.event({"id": "ch_1", "reference": "pay_unknown"})
        self.assertEqual(self.post(alien).json, {"status": "ignored"})
        for shape in (b"", b"[]", b"{", b'{"id":"evt_2"}', b'{"id":"","charge":{"reference":"x"}}'):
            with self.subTest(shape=shape):
                self.assertEqual(self.post(shape).status, 400)
        self.assertEqual(self.post(b" " * 70_000).status, 413)
        self.assertEqual(self.server.ask("SELECT count(*) FROM inbox"), [(0,)])
        self.assertEqual(self.shopper.get(checkout).json["status"], "requires_escalation")

    def test_a_gateway_without_a_secret_is_never_believed(self):
        with kassa.Server(bundle=kassa.ROOT / "tests/data/flower-shop") as flowers:
            flowers.start(tls=True)
            client = kassa.Client(flowers.ready["https"])
            self.addCleanup(client.connection.close)
            body = self.event({"id": "ch_1", "reference": "pay_1"})
            reply = client.call(
                "POST", "/gateways/mock/webhooks", body, headers={"Sandbox-Signature": signature(body, "")}
            )
            self.assertEqual(reply.status, 400)


if __name__ == "__main__":
    unittest.main(verbosity=2)
