# SPDX-License-Identifier: Apache-2.0
"""Tags and keys of tasks: what a change depends on, and what is done once."""

import concurrent.futures
import gzip

import pytest

from support.people import Person, locations, problem
from support.raw_http import ask_one
from support.stores import on_both_stores

pytestmark = on_both_stores


def key(name):
    return {"Idempotency-Key": f'"{name}"'}


def tagged(person, **task):
    made = person.client.post("/v1/tasks", json={"name": "tagged", **task})
    assert made.status_code == 201, made.text
    return made.headers["location"], made.headers["etag"]


# Tags


def test_a_task_has_its_version_as_tag(person):
    url, tag = tagged(person)
    assert tag == '"1"'
    assert person.client.patch(url, json={"done": True}).headers["etag"] == '"2"'
    answer = person.client.get(url)
    assert (answer.headers["etag"], answer.headers["cache-control"]) == ('"2"', "private, no-cache")
    assert "etag" not in person.client.get("/v1/tasks").headers


def test_a_task_that_is_known_is_not_sent_again(person):
    url, tag = tagged(person)
    for held in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        answer = person.client.get(url, headers={"If-None-Match": held})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)
    person.client.patch(url, json={"done": True})
    assert person.client.get(url, headers={"If-None-Match": tag}).json()["done"] is True
    problem(person.client.get(f"/v1/tasks/{'0' * 24}", headers={"If-None-Match": "*"}), 404)


def test_a_change_of_what_was_seen(person):
    url, tag = tagged(person)
    for other in ('"2"', f"W/{tag}", '"x"', '"1-gzip-gzip"', '"*"', '"01"', '"1 "'):
        answer = person.client.patch(url, json={"name": "no"}, headers={"If-Match": other})
        assert answer.status_code == (400 if " " in other else 412), other
    assert person.client.get(url).json()["version"] == 1
    for match in (tag, '"x", "2-gzip"', "*"):
        assert person.client.patch(url, json={"name": match}, headers={"If-Match": match}).status_code == 200
    problem(person.client.delete(url, headers={"If-Match": tag}), 412)
    problem(person.client.patch(url, json={"name": "x"}, headers={"If-None-Match": "*"}), 412)
    problem(person.client.patch(url, json={"name": "x"}, headers={"If-None-Match": 'W/"4"'}), 412)
    assert person.client.patch(url, json={"name": "x"}, headers={"If-None-Match": tag}).status_code == 200
    assert person.client.delete(url, headers={"If-Match": '"5"'}).status_code == 204
    problem(person.client.delete(url, headers={"If-Match": "*"}), 404)
    assert locations(person.client.delete(url, headers={"If-Match": "5"})) == {"header.if-match"}


def test_a_change_of_nothing_depends_all_the_same(person):
    url, tag = tagged(person)
    problem(person.client.patch(url, json={}, headers={"If-Match": '"2"'}), 412)
    assert person.client.patch(url, json={}, headers={"If-Match": tag}).headers["etag"] == tag


def test_of_two_that_race_with_one_tag_one_wins(person):
    url, tag = tagged(person)
    for _ in range(5):
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            answers = list(
                pool.map(
                    lambda n, tag=tag: person.client.patch(url, json={"name": f"n{n}"}, headers={"If-Match": tag}), range(6)
                )
            )
        won = [answer for answer in answers if answer.status_code == 200]
        assert len(won) == 1 and {answer.status_code for answer in answers} == {200, 412}
        assert person.client.get(url).json() == won[0].json()
        tag = won[0].headers["etag"]


def test_another_one_s_task_has_no_state(person, stack):
    url, _ = tagged(person)
    with Person(stack.url) as other:
        for headers in ({"If-Match": "*"}, {"If-Match": '"1"'}, {"If-None-Match": "*"}, {"If-Match": 'W/"1"'}):
            problem(other.client.patch(url, json={"name": "x"}, headers=headers), 404)
            problem(other.client.delete(url, headers=headers), 404)


