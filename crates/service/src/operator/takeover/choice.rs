//! The applications of an export, and which of them are taken.

use claviger_domain::{OwnerId, Secret, fold};

use super::{plan::Takeover, record::Record, settings::Settings};
use crate::ServiceError;

/// Bytes of an app secret, as hexadecimal digits.
const SECRET_LEN: usize = 64;
/// Bytes of a seller key, as hexadecimal digits.
const SELLER_KEY_LEN: usize = 32;

/// An application of an export.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) name: String,
    /// The owner's name there.
    pub(super) owner: String,
    pub(super) owner_id: Option<OwnerId>,
    /// What ties the rows of a dump to it.
    pub(super) secret: Option<Secret>,
    pub(super) seller_key: Option<Secret>,
    pub(super) banned: bool,
    pub(super) settings: Settings,
}

fn hexadecimal(text: Option<&str>, length: usize) -> Option<Secret> {
    let fits = |text: &&str| text.len() == length && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    text.filter(fits).map(|text| Secret::new(text.to_owned()))
}

impl Found {
    /// Tables of replies that tell of their application: `appdetails`, and `getsettings` with its three parts.
    pub(super) const REPLIES: [&str; 4] = ["appdetails", "reply", "functions", "messages"];

    /// A row of the table of applications.
    pub(super) fn of_dump(row: &Record) -> Self {
        let text = |column: &str| row.text(&[column]).ok().flatten();
        Self {
            name: row.shown(&["name"]),
            owner: row.shown(&["owner"]),
            owner_id: text("ownerid").and_then(OwnerId::parse),
            secret: hexadecimal(text("secret"), SECRET_LEN),
            seller_key: hexadecimal(text("sellerkey"), SELLER_KEY_LEN),
            banned: row.flag(&["banned"]).ok().flatten().unwrap_or_default(),
            settings: Settings::of(row),
        }
    }

    /// What a reply tells of the application.
    pub(super) fn of_reply(row: &Record) -> Self {
        // Else the text of a reply, which has no name of an application, would be taken for one.
        let found = Self::of_dump(row);
        if row.has("secret") { found } else { Self { name: String::new(), ..found } }
    }
}

/// The applications that are taken.
#[derive(Debug, Default)]
pub(super) struct Choice {
    pub(super) apps: Vec<Found>,
    /// Secrets of those that are not.
    pub(super) others: Vec<Secret>,
    pub(super) notes: Vec<String>,
}

/// Chooses among the applications of an export.
pub(super) fn choose(plan: &Takeover, found: Vec<Found>, is_dump: bool) -> Result<Choice, ServiceError> {
    if is_dump { of_dump(plan, found) } else { of_replies(plan, found) }
}

/// Pieces of several replies make one application, which the command may name.
fn of_replies(plan: &Takeover, found: Vec<Found>) -> Result<Choice, ServiceError> {
    let mut app = Found::default();
    for piece in found {
        app.settings.extend(piece.settings);
        if !piece.name.is_empty() {
            (app.name, app.owner_id, app.secret) = (piece.name, piece.owner_id, piece.secret);
        }
    }
    match plan.apps.as_slice() {
        [] if app.name.is_empty() => {
            return refused(
                "replies of the Seller API do not tell which application they are of: name it with --app, or put the reply \
                 of `appdetails` beside them",
            );
        }
        [] => {}
        [name] => app.name.clone_from(name),
        _ => return refused("replies of the Seller API are of one application: name one with --app"),
    }
    Ok(Choice { apps: vec![app], ..Choice::default() })
}

fn of_dump(plan: &Takeover, found: Vec<Found>) -> Result<Choice, ServiceError> {
    if found.is_empty() {
        return refused(
            "there is no table `apps` with rows in it, to which the others belong: export the whole database",
        );
    }
    let from = whose(plan, &found)?;
    let is_wanted = |name: &str| plan.apps.is_empty() || plan.apps.iter().any(|app| fold(app) == fold(name));
    let mut choice = Choice::default();
    let mut names = Vec::new();
    for app in found {
        let is_theirs = fold(&app.owner) == from;
        names.extend(is_theirs.then(|| app.name.clone()));
        if !is_theirs || !is_wanted(&app.name) {
            choice.others.extend(app.secret);
            continue;
        }
        if choice.apps.iter().any(|other| fold(&other.name) == fold(&app.name)) {
            choice.notes.push(format!(
                "a second application `{}` is not taken, nor what belongs to it: rename one of them and export anew",
                app.name
            ));
            choice.others.extend(app.secret);
        } else if app.secret.is_none() {
            choice.notes.push(format!(
                "the application `{}` is not taken: its secret has not 64 hexadecimal digits, and nothing else ties rows to it",
                app.name
            ));
        } else {
            choice.apps.push(app);
        }
    }
    if let Some(name) = plan.apps.iter().find(|app| !names.iter().any(|name| fold(name) == fold(app))) {
        return refused(&format!("there is no application `{name}`; there are {}", listed(&names)));
    }
    Ok(choice)
}

/// The folded name of the owner whose applications are taken.
fn whose(plan: &Takeover, found: &[Found]) -> Result<String, ServiceError> {
    let mut owners: Vec<&str> = found.iter().map(|app| app.owner.as_str()).collect();
    owners.sort_unstable();
    owners.dedup_by_key(|owner| fold(owner).into_owned());
    let named = plan.from.as_deref().unwrap_or(&plan.owner);
    if owners.iter().any(|owner| fold(owner) == fold(named)) {
        return Ok(fold(named).into_owned());
    }
    match (owners.as_slice(), &plan.from) {
        ([only], None) => Ok(fold(only).into_owned()),
        (_, Some(_)) => refused(&format!("nobody is called `{named}` in it; there are {}", listed(&owners))),
        (_, None) => refused(&format!(
            "it has applications of several owners: name one with --from; there are {}",
            listed(&owners)
        )),
    }
}

fn refused<T>(why: &str) -> Result<T, ServiceError> {
    Err(ServiceError::Refused(why.into()))
}

/// Names in a sentence, not too many.
fn listed(names: &[impl AsRef<str>]) -> String {
    let shown: Vec<String> = names.iter().take(20).map(|name| format!("`{}`", name.as_ref())).collect();
    let more = if names.len() > shown.len() { " and others" } else { "" };
    format!("{}{more}", shown.join(", "))
}
