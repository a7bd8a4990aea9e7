// SPDX-License-Identifier: Apache-2.0

//! The task service as one process, without RPC: axum over rusqlite.

mod auth;
mod http;
mod store;
mod task;
mod writer;

use std::{env, fs, net::SocketAddr, sync::Arc, thread};

use tokio::{
    net::{TcpListener, TcpSocket},
    runtime::Builder,
    signal::unix::{signal, SignalKind},
};

const BACKLOG: u32 = 1024;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn variable(name: &str) -> Result<String, String> {
    env::var(name).map_err(|_| format!("{name} is not set"))
}

/// A socket of its own for each worker: the kernel spreads connections over those of one address.
fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseport(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

async fn serve(address: SocketAddr, app: Arc<http::App>) -> Result<(), store::Error> {
    axum::Server::from_tcp(listen(address)?.into_std()?)?
        .tcp_nodelay(true)
        .http1_only(true)
        .serve(http::router(app).into_make_service())
        .await?;
    Ok(())
}

/// A runtime for each core that keeps to its thread, as in TechEmpower's benchmark of axum: in one for all of them, which
/// `#[tokio::main]` makes, the threads wake each other to share what there is to do, which costs more than it is.
fn main() -> Result<(), store::Error> {
    let address = SocketAddr::from(([127, 0, 0, 1], variable("BENCH_PORT")?.parse()?));
    let app = Arc::new(http::App {
        verifier: auth::Verifier::new(&fs::read(variable("BENCH_KEY_FILE")?)?),
        store: store::Store::open(variable("BENCH_DATABASE")?, variable("BENCH_SYNCHRONOUS")?)?,
    });

    for _ in 0..thread::available_parallelism()?.get() {
        let app = app.clone();
        let runtime = Builder::new_current_thread().enable_all().build()?;
        thread::Builder::new()
            .name("worker".into())
            .spawn(move || {
                runtime
                    .block_on(serve(address, app))
                    .expect("it serves until it is ended")
            })?;
    }
    let main = Builder::new_current_thread().enable_all().build()?;
    main.block_on(async {
        signal(SignalKind::terminate())?.recv().await;
        Ok(())
    })
}
