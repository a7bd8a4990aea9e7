# SPDX-License-Identifier: Apache-2.0
"""The same gateway binary serves an IDL that it has never seen: every annotation, every type."""

import base64
import concurrent.futures
import re

import httpx
import openapi_spec_validator
import pytest

from support.book import IDL, Book, enter
from support.people import locations, problem
from support.processes import Gateway, eventually


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    running = Book(tmp_path_factory.mktemp("book"))
    yield running
    assert running.stop() == 0, running.gateway.log


@pytest.fixture
def visitor(book, request):
    session = enter(book, request.node.name[:30])
    headers = {"Authorization": f"Bearer {session['accessToken']}"}
    with httpx.Client(base_url=book.gateway.url, headers=headers, timeout=60) as client:
        yield client


WHOLE = {
    "full_name": "Ada Löwe ✓",
    "nickname": "Ada",
    "labels": ["first", "second", "first"],
    "groups": [3, 1, 2],
    "notes": {"title": "text", "ünïcode": '"quoted"'},
    "addresses": {"1999": {"city": "Ulm", "floor": -1, "latitude": 48.4}, "2005": {"street": "Am Ring 1", "city": "Bonn"}},
    "portrait": base64.b64encode(bytes(range(0, 250, 5))).decode(),
    "stars": 5,
    "height": 1.75,
    "reach": {"phone": "+4912345"},
    "starred": True,
}


def test_issues_tokens_without_claims_in_the_answer(book):
    session = enter(book, "somebody")
    assert set(session) == {"greeting", "stamp", "accessToken", "tokenType", "expiresIn"}
    refused = httpx.post(f"{book.gateway.url}/v1/visits", json={"visitor": "x", "word": "wrong"}, timeout=60)
    assert problem(refused, 403)["detail"] == "That is not the word"


# Cookies in place of members of the body

COOKIES = {"Use-Cookies": "true"}


def enter_with_cookies(book):
    return httpx.post(
        f"{book.gateway.url}/v1/visits", json={"visitor": "x", "word": "open sesame"}, headers=COOKIES, timeout=60
    )


def come_again(book, cookie=None, headers=COOKIES, **request):
    sent = {"Cookie": f"a=b; visit_stamp={cookie}; c=d"} if cookie is not None else {}
    return httpx.post(f"{book.gateway.url}/v1/visits/again", headers={**headers, **sent}, timeout=60, **request)


def stamp_of(answer):
    """The cookie that an answer sets, and that it is set as it must be."""
    (cookie,) = answer.headers.get_list("set-cookie")
    value, *attributes = cookie.split("; ")
    assert set(attributes) == {"Path=/v1/visits", "Max-Age=3600", "HttpOnly", "SameSite=Strict", "Secure"}
    return value.removeprefix("visit_stamp=")


def assert_dropped(answer):
    (cookie,) = answer.headers.get_list("set-cookie")
    value, *attributes = cookie.split("; ")
    assert value == "visit_stamp="
    assert set(attributes) == {"Path=/v1/visits", "Max-Age=0", "HttpOnly", "SameSite=Strict", "Secure"}


def test_a_cookie_is_set_where_the_request_asks_for_it(book):
    answer = enter_with_cookies(book)
    assert set(answer.json()) == {"greeting", "accessToken", "tokenType", "expiresIn"}
    assert stamp_of(answer).startswith("stamp-")
    assert stamp_of(answer) not in answer.text


def test_a_cookie_lets_in_where_the_request_asks_for_it(book):
    shown = stamp_of(enter_with_cookies(book))
    without = come_again(book, shown, headers={})
    assert locations(without) == {"body.stamp"} and "set-cookie" not in without.headers
    for request in ({}, {"json": {}}, {"json": {"stamp": None}}):
        answer = come_again(book, shown, **request)
        assert answer.status_code == 200, answer.text
        shown = stamp_of(answer)


def test_the_body_wins_over_the_cookie(book):
    shown = enter(book, "x")["stamp"]
    answer = come_again(book, "unknown", json={"stamp": shown})
    assert answer.status_code == 200
    assert stamp_of(answer) != shown


def test_a_refused_cookie_is_dropped(book):
    for cookie in ("unknown", "p" * 41, ""):
        refused = come_again(book, cookie)
        problem(refused, 401)
        assert_dropped(refused)
    missing = come_again(book)
    assert problem(missing, 401)["errors"] == [{"location": "cookie.visit_stamp", "detail": "is required"}]
    assert_dropped(missing)


