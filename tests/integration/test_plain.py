# SPDX-License-Identifier: Apache-2.0
"""All that tasks can do over REST and by older Thrift clients, with every plain way that the services have."""

import os

import pytest
from test_rest_tasks import *  # noqa: F403
from test_thrift_old_clients import *  # noqa: F403

from support.processes import Service, Stack

pytestmark = []  # SQLite has what can be plain


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        # What Thrift's own finalizers let go of is not all there was.
        patch.setenv("ASAN_OPTIONS", f"{os.environ.get('ASAN_OPTIONS', '')}:detect_leaks=0")
        running = Stack(tmp_path_factory.mktemp("plain"), service_arguments=["--plain", "rows,nowait,finalizers,sieve"])
    yield running
    assert running.stop() == []


@pytest.mark.parametrize("name", ["tasks-service", "accounts-service"])
def test_what_is_no_plain_way_stops_the_start(name, tmp_path):
    with pytest.raises(AssertionError, match=r'--plain: \\"quick\\" is none of rows, nowait, finalizers, sieve and all'):
        Service(name, tmp_path, environment={"TW_PLAIN": "rows,quick"})
