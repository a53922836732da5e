//! What of an application needs its vendor's attention: each in a sentence that says what to do.

use std::time::Instant;

use claviger_domain::Role;
use claviger_store::{
    Conn, StoreError,
    activity::{self, Guesses, HOUR, MINUTE},
    files, seller_keys, user_subscriptions, users,
};

use crate::{
    App, Service, ServiceError,
    operator::demo::DEMO_OWNER,
    shared::{figures::Notes, proxy::ProxyFault, text::roughly},
};

const DAY: i64 = 86_400;
/// Subscriptions are told of that end within so many seconds.
const ENDING: i64 = 3 * DAY;
/// Of them, so many are counted.
const COUNTED: i64 = 1000;
/// Keys and roles are told of that end within so many seconds.
const NOTICE: i64 = 7 * DAY;
/// An application of this age, in seconds, has usually had another version than the first.
const SETTLED: i64 = 30 * DAY;
/// Refusals in an hour that are told of, where there are more of them than of sign-ins that went well.
const REFUSALS: i64 = 20;
/// Guesses that failed in an hour which are told of.
const GUESSES: i64 = 100;
/// The version that applications begin with.
const FIRST_VERSION: &str = "1.0";

/// What something is about, so that a page can lead to where it is mended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// The application's state: banned, paused, disabled.
    State,
    /// What its owner may do.
    Role,
    /// The address under which clients reach the server, and the proxy before it.
    Address,
    /// Settings of the application.
    Settings,
    /// Seller keys.
    SellerKeys,
    /// Users' subscriptions.
    Subscriptions,
    /// Sign-ins that were refused.
    Failures,
    /// Uploaded files.
    Files,
    /// How the server is set up.
    Server,
}

/// Something that needs attention.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attention {
    /// What it is about.
    pub topic: Topic,
    /// Whether programs or customers are held up by it now.
    pub urgent: bool,
    /// What it is, and what to do; plain text.
    pub says: String,
}

impl Attention {
    fn urgent(topic: Topic, says: impl Into<String>) -> Self {
        Self { topic, urgent: true, says: says.into() }
    }

    fn note(topic: Topic, says: impl Into<String>) -> Self {
        Self { topic, urgent: false, says: says.into() }
    }
}

impl Service {
    /// What of an application needs attention, the most urgent first. Counts are at most half a minute old.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn attention(&self, app: &App) -> Result<Vec<Attention>, ServiceError> {
        let now = self.clock.now();
        let notes =
            self.notes.get_or_count(app.id, self.clock(), async |_| self.count_notes(app.id).await).await?;
        let mut found = of_state(app);
        found.extend(of_role(app, now));
        found.extend(self.of_proxy());
        found.extend(of_address(&self.options.public_url));
        found.extend(of_failures(&notes));
        if notes.guesses.failed() >= GUESSES {
            found.push(of_guesses(notes.guesses, self.attempts.networks(app.id, now)));
        }
        found.extend(of_time(&notes, now));
        found.extend(self.of_server(app, &notes).await);
        found.extend(of_defaults(app, now));
        // Those of one urgency keep their order.
        found.sort_by_key(|attention| !attention.urgent);
        Ok(found)
    }

    async fn count_notes(&self, app: i64) -> Result<Notes, StoreError> {
        let now = self.clock.now();
        let count = move |conn: &mut Conn<'_>| {
            let hour = activity::between(conn, app, MINUTE, now - HOUR, now + MINUTE)?;
            Ok(Notes {
                refusals: hour.iter().map(|minute| minute.happened.refusals).sum(),
                sign_ins: hour.iter().map(|minute| minute.happened.sign_ins).sum(),
                guesses: hour.iter().map(|minute| minute.happened.guesses).sum(),
                ending: user_subscriptions::count_ending(conn, app, now, now + ENDING, COUNTED)?,
                key_end: seller_keys::next_end(conn, app, now, now + NOTICE)?,
                uploads: files::any_uploaded(conn, app)?,
                emails: users::any_email(conn, app)?,
            })
        };
        self.store.db().read(count).await
    }

    fn of_proxy(&self) -> Vec<Attention> {
        let now = Instant::now();
        let unbelieved = self.proxies.lately_unbelieved(now).map(|ProxyFault { proxy, header }| {
            format!(
                "Requests from {proxy} bring the header {header}, which is not believed, so that all of them count as \
                 {proxy}'s own. If that is your proxy, add its address to trusted_proxies in the server's settings."
            )
        });
        let silent = self.proxies.lately_silent(now).map(|ProxyFault { proxy, header }| {
            format!(
                "The proxy {proxy} does not tell its clients' addresses in the header {header}, so they are unknown, \
                 and refused where an address decides. Let the proxy set it, or name another in client_ip_header."
            )
        });
        unbelieved.into_iter().chain(silent).map(|says| Attention::urgent(Topic::Address, says)).collect()
    }

    /// What the application wants and the server is not set up for.
    async fn of_server(&self, app: &App, notes: &Notes) -> Vec<Attention> {
        let mut found = Vec::new();
        if notes.uploads && !self.files.has_app(app.id).await {
            found.push(Attention::urgent(
                Topic::Files,
                "The uploaded files are not where the server looks for them, so programs cannot download them. Set \
                 files_dir to the folder that holds them, or upload them again.",
            ));
        }
        let server = |says: &str| Attention::note(Topic::Server, says);
        if app.settings.vpn_block && self.options.screens.vpn_list.is_none() {
            found.push(server(
                "VPNs are to be refused, but the server has no list of them, so nobody is. Give it one with vpn_list.",
            ));
        }
        if app.settings.block_leaked_passwords && self.options.screens.leaked_passwords.is_none() {
            found.push(server(
                "Leaked passwords are to be refused, but the server knows none, so all are taken. Give it a list with \
                 leaked_passwords.",
            ));
        }
        if notes.emails && self.mails.is_none() {
            found.push(server(
                "Users have told e-mail addresses, but the server sends no mail, so that nobody can ask for a new \
                 password. Set smtp_url and smtp_from.",
            ));
        }
        found
    }
}

