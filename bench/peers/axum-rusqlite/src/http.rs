// SPDX-License-Identifier: Apache-2.0

//! Routes, and what is checked of a request.

use std::sync::Arc;

use axum::{
    async_trait,
    extract::{
        rejection::{JsonRejection, QueryRejection},
        FromRequestParts, Path, Query, State,
    },
    http::{header::LOCATION, request::Parts, StatusCode},
    response::{IntoResponse, Response},
    routing::get,
    Json, Router,
};
use serde::{Deserialize, Serialize};

use crate::{
    auth::Verifier,
    store::{self, Store},
    task::{Id, Page, Position, Task},
};

const DEFAULT_LIMIT: usize = 50;
const MAX_LIMIT: usize = 200;
const MAX_NAME: usize = 500; // characters

pub struct App {
    pub verifier: Verifier,
    pub store: Store,
}

pub enum Problem {
    Invalid(String),
    Unauthenticated,
    NotFound,
    Unavailable,
}

#[derive(Serialize)]
struct Details<'a> {
    status: u16,
    title: &'a str,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, title) = match &self {
            Self::Invalid(what) => (StatusCode::BAD_REQUEST, what.as_str()),
            Self::Unauthenticated => (StatusCode::UNAUTHORIZED, "A valid token is needed"),
            Self::NotFound => (StatusCode::NOT_FOUND, "Task not found"),
            Self::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "The store is unavailable"),
        };
        (
            status,
            Json(Details {
                status: status.as_u16(),
                title,
            }),
        )
            .into_response()
    }
}

impl From<store::Error> for Problem {
    fn from(error: store::Error) -> Self {
        eprintln!("{error}");
        Self::Unavailable
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        Self::Invalid(rejection.body_text())
    }
}

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Self {
        Self::Invalid(rejection.body_text())
    }
}

/// Whom the request's token names.
struct User(Arc<str>);

#[async_trait]
impl FromRequestParts<Arc<App>> for User {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        app.verifier
            .user(&parts.headers)
            .map(User)
            .ok_or(Problem::Unauthenticated)
    }
}

#[derive(Deserialize)]
struct PageRequest {
    limit: Option<usize>,
    cursor: Option<String>,
}

#[derive(Deserialize)]
struct NewTask {
    name: String,
    #[serde(default)]
    done: bool,
}

async fn list(
    State(app): State<Arc<App>>,
    User(user): User,
    request: Result<Query<PageRequest>, QueryRejection>,
) -> Result<Json<Page>, Problem> {
    let Query(request) = request?;
    let limit = request.limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(Problem::Invalid(format!("limit is not 1 to {MAX_LIMIT}")));
    }
    let after = match request.cursor {
        Some(cursor) => Some(
            Position::parse(&cursor)
                .ok_or_else(|| Problem::Invalid("cursor is not one of ours".into()))?,
        ),
        None => None,
    };
    Ok(Json(app.store.list(&user, after, limit)?))
}

async fn one(
    State(app): State<Arc<App>>,
    User(user): User,
    Path(id): Path<String>,
) -> Result<Json<Task>, Problem> {
    let id = Id::parse(&id).ok_or(Problem::NotFound)?;
    app.store.get(&user, id)?.map(Json).ok_or(Problem::NotFound)
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.chars().any(char::is_control) && name.chars().count() <= MAX_NAME
}

async fn create(
    State(app): State<Arc<App>>,
    User(user): User,
    body: Result<Json<NewTask>, JsonRejection>,
) -> Result<Response, Problem> {
    let Json(NewTask { name, done }) = body?;
    if !is_name(&name) {
        return Err(Problem::Invalid(format!(
            "name is not 1 to {MAX_NAME} printable characters"
        )));
    }
    let task = app.store.create(user.to_string(), name, done).await?;
    let location = format!("/v1/tasks/{}", hex::encode(task.id.0));
    Ok((StatusCode::CREATED, [(LOCATION, location)], Json(task)).into_response())
}

pub fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/v1/tasks", get(list).post(create))
        .route("/v1/tasks/:id", get(one))
        .with_state(app)
}
