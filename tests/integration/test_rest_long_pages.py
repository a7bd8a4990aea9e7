# SPDX-License-Identifier: Apache-2.0
"""Pages as long as they can be."""

import json


def test_the_longest_page(person):
    """Two hundred of the longest tasks come at once."""
    task = {"name": "🥛" * 500, "notes": "🎉" * 10_000, "labels": [f"{n:02}" + "é" * 48 for n in range(20)]}
    body = json.dumps(task, ensure_ascii=False).encode()
    for _ in range(200):
        answer = person.client.post("/v1/tasks", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 201, answer.text
    for sort in ("name", "-due"):
        page = person.client.get(f"/v1/tasks?limit=200&sort={sort}").json()
        assert len(page["tasks"]) == 200 and page["tasks"][7]["notes"] == task["notes"]