def test_a_cookie_stays_where_it_may_still_be_good(book):
    busy = come_again(book, "busy")
    problem(busy, 503)
    assert "set-cookie" not in busy.headers
    for body in (b"{", b'{"more": 1}'):
        shown = stamp_of(enter_with_cookies(book))
        bad = come_again(book, shown, headers={**COOKIES, "Content-Type": "application/json"}, content=body)
        problem(bad, 400)
        assert "set-cookie" not in bad.headers


def test_leaving_drops_the_cookie(book):
    token = enter_with_cookies(book).json()["accessToken"]
    headers = {"Authorization": f"Bearer {token}", **COOKIES}
    answer = httpx.delete(f"{book.gateway.url}/v1/visits/current", headers=headers, timeout=60)
    assert answer.status_code == 204
    assert_dropped(answer)
    headers = {"Authorization": f"Bearer {enter(book, 'x')['accessToken']}"}
    answer = httpx.delete(f"{book.gateway.url}/v1/visits/current", headers=headers, timeout=60)
    assert answer.status_code == 204 and "set-cookie" not in answer.headers


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", "nonsense"])
def test_cookies_are_for_pages_of_the_same_origin(book, site):
    shown = stamp_of(enter_with_cookies(book))
    refused = come_again(book, shown, headers={**COOKIES, "Sec-Fetch-Site": site})
    problem(refused, 403)
    assert "set-cookie" not in refused.headers
    assert come_again(book, shown, headers={**COOKIES, "Sec-Fetch-Site": "same-origin"}).status_code == 200


def test_no_page_of_another_origin_may_ask_for_cookies(book):
    """A browser asks first whether it may send the header; it is not told so."""
    asking = {
        "Origin": "https://example.net",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "use-cookies",
    }
    answer = httpx.options(f"{book.gateway.url}/v1/visits/again", headers=asking, timeout=60)
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_cookies_are_wanted_or_not(book):
    for wish in ("false", "1", "True", ""):
        assert locations(come_again(book, "x", headers={"Use-Cookies": wish})) == {"header.use-cookies"}


@pytest.mark.parametrize(("url", "secure"), [("http://10.0.0.1:8080/", False), ("https://tasks.example.org", True)])
def test_the_public_url_says_whether_cookies_are_secure(book, tmp_path, url, secure):
    gateway = Gateway(tmp_path, {"AddressBook": book.port}, arguments=["--idl", IDL, "--public-url", url])
    try:
        answer = httpx.post(
            f"{gateway.url}/v1/visits", json={"visitor": "x", "word": "open sesame"}, headers=COOKIES, timeout=60
        )
        assert ("Secure" in answer.headers["set-cookie"].split("; ")) == secure
    finally:
        assert gateway.stop() == 0


def test_every_type_there_and_back(visitor):
    answer = visitor.post("/v1/contacts", json=WHOLE)
    assert answer.status_code == 201, answer.text
    contact = answer.json()
    assert answer.headers["location"] == f"/v1/contacts/{contact['key']}"
    assert answer.headers["contact-revision"] == "1"
    assert f"last_seen={contact['key']}" in answer.headers["set-cookie"]
    assert "owner" not in contact and "revision" not in contact and "lastSeen" not in contact
    expected = {**WHOLE, "notes": {**WHOLE["notes"], "kind": "person 2"}}
    assert {**contact, "groups": sorted(contact["groups"])} == {
        **expected, "groups": sorted(expected["groups"]), "key": contact["key"],
    }  # fmt: skip
    assert visitor.get(answer.headers["location"]).json() == contact


def test_header_and_cookie_in(visitor):
    headers = {"Request-Key": "once", "Cookie": "other=1; campaign=autumn; more=2"}
    first = visitor.post("/v1/contacts", json={"full_name": "A"}, headers=headers).json()
    again = visitor.post("/v1/contacts", json={"full_name": "A"}, headers=headers).json()
    assert first["key"] == again["key"]
    assert first["notes"]["campaign"] == "autumn"
    bad = visitor.post(
        "/v1/contacts", json={"full_name": "A"}, headers={"Request-Key": "k" * 65, "Cookie": "campaign=" + "c" * 21}
    )
    assert locations(bad) == {"header.request-key", "cookie.campaign"}


