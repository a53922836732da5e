//! Looking through all that a person may see, for who types into the box on top of every page.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use claviger_domain::Permission;
use claviger_store::apps::AppName;

use super::person::{Person, Standing};
use crate::{
    App, Service,
    vendor::{How, ManageError, Match, Place, SessionQuery, Whose},
};

/// How long looking may take in all.
const PATIENCE: Duration = Duration::from_millis(300);
/// Of it, for the first application.
const FIRST_PATIENCE: Duration = Duration::from_millis(150);
/// Applications that are looked through.
const APPS_MAX: usize = 12;
/// Matches of an application that are told: of the first one, and of each other.
const TOLD: [usize; 2] = [16, 4];
/// Shortest text that is looked for in ids of sessions, and how many are told.
const SESSION_PART_MIN: usize = 5;
const SESSIONS_TOLD: usize = 5;

/// What was found in one application.
#[derive(Clone, Debug)]
pub struct Hits {
    /// The application.
    pub app: Arc<App>,
    /// What matches, the likeliest first.
    pub matches: Vec<Match>,
    /// Whether there is more than that.
    pub more: bool,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// By application, those in which there is anything.
    pub hits: Vec<Hits>,
    /// Applications that have the text in their names.
    pub apps: Vec<AppName>,
    /// Whether not all was looked through.
    pub unfinished: bool,
}

/// Which kinds of matches a person may see in an application.
#[derive(Clone, Copy, Debug)]
pub struct Sees {
    users: bool,
    licenses: bool,
    sessions: bool,
    blacklists: bool,
}

impl Sees {
    /// By the permissions of a person.
    pub fn of(person: &Person) -> Self {
        let sees = |permission: Permission| match &person.standing {
            Standing::Owner { .. } => true,
            Standing::Manager { permissions, .. } => permission.is_in(*permissions),
            Standing::Reseller { .. } => false,
        };
        Self {
            users: sees(Permission::Users),
            licenses: sees(Permission::Licenses),
            sessions: sees(Permission::Sessions),
            blacklists: sees(Permission::Blacklists),
        }
    }

    fn finds(self) -> bool {
        self.users || self.licenses
    }

    /// Whether a match is shown.
    pub fn sees(self, one: &Match) -> bool {
        match one {
            // A user by name of the key is how licenses are looked at that somebody uses.
            Match::User { how, .. } => self.users || *how == How::Key,
            Match::License { .. } => self.licenses,
            Match::Session { .. } => self.sessions,
            Match::Entry(_) => self.blacklists,
            Match::Try(_) => self.finds(),
        }
    }
}

impl Service {
    /// Finds users, licenses, sessions and entries of the blacklist in the applications of a person by a text or a part of
    /// it: in the one given by its number first, then in the others as long as there is time.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn search(
        self: &Arc<Self>,
        person: &Person,
        here: Option<i64>,
        text: &str,
    ) -> Result<Search, ManageError> {
        let (until, sees, mut found) = (Instant::now() + PATIENCE, Sees::of(person), Search::default());
        let mut apps = self.apps_of(person).await?;
        let folded = text.trim().to_lowercase();
        found.apps = apps.iter().filter(|app| app.name.to_lowercase().contains(&folded)).cloned().collect();
        found.apps.truncate(TOLD[0]);
        if !sees.finds() {
            return Ok(found);
        }
        // The one that the person works on; of the others the latest.
        let first = here.or(person.last_app);
        apps.sort_by_key(|app| (Some(app.id) != first, std::cmp::Reverse(app.id)));
        found.unfinished = apps.len() > APPS_MAX;
        for (at, name) in apps.iter().take(APPS_MAX).enumerate() {
            let left = until.saturating_duration_since(Instant::now());
            if at > 0 && left.is_zero() {
                found.unfinished = true;
                break;
            }
            let Some(app) = self.app_of_person(person, &format!("~{}", name.id)).await? else { continue };
            let patience = if at == 0 { FIRST_PATIENCE } else { left };
            let (hits, unfinished) = self.search_in(app, sees, text, patience, usize::from(at > 0)).await?;
            found.unfinished |= unfinished;
            found.hits.extend((!hits.matches.is_empty()).then_some(hits));
        }
        Ok(found)
    }

    /// What is found in one application, and whether there may be more for who has more time.
    async fn search_in(
        self: &Arc<Self>,
        app: Arc<App>,
        sees: Sees,
        text: &str,
        patience: Duration,
        rank: usize,
    ) -> Result<(Hits, bool), ManageError> {
        let exact = self.find(&app, text).await?.matches;
        let parts = self.find_parts(&app, text, patience).await?;
        let mut matches: Vec<Match> = Vec::new();
        for one in exact.into_iter().chain(parts.matches) {
            let known =
                matches.iter().any(|other| one.subject().is_some() && other.subject() == one.subject());
            if sees.sees(&one) && !known {
                matches.push(one);
            }
        }
        if rank == 0 && sees.sessions {
            matches.extend(self.sessions_by_part(&app, text).await?);
        }
        let more = matches.len() > TOLD[rank];
        matches.truncate(TOLD[rank]);
        Ok((Hits { app, matches, more }, parts.unfinished))
    }

    /// Live sessions with a text in their ids.
    async fn sessions_by_part(self: &Arc<Self>, app: &App, text: &str) -> Result<Vec<Match>, ManageError> {
        let text = text.trim();
        let may_be_one = (SESSION_PART_MIN..32).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && text.bytes().any(|byte| byte.is_ascii_digit());
        if !may_be_one {
            return Ok(Vec::new());
        }
        let whose = Whose { text: Some(text.to_owned()), ..Whose::default() };
        let query =
            SessionQuery { whose, place: Place::Start, limit: SESSIONS_TOLD, ..SessionQuery::default() };
        let page = self.session_page(app, query).await?;
        let rows = page.rows.into_iter().filter(|row| row.id.to_string().contains(text));
        Ok(rows.map(|row| Match::Session { id: row.id.to_string(), ip: row.ip.clone() }).collect())
    }
}
