#!/usr/bin/env bash
# The long run of the fault campaigns, as part of ./dev check.
set -euo pipefail
cd "$(dirname "$0")/../.."
exec ./dev chaos
