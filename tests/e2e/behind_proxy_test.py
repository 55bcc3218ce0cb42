"""kassad behind the haproxy of infra/haproxy: each client is counted by its own address, which only the listed proxy
may tell."""

import contextlib
import http.client
import pathlib
import shutil
import ssl
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import kassa  # noqa: E402
import proxies  # noqa: E402
from processes import Process, accepts, free_ports, program, wait_until  # noqa: E402

PROFILE = "/.well-known/ucp"
LIMITED = {"KASSA_RATE_PUBLIC": "1/3", "KASSA_RATE_LIMIT_LOOPBACK": "true", "KASSA_TRUSTED_PROXIES": "127.0.0.1"}


class BehindHaproxy(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="kassa-behind-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.server = kassa.Server()
        self.addCleanup(self.server.close)

    def start(self, to_backends="check", **settings):
        """kassad, and haproxy in front of it, with `to_backends` behind each of its server lines."""
        self.server.start(env=LIMITED | settings)
        text = (proxies.FILES / "haproxy.cfg").read_text()
        for number in "12":
            line = f'"${{KASSAD_{number}-127.0.0.1:808{number}}}" check'
            self.assertIn(line, text)
            text = text.replace(line, line.removesuffix("check") + to_backends)
        file = self.folder / "haproxy.cfg"
        file.write_text(text)
        self.port, metrics = free_ports(2)
        address = self.server.ready["http"].removeprefix("http://")
        environment = {
            "KASSA_BIND": f"127.0.0.1:{self.port}",
            "KASSA_CERTIFICATE": str(proxies.make_certificate(self.folder, "shop")[2]),
            "KASSA_METRICS_BIND": f"127.0.0.1:{metrics}",
            "KASSA_MAXCONN": "2000",
            "KASSAD_1": address,
            "KASSAD_2": address,
        }
        haproxy = Process("haproxy", [program("haproxy"), "-db", "-f", str(file)], self.folder, environment)
        self.addCleanup(haproxy.stop)
        wait_until(lambda: accepts(self.port), "haproxy listens", process=haproxy)
        wait_until(lambda: self.through("127.0.0.9") != 503, "haproxy finds kassad ready", process=haproxy)

    def status(self, connection, headers):
        with contextlib.closing(connection):
            connection.request("GET", PROFILE, headers=headers)
            return connection.getresponse().status

    def through(self, source, **headers):
        trusted = ssl.create_default_context(cafile=str(self.folder / "shop.crt"))
        return self.status(
            http.client.HTTPSConnection(
                "localhost", self.port, timeout=20, context=trusted, source_address=(source, 0)
            ),
            {name.replace("_", "-"): value for name, value in headers.items()},
        )

    def direct(self, source, **headers):
        host, port = self.server.ready["http"].removeprefix("http://").split(":")
        return self.status(
            http.client.HTTPConnection(host, int(port), timeout=20, source_address=(source, 0)),
            {name.replace("_", "-"): value for name, value in headers.items()},
        )

    def exhaust(self, source):
        """Until the client is told to wait."""
        for _ in range(40):
            if self.through(source) == 429:
                return
        self.fail(f"{source} was never limited")

    def each_client_has_its_own_limit(self):
        self.exhaust("127.0.0.2")
        self.assertEqual(self.through("127.0.0.3"), 200)
        self.exhaust("127.0.0.2")
        self.assertEqual(self.through("127.0.0.2", X_Forwarded_For="203.0.113.7", Forwarded="for=203.0.113.7"), 429)

    def test_clients_are_told_apart_by_x_forwarded_for(self):
        self.start()
        self.each_client_has_its_own_limit()
        # Past haproxy, from an address that is not listed: whatever it says, it is one client.
        lies = [f"203.0.113.{i}" for i in range(9)]
        told = [self.direct("127.0.0.4", X_Forwarded_For=lie, Forwarded=f"for={lie}") for lie in lies]
        self.assertIn(429, told)

    def test_clients_are_told_apart_by_the_proxy_protocol(self):
        self.start("check send-proxy-v2 check-send-proxy", KASSA_PROXY_HEADER="proxy-v2")
        self.each_client_has_its_own_limit()
        told = [self.direct("127.0.0.4", X_Forwarded_For=f"203.0.113.{i}") for i in range(9)]
        self.assertIn(429, told)


if __name__ == "__main__":
    unittest.main(verbosity=2)
