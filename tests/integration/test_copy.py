# SPDX-License-Identifier: Apache-2.0
"""tasks-admin copy: from SQLite to MongoDB and back, with services before and after."""

import contextlib
import dataclasses
import os
import pathlib
import pty
import re
import signal
import sqlite3
import subprocess
import time

import httpx
import pymongo
import pytest

from support.copying import ADMIN, LOG, copied, copy, make_tasks, moved, refused, rows, sums
from support.lists import invite, join, make_list
from support.mongodb import MongoServer, own_database
from support.people import PASSWORD, Person, new_email, problem
from support.processes import PATIENCE_S, PROJECT, Service, Stack, eventually

MANY = 20_000
RECORDS = ("tasks", "lists", "members", "invitations", "chores")
SOME = 5_000  # for MongoDB, since FerretDB looks at every document for each batch


@pytest.fixture
def mongodb(mongodb_uri):
    with own_database(mongodb_uri) as uri:
        yield uri


def data_of(folder):
    """Everything that a copy moves of what the folder's databases hold."""
    return {name: moved(pathlib.Path(folder) / name) for name in ("tasks.db", "accounts.db")}


def documents(uri):
    with pymongo.MongoClient(uri) as client:
        database = client.get_default_database()
        return {name: database[name].count_documents({}) for name in database.list_collection_names()}


# What people did, and what they find after a move.


@dataclasses.dataclass
class Life:
    folder: pathlib.Path
    tasks: dict
    account: dict
    access_token: str
    refresh_token: str
    used_refresh_token: str
    logged_out_access_token: str


def place(person, shared, position):
    answer = person.client.patch(f"/v1/lists/{shared['id']}", json={"position": position})
    assert answer.status_code == 200, answer.text


def leave(person, shared):
    answer = person.client.delete(f"/v1/lists/{shared['id']}/members/me")
    assert answer.status_code == 204, answer.text


def add_chore(path, list_id, leaver_id):
    """What a service that was killed just then would have left: that somebody has left a list."""
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.execute(
            "INSERT INTO chores (id, owner_id, created_ms, updated_ms, version, list_id, leaver_id)"
            " SELECT randomblob (12), owner_id, 1000, 1000, 1, id, ? FROM lists WHERE lower (hex (id)) = ?",
            (leaver_id, list_id),
        )
        assert database.execute("SELECT count(*) FROM chores").fetchone() == (1,)


def add_move(path, task_id, mover_id):
    """The same: that somebody has moved a task of theirs to a list of another's, where it has changed since."""
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        done = database.execute(
            "INSERT INTO chores (id, owner_id, created_ms, updated_ms, version, list_id, task_id, task_version, receiver_id,"
            " mover_id) SELECT randomblob (12), ?1, 1000, 1000, 1, list_id, id, version - 1, user_id, ?1 FROM tasks"
            " WHERE lower (hex (id)) = ?2",
            (mover_id, task_id),
        )
        assert done.rowcount == 1


def add_old_token(path):
    """One that the first version gave out, and that was used."""
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.execute("INSERT INTO tokens (hash, session_id, used, expires_ms)"
                         " SELECT randomblob (32), id, 1, expires_ms FROM sessions LIMIT 1")  # fmt: skip


def sign_up_with_a_key(url):
    account = {"email": new_email(), "password": PASSWORD, "name": "Dee"}
    answer = httpx.post(f"{url}/v1/accounts", json=account, headers={"Idempotency-Key": "k"}, timeout=PATIENCE_S)
    assert answer.status_code == 201, answer.text


def fail_to_sign_in(url, email):
    session = {"email": email, "password": "not the one that it is"}
    problem(httpx.post(f"{url}/v1/sessions", json=session, timeout=PATIENCE_S), 401)


