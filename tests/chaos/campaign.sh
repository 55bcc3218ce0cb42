#!/usr/bin/env bash
# The long run of the fault campaigns, as part of ./dev check: every crash at its first three hits, in files and then on
# PostgreSQL and Redis; then the lost parts.
set -euo pipefail
cd "$(dirname "$0")/../.."
python3 tests/chaos/crash_loop.py
python3 tests/support/on_servers.py --memory python3 tests/chaos/crash_loop.py
exec ./dev chaos
