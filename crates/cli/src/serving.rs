//! Programs that serve until they are told to end.

use std::error::Error;
use std::future::Future;
use std::process::ExitCode;

/// Runs `serve` to its end; a failure is a sentence on standard error and exit code 1.
pub fn run<E: Error>(serve: impl Future<Output = Result<(), E>>) -> ExitCode {
    let failed = |error: &dyn Error| {
        eprintln!("touchstone: {error}");
        ExitCode::FAILURE
    };
    match tokio::runtime::Runtime::new() {
        Ok(runtime) => match runtime.block_on(serve) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => failed(&error),
        },
        Err(error) => failed(&error),
    }
}

/// The future returns on ctrl-c or SIGTERM. The call itself starts to listen for them: make it
/// before telling anyone that the program is ready. Must be called within a tokio runtime.
pub fn told_to_stop() -> impl Future<Output = ()> + Send {
    #[cfg(unix)]
    let told = {
        use tokio::signal::unix::{SignalKind, signal};
        let signals = [SignalKind::terminate(), SignalKind::interrupt()].map(signal);
        async move {
            let [terminate, interrupt] = signals;
            // Without a handler, the system's own way of ending the program stays in force.
            let Ok((mut terminate, mut interrupt)) = terminate.and_then(|it| Ok((it, interrupt?)))
            else {
                return std::future::pending().await;
            };
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        }
    };
    #[cfg(not(unix))]
    let told = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    told
}
