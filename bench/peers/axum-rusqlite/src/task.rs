// SPDX-License-Identifier: Apache-2.0

//! A task, its id, and a place in the list of a user's tasks, newest first.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use base64::{engine::general_purpose::URL_SAFE_NO_PAD, Engine};
use serde::{Serialize, Serializer};

const CURSOR_VERSION: u8 = 1;

#[derive(Clone, Copy)]
pub struct Id(pub [u8; 12]);

impl Id {
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 12];
        hex::decode_to_slice(text, &mut bytes).ok()?;
        Some(Self(bytes))
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut digits = [0; 24];
        hex::encode_to_slice(self.0, &mut digits).expect("two digits a byte");
        serializer.serialize_str(std::str::from_utf8(&digits).expect("digits"))
    }
}

/// Makes ids as MongoDB's drivers do: the second, five random bytes of this process, and a counter.
pub struct Ids {
    process: [u8; 5],
    next: AtomicU32,
}

impl Ids {
    pub fn new() -> Result<Self, getrandom::Error> {
        let mut process = [0; 5];
        getrandom::getrandom(&mut process)?;
        Ok(Self {
            process,
            next: AtomicU32::new(0),
        })
    }

    pub fn make(&self, now_ms: i64) -> Id {
        let seconds = ((now_ms / 1000) as u32).to_be_bytes();
        let count = self.next.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        let mut bytes = [0; 12];
        bytes[..4].copy_from_slice(&seconds);
        bytes[4..9].copy_from_slice(&self.process);
        bytes[9..].copy_from_slice(&count[1..]);
        Id(bytes)
    }
}

pub fn now_ms() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_millis() as i64)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Task {
    pub id: Id,
    pub name: String,
    #[serde(serialize_with = "rfc3339")]
    pub created_on: i64,
    pub done: bool,
    #[serde(serialize_with = "rfc3339")]
    pub updated_on: i64,
    pub version: i64,
}

fn rfc3339<S: Serializer>(ms: &i64, serializer: S) -> Result<S::Ok, S::Error> {
    let time = UNIX_EPOCH + Duration::from_millis(*ms as u64);
    serializer.collect_str(&humantime::format_rfc3339_millis(time))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Page {
    pub tasks: Vec<Task>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

#[derive(Clone, Copy)]
pub struct Position {
    pub created_ms: i64,
    pub id: Id,
}

impl Position {
    pub fn cursor(&self) -> String {
        let mut bytes = [CURSOR_VERSION; 21];
        bytes[1..9].copy_from_slice(&self.created_ms.to_be_bytes());
        bytes[9..].copy_from_slice(&self.id.0);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    pub fn parse(cursor: &str) -> Option<Self> {
        let bytes: [u8; 21] = URL_SAFE_NO_PAD.decode(cursor).ok()?.try_into().ok()?;
        (bytes[0] == CURSOR_VERSION).then(|| Self {
            created_ms: i64::from_be_bytes(bytes[1..9].try_into().expect("8 bytes")),
            id: Id(bytes[9..].try_into().expect("12 bytes")),
        })
    }
}
