//! Making and verifying license keys.

use std::time::Instant;

use claviger_domain::{AccountRole, Alphabet, Mask, Permission, Random, may_make_level};
use claviger_store::{
    Conn, StoreError,
    accounts::{self, Account},
    add_events::{self, Claim},
    balance::{self, Cause, Kind},
    licenses::{self, License, NewLicense},
    remarks, tokens,
};

use super::{
    ManageError,
    audit::COMMAND_LINE,
    checks::{check_line, check_remark},
    event::{AddEvent, form_id},
    team::may,
};
use crate::{
    App, Service, ServiceError,
    shared::{
        by::by,
        limits::{EVENT_SECONDS, TOKEN_BYTES},
    },
};

/// Licenses made in one call at most.
pub const BATCH_MAX: i64 = 100;
/// Licenses that people make in one go at most.
pub const MAKE_MAX: i64 = 10_000;
/// Longest level in bytes.
pub const LEVEL_MAX: usize = 12;
/// Longest note in bytes.
pub const NOTE_MAX: usize = 69;

/// Tries to draw a key that is not taken before giving up: the mask leaves too few.
const DRAWS: usize = 64;
const DAY: i64 = 86_400;
/// Events of shops that are remembered at most.
const EVENTS_KEPT: i64 = 100_000;

/// Licenses to be made.
#[derive(Clone, Debug)]
pub struct NewKeys {
    /// Pattern of the keys.
    pub mask: Mask,
    /// What the pattern's `*` may become.
    pub alphabet: Alphabet,
    /// How many; at least 1.
    pub amount: i64,
    /// Seconds that each is worth.
    pub duration: i64,
    /// Level, which decides the subscriptions.
    pub level: String,
    /// Remark of the seller.
    pub note: Option<String>,
    /// Who makes them.
    pub genby: String,
}

/// Licenses that were asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    /// Their keys.
    pub keys: Vec<String>,
    /// They were made before, for the same event.
    pub again: bool,
}

