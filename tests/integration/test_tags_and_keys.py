# SPDX-License-Identifier: Apache-2.0
"""ETag, If-Match, If-None-Match and Idempotency-Key, of an IDL that is not ours."""

import concurrent.futures
import gzip

import httpx
import pytest

from support.book import Book, enter
from support.people import locations, problem
from support.raw_http import ask_one


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    running = Book(tmp_path_factory.mktemp("book"), ["--cors-origin", "*"])
    yield running
    assert running.stop() == 0, running.gateway.log


@pytest.fixture
def visitor(book, request):
    with someone(book, request.node.name[:30]) as client:
        yield client


def someone(book, name):
    headers = {"Authorization": f"Bearer {enter(book, name)['accessToken']}"}
    return httpx.Client(base_url=book.gateway.url, headers=headers, timeout=60)


def write(visitor, name="Ada", **more):
    made = visitor.post("/v1/contacts", json={"full_name": name, **more})
    assert made.status_code == 201, made.text
    return made.headers["location"], made.headers["etag"]


# ETag


def test_tags_say_what_is_shown(visitor):
    url, tag = write(visitor, 'A "quoted", Łódź-*gzip')
    assert tag == '"1-A%20%22quoted%22%2C%20%C5%81%C3%B3d%C5%BA%2D%2Agzip"'
    answer = visitor.get(url)
    assert answer.headers["etag"] == tag and answer.headers["cache-control"] == "private, no-cache"
    changed = visitor.patch(url, json={"nickname": "x"})
    assert changed.headers["etag"] == tag.replace("1-", "2-") != tag
    assert visitor.get(url).headers["etag"] == changed.headers["etag"]


def test_what_has_no_tag_is_not_stored(visitor):
    url, _ = write(visitor)
    for answer in (visitor.get("/v1/contacts"), visitor.get(f"{url}x"), visitor.delete(url)):
        assert "etag" not in answer.headers and answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("verb", ["GET", "HEAD"])
def test_what_is_there_already_is_not_sent_again(visitor, verb):
    url, tag = write(visitor)
    for held in (tag, f"W/{tag}", f'"other", {tag}', "*", f"nonsense, {tag}"):
        answer = visitor.request(verb, url, headers={"If-None-Match": held})
        assert (answer.status_code, answer.content) == (304, b""), held
        assert answer.headers["etag"] == tag and answer.headers["cache-control"] == "private, no-cache"
        assert "content-type" not in answer.headers
    lines = [("If-None-Match", '"other"'), ("If-None-Match", tag)]
    assert visitor.request(verb, url, headers=lines).status_code == 304
    for held in ('"other"', tag.strip('"'), "", '"', f"w/{tag}"):
        assert visitor.request(verb, url, headers={"If-None-Match": held}).status_code == 200, held


def test_a_304_follows_a_change(visitor):
    url, tag = write(visitor)
    assert visitor.get(url, headers={"If-None-Match": tag}).status_code == 304
    visitor.patch(url, json={"nickname": "x"})
    answer = visitor.get(url, headers={"If-None-Match": tag})
    assert answer.status_code == 200 and answer.json()["nickname"] == "x"


def test_what_came_in_gzip_is_good_everywhere(book, visitor):
    url, tag = write(visitor, notes={"long": "n" * 2000})

    def get(*headers):
        lines = "".join(f"{line}\r\n" for line in (f"Authorization: {visitor.headers['authorization']}", *headers))
        return ask_one(book.gateway.url, f"GET {url} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{lines}\r\n".encode())

    coded = get("Accept-Encoding: gzip")
    in_gzip = coded.headers["ETag"]
    assert gzip.decompress(coded.body) and in_gzip == tag[:-1] + '-gzip"'
    for accepts in ("gzip", "identity"):
        for held in (tag, in_gzip):
            again = get(f"Accept-Encoding: {accepts}", f"If-None-Match: {held}")
            assert (again.status, again.headers["ETag"], again.headers["Vary"]) == (304, held, "Accept-Encoding, Origin")
            assert get(f"Accept-Encoding: {accepts}", f"If-Match: {held}").status == 200
    assert visitor.patch(url, json={"nickname": "x"}, headers={"If-Match": in_gzip}).status_code == 200


