"""A buyer's trace is found again in what kassad logs of the payment; a malformed one is as good as none."""

import json
import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import kassa  # noqa: E402

ITEM = "harbour-espresso--250-g-filter"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


class Traces(kassa.OneServer):
    def buy(self, traceparent):
        ready = self.client.open_ready([(ITEM, 1)], buyer={"email": "ada@shop.example"})
        body = kassa.payment("success_token")
        headers = {"traceparent": traceparent}
        path = f"/ucp/v1/checkout-sessions/{ready['id']}/complete"
        reply = self.client.call("POST", path, body, key=kassa.new_key(), headers=headers)
        self.assertEqual(reply.json.get("status"), "completed", reply.bytes)

    def last_payment(self):
        """The trace of the last line about a payment."""
        text = (self.server.folder / "kassad.log").read_text()
        lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
        return [line["trace"] for line in lines if line.get("event") == "payment.moved"][-1]

    def test_a_payment_is_logged_with_the_trace_of_its_request(self):
        self.buy(f"00-{TRACE}-00f067aa0ba902b7-01")
        self.assertTrue(kassa.eventually(lambda: self.last_payment() == TRACE))
        self.buy(f"ff-{TRACE}-00f067aa0ba902b7-01")
        self.assertTrue(kassa.eventually(lambda: self.last_payment() != TRACE))
        self.assertTrue(re.fullmatch("[0-9a-f]{32}", self.last_payment()))


if __name__ == "__main__":
    unittest.main(verbosity=2)