@pytest.fixture(scope="module")
def life(tmp_path_factory):
    """A folder of SQLite that services ran on: tasks added, changed, removed; sessions open, refreshed, ended."""
    folder = tmp_path_factory.mktemp("life")
    stack = Stack(folder)
    with Person(stack.url) as ada, Person(stack.url) as bob, Person(stack.url) as cyd:
        for name in ("Milk", "Bread × 2 🥖", "Letter", "Nobody's"):
            kept = ada.add(name)
        bob.add("Bob's")
        ada.add("All of it", notes="one\n\ttwo 🥖", dueOn="2026-12-24", remindOn="2026-12-23T18:00:00.250+01:00", priority=1,
                labels=["home", "Straße", "a b"], position=-0.1, assigneeId=ada.id, done=True)  # fmt: skip
        ada.add("Due at a time", dueOn="2026-12-24T00:00:00Z", labels=["x"])
        ada.client.delete(f"/v1/tasks/{kept['id']}")
        changed = ada.add("To be done")
        ada.client.patch(f"/v1/tasks/{changed['id']}", json={"done": True})
        shared = make_list(ada, "Household", color="#3366ff")
        join(ada, bob, shared, "editor")
        place(ada, shared, 2.5)
        join(ada, cyd, shared, "viewer")
        leave(cyd, shared)
        moved_in = bob.add("In the list", listId=shared["id"])
        bob.client.patch(f"/v1/tasks/{moved_in['id']}", json={"done": True})
        invite(ada, shared, "viewer")
        sign_up_with_a_key(stack.url)
        fail_to_sign_in(stack.url, bob.email)
        session = ada.log_in()
        logged_out = session["accessToken"]
        answer = httpx.delete(f"{stack.url}/v1/sessions/current", headers={"Authorization": f"Bearer {logged_out}"})
        assert answer.status_code == 204
        used = ada.refresh_token
        for _ in range(2):
            ada.take(ada.refresh())
        left = Life(
            folder,
            ada.client.get("/v1/tasks").json(),
            ada.client.get("/v1/account").json(),
            ada.access_token,
            ada.refresh_token,
            used,
            logged_out,
        )
    assert stack.stop() == []
    add_chore(folder / "data/tasks.db", shared["id"], cyd.id)
    add_move(folder / "data/tasks.db", moved_in["id"], bob.id)
    add_old_token(folder / "data/accounts.db")
    return left


def test_services_on_mongodb_go_on_where_those_on_sqlite_were(life, mongodb):
    counted = copied(f"sqlite:{life.folder / 'data'}", mongodb)
    assert list(counted) == [
        *RECORDS, "accounts", "keys", "sessions", "tokens", "failures", "origins", "revocations",
    ]  # fmt: skip
    stack = Stack(life.folder, store=mongodb)
    with httpx.Client(base_url=stack.url, timeout=PATIENCE_S) as client:
        ada = {"Authorization": f"Bearer {life.access_token}"}
        assert client.get("/v1/tasks", headers=ada).json() == life.tasks
        assert client.get("/v1/account", headers=ada).json() == life.account
        logged_out = {"Authorization": f"Bearer {life.logged_out_access_token}"}
        problem(client.get("/v1/account", headers=logged_out), 401)

        answer = client.post("/v1/sessions/refresh", json={"refreshToken": life.refresh_token})
        assert answer.status_code == 200, answer.text
        newest = answer.json()
        problem(client.post("/v1/sessions/refresh", json={"refreshToken": life.used_refresh_token}), 401)
        problem(client.post("/v1/sessions/refresh", json={"refreshToken": newest["refreshToken"]}), 401)
        problem(client.get("/v1/account", headers=ada), 401)
    assert stack.stop() == []


# What is no record's, and is made again where it is needed (tw-task-names-sqlite.h): names that are folded, and whose are.
BESIDE = {"tasks_folded"}
NAME_FOLDED = ("tasks", "name_folded")