def test_if_match_of_a_get(visitor):
    url, tag = write(visitor)
    assert visitor.get(url, headers={"If-Match": tag}).status_code == 200
    assert visitor.get(url, headers={"If-Match": "*"}).status_code == 200
    for other in ('"other"', f"W/{tag}"):
        assert problem(visitor.get(url, headers={"If-Match": other}), 412)
    assert problem(visitor.get("/v1/contacts/nobody", headers={"If-Match": "*"}), 404)


# If-Match and If-None-Match of what changes something


def test_only_in_the_state_that_is_named(visitor):
    url, tag = write(visitor)
    for other in ('"other"', f"W/{tag}", f'W/{tag}, "other"', '"*"', tag.replace("1-", "2-")):
        problem(visitor.patch(url, json={"nickname": "x"}, headers={"If-Match": other}), 412)
        problem(visitor.delete(url, headers={"If-Match": other}), 412)
    assert visitor.get(url).headers["etag"] == tag
    for n, match in enumerate(('{}', '"other", {}', "*"), 2):
        current = visitor.get(url).headers["etag"]
        changed = visitor.patch(url, json={"nickname": f"x{n}"}, headers={"If-Match": match.replace("{}", current)})
        assert changed.status_code == 200 and changed.headers["etag"] == f'"{n}-Ada"'
    lines = [("If-Match", '"other"'), ("If-Match", changed.headers["etag"])]
    assert visitor.delete(url, headers=lines).status_code == 204
    problem(visitor.delete(url, headers={"If-Match": "*"}), 404)


def test_only_in_none_of_these_states(visitor):
    url, tag = write(visitor)
    for held in ("*", tag, f"W/{tag}", f'"other", {tag}'):
        problem(visitor.patch(url, json={"nickname": "x"}, headers={"If-None-Match": held}), 412)
    assert visitor.patch(url, json={"nickname": "x"}, headers={"If-None-Match": '"other"'}).status_code == 200
    problem(visitor.patch(f"{url}x", json={"nickname": "x"}, headers={"If-None-Match": "*"}), 404)


@pytest.mark.parametrize("header", ["If-Match", "If-None-Match"])
@pytest.mark.parametrize(
    "value", ["", ",", "3", "'3'", '"3', '"3" "4"', 'w/"3"', '*, "3"', '"3", *', "**", '"a b"', '"3";x=1', "W/3"]
)
def test_what_is_no_list_of_tags(visitor, header, value):
    url, _ = write(visitor)
    for answer in (
        visitor.patch(url, json={"nickname": "x"}, headers={header: value}),
        visitor.delete(url, headers={header: value}),
    ):
        assert locations(answer) == {f"header.{header.lower()}"}
    # All that is wrong is told at once.
    both = visitor.patch(url, json={"nickname": ""}, headers={header: value})
    assert locations(both) == {f"header.{header.lower()}", "body.nickname"} or locations(both) == {
        f"header.{header.lower()}"
    }


def test_two_that_race_with_one_tag(book, visitor):
    url, tag = write(visitor)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda n: visitor.patch(url, json={"nickname": f"x{n}"}, headers={"If-Match": tag}), range(8))
        )
    assert sorted(answer.status_code for answer in answers) == [200] + 7 * [412]


def test_a_server_that_asks_for_if_match(tmp_path):
    book = Book(tmp_path, ["--require-if-match"])
    try:
        with someone(book, "strict") as visitor:
            url, tag = write(visitor)
            assert "If-Match" in problem(visitor.patch(url, json={"nickname": "x"}), 428)["detail"]
            problem(visitor.delete(url), 428)
            assert locations(visitor.patch(url, json={"full_name": ""})) == {"body.full_name"}
            assert visitor.patch(url, json={"nickname": "x"}, headers={"If-Match": tag}).status_code == 200
            assert visitor.put(f"{url}/notes/1", json={"text": "x", "hidden": False}).status_code == 204
            assert visitor.delete(url, headers={"If-Match": "*"}).status_code == 204
    finally:
        assert book.stop() == 0


# Idempotency-Key


