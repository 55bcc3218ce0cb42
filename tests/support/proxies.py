"""haproxy and stunnel with the files of infra/haproxy, as a person would start them."""

import os
import re
import subprocess
from pathlib import Path

from processes import Process, accepts, program, wait_until

FILES = Path(__file__).resolve().parents[2] / "infra/haproxy"


def make_certificate(folder, name, host="localhost"):
    """A self-signed one, which is its own authority: (certificate, key, both in one file)."""
    key, certificate = Path(folder) / f"{name}.key", Path(folder) / f"{name}.crt"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
        + ["-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host},IP:127.0.0.1"]
        + ["-keyout", str(key), "-out", str(certificate)],
        check=True,
        capture_output=True,
    )
    both = Path(folder) / f"{name}.pem"
    both.write_text(key.read_text() + certificate.read_text())
    return certificate, key, both


def haproxy_says(file, env):
    """What `haproxy -c` thinks of a file: (exit code, text)."""
    done = subprocess.run(
        [program("haproxy"), "-c", "-f", str(file)],
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def shop_front(folder, port, metrics_port, backends):
    """haproxy in front of two kassad; returns when it listens. `backends`: two of "127.0.0.1:PORT"."""
    environment = {
        "KASSA_MAXCONN": "2000",
        "KASSA_BIND": f"127.0.0.1:{port}",
        "KASSA_CERTIFICATE": str(make_certificate(folder, "shop")[2]),
        "KASSA_METRICS_BIND": f"127.0.0.1:{metrics_port}",
        "KASSAD_1": backends[0],
        "KASSAD_2": backends[1],
    }
    # -db: stays in the foreground, one process.
    process = Process("haproxy", [program("haproxy"), "-db", "-f", str(FILES / "haproxy.cfg")], folder, environment)
    wait_until(lambda: accepts(port), "haproxy listens", process=process)
    return process


def redis_tunnel(folder, port, target, authority, kind="haproxy"):
    """TLS to a Redis, by haproxy or stunnel."""
    if kind == "haproxy":
        environment = {
            "KASSA_REDIS_BIND": f"127.0.0.1:{port}",
            "KASSA_REDIS": target,
            "KASSA_REDIS_CA": str(authority),
        }
        command = [program("haproxy"), "-db", "-f", str(FILES / "redis-tls.cfg")]
        process = Process("tunnel-haproxy", command, folder, environment)
    else:
        text = (FILES / "redis-stunnel.conf").read_text()
        for name, value in {"accept": f"127.0.0.1:{port}", "connect": target, "CAfile": str(authority)}.items():
            text, changed = re.subn(rf"^{name} = .*$", f"{name} = {value}", text, flags=re.MULTILINE)
            assert changed == 1, name
        file = Path(folder) / "stunnel.conf"
        file.write_text(text)
        process = Process("tunnel-stunnel", [program("stunnel4"), str(file)], folder)
    wait_until(lambda: accepts(port), f"{kind} listens", process=process)
    return process
