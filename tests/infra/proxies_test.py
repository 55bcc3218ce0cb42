"""The proxies' configurations as they stand in infra/haproxy: they load, a request that was sent is never sent twice, a
process that is not ready gets nothing, and Redis is reached over TLS only when its certificate is right."""

import http.client
import http.server
import re
import shutil
import ssl
import sys
import tempfile
import threading
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import processes  # noqa: E402
import proxies  # noqa: E402
import redis_servers  # noqa: E402


class QuietServer(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """haproxy's probes end with a reset: no news."""


class Backend:
    """A kassad that does as it is told: it counts, and may hang up instead of answering."""

    def __init__(self, port=0):
        self.seen = []
        self.ready = True
        self.hangs_up = False
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if self.path == "/readyz":
                    return self.reply(200 if owner.ready else 503)
                owner.seen.append((self.command, self.path, dict(self.headers), body))
                if owner.hangs_up:
                    self.close_connection = True
                    return None
                return self.reply(200)

            def reply(self, status):
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_GET = do_POST = do_PUT = answer

            def log_message(self, *_):
                pass

        self.server = QuietServer(("127.0.0.1", port), Handler)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self.thread.start()

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def close(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


class Files(unittest.TestCase):
    def test_haproxy_takes_both_files_without_a_warning(self):
        with tempfile.TemporaryDirectory() as folder:
            certificate, _, both = proxies.make_certificate(folder, "any")
            environment = {
                "KASSA_CERTIFICATE": str(both),
                "KASSA_REDIS": "127.0.0.1:6380",
                "KASSA_REDIS_CA": str(certificate),
            }
            for name in ("haproxy.cfg", "redis-tls.cfg"):
                with self.subTest(name):
                    code, text = proxies.haproxy_says(proxies.FILES / name, environment)
                    self.assertEqual(code, 0, text)
                    self.assertNotIn("WARNING", text)


class ShopFront(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="kassa-haproxy-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.backends = [Backend(), Backend()]
        for backend in self.backends:
            self.addCleanup(backend.close)
        self.port, self.metrics = processes.free_ports(2)
        addresses = [backend.address for backend in self.backends]
        self.haproxy = proxies.shop_front(self.folder, self.port, self.metrics, addresses)
        self.addCleanup(self.haproxy.stop)
        self.wait_for_backends(2)

    def gauge(self):
        return self.ask("http", self.metrics, "GET", "/metrics")[1]

    def wait_for_backends(self, count):
        line = re.compile(rb'haproxy_backend_active_servers\{proxy="kassad"\} (\d)')
        processes.wait_until(lambda: int(line.search(self.gauge())[1]) == count, f"{count} backends are ready")

    def ask(self, scheme, port, method, path, body=None, headers=None):
        if scheme == "https":
            context = ssl.create_default_context(cafile=str(Path(self.folder) / "shop.crt"))
            connection = http.client.HTTPSConnection("localhost", port, timeout=20, context=context)
        else:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def shop(self, method, path="/ucp/v1/checkout-sessions", body=None, headers=None):
        return self.ask("https", self.port, method, path, body, headers)[0]

    def seen(self):
        return [request for backend in self.backends for request in backend.seen]

    def test_a_post_that_was_sent_is_never_sent_again(self):
        for backend in self.backends:
            backend.hangs_up = True
        self.assertEqual(self.shop("POST", body=b"{}"), 502)
        self.assertEqual(len(self.seen()), 1)
        self.assertEqual(self.shop("PUT", body=b"{}"), 502)
        self.assertEqual(len(self.seen()), 2)

    def test_a_get_without_an_answer_goes_to_the_other_process(self):
        self.backends[0].hangs_up = True
        self.assertEqual([self.shop("GET", f"/{i}") for i in range(4)], [200] * 4)
        self.assertGreater(len(self.backends[0].seen), 0)

    def test_a_refused_connection_is_tried_elsewhere_even_for_a_post(self):
        self.backends[1].close()
        self.assertEqual([self.shop("POST", body=b"{}") for _ in range(4)], [200] * 4)
        self.backends[1] = Backend(self.backends[1].port)
        self.addCleanup(self.backends[1].close)
        self.wait_for_backends(2)

    def test_a_process_that_is_not_ready_gets_nothing_and_comes_back(self):
        self.backends[0].ready = False
        self.wait_for_backends(1)
        self.assertEqual([self.shop("POST", body=b"{}") for _ in range(4)], [200] * 4)
        self.assertEqual(len(self.backends[0].seen), 0)
        self.backends[0].ready = True
        self.wait_for_backends(2)

    def test_a_client_cannot_say_where_it_comes_from(self):
        lies = {"X-Forwarded-For": "203.0.113.7", "Forwarded": "for=203.0.113.7", "X-Forwarded-Host": "x.example"}
        self.assertEqual(self.shop("GET", headers=lies), 200)
        headers = {name.lower(): value for name, value in self.seen()[0][2].items()}
        self.assertEqual(headers["x-forwarded-for"], "127.0.0.1")
        self.assertEqual(headers["x-forwarded-proto"], "https")
        self.assertNotIn("forwarded", headers)
        self.assertNotIn("x-forwarded-host", headers)

    def test_queries_are_not_logged(self):
        self.assertEqual(self.shop("GET", "/orders?token=canary-of-a-query"), 200)
        text = processes.wait_until(lambda: "/orders" in self.haproxy.tail() and self.haproxy.tail(), "the log line")
        self.assertNotIn("canary", text)


class RedisTunnel(unittest.TestCase):
    def redis_with_tls(self, folder, certificate_host):
        certificate, key, _ = proxies.make_certificate(folder, "redis", certificate_host)
        tls_port = processes.free_ports(1)[0]
        more = ["--tls-port", str(tls_port), "--tls-cert-file", str(certificate), "--tls-key-file", str(key)]
        server = redis_servers.RedisServer(folder, more=[*more, "--tls-auth-clients", "no"])
        self.addCleanup(server.kill)
        return f"127.0.0.1:{tls_port}", certificate

    def test_both_tunnels_reach_redis_and_refuse_one_with_another_name(self):
        for kind in ("haproxy", "stunnel"):
            for host, reaches in (("redis.internal", True), ("impostor.internal", False)):
                with self.subTest(f"{kind} {host}"), tempfile.TemporaryDirectory() as folder:
                    target, authority = self.redis_with_tls(folder, host)
                    port = processes.free_ports(1)[0]
                    tunnel = proxies.redis_tunnel(folder, port, target, authority, kind)
                    try:
                        if reaches:
                            processes.wait_until(lambda: redis_servers.answers(port), "Redis answers", process=tunnel)
                        else:
                            self.assertFalse(any(redis_servers.answers(port) for _ in range(5)))
                    finally:
                        tunnel.stop()


if __name__ == "__main__":
    unittest.main(verbosity=2)