def test_a_long_task_in_gzip(person, stack):
    url, tag = tagged(person, notes="n" * 3000)

    def ask(verb, more, body=""):
        head = f"{verb} {url} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {person.access_token}\r\nConnection: close\r\n"
        kind = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if body else ""
        return ask_one(stack.url, f"{head}{kind}{more}\r\n{body}".encode())

    coded = ask("GET", "Accept-Encoding: gzip\r\n")
    assert gzip.decompress(coded.body) and coded.headers["ETag"] == '"1-gzip"'
    assert ask("GET", 'If-None-Match: "1-gzip"\r\n').status == 304
    changed = ask("PATCH", 'Accept-Encoding: gzip\r\nIf-Match: "1-gzip"\r\n', '{"done": true}')
    assert (changed.status, changed.headers["ETag"]) == (200, '"2-gzip"')


# Keys


def test_a_key_makes_one_task(person):
    made = [person.client.post("/v1/tasks", json={"name": "once", "done": False}, headers=key("a")) for _ in range(2)]
    spelled = b'{ "done":false,"name" : "\\u006fnce" }'
    headers = {"Idempotency-Key": "a", "Content-Type": "application/json"}
    made.append(person.client.post("/v1/tasks", content=spelled, headers=headers))
    assert {answer.status_code for answer in made} == {201}
    assert len({answer.headers["location"] for answer in made}) == 1
    assert len(person.client.get("/v1/tasks").json()["tasks"]) == 1
    problem(person.client.post("/v1/tasks", json={"name": "another"}, headers=key("a")), 422)
    problem(person.client.delete(made[0].headers["location"], headers=key("a")), 422)
    assert len(person.client.get("/v1/tasks").json()["tasks"]) == 1


def test_a_key_of_one_is_nothing_to_another(person, stack):
    with Person(stack.url) as other:
        urls = [
            one.client.post("/v1/tasks", json={"name": "mine"}, headers=key("same")).headers["location"]
            for one in (person, other)
        ]
        assert urls[0] != urls[1]


def test_a_key_outlives_its_session(person):
    first = person.client.post("/v1/tasks", json={"name": "x"}, headers=key("s"))
    person.take(person.log_in())
    again = person.client.post("/v1/tasks", json={"name": "x"}, headers=key("s"))
    assert again.headers["location"] == first.headers["location"]


def test_requests_that_race_with_one_key_make_one_task(person):
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        answers = list(
            pool.map(lambda _: person.client.post("/v1/tasks", json={"name": "raced"}, headers=key("race")), range(6))
        )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len(person.client.get("/v1/tasks").json()["tasks"]) == 1


def test_a_second_answer_is_the_task_as_it_is_now(person):
    first = person.client.post("/v1/tasks", json={"name": "first"}, headers=key("k"))
    url = first.headers["location"]
    person.client.patch(url, json={"name": "second"})
    again = person.client.post("/v1/tasks", json={"name": "first"}, headers=key("k"))
    assert (again.status_code, again.json()["name"], again.headers["etag"]) == (201, "second", '"2"')


def test_a_change_that_comes_again_is_no_412(person):
    url, tag = tagged(person)
    change = {**key("c"), "If-Match": tag}
    first, again = (person.client.patch(url, json={"done": True}, headers=change) for _ in range(2))
    assert first.status_code == again.status_code == 200 and first.json() == again.json()
    assert again.json()["version"] == 2
    problem(person.client.patch(url, json={"done": False}, headers=change), 422)
    # A change that was refused used its key for nothing.
    problem(person.client.patch(url, json={"done": False}, headers={**key("d"), "If-Match": tag}), 412)
    assert person.client.patch(url, json={"done": False}, headers={**key("d"), "If-Match": '"2"'}).status_code == 200


def test_what_was_removed_since(person):
    made = person.client.post("/v1/tasks", json={"name": "gone"}, headers=key("g"))
    url = made.headers["location"]
    changed = person.client.patch(url, json={"done": True}, headers=key("h"))
    assert [person.client.delete(url, headers=key("i")).status_code for _ in range(2)] == [204, 204]
    assert "removed" in problem(person.client.post("/v1/tasks", json={"name": "gone"}, headers=key("g")), 404)["detail"]
    assert changed.status_code == 200
    problem(person.client.patch(url, json={"done": True}, headers=key("h")), 404)
    problem(person.client.delete(url, headers=key("j")), 404)


@pytest.mark.parametrize("bad", ["", "a b", '"a', "a" * 129, "é", '"a", "b"'])
def test_what_is_no_key(person, bad):
    answer = person.client.post("/v1/tasks", json={"name": "x"}, headers=[(b"Idempotency-Key", bad.encode())])
    assert locations(answer) == {"header.idempotency-key"}