def columns_of(path):
    """Of each table that a copy moves, which columns have a value in some row."""
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        found = {}
        for table in moved(path).keys() - BESIDE:
            names = [name for _, name, *_ in database.execute(f"PRAGMA table_info ({table})")]
            counts = ", ".join(f'count("{name}")' for name in names)
            values = database.execute(f"SELECT {counts} FROM {table}").fetchone()
            found[table] = {name: value > 0 for name, value in zip(names, values, strict=True)}
    return found


def records_of(idl):
    """The records that idl/ has, by their annotations."""
    return set(re.findall(r'tw\.record = "(\w+)"', (PROJECT / "idl" / idl).read_text()))


def test_copies_are_of_all_that_is_kept(life, tmp_path):
    """Every record that the IDL has is a part of a copy, every table is a record's, and in what these tests copy is
    something in every column: so what is new, and is not carried, fails here or below."""
    counted = copied(f"sqlite:{life.folder / 'data'}", f"sqlite:{tmp_path / 'copy'}")
    tasks, accounts = (columns_of(life.folder / "data" / name) for name in ("tasks.db", "accounts.db"))
    assert tasks.keys() == records_of("tasks.thrift")
    assert accounts.keys() == records_of("accounts-store.thrift")
    assert counted.keys() == tasks.keys() | accounts.keys()
    empty = {(table, name) for table, columns in {**tasks, **accounts}.items() for name, there in columns.items() if not there}
    assert empty - {NAME_FOLDED} == set()


def test_there_and_back_is_the_same(life, mongodb, tmp_path):
    here = f"sqlite:{life.folder / 'data'}"
    there = copied(here, mongodb)
    back = copied(mongodb, f"sqlite:{tmp_path / 'back'}")
    assert back == there
    assert data_of(tmp_path / "back") == data_of(life.folder / "data")


def test_what_happened_on_mongodb_comes_back(mongodb, tmp_path):
    stack = Stack(tmp_path, store=mongodb)
    with Person(stack.url) as ada:
        for name in ("one", "two"):
            ada.add(name)
        ended = ada.log_in()["accessToken"]
        httpx.delete(f"{stack.url}/v1/sessions/current", headers={"Authorization": f"Bearer {ended}"})
        used = ada.refresh_token
        for _ in range(2):
            ada.take(ada.refresh())
        tasks = ada.client.get("/v1/tasks").json()
    assert stack.stop() == []

    copied(mongodb, f"sqlite:{tmp_path / 'data'}")
    stack = Stack(tmp_path)
    with httpx.Client(base_url=stack.url, timeout=PATIENCE_S) as client:
        assert client.get("/v1/tasks", headers={"Authorization": f"Bearer {ada.access_token}"}).json() == tasks
        problem(client.get("/v1/account", headers={"Authorization": f"Bearer {ended}"}), 401)
        problem(client.post("/v1/sessions/refresh", json={"refreshToken": used}), 401)
        problem(client.get("/v1/account", headers={"Authorization": f"Bearer {ada.access_token}"}), 401)
    assert stack.stop() == []


def test_source_is_left_as_it_was(life, mongodb):
    data = life.folder / "data"
    before = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in data.iterdir()}
    copied(f"sqlite:{data}", mongodb)
    assert {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in data.iterdir()} == before


def test_one_database_alone(life, mongodb, tmp_path):
    counted = copied(f"sqlite:{life.folder / 'data' / 'tasks.db'}", mongodb, "--only", "tasks")
    assert list(counted) == list(RECORDS)
    assert "accounts" not in documents(mongodb)
    copied(mongodb, f"sqlite:{tmp_path / 'other.db'}", "--only", "tasks")
    assert moved(tmp_path / "other.db") == moved(life.folder / "data" / "tasks.db")


def test_log_of_changes_begins_anew(life, tmp_path):
    """Numbers of one log mean nothing in another one."""
    source, target = life.folder / "data", tmp_path / "data"
    assert len(rows(source / "tasks.db")["log"]) > 1
    copied(f"sqlite:{source}", f"sqlite:{target}")
    assert {name: rows(target / "tasks.db")[name] for name in LOG} == {
        "log": [], "log_heads": [], "log_state": [(0, 0)], "log_store": [],
    }  # fmt: skip
    with Stack(tmp_path) as stack, Person(stack.url) as cyd:
        cyd.add("The first")
    log = rows(target / "tasks.db")["log"]
    assert [number for _, owner, number, *_ in log if owner == cyd.id] == [1]


