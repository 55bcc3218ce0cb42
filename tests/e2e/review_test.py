"""A payment whose gateway told another amount waits for a person, who says over the admin listener how it ended."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import kassa  # noqa: E402

ITEM = "harbour-espresso--250-g-filter"


class PaymentInReview(kassa.OneServer):
    def setUp(self):
        super().setUp()
        self.merchant = self.server.client("admin")
        self.addCleanup(self.merchant.connection.close)
        self.shop = self.server.client()
        self.addCleanup(self.shop.connection.close)

    def under_review(self):
        """Checkout, key and attempt."""
        checkout, key = self.shop.open_ready([(ITEM, 1)])["id"], kassa.new_key()
        self.shop.complete(checkout, "tok_wrong_amount", key=key)
        attempts = self.server.ask("SELECT attempt_id FROM attempt WHERE state = 'review'")
        self.assertEqual(len(attempts), 1)
        return checkout, key, attempts[0][0]

    def resolve(self, attempt, outcome, note="seen in the console", status=200):
        body = {"outcome": outcome, "note": note}
        reply = self.merchant.call("POST", f"/admin/v1/payments/{attempt}/resolve", body)
        self.assertEqual(reply.status, status, reply.bytes)
        return reply

    def test_captured_confirms_the_order(self):
        checkout, key, attempt = self.under_review()
        self.resolve(attempt, "perhaps", status=400)
        self.resolve(attempt, "captured", note="", status=400)
        self.resolve("pay_nobody", "captured", status=404)
        self.resolve(attempt, "captured")
        self.assertEqual(self.shop.get(checkout).json["status"], "completed")
        self.assertEqual(self.shop.complete(checkout, "tok_wrong_amount", key=key).json["status"], "completed")
        self.resolve(attempt, "returned", status=409)
        audit = self.merchant.call("GET", "/admin/v1/audit").json["items"]
        decided = [row for row in audit if row["action"] == "payment.resolved" and row["subject"] == attempt]
        self.assertEqual(len(decided), 1, "what was refused is no decision")

    def test_returned_frees_the_checkout(self):
        checkout, _, attempt = self.under_review()
        self.resolve(attempt, "returned")
        self.assertEqual(self.shop.get(checkout).json["status"], "ready_for_complete")
        self.assertEqual(self.shop.complete(checkout, key=kassa.new_key()).json["status"], "completed")


if __name__ == "__main__":
    unittest.main()
