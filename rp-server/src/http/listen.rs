//! Listening: loopback only, the same port on IPv4 and IPv6, kept across starts.

use std::{
    future::Future,
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::Router;
use hyper::{
    server::conn::http1,
    service::{Service as _, service_fn},
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::{GracefulConnection, GracefulShutdown},
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
};

use super::{crossing, pin::Peer};
use crate::{Error, Storage, store::Store as _};

/// Connections served at once; more wait in the system's queue.
const CONNECTIONS: u32 = 512;
/// How long the head of a request may take to arrive.
const HEAD_PATIENCE: Duration = Duration::from_secs(30);
/// How long requests under way may take once the end has come.
const LAST_REQUESTS: Duration = Duration::from_secs(5);
/// Ports to try until one is free on IPv4 and IPv6 alike.
const ATTEMPTS: usize = 16;

/// An open port on 127.0.0.1 and, where the machine has it, ::1.
#[derive(Debug)]
pub struct Listeners {
    v4: TcpListener,
    v6: Option<TcpListener>,
    port: u16,
}

impl Listeners {
    /// Opens `wanted`, where 0 is any free port; without it the port of the last start, or any
    /// free one at the first. The port is kept with the data unless it was asked for as 0.
    ///
    /// # Errors
    /// [`Error::PortTaken`] and [`Error::PortUnusable`]; a store error when the port cannot be kept.
    pub async fn bind(wanted: Option<u16>, storage: &Storage) -> Result<Self, Error> {
        let kept = storage.store.kept_port().await?;
        let listeners = match wanted.or(kept) {
            Some(0) | None => Self::any().await?,
            Some(port) => Self::exactly(port).await?,
        };
        if wanted != Some(0) && kept != Some(listeners.port) {
            storage.store.keep_port(listeners.port).await?;
        }
        Ok(listeners)
    }

    /// The port that is open.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    async fn any() -> Result<Self, Error> {
        let mut last = Error::PortTaken { port: 0 };
        for _ in 0..ATTEMPTS {
            let v4 = listen(Ipv4Addr::LOCALHOST.into(), 0)
                .await
                .map_err(|error| unusable(0, &error))?;
            let port = v4.local_addr().map_err(|error| unusable(0, &error))?.port();
            match beside(port).await {
                Ok(v6) => return Ok(Self { v4, v6, port }),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    async fn exactly(port: u16) -> Result<Self, Error> {
        let v4 = listen(Ipv4Addr::LOCALHOST.into(), port)
            .await
            .map_err(|error| unusable(port, &error))?;
        Ok(Self {
            v4,
            v6: beside(port).await?,
            port,
        })
    }

    /// Serves until `shutdown` completes, then waits a little for requests under way and cuts off
    /// what remains. A connection that is not kept carries one request.
    pub(crate) async fn serve(
        self,
        router: Router,
        keeps_connections: bool,
        shutdown: impl Future<Output = ()> + Send,
    ) {
        let graceful = GracefulShutdown::new();
        let room = Arc::new(Semaphore::new(CONNECTIONS as usize));
        let (going_on, cut_off) = watch::channel(());
        let mut shutdown = std::pin::pin!(shutdown);
        // While some timer is set that ends sooner, a connection can set its own without a system
        // call that wakes the runtime.
        let mut sooner = tokio::time::interval(HEAD_PATIENCE / 2);
        loop {
            let Ok(place) = room.clone().acquire_owned().await else {
                break;
            };
            let accepted = tokio::select! {
                accepted = self.v4.accept() => accepted,
                accepted = accept(self.v6.as_ref()) => accepted,
                _ = sooner.tick() => continue,
                () = &mut shutdown => break,
            };
            match accepted {
                Ok((stream, _)) => {
                    let connection = connection(stream, router.clone(), keeps_connections);
                    let connection = graceful.watch(connection);
                    let mut cut_off = cut_off.clone();
                    tokio::spawn(async move {
                        tokio::select! {
                            biased;
                            ended = connection => if let Err(error) = ended {
                                tracing::debug!("a connection ended early: {error}");
                            },
                            _ = cut_off.changed() => {}
                        }
                        drop(place);
                    });
                }
                Err(error) => {
                    // Out of file descriptors, or the peer was gone already.
                    tracing::warn!("a connection was not accepted: {error}");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        }
        drop(self);
        if tokio::time::timeout(LAST_REQUESTS, graceful.shutdown())
            .await
            .is_err()
        {
            tracing::warn!("some requests were cut off at the end");
        }
        drop(going_on);
        // Whoever serves the same data again finds it free.
        let _ = room.acquire_many(CONNECTIONS).await;
    }
}

fn connection(
    stream: TcpStream,
    router: Router,
    is_kept: bool,
) -> impl GracefulConnection<Error = hyper::Error> + Send + 'static {
    // Without it small answers may wait for an acknowledgement; failing to set it costs only time.
    let _ = stream.set_nodelay(true);
    let peer = stream.peer_addr().ok().map(|peer| Peer(peer.ip()));
    let router = TowerToHyperService::new(router);
    let service = service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
        if let Some(peer) = peer {
            request.extensions_mut().insert(peer);
        }
        let answered = router.call(request);
        async move {
            let Ok(response) = answered.await;
            // An error closes the connection before anything is written to it.
            crossing::delivered(response)
        }
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_PATIENCE)
        .keep_alive(is_kept)
        .serve_connection(TokioIo::new(stream), service)
}

async fn accept(listener: Option<&TcpListener>) -> io::Result<(TcpStream, SocketAddr)> {
    match listener {
        Some(listener) => listener.accept().await,
        None => std::future::pending().await,
    }
}

async fn listen(address: std::net::IpAddr, port: u16) -> io::Result<TcpListener> {
    TcpListener::bind(SocketAddr::new(address, port)).await
}

/// The same port on ::1; none on a machine without IPv6.
async fn beside(port: u16) -> Result<Option<TcpListener>, Error> {
    match listen(Ipv6Addr::LOCALHOST.into(), port).await {
        Ok(listener) => Ok(Some(listener)),
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::AddrInUse | io::ErrorKind::PermissionDenied
            ) =>
        {
            Err(unusable(port, &error))
        }
        Err(error) => {
            tracing::info!("listening on IPv4 alone: {error}");
            Ok(None)
        }
    }
}

fn unusable(port: u16, error: &io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::AddrInUse => Error::PortTaken { port },
        _ => Error::PortUnusable {
            port,
            why: error.to_string(),
        },
    }
}
