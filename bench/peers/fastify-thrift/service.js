// SPDX-License-Identifier: Apache-2.0
// The Thrift service: owns the tasks, in SQLite or MongoDB.
'use strict'

const crypto = require('node:crypto')
const thrift = require('thrift')
const Tasks = require('./gen/Tasks')
const { BaseException } = require('./gen/common_types')
const { RPC } = require('./rpc')
const cursors = require('./cursor')

const { BENCH_UPSTREAM_PORT, BENCH_DATABASE, BENCH_SYNCHRONOUS, BENCH_STORE = 'sqlite' } = process.env

const openStore = () => BENCH_STORE === 'sqlite'
  ? require('./store-sqlite').open({ path: BENCH_DATABASE, synchronous: BENCH_SYNCHRONOUS })
  : require('./store-mongodb').open({ uri: BENCH_STORE })

const time = ms => new Date(ms).toISOString()

// Without the user, whom the edge names and shows to nobody. What the compiler makes copies it into a Task.
function toTask ({ id, createdMs, updatedMs, version, done, name }) {
  const createdOn = time(createdMs)
  return { id, name, createdOn, done, updatedOn: updatedMs === createdMs ? createdOn : time(updatedMs), version }
}

const refuse = (code, message) => new BaseException({ code, message })

// Ids are as MongoDB's: seconds, five bytes that are this process', a counter.
const processPart = crypto.randomBytes(5).toString('hex')
let counter = crypto.randomBytes(3).readUIntBE(0, 3)

function newId (ms) {
  counter = (counter + 1) & 0xffffff
  return Math.floor(ms / 1000).toString(16).padStart(8, '0') + processPart + counter.toString(16).padStart(6, '0')
}

const isId = text => /^[0-9a-fA-F]{24}$/.test(text)

const handler = store => ({
  get (userId, id, callback) {
    if (!isId(id)) return callback(refuse(404, 'Task not found'))
    store.get(userId, id, (error, row) => {
      if (error) callback(error)
      else if (row === null) callback(refuse(404, 'Task not found'))
      else callback(null, toTask(row))
    })
  },

  page (userId, { limit, cursor, done }, callback) {
    const after = cursor ? cursors.decode(cursor) : null
    if (cursor && after === null) return callback(refuse(400, 'cursor is not one that this service made'))
    // One row more than is shown tells whether there is another page.
    store.list(userId, done, after, limit + 1, (error, rows) => {
      if (error) return callback(error)
      const more = rows.length > limit
      if (more) rows.pop()
      callback(null, { tasks: rows.map(toTask), nextCursor: more ? cursors.encode(rows[limit - 1]) : null })
    })
  },

  create (userId, { name, done }, options, callback) {
    const now = Date.now()
    const row = { id: newId(now), createdMs: now, updatedMs: now, version: 1, done, name }
    store.insert(userId, row, error => error ? callback(error) : callback(null, toTask(row)))
  }
})

// Answers to calls that came together leave together.
function sendTogether (socket) {
  socket.prependListener('data', () => {
    socket.cork()
    process.nextTick(() => socket.uncork())
  })
}

async function main () {
  const store = await openStore()
  const server = thrift.createServer(Tasks, handler(store), RPC)
  server.on('error', () => {}) // of a connection: the client is gone
  server.on('connection', sendTogether)
  server.listen(Number(BENCH_UPSTREAM_PORT), '127.0.0.1')
  process.on('SIGTERM', async () => {
    await store.close()
    process.exit(0)
  })
}

main()
