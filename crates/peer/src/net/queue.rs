//! What waits for the network on one connection, bounded by count and by bytes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::mpsc;

use super::conn::ConnOut;

/// Messages that wait for the network on one connection; beyond it the peer is too slow and is dropped.
pub const OUT_QUEUE: usize = 4096;
/// Bytes that wait; beyond it likewise.
pub const OUT_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Bytes above which the session is asked for nothing more until some have left.
pub const OUT_PAUSE_BYTES: usize = 2 * 1024 * 1024;

/// The engine's end.
#[derive(Debug)]
pub struct OutQueue {
    messages: mpsc::Sender<ConnOut>,
    bytes: Arc<AtomicUsize>,
}

/// The connection's end.
#[derive(Debug)]
pub struct OutReceiver {
    messages: mpsc::Receiver<ConnOut>,
    bytes: Arc<AtomicUsize>,
}

/// An empty queue.
pub fn out_queue() -> (OutQueue, OutReceiver) {
    let (sender, receiver) = mpsc::channel(OUT_QUEUE);
    let bytes = Arc::new(AtomicUsize::new(0));
    (OutQueue { messages: sender, bytes: Arc::clone(&bytes) }, OutReceiver { messages: receiver, bytes })
}

fn size(message: &ConnOut) -> usize {
    match message {
        ConnOut::Control(bytes) | ConnOut::Items { bytes, .. } => bytes.len(),
        ConnOut::Fetch(files) => files.len() * size_of::<([u8; 32], u64)>(),
        ConnOut::Confirm(files) => files.len() * size_of::<[u8; 32]>(),
        ConnOut::Close => 0,
    }
}

impl OutQueue {
    /// Queues a message; false when the peer is too slow. A connection that is gone takes everything.
    #[must_use]
    pub fn put(&self, message: ConnOut) -> bool {
        let bytes = size(&message);
        if self.waiting_bytes() + bytes > OUT_BYTES_MAX {
            return false;
        }
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        let sent = self.messages.try_send(message);
        if sent.is_err() {
            self.bytes.fetch_sub(bytes, Ordering::Relaxed);
        }
        !matches!(sent, Err(mpsc::error::TrySendError::Full(_)))
    }

    /// Bytes that wait.
    pub fn waiting_bytes(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Whether the session should say nothing more for now.
    pub fn is_full_enough(&self) -> bool {
        !self.messages.is_closed() && self.waiting_bytes() >= OUT_PAUSE_BYTES
    }
}

impl OutReceiver {
    /// Bytes that wait.
    pub fn waiting_bytes(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }

    /// The next message.
    pub async fn recv(&mut self) -> Option<ConnOut> {
        let message = self.messages.recv().await?;
        self.bytes.fetch_sub(size(&message), Ordering::Relaxed);
        Some(message)
    }

    /// The next message that waits already.
    pub fn try_recv(&mut self) -> Option<ConnOut> {
        let message = self.messages.try_recv().ok()?;
        self.bytes.fetch_sub(size(&message), Ordering::Relaxed);
        Some(message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_that_never_reads_has_no_more_than_its_bytes_and_messages_waiting() {
        let (queue, mut receiver) = out_queue();
        let piece = 64 * 1024;
        let taken = (0..10_000).take_while(|_| queue.put(ConnOut::Control(vec![0; piece]))).count();
        assert_eq!(taken, OUT_BYTES_MAX / piece);
        assert!(queue.is_full_enough());
        while receiver.try_recv().is_some() {}
        assert_eq!(queue.waiting_bytes(), 0);
        let taken = (0..10_000).take_while(|_| queue.put(ConnOut::Control(vec![0; 8]))).count();
        assert_eq!(taken, OUT_QUEUE);
    }
}