def test_the_same_key_does_it_once(visitor):
    body = {"full_name": "Once", "notes": {"a": "1", "b": "2"}}
    first = visitor.post("/v1/contacts", json=body, headers={"Idempotency-Key": '"key 1"'})
    spelled = ' {"notes": {"b": "2", "\\u0061": "1"},\n "full_name": "Once"} '
    headers = {"Idempotency-Key": '"key 1"', "Content-Type": "application/json", "If-Match": '"ignored"'}
    again = visitor.post("/v1/contacts", content=spelled, headers=headers)
    assert first.status_code == again.status_code == 201
    assert first.headers["location"] == again.headers["location"]
    assert len(visitor.get("/v1/contacts").json()["contacts"]) == 1
    other = visitor.post("/v1/contacts", json={**body, "full_name": "Another"}, headers={"Idempotency-Key": '"key 1"'})
    problem(other, 422)
    fresh = visitor.post("/v1/contacts", json=body, headers={"Idempotency-Key": "key-2"})
    assert fresh.headers["location"] != first.headers["location"]


def test_a_key_in_quotes_is_the_same_as_bare(visitor):
    keys = ("8e03978e-40d5-43dd-bc93-6894a57f9324", '"8e03978e-40d5-43dd-bc93-6894a57f9324"')
    made = {
        visitor.post("/v1/contacts", json={"full_name": "A"}, headers={"Idempotency-Key": key}).headers["location"]
        for key in keys
    }
    assert len(made) == 1


def test_a_key_holds_whatever_tag_comes_with_it(visitor):
    url, tag = write(visitor)
    once = {"Idempotency-Key": "change", "If-Match": tag}
    first = visitor.patch(url, json={"nickname": "x"}, headers=once)
    again = visitor.patch(url, json={"nickname": "x"}, headers=once)
    assert first.status_code == again.status_code == 200 and first.json() == again.json()
    problem(visitor.patch(url, json={"nickname": "y"}, headers=once), 422)
    problem(visitor.patch(url, json={"nickname": "x"}, headers={"If-Match": tag}), 412)
    assert {visitor.delete(url, headers={"Idempotency-Key": "end"}).status_code for _ in range(2)} == {204}


@pytest.mark.parametrize(
    "key",
    ["", "a b", "a,b", 'a"b', "a;b", "a\\b", "é", '"', '"a', '"a"b', '"a";p=1', '"a", "b"', '"a\\b"', '""', '"é"',
     "x" * 129, '"' + "x" * 129 + '"', "?1x é"],
)  # fmt: skip
def test_what_is_no_key(visitor, key):
    headers = [(b"Idempotency-Key", key.encode())]
    answer = visitor.post("/v1/contacts", json={"full_name": "A"}, headers=headers)
    assert locations(answer) == {"header.idempotency-key"}
    assert key == "" or key not in answer.text or len(key) < 4
    assert visitor.get("/v1/contacts").json()["contacts"] == []


def test_longest_keys(visitor):
    for key in ("x" * 128, '"' + "y" * 128 + '"', '"' + '\\"' * 128 + '"'):
        answer = visitor.post("/v1/contacts", json={"full_name": "A"}, headers={"Idempotency-Key": key})
        assert answer.status_code == 201, key


def test_a_key_that_comes_twice(visitor):
    headers = [("Idempotency-Key", "a"), ("Idempotency-Key", "a")]
    answer = visitor.post("/v1/contacts", json={"full_name": "A"}, headers=headers)
    assert locations(answer) == {"header.idempotency-key"}


def test_what_has_a_key_is_called_again_where_its_answer_is_lost(visitor):
    """The service does what it is asked, and its connection ends: whoever sends it again finds it done."""
    made = visitor.post("/v1/contacts", json={"full_name": "Breaks off"}, headers={"Idempotency-Key": "lost"})
    assert made.status_code == 201, made.text
    names = [contact["full_name"] for contact in visitor.get("/v1/contacts").json()["contacts"]]
    assert names == ["Breaks off"]


def test_what_is_secret_is_no_part_of_the_request(visitor):
    made = {
        visitor.post(
            "/v1/contacts", json={"full_name": "A", "passphrase": word}, headers={"Idempotency-Key": "word"}
        ).headers["location"]
        for word in ("sesame", "another")
    }
    assert len(made) == 1


def test_headers_that_pages_may_send(visitor):
    asking = {"Origin": "https://page.example", "Access-Control-Request-Method": "PATCH"}
    allowed = visitor.options("/v1/contacts/k", headers=asking).headers["access-control-allow-headers"].lower()
    assert {"if-match", "if-none-match", "idempotency-key"} <= set(allowed.split(", "))
    url, _ = write(visitor)
    exposed = visitor.get(url, headers={"Origin": "https://page.example"}).headers["access-control-expose-headers"]
    assert "ETag" in exposed.split(", ")
