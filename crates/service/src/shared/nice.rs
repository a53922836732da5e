//! Threads that give way to requests.

/// Measured on two cores, of which `init` takes all that it gets, in few and noisy runs: it keeps 0.63 of its rate beside a
/// backup of the priority 10, and 0.85 to 0.95 beside one of this.
#[cfg(target_os = "linux")]
const LEAST: i32 = 19;

/// Lets the calling thread have little of a processor that others want too. Where the system does not allow it, nothing
/// changes.
pub(crate) fn give_way() {
    // On Linux a thread has a priority of its own.
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, LEAST) {
        tracing::debug!(%error, "a thread cannot give way");
    }
}
