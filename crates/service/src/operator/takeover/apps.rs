//! The owner and the applications here that an export is taken into.

use claviger_domain::{AppSettings, OwnerId, Role, Secret, SigningKey};
use claviger_store::{
    Conn, StoreError, accounts,
    apps::{self, NewApp},
    owners::{self, NewOwner, Owner},
    seller_keys::{self, KeySecret},
    takeover::is_busy,
};

use super::{
    super::{
        applications::{APP_NAME_MAX, SECRET_BYTES},
        names::{check_name, refused},
        owners::check_owner_name,
    },
    choice::{Choice, Found},
    plan::Takeover,
    report::{AppReport, TakeoverReport},
};
use crate::{
    App, Service, ServiceError,
    shared::master_key::{
        Marks,
        purpose::{APP_SECRET, SIGNING_KEY},
    },
    vendor::seller_keys::{first_terms, kept_secret, new_secret},
};

/// An application here.
#[derive(Debug)]
pub(super) struct Target {
    /// Its number; 0 where it would still have to be made.
    pub(super) id: i64,
    pub(super) name: String,
    /// What ties the rows of a dump to it.
    pub(super) secret: Option<Secret>,
    pub(super) paused: bool,
}

impl Service {
    /// Finds or makes the owner and the applications; a dry run only tells. What there is stays as it is.
    pub(super) async fn takeover_targets(
        &self,
        plan: &Takeover,
        choice: Choice,
        report: &mut TakeoverReport,
    ) -> Result<Vec<Target>, ServiceError> {
        let owner = self.takeover_owner(plan, &choice, report).await?;
        let mut targets = Vec::new();
        for found in choice.apps {
            let there = match &owner {
                Some(owner) => self.app_of(owner, &found.name).await?,
                None => None,
            };
            let target = match there {
                Some(app) => Some(self.existing(app, &found, report).await?),
                None => self.new_app(plan, owner.as_ref(), &found, report).await?,
            };
            targets.extend(target);
        }
        self.renew_catalog().await?;
        Ok(targets)
    }

