#!/usr/bin/env bash
# ./dev bench discounts: the discount engine against the targets of docs/benchmarks.md. Options: --quick, --seed N,
# --ads (3,000,000 rules as well). ./dev bench discounts --peers: beside rule engines from npm; --rules N,N, --rounds N.
set -euo pipefail
cd "$(dirname "$0")"

binary=$(realpath "${BENCH_DISCOUNTS:-../build/release/bin/bench_discounts}")
if [[ ${1:-} != --peers ]]; then
  exec "$binary" "$@"
fi
cd peers
[[ -d node_modules ]] || npm ci --silent --no-audit --no-fund
exec node peers.mjs --bench "$binary" "${@:2}"