def test_what_a_killed_service_left_in_its_log_is_copied(tmp_path):
    stack = Stack(tmp_path)
    with Person(stack.url) as ada:
        ada.add("Only in the log")
        stack.tasks.kill()
        stack.accounts.kill()
    assert stack.stop() == []
    assert (tmp_path / "data" / "tasks.db-wal").stat().st_size > 0
    counted = copied(f"sqlite:{tmp_path / 'data'}", f"sqlite:{tmp_path / 'copy'}")
    assert counted["tasks"].startswith("1 records")
    assert counted["accounts"].startswith("1 records")


# What is refused


def test_sqlite_that_a_service_holds_is_neither_read_nor_filled(life, mongodb, tmp_path):
    service = Service("tasks-service", tmp_path)
    held = f"sqlite:{tmp_path / 'data'}"
    refused(copy(held, mongodb), "in use by another process")
    refused(copy(f"sqlite:{life.folder / 'data'}", held), "in use by another process")
    assert service.stop() == 0
    copied(f"sqlite:{life.folder / 'data'}", held)  # over the empty database that the service made


def test_mongodb_that_a_service_holds_is_not_filled(life, mongodb, tmp_path):
    service = Service("tasks-service", tmp_path, store=mongodb)
    service.wait_for("tasks")
    here = f"sqlite:{life.folder / 'data'}"
    eventually(lambda: documents(mongodb).get("taskwire"), "the service to hold the database")
    refused(copy(here, mongodb), "holds the tasks")
    assert service.stop() == 0
    copied(here, mongodb)


def test_one_copy_at_a_time(some, mongodb):
    """Not even one that is told to delete what is there: it is being filled, or just about to be served."""
    running = begin(some, mongodb, "--only", "tasks")
    eventually(lambda: in_mongodb(mongodb) > 1000, "some tasks to be there", pause_s=0.01)
    for extra in ([], ["--from-scratch"]):
        refused(copy(some, mongodb, "--only", "tasks", *extra), "another copy into it is under way")
    said, errors = running.communicate(timeout=4 * PATIENCE_S)
    assert running.returncode == 0, errors
    assert sums(said)["tasks"].startswith(f"{SOME} records")
    assert in_mongodb(mongodb) == SOME


def test_data_is_never_replaced(life, mongodb, tmp_path):
    here, there = f"sqlite:{life.folder / 'data'}", f"sqlite:{tmp_path / 'there'}"
    copied(here, mongodb)
    copied(here, there)
    before, counted = data_of(tmp_path / "there"), documents(mongodb)
    for target in (there, mongodb):
        for extra in ([], ["--from-scratch"]):
            refused(copy(here, target, *extra), "already")
    assert data_of(tmp_path / "there") == before
    assert documents(mongodb) == counted
    service = Service("tasks-service", tmp_path, store=mongodb)
    eventually(lambda: documents(mongodb).get("taskwire"), "the service to take the database")
    assert service.stop() == 0


