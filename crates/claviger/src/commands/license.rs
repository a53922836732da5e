//! `claviger license`: license keys.

use std::{
    io::Read,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail, ensure};
use claviger_domain::{Alphabet, Clock, Mask, SystemClock, Term, Unit, tidy};
use claviger_service::vendor::{
    BATCH_MAX, EditedLicense, LEVEL_MAX, License, LicenseFailure, LicenseFilter, NOTE_MAX, NewKeys, Usual,
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

/// What a mask's * become.
const ALPHABET: Alphabet = Alphabet::Mixed;
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
    /// Change how long a license lasts
    Edit {
        /// OWNER/APP
        app: String,
        /// The license key
        key: String,
        #[command(flatten)]
        term: TermArgs,
        /// Where it is used: its user's time ends later or earlier by the difference
        #[arg(long)]
        user_too: bool,
    },
    /// Make licenses of a list: a key on each line, or a table whose first line names its columns: key, level, days or
    /// expiry, note, used_by. All are made or none
    Import {
        /// OWNER/APP
        app: String,
        /// The file; `-` is the standard input
        file: PathBuf,
        #[command(flatten)]
        new: ImportArgs,
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
    #[command(flatten)]
    term: TermArgs,
    /// How many, 1 to 100
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(i64).range(1..=BATCH_MAX))]
    amount: i64,
    /// Pattern of the keys, in which each * becomes a random character [default: licenseMask of the application]
    #[arg(long)]
    mask: Option<String>,
    /// Also a mask whose keys have fewer than 64 bits of randomness, so that they could be guessed
    #[arg(long)]
    force: bool,
    /// Level, which decides the subscriptions
    #[arg(long, default_value = "1")]
    level: String,
    /// A remark for yourself
    #[arg(long)]
    note: Option<String>,
}

/// What licenses of a list have where it does not say it.
#[derive(clap::Args)]
pub(crate) struct ImportArgs {
    #[command(flatten)]
    term: TermArgs,
    /// Level, which decides the subscriptions
    #[arg(long, default_value = "1")]
    level: String,
    /// A remark for yourself
    #[arg(long)]
    note: Option<String>,
    /// Leave out lines that cannot be taken, and make the others
    #[arg(long)]
    skip_refused: bool,
}

/// How long a license lasts.
#[derive(clap::Args)]
#[group(required = true, multiple = false)]
pub(crate) struct TermArgs {
    /// Days that it is worth, counted from its use: decimals are allowed, and the word `never`
    #[arg(long, allow_negative_numbers = true)]
    days: Option<String>,
    /// As long as it is until this date, UTC, from now or from the license's use: 2027-01-31 or 2027-01-31T12:00:00Z
    #[arg(long, value_name = "DATE")]
    until: Option<String>,
}

impl TermArgs {
    fn term(&self, now: i64) -> anyhow::Result<Term> {
        term(self.days.as_deref(), self.until.as_deref(), "a license", now)
    }
}

/// The time that `what` lasts, as `--days` or `--until` tell it.
pub(super) fn term(days: Option<&str>, until: Option<&str>, what: &str, now: i64) -> anyhow::Result<Term> {
    let text = days.or(until).map_or("", str::trim);
    let term = Term::parse(text, Unit::Days, now);
    let term = term.map_err(|error| anyhow::anyhow!("`{text}` is no time that {what} lasts: {error}"))?;
    match (term, until) {
        (Term::For(0), _) => bail!("`{text}` is no time that {what} lasts: write at least a second"),
        (Term::For(_), Some(_)) => bail!("`{text}` is no date: write one such as 2027-01-31"),
        (Term::Until(_), None) => bail!("`{text}` is a date: say it with --until"),
        _ => Ok(term),
    }
}

