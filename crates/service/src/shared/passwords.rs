//! Passwords: Argon2id on threads of its own, so that hashing never holds up other requests. Hashes of bcrypt, as
//! imports bring them, are verified too.

use std::thread;

use argon2::{Argon2, PasswordHasher, PasswordVerifier, password_hash::phc::PasswordHash};
use claviger_domain::{Secret, opaque};
use crossbeam_channel::Sender;
use tokio::sync::oneshot;

/// Jobs that may wait for a thread; at some 20 ms each, more would wait for longer than clients do.
const WAITING_PER_THREAD: usize = 64;

type Job = Box<dyn FnOnce(&Argon2<'_>) + Send>;

/// Hashes and verifies passwords with Argon2id at the parameters that OWASP recommends (19 MiB, two passes).
pub struct Passwords {
    jobs: Sender<Job>,
    /// Verified in place of an unknown user's hash, so that both take equally long.
    decoy: String,
}

/// More passwords wait than can be hashed in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many passwords are waiting to be checked; try again")]
pub struct Busy;

impl Passwords {
    /// Starts `threads` threads (at least one).
    ///
    /// # Errors
    /// When the system refuses a thread.
    pub fn start(threads: usize) -> std::io::Result<Self> {
        let threads = threads.max(1);
        let (jobs, due) = crossbeam_channel::bounded::<Job>(threads * WAITING_PER_THREAD);
        for number in 1..=threads {
            let due = due.clone();
            thread::Builder::new().name(format!("passwords-{number}")).spawn(move || {
                let argon2 = Argon2::default();
                due.iter().for_each(|job| job(&argon2));
            })?;
        }
        // Of no password: nothing hashes to an output of zeros.
        let decoy = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA\
                     $AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        Ok(Self { jobs, decoy: decoy.into() })
    }

    /// The hash of a password, as text with its parameters and salt.
    ///
    /// # Errors
    /// [`Busy`] when too many wait.
    pub async fn hash(&self, password: &Secret) -> Result<String, Busy> {
        let password = password.clone();
        let hash = self.run(move |argon2| {
            argon2.hash_password(opaque(password.expose()).as_bytes()).map(|hash| hash.to_string())
        });
        hash.await?.map_err(|_| Busy)
    }

    /// Whether `password` has the hash `hash`, in the form in which passwords are hashed or, as older hashes may be, as
    /// it was typed. Without a hash it takes as long and says no.
    ///
    /// # Errors
    /// [`Busy`] when too many wait.
    pub async fn verify(&self, password: &Secret, hash: Option<&str>) -> Result<bool, Busy> {
        let known = hash.is_some();
        let hash = hash.unwrap_or(&self.decoy).to_owned();
        let password = password.clone();
        let matches = self.run(move |argon2| {
            let (typed, hashed) = (password.expose(), opaque(password.expose()));
            matches(argon2, &hashed, &hash) || (hashed != typed && matches(argon2, typed, &hash))
        });
        Ok(matches.await? && known)
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Argon2<'_>) -> T + Send + 'static,
    ) -> Result<T, Busy> {
        let (sender, receiver) = oneshot::channel();
        let job: Job = Box::new(move |argon2| {
            // A caller that went away needs no hash.
            if !sender.is_closed() {
                let _ = sender.send(work(argon2));
            }
        });
        self.jobs.try_send(job).map_err(|_| Busy)?;
        receiver.await.map_err(|_| Busy)
    }
}

/// Whether a hash is of an older kind than [`Passwords::hash`] makes.
pub(crate) fn is_outdated(hash: &str) -> bool {
    is_bcrypt(hash)
}

fn is_bcrypt(hash: &str) -> bool {
    hash.starts_with("$2")
}

fn matches(argon2: &Argon2<'_>, password: &str, hash: &str) -> bool {
    if is_bcrypt(hash) {
        let verify = |password: &str| bcrypt::verify(password, hash).unwrap_or(false);
        // The server that made it stripped tags from passwords before it hashed them.
        let stripped = without_tags(password);
        return verify(password) || (stripped != password && verify(&stripped));
    }
    PasswordHash::new(hash).is_ok_and(|hash| argon2.verify_password(password.as_bytes(), &hash).is_ok())
}

/// The text without what looks like a tag: from `<`, unless a blank follows, to the next `>`, or to the end.
fn without_tags(text: &str) -> String {
    let mut left = String::with_capacity(text.len());
    let mut inside = false;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '<' if !inside => {
                inside = !characters.peek().is_some_and(char::is_ascii_whitespace);
                if !inside {
                    left.push(character);
                }
            }
            '>' if inside => inside = false,
            _ if inside => {}
            _ => left.push(character),
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn verifies_what_it_hashed() {
        let passwords = Passwords::start(1).unwrap();
        let right = Secret::new("correct horse");
        let hash = passwords.hash(&right).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_eq!(passwords.verify(&right, Some(&hash)).await, Ok(true));
        assert_eq!(passwords.verify(&Secret::new("wrong"), Some(&hash)).await, Ok(false));
        assert_eq!(passwords.verify(&right, None).await, Ok(false));
        assert_eq!(passwords.verify(&right, Some("no hash")).await, Ok(false));
    }

    #[tokio::test]
    async fn one_password_in_other_characters() {
        let passwords = Passwords::start(1).unwrap();
        let verify =
            async |typed: &str, hash: &str| passwords.verify(&Secret::new(typed), Some(hash)).await.unwrap();
        let (composed, decomposed) = ("Zo\u{EB} 1", "Zoe\u{308}\u{A0}1");
        let old = Argon2::default().hash_password(decomposed.as_bytes()).unwrap().to_string();
        for typed in [composed, decomposed, " Zo\u{EB} 1\n"] {
            let hash = passwords.hash(&Secret::new(typed)).await.unwrap();
            assert!(verify(composed, &hash).await && verify(decomposed, &hash).await, "{typed:?}");
            assert!(!verify("Zoe 1", &hash).await && !verify("zo\u{EB} 1", &hash).await, "{typed:?}");
        }
        // Hashed by an older release, as it was typed.
        assert!(verify(decomposed, &old).await);
        assert!(!verify("Zoe\u{308} 1", &old).await);
    }

    #[tokio::test]
    async fn verifies_imported_hashes() {
        let passwords = Passwords::start(1).unwrap();
        let hash = |password: &str| bcrypt::hash_with_salt(password, 4, [7; 16]).unwrap().to_string();
        let verify = async |password: &str, hash: &str| {
            passwords.verify(&Secret::new(password), Some(hash)).await.unwrap()
        };
        let plain = hash("correct horse");
        assert!(is_outdated(&plain));
        assert!(verify("correct horse", &plain).await);
        assert!(verify("correct horse", &plain.replacen("$2b$", "$2y$", 1)).await);
        assert!(!verify("wrong", &plain).await);
        assert!(verify("a<b>c", &hash("ac")).await);
        assert!(verify("a<b>c", &hash("a<b>c")).await);
        assert!(!verify("ac", &hash("a<b>c")).await);
        assert!(!verify("x", "$2y$10$broken").await);
        assert!(!is_outdated(&passwords.hash(&Secret::new("x")).await.unwrap()));
    }

    #[test]
    fn strips_tags() {
        for (text, left) in [
            ("plain", "plain"),
            ("a<b>c</b>d", "acd"),
            ("1 < 2 > 0", "1 < 2 > 0"),
            ("open<end", "open"),
            ("<>", ""),
            (">x", ">x"),
        ] {
            assert_eq!(without_tags(text), left, "{text}");
        }
    }

    #[tokio::test]
    async fn refuses_more_than_can_wait() {
        let passwords = Passwords::start(1).unwrap();
        let secret = Secret::new("x");
        let many = (0..WAITING_PER_THREAD * 2).map(|_| passwords.verify(&secret, None));
        let outcomes = futures_util::future::join_all(many).await;
        assert!(outcomes.contains(&Err(Busy)));
        assert!(outcomes.contains(&Ok(false)));
    }
}