@pytest.mark.parametrize(
    "arguments, why",
    [
        (["--from", "sqlite:a"], "--to or --to-file must be given"),
        (["--to", "sqlite:a"], "--from or --from-file must be given"),
        (["--from", "sqlite:a", "--from-file", "b", "--to", "sqlite:c"], "both given"),
        (["--from", "sqlite:a", "--to", "sqlite:a"], "the same"),
        (["--from", "postgres://a:secret@b", "--to", "sqlite:a"], "--from must be sqlite:FOLDER"),
        (["--from", "sqlite:", "--to", "sqlite:a"], "--from must be sqlite:FOLDER"),
        (["--from", "sqlite:a.db", "--to", "sqlite:b.db"], "--only"),
        (["--from", "sqlite:a", "--to", "sqlite:b", "--only", "both"], "tasks or accounts"),
        (["--from", "sqlite:/nowhere/a", "--to", "sqlite:b"], "there is no database '/nowhere/a/tasks.db'"),
        (["--from-file", "/nowhere/a", "--to", "sqlite:b"], "/nowhere/a"),
        (["--from", "mongodb://u:secret@", "--to", "sqlite:a"], "connection string"),
        (["--from", "sqlite:a", "--to", "sqlite:b", "more"], "more"),
        (["--fast"], "--fast"),
    ],
)
def test_bad_values_are_one_line(arguments, why, tmp_path):
    done = subprocess.run([ADMIN, "copy", *arguments], capture_output=True, text=True, cwd=tmp_path)
    assert "secret" not in refused(done, why)
    assert len(done.stderr.splitlines()) == 1


def test_commands_are_told():
    for arguments, status in (([], 1), (["move"], 1), (["--help"], 0), (["--version"], 0), (["copy", "--help"], 0)):
        done = subprocess.run([ADMIN, *arguments], capture_output=True, text=True)
        assert done.returncode == status, done
        assert bool(done.stdout) == (status == 0) and bool(done.stderr) == (status == 1)


# Interrupted, and run again


