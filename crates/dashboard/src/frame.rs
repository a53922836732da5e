//! What surrounds every page: title, side bar, the person's menu, what was just done.

use claviger_domain::Permission;
use claviger_service::people::{Person, Standing};

use crate::{
    addresses::{self, app_base, app_part, app_path},
    assets,
    fault::Fault,
    rights::{Need, may},
    visit::Visit,
};

/// A page in the side bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nav {
    /// None of them.
    Other,
    Applications,
    Overview,
    Sessions,
    Logs,
    Chats,
    Users,
    Licenses,
    Reports,
    Notices,
    Subscriptions,
    Tokens,
    Blacklist,
    Variables,
    Files,
    WebLoader,
    Webhooks,
    Hashes,
    CustomersPanel,
    Credentials,
    Own,
    OwnUsers,
    Team,
    SellerSettings,
    SellerLogs,
    AuditLog,
    AppSettings,
    Jobs,
    Account,
    AccountLogs,
}

/// A page of an application, in the side bar: what it is, its word, its path after the application's, its icon, who may.
type Entry = (Nav, &'static str, &'static str, &'static str, Need);

/// The groups of the side bar, as vendors know them.
const GROUPS: [(&str, &[Entry]); 5] = [
    (
        "Live",
        &[
            (Nav::Overview, "Overview", "", "overview", Need::Member),
            (Nav::Sessions, "Sessions", "sessions", "sessions", Need::App(Permission::Sessions)),
            (Nav::Logs, "Logs", "logs", "lines", Need::App(Permission::Logs)),
            (Nav::Chats, "Chats", "chats", "chat", Need::App(Permission::Chats)),
            (
                Nav::Reports,
                "Reports",
                "reports",
                "plot",
                Need::Either(Permission::Users, Permission::Licenses),
            ),
        ],
    ),
    (
        "Customers",
        &[
            (Nav::Users, "Users", "users", "person", Need::App(Permission::Users)),
            (Nav::Licenses, "Licenses", "licenses", "key", Need::App(Permission::Licenses)),
            (
                Nav::Subscriptions,
                "Subscriptions",
                "subscriptions",
                "layers",
                Need::App(Permission::Subscriptions),
            ),
            (Nav::Tokens, "Tokens", "tokens", "ticket", Need::App(Permission::Tokens)),
            (Nav::Blacklist, "Blacklist", "blacklist", "bar", Need::App(Permission::Blacklists)),
        ],
    ),
    (
        "Content",
        &[
            (Nav::Variables, "Variables", "variables", "braces", Need::App(Permission::Variables)),
            (Nav::Files, "Files", "files", "file", Need::App(Permission::Files)),
            (Nav::WebLoader, "Web loader", "web-loader", "press", Need::App(Permission::Settings)),
            (Nav::Webhooks, "Webhooks", "webhooks", "hook", Need::App(Permission::Webhooks)),
            (Nav::Hashes, "Program hashes", "hashes", "hash", Need::App(Permission::Settings)),
        ],
    ),
    (
        "Selling",
        &[
            (Nav::Own, "My licenses", "own", "key", Need::Reseller),
            (Nav::OwnUsers, "My users", "own-users", "person", Need::Reseller),
            (Nav::Team, "Team", "team", "person", Need::AppOwner),
            (Nav::SellerSettings, "Seller settings", "seller-settings", "key", Need::AppOwner),
            (Nav::SellerLogs, "Seller requests", "seller-logs", "list", Need::AppOwner),
            (Nav::AuditLog, "Audit log", "audit-log", "eye", Need::AppOwner),
        ],
    ),
    (
        "Application",
        &[
            (
                Nav::CustomersPanel,
                "Customers' panel",
                "customers-panel",
                "person",
                Need::App(Permission::Settings),
            ),
            (Nav::Notices, "Notices", "notices", "bell", Need::AppOwner),
            (Nav::Credentials, "Credentials", "credentials", "code", Need::App(Permission::Settings)),
            (Nav::AppSettings, "Settings", "settings", "gear", Need::App(Permission::Settings)),
            (Nav::Jobs, "Jobs", "jobs", "list", Need::Either(Permission::Users, Permission::Licenses)),
        ],
    ),
];

/// A link in the side bar.
pub(crate) struct Link {
    pub word: &'static str,
    pub address: String,
    pub icon: &'static str,
    pub here: bool,
}

/// Links under one heading.
pub(crate) struct Group {
    pub word: &'static str,
    pub links: Vec<Link>,
}

/// An application in the list of those one may switch to.
pub(crate) struct Choice {
    pub name: String,
    pub address: String,
    pub here: bool,
}

/// Who is signed in, as the frame tells it.
pub(crate) struct Who {
    pub name: String,
    pub what: &'static str,
}

/// The application that the page is about, as the frame tells it.
pub(crate) struct Subject {
    pub name: String,
    /// Where its pages begin, with a slash at the end.
    pub base: String,
    /// What stands for it in addresses.
    pub part: String,
}

/// What surrounds a page.
pub(crate) struct Frame {
    pub title: String,
    pub who: Option<Who>,
    pub app: Option<Subject>,
    pub apps: Vec<Choice>,
    pub groups: Vec<Group>,
    /// Which page of the account it is, if it is one.
    pub nav: Nav,
    /// What was just done.
    pub saying: Option<String>,
    /// What forms must bring, as the field `token`.
    pub token: String,
    /// `system`, `light` or `dark`.
    pub theme: &'static str,
    /// The time zone in which exact times are shown; empty: the browser's.
    pub time_zone: String,
    pub style: &'static str,
    pub script: &'static str,
    /// The script of the box that finds.
    pub palette: &'static str,
    /// Where that box leads.
    pub search: &'static str,
    pub icon: &'static str,
    /// Where one signs in.
    pub sign_in: &'static str,
}

impl Visit {
    /// What surrounds a page.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn frame(&self, title: impl Into<String>, nav: Nav) -> Result<Frame, Fault> {
        let apps = match &self.person {
            Some(person) => self.service().apps_of(person).await?,
            None => Vec::new(),
        };
        let here = self.app.as_ref().map(|app| app.id);
        let choice = |app: claviger_service::people::AppName| Choice {
            address: app_path(app.id, &app.name),
            here: here == Some(app.id),
            name: app.name,
        };
        let apps = apps.into_iter().map(choice).collect();
        Ok(Frame { apps, ..Frame::without_apps(self, title.into(), nav) })
    }
}

