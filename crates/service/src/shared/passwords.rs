//! Passwords: Argon2id on threads of its own, so that hashing never holds up other requests; applications take turns at
//! them, and within each those at different addresses. Hashes of bcrypt, as imports bring them, are verified too.

use std::{
    thread,
    time::{Duration, Instant},
};

use argon2::{Argon2, Params, PasswordHasher, PasswordVerifier, password_hash::phc::PasswordHash};
use claviger_capacity::{Bounds, Gate, GiveWay, Resource, Who};
use claviger_domain::{Secret, opaque};
use claviger_metrics::Histogram;
use crossbeam_channel::{Receiver, Sender};
use tokio::sync::oneshot;
use tracing::{Instrument as _, info_span};

/// How long hashing took.
pub(crate) static HASHES: Histogram = Histogram::of_seconds();

type Job = Box<dyn FnOnce(&Argon2<'_>) + Send>;

/// How long a thread has nothing to do before what hashing took is given back to the system.
const REST: Duration = Duration::from_secs(1);
/// Bytes that no allocator has at hand. They are never touched, so they take no memory.
const LARGE: usize = 64 << 20;
/// Characters of a hash of bcrypt.
const BCRYPT_LEN: usize = 60;
/// Greatest costs of hashes that are brought along: of bcrypt some three seconds, of Argon2id 256 MiB and ten passes. Whoever
/// wrote a list would keep the threads busy otherwise.
const BCRYPT_COST_MAX: u32 = 15;
const ARGON2_KIB_MAX: u32 = 256 << 10;
const ARGON2_PASSES_MAX: u32 = 10;

/// Hashes and verifies passwords with Argon2id at the parameters that OWASP recommends (19 MiB, two passes).
pub struct Passwords {
    jobs: Sender<Job>,
    /// As many places as there are threads, so that none of those who have one waits for a thread.
    gate: Gate,
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
        let (jobs, due) = crossbeam_channel::bounded::<Job>(threads);
        for number in 1..=threads {
            let due = due.clone();
            thread::Builder::new().name(format!("passwords-{number}")).spawn(move || {
                GiveWay::Somewhat.begin();
                work_off(&due, &Argon2::default());
            })?;
        }
        let bounds = Bounds { all: threads, ..Resource::Hashing.bounds() };
        Ok(Self { jobs, gate: Gate::with(Resource::Hashing, bounds), decoy: NOBODYS.into() })
    }

    /// The hash of a password, as text with its parameters and salt, made when it is the turn of whom it is for.
    ///
    /// # Errors
    /// [`Busy`] when too many wait.
    pub async fn hash(&self, who: Who, password: &Secret) -> Result<String, Busy> {
        let password = password.clone();
        let hash = self.run(who, move |argon2| {
            argon2.hash_password(opaque(password.expose()).as_bytes()).map(|hash| hash.to_string())
        });
        hash.await?.map_err(|_| Busy)
    }

    /// Whether `password` has the hash `hash`, in the form in which passwords are hashed or, as older hashes may be, as
    /// it was typed. Without a hash it takes as long and says no.
    ///
    /// # Errors
    /// [`Busy`] when too many wait.
    pub async fn verify(&self, who: Who, password: &Secret, hash: Option<&str>) -> Result<bool, Busy> {
        let known = hash.is_some();
        let hash = hash.unwrap_or(&self.decoy).to_owned();
        let password = password.clone();
        let matches = self.run(who, move |argon2| {
            let (typed, hashed) = (password.expose(), opaque(password.expose()));
            matches(argon2, &hashed, &hash) || (hashed != typed && matches(argon2, typed, &hash))
        });
        Ok(matches.await? && known)
    }

    /// What hands out the threads.
    pub(crate) fn gate(&self) -> &Gate {
        &self.gate
    }

    async fn run<T: Send + 'static>(
        &self,
        who: Who,
        work: impl FnOnce(&Argon2<'_>) -> T + Send + 'static,
    ) -> Result<T, Busy> {
        self.run_in_turn(who, work).instrument(info_span!(target: "claviger::trace", "password")).await
    }

    async fn run_in_turn<T: Send + 'static>(
        &self,
        who: Who,
        work: impl FnOnce(&Argon2<'_>) -> T + Send + 'static,
    ) -> Result<T, Busy> {
        // A caller that goes away gives up its turn.
        let place = self.gate.enter(who).await.map_err(|_| Busy)?;
        let (sender, receiver) = oneshot::channel();
        let job: Job = Box::new(move |argon2| {
            // A caller that went away needs no hash.
            let done = (!sender.is_closed()).then(|| {
                let begun = Instant::now();
                let done = work(argon2);
                HASHES.took(begun.elapsed());
                done
            });
            // Before the caller goes on, who may want the next one.
            drop(place);
            if let Some(done) = done {
                let _ = sender.send(done);
            }
        });
        self.jobs.try_send(job).map_err(|_| Busy)?;
        receiver.await.map_err(|_| Busy)
    }
}