    /// The owner; `None` when a dry run would have to make one.
    async fn takeover_owner(
        &self,
        plan: &Takeover,
        choice: &Choice,
        report: &mut TakeoverReport,
    ) -> Result<Option<Owner>, ServiceError> {
        let name = check_owner_name(&plan.owner)?;
        let wanted = choice.apps.iter().find_map(|app| app.owner_id.clone());
        let drawn = OwnerId::generate(self.random());
        let (dry, now) = (plan.dry_run, self.clock.now());
        report.owner.clone_from(&name);
        let find = move |conn: &mut Conn<'_>| {
            let free = match wanted {
                Some(id) if !owners::has_owner_id(conn, &id)? => Some(id),
                _ => None,
            };
            if let Some(owner) = owners::by_name(conn, &name)? {
                let idle = apps::names_of_owner(conn, owner.id)?.is_empty();
                return match free {
                    // Programs name the owner so, and here are none that name it otherwise.
                    Some(id) if idle => {
                        if !dry {
                            owners::set_owner_id(conn, owner.id, &id)?;
                        }
                        Ok(Ok((Some(Owner { owner_id: id.as_str().into(), ..owner }), None)))
                    }
                    _ => Ok(Ok((Some(owner), None))),
                };
            }
            if accounts::lock_by_name(conn, &name)?.is_some() {
                return Ok(Err(name));
            }
            let owner_id = free.unwrap_or(drawn);
            let id = owner_id.as_str().to_owned();
            let new = NewOwner { owner_id, name, role: Role::Seller, password: None, created: now };
            let made = if dry { None } else { owners::insert(conn, &new)? };
            Ok::<_, StoreError>(Ok((made, Some(id))))
        };
        let outcome =
            if dry { self.store.db().read(find).await? } else { self.store.db().write(find).await? };
        let (owner, made) = outcome.map_err(|name| {
            refused(&format!("`{name}` is a manager or reseller here: choose another --owner"))
        })?;
        if owner.is_none() && !dry {
            return Err(refused(&format!(
                "somebody has just made an owner `{}`: run this again",
                plan.owner
            )));
        }
        report.owner_made = made.is_some();
        report.owner_id = owner.as_ref().map(|owner| owner.owner_id.clone()).or(made).unwrap_or_default();
        let named = choice.apps.iter().find_map(|app| app.owner_id.as_ref());
        if let Some(named) = named.filter(|named| named.as_str() != report.owner_id) {
            report.notes.push(format!(
                "programs name the owner id {}, which is not the one here ({}): change it in them, or take this into an owner \
                 without applications",
                named.as_str(),
                report.owner_id
            ));
        }
        if report.owner_made {
            let name = &report.owner;
            report
                .notes
                .push(format!("the owner has no password yet: `claviger owner invite {name}` prints a link"));
        }
        Ok(owner)
    }

    async fn app_of(&self, owner: &Owner, name: &str) -> Result<Option<App>, ServiceError> {
        let (owner, name) = (owner.name.clone(), name.to_owned());
        let find = move |conn: &mut Conn<'_>| apps::by_owner_name(conn, &owner, &name);
        let record = self.store.db().read::<_, StoreError, _>(find).await?;
        record.map(|record| App::open(&record, &self.vault)).transpose()
    }

    async fn existing(
        &self,
        app: App,
        found: &Found,
        report: &mut TakeoverReport,
    ) -> Result<Target, ServiceError> {
        let id = app.id;
        if self.store.db().read::<_, StoreError, _>(move |conn| is_busy(conn, id)).await? {
            return Err(refused(&format!(
                "a change of very many rows of {} is under way: wait until `claviger job list` shows its end",
                app.name
            )));
        }
        if found.secret.as_ref().is_some_and(|secret| *secret != app.secret) {
            report.notes.push(format!(
                "{} is there with another secret: programs of API 1.0 and 1.2 that were built with the old one do not verify \
                 its replies",
                app.name
            ));
        }
        report.apps.push(AppReport { name: app.name.clone(), made: false, seller_key_kept: false });
        Ok(Target { id, paused: app.settings.paused, name: app.name, secret: found.secret.clone() })
    }

    /// `None` where it cannot be made, which is told.
    async fn new_app(
        &self,
        plan: &Takeover,
        owner: Option<&Owner>,
        found: &Found,
        report: &mut TakeoverReport,
    ) -> Result<Option<Target>, ServiceError> {
        let name = match check_name("application", &found.name, APP_NAME_MAX) {
            Ok(name) => name,
            Err(error) => {
                report.notes.push(format!("the application `{}` is not taken: {error}", found.name));
                return Ok(None);
            }
        };
        let base = AppSettings { api: plan.api, ..AppSettings::default() };
        let (settings, sealed_under) = self.settings_from(&base, &found.settings.fit)?;
        let unfit = found.settings.unfit.iter();
        report.notes.extend(unfit.map(|why| format!("{name}: a setting keeps its default: {why}")));
        let paused = settings.paused;
        let kept = found.seller_key.as_ref().map(kept_secret);
        let (id, seller_key_kept) = match owner {
            // A dry run.
            None => (0, kept.is_some()),
            Some(owner) => {
                self.insert_app(plan.dry_run, owner, &name, found, (&settings, sealed_under), kept).await?
            }
        };
        if !seller_key_kept {
            report.notes.push(format!(
                "{name} has no seller key that anybody knows: `claviger app rotate-seller-key {}/{name}` shows a new one",
                report.owner
            ));
        }
        report.apps.push(AppReport { name: name.clone(), made: true, seller_key_kept });
        Ok(Some(Target { id, name, secret: found.secret.clone(), paused }))
    }

    /// The number, and whether the seller key is the one that it had.
    async fn insert_app(
        &self,
        dry: bool,
        owner: &Owner,
        name: &str,
        found: &Found,
        (settings, sealed_under): (&AppSettings, Option<String>),
        kept: Option<KeySecret>,
    ) -> Result<(i64, bool), ServiceError> {
        let mut seed = zeroize::Zeroizing::new([0; SigningKey::SEED_LEN]);
        self.random.fill(&mut *seed);
        let secret = found.secret.clone().unwrap_or_else(|| Secret::new(self.random.hex(SECRET_BYTES)));
        let sealed_secret = self.vault.seal_to_keep(APP_SECRET, secret.expose().as_bytes());
        let sealed_signing_key = self.vault.seal_to_keep(SIGNING_KEY, &*seed);
        let settings = serde_json::to_string(settings).expect("settings are plain data");
        let (owner, created, app_name) = (owner.id, self.clock.now(), name.to_owned());
        let (_, drawn) = new_secret(self);
        let banned = found.banned;
        let insert = move |conn: &mut Conn<'_>| {
            let free = match kept {
                Some(kept) if seller_keys::by_hash(conn, &kept.hash, created)?.is_none() => Some(kept),
                _ => None,
            };
            let is_kept = free.is_some();
            if dry {
                return Ok((Some(0), is_kept));
            }
            sealed_under.iter().try_for_each(|key| Marks::refuse_forgotten(conn, key))?;
            let new = NewApp {
                owner,
                name: app_name,
                sealed_secret: sealed_secret.admitted(conn)?,
                sealed_signing_key: sealed_signing_key.admitted(conn)?,
                settings,
                created,
            };
            let Some(app) = apps::insert(conn, &new)? else { return Ok((None, is_kept)) };
            seller_keys::insert(conn, app, &first_terms(), &free.unwrap_or(drawn), created)?;
            if banned {
                apps::set_banned(conn, app, true)?;
            }
            Ok::<_, StoreError>((Some(app), is_kept))
        };
        let inserted =
            if dry { self.store.db().read(insert).await? } else { self.store.db().write(insert).await? };
        match inserted {
            (Some(app), is_kept) => Ok((app, is_kept)),
            (None, _) => {
                Err(refused(&format!("somebody has just made an application `{name}`: run this again")))
            }
        }
    }
}
