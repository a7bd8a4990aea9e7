// SPDX-License-Identifier: Apache-2.0

//! The one thread that writes: SQLite has one writer at a time, and a runtime's thread must not wait for it.

use std::{
    sync::mpsc::{self, Receiver, Sender},
    sync::Mutex,
    thread,
};

use rusqlite::{params, Connection};
use tokio::sync::oneshot;

use crate::{store::Error, task::Task};

const INSERT: &str =
    "INSERT INTO tasks (id, name, created_ms, done, updated_ms, version, user_id) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

struct Insert {
    user: String,
    task: Task,
    done: oneshot::Sender<rusqlite::Result<Task>>,
}

pub struct Writer(Mutex<Sender<Insert>>);

fn insert(connection: &Connection, user: &str, task: &Task) -> rusqlite::Result<()> {
    connection.prepare_cached(INSERT)?.execute(params![
        task.id.0,
        task.name,
        task.created_on,
        task.done,
        task.updated_on,
        task.version,
        user
    ])?;
    Ok(())
}

fn run(connection: Connection, inserts: Receiver<Insert>) {
    for Insert { user, task, done } in inserts {
        let result = insert(&connection, &user, &task).map(|()| task);
        // Whoever asked may have gone away.
        let _ = done.send(result);
    }
}

impl Writer {
    pub fn start(connection: Connection) -> Result<Self, Error> {
        let (sender, inserts) = mpsc::channel();
        thread::Builder::new()
            .name("writer".into())
            .spawn(move || run(connection, inserts))?;
        Ok(Self(Mutex::new(sender)))
    }

    /// Gives the task back when it is committed.
    pub async fn insert(&self, user: String, task: Task) -> Result<Task, Error> {
        let (done, committed) = oneshot::channel();
        self.0
            .lock()
            .expect("no panic while it was held")
            .send(Insert { user, task, done })?;
        Ok(committed.await??)
    }
}
