//! `claviger license`: license keys.

use anyhow::{Context, bail, ensure};
use claviger_domain::{Alphabet, Mask, days_to_seconds};
use claviger_service::vendor::{
    BATCH_MAX, LEVEL_MAX, License, LicenseFailure, LicenseFilter, NOTE_MAX, NewKeys,
};
use serde_json::json;

use super::{
    args::{BanAddress, ShowArgs},
    run::with_app,
};
use crate::{
    config::StoreArgs,
    output::{self, Rows},
};

/// Licenses read at a time.
const PAGE: i64 = 1000;

/// What can be done with licenses.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Make license keys
    Add {
        /// OWNER/APP
        app: String,
        #[command(flatten)]
        new: NewArgs,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// List licenses, oldest first
    List(ShowArgs),
    /// Ban a license: nobody can use it or sign in with it. A user with a name of their own goes on
    Ban {
        /// OWNER/APP
        app: String,
        /// The license key
        key: String,
        /// What the program shows in place of {reason}
        #[arg(long, default_value = "")]
        reason: String,
        /// Also ban the user who used it, as `user ban` does
        #[arg(long)]
        user_too: bool,
        #[command(flatten)]
        address: BanAddress,
    },
    /// Lift the ban of a license, and what that ban put on its user; other bans of the user stay
    Unban {
        /// OWNER/APP
        app: String,
        /// The license key
        key: String,
    },
}

/// The licenses to be made.
#[derive(clap::Args)]
pub(crate) struct NewArgs {
    /// Days that each is worth, counted from its use; decimals are allowed
    #[arg(long)]
    days: String,
    /// How many, 1 to 100
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(i64).range(1..=BATCH_MAX))]
    amount: i64,
    /// Pattern of the keys, in which each * becomes a random character [default: licenseMask of the application]
    #[arg(long)]
    mask: Option<String>,
    /// Level, which decides the subscriptions
    #[arg(long, default_value = "1")]
    level: String,
    /// A remark for yourself
    #[arg(long)]
    note: Option<String>,
}

/// Runs one of the commands.
pub(crate) fn run(store: StoreArgs, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Add { app, new, json } => add(store, &app, new, json),
        Command::List(ShowArgs { app, json }) => list(store, &app, json),
        Command::Ban { app, key, reason, user_too, address } => {
            with_app(store, &app, async |service, app| {
                let license = service.ban_license(&app, &key, &reason, user_too, address.choice()).await?;
                println!("banned {}", output::plain(&license.key));
                Ok(())
            })
        }
        Command::Unban { app, key } => with_app(store, &app, async |service, app| {
            let license = service.unban_license(&app, &key).await?;
            println!("unbanned {}", output::plain(&license.key));
            Ok(())
        }),
    }
}

fn add(store: StoreArgs, app: &str, new: NewArgs, json: bool) -> anyhow::Result<()> {
    let duration = days_to_seconds(&new.days)
        .with_context(|| format!("`{}` is no number of days: write one such as 30 or 0.5", new.days))?;
    ensure!((1..=LEVEL_MAX).contains(&new.level.len()), "a level has 1 to {LEVEL_MAX} bytes");
    with_app(store, app, async |service, app| {
        let mask = new.mask.as_ref().unwrap_or(&app.settings.license_mask);
        let keys = NewKeys {
            mask: Mask::new(mask).map_err(|error| anyhow::anyhow!("{error}"))?,
            alphabet: Alphabet::Mixed,
            amount: new.amount,
            duration,
            level: new.level,
            note: new.note,
            genby: app.owner_name.clone(),
        };
        let made = match service.add_licenses(&app, keys).await {
            Ok(made) => made,
            Err(LicenseFailure::NoteTooLong) => bail!("a note has at most {NOTE_MAX} bytes"),
            Err(LicenseFailure::FixedMask) => bail!("a mask without * makes one license only"),
            Err(LicenseFailure::Exists) => {
                bail!("the license, or each one that the mask allows, exists already: choose another mask")
            }
            Err(failure) => return Err(failure.into()),
        };
        if json {
            return output::json(&made);
        }
        made.iter().for_each(|key| println!("{key}"));
        Ok(())
    })
}

fn list(store: StoreArgs, app: &str, json: bool) -> anyhow::Result<()> {
    with_app(store, app, async |service, app| {
        let columns = [
            ("KEY", 41),
            ("STATUS", 8),
            ("LEVEL", 5),
            ("SECONDS", 9),
            ("USER", 20),
            ("USED", 20),
            ("NOTE", 0),
        ];
        let mut rows = Rows::new(json, columns);
        let mut after = 0;
        loop {
            let page = service.licenses_page(app.id, LicenseFilter::default(), after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = last.id;
            for license in page {
                rows.add(&as_json(&license), cells(license))?;
            }
        }
        rows.end();
        Ok(())
    })
}

fn cells(license: License) -> [String; 7] {
    [
        license.key,
        license.status.as_str().into(),
        license.level,
        license.duration.to_string(),
        output::or_dash(license.usedby.as_deref()),
        output::time_or_dash(license.usedon),
        output::or_dash(license.note.as_deref()),
    ]
}

fn as_json(license: &License) -> serde_json::Value {
    json!({
        "key": license.key,
        "status": license.status.as_str(),
        "level": license.level,
        "seconds": license.duration,
        "note": license.note,
        "banned": license.banned,
        "created_by": license.genby,
        "created": license.gendate,
        "used_by": license.usedby,
        "used": license.usedon,
    })
}