impl Frame {
    /// As [`Visit::frame`], where the database may not answer.
    pub(crate) fn without_apps(visit: &Visit, title: String, nav: Nav) -> Self {
        let person = visit.person.as_deref();
        Self {
            title,
            who: person.map(|person| Who { name: person.name.clone(), what: what(person) }),
            app: visit.app.as_ref().map(|app| Subject {
                name: app.name.clone(),
                base: app_base(app),
                part: app_part(app.id, &app.name),
            }),
            apps: Vec::new(),
            groups: groups(visit, nav),
            nav,
            saying: visit.saying.clone(),
            token: visit.token.clone(),
            theme: person.map_or("system", |person| person.theme.as_str()),
            time_zone: person.and_then(|person| person.time_zone.clone()).unwrap_or_default(),
            style: assets::style(),
            script: assets::script(),
            palette: assets::palette(),
            search: addresses::SEARCH,
            icon: assets::icon(),
            sign_in: addresses::SIGN_IN,
        }
    }
}

/// The word for what a person is.
fn what(person: &Person) -> &'static str {
    match &person.standing {
        Standing::Owner { .. } => "owner",
        Standing::Manager { .. } => "manager",
        Standing::Reseller { .. } => "reseller",
    }
}

/// The side bar's links to pages of the application, as far as the person may go there.
pub(crate) fn groups(visit: &Visit, nav: Nav) -> Vec<Group> {
    let (Some(person), Some(app)) = (&visit.person, &visit.app) else { return Vec::new() };
    let base = app_base(app);
    let link = |&(page, word, path, icon, need): &Entry| {
        let link = Link { word, address: format!("{base}{path}"), icon, here: page == nav };
        may(person, Some(app), need).then_some(link)
    };
    let group = |(word, entries): &(&'static str, &[Entry])| Group {
        word,
        links: entries.iter().filter_map(link).collect(),
    };
    GROUPS.iter().map(group).filter(|group| !group.links.is_empty()).collect()
}
