# SPDX-License-Identifier: Apache-2.0
"""GET /v1/changes under many who write, with services that are killed in between: nothing is missed, nothing is told out of
order, and nothing that is not so. At length: `tests/hours/`."""

import pytest

from support.mongodb import own_database
from support.processes import Stack
from support.storm import UNLIMITED, run_with_kills

pytestmark = pytest.mark.concurrent


def test_on_sqlite(tmp_path):
    with Stack(tmp_path, gateway_arguments=UNLIMITED) as stack:
        run_with_kills(stack, 1, writes=400, kept=30, kills=2)


def test_on_mongodb_with_several_instances(tmp_path, mongodb_uri):
    with own_database(mongodb_uri) as store:
        with Stack(tmp_path, store=store, tasks_services=2, gateway_arguments=UNLIMITED) as stack:
            run_with_kills(stack, 2, writes=100, kept=8, kills=2)