/// Does what comes, until nobody is left who could send more.
fn work_off(due: &Receiver<Job>, argon2: &Argon2<'_>) {
    while let Ok(first) = due.recv() {
        let mut next = Some(first);
        while let Some(job) = next {
            job(argon2);
            next = due.recv_timeout(REST).ok();
        }
        // The allocator keeps the 19 MiB of a hash for the next one, and looks at what it has kept for too long only when
        // it is asked for something large.
        drop(std::hint::black_box(Vec::<u8>::with_capacity(LARGE)));
    }
}

/// The hash of no password: nothing hashes to an output of zeros.
pub(crate) const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA\
                                  $AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Whether some password is a user's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UsersPassword {
    /// One is.
    Set,
    /// None is yet: the next sign-in sets it.
    Open,
    /// None is, and no sign-in sets one.
    Nobodys,
}

impl UsersPassword {
    /// That of a user who has this hash.
    pub fn of(hash: Option<&str>) -> Self {
        match hash {
            None => Self::Open,
            Some(NOBODYS) => Self::Nobodys,
            Some(_) => Self::Set,
        }
    }

    /// In words.
    pub fn text(self) -> &'static str {
        match self {
            Self::Set => "set",
            Self::Open => "none: the next sign-in sets it",
            Self::Nobodys => "none, and no sign-in sets it",
        }
    }
}

