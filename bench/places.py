# SPDX-License-Identifier: Apache-2.0
"""Where things are."""

from support.processes import PROJECT

BENCH = PROJECT / "bench"
PEERS = BENCH / "peers"
CACHE = PROJECT / ".cache" / "bench"  # what is kept between runs: the data set, the peers as built
BUILD = PROJECT / "build" / "bench"  # our programs, and the C programs of bench/c
