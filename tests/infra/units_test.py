"""systemd takes the units, they give away little, and they leave kassad the time that it needs to end."""

import re
import shutil
import subprocess
import tempfile
import tomllib
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
UNITS = ROOT / "infra/systemd"
# Of 100, 0 is the most closed. A plain unit has 96.
EXPOSURE_MAX = 20


class Units(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="kassa-units-"))
        self.addCleanup(shutil.rmtree, self.folder)
        for unit in UNITS.glob("kassa*"):
            text = unit.read_text()
            # What it starts is not installed here.
            text = re.sub(r"^ExecStart=/usr/local\S+", "ExecStart=/bin/true", text, flags=re.MULTILINE)
            (self.folder / unit.name.replace("@.", "@pulse.")).write_text(text)
        shutil.copy(self.folder / "kassa-books@pulse.service", self.folder / "kassa-books@invariants.service")

    def analyze(self, *arguments):
        return subprocess.run(
            ["systemd-analyze", *arguments], cwd=self.folder, capture_output=True, text=True, timeout=60, check=False
        )

    def test_systemd_has_nothing_to_say_about_them(self):
        units = [f"./{unit.name}" for unit in self.folder.iterdir() if unit.suffix in (".service", ".timer")]
        self.assertEqual(len(units), 5)
        done = self.analyze("verify", *units)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_kassad_is_locked_in(self):
        done = self.analyze("security", "--offline=true", f"--threshold={EXPOSURE_MAX}", "./kassad.service")
        self.assertEqual(done.returncode, 0, done.stdout[-400:])

    def test_stopping_takes_no_longer_than_systemd_waits(self):
        unit = (UNITS / "kassad.service").read_text()
        patience = int(re.search(r"^TimeoutStopSec=(\d+)$", unit, re.MULTILINE)[1])
        limits = (ROOT / "services/base/limits.hpp").read_text()
        drain = int(re.search(r"kDrainTime\{(\d+)\}", limits)[1])
        finish = int(re.search(r"kFinishTime\{(\d+)\}", (ROOT / "services/app/serve.cpp").read_text())[1])
        self.assertGreater(patience, drain + finish + 5)

    def test_the_settings_file_names_only_settings_that_exist(self):
        documented = (ROOT / "docs/configuration.md").read_text()
        for name in tomllib.loads((UNITS / "kassa.toml").read_text()):
            with self.subTest(name):
                self.assertIn(f"| `{name}` |", documented)


if __name__ == "__main__":
    unittest.main(verbosity=2)
