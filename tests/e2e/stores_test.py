"""The ways to the stores that a real installation has: PostgreSQL over TLS, Redis through a TLS tunnel, and a database
that the next release has already migrated."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import kassa  # noqa: E402
import postgres_server  # noqa: E402
import processes  # noqa: E402
import proxies  # noqa: E402
import redis_servers  # noqa: E402
from postgres_pair import PostgresServer  # noqa: E402

ITEM = "harbour-espresso--250-g-filter"
SCHEMAS = ("kassa", "kassa_keys", "kassa_sandbox")


class Stores(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="kassa-stores-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.folder.chmod(0o711)

    def set(self, **settings):
        for name, value in settings.items():
            os.environ[name] = value
            self.addCleanup(os.environ.pop, name, None)

    def make_postgres(self):
        folder = self.folder / "postgres"
        folder.mkdir()
        conninfo = dict(word.split("=") for word in postgres_server.make(str(folder)).split())
        return PostgresServer(folder, conninfo["port"])

    def start_postgres(self):
        self.postgres = self.make_postgres().start()
        self.addCleanup(self.postgres.stop)

    def make_shop(self):
        self.server = kassa.Server()
        self.addCleanup(self.server.close)
        return self.server

    def buy(self):
        client = self.server.client()
        try:
            opened = client.open_ready([(ITEM, 1)], buyer={"email": "ada@shop.example"})
            done = client.complete(opened["id"], key=kassa.new_key())
            self.assertEqual((done.status, done.json["status"]), (200, "completed"), done.bytes)
            order = done.json["order"]["id"]
            self.assertEqual(client.call("GET", f"/ucp/v1/orders/{order}").status, 200)
            return order
        finally:
            client.connection.close()


class NextRelease(Stores):
    """What stands for its migration adds a table, and a column with a default to every table."""

    def setUp(self):
        super().setUp()
        self.start_postgres()
        self.set(KASSA_DATABASE=self.postgres.url)
        self.make_shop().start()

    def migrate(self, schema, min_reader_above):
        """As a migration that this program does not know; it may be read by programs up to `min_reader_above` newer."""
        ask = self.postgres.ask
        tables = ask(f"SELECT tablename FROM pg_tables WHERE schemaname = '{schema}'").split()
        changes = [
            f"ALTER TABLE {schema}.{table} ADD COLUMN from_the_future BIGINT NOT NULL DEFAULT 7"
            for table in tables
            if table != "schema_version"
        ]
        changes.append(f"CREATE TABLE {schema}.of_the_future (id BIGINT NOT NULL PRIMARY KEY)")
        changes.append(
            f"INSERT INTO {schema}.schema_version (version, name, sha256, min_reader) SELECT max(version) + 1, "
            f"'9999_future', 'unknown', max(version) + {min_reader_above} FROM {schema}.schema_version"
        )
        ask("BEGIN; " + "; ".join(changes) + "; COMMIT")

    def test_this_release_sells_on_while_and_after_the_next_one_migrates(self):
        before = self.buy()
        for schema in SCHEMAS:
            self.migrate(schema, 0)
        # Its connections and prepared statements are older than the columns.
        self.buy()
        self.assertEqual(self.server.stop(), 0)
        self.server.start()
        self.buy()
        client = self.server.client()
        self.addCleanup(client.connection.close)
        self.assertEqual(client.call("GET", f"/ucp/v1/orders/{before}").status, 200)
        untouched = self.postgres.ask("SELECT count(*) FROM kassa.purchase WHERE from_the_future <> 7")
        self.assertEqual(untouched, "0")

    def test_a_schema_that_needs_a_newer_program_is_refused_and_left_alone(self):
        self.buy()
        self.assertEqual(self.server.stop(), 0)
        self.migrate("kassa", 1)
        with self.assertRaisesRegex(RuntimeError, "before it was ready"):
            self.server.start()
        self.assertIn("newer than the schema", (self.server.folder / "kassad.log").read_text())
        self.assertEqual(self.postgres.ask("SELECT count(*) FROM kassa.purchase"), "1")


class PostgresOverTls(Stores):
    def setUp(self):
        super().setUp()
        self.authority = self.folder / "ca.crt"
        self.postgres = self.make_postgres()
        self.make_certificates("localhost")
        self.postgres.settings("ssl = on\nssl_cert_file = 'server.crt'\nssl_key_file = 'server.key'\n")
        hba = "local all all trust\nhostssl all all 127.0.0.1/32 trust\nhostnossl all all 127.0.0.1/32 reject\n"
        (self.postgres.folder / "data/pg_hba.conf").write_text(hba)
        self.postgres.start()
        self.addCleanup(self.postgres.stop)

    def openssl(self, *words):
        subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)

    def make_authority(self, name):
        certificate, key = self.folder / f"{name}.crt", self.folder / f"{name}.key"
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                     "-subj", f"/CN={name}", "-keyout", key, "-out", certificate)
        return certificate, key

    def make_certificates(self, host):
        """The server's, by an authority of its own."""
        data = self.postgres.folder / "data"
        certificate, key = self.make_authority("ca")
        request, names = self.folder / "server.csr", self.folder / "names"
        names.write_text(f"subjectAltName=DNS:{host}\n")
        self.openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={host}",
                     "-keyout", data / "server.key", "-out", request)
        self.openssl("x509", "-req", "-in", request, "-CA", certificate, "-CAkey", key, "-CAcreateserial", "-days",
                     "2", "-extfile", names, "-out", data / "server.crt")
        (data / "server.key").chmod(0o600)
        user = postgres_server.server_user()
        if user:
            for name in ("server.key", "server.crt"):
                os.chown(data / name, user.pw_uid, user.pw_gid)

    def url(self, host="localhost", authority=None, mode="verify-full"):
        tls = f"sslmode={mode}&sslrootcert={authority or self.authority}"
        return f"postgresql://kassa@{host}:{self.postgres.port}/postgres?{tls}"

    def test_a_purchase_over_tls_with_the_right_authority(self):
        self.set(KASSA_DATABASE=self.url())
        self.make_shop().start()
        self.buy()
        sessions = "FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE client_port > 0"
        local = f"postgresql://kassa@/postgres?host={self.postgres.folder}&port={self.postgres.port}"
        counts = subprocess.run(
            [processes.program("psql"), "-qAt", "-d", local, "-c", f"SELECT count(*), bool_and(ssl) {sessions}"],
            capture_output=True,
            text=True,
            check=True,
            timeout=20,
        ).stdout.strip()
        self.assertRegex(counts, r"^[1-9]\d*\|t$")

    def test_another_authority_another_name_and_plain_text_are_refused(self):
        impostor = self.make_authority("impostor")[0]
        cases = {
            "another authority": (self.url(authority=impostor), "certificate verify failed"),
            "another name": (self.url(host="127.0.0.1"), "does not match host name"),
            "plain text": (self.url(mode="disable"), "no encryption"),
        }
        for name, (url, why) in cases.items():
            with self.subTest(name):
                command = [kassa.binary(), "init", "--data", str(self.folder / name), "--store", "shop"]
                env = {**os.environ, "KASSA_DATABASE": url}
                done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
                self.assertNotEqual(done.returncode, 0)
                self.assertIn(why, done.stderr)


