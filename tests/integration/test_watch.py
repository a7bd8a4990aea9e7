# SPDX-License-Identifier: Apache-2.0
"""`tasks watch`: what somebody may see, and what comes, as lines; and the same for any method that has a stream."""

import os
import re
import signal
import subprocess
import threading

import httpx
import pytest

from support.book import IDL, Book, enter
from support.lists import Party
from support.mongodb import own_database
from support.people import Person
from support.processes import BUILD, PATIENCE_S, Stack, eventually
from support.streams import Mirror
from support.watching import CLI, Watch

OF_ANOTHER_STORE = "Yf2c1o0S5KbAqfLQ3yJv3g.qk3Wm1vG0bq8xZ2n5u7y9A"


def watch(tmp_path, stack, person, *arguments, **more):
    return Watch(tmp_path, stack.tasks.port, "watch", "--userId", person.id, *arguments, **more)


def mirror_of(objects):
    """What whoever reads the lines knows, as REST has it: there nobody is told whose a task is."""
    mirror = Mirror()
    for one in objects:
        if "syncToken" in one:
            mirror.last = one["syncToken"]
        elif "refetch" in one:
            mirror = Mirror()
        else:
            one.get("task", {}).pop("userId", None)
            (mirror.put if one["op"] == "put" else mirror.delete)(one)
    return mirror


def test_lines_for_people(tmp_path, stack, person):
    there = person.add("is \u202ethere")
    with watch(tmp_path, stack, person) as watching:
        eventually(watching.lines, "what there is")
        made = person.add("Buy milk", labels=["a b"])
        eventually(lambda: len(watching.lines()) == 2, "what is made")
        assert person.client.delete(f"/v1/tasks/{there['id']}").status_code == 204
        eventually(lambda: len(watching.lines()) == 3, "what is deleted")
        lines = watching.lines()
        assert lines[0].startswith(f'task  put  {there["id"]}  1  userId="{person.id}"  name="is ?there"  ')
        assert re.fullmatch(rf'task  put  {made["id"]}  1  .*  name="Buy milk"  .*  labels=\["a b"\]\n', lines[1])
        assert lines[2] == f"task  delete  {there['id']}\n"
        assert watching.end(signal.SIGINT) == -signal.SIGINT
        assert watching.said() == []


def test_json_for_programs_goes_on_behind_its_token(tmp_path, stack):
    with Party(stack.url) as party, watch(tmp_path, stack, party.viewer, "--json") as watching:
        task = party.owner.add("shared", listId=party.list["id"])
        watching.wait_for(lambda objects: task["id"] in mirror_of(objects).tasks, "the task")
        assert mirror_of(watching.objects()).tasks[task["id"]] == task
        assert len(mirror_of(watching.objects()).members) == 3
        watching.wait_for(lambda objects: "syncToken" in objects[-1], "how far that is")
        last = watching.objects()[-1]["syncToken"]
        assert watching.end(signal.SIGTERM) == -signal.SIGTERM

        party.owner.client.patch(f"/v1/tasks/{task['id']}", json={"done": True})
        with watch(tmp_path, stack, party.viewer, "--json", "--since", last) as again:
            again.wait_for(lambda objects: len(objects) == 2, "what has changed, and how far that is")
            change, token = again.objects()
            assert change["id"] == task["id"] and change["task"]["done"] is True
            assert token.keys() == {"syncToken"} and token["syncToken"] != last
            assert again.said() == []


def test_nothing_is_missed_while_the_service_is_killed(tmp_path, stack):
    """Under a writer. It says once that it waits."""
    with Person(stack.url) as person, watch(tmp_path, stack, person, "--json") as watching:
        done = threading.Event()

        def write():
            number = 0
            while not done.is_set() and number < 5000:
                number += 1
                try:
                    made = person.client.post("/v1/tasks", json={"name": f"{number}"})
                    if made.status_code == 201 and number % 3 == 0:
                        person.client.patch(f"/v1/tasks/{made.json()['id']}", json={"done": True})
                    if made.status_code == 201 and number % 3 == 1:
                        person.client.delete(f"/v1/tasks/{made.json()['id']}")
                except httpx.TransportError:
                    pass
                done.wait(0.02)

        writer = threading.Thread(target=write)
        writer.start()
        try:
            for times in (1, 2):
                n = len(watching.objects())
                watching.wait_for(lambda objects, n=n: len(objects) > n + 10, "some changes")
                stack.tasks.kill()
                eventually(lambda times=times: len(watching.said()) == times, "that the service is away")
                stack.restart_tasks()
        finally:
            done.set()
            writer.join()
        eventually(lambda: person.client.get("/v1/tasks").status_code == 200, "tasks to be served again")
        last = person.add("last")
        watching.wait_for(lambda objects: last["id"] in mirror_of(objects).tasks, "the last one")
        told = mirror_of(watching.objects()).tasks
        cursor, there = None, {}
        while cursor != "":
            page = person.ask("GET", "/v1/tasks", params={"limit": 200, **({"cursor": cursor} if cursor else {})}).json()
            there |= {task["id"]: task for task in page["tasks"]}
            cursor = page.get("nextCursor", "")
        assert told == there
        assert len(watching.said()) == 2 and all(line.endswith("; it is waited for") for line in watching.said())