/// Why no licenses were made.
#[derive(Debug, thiserror::Error)]
pub enum LicenseFailure {
    /// The event that they are for came before, with other parameters.
    #[error("the event had other parameters before")]
    OtherEvent,
    /// All licenses that were made for the event are deleted.
    #[error("the licenses that were made for the event are deleted")]
    EventIsOver,
    /// So many in 24 hours are allowed, and they are made.
    #[error("the daily number of licenses is used up")]
    DailyLimit(i64),
    /// More than [`BATCH_MAX`] at a time.
    #[error("too many licenses at a time")]
    TooMany,
    /// Several licenses of one key.
    #[error("the mask allows one key only")]
    FixedMask,
    /// The key, or every key that the mask allows, is taken.
    #[error("the license exists already")]
    Exists,
    /// The reseller who makes them may not make this level.
    #[error("the reseller may not make licenses of this level")]
    ResellerLevel,
    /// The reseller who makes them has not enough balance.
    #[error("the reseller has not enough balance")]
    ResellerBalance,
    /// The manager who makes them may not make licenses.
    #[error("the manager may not make licenses")]
    ManagerMayNot,
    /// The note is longer than [`NOTE_MAX`].
    #[error("the note is too long")]
    NoteTooLong,
    /// The level, the note or the maker's name cannot be kept; what is wrong with it.
    #[error("{0}")]
    Unfit(String),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Service {
    /// Makes licenses, all or none; returns their keys.
    ///
    /// # Errors
    /// See [`LicenseFailure`]; the checks come in the order of its list.
    pub async fn add_licenses(&self, app: &App, keys: NewKeys) -> Result<Vec<String>, LicenseFailure> {
        let by = by();
        let way = if by.starts_with(COMMAND_LINE) { "command line" } else { "this server" };
        Ok(self.make(app, keys, None, [&by, way], BATCH_MAX).await?.keys)
    }

    /// As [`Service::add_licenses`]. When an event comes again within 24 hours, the licenses that were made for it are
    /// told again, those that are left of them, and nothing is made or paid for. An event that failed is not remembered.
    /// `by`: who asks, for the journal of whoever pays.
    ///
    /// # Errors
    /// See [`LicenseFailure`].
    pub async fn add_licenses_for(
        &self,
        app: &App,
        keys: NewKeys,
        event: Option<AddEvent>,
        by: &str,
    ) -> Result<Added, LicenseFailure> {
        self.make(app, keys, event, [by, "Seller API"], BATCH_MAX).await
    }

    /// As [`Service::add_licenses_for`], up to [`MAKE_MAX`] at a time: for people, who wait for a page.
    ///
    /// # Errors
    /// See [`LicenseFailure`].
    pub async fn make_licenses(
        &self,
        app: &App,
        keys: NewKeys,
        event: AddEvent,
    ) -> Result<Added, LicenseFailure> {
        self.make(app, keys, Some(event), [&by(), "dashboard"], MAKE_MAX).await
    }

    /// The licenses that a person's form made within 24 hours, those that are left of them; `None` when it made none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn licenses_of_form(
        &self,
        app: &App,
        person: &str,
        form: &str,
    ) -> Result<Option<Vec<License>>, ServiceError> {
        let (app, event, since) = (app.id, form_id(person, form), self.clock.now() - EVENT_SECONDS);
        let read = move |conn: &mut Conn<'_>| match add_events::range(conn, app, &event, since)? {
            Some(range) => licenses::of_range(conn, app, range).map(Some),
            None => Ok(None),
        };
        Ok(self.store.db().read(read).await?)
    }

    /// The form with which a person made licenses of an application the last time.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn kept_license_form(&self, app: &App, person: &str) -> Result<Option<String>, ServiceError> {
        let (app, person) = (app.id, person.to_owned());
        Ok(self.store.db().read(move |conn| remarks::license_form(conn, app, &person)).await?)
    }

    /// Keeps the form with which a person made licenses of an application.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn keep_license_form(&self, app: &App, person: &str, form: &str) -> Result<(), ServiceError> {
        let (app, person, form) = (app.id, person.to_owned(), form.to_owned());
        let keep = move |conn: &mut Conn<'_>| remarks::keep_license_form(conn, app, &person, &form);
        Ok(self.store.db().write::<_, StoreError, _>(keep).await?)
    }

    /// Makes licenses, at most `max`. `by` and `way`: who asks, and by which way, for the journal of whoever pays.
    async fn make(
        &self,
        app: &App,
        keys: NewKeys,
        event: Option<AddEvent>,
        [by, way]: [&str; 2],
        max: i64,
    ) -> Result<Added, LicenseFailure> {
        let keys = kept(keys)?;
        let (app, now, random) = (app.id, self.clock.now(), self.random.clone());
        if keys.mask.is_weak(keys.alphabet) && self.weak_masks.is_due(Instant::now()) {
            let bits = keys.mask.bits(keys.alphabet);
            tracing::warn!(app, bits, "licenses were made whose keys can be guessed: give the mask more *");
        }
        let (daily, by, way) = (self.options.seller_daily_licenses, by.to_owned(), way.to_owned());
        let add = move |conn: &mut Conn<'_>| {
            if let Some(AddEvent(event)) = &event {
                match add_events::claim(conn, app, event, now, now - EVENT_SECONDS, EVENTS_KEPT)? {
                    Claim::New => {}
                    Claim::Other => return Err(LicenseFailure::OtherEvent),
                    Claim::Again(keys) if keys.is_empty() => return Err(LicenseFailure::EventIsOver),
                    Claim::Again(keys) => return Ok(Added { keys, again: true }),
                }
            }
            if daily > 0 && licenses::made_since(conn, app, now - DAY)?.saturating_add(keys.amount) > daily {
                return Err(LicenseFailure::DailyLimit(daily));
            }
            if keys.amount > max {
                return Err(LicenseFailure::TooMany);
            }
            if keys.mask.is_fixed() && keys.amount > 1 {
                return Err(LicenseFailure::FixedMask);
            }
            let payer = payer(conn, app, &keys)?;
            let made = add_all(conn, app, &keys, &*random, now)?;
            if let (Some(payer), Some((first, _)), Some((last, _))) = (payer, made.first(), made.last()) {
                pay(conn, &payer, &keys, (*first, *last), [&by, &way], now)?;
            }
            // The last check of the list; what was made is undone.
            if keys.note.is_some_and(|note| note.len() > NOTE_MAX) {
                return Err(LicenseFailure::NoteTooLong);
            }
            // Serial numbers are drawn by one transaction after the other: what was made is all that is between the first
            // and the last.
            if let (Some(AddEvent(event)), Some((first, _)), Some((last, _))) =
                (&event, made.first(), made.last())
            {
                add_events::fulfil(conn, app, event, *first, *last)?;
            }
            Ok(Added { keys: made.into_iter().map(|(_, key)| key).collect(), again: false })
        };
        self.store.db().write(add).await
    }

    /// Whether there is a license of that key, whatever its status.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn license_exists(&self, app: &App, key: &str) -> Result<bool, ServiceError> {
        let (app, key) = (app.id, key.to_owned());
        let found = self.store.db().read(move |conn| licenses::spelling(conn, app, &key)).await?;
        Ok(found.is_some())
    }
}