def test_header_or_cookie_that_comes_twice(visitor):
    for headers, expected in (
        ([("Request-Key", "one"), ("request-key", "one")], {"header.request-key"}),
        ([("Cookie", "campaign=spring; other=1; campaign=")], {"cookie.campaign"}),
        ([("Request-Key", "1"), ("Request-Key", ""), ("Cookie", "campaign=a;campaign=b")],
         {"header.request-key", "cookie.campaign"}),
    ):  # fmt: skip
        answer = visitor.post("/v1/contacts", json={"full_name": "Twice"}, headers=headers)
        assert locations(answer) == expected
        assert {error["detail"] for error in answer.json()["errors"]} == {"must be given once"}
    # What nobody asks for may come as often as it likes.
    headers = [("X-Other", "1"), ("X-Other", "2"), ("Cookie", "a=1; a=2")]
    assert visitor.post("/v1/contacts", json={"full_name": "Once"}, headers=headers).status_code == 201


def test_numbers_by_their_value(visitor):
    """JSON Schema's integer, from body, path, query and header; and a double that is spelled as an integer."""
    text = """{"full_name": "N", "stars": 50e-1, "importance": 1.0, "groups": [1e1, -0.0, 2147483647.0], "height": 2,
               "reach": {"fax": 9007199254740993.0}}"""
    made = visitor.post("/v1/contacts", content=text, headers={"Content-Type": "application/json"})
    assert made.status_code == 201, made.text
    contact, url = made.json(), made.headers["location"]
    assert (contact["stars"], sorted(contact["groups"]), contact["height"]) == (5, [0, 10, 2147483647], 2)
    assert contact["reach"] == {"fax": 9007199254740993}
    assert visitor.put(f"{url}/notes/0.7e1", json={"text": "hello", "hidden": True}).status_code == 204
    assert visitor.get(url).json()["notes"]["7"] == "hello (hidden)"
    assert visitor.patch(url, json={"nickname": "n"}, headers={"Contact-Revision": "20e-1"}).status_code == 200
    assert len(visitor.get("/v1/contacts?page_size=1.0&height=2").json()["contacts"]) == 1


@pytest.mark.parametrize(
    "number", ["5.5", "6.0", "1e400", "1.00000000000000000001", "1e-400", "9223372036854775808", '"5"', "true"]
)
def test_what_is_no_whole_number_or_does_not_fit(visitor, number):
    text = f'{{"full_name": "N", "stars": {number}}}'
    answer = visitor.post("/v1/contacts", content=text, headers={"Content-Type": "application/json"})
    # What fits no double either is no JSON that could be read.
    assert locations(answer) == ({"body"} if number == "1e400" else {"body.stars"})


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"full_name": ""}, {"body.full_name"}),
        ({"full_name": "a\x01b"}, {"body.full_name"}),
        ({"fullName": "the IDL's name is not the JSON's"}, {"body.fullName"}),
        ({"nickname": "é" * 21}, {"body.nickname"}),
        ({"labels": ["x"] * 6}, {"body.labels"}),
        ({"labels": ["x", 5]}, {"body.labels[1]"}),
        ({"groups": []}, {"body.groups"}),
        ({"groups": [1, 1]}, {"body.groups[1]"}),
        ({"groups": [2**31]}, {"body.groups[0]"}),
        ({"notes": {str(n): "" for n in range(5)}}, {"body.notes"}),
        ({"addresses": {"nineteen": {"city": "x"}}}, {"body.addresses.nineteen"}),
        ({"addresses": {"1": {"floor": 201, "latitude": -91}}},
         {"body.addresses.1.city", "body.addresses.1.floor", "body.addresses.1.latitude"}),
        ({"portrait": "not base64!"}, {"body.portrait"}),
        ({"portrait": ""}, {"body.portrait"}),
        ({"portrait": base64.b64encode(b"x" * 65).decode()}, {"body.portrait"}),
        ({"stars": 6}, {"body.stars"}),
        ({"stars": 1.5}, {"body.stars"}),
        ({"stars": 300}, {"body.stars"}),
        ({"height": 0.1}, {"body.height"}),
        ({"height": "tall"}, {"body.height"}),
        ({"reach": {}}, {"body.reach"}),
        ({"reach": {"phone": "+123", "fax": 5}}, {"body.reach"}),
        ({"reach": {"phone": "call me"}}, {"body.reach.phone"}),
        ({"reach": {"letter": {}}}, {"body.reach.letter.city"}),
        ({"importance": 4}, {"body.importance"}),
        ({"kind": "robot"}, {"body.kind"}),
        ({"passphrase": "abc"}, {"body.passphrase"}),
        ({"owner": "somebody else"}, {"body.owner"}),
        ({"starred": 1, "stars": "five"}, {"body.starred", "body.stars"}),
    ],
)  # fmt: skip
def test_every_limit(visitor, change, expected):
    assert locations(visitor.post("/v1/contacts", json={**WHOLE, **change})) == expected


