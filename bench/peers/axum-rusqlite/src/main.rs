// SPDX-License-Identifier: Apache-2.0

//! The task service as one process, without RPC: axum over rusqlite.

mod auth;
mod http;
mod store;
mod task;
mod writer;

use std::{env, fs, net::TcpListener, sync::Arc};

use tokio::signal::unix::{signal, SignalKind};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn variable(name: &str) -> Result<String, String> {
    env::var(name).map_err(|_| format!("{name} is not set"))
}

/// One worker a core, which is what `#[tokio::main]` makes.
#[tokio::main]
async fn main() -> Result<(), store::Error> {
    let listener = TcpListener::bind(("127.0.0.1", variable("BENCH_PORT")?.parse()?))?;
    let app = http::App {
        verifier: auth::Verifier::new(&fs::read(variable("BENCH_KEY_FILE")?)?),
        store: store::Store::open(variable("BENCH_DATABASE")?, variable("BENCH_SYNCHRONOUS")?)?,
    };
    let mut terminate = signal(SignalKind::terminate())?;

    listener.set_nonblocking(true)?;
    let server = axum::Server::from_tcp(listener)?
        .tcp_nodelay(true)
        .http1_only(true)
        .serve(http::router(Arc::new(app)).into_make_service());
    tokio::select! {
        served = server => Ok(served?),
        _ = terminate.recv() => Ok(()),
    }
}
