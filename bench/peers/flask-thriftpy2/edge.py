# SPDX-License-Identifier: Apache-2.0
"""The HTTP edge: checks the token, validates, calls the Thrift service, answers with JSON."""

import os
import pathlib
import re

import jwt
import orjson
from clients import Clients
from flask import Flask, g, request
from flask.json.provider import JSONProvider
from idl import Refusal, tasks
from thriftpy2.transport import TTransportException
from werkzeug.exceptions import BadRequest, HTTPException, ServiceUnavailable, Unauthorized

KEY = pathlib.Path(os.environ["BENCH_KEY_FILE"]).read_bytes()
CHECKS = {
    "algorithms": ["HS256"],
    "audience": "taskwire",
    "issuer": "taskwire",
    "options": {"require": ["exp", "sub"]},
}
CURSOR = re.compile(r"A[Q-Za-f][A-Za-z0-9_-]{26}")
NAME = re.compile(r"[^\x00-\x1f\x7f-\x9f]{1,500}")


class Orjson(JSONProvider):
    """As Flask's documentation proposes for those to whom JSON's speed matters."""

    def dumps(self, obj, **_):
        return orjson.dumps(obj).decode()

    def loads(self, s, **_):
        return orjson.loads(s)

    def response(self, *args, **kwargs):
        body = orjson.dumps(self._prepare_response_obj(args, kwargs))
        return self._app.response_class(body, mimetype="application/json")


app = Flask(__name__, static_folder=None)
app.json = Orjson(app)
clients = Clients()


@app.before_request
def authenticate():
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise Unauthorized("A bearer token is needed")
    try:
        claims = jwt.decode(token, KEY, **CHECKS)
    except jwt.InvalidTokenError as error:
        raise Unauthorized(str(error)) from None
    g.user_id = claims["sub"]


@app.errorhandler(Refusal)
def refused(error):
    return {"message": error.message}, error.code


@app.errorhandler(HTTPException)
def failed(error):
    return {"message": error.description}, error.code


@app.errorhandler(TTransportException)
@app.errorhandler(OSError)
def away(_):
    return failed(ServiceUnavailable())


def to_json(task):
    return {
        "id": task.id,
        "name": task.name,
        "createdOn": task.createdOn,
        "done": task.done,
        "updatedOn": task.updatedOn,
        "version": task.version,
    }


def page_request():
    arguments = request.args
    limit = arguments.get("limit", "50")
    cursor = arguments.get("cursor")
    done = arguments.get("done")
    if not (limit.isascii() and limit.isdigit() and 1 <= int(limit) <= 200):
        raise BadRequest("limit must be from 1 to 200")
    if cursor is not None and not CURSOR.fullmatch(cursor):
        raise BadRequest("cursor is not one that this service made")
    if done not in (None, "true", "false"):
        raise BadRequest("done must be true or false")
    return tasks.PageRequest(limit=int(limit), cursor=cursor, done=None if done is None else done == "true")


@app.get("/v1/tasks")
def page():
    wanted = page_request()
    with clients.borrow() as client:
        found = client.page(g.user_id, wanted)
    answer = {"tasks": [to_json(task) for task in found.tasks]}
    if found.nextCursor is not None:
        answer["nextCursor"] = found.nextCursor
    return answer


@app.get("/v1/tasks/<task_id>")
def get(task_id):
    with clients.borrow() as client:
        return to_json(client.get(g.user_id, task_id))


@app.post("/v1/tasks")
def create():
    body = request.get_json()
    name = body.get("name") if isinstance(body, dict) else None
    done = body.get("done", False) if isinstance(body, dict) else None
    if not (isinstance(name, str) and NAME.fullmatch(name)):
        raise BadRequest("name must be 1 to 500 characters, none of them a control character")
    if not isinstance(done, bool):
        raise BadRequest("done must be true or false")
    with clients.borrow() as client:
        task = client.create(g.user_id, tasks.NewTask(name=name, done=done))
    return to_json(task), 201, {"Location": f"/v1/tasks/{task.id}"}