/// Whether a text is a hash that passwords are verified by, and takes no more than it should.
pub(crate) fn is_hash(text: &str) -> bool {
    if is_bcrypt(text) {
        let cost = text.get(4..6).and_then(|cost| cost.parse::<u32>().ok());
        return text.len() == BCRYPT_LEN
            && text.is_ascii()
            && cost.is_some_and(|cost| cost <= BCRYPT_COST_MAX);
    }
    let params = PasswordHash::new(text).ok().and_then(|hash| Params::try_from(&hash).ok());
    text.starts_with("$argon2id$")
        && params.is_some_and(|has| has.m_cost() <= ARGON2_KIB_MAX && has.t_cost() <= ARGON2_PASSES_MAX)
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
    use std::{future::poll_fn, task::Poll};

    use claviger_domain::ClientAddress;

    use super::*;

    #[tokio::test]
    async fn verifies_what_it_hashed() {
        let passwords = Passwords::start(1).unwrap();
        let right = Secret::new("correct horse");
        let hash = passwords.hash(Who::server(), &right).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_eq!(passwords.verify(Who::server(), &right, Some(&hash)).await, Ok(true));
        assert_eq!(passwords.verify(Who::server(), &Secret::new("wrong"), Some(&hash)).await, Ok(false));
        assert_eq!(passwords.verify(Who::server(), &right, None).await, Ok(false));
        assert_eq!(passwords.verify(Who::server(), &right, Some("no hash")).await, Ok(false));
    }

    #[tokio::test]
    async fn one_password_in_other_characters() {
        let passwords = Passwords::start(1).unwrap();
        let verify = async |typed: &str, hash: &str| {
            passwords.verify(Who::server(), &Secret::new(typed), Some(hash)).await.unwrap()
        };
        let (composed, decomposed) = ("Zo\u{EB} 1", "Zoe\u{308}\u{A0}1");
        let old = Argon2::default().hash_password(decomposed.as_bytes()).unwrap().to_string();
        for typed in [composed, decomposed, " Zo\u{EB} 1\n"] {
            let hash = passwords.hash(Who::server(), &Secret::new(typed)).await.unwrap();
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
            passwords.verify(Who::server(), &Secret::new(password), Some(hash)).await.unwrap()
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
        assert!(!is_outdated(&passwords.hash(Who::server(), &Secret::new("x")).await.unwrap()));
    }

    #[test]
    fn hashes_that_would_take_too_long_are_none() {
        let bcrypt = bcrypt::hash_with_salt("x", 4, [7; 16]).unwrap().to_string();
        let argon2 = NOBODYS;
        for (hash, is) in [
            (bcrypt.clone(), true),
            (bcrypt.replacen("$04$", "$15$", 1), true),
            (bcrypt.replacen("$04$", "$16$", 1), false),
            (bcrypt.replacen("$04$", "$xx$", 1), false),
            (bcrypt[..59].into(), false),
            (argon2.into(), true),
            (argon2.replacen("m=19456", "m=262144", 1), true),
            (argon2.replacen("m=19456", "m=4194304", 1), false),
            (argon2.replacen("t=2", "t=1000000", 1), false),
            (argon2.replacen("argon2id", "argon2i", 1), false),
            ("$argon2id$".into(), false),
            ("secret".into(), false),
        ] {
            assert_eq!(is_hash(&hash), is, "{hash}");
        }
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

    fn stranger(app: i64, address: &str) -> Who {
        Who::client(app, address.parse::<std::net::IpAddr>().unwrap().into())
    }

    #[tokio::test]
    async fn refuses_more_than_can_wait_and_nobody_else() {
        let passwords = Passwords::start(1).unwrap();
        let secret = Secret::new("x");
        let verify = async |who: Who| passwords.verify(who, &secret, None).await;
        let each = Resource::Hashing.bounds().waiting;
        let flood = (0..each * 2).map(|_| verify(stranger(1, "192.0.2.1")));
        let honest =
            [stranger(2, "192.0.2.1"), stranger(1, "192.0.2.2"), Who::person(ClientAddress::Unknown)];
        let honest = honest.map(|who| async {
            // The flood was there first.
            tokio::task::yield_now().await;
            verify(who).await
        });
        let (flood, honest) =
            tokio::join!(futures_util::future::join_all(flood), futures_util::future::join_all(honest));
        assert_eq!(honest, [Ok(false); 3]);
        assert!(flood.iter().filter(|one| **one == Err(Busy)).count() >= each - 2);
        assert!(flood.contains(&Ok(false)));
    }

    #[tokio::test]
    async fn applications_and_addresses_take_turns() {
        let passwords = Passwords::start(1).unwrap();
        let secret = Secret::new("x");
        let order = std::sync::Mutex::new(Vec::new());
        let one = async |name: &'static str, who: Who| {
            passwords.verify(who, &secret, None).await.unwrap();
            order.lock().unwrap().push(name);
        };
        // One /48 floods with as many networks as it likes, one application with as many addresses. No more of them than
        // even a busy machine hashes before who waits is told that there is no room.
        let site = (0..8).map(|net| one("site", stranger(1, &format!("2001:db8:0:{net:x}::1"))));
        let app = (0..8).map(|host| one("app", stranger(2, &format!("198.51.100.{host}"))));
        let flood = futures_util::future::join_all(site.chain(app));
        let late = async {
            tokio::task::yield_now().await;
            tokio::join!(
                one("same application", stranger(1, "192.0.2.1")),
                one("other application", stranger(3, "2001:db8::1"))
            );
        };
        tokio::join!(flood, late);
        let order = order.into_inner().unwrap();
        let at = |name| order.iter().position(|one| *one == name).unwrap();
        assert_eq!(order.len(), 18);
        // One that ran already, and a turn for each of the others.
        assert!(at("other application") <= 4, "{order:?}");
        assert!(at("same application") <= 7, "{order:?}");
    }

    #[tokio::test]
    async fn whoever_goes_away_gives_up_the_turn() {
        let passwords = Passwords::start(1).unwrap();
        let secret = Secret::new("x");
        for polls in 0..4 {
            let mut many: Vec<_> = (0..50)
                .map(|_| Box::pin(passwords.verify(stranger(1, "192.0.2.1"), &secret, None)))
                .collect();
            for waiting in &mut many {
                for _ in 0..polls {
                    let _ = poll_fn(|context| Poll::Ready(waiting.as_mut().poll(context))).await;
                }
            }
            drop(many);
            assert_eq!(passwords.gate.figures().waiting, 0);
            assert_eq!(passwords.verify(Who::server(), &secret, None).await, Ok(false));
            assert_eq!(passwords.gate.figures().held, 0);
        }
    }
}
