// SPDX-License-Identifier: Apache-2.0
// A day with the client that openapi-typescript and openapi-fetch make of /openapi.json: client.js URL EMAIL.

import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

const [url, address] = process.argv.slice(2);
assert(url !== undefined && address !== undefined);
const password = "correct horse battery";
const maxDays = 60;
let token: string | undefined;

// The server says that it can't answer now, as it may on a machine that stands still.
class Away extends Error {}

const client = createClient<paths>({ baseUrl: url });
client.use({
  onRequest({ request }) {
    if (token !== undefined) request.headers.set("Authorization", `Bearer ${token}`);
    return request;
  },
  onResponse({ response }) {
    if (response.status === 503 || response.status === 504) throw new Away(String(response.status));
  },
});

function name(task: components["schemas"]["Task"]): string | undefined {
  return task.name;
}

async function spendDay(email: string): Promise<void> {
  token = undefined;
  const signedUp = await client.POST("/v1/accounts", { body: { email, password, name: "Zoë" } });
  assert.equal(signedUp.response.status, 201);
  assert.equal(signedUp.data?.account?.email, email);

  const again = await client.POST("/v1/accounts", { body: { email, password: "another one" } });
  assert.equal(again.response.status, 409);

  const refused = await client.GET("/v1/tasks");
  assert.equal(refused.response.status, 401);
  assert.equal(refused.error?.status, 401);

  const session = await client.POST("/v1/sessions", { body: { email, password } });
  assert.equal(session.response.status, 201);
  token = session.data?.accessToken;

  const made: string[] = [];
  for (const text of ["one", "zwei ✓", "three"]) {
    const { data, response } = await client.POST("/v1/tasks", { body: { name: text } });
    assert(data?.id !== undefined);
    assert.equal(response.status, 201);
    assert.equal(response.headers.get("location"), `/v1/tasks/${data.id}`);
    assert.equal(data.version, 1);
    made.push(data.id);
  }
  const [first, second] = made as [string, string];

  const page = await client.GET("/v1/tasks", { params: { query: { limit: 2, done: false } } });
  assert.deepEqual(page.data?.tasks.map(name), ["three", "zwei ✓"]);
  const cursor = page.data?.nextCursor;
  assert(cursor !== undefined);
  const rest = await client.GET("/v1/tasks", { params: { query: { limit: 2, cursor, done: false } } });
  assert.deepEqual(rest.data?.tasks.map(name), ["one"]);
  assert.equal(rest.data?.nextCursor, undefined);

  const params = { path: { id: first } };
  const seen = await client.GET("/v1/tasks/{id}", { params });
  const tag = seen.response.headers.get("etag");
  assert(tag !== null);
  const tagged = { ...params, header: { "If-Match": tag } };
  const changed = await client.PATCH("/v1/tasks/{id}", { params: tagged, body: { done: true } });
  assert.deepEqual([changed.data?.name, changed.data?.done, changed.data?.version], ["one", true, 2]);
  const stale = await client.PATCH("/v1/tasks/{id}", { params: tagged, body: { name: "late" } });
  assert.deepEqual([stale.response.status, stale.error?.title], [412, "Precondition Failed"]);
  assert.notEqual(changed.response.headers.get("etag"), tag);
  assert.deepEqual((await client.GET("/v1/tasks/{id}", { params })).data, changed.data);

  const bad = await client.PATCH("/v1/tasks/{id}", { params, body: { name: "" } });
  assert.equal(bad.response.status, 400);
  assert.deepEqual(bad.error?.errors?.map((entry) => entry.location), ["body.name"]);

  const removed = await client.DELETE("/v1/tasks/{id}", { params: { path: { id: second } } });
  assert.equal(removed.response.status, 204);
  const missing = await client.GET("/v1/tasks/{id}", { params: { path: { id: second } } });
  assert.equal(missing.response.status, 404);
  assert.equal(missing.error?.title, "Not Found");

  const refreshToken = session.data?.refreshToken;
  assert(refreshToken !== undefined);
  const renewed = await client.POST("/v1/sessions/refresh", { body: { refreshToken } });
  assert.equal(renewed.response.status, 200);
  token = renewed.data?.accessToken;
  assert.equal((await client.DELETE("/v1/sessions/current")).response.status, 204);
  assert.equal((await client.GET("/v1/account")).response.status, 401);
}

// Nobody knows how far a day came in which an answer did not come, so that it is begun again, by somebody else.
async function main(): Promise<void> {
  for (let day = 0; day < maxDays; day++) {
    try {
      return await spendDay(`day${day}-${address}`);
    } catch (error) {
      if (!(error instanceof Away)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
  throw new Error("away each day");
}

await main();
console.log("all of it worked");
