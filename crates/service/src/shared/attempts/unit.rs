//! Who is trying, and what their failures count for.

use claviger_domain::{ClientAddress, Network, fold};

use crate::shared::limits::NAME_MAX;

/// Where failed sign-ins to the dashboard are counted: apart from those to applications, whose numbers begin with 1.
pub(crate) const DASHBOARD: i64 = 0;
/// Where that is counted which takes the password or a browser that is signed in to fail at: strangers know names, and
/// must not shut the person out there.
pub(crate) const BEHIND_PASSWORD: i64 = -1;
/// Where unknown links are counted, for a new password or with an invitation.
pub(crate) const LINKS: i64 = -2;

/// How many failures are free; 0: any number.
#[derive(Clone, Copy, Debug, Default)]
pub struct FreeFailures {
    /// With one user's name, from addresses other than that of the user's last login.
    pub user: u32,
    /// From one address (in IPv6 a /64; four times as many from a /56, sixteen times from a /48), or from all that are
    /// unknown, in one application.
    pub address: u32,
    /// Of all strangers together, in one application, in ten minutes.
    pub app: u32,
}

impl FreeFailures {
    /// The same, with an end where there was none: for people, whose passwords open whole applications.
    pub(crate) fn or_default(self) -> Self {
        let or = |free, default| if free == 0 { default } else { free };
        Self { user: or(self.user, 10), address: or(self.address, 100), app: or(self.app, 1000) }
    }
}

/// What is known of whoever is trying.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Standing {
    /// Nothing.
    Stranger,
    /// They have something of the application that strangers do not: one of its user's devices, or the first factor of a
    /// sign-in. What strangers do together does not hold them up.
    Familiar,
    /// They are where the user last signed in: neither do others' failures with that name, nor those of a network around.
    Known,
}

/// Who is trying.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attempt<'a> {
    /// The application, or one of the rooms that are none.
    pub(crate) app: i64,
    /// Name of the user, where one is named.
    pub(crate) username: Option<&'a str>,
    /// Address of the client.
    pub(crate) ip: ClientAddress,
    /// What is known of them.
    pub(crate) standing: Standing,
}

/// What failures are counted by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Unit {
    /// The folded name of a user who need not be there.
    User(String),
    /// An address of IPv4, or a network of IPv6.
    Network(Network),
    /// All whose address is unknown.
    Unknown,
    /// All who are strangers.
    Strangers,
}

/// How many failures of a unit are free, and what comes then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// A pause that grows with each further one; all are forgotten after a while without any.
    Growing(u32),
    /// In a window of so many seconds: a pause of always the same length, in seconds too.
    Steady { free: u32, window: u32, pause: u32 },
}

impl Rule {
    pub(super) fn free(self) -> u32 {
        let (Self::Growing(free) | Self::Steady { free, .. }) = self;
        free
    }
}

/// The rule for an address that may fail so often.
pub(super) type Each = fn(u32) -> Rule;

/// A unit of an attempt.
#[derive(Clone, Debug)]
pub(super) struct Counted {
    pub(super) unit: Unit,
    pub(super) rule: Rule,
    /// Whether failures of this unit hold the attempt up.
    pub(super) holds: bool,
}

/// What an attempt counts for. `familiar`: they are no strangers.
pub(super) fn units(attempt: Attempt<'_>, free: FreeFailures, each: Each, familiar: bool) -> Vec<Counted> {
    let known = attempt.standing == Standing::Known;
    let mut units = Vec::with_capacity(5);
    let mut add = |unit, rule: Rule, holds| {
        if rule.free() > 0 {
            units.push(Counted { unit, rule, holds });
        }
    };
    match attempt.ip {
        ClientAddress::Known(address) => {
            for (at, (network, times)) in Network::counted(address).enumerate() {
                let rule = each(free.address.saturating_mul(times));
                add(Unit::Network(network), rule, at == 0 || !known);
            }
        }
        ClientAddress::Unknown => add(Unit::Unknown, each(free.address), true),
    }
    if let Some(unit) = attempt.username.and_then(user) {
        add(unit, Rule::Growing(free.user), !known);
    }
    if !familiar {
        add(Unit::Strangers, Rule::Steady { free: free.app, window: 600, pause: 30 }, true);
    }
    units
}

/// No user has a longer name, so there is nothing to protect, and nothing to hold in memory.
fn user(name: &str) -> Option<Unit> {
    (name.len() <= NAME_MAX).then(|| Unit::User(fold(name).into_owned()))
}
