//! Looking whether the files of a certificate have changed.

use std::sync::Arc;

use super::{
    follow::Source,
    pair::{Pair, PairFiles, PairText},
};

/// Files that somebody else replaces.
pub(crate) struct Watched {
    files: Arc<PairFiles>,
    seen: Seen,
}

impl Watched {
    /// These files, of which nothing was seen yet.
    pub(crate) fn new(files: PairFiles) -> Self {
        Self { files: Arc::new(files), seen: Seen::default() }
    }
}

impl Source for Watched {
    const NEWS: &'static str = "the certificate was replaced";

    async fn look(&mut self, asked: bool) -> Option<Pair> {
        let reading = self.files.clone();
        let text = tokio::task::spawn_blocking(move || reading.text()).await.ok()?;
        self.seen.look(&self.files, text, asked)
    }

    async fn act(&mut self) -> bool {
        false
    }
}

/// What was seen of the files.
#[derive(Default)]
struct Seen {
    /// What was good at the last look.
    served: Option<PairText>,
    /// What was broken at the last look.
    broken: Option<Result<PairText, String>>,
    /// Whether the log was told of it.
    told: bool,
}

impl Seen {
    /// What to serve from now on, if that may have changed. What is broken is told once, and at the second look: whoever
    /// replaces two files replaces one of them first. `asked`: somebody waits for the outcome.
    fn look(&mut self, files: &PairFiles, text: Result<PairText, String>, asked: bool) -> Option<Pair> {
        if let Ok(text) = &text
            && self.served.as_ref() == Some(text)
        {
            (self.broken, self.told) = (None, false);
            return None;
        }
        let error = match text.as_ref().map_err(Clone::clone).and_then(|text| files.pair_of(text)) {
            Ok(pair) => {
                *self = Self { served: text.ok(), ..Self::default() };
                return Some(pair);
            }
            Err(error) => error,
        };
        let again = self.broken.as_ref() == Some(&text);
        self.told &= again;
        if (again || asked) && !self.told {
            tracing::error!("{error}; the certificate from before stays");
            self.told = true;
        }
        self.broken = Some(text);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_broken_is_told_at_the_second_look() {
        let files = PairFiles { cert: "cert.pem".into(), key: "key.pem".into() };
        let broken = |text: &str| Err(text.to_owned());
        let mut seen = Seen::default();
        let mut look = |text: &str, asked| {
            assert!(seen.look(&files, broken(text), asked).is_none());
            std::mem::take(&mut seen.told)
        };
        assert_eq!([look("a", false), look("a", false)], [false, true]);
        assert_eq!([look("b", false), look("c", false), look("d", true)], [false, false, true]);
        let mut seen = Seen::default();
        let told = [(); 3].map(|()| {
            seen.look(&files, broken("a"), false);
            seen.told
        });
        assert_eq!(told, [false, true, true], "once told, it stays told");
    }
}
