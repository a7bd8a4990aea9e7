// SPDX-License-Identifier: Apache-2.0

//! The tasks in SQLite. Each of the runtime's threads reads over a connection of its own, at once: a query takes
//! microseconds, less than handing it to another thread. Writes are the writer's.

use std::{cell::RefCell, time::Duration};

use rusqlite::{params, Connection, OpenFlags, OptionalExtension, Row};

use crate::{
    task::{now_ms, Id, Ids, Page, Position, Task},
    writer::Writer,
};

/// SQLite compares a position with each row: the first page has none.
const FIRST: &str = "SELECT id, name, created_ms, done, updated_ms, version FROM tasks \
    WHERE user_id = ?1 ORDER BY created_ms DESC, id DESC LIMIT ?2";
const NEXT: &str = "SELECT id, name, created_ms, done, updated_ms, version FROM tasks \
    WHERE user_id = ?1 AND (created_ms, id) < (?3, ?4) ORDER BY created_ms DESC, id DESC LIMIT ?2";
const GET: &str = "SELECT id, name, created_ms, done, updated_ms, version FROM tasks WHERE id = ?1 AND user_id = ?2";

pub type Error = Box<dyn std::error::Error + Send + Sync>;

thread_local! {
    static READER: RefCell<Option<Connection>> = RefCell::new(None);
}

pub struct Store {
    path: String,
    synchronous: String,
    ids: Ids,
    writer: Writer,
}

pub fn connect(path: &str, synchronous: &str, access: OpenFlags) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.pragma_update(None, "synchronous", synchronous)?;
    connection.pragma_update(None, "cache_size", -20_000)?;
    connection.pragma_update(None, "mmap_size", 268_435_456)?;
    Ok(connection)
}

fn task_of(row: &Row) -> rusqlite::Result<Task> {
    Ok(Task {
        id: Id(row.get(0)?),
        name: row.get(1)?,
        created_on: row.get(2)?,
        done: row.get(3)?,
        updated_on: row.get(4)?,
        version: row.get(5)?,
    })
}

impl Store {
    pub fn open(path: String, synchronous: String) -> Result<Self, Error> {
        let connection = connect(&path, &synchronous, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        Ok(Self {
            writer: Writer::start(connection)?,
            path,
            synchronous,
            ids: Ids::new()?,
        })
    }

    fn read<T>(&self, query: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, Error> {
        READER.with(|reader| {
            let mut reader = reader.borrow_mut();
            if reader.is_none() {
                *reader = Some(connect(
                    &self.path,
                    &self.synchronous,
                    OpenFlags::SQLITE_OPEN_READ_ONLY,
                )?);
            }
            Ok(query(reader.as_ref().expect("just made"))?)
        })
    }

    pub fn list(&self, user: &str, after: Option<Position>, limit: usize) -> Result<Page, Error> {
        self.read(|connection| {
            let read = limit as i64 + 1;
            let mut statement;
            let rows = match after {
                None => {
                    statement = connection.prepare_cached(FIRST)?;
                    statement.query_map(params![user, read], task_of)
                }
                Some(after) => {
                    statement = connection.prepare_cached(NEXT)?;
                    statement.query_map(params![user, read, after.created_ms, after.id.0], task_of)
                }
            }?;
            let mut tasks = Vec::with_capacity(limit + 1);
            for task in rows {
                tasks.push(task?);
            }
            let more = tasks.len() > limit;
            tasks.truncate(limit);
            let next_cursor = tasks.last().filter(|_| more).map(|last| {
                Position {
                    created_ms: last.created_on,
                    id: last.id,
                }
                .cursor()
            });
            Ok(Page { tasks, next_cursor })
        })
    }

    pub fn get(&self, user: &str, id: Id) -> Result<Option<Task>, Error> {
        self.read(|connection| {
            connection
                .prepare_cached(GET)?
                .query_row(params![id.0, user], task_of)
                .optional()
        })
    }

    pub async fn create(&self, user: String, name: String, done: bool) -> Result<Task, Error> {
        let now = now_ms();
        let id = self.ids.make(now);
        self.writer
            .insert(
                user,
                Task {
                    id,
                    name,
                    created_on: now,
                    done,
                    updated_on: now,
                    version: 1,
                },
            )
            .await
    }
}
