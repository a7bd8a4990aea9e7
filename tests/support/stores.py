# SPDX-License-Identifier: Apache-2.0
"""The stores that the programs must be the same on, for tests whose stack takes the fixture `store`."""

import pytest

on_both_stores = pytest.mark.parametrize("store", ["sqlite", "mongodb"], indirect=True, scope="module")
