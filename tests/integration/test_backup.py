# SPDX-License-Identifier: Apache-2.0
"""tasks-admin backup and restore: beside services that run and people who write, interrupted anywhere, refused."""

import contextlib
import os
import pathlib
import pty
import shutil
import signal
import sqlite3
import stat
import subprocess
import threading

import httpx
import pytest

from support import at_step
from support.backups import (
    backed_up, backup_command, make_archive, members, records, restore_command, restored, run,
)  # fmt: skip
from support.copying import ADMIN, make_tasks, refused, rows
from support.load import Load, names
from support.people import PASSWORD, Person, new_email, problem
from support.processes import BUILD, PATIENCE_S, Service, Stack, eventually

MANY = 20_000
DATABASES = ("tasks.db", "accounts.db")


def data_of(folder):
    return {name: rows(pathlib.Path(folder) / name) for name in DATABASES}


def names_in(folder):
    return sorted(path.name for path in pathlib.Path(folder).iterdir())


def serve_once(folder):
    """Starts both services on `folder`/data, and stops them."""
    for name in ("tasks-service", "accounts-service"):
        assert Service(name, folder).stop() == 0


@pytest.fixture(scope="module")
def life(tmp_path_factory):
    """A folder that both services ran on, with a little of everything in it; and a backup of it."""
    folder = tmp_path_factory.mktemp("life")
    with Stack(folder) as stack, Person(stack.url) as ada:
        for name in ("Milk", "Bread × 2 🥖"):
            ada.add(name)
        ada.log_in()
    backed_up(folder / "data", folder / "backup.tar")
    return folder


@pytest.fixture(scope="module")
def later(tmp_path_factory):
    """Another folder, with other data."""
    folder = tmp_path_factory.mktemp("later")
    with Stack(folder) as stack, Person(stack.url) as bob:
        bob.add("Bob's")
    return folder


# Beside services that run


class Newcomers:
    """One signs up after the other."""

    def __init__(self, url):
        self.url = url
        self.emails = []
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self):
        with httpx.Client(base_url=self.url, timeout=PATIENCE_S) as client:
            while not self.over.is_set():
                email = new_email()
                answer = client.post("/v1/accounts", json={"email": email, "password": PASSWORD})
                if answer.status_code == 201:
                    self.emails.append(email)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()


