# SPDX-License-Identifier: Apache-2.0
"""integration/test_changes_storm.py with a million changes on SQLite, and a hundred thousand on MongoDB."""

from support.mongodb import own_database
from support.processes import Stack
from support.storm import UNLIMITED, run_with_kills

LENGTH = {"writers": 16, "readers": 6, "kept": 30, "batch": 100}


def test_on_sqlite(tmp_path):
    with Stack(tmp_path, gateway_arguments=UNLIMITED) as stack:
        run_with_kills(stack, 1, writes=1_000_000, kills=40, **LENGTH)


def test_on_mongodb_with_several_instances(tmp_path, mongodb_uri):
    with own_database(mongodb_uri) as store:
        with Stack(tmp_path, store=store, tasks_services=2, gateway_arguments=UNLIMITED) as stack:
            run_with_kills(stack, 2, writes=100_000, kills=20, **LENGTH)
