//! Threads that give way to requests.

/// Lets the calling thread have little of a processor that others want too. Where the system does not allow it, nothing
/// changes.
pub(crate) fn give_way() {
    // On Linux a thread has a priority of its own.
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, 10) {
        tracing::debug!(%error, "a thread cannot give way");
    }
}
