# SPDX-License-Identifier: Apache-2.0
"""The data set in MongoDB, as docs/mongodb.md has the documents; a server for each start of a system."""

import contextlib
import datetime

import bson
import pymongo

from bench import mongo_driver
from bench.dataset import Dataset
from support.mongodb import MongoServer

USERS = 10
TASKS_A_USER = 100
SYSTEMS = ("taskwire", "go-grpc", "fastify-thrift", mongo_driver.NAME)
CONNECTIONS = 8  # the stand-in runs one command at a time: more would only wait
WORKLOADS = ("W1", "W2", "W3")


def _date(ms):
    return datetime.datetime.fromtimestamp(0, datetime.UTC) + datetime.timedelta(milliseconds=ms)


def document(row):
    user, created_ms, id_, updated_ms, version, done, name = row
    return {
        "_id": bson.ObjectId(id_),
        "userId": user,
        "name": name,
        "createdOn": _date(created_ms),
        "done": done,
        "updatedOn": _date(updated_ms),
        "version": bson.Int64(version),
    }


class MongoDataset(Dataset):
    def __init__(self, build):
        super().__init__(build, USERS, TASKS_A_USER)

    @contextlib.contextmanager
    def store(self, folder):
        with MongoServer(folder) as server, pymongo.MongoClient(server.uri) as client:
            self.collection = client["tasks-db"]["tasks"]
            for user in range(USERS):
                self.collection.insert_many([document(row) for row in self.rows_of(user)])
            yield server.uri

    def counter(self, running):
        return lambda: self.collection.count_documents({})
