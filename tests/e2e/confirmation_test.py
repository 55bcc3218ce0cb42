"""The letter that confirms an order, in the buyer's language: told to the merchant's webhook, or sent by the relay."""

import base64
import json
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import kassa  # noqa: E402
import platform_server  # noqa: E402
import processes  # noqa: E402
import smtp_server  # noqa: E402

ITEM = "harbour-espresso--250-g-filter"
BUYER = {"email": "ada@shop.example", "first_name": "Ada"}


class Confirmations(unittest.TestCase):
    def serve(self, receiver, env=None):
        folder = tempfile.mkdtemp(prefix="kassa-letters-")
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        bundle = kassa.sample_store(folder, [])
        settings = json.loads((bundle / "store.json").read_text())
        del settings["order_url"]
        (bundle / "store.json").write_text(json.dumps({**settings, "confirmation": receiver}))
        self.server = kassa.Server(bundle=bundle).start(env=env)
        self.addCleanup(self.server.close)
        self.client = self.server.client()
        self.addCleanup(self.client.connection.close)

    def relay(self, **more):
        relay = smtp_server.Smtp(**more)
        self.addCleanup(relay.close)
        return relay

    def mail_by(self, relay, host="127.0.0.1", **more):
        url = f"smtp://{host}:{relay.port}"
        self.serve("mail", {"KASSA_SMTP_URL": url, "KASSA_SMTP_FROM": "orders@tide.example", **more})

    def events(self):
        return self.server.ask("SELECT dialect, state, attempts, last_error FROM outbox ORDER BY event_id")

    def merchant(self, **more):
        merchant = platform_server.Platform(**more)
        self.addCleanup(merchant.close)
        return merchant

    def buy(self, token="success_token", **more):
        checkout = self.client.open_ready([(ITEM, 2)], **{"buyer": BUYER, **more})
        return self.client.complete(checkout["id"], token, key=kassa.new_key()).json

    def test_the_merchant_is_told_with_text_and_html(self):
        merchant = self.merchant(failures=1)
        self.serve(f"{merchant.base}/letters")
        order = self.buy(context={"language": "de"})["order"]
        first, again = merchant.wait_for(2)
        self.assertEqual((first.path, first.status, again.status), ("/letters", 500, 200))
        self.assertEqual(first.body, again.body)
        self.assertEqual(first.headers["webhook-id"], again.headers["webhook-id"])
        self.assertIn("signature", first.headers)
        told = again.json
        self.assertEqual(told["type"], "order.confirmation_due")
        self.assertEqual((told["order_id"], told["to"], told["language"]), (order["id"], BUYER["email"], "de"))
        self.assertEqual(told["order_url"], order["permalink_url"])
        self.assertIn("Bestellung", told["subject"])
        for form in ("text", "html"):
            self.assertIn("Vielen Dank", told[form])
            self.assertIn("1 Example Street", told[form])
            self.assertIn(told["order_url"], told[form])
        self.assertIn('<html lang="de"', told["html"])

    def test_a_payment_that_fails_is_not_confirmed(self):
        merchant = self.merchant()
        self.serve(f"{merchant.base}/letters")
        self.assertNotEqual(self.buy("fail_token").get("status"), "completed")
        order = self.buy()["order"]
        self.assertEqual(merchant.wait_for(1)[0].json["order_id"], order["id"])
        self.assertEqual(self.server.ask("SELECT count(*) FROM outbox"), [(1,)])

    def test_what_waits_holds_nothing_personal_and_dies_with_the_person(self):
        self.serve("http://localhost:9/letters")
        order = self.buy()["order"]
        row = "SELECT dialect, state FROM outbox"
        processes.wait_until(lambda: self.server.ask("SELECT attempts FROM outbox WHERE attempts > 1"), "two attempts")
        self.assertEqual(self.server.ask(row), [("confirmation", "waiting")])
        admin = self.server.client("admin")
        self.addCleanup(admin.connection.close)
        erased = admin.call("POST", "/admin/v1/persons/erasures", {"email": BUYER["email"]})
        self.assertEqual(len(erased.json["erased"]), 1, erased.bytes)
        processes.wait_until(lambda: self.server.ask(row) in ([("confirmation", "dead")], []), "the end of the event")
        self.assertTrue(order["permalink_url"])

    def test_the_relay_gets_one_letter_for_an_order(self):
        login = base64.b64encode(b"\0kassa\0open sesame".replace(b" ", b"_")).decode()
        relay = self.relay(login=login)
        self.mail_by(relay, KASSA_SMTP_LOGIN="kassa:open_sesame")
        order = self.buy(context={"language": "es"})["order"]
        letter = relay.wait_for(1)[0]
        self.assertEqual((letter.sender, letter.receivers), ("orders@tide.example", [BUYER["email"]]))
        self.assertEqual(letter.message["From"].addresses[0].addr_spec, "orders@tide.example")
        self.assertIn("Pedido", letter.message["Subject"])
        for form in ("plain", "html"):
            self.assertIn("Gracias por su pedido", letter.part(form))
            self.assertIn(order["permalink_url"], letter.part(form))
        processes.wait_until(lambda: self.events() == [("mail", "delivered", 1, None)], "the delivery")
        self.buy()
        self.assertEqual(len({one.message["Message-ID"] for one in relay.wait_for(2)}), 2)

    def test_what_may_pass_is_tried_again_and_what_will_not_is_dead(self):
        relay = self.relay(answers={"RCPT": [451], "DATA": [550]})
        self.mail_by(relay)
        self.buy()
        processes.wait_until(lambda: self.events() == [("mail", "dead", 2, "smtp 550")], "the end of the letter")
        log = (self.server.folder / "kassad.log").read_text()
        self.assertIn("smtp 451", log)
        self.assertNotIn(BUYER["email"], log)
        self.buy()
        self.assertEqual(relay.wait_for(1)[0].receivers, [BUYER["email"]])

    def test_a_relay_that_is_down_keeps_nobody_waiting(self):
        port = smtp_server.closed_port()
        settings = {"KASSA_SMTP_URL": f"smtp://127.0.0.1:{port}", "KASSA_SMTP_FROM": "orders@tide.example"}
        self.serve("mail", settings)
        self.assertEqual(self.buy()["status"], "completed")
        self.assertEqual(self.buy(buyer={"first_name": "Ada"})["status"], "completed")
        processes.wait_until(lambda: self.server.ask("SELECT attempts FROM outbox WHERE attempts > 1"), "two attempts")
        self.assertEqual([row[:2] for row in self.events()], [("mail", "waiting")])
        self.assertEqual(self.server.stop(), 0)

    def test_letters_leave_the_machine_under_tls_only(self):
        folder = Path(tempfile.mkdtemp(prefix="kassa-tls-"))
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        name = "localhost.localdomain"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
            + ["-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name},IP:127.0.0.2"]
            + ["-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem")],
            check=True,
            capture_output=True,
        )
        plain = self.relay(bind="127.0.0.2")
        self.mail_by(plain, host="127.0.0.2")
        self.buy()
        processes.wait_until(lambda: self.server.ask("SELECT attempts FROM outbox WHERE attempts > 1"), "two attempts")
        self.assertEqual(plain.letters, [])
        self.assertNotIn("MAIL", " ".join(plain.talk))
        self.server.close()
        pair = {"certificate": folder / "certificate.pem", "key": folder / "key.pem"}
        unknown = self.relay(bind="127.0.0.2", **pair)
        self.mail_by(unknown, host="127.0.0.2")
        self.buy()
        processes.wait_until(lambda: self.server.ask("SELECT attempts FROM outbox WHERE attempts > 1"), "two attempts")
        self.assertEqual(unknown.letters, [])
        self.server.close()
        self.mail_by(unknown, host="127.0.0.2", KASSA_OUTGOING_CA_FILE=str(folder / "certificate.pem"))
        self.buy()
        self.assertTrue(unknown.wait_for(1)[0].secure)


if __name__ == "__main__":
    unittest.main()
