//! People on a real database (SQLite); what the store does is tested there, on both.

mod applications;
mod invitation;
mod passkeys;
mod second_factor;
mod sign_in;

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use claviger_domain::{AccountRole, ApiVersions, Clock, Permission, Role, Secret, SystemRandom};

use super::*;
use crate::{Database, FreeFailures, MasterKeySource, Options, Service, vendor::NewMember};

const NOW: i64 = 1_700_000_000;
const PASSWORD: &str = "correct horse battery";

struct Watch(AtomicI64);

impl Clock for Watch {
    fn now_ms(&self) -> u64 {
        self.0.load(Ordering::Relaxed) as u64 * 1000
    }
}

/// The owners `acme` and `other`, each with the application `shop`, and the manager `max` of acme's.
struct Fixture {
    service: Service,
    watch: Arc<Watch>,
    folder: tempfile::TempDir,
}

impl Fixture {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let watch = Arc::new(Watch(AtomicI64::new(NOW)));
        let service = open(&folder, watch.clone()).await;
        let t = Self { service, watch, folder };
        for owner in ["acme", "other"] {
            t.service.create_owner(owner, Role::Seller, Some(&Secret::new(PASSWORD))).await.unwrap();
            t.service.create_app(owner, "shop", ApiVersions::default()).await.unwrap();
        }
        t.member(AccountRole::Manager, "max").await;
        t
    }

    /// Another node on the same database.
    async fn second(&self) -> Service {
        open(&self.folder, self.watch.clone()).await
    }

    async fn member(&self, role: AccountRole, name: &str) {
        let app = self.service.app("acme", "shop").await.unwrap();
        let new = NewMember {
            role,
            username: name.into(),
            password: Some(Secret::new(PASSWORD)),
            email: Some(format!("{name}@example.org")),
            key_levels: "N/A".into(),
            permissions: Permission::Users as i64,
        };
        self.service.add_account(&app, new).await.unwrap();
    }

    fn wait(&self, seconds: i64) {
        self.watch.0.fetch_add(seconds, Ordering::Relaxed);
    }

    async fn sign_in(&self, name: &str) -> SignedIn {
        let step = self.service.sign_in_person(name, &Secret::new(PASSWORD), &visitor()).await.unwrap();
        done(step)
    }

    async fn events(&self, person: &Person) -> Vec<String> {
        let log = self.service.person_log(person, None, 100).await.unwrap();
        log.into_iter().map(|entry| format!("{} {}", entry.event, entry.detail)).collect()
    }
}

fn done(step: SignInStep) -> SignedIn {
    match step {
        SignInStep::Done(signed_in) => signed_in,
        SignInStep::SecondFactor(_) => panic!("a code is asked for"),
    }
}

async fn open(folder: &tempfile::TempDir, watch: Arc<Watch>) -> Service {
    let options = Options {
        master_key: MasterKeySource::file(folder.path().join("master.key")),
        files_dir: folder.path().join("files"),
        free_failures: FreeFailures { user: 3, address: 50, app: 0 },
        public_url: "https://keys.example.org".into(),
        ..Options::default()
    };
    let database = Database::Sqlite(folder.path().join("claviger.db"));
    Service::open(database, options, watch, Arc::new(SystemRandom)).await.unwrap()
}

fn visitor_at(ip: &str) -> Visitor {
    Visitor { ip: ip.parse::<std::net::IpAddr>().unwrap().into(), user_agent: "Browser/1".into() }
}

fn visitor() -> Visitor {
    visitor_at("192.0.2.1")
}
