import sys, pytest, itertools
from support.mongodb import own_database
from support.processes import Stack, eventually
from support.storm import UNLIMITED, Storm
import integration.test_changes_storm as t
@pytest.mark.parametrize("seed", [11, 12, 13])
def test_sq(tmp_path, seed):
    with Stack(tmp_path, gateway_arguments=UNLIMITED) as stack:
        t.run(stack, seed, writes=6000, writers=10, readers=3, kills=6, kept=60)
@pytest.mark.parametrize("seed", [21, 22])
def test_mo(tmp_path, mongodb_uri, seed):
    with own_database(mongodb_uri) as store:
        with Stack(tmp_path, store=store, tasks_services=2, gateway_arguments=UNLIMITED) as stack:
            t.run(stack, seed, writes=1200, writers=8, readers=3, kills=5, kept=20)
