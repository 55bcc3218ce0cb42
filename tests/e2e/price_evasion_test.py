"""What a caller spells differently in order to pay less: each is told what is wrong, and none completes."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import kassa  # noqa: E402

ITEM = "travel-tumbler"
CLASS = "brewing-class"


def codes(body):
    return [(message["code"], message.get("path", "").rsplit(".", 1)[-1]) for message in body["messages"]]


class Evasion(kassa.OneServer):
    def total(self, body):
        return next(entry["amount"] for entry in body["totals"] if entry["type"] == "total")

    def ready(self, **where):
        return self.client.open_ready([(ITEM, 4)], address={**kassa.US, **where})

    def test_a_region_counts_however_it_is_spelled_or_is_asked_for(self):
        maine = self.total(self.ready(address_region="ME", postal_code="04101"))
        self.assertGreater(maine, self.total(self.ready(address_region="IL")))
        for spelling in ("Maine", "me", "US-ME"):
            self.assertEqual(self.total(self.ready(address_region=spelling, postal_code="04101")), maine, spelling)
        unknown = "address_undeliverable"
        for region, told in (("", "field_required"), ("ZZ", unknown), ("H.I.", unknown)):
            with self.subTest(region):
                body = self.client.create(
                    [(ITEM, 4)], fulfillment=kassa.shipping_to({**kassa.US, "address_region": region})
                ).json
                self.assertIn((told, "address_region"), codes(body))
                self.assertEqual(body["status"], "incomplete")
                self.assertNotEqual(self.client.complete(body["id"]).json["status"], "completed")

    def test_a_country_is_a_code_or_nothing(self):
        for country in ("NLD", "Netherlands", "USA", "UK", "XX"):
            with self.subTest(country):
                body = self.client.create(
                    [(ITEM, 4)], fulfillment=kassa.shipping_to({**kassa.US, "address_country": country})
                ).json
                self.assertIn(("address_undeliverable", "address_country"), codes(body))
                self.assertFalse(body["fulfillment"]["methods"][0]["groups"][0]["options"])
                self.assertNotEqual(self.client.complete(body["id"]).json["status"], "completed")
        hint = self.client.create([(CLASS, 1)], context={"address_country": "NLD"}).json
        self.assertIn(("field_invalid", "address_country"), codes(hint))

    def test_a_limit_for_each_customer_needs_one_and_knows_every_spelling(self):
        code = {"codes": ["WELCOME10"]}
        nobody = self.client.create([(CLASS, 1)], discounts=code).json
        self.assertIn("discount_code_user_not_logged_in", [found for found, _ in codes(nobody)])
        full = self.total(nobody)
        wrong = self.client.create([(CLASS, 1)], discounts=code, buyer={"email": "not-an-email"}).json
        self.assertIn(("field_invalid", "email"), codes(wrong))
        self.assertEqual(self.total(wrong), full)
        first = self.client.create([(CLASS, 1)], discounts=code, buyer={"email": "á@üx.example"}).json
        self.assertLess(self.total(first), full)
        self.assertEqual(self.client.complete(first["id"]).json["status"], "completed")
        for spelling in ("Á@üx.example", "á@ÜX.example", "a\u0301@xn--x-dha.example"):
            again = self.client.create([(CLASS, 1)], discounts=code, buyer={"email": spelling}).json
            told = self.client.complete(again["id"]).json
            self.assertNotEqual(told["status"], "completed", spelling)
            self.assertEqual(self.total(told), full, spelling)


if __name__ == "__main__":
    unittest.main(verbosity=2)
