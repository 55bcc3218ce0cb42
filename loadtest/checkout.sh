#!/usr/bin/env bash
# ./dev bench checkout: the checkout against the budgets of docs/architecture.md; --help lists the options.
set -euo pipefail
exec python3 "$(dirname "$0")/bench/checkout.py" "$@"
