"""What an operator gets wrong: each mistake is refused in words, before it does harm."""

import json
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import kassa  # noqa: E402

ITEM = "harbour-espresso--250-g-filter"
SAMPLE = kassa.ROOT / "infra/sample-store"


def run(*arguments):
    return subprocess.run([kassa.binary(), *map(str, arguments)], capture_output=True, text=True, timeout=60)


class Mistakes(unittest.TestCase):
    def setUp(self):
        self.server = kassa.Server()
        self.addCleanup(self.server.close)

    def serve(self, data, *flags):
        return run("serve", "--data", data, *flags)

    def test_a_port_that_is_served_already_is_refused(self):
        self.server.start()
        with kassa.Server(bundle=None) as second:
            address = self.server.ready["http"].split("//")[1]
            refused = self.serve(second.data, "--http", address, "--admin", "127.0.0.1:0")
            self.assertEqual(refused.returncode, 1, refused.stderr)
            self.assertIn("in use", refused.stderr)
            self.assertIn(address.split(":")[1], refused.stderr)
            self.assertEqual(refused.stdout, "")

    def test_a_port_is_free_again_after_a_restart(self):
        self.server.start()
        address = self.server.ready["http"].split("//")[1]
        client = self.server.client()
        self.assertEqual(client.create([(ITEM, 1)]).status, 201)
        client.connection.close()
        self.server.kill()
        command = [kassa.binary(), "serve", "--data", str(self.server.data), "--http", address]
        command += ["--admin", "127.0.0.1:0"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as again:
            ready = again.stdout.readline()
            again.terminate()
        self.assertIn(address.encode(), ready)

    def test_without_the_keys_of_persons_nothing_is_served(self):
        self.server.start()
        client = self.server.client()
        self.addCleanup(client.connection.close)
        bought = client.open_ready([(ITEM, 1)], buyer={"email": "ada@shopper.example"})["id"]
        self.assertEqual(client.complete(bought, key=kassa.new_key()).json["status"], "completed")
        self.server.stop()
        away = Path(tempfile.mkdtemp(prefix="kassa-keys-"))
        self.addCleanup(shutil.rmtree, away, True)
        for file in self.server.data.glob("keys.db*"):
            shutil.move(file, away / file.name)
        refused = self.serve(self.server.data, "--http", "127.0.0.1:0", "--admin", "127.0.0.1:0")
        self.assertEqual(refused.returncode, 1, refused.stderr)
        self.assertIn("keys.db is missing", refused.stderr)
        self.assertFalse((self.server.data / "keys.db").exists())
        for file in away.iterdir():
            shutil.move(file, self.server.data / file.name)
        self.server.start()
        again = self.server.client()
        self.addCleanup(again.connection.close)
        self.assertEqual(again.get(bought).json["buyer"]["email"], "ada@shopper.example")

    def test_an_emptied_or_missing_database_is_not_taken_for_a_new_one(self):
        self.server.start()
        client = self.server.client()
        self.addCleanup(client.connection.close)
        bought = client.open_ready([(ITEM, 1)], buyer={"email": "ada@shopper.example"})["id"]
        self.assertEqual(client.complete(bought, key=kassa.new_key()).json["status"], "completed")
        self.server.stop()
        for name in ("kassa.db", "keys.db"):
            for how in ("missing", "empty", "foreign"):
                with self.subTest(name, how=how), tempfile.TemporaryDirectory() as folder:
                    data = Path(folder) / "data"
                    shutil.copytree(self.server.data, data)
                    for log in data.glob(name + "-*"):
                        log.unlink()
                    (data / name).unlink()
                    if how == "empty":
                        (data / name).touch()
                    if how == "foreign":
                        shutil.copy(data / ("keys.db" if name == "kassa.db" else "kassa.db"), data / name)
                    refused = self.serve(data, "--http", "127.0.0.1:0", "--admin", "127.0.0.1:0")
                    self.assertEqual(refused.returncode, 1, refused.stderr)
                    says = "the database " if how == "foreign" else f"{name} is missing or empty"
                    self.assertIn(says, refused.stderr)
                    again = run("init", "--data", data, "--store", "another")
                    self.assertEqual(again.returncode, 1, again.stderr)

    def test_a_store_whose_keys_nobody_has_gets_others(self):
        made = run("init", "--data", self.server.data, "--store", "shop")
        self.assertIn("--new-keys", made.stderr)
        again = ("init", "--data", self.server.data, "--store")
        renewed = run(*again, "shop", "--new-keys", "--json")
        self.assertEqual(renewed.returncode, 0, renewed.stderr)
        keys = json.loads(renewed.stdout)
        self.assertEqual(set(keys), set(self.server.keys))
        self.assertIn("no store", run(*again, "other", "--new-keys").stderr)
        self.server.start()
        lost = self.server.client("admin")
        self.server.keys = keys
        found = self.server.client("admin")
        for client in (lost, found):
            self.addCleanup(client.connection.close)
        self.assertEqual(lost.call("GET", "/admin/v1/keys").status, 401)
        audit = found.call("GET", "/admin/v1/audit")
        self.assertEqual(audit.status, 200)
        self.assertIn("keys.renewed", str(audit.json))

    def test_a_store_that_an_import_made_is_served_once_it_has_keys(self):
        with kassa.Server(store="first", bundle=None) as server:
            self.assertEqual(run("import", "--data", server.data, "--store", "second", "--new", SAMPLE).returncode, 0)
            renewed = run("init", "--data", server.data, "--store", "second", "--new-keys", "--json")
            server.keys = json.loads(renewed.stdout)
            client = server.start().client()
            self.addCleanup(client.connection.close)
            self.assertEqual(client.create([(ITEM, 1)]).status, 201)

    def test_a_store_is_made_only_when_asked_for(self):
        mistyped = run("import", "--data", self.server.data, "--store", "shpo", SAMPLE)
        self.assertEqual(mistyped.returncode, 1)
        self.assertIn("no such store", mistyped.stderr)
        self.assertIn("--new", mistyped.stderr)
        self.assertEqual(run("import", "--data", self.server.data, "--store", "two", "--new", SAMPLE).returncode, 0)
        self.assertEqual(run("import", "--data", self.server.data, "--store", "two", SAMPLE).returncode, 0)

    def test_an_entry_of_a_bundle_that_cannot_be_read_is_named(self):
        for name, spoil in (
            ("tax.json", lambda path: path.symlink_to("nowhere")),
            ("discounts.json", lambda path: path.mkdir()),
            ("products.csv", lambda path: path.mkdir()),
        ):
            with self.subTest(name), tempfile.TemporaryDirectory() as folder:
                bundle = Path(folder) / "bundle"
                shutil.copytree(SAMPLE, bundle)
                (bundle / name).unlink(missing_ok=True)
                spoil(bundle / name)
                refused = self.server.import_bundle(bundle, expect=1)
                self.assertIn(name, refused.stderr)

    def test_countries_of_tables_and_settings_are_those_of_the_standard(self):
        for name, text in (
            ("tax.json", '[{"country":"ZQ","bps":100,"name":"Tax"}]'),
            ("locations.json", '[{"id":"quay","country":"UK"}]'),
            ("shipping.json", '{"zones":[{"id":"a","countries":["XX"],"no_service":true}]}'),
        ):
            with self.subTest(name), tempfile.TemporaryDirectory() as folder:
                (Path(folder) / name).write_text(text)
                refused = self.server.import_bundle(Path(folder), expect=1)
                self.assertIn("bad_country", refused.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
