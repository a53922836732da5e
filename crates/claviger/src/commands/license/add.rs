//! `claviger license add`.

use anyhow::{bail, ensure};
use claviger_domain::{Alphabet, Clock, Mask, SystemClock, tidy};
use claviger_service::vendor::{BATCH_MAX, LEVEL_MAX, LicenseFailure, NOTE_MAX, NewKeys};

use super::{super::run::with_app, term::TermArgs};
use crate::{config::StoreArgs, output};

/// What a mask's * become.
const ALPHABET: Alphabet = Alphabet::Mixed;
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

/// Runs the command.
pub(super) fn run(store: StoreArgs, app: &str, new: NewArgs, json: bool) -> anyhow::Result<()> {
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