def begin(source, target, *arguments):
    return subprocess.Popen(
        [ADMIN, "copy", "--from", source, "--to", target, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def in_mongodb(uri):
    return documents(uri).get("tasks", 0)


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    return make_tasks(tmp_path_factory.mktemp("many"), MANY)


@pytest.fixture(scope="module")
def some(tmp_path_factory):
    return make_tasks(tmp_path_factory.mktemp("some"), SOME)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_interrupted_copy_goes_on_where_it_was(some, mongodb, tmp_path, number):
    running = begin(some, mongodb, "--only", "tasks")
    eventually(lambda: in_mongodb(mongodb) > 1000, "some tasks to be there", pause_s=0.01)
    running.send_signal(number)
    _, said = running.communicate(timeout=PATIENCE_S)
    if number == signal.SIGKILL:
        assert running.returncode == -signal.SIGKILL
    else:
        assert running.returncode == 1
        assert "stopped: run again" in said
    there = in_mongodb(mongodb)
    assert 1000 < there <= SOME

    # Nobody serves half a copy.
    service = Service("tasks-service", tmp_path, store=mongodb)
    service.wait_for("unfinished copy")
    assert service.stop() == 0

    done = copy(some, mongodb, "--only", "tasks")
    assert done.returncode == 0, done.stderr
    assert f"{SOME} records, {there} of them there already" in done.stderr
    assert in_mongodb(mongodb) == SOME
    back = copied(mongodb, f"sqlite:{tmp_path / 'back.db'}", "--only", "tasks")
    assert back == sums(done.stdout)
    assert moved(tmp_path / "back.db") == moved(some.removeprefix("sqlite:"))


def test_killed_copy_to_sqlite_goes_on_and_is_never_half_there(many, tmp_path):
    target = tmp_path / "copy.db"
    part = tmp_path / "copy.db.part-wal"
    running = begin(many, f"sqlite:{target}", "--only", "tasks")
    # Several batches, and tables that are empty still, which are a sixth of that.
    eventually(lambda: part.exists() and part.stat().st_size > 1_000_000, "some tasks to be there", pause_s=0.001)
    running.kill()
    running.communicate()
    assert not target.exists()
    done = copy(many, f"sqlite:{target}", "--only", "tasks")
    assert done.returncode == 0, done.stderr
    assert "tasks: " in done.stderr and f"tasks: {MANY} records, 0 of them" not in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy.db", "copy.db.lock"]
    assert moved(target) == moved(many.removeprefix("sqlite:"))


def test_ctrl_c_stops_between_batches(many, tmp_path):
    target = tmp_path / "copy.db"
    running = begin(many, f"sqlite:{target}", "--only", "tasks")
    eventually(lambda: (tmp_path / "copy.db.part").exists(), "the copy to begin", pause_s=0.001)
    running.send_signal(signal.SIGINT)
    said, errors = running.communicate(timeout=PATIENCE_S)
    assert (running.returncode, said) == (1, "")
    assert errors.splitlines()[-1] == "tasks-admin: stopped: run again, the copy goes on from here"
    assert not target.exists()
    copied(many, f"sqlite:{target}", "--only", "tasks")


def test_second_ctrl_c_ends_at_once(some, tmp_path):
    """Also one that waits for a database which does not answer."""
    with MongoServer(tmp_path) as server:
        running = begin(some, server.uri, "--only", "tasks")
        with server.client() as client:
            tasks = client["tasks-db"]["tasks"]
            eventually(lambda: tasks.find_one() is not None, "a task to be there", pause_s=0.01)
        server.freeze()
        time.sleep(0.5)  # until it waits
        running.send_signal(signal.SIGINT)
        with pytest.raises(subprocess.TimeoutExpired):
            running.wait(1)
        running.send_signal(signal.SIGINT)
        running.communicate(timeout=5)
        assert running.returncode == -signal.SIGINT


def test_database_that_goes_away_in_the_middle_is_waited_for(some, tmp_path):
    with MongoServer(tmp_path) as server:
        running = begin(some, server.uri, "--only", "tasks")
        with server.client() as client:
            tasks = client["tasks-db"]["tasks"]
            eventually(lambda: tasks.find_one() is not None, "a task to be there", pause_s=0.01)
        server.restart()
        said, errors = running.communicate(timeout=4 * PATIENCE_S)
        assert running.returncode == 0, errors
        assert said.split()[:3] == ["tasks", str(SOME), "records"]
        with server.client() as client:
            assert client["tasks-db"]["tasks"].count_documents({}) == SOME


def leave_unfinished(source, target):
    """As an attempt that was killed would."""
    running = begin(source, target, "--only", "tasks")
    eventually(lambda: in_mongodb(target) > 1000, "some tasks to be there", pause_s=0.01)
    running.kill()
    running.communicate()


def test_half_a_copy_waits_for_its_end_and_is_served_then(some, mongodb, tmp_path):
    leave_unfinished(some, mongodb)
    stack = Stack(tmp_path, store=mongodb, ready=False)
    stack.tasks.wait_for("unfinished copy")
    assert httpx.get(f"{stack.gateway.admin_url}/readyz").status_code == 503
    copied(some, mongodb, "--only", "tasks")
    eventually(stack.gateway.is_ready, "the gateway to be ready")
    assert stack.tasks.log.count("unfinished copy") == 1
    assert stack.stop() == []


def test_what_an_attempt_left_of_another_source_is_refused_until_from_scratch(some, life, mongodb):
    leave_unfinished(some, mongodb)
    with pymongo.MongoClient(mongodb) as client:
        for record in ("lists", "chores"):
            client.get_default_database()[record].insert_one({"left": "by it"})
    other = f"sqlite:{life.folder / 'data'}"
    there = in_mongodb(mongodb)
    refused(copy(other, mongodb, "--only", "tasks"), "--from-scratch")
    assert in_mongodb(mongodb) == there
    copied(other, mongodb, "--only", "tasks", "--from-scratch")
    kept = rows(life.folder / "data" / "tasks.db")
    assert {record: documents(mongodb)[record] for record in ("tasks", "lists", "chores")} == {
        record: len(kept[record]) for record in ("tasks", "lists", "chores")
    }


@pytest.mark.parametrize("record", RECORDS)
def test_target_with_any_record_in_it_is_refused(record, some, mongodb):
    """Not only one that has tasks."""
    with pymongo.MongoClient(mongodb) as client:
        client.get_default_database()[record].insert_one({"kept": "by somebody"})
    refused(copy(some, mongodb, "--only", "tasks"), "already")
    assert documents(mongodb)[record] == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda tasks: tasks.update_one({}, {"$set": {"name": "tampered"}}),
        lambda tasks: tasks.delete_one({}),
    ],
)
def test_what_was_changed_in_the_target_meanwhile_is_found(some, mongodb, tmp_path, change):
    """Behind the copy's back, where it has been already."""
    running = begin(some, mongodb, "--only", "tasks")
    with pymongo.MongoClient(mongodb) as client:
        tasks = client.get_default_database()["tasks"]
        eventually(lambda: tasks.find_one() is not None, "a task to be there", pause_s=0.01)
        change(tasks)
    said, errors = running.communicate(timeout=4 * PATIENCE_S)
    assert running.returncode == 1
    assert said == ""
    assert "tasks: the copy is not the same" in errors and f" {SOME} records" in errors
    service = Service("tasks-service", tmp_path, store=mongodb)
    service.wait_for("unfinished copy")
    assert service.stop() == 0