/// Runs one of the commands.
pub(crate) fn run(store: StoreArgs, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Add { app, new, json } => add(store, &app, new, json),
        Command::Edit { app, key, term, user_too } => edit(store, &app, &key, &term, user_too),
        Command::Import { app, file, new } => import(store, &app, &file, new),
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
    let now = SystemClock.now();
    let duration = new.term.term(now)?.seconds(now);
    ensure!((1..=LEVEL_MAX).contains(&tidy(&new.level).len()), "a level has 1 to {LEVEL_MAX} bytes");
    with_app(store, app, async |service, app| {
        let mask = new.mask.as_ref().unwrap_or(&app.settings.license_mask);
        let mask = Mask::new(mask).map_err(|error| anyhow::anyhow!("{error}"))?;
        let (bits, fixed) = (mask.bits(ALPHABET), mask.is_fixed());
        ensure!(
            new.force || !mask.is_weak(ALPHABET),
            "keys of this mask have {bits} bits of randomness and could be guessed; {} are enough: write more * \
             into it, or add --force",
            Mask::MIN_BITS
        );
        let keys = NewKeys {
            mask,
            alphabet: ALPHABET,
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
        if !fixed {
            eprintln!("\nEach key has {bits} bits of randomness.");
        }
        Ok(())
    })
}

/// Refused lines that are told.
const TOLD: usize = 20;

fn import(store: StoreArgs, app: &str, file: &Path, new: ImportArgs) -> anyhow::Result<()> {
    let text = read_list(file)?;
    let now = SystemClock.now();
    let usual = Usual { level: new.level, duration: new.term.term(now)?.seconds(now), note: new.note };
    with_app(store, app, async move |service, app| {
        let list = service.read_licenses(&app, text, usual).await?;
        if !list.refused.is_empty() {
            for one in list.refused.iter().take(TOLD) {
                eprintln!("line {}: {}: {}", one.line, output::plain(&one.key), one.why);
            }
            let (refused, good) = (list.refused.len(), list.good.len());
            ensure!(
                new.skip_refused && good > 0,
                "{refused} lines cannot be taken, {good} can; nothing was made. --skip-refused makes the others"
            );
        }
        let wanted = list.good.len() as i64;
        let made = service.import_licenses(&app, list.good, &app.owner_name).await?;
        let mut count = made.made;
        if let Some(id) = made.job {
            // A server may be at work on it too: it is done once either has done the last of it.
            let job = loop {
                service.finish_jobs().await?;
                let job = service.job(&app, id).await?;
                let job = job.ok_or_else(|| anyhow::anyhow!("the job {id} is not there any more"))?;
                if job.ended.is_some() {
                    break job;
                }
            };
            if let Some(why) = job.failed {
                bail!("given up after {} licenses: {}", job.changed, output::plain(&why));
            }
            count = job.changed;
        }
        println!("imported {count} licenses");
        if count < wanted {
            println!("{} are there already: somebody else made them meanwhile", wanted - count);
        }
        Ok(())
    })
}

fn read_list(file: &Path) -> anyhow::Result<String> {
    let bytes = if file == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes).context("cannot read the standard input")?;
        bytes
    } else {
        std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?
    };
    String::from_utf8(bytes).context("the list is no UTF-8: save it as such")
}

fn edit(store: StoreArgs, app: &str, key: &str, term: &TermArgs, user_too: bool) -> anyhow::Result<()> {
    let term = term.term(SystemClock.now())?;
    with_app(store, app, async |service, app| {
        let edited = service.set_license_duration(&app, key, term, user_too).await?;
        println!("changed {}", output::plain(key));
        match edited {
            EditedLicense::UserKept if user_too => eprintln!("Its user is gone: nothing else was changed."),
            EditedLicense::UserKept => {
                eprintln!("It is used: its user keeps the time that it brought, unless --user-too.");
            }
            EditedLicense::Unused | EditedLicense::UserChanged => {}
        }
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
        output::seconds(license.duration),
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
        "seconds": output::seconds_as_json(license.duration),
        "note": license.note,
        "banned": license.banned,
        "created_by": license.genby,
        "created": license.gendate,
        "used_by": license.usedby,
        "used": license.usedon,
    })
}