def test_backup_beside_people_who_write(tmp_path):
    """It ends, holds nobody up, and has all that was acknowledged before it began."""
    make_tasks(tmp_path, MANY)
    files = [tmp_path / f"backup-{number}.tar" for number in range(3)]
    with Stack(tmp_path) as stack, Person(stack.url) as ada, Newcomers(stack.url) as newcomers, Load(ada) as load:
        for file in files:
            load.wait_for_more()
            eventually(lambda: len(newcomers.emails) > 2, "people to sign up")
            tasks_before, people_before = list(load.added), list(newcomers.emails)
            counted = backed_up(tmp_path / "data", file)
            assert counted["tasks"] >= MANY + len(tasks_before)
            assert counted["accounts"] >= 1 + len(people_before)
            load.wait_for_more()
    assert load.statuses == {200, 201}

    restored(files[-1], tmp_path / "new" / "data")
    with Stack(tmp_path / "new") as stack, httpx.Client(base_url=stack.url, timeout=PATIENCE_S) as client:
        ada.client = client
        ada.take(ada.log_in())
        assert set(names(ada)) >= set(tasks_before)
        for email in people_before[:3] + people_before[-3:]:
            answer = client.post("/v1/sessions", json={"email": email, "password": PASSWORD})
            assert answer.status_code == 201, answer.text
        ada.add("goes on")
    for name in DATABASES:
        with contextlib.closing(sqlite3.connect(tmp_path / "new" / "data" / name)) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_backup_is_of_one_moment_while_the_disk_of_the_backup_is_slow(tmp_path):
    """The one that holds still, since a write of it does not come back, holds nobody up; what comes meanwhile is not in
    it."""
    with Stack(tmp_path) as stack, Person(stack.url) as ada:
        ada.add("before")
        begun = subprocess.Popen(
            list(map(str, backup_command(tmp_path / "data", tmp_path / "backup.tar"))),
            env=at_step.environment(5, "stop"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        wait_until_stopped(begun)
        for number in range(200):
            ada.add(f"after-{number}")
        begun.send_signal(signal.SIGCONT)
        said, errors = begun.communicate(timeout=PATIENCE_S)
        assert begun.returncode == 0, errors
        assert records(said)["tasks"] == 1
        assert len(names(ada)) == 201
    restored(tmp_path / "backup.tar", tmp_path / "new")
    assert ["before" in row for row in rows(tmp_path / "new" / "tasks.db")["tasks"]] == [True]


def wait_until_stopped(popen):
    status = pathlib.Path(f"/proc/{popen.pid}/status")
    eventually(lambda: "\nState:\tT" in status.read_text() or popen.poll() is not None, "it to stop", pause_s=0.005)
    assert popen.poll() is None


def test_backup_without_services(life, tmp_path):
    """Stopped, or killed, so that the last changes are in the log alone."""
    counted = backed_up(life / "data", tmp_path / "backup.tar")
    assert (counted["tasks"], counted["accounts"], counted["sessions"]) == (2, 1, 2)
    restored(tmp_path / "backup.tar", tmp_path / "new")
    assert data_of(tmp_path / "new") == data_of(life / "data")

    service = Service("tasks-service", tmp_path)
    service.kill()
    assert (tmp_path / "data" / "tasks.db-wal").stat().st_size > 0
    assert backed_up(tmp_path / "data", tmp_path / "killed.tar", "--only", "tasks")["tasks"] == 0
    assert Service("tasks-service", tmp_path).stop() == 0


def test_one_database_alone_wherever_it_is(life, tmp_path):
    file = tmp_path / "tasks.tar"
    backed_up(life / "data", file, "--only", "tasks")
    assert sorted(members(file)) == ["SHA256SUMS", "tasks.db"]
    counted = restored(file, tmp_path / "new")
    assert "tasks" in counted and "accounts" not in counted and names_in(tmp_path / "new") == ["tasks.db", "tasks.db.lock"]

    both, other = life / "backup.tar", tmp_path / "mine.db"
    done = run(["env", *restore_command(both, "/nowhere"), "--only", "tasks", "--to", f"sqlite:{other}"])
    assert done.returncode == 0, done.stderr
    assert rows(other) == rows(life / "data" / "tasks.db")
    done = run([*backup_command("/nowhere", tmp_path / "mine.tar"), "--only", "tasks", "--from", f"sqlite:{other}"])
    assert done.returncode == 0, done.stderr
    service = Service("tasks-service", tmp_path, store=f"sqlite:{other}")
    assert service.stop() == 0


def test_backup_can_be_taken_apart_without_it(life, tmp_path):
    subprocess.run(["tar", "-xf", life / "backup.tar", "-C", tmp_path], check=True)
    subprocess.run(["sha256sum", "--strict", "-c", "SHA256SUMS"], cwd=tmp_path, check=True)
    assert data_of(tmp_path) == data_of(life / "data")
    for name, identity in (("tasks.db", 0x5457546B), ("accounts.db", 0x54774163)):
        with contextlib.closing(sqlite3.connect(f"file:{tmp_path / name}?immutable=1", uri=True)) as database:
            assert database.execute("PRAGMA application_id").fetchone() == (identity,)
            assert database.execute("PRAGMA user_version").fetchone()[0] >= 1


def test_files_are_for_their_owner_alone(life, tmp_path):
    """From their first moment on, whatever the mask."""
    seen = set()
    for number in at_step.each_step():
        file, target = tmp_path / f"{number}.tar", tmp_path / str(number)
        before = os.umask(0)
        try:
            first = at_step.run(backup_command(life / "data", file), number, "kill")
            second = at_step.run(restore_command(life / "backup.tar", target), number, "kill")
        finally:
            os.umask(before)
        for path in [*tmp_path.glob(f"{number}.tar*"), *target.rglob("*")]:
            seen.add(path.name.removeprefix(f"{number}"))
            mode = stat.S_IMODE(path.stat().st_mode)
            assert mode == (0o700 if path.is_dir() else 0o600), path
        if not at_step.was_killed(first) and not at_step.was_killed(second):
            break
    assert seen >= {".tar", ".tar.part", ".tar.part.db", "tasks.db", ".taskwire-restore.part", ".taskwire-restore"}


# Interrupted


def test_killed_backup_leaves_nothing_that_could_be_taken_for_one(life, tmp_path):
    """Before each of its steps in turn; and the next run is not in the least concerned."""
    file = tmp_path / "backup.tar"
    for number in at_step.each_step():
        done = at_step.run(backup_command(life / "data", file), number, "kill")
        if not at_step.was_killed(done):
            break
        if file.exists():  # it had its name already
            assert run(restore_command(file, tmp_path / f"early-{number}")).returncode == 0
        else:
            assert backed_up(life / "data", file)["tasks"] == 2
        assert [path.name for path in tmp_path.glob("backup.tar*")] == ["backup.tar"]
        file.unlink()
    assert number > 10 and done.returncode == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_backup_that_is_told_to_end_leaves_nothing_behind(life, tmp_path, number):
    for step in range(2, 12, 3):
        begun = subprocess.Popen(
            list(map(str, backup_command(life / "data", tmp_path / "backup.tar"))),
            env=at_step.environment(step, "stop"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        wait_until_stopped(begun)
        assert (tmp_path / "backup.tar.part").exists()
        begun.send_signal(number)
        begun.send_signal(signal.SIGCONT)
        said, errors = begun.communicate(timeout=PATIENCE_S)
        assert (begun.returncode, said) == (1, "")
        assert errors.splitlines()[-1] == "tasks-admin: stopped"
        assert names_in(tmp_path) == []


def test_full_disk_leaves_nothing_behind(life, later, tmp_path):
    for number in at_step.each_step():
        done = at_step.run(backup_command(life / "data", tmp_path / "backup.tar"), number, "full")
        if done.returncode == 0:
            break
        line = refused(done, "")
        assert "No space left" in line or "full" in line or "I/O" in line, line
        assert names_in(tmp_path) == []
    assert number > 10


@pytest.mark.parametrize("what", ["full", "fail"])
def test_restore_that_fails_is_not_done_later_unless_it_says_so(life, later, tmp_path, what):
    target = tmp_path / "data"
    before = data_of(later / "data")
    failed = 0
    for number in at_step.each_step():
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(later / "data", target)
        done = at_step.run(restore_command(life / "backup.tar", target, "--replace"), number, what)
        if done.returncode == 0:
            if failed > 10:
                break
            continue  # a folder that is there need not be made
        failed += 1
        line = refused(done, "No space left")
        waits = (target / ".taskwire-restore").exists()
        assert waits == ("everything is restored" in line), line
        assert not (target / ".taskwire-restore.part").exists()
        if waits:
            serve_once(tmp_path)
        assert data_of(target) == (data_of(life / "data") if waits else before)


def test_size_limit_of_the_shell_is_like_a_full_disk(life, tmp_path):
    command = list(map(str, backup_command(life / "data", tmp_path / "backup.tar")))
    done = run(["sh", "-c", 'ulimit -f 16 && exec "$@"', "sh", *command])
    refused(done, "")
    assert names_in(tmp_path) == []


@pytest.mark.parametrize("killed", [False, True], ids=["stopped", "killed"])
def test_killed_restore_leaves_the_old_or_the_new(life, later, tmp_path, killed):
    """Before each of its steps in turn, and then once more before each step of the service that finishes it: both
    databases are the old ones, or both are the new ones, and the services start."""
    old_folder = tmp_path / "old" / "data"
    if killed:  # the last changes are in the log
        shutil.copytree(later / "data", old_folder)
        with Stack(tmp_path / "old") as stack, Person(stack.url) as eve:
            eve.add("In the log")
            stack.tasks.kill()
            stack.accounts.kill()
            kept = {path.name: path.read_bytes() for path in old_folder.glob("*.db*")}
        old_folder.rename(tmp_path / "kept")
        old_folder.mkdir()
        for name, data in kept.items():
            (old_folder / name).write_bytes(data)
    else:
        shutil.copytree(later / "data", old_folder)
    shutil.copytree(old_folder, tmp_path / "look")
    old, new = data_of(tmp_path / "look"), data_of(life / "data")
    assert old != new
    results = []
    for number in at_step.each_step():
        folder = tmp_path / str(number)
        shutil.copytree(old_folder, folder / "data")
        done = at_step.run(restore_command(life / "backup.tar", folder / "data", "--replace"), number, "kill")
        if (folder / "data" / ".taskwire-restore").exists():  # the service that goes on may be killed, too
            service = BUILD / "tasks-service" / "tasks-service"
            again = [service, "--data-dir", folder / "data", "--listen", "127.0.0.1:0"]
            assert at_step.was_killed(at_step.run(again, number % 6 + 1, "kill"))
        serve_once(folder)
        now = data_of(folder / "data")
        assert now in (old, new), f"neither after step {number}"
        results.append(now == new)
        if now == new:
            aside = folder / "data" / "tasks.db.replaced-1"
            assert rows(aside) == old["tasks.db"]
            assert rows(folder / "data" / "accounts.db.replaced-1") == old["accounts.db"]
        assert not (folder / "data" / ".taskwire-restore").exists()
        # And the next one takes place.
        if number % 5 == 0:
            restored(life / "backup.tar", folder / "data", "--replace")
            assert data_of(folder / "data") == new
            assert not any(name.startswith(".taskwire") for name in names_in(folder / "data"))
        if not at_step.was_killed(done):
            break
        shutil.rmtree(folder)
    assert done.returncode == 0
    assert results == sorted(results), "once it is the new one it stays so"
    assert results.count(False) > 5 and results.count(True) > 5


def test_restore_that_was_interrupted_is_finished_first(life, later, tmp_path):
    """By whatever comes next; nothing reads past it."""
    target = tmp_path / "data"
    for number in at_step.each_step():
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(later / "data", target)
        at_step.run(restore_command(life / "backup.tar", target, "--replace"), number, "kill")
        if (target / ".taskwire-restore").exists():
            break
    refused(run(backup_command(target, tmp_path / "new.tar")), "a restore of")
    assert not (tmp_path / "new.tar").exists()
    restored(life / "backup.tar", target, "--replace", "--only", "tasks")
    assert not (target / ".taskwire-restore").exists()
    assert data_of(target) == data_of(life / "data")


# Refused


def test_backup_replaces_nothing(life, tmp_path):
    (tmp_path / "file").write_text("mine")
    (tmp_path / "link").symlink_to("/nowhere")
    (tmp_path / "folder").mkdir()
    for name in ("file", "link", "folder"):
        refused(run(backup_command(life / "data", tmp_path / name)), "is there already")
    assert (tmp_path / "file").read_text() == "mine"
    assert names_in(tmp_path) == ["file", "folder", "link"]


def test_file_that_comes_meanwhile_is_not_replaced(life, tmp_path):
    file = tmp_path / "backup.tar"
    begun = subprocess.Popen(
        list(map(str, backup_command(life / "data", file))),
        env=at_step.environment(8, "stop"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    wait_until_stopped(begun)
    refused(run(backup_command(life / "data", file)), "is being written by another backup")
    done = run(restore_command(life / "backup.tar", life / "data", "--replace"))
    refused(done, "a backup or a restore of it is under way")
    file.write_text("mine")
    begun.send_signal(signal.SIGCONT)
    said, errors = begun.communicate(timeout=PATIENCE_S)
    assert (begun.returncode, said) == (1, "") and "File exists" in errors
    assert file.read_text() == "mine" and names_in(tmp_path) == ["backup.tar"]


def test_part_of_something_else_stays(life, tmp_path):
    (tmp_path / "backup.tar.part").write_text("a download of mine" * 100)
    refused(run(backup_command(life / "data", tmp_path / "backup.tar")), "is in the way")
    assert (tmp_path / "backup.tar.part").read_text().startswith("a download of mine")


def test_restore_beside_a_service_is_refused(life, tmp_path):
    for name in ("tasks-service", "accounts-service"):
        folder = tmp_path / name
        folder.mkdir()
        service = Service(name, folder)
        before = names_in(folder / "data")
        refused(run(restore_command(life / "backup.tar", folder / "data", "--replace")), "in use by another process")
        assert set(names_in(folder / "data")) - set(before) <= {"tasks.db.lock"}
        assert service.stop() == 0


def test_restore_replaces_only_when_it_is_told_to(life, later, tmp_path):
    target = tmp_path / "data"
    shutil.copytree(later / "data", target)
    refused(run(restore_command(life / "backup.tar", target)), "--replace")
    assert data_of(target) == data_of(later / "data")
    for number in (1, 2):
        done = run(restore_command(life / "backup.tar", target, "--replace"))
        assert done.returncode == 0 and f"tasks.db: what was there is tasks.db.replaced-{number} now" in done.stdout
        assert data_of(target) == data_of(life / "data")
    assert rows(target / "tasks.db.replaced-1") == rows(later / "data" / "tasks.db")
    assert rows(target / "tasks.db.replaced-2") == rows(life / "data" / "tasks.db")
    (target / "accounts.db").unlink()
    (target / "accounts.db-wal").write_bytes(b"all that is left")
    refused(run(restore_command(life / "backup.tar", target, "--only", "accounts")), "--replace")
    restored(life / "backup.tar", target, "--only", "accounts", "--replace")
    assert (target / "accounts.db.replaced-3-wal").read_bytes() == b"all that is left"
    assert rows(target / "accounts.db") == rows(life / "data" / "accounts.db")


def test_log_of_what_was_there_is_not_taken_for_the_new_ones(life, tmp_path):
    """A database that is damaged, beside a log that is not: neither is lost, and neither is served."""
    with Stack(tmp_path) as stack, Person(stack.url) as eve:
        for number in range(50):
            eve.add(f"Eve's {number}")
        stack.tasks.kill()
        stack.accounts.kill()
    data = tmp_path / "data"
    log = (data / "tasks.db-wal").read_bytes()
    assert len(log) > 0
    (data / "tasks.db").write_bytes(b"damaged" * 1000)
    restored(life / "backup.tar", data, "--replace")
    assert data_of(data) == data_of(life / "data")
    assert (data / "tasks.db.replaced-1-wal").read_bytes() == log
    assert (data / "tasks.db.replaced-1").read_bytes() == b"damaged" * 1000
    serve_once(tmp_path)
    assert data_of(data) == data_of(life / "data")


def with_version(data, version, tmp_path):
    path = tmp_path / "changed.db"
    path.write_bytes(data)
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute(f"PRAGMA user_version = {version}")
        database.commit()
    return path.read_bytes()


def test_what_is_no_backup_is_not_restored(life, tmp_path):
    good = members(life / "backup.tar")
    tasks, accounts = good["tasks.db"], good["accounts.db"]
    middle = len(tasks) // 2
    other_sums = "0" * 64 + good["SHA256SUMS"].decode()[64:]
    bad_archives = {
        "is damaged: tasks.db": ({"tasks.db": tasks, "accounts.db": accounts}, other_sums),
        "belongs to another application": ({"tasks.db": accounts, "accounts.db": tasks}, None),
        "made by a newer program": ({"tasks.db": with_version(tasks, 99, tmp_path)}, None),
        "holds no databases": ({"other.db": tasks}, None),
        "is empty": ({"tasks.db": b""}, None),
        "is not a database": ({"tasks.db": b"nonsense" * 512}, None),
        "it has not all sums": ({"tasks.db": tasks}, ""),
        "damaged": ({"tasks.db": tasks[:middle] + bytes(4096) + tasks[middle + 4096 :]}, None),
    }
    file, target = tmp_path / "bad.tar", tmp_path / "data"
    for why, (contents, sums) in bad_archives.items():
        make_archive(file, contents, sums)
        refused(run(restore_command(file, target)), why)
        assert not [name for name in names_in(target) if not name.endswith(".lock")] if target.exists() else True
    whole = (life / "backup.tar").read_bytes()
    for why, data in (
        ("it ends too early", b""),
        ("it ends too early", whole[: len(whole) // 2]),
        ("it is no tar archive", b"SQLite format 3\0" * 1000),
        ("is damaged", whole[: 5 * 512] + b"x" + whole[5 * 512 + 1 :]),
    ):
        file.write_bytes(data)
        refused(run(restore_command(file, target)), why)
    refused(run(restore_command(tmp_path / "nowhere.tar", target)), "nowhere.tar")
    refused(run(restore_command(tmp_path, target)), "it is no file")
    make_archive(file, {"tasks.db": tasks})
    refused(run(restore_command(file, target, "--only", "accounts")), "holds no accounts")


def test_what_is_no_database_of_ours_is_not_saved(tmp_path):
    file = tmp_path / "backup.tar"
    data = tmp_path / "data"
    refused(run(backup_command(data, file)), "there is no database")
    data.mkdir()
    for content, why in ((b"", "is empty"), (b"nonsense" * 1000, "is not a database")):
        (data / "tasks.db").write_bytes(content)
        refused(run(backup_command(data, file, "--only", "tasks")), why)
    assert names_in(tmp_path) == ["data"]


def test_damage_is_found_when_it_is_saved(life, tmp_path):
    shutil.copytree(life / "data", tmp_path / "data")
    path = tmp_path / "data" / "tasks.db"
    content = bytearray(path.read_bytes())
    content[4096 + 8 : 4096 + 60] = os.urandom(52)
    path.write_bytes(content)
    refused(run(backup_command(tmp_path / "data", tmp_path / "backup.tar")), "damaged")
    assert names_in(tmp_path) == ["data"]


@pytest.mark.parametrize(
    "arguments, why",
    [
        (["backup"], "--to FILE must be given"),
        (["restore"], "--from FILE must be given"),
        (["backup", "--to", "x", "--only", "both"], "tasks or accounts"),
        (["backup", "--to", "x", "--from", "sqlite:a.db"], "--only"),
        (["restore", "--from", "x", "--to", "sqlite:a.db"], "--only"),
        (["backup", "--to", "x", "--from", "mongodb://u:secret@h/d"], "mongodump"),
        (["restore", "--from", "x", "--to", "mongodb://u:secret@h/d"], "mongorestore"),
        (["backup", "--to", "x", "--from", "postgres://u:secret@h/d"], "--from must be sqlite:FOLDER"),
        (["backup", "--to", "/nowhere/x"], "/nowhere/x.part"),
        (["backup", "--to", "-"], "--to must be a file"),
        (["backup", "--to", "x", "more"], "more"),
        (["restore", "--fast"], "--fast"),
    ],
)
def test_bad_values_are_one_line(arguments, why, tmp_path):
    environment = {**os.environ, "TW_DATA_DIR": str(tmp_path)}
    done = subprocess.run([ADMIN, *arguments], capture_output=True, text=True, cwd=tmp_path, env=environment)
    assert "secret" not in refused(done, why)
    assert len(done.stderr.splitlines()) == 1 and names_in(tmp_path) == []


def test_data_folder_of_services_on_mongodb_is_not_taken_for_their_data(life, tmp_path):
    """What an older SQLite left there."""
    for more, status in (([], 1), (["--from", f"sqlite:{life / 'data'}"], 0)):
        command = [ADMIN, "backup", "--data-dir", life / "data", "--to", tmp_path / "x", *more]
        environment = {**os.environ, "TW_STORE": "mongodb://u:secret@h/d"}
        done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=PATIENCE_S)
        assert done.returncode == status, done.stderr
        assert status == 0 or ("mongodump" in done.stderr and names_in(tmp_path) == [])
        assert "secret" not in done.stderr


# What it says


def test_it_says_how_far_it_is(life, tmp_path):
    done = run(backup_command(life / "data", tmp_path / "backup.tar"))
    assert done.stderr.splitlines() == [
        "tasks: copying", "tasks: saving", "accounts: copying", "accounts: saving", "tasks: verifying", "accounts: verifying"
    ]  # fmt: skip
    assert records(done.stdout)["tasks"] == 2
    done = run(backup_command(life / "data", tmp_path / "quiet.tar", "--quiet"))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    done = run(restore_command(tmp_path / "quiet.tar", tmp_path / "new", "--quiet"))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_bar_on_a_terminal(life, tmp_path):
    mine, its = pty.openpty()
    running = subprocess.Popen(
        list(map(str, backup_command(life / "data", tmp_path / "backup.tar"))), stdout=subprocess.PIPE, stderr=its
    )
    os.close(its)
    said = b""
    with contextlib.suppress(OSError):  # the other end is closed
        while some := os.read(mine, 65536):
            said += some
    os.close(mine)
    running.communicate(timeout=PATIENCE_S)
    assert running.returncode == 0
    for phase in (b"tasks        copying   [####", b"accounts     copying   [####", b"verifying [####"):
        assert phase in said


@pytest.mark.parametrize("where", ["/dev/full", "&-"])
def test_what_cannot_be_printed_is_an_error(life, tmp_path, where):
    command = list(map(str, backup_command(life / "data", tmp_path / "backup.tar")))
    done = run(["sh", "-c", f'exec "$@" >{where}', "sh", *command])
    refused(done, "the backup is finished, but standard output can't be written")
    command = list(map(str, restore_command(tmp_path / "backup.tar", tmp_path / "new")))
    done = run(["sh", "-c", f'exec "$@" >{where}', "sh", *command])
    refused(done, "everything is restored, but standard output can't be written")
    assert data_of(tmp_path / "new") == data_of(life / "data")


# What it means for sessions


def test_gateway_that_runs_hears_of_sessions_that_end_after_a_restore(tmp_path):
    """Although it has heard of later ones than the list that was put back holds."""
    with Stack(tmp_path) as stack, Person(stack.url) as ada:
        before, after, last = (ada.log_in()["accessToken"] for _ in range(3))

        def ask(token, method="GET", url="/v1/account", at=stack.url):
            return httpx.request(method, at + url, headers={"Authorization": f"Bearer {token}"}, timeout=PATIENCE_S)

        assert ask(before, "DELETE", "/v1/sessions/current").status_code == 204
        backed_up(tmp_path / "data", tmp_path / "backup.tar")
        assert ask(after, "DELETE", "/v1/sessions/current").status_code == 204
        problem(ask(after), 401)

        port = stack.accounts.port
        assert stack.accounts.stop() == 0 and stack.tasks.stop() == 0
        restored(tmp_path / "backup.tar", tmp_path / "data", "--replace")
        stack.restart_tasks()
        stack.restart_accounts()
        assert stack.accounts.port == port
        eventually(stack.gateway.is_ready, "the gateway to be ready")

        # Of what came after the backup nothing is known; and what ends now is heard by a gateway that did not end it.
        other = stack.start_gateway()
        problem(ask(before), 401)
        problem(ask(before, at=other.url), 401)
        assert ask(last, at=other.url).status_code == 200
        assert ask(last, "DELETE", "/v1/sessions/current", at=other.url).status_code == 204
        eventually(lambda: ask(last).status_code == 401, "the gateway to hear of it")