def test_query_parameters_of_every_type(visitor):
    for n in range(3):
        visitor.post("/v1/contacts", json={"full_name": f"N{n}", "starred": n == 1, "height": 1.0 + n})
    page = visitor.get("/v1/contacts?page_size=2").json()
    assert [c["full_name"] for c in page["contacts"]] == ["N0", "N1"] and page["after"] == "2"
    assert [c["full_name"] for c in visitor.get("/v1/contacts?starred=true").json()["contacts"]] == ["N1"]
    assert [c["full_name"] for c in visitor.get("/v1/contacts?height=1.5").json()["contacts"]] == ["N1", "N2"]
    bad = visitor.get("/v1/contacts?page_size=101&starred=yes&height=tall&kind=robot&size=3")
    assert locations(bad) == {"query.page_size", "query.starred", "query.height", "query.kind", "query.size"}


def test_links_lead_through_all_parts(visitor):
    for n in range(5):
        visitor.post("/v1/contacts", json={"full_name": f"N{n}", "kind": "person", "starred": True})
    path, seen = "/v1/contacts?page_size=2&starred=true&kind=person", []
    while path:
        page = visitor.get(path)
        seen += [contact["full_name"] for contact in page.json()["contacts"]]
        links = {link["rel"]: link["url"] for link in page.links.values()}
        assert ("first" in links) == ("after=" in path)
        assert ("next" in links) == ("after" in page.json())
        path = links.get("next")
    assert seen == [f"N{n}" for n in range(5)]
    assert [c["full_name"] for c in visitor.get(links["first"]).json()["contacts"]] == ["N0", "N1"]


def test_patch_clears_what_may_be_cleared(visitor):
    made = visitor.post("/v1/contacts", json=WHOLE)
    url = made.headers["location"]
    answer = visitor.patch(url, json={"nickname": None, "home": {"city": "Köln"}}, headers={"Contact-Revision": "1"})
    assert answer.status_code == 200, answer.text
    assert "nickname" not in answer.json()
    assert answer.json()["addresses"]["2026"] == {"city": "Köln"}
    assert answer.headers["contact-revision"] == "2"
    problem(visitor.patch(url, json={"full_name": None}), 400)
    problem(visitor.patch(url, json={"nickname": "x"}, headers={"Contact-Revision": "1"}), 412)


def test_put_with_two_path_parameters(visitor):
    url = visitor.post("/v1/contacts", json={"full_name": "A"}).headers["location"]
    answer = visitor.put(f"{url}/notes/7", json={"text": "hello", "hidden": True})
    assert answer.status_code == 204 and answer.content == b""
    assert visitor.get(url).json()["notes"]["7"] == "hello (hidden)"
    assert locations(visitor.put(f"{url}/notes/100", json={"hidden": True})) == {"path.number", "body.text"}
    assert locations(visitor.put(f"{url}/notes/x", json={"text": "", "hidden": True})) == {"path.number"}


def test_literal_colon_segment_and_scalar_list_reply(visitor):
    answer = visitor.post("/v1/contacts:gather", json={"cards": [{"full_name": "A"}, {"full_name": "B"}]})
    assert (answer.status_code, answer.json()) == (202, ["A", "B"])
    bad = visitor.post("/v1/contacts:gather", json={"cards": [{"full_name": "A"}, {"full_name": "", "x": 1}]})
    assert locations(bad) == {"body.cards[1].full_name", "body.cards[1].x"}
    assert locations(visitor.post("/v1/contacts:gather", json={"cards": []})) == {"body.cards"}