fn of_state(app: &App) -> Vec<Attention> {
    let states = [
        (
            app.banned,
            "The operator has banned this application: its programs and its seller keys are refused. Ask the operator.",
        ),
        (
            !app.settings.enabled,
            "The application is switched off: programs are refused when they start. Switch it on when they may.",
        ),
        (
            app.settings.paused,
            "The application is paused: programs are refused when they start, and no time runs out. Let it go on when \
             they may.",
        ),
    ];
    let found = states.into_iter().filter(|(is, _)| *is);
    found.map(|(_, says)| Attention::urgent(Topic::State, says)).collect()
}

fn of_role(app: &App, now: i64) -> Option<Attention> {
    let owner = &app.owner_name;
    if app.role != Role::Seller {
        return Some(Attention::note(
            Topic::Role,
            format!(
                "The Seller API is closed to this application, since {owner} is a {}. The operator opens it with \
                 `claviger owner set-role`.",
                app.role
            ),
        ));
    }
    let until = app.role_until?;
    if until <= now {
        let says = format!("The Seller API is closed: {owner} may use it no longer. Ask the operator.");
        return Some(Attention::urgent(Topic::Role, says));
    }
    (until - now <= NOTICE).then(|| {
        let left = roughly(until - now);
        Attention::note(
            Topic::Role,
            format!("{owner} may use the Seller API for another {left}. Ask the operator."),
        )
    })
}

fn of_address(public_url: &str) -> Option<Attention> {
    let host = public_url.strip_prefix("http://")?;
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let says = if is_loopback(name) {
        format!(
            "Only programs on this machine reach {public_url}. For others set public_url to an address of the network, \
             with TLS."
        )
    } else {
        format!(
            "{public_url} has no TLS: whoever is on the way reads keys and passwords. Put a proxy with a certificate \
             before the server and set public_url to its https address."
        )
    };
    Some(Attention::note(Topic::Address, says))
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

fn of_failures(notes: &Notes) -> Option<Attention> {
    let Notes { refusals, sign_ins, .. } = *notes;
    (refusals >= REFUSALS && refusals > sign_ins).then(|| {
        let says = format!(
            "{refusals} sign-ins were refused in the last hour, {sign_ins} went well. Look at the latest failures: each \
             tells its reason."
        );
        Attention::urgent(Topic::Failures, says)
    })
}

/// `networks`: from how many they came of late, as far as this node knows.
fn of_guesses(guesses: Guesses, networks: usize) -> Attention {
    let Guesses { passwords, licenses, codes, paused } = guesses;
    let from = match networks {
        0 => String::new(),
        1 => ", lately from one network".into(),
        many => format!(", lately from {many} networks"),
    };
    Attention::note(
        Topic::Failures,
        format!(
            "{} guesses failed in the last hour (passwords {passwords}, license keys {licenses}, codes {codes}){from}; \
             {paused} more were refused unseen. Whoever guesses is paused. The server's log tells the addresses, for the \
             operator to shut out.",
            guesses.failed()
        ),
    )
}

fn of_time(notes: &Notes, now: i64) -> Vec<Attention> {
    let mut found = Vec::new();
    if let Some((hint, end)) = &notes.key_end {
        let left = roughly(end - now);
        found.push(Attention::note(
            Topic::SellerKeys,
            format!(
                "The seller key that ends in {hint} works for another {left}. Give bots and shops that still use it \
                 another one."
            ),
        ));
    }
    let says = match notes.ending {
        0 => return found,
        1 => "One subscription ends within three days. Its user needs more time, or another license.".into(),
        COUNTED => {
            format!(
                "{COUNTED} subscriptions or more end within three days. Their users need more time, or licenses."
            )
        }
        count => {
            format!("{count} subscriptions end within three days. Their users need more time, or licenses.")
        }
    };
    found.push(Attention::note(Topic::Subscriptions, says));
    found
}

/// What an application begins with and should not keep for ever.
fn of_defaults(app: &App, now: i64) -> Vec<Attention> {
    let mut found = Vec::new();
    if app.owner_name == DEMO_OWNER {
        found.push(Attention::note(
            Topic::Server,
            "This is the demo's application, and its password lies in demo.json. Make an owner and an application of \
             your own before customers come.",
        ));
    }
    let api = app.settings.api;
    if api.v1_0 || api.v1_1 {
        found.push(Attention::note(
            Topic::Settings,
            "The Client API answers in version 1.0 or 1.1, whose replies can be forged. Switch them off unless your \
             programs need them.",
        ));
    }
    if app.settings.version == FIRST_VERSION && now - app.created > SETTLED {
        found.push(Attention::note(
            Topic::Settings,
            format!(
                "The version is {FIRST_VERSION} as on the first day. Raise it with a release, so that older programs \
                 are told to update."
            ),
        ));
    }
    found
}
