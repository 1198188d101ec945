//! Waiting for Ctrl-C or a request to terminate.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tern_peer::PeerError;

use crate::failure;

/// Calls `then` on another thread, once for each Ctrl-C or terminate request.
pub(crate) fn on_request(mut then: impl FnMut() + Send + 'static) -> Result<(), PeerError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| failure::system("Watching for Ctrl-C", &e))?;
    std::thread::spawn(move || {
        runtime.block_on(async {
            while wait().await.is_ok() {
                then();
            }
        });
    });
    Ok(())
}

/// A flag that a request to stop sets.
#[derive(Debug, Clone, Default)]
pub(crate) struct Flag(Arc<AtomicBool>);

impl Flag {
    /// Raises it.
    pub(crate) fn raise(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Whether it is raised.
    pub(crate) fn is_raised(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

#[cfg(unix)]
async fn wait() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn wait() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