def test_a_token_that_is_no_longer_good(tmp_path, stack, person):
    task = person.add("there")
    with watch(tmp_path, stack, person, "--json", "--since", OF_ANOTHER_STORE) as watching:
        watching.wait_for(lambda objects: len(objects) == 3, "all there is")
        refetch, put, token = watching.objects()
        assert refetch == {"refetch": True} and put["id"] == task["id"] and "syncToken" in token
        assert watching.said() == ["tasks: the token is no longer good: forget everything, all there is follows"]
        with Person(stack.url) as other, watch(tmp_path, stack, other, "--since", token["syncToken"]) as refused:
            assert refused.wait() == 1
            assert len(refused.said()) == 1 and refused.lines() == []


def test_it_ends_with_its_reader(stack, person):
    """Also where nothing comes any more that could be printed."""
    person.add("one")
    command = [CLI, "--port", str(stack.tasks.port), "watch", "--userId", person.id]
    ignoring = ["sh", "-c", 'trap "" PIPE; exec "$@"', "sh", *command]
    for words, status, said in (
        (command, -signal.SIGPIPE, b""),
        (ignoring, 1, b"tasks: standard output can't be written: Broken pipe\n"),
    ):
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as watching:
            try:
                assert watching.stdout.readline().startswith(b"task")
                watching.stdout.close()
                assert watching.wait(PATIENCE_S) == status
                assert watching.stderr.read() == said
            finally:
                watching.kill()


def test_what_can_not_begin_is_refused(tmp_path, stack, person):
    with open("/dev/full", "w") as full, watch(tmp_path, stack, person, "--json", stdout=full) as watching:
        assert watching.wait() == 1 and "No space left" in watching.said()[0]
    with Watch(tmp_path, 1, "watch", "--userId", "u") as watching:
        assert watching.wait() == 1
        assert watching.said() == ["tasks: 127.0.0.1:1 (--host, --port): The service can't be reached"]
    with Watch(tmp_path, stack.tasks.port, "watch") as watching:
        assert watching.wait() == 1 and watching.said() == ["tasks: --userId is required"]
    with Watch(tmp_path, stack.tasks.port, "watch", "--nonsense") as watching:
        assert watching.wait() == 2 and watching.said() == ["tasks: Unknown option --nonsense: see watch --help"]
    with Watch(tmp_path, stack.tasks.port, "get", "--follow") as watching:
        assert watching.wait() == 2
    with Watch(tmp_path, stack.accounts.port, "--service", "accounts", "watch") as watching:
        assert watching.wait() == 2 and watching.said() == ['tasks: --service accounts has no method "watch": see --help']


def test_help_has_it():
    def help_of(*words):
        return subprocess.run([CLI, *words, "--help"], capture_output=True, text=True, check=True).stdout

    assert "  watch             The same as changes --follow: " in help_of()
    assert "--follow" in help_of("changes") and "--since" in help_of("watch")
    assert "--follow" not in help_of("page")


@pytest.mark.thorough
def test_what_another_instance_has_done_comes_too(tmp_path, mongodb_uri):
    """Which it has no hints of."""
    with (
        own_database(mongodb_uri) as store,
        Stack(tmp_path, store=store, tasks_services=2) as stack,
        Person(stack.url) as person,
    ):
        for service in stack.tasks_services:
            arguments = ("watch", "--userId", person.id, "--json")
            with Watch(tmp_path, service.port, *arguments) as watching:
                watching.wait_for(lambda objects: objects, "the state")
                made = [person.add(f"{number}") for number in range(4)]
                watching.wait_for(
                    lambda objects, made=made: {task["id"] for task in made} <= mirror_of(objects).tasks.keys(), "all of them"
                )


def test_any_stream_can_be_followed(tmp_path):
    """Of a service that is not ours, by the names that its IDL has; from a mark, and when that is no longer good."""
    book = Book(tmp_path)

    def follow(*arguments):
        environment = {**os.environ, "BOOK_JSON": str(IDL)}
        return Watch(
            tmp_path, book.port, *arguments, "--owner", "ann", "--kind", "all", "--json",
            command=BUILD / "tests" / "book-cli", environment=environment,
        )  # fmt: skip

    try:
        headers = {"Authorization": f"Bearer {enter(book, 'ann')['accessToken']}"}
        with httpx.Client(base_url=book.gateway.url, headers=headers, timeout=PATIENCE_S) as client:

            def write(name):
                answer = client.post("/v1/contacts", json={"full_name": name})
                assert answer.status_code == 201, answer.text
                return answer.json()["key"]

            def told(objects):
                return [one["key"] for one in objects if "key" in one]

            with follow("watch", "--most", "2") as watching:
                watching.wait_for(lambda objects: objects, "that nothing has happened")
                assert watching.objects()[0].keys() == {"mark"}
                keys = [write(f"{number}") for number in range(5)]
                watching.wait_for(lambda objects: told(objects) == keys, "all, once")
                mark = next(one["mark"] for one in watching.objects() if "mark" in one and one != watching.objects()[0])
                behind = watching.objects().index({"mark": mark})
                keys = [*keys, write("A new volume")]
                watching.wait_for(lambda objects: {"refetch": True} in objects, "that another volume is read")
            with follow("news", "--follow", "--behind", mark) as again:
                again.wait_for(lambda objects: {"refetch": True} in objects and told(objects) == keys, "all of it")
            assert behind >= 2
            assert "the token is no longer good" in again.said()[0]
    finally:
        assert book.stop() == 0