# What it says


def test_bar_on_a_terminal(many, tmp_path):
    mine, its = pty.openpty()
    running = subprocess.Popen(
        [ADMIN, "copy", "--from", many, "--to", f"sqlite:{tmp_path / 'copy.db'}", "--only", "tasks"],
        stdout=subprocess.PIPE,
        stderr=its,
    )
    os.close(its)
    said = b""
    while True:
        try:
            some = os.read(mine, 65536)
        except OSError:  # the other end is closed
            break
        said += some
    os.close(mine)
    out, _ = running.communicate(timeout=PATIENCE_S)
    assert running.returncode == 0
    assert b"SHA-256" in out
    lines = said.decode().split("\r\n")
    assert lines[0].split("\r")[-1].startswith("tasks        copying   [####")
    assert f"100%  {MANY}/{MANY}" in lines[0]
    assert "verifying [####" in lines[1]


def test_quiet_says_nothing(life, tmp_path):
    done = copy(f"sqlite:{life.folder / 'data'}", f"sqlite:{tmp_path / 'copy'}", "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_without_a_terminal_a_section_is_a_line(life, tmp_path):
    done = copy(f"sqlite:{life.folder / 'data'}", f"sqlite:{tmp_path / 'copy'}")
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == list(sums(done.stdout))


# Passwords


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    with MongoServer(tmp_path_factory.mktemp("guarded"), user=("keeper", "p@ss:w0rd/é")) as server:
        yield server


def test_password_is_in_a_file_and_nowhere_else(some, guarded, tmp_path):
    file = tmp_path / "uri"
    file.write_text(guarded.uri + "\n")
    secret = guarded.uri.split("@")[0].split(":")[-1]
    running = subprocess.Popen(
        [ADMIN, "copy", "--from", some, "--to-file", file, "--only", "tasks"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with guarded.client() as client:
        eventually(lambda: client["tasks-db"]["tasks"].find_one(), "a task to be there")
    command_line = pathlib.Path(f"/proc/{running.pid}/cmdline").read_bytes()
    said, errors = running.communicate(timeout=4 * PATIENCE_S)
    assert running.returncode == 0, errors
    assert str(file).encode() in command_line
    for text in (command_line.decode(), said, errors):
        assert secret not in text and "p@ss" not in text and "keeper" not in text


def test_wrong_password_is_said_without_it(some, guarded, tmp_path):
    environment = {**os.environ, "TW_COPY_FROM": some, "TW_COPY_TO": guarded.uri.replace("keeper:", "keeper:wrong")}
    done = subprocess.run(
        [ADMIN, "copy", "--only", "tasks"], capture_output=True, text=True, env=environment, timeout=PATIENCE_S
    )
    line = refused(done, "target of tasks")
    for secret in ("wrong", "p@ss", "p%40ss", "keeper"):
        assert secret not in done.stderr, line
