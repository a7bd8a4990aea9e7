// SPDX-License-Identifier: Apache-2.0
// Run by mongosh at each start of mongo's container: makes a replica set of one, the root user, and for each service a user
// who may read and write its own database alone. What is there already stays; passwords become those of the secrets.
//
// What it relies on: until there is a user, a client on the same host may initiate the replica set and make the first user
// (https://www.mongodb.com/docs/manual/core/localhost-exception/).

const secret = (name) => require("fs").readFileSync(`/run/secrets/${name}`, "utf8").trim();
const rootPassword = secret("mongo_root_password");
const giveUp = Date.now() + 100000;

function wait(what) {
  if (Date.now() > giveUp) {
    throw new Error(what);
  }
  sleep(250);
}

let admin = null;
while (admin === null) {
  try {
    admin = connect("mongodb://127.0.0.1:27017/admin?directConnection=true&serverSelectionTimeoutMS=1000");
  } catch (error) {
    wait("mongod does not answer");
  }
}

function isRoot() {
  try {
    return admin.auth("root", rootPassword).ok === 1;
  } catch (error) {
    if (error.codeName !== "AuthenticationFailed") {
      throw error;
    }
    return false;
  }
}

function waitForPrimary() {
  while (!admin.hello().isWritablePrimary) {
    wait("mongod does not become primary");
  }
}

function makeReplicaSet() {
  try {
    // By the name under which the services reach it: their drivers ask the set for its members' names.
    admin.adminCommand({ replSetInitiate: { _id: "rs0", members: [{ _id: 0, host: "mongo:27017" }] } });
  } catch (error) {
    if (error.codeName !== "AlreadyInitialized") {
      throw error;
    }
  }
}

// Again after an interrupted first start: each step looks at what is there.
function makeRoot() {
  try {
    makeReplicaSet();
    waitForPrimary();
    admin.createUser({ user: "root", pwd: rootPassword, roles: ["root"] });
  } catch (error) {
    if (error.codeName !== "Unauthorized") {
      throw error;
    }
    throw new Error("secrets/mongo-root-password is not the password that this database was made with");
  }
  if (!isRoot()) {
    throw new Error("the root user that was just made can't log in");
  }
}

function makeUserOf(uri) {
  const parts = /^mongodb:\/\/([^:@/]+):([^:@/]+)@[^/]+\/([^?/]+)/.exec(uri);
  if (parts === null) {
    throw new Error("a store's secret is not mongodb://USER:PASSWORD@HOST/DATABASE");
  }
  const [user, pwd, name] = parts.slice(1).map((part) => decodeURIComponent(part));
  const database = admin.getSiblingDB(name);
  const roles = [{ role: "readWrite", db: name }];
  if (database.getUser(user) === null) {
    database.createUser({ user, pwd, roles });
  } else {
    database.updateUser(user, { pwd, roles });
  }
}

if (!isRoot()) {
  makeRoot();
}
waitForPrimary();
makeUserOf(secret("tasks_store"));
makeUserOf(secret("accounts_store"));
print("mongo is prepared: a replica set, and a user for each service");
