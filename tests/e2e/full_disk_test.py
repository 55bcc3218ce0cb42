"""A full disk: readiness tells, nothing is lost, and room makes it ready again. Needs root, for a small tmpfs."""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import kassa  # noqa: E402

ITEM = "brewing-class"  # Neither shipped nor counted.
LARGE = {f"note_{n}": "x" * 900 for n in range(20)}


class FullDisk(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="kassa-small-")
        self.addCleanup(os.rmdir, self.folder)
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", self.folder], capture_output=True, check=False
        )
        if mounted.returncode != 0:
            self.skipTest("may not mount a small tmpfs here")
        self.addCleanup(subprocess.run, ["umount", self.folder], check=True)

    def test_readiness_is_red_while_nothing_can_be_written(self):
        server = kassa.Server(folder=self.folder)
        self.addCleanup(server.close)
        server.start("--log-level", "error")
        client = server.client()
        self.addCleanup(client.connection.close)
        ready = lambda: client.call("GET", "/readyz")  # noqa: E731
        self.assertEqual(ready().status, 200)
        first = client.create([(ITEM, 1)]).json
        filler = Path(self.folder) / "filler"
        with open(filler, "wb", buffering=0) as out:
            try:
                while True:
                    out.write(b"x" * 65_536)
            except OSError:
                pass  # Full.
        for _ in range(200):
            made = client.create([(ITEM, 1)], attribution=LARGE)
            if made.status != 201 or client.complete(made.json["id"], key=kassa.new_key()).status >= 500:
                break
        self.assertTrue(kassa.eventually(lambda: ready().status == 503))
        self.assertEqual(ready().json, {"status": "disk_full"})
        self.assertEqual(client.call("GET", "/healthz").status, 200)
        self.assertEqual(client.get(first["id"]).status, 200, "reads go on")
        for change in (client.create([(ITEM, 1)]), client.update(first["id"], {"buyer": {"first_name": "Ada"}})):
            self.assertEqual(change.status, 503, "what cannot be written would pile up in memory")
            self.assertTrue(change.headers.get("retry-after"))
        filler.unlink()
        self.assertTrue(kassa.eventually(lambda: ready().status == 200), "although nobody was sent here meanwhile")
        self.assertEqual(client.complete(first["id"], key="k").json["status"], "completed")


if __name__ == "__main__":
    unittest.main()