class RedisOverTls(Stores):
    def setUp(self):
        super().setUp()
        certificate, key, _ = proxies.make_certificate(self.folder, "redis", "redis.internal")
        tls_port, self.port = processes.free_ports(2)
        more = ["--tls-port", str(tls_port), "--tls-cert-file", str(certificate), "--tls-key-file", str(key)]
        self.redis = redis_servers.RedisServer(self.folder, more=[*more, "--tls-auth-clients", "no"])
        self.addCleanup(self.redis.kill)
        self.tunnel_to = f"127.0.0.1:{tls_port}", certificate
        self.set(KASSA_SESSIONS=f"redis://127.0.0.1:{self.port}")

    def open_tunnel(self, kind):
        tunnel = proxies.redis_tunnel(self.folder, self.port, *self.tunnel_to, kind)
        self.addCleanup(tunnel.stop)
        return tunnel

    def sessions(self):
        return int(redis_servers.ask(self.redis.port, "DBSIZE")[1:])

    def test_sessions_lie_behind_either_tunnel_and_its_loss_stops_nobody(self):
        tunnel = self.open_tunnel("haproxy")
        self.make_shop().start()
        self.buy()
        self.assertGreater(self.sessions(), 0)
        tunnel.stop()
        redis_servers.ask(self.redis.port, "FLUSHALL")
        client = self.server.client()
        self.addCleanup(client.connection.close)
        self.assertEqual(client.create([(ITEM, 1)]).status, 201)
        self.assertEqual(self.sessions(), 0)
        self.open_tunnel("stunnel")
        self.assertTrue(kassa.eventually(lambda: client.create([(ITEM, 1)]).status == 201 and self.sessions() > 0))


if __name__ == "__main__":
    unittest.main(verbosity=2)