/// Licenses as they are kept. A note that is too long is told last, as the protocol has it.
fn kept(keys: NewKeys) -> Result<NewKeys, LicenseFailure> {
    let kept = || {
        let note = keys.note.as_deref().map(|note| check_remark("a note", note, usize::MAX)).transpose()?;
        let level = check_line("a level", &keys.level, LEVEL_MAX)?;
        let genby = check_line("the name of a maker", &keys.genby, usize::MAX)?;
        Ok::<_, ManageError>((note.filter(|note| !note.is_empty()), level, genby))
    };
    let (note, level, genby) = kept().map_err(|error| LicenseFailure::Unfit(error.to_string()))?;
    Ok(NewKeys { note, level, genby, ..keys })
}

/// The account of the application that makes the licenses, where it is one; sees whether it may. It is locked.
fn payer(conn: &mut Conn<'_>, app: i64, keys: &NewKeys) -> Result<Option<Account>, LicenseFailure> {
    let account = accounts::lock_by_name(conn, &keys.genby)?.filter(|account| account.app == app);
    let Some(account) = account else { return Ok(None) };
    match account.role {
        AccountRole::Manager if may(&account, Permission::Licenses) => Ok(Some(account)),
        AccountRole::Manager => Err(LicenseFailure::ManagerMayNot),
        AccountRole::Reseller if !may_make_level(&account.key_levels, &keys.level) => {
            Err(LicenseFailure::ResellerLevel)
        }
        AccountRole::Reseller if account.balance.after(keys.amount, keys.duration).is_none() => {
            Err(LicenseFailure::ResellerBalance)
        }
        AccountRole::Reseller => Ok(Some(account)),
    }
}

/// Notes who made licenses, and takes them off a reseller's balance. The journal tells who did it: a vendor's bot or an operator
/// may spend what is a reseller's. `by`: empty where nobody said who asks.
fn pay(
    conn: &mut Conn<'_>,
    payer: &Account,
    keys: &NewKeys,
    (first, last): (i64, i64),
    [by, way]: [&str; 2],
    now: i64,
) -> Result<(), LicenseFailure> {
    licenses::set_maker(conn, payer.app, first, last, payer.id)?;
    if payer.role == AccountRole::Reseller {
        let left = payer.balance.after(keys.amount, keys.duration);
        let left = left.ok_or(LicenseFailure::ResellerBalance)?;
        let cause = Cause {
            kind: Kind::Spent,
            actor: if by.is_empty() { payer.username.clone() } else { by.to_owned() },
            detail: format!("level {}, {way}", keys.level),
            licenses: Some((first, last)),
        };
        balance::set(conn, payer, &left, &cause, now)?;
    }
    Ok(())
}

/// Numbers and keys of the licenses, each with its token. Keys that are taken are drawn anew.
fn add_all(
    conn: &mut Conn<'_>,
    app: i64,
    keys: &NewKeys,
    random: &dyn Random,
    now: i64,
) -> Result<Vec<(i64, String)>, LicenseFailure> {
    let mut made: Vec<(i64, String)> = Vec::new();
    for _ in 0..if keys.mask.is_fixed() { 1 } else { DRAWS } {
        let missing = keys.amount - made.len() as i64;
        let drawn: Vec<String> = (0..missing).map(|_| keys.mask.draw(keys.alphabet, random)).collect();
        let new = |key| NewLicense {
            key,
            duration: keys.duration,
            level: &keys.level,
            note: keys.note.as_deref(),
            genby: &keys.genby,
            gendate: now,
            used: None,
        };
        let new: Vec<NewLicense<'_>> = drawn.iter().map(|key| new(key.as_str())).collect();
        let added = licenses::insert_many(conn, app, &new)?;
        made.extend(added.into_iter().map(|(place, id)| (id, drawn[place].clone())));
        if made.len() as i64 == keys.amount {
            let tokens: Vec<(String, tokens::Owner<'_>)> = made
                .iter()
                .map(|(id, key)| {
                    let owner = tokens::Owner { kind: tokens::LICENSE, id: *id, name: key };
                    (random.hex(TOKEN_BYTES), owner)
                })
                .collect();
            tokens::insert_many(conn, app, &tokens)?;
            return Ok(made);
        }
    }
    Err(LicenseFailure::Exists)
}
