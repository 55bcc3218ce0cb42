"""Questions to a PostgreSQL server as a test may ask them; Kassa itself never goes through here."""

import os
import subprocess

from processes import program


def ask(url, sql, connect_seconds=2):
    """The answer as psql prints it, columns by |."""
    done = subprocess.run(
        [program("psql"), "--no-psqlrc", "-qAt", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", sql],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "PGCONNECT_TIMEOUT": str(connect_seconds)},
    )
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip())
    return done.stdout.strip()