def test_inherited_route_without_a_token(book):
    assert httpx.get(f"{book.gateway.url}/v1/motto", timeout=60).json() == "Who, where?"
    assert httpx.get(f"{book.gateway.url}/v1/motto?lang=de", timeout=60).json() == "Wer, wo? ✓"
    assert locations(httpx.get(f"{book.gateway.url}/v1/motto?lang=fr", timeout=60)) == {"query.lang"}


def test_exceptions_with_names_of_their_own(visitor):
    assert problem(visitor.get("/v1/contacts/nobody"), 404)["detail"] == "Nobody of that key"
    assert problem(visitor.get("/v1/contacts/teapot"), 418)["detail"] == "a refusal of 418"
    assert problem(visitor.get("/v1/contacts/broken"), 503)["detail"] == "a refusal of 503"
    assert "42" not in problem(visitor.get("/v1/contacts/weird"), 500)["detail"]
    # thriftpy2 closes the connection when a handler raises what it does not declare, the one made for the retry too:
    # the gateway then leaves the address alone for a moment.
    assert "internal detail" not in problem(visitor.get("/v1/contacts/raise"), 503)["detail"]
    eventually(lambda: visitor.get("/v1/motto").status_code == 200, "the service to be asked again")


def test_a_method_without_a_route_can_not_be_reached(visitor):
    for path in ("/total", "/v1/total", "/AddressBook/total", "/v1/contacts:total"):
        problem(visitor.post(path, json={}), 404)


def test_leaving_ends_the_session(book):
    session = enter(book, "leaver")
    headers = {"Authorization": f"Bearer {session['accessToken']}"}
    assert httpx.delete(f"{book.gateway.url}/v1/visits/current", headers=headers, timeout=60).status_code == 204
    problem(httpx.get(f"{book.gateway.url}/v1/contacts", headers=headers, timeout=60), 401)


def test_health_and_openapi(book):
    assert httpx.get(f"{book.gateway.admin_url}/readyz", timeout=60).status_code == 200
    document = httpx.get(f"{book.gateway.url}/openapi.json", timeout=60).json()
    openapi_spec_validator.validate(document)
    assert set(document["paths"]) == {
        "/v1/motto", "/v1/visits", "/v1/visits/again", "/v1/visits/current", "/v1/contacts", "/v1/contacts/{key}",
        "/v1/contacts/{key}/notes/{number}", "/v1/contacts:gather", "/v1/news/{kind}", "/v1/news/{kind}/events",
    }  # fmt: skip
    contact = document["paths"]["/v1/contacts"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert "owner" not in str(contact)


def test_a_slow_call_holds_up_no_other(book, tmp_path):
    """The server is a stock one: a thread for a connection, whose calls it answers one after the other."""
    port = re.search(r"listening on 127\.0\.0\.1:(\d+)", book.service.log).group(1)
    gateway = Gateway(tmp_path, {"AddressBook": int(port)}, arguments=["--idl", IDL, "--workers", "1", "--upstream-timeout-ms", "60000"])
    try:
        with concurrent.futures.ThreadPoolExecutor() as pool, httpx.Client(base_url=gateway.url, timeout=60) as client:
            entered = client.post("/v1/visits", json={"visitor": "waits", "word": "open sesame"}).json()
            client.headers["Authorization"] = f"Bearer {entered['accessToken']}"
            slow = [pool.submit(client.get, "/v1/contacts/slow") for _ in range(3)]
            eventually(lambda: client.get("/v1/contacts/waiting").json()["detail"] == "3 wait", "all to be under way")
            for _ in range(50):
                assert client.get("/v1/contacts").status_code == 200
                assert client.post("/v1/contacts", json={"full_name": "A"}).status_code == 201
            assert not any(one.done() for one in slow)
            problem(client.get("/v1/contacts/freed"), 404)
            for one in slow:
                assert problem(one.result(), 404)["detail"] == "Nobody of that key, after a while"
    finally:
        assert gateway.stop() == 0, gateway.log


def test_service_away(book, tmp_path):
    gateway = Gateway(tmp_path, {"AddressBook": 1}, arguments=["--idl", IDL], ready=False)
    try:
        answer = eventually(lambda: httpx.get(f"{gateway.admin_url}/readyz", timeout=60), "an answer")
        assert "AddressBook" in str(problem(answer, 503))
        problem(httpx.get(f"{gateway.url}/v1/motto", timeout=60), 503)
    finally:
        assert gateway.stop() == 0
