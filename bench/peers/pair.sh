# SPDX-License-Identifier: Apache-2.0
# What the `start` of a peer of two programs does. Sourced, not run.

set -euo pipefail

# run_pair SERVICE EDGE: runs both commands in the foreground, until SIGTERM or until one of them ends.
run_pair() {
  local service edge
  "$1" &
  service=$!
  "$2" &
  edge=$!
  trap 'kill "$edge" "$service" 2>/dev/null || true; wait; exit 0' TERM INT
  wait -n || true
  kill "$edge" "$service" 2>/dev/null || true
  wait
  exit 1
}
