#!/usr/bin/env bash
# ./dev bench catalog: importing and searching a catalogue of 100,000 products; --help lists the options.
set -euo pipefail
exec python3 "$(dirname "$0")/bench/catalog.py" "$@"
