//! Work that computes for long, on threads that give way: with as many of them as processors, requests that cost
//! microseconds would wait behind work that takes a tenth of a second.

use std::{io, thread};

use tokio::sync::oneshot;

/// How far the calling thread gives way to others of this process, and of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GiveWay {
    /// It has a third of what others have, where there is not enough for all: somebody waits for it.
    Somewhat,
    /// It has a tenth.
    Far,
    /// It has what nobody else wants. Measured on two cores, of which `init` takes all that it gets, in few and noisy runs:
    /// that keeps 0.63 of its rate beside a backup that gives way far, and 0.85 to 0.95 beside one that does so.
    Utterly,
}

impl GiveWay {
    /// Makes the calling thread give way, for as long as it lives: where rights are missing, nobody takes it back.
    #[cfg(target_os = "linux")]
    pub fn begin(self) {
        use rustix::{process, thread};
        let steps = match self {
            Self::Somewhat => 5,
            Self::Far => 10,
            Self::Utterly => 19,
        };
        // Niceness is a thread's own on Linux. Without it the work is done all the same.
        let me = Some(thread::gettid());
        if let Ok(nice) = process::getpriority_process(me) {
            let _ = process::setpriority_process(me, (nice + steps).min(19));
        }
    }

    /// Does nothing: elsewhere than on Linux niceness is the whole process's.
    #[cfg(not(target_os = "linux"))]
    pub fn begin(self) {}
}

/// Does `work` on a thread of its own that gives way far. How many do so at once is up to the caller, who holds a place
/// for it.
///
/// # Errors
/// When the system refuses a thread, or the work broke off.
pub async fn apart<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> io::Result<T> {
    let (sender, done) = oneshot::channel();
    thread::Builder::new().name(name.to_owned()).spawn(move || {
        GiveWay::Far.begin();
        // Whoever went away needs no result.
        let _ = sender.send(work());
    })?;
    done.await.map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_is_done_apart() {
        let name = apart("digest", || thread::current().name().map(str::to_owned)).await.unwrap();
        assert_eq!(name.as_deref(), Some("digest"));
        let broken = apart("digest", || assert!(thread::current().name().is_none(), "work may fail")).await;
        assert!(broken.is_err());
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn only_the_thread_itself_gives_way() {
        let nice = || rustix::process::getpriority_process(Some(rustix::thread::gettid())).unwrap();
        let before = nice();
        let apart = apart("digest", nice).await.unwrap();
        assert_eq!((apart, nice()), ((before + 10).min(19), before));
    }
}
