// SPDX-License-Identifier: Apache-2.0
// Tasks in MongoDB: the documents, the indexes and the write concern of tasks-service.
'use strict'

const { MongoClient, ObjectId, Long } = require('mongodb')

const toRow = ({ _id, name, createdOn, done, updatedOn, version }) => ({
  id: _id.toHexString(),
  createdMs: createdOn.getTime(),
  updatedMs: (updatedOn ?? createdOn).getTime(),
  version: version ?? 1,
  done: Boolean(done),
  name: name ?? ''
})

// (createdOn, _id) before that of `after`.
function before ({ createdMs, id }) {
  const createdOn = new Date(createdMs)
  return {
    createdOn: { $lte: createdOn },
    $or: [{ createdOn: { $lt: createdOn } }, { _id: { $lt: new ObjectId(id) } }]
  }
}

exports.open = async ({ uri }) => {
  const client = new MongoClient(uri, { writeConcern: { w: 'majority', journal: true } })
  await client.connect()
  const named = new URL(uri.replace(/^mongodb(\+srv)?:\/\/[^/?]*/, 'http://host')).pathname.slice(1)
  const tasks = client.db(named || 'tasks-db').collection('tasks')
  await tasks.createIndexes([
    { name: 'tasks_by_user', key: { userId: 1, createdOn: -1, _id: -1 } },
    { name: 'tasks_by_user_done', key: { userId: 1, done: 1, createdOn: -1, _id: -1 } }
  ])

  return {
    get (userId, id, callback) {
      tasks.findOne({ _id: new ObjectId(id), userId })
        .then(document => callback(null, document && toRow(document)), callback)
    },

    list (userId, done, after, limit, callback) {
      const filter = { userId, ...(done !== null && { done }), ...(after && before(after)) }
      tasks.find(filter, { sort: { createdOn: -1, _id: -1 }, limit, batchSize: limit }).toArray()
        .then(documents => callback(null, documents.map(toRow)), callback)
    },

    insert (userId, row, callback) {
      tasks.insertOne({
        _id: new ObjectId(row.id),
        userId,
        name: row.name,
        createdOn: new Date(row.createdMs),
        done: row.done,
        updatedOn: new Date(row.updatedMs),
        version: Long.fromNumber(row.version)
      }).then(() => callback(null), callback)
    },

    close: () => client.close()
  }
}
