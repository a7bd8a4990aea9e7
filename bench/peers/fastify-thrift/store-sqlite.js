// SPDX-License-Identifier: Apache-2.0
// Tasks in the SQLite file of tasks-service: its table, its queries, statements prepared once.
'use strict'

const Database = require('better-sqlite3')

const COLUMNS = 'lower(hex(id)), created_ms, updated_ms, version, done, name'

// Arrays rather than objects: better-sqlite3 makes them in half the time.
const toRow = ([id, createdMs, updatedMs, version, done, name]) =>
  ({ id, createdMs, updatedMs, version, done: done !== 0, name })

exports.open = async ({ path, synchronous }) => {
  const db = new Database(path, { fileMustExist: true, timeout: 2000 })
  db.pragma('journal_mode = WAL')
  db.pragma(`synchronous = ${synchronous}`)

  const one = db.prepare(`SELECT ${COLUMNS} FROM tasks WHERE id = ? AND user_id = ?`).raw()
  const insert = db.prepare(
    'INSERT INTO tasks (id, created_ms, updated_ms, version, done, name, user_id) VALUES (?, ?, ?, ?, ?, ?, ?)')
  // SQLite compares a position with each row: the first page, which has none, has statements of its own. And from 3.49
  // on it plans a statement anew whenever what stands alone behind LIMIT is bound: hence the sign.
  const list = where => {
    const prepare = behind => db.prepare(
      `SELECT ${COLUMNS} FROM tasks ${where}${behind} ORDER BY created_ms DESC, id DESC LIMIT +?`).raw()
    return { first: prepare(''), next: prepare(' AND (created_ms, id) < (?, ?)') }
  }
  const any = list('WHERE user_id = ?')
  const byDone = list('INDEXED BY tasks_by_done WHERE user_id = ? AND done = ?')

  return {
    get (userId, id, callback) {
      const row = one.get(Buffer.from(id, 'hex'), userId)
      callback(null, row === undefined ? null : toRow(row))
    },

    list (userId, done, after, limit, callback) {
      const statement = done === null ? any : byDone
      const which = done === null ? [userId] : [userId, done ? 1 : 0]
      const rows = after === null
        ? statement.first.all(...which, limit)
        : statement.next.all(...which, after.createdMs, Buffer.from(after.id, 'hex'), limit)
      callback(null, rows.map(toRow))
    },

    insert (userId, row, callback) {
      const { id, createdMs, updatedMs, version, done, name } = row
      insert.run(Buffer.from(id, 'hex'), createdMs, updatedMs, version, done ? 1 : 0, name, userId)
      callback(null)
    },

    close () {
      db.close()
    }
  }
}
