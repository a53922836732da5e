//! What resellers may still make.

use claviger_domain::Balance;
use claviger_service::vendor::BalanceEntry;
use serde_json::json;

use super::super::run::with_app;
use crate::{config::StoreArgs, deed::actor, output};

/// How many more licenses; a negative number takes away.
#[derive(clap::Args)]
pub(crate) struct MoreArgs {
    /// So many more for a day
    #[arg(long, default_value_t = 0, allow_negative_numbers = true)]
    day: i64,
    /// For a week
    #[arg(long, default_value_t = 0, allow_negative_numbers = true)]
    week: i64,
    /// For a month
    #[arg(long, default_value_t = 0, allow_negative_numbers = true)]
    month: i64,
    /// For three months
    #[arg(long, default_value_t = 0, allow_negative_numbers = true)]
    three_month: i64,
    /// For half a year
    #[arg(long, default_value_t = 0, allow_negative_numbers = true)]
    six_month: i64,
    /// For a year
    #[arg(long, default_value_t = 0, allow_negative_numbers = true)]
    year: i64,
    /// For ever
    #[arg(long, default_value_t = 0, allow_negative_numbers = true)]
    lifetime: i64,
}

const HEAD_OF_COUNTS: [&str; 7] = ["DAY", "WEEK", "MONTH", "THREE MONTHS", "SIX MONTHS", "LIFETIME", "YEAR"];
const LENGTHS: [&str; 7] = ["day", "week", "month", "three_month", "six_month", "lifetime", "year"];

/// Changes how many they are, and tells how many then.
pub(super) fn change(store: StoreArgs, app: &str, name: String, more: &MoreArgs) -> anyhow::Result<()> {
    let MoreArgs { day, week, month, three_month, six_month, year, lifetime } = *more;
    let more = Balance { day, week, month, three_month, six_month, lifetime, year };
    anyhow::ensure!(more != Balance::default(), "say how many more, such as --week 5");
    let by = actor();
    with_app(store, app, async move |service, app| {
        let (_, new) = service.add_balance(&app, &name, more, [by.as_str(), "command line"]).await?;
        output::table(HEAD_OF_COUNTS, [new.counts().map(|count| count.to_string())]);
        Ok(())
    })
}

/// Tells how many they are, with the last entries of the journal.
pub(super) fn show(store: StoreArgs, app: &str, name: String, limit: i64, json: bool) -> anyhow::Result<()> {
    with_app(store, app, async move |service, app| {
        let account = service.account(&app, &name).await?;
        let journal = service.balance_journal(&app, account.id, None, limit).await?;
        if json {
            return output::json(&json!({
                "balance": counts(&account.balance),
                "journal": journal.iter().map(entry_as_json).collect::<Vec<_>>(),
            }));
        }
        output::table(HEAD_OF_COUNTS, [account.balance.counts().map(|count| count.to_string())]);
        output::table(["WHEN", "WHAT", "CHANGE", "BY", "FOR"], journal.into_iter().map(entry_cells));
        Ok(())
    })
}

/// The lengths of which any are left.
pub(super) fn in_words(balance: &Balance) -> String {
    let left = LENGTHS.into_iter().zip(balance.counts()).filter(|(_, count)| *count != 0);
    let left: Vec<String> = left.map(|(name, count)| format!("{name} {count}")).collect();
    if left.is_empty() { "-".into() } else { left.join(", ") }
}

/// How many of each length.
pub(super) fn counts(balance: &Balance) -> serde_json::Value {
    let pairs = LENGTHS.into_iter().zip(balance.counts());
    pairs.map(|(name, count)| (name.to_owned(), json!(count))).collect::<serde_json::Map<_, _>>().into()
}

fn entry_as_json(entry: &BalanceEntry) -> serde_json::Value {
    json!({
        "time": entry.time,
        "kind": entry.cause.kind.as_str(),
        "by": entry.cause.actor,
        "for": entry.cause.detail,
        "licenses": entry.cause.licenses.map(|(first, last)| [first, last]),
        "change": counts(&entry.change),
    })
}

fn entry_cells(entry: BalanceEntry) -> [String; 5] {
    let changes = LENGTHS.into_iter().zip(entry.change.counts()).filter(|(_, count)| *count != 0);
    let changes: Vec<String> = changes.map(|(name, count)| format!("{name} {count:+}")).collect();
    let licenses = entry.cause.licenses.map(|(first, last)| format!("licenses {first} to {last}, "));
    [
        output::time(entry.time),
        entry.cause.kind.as_str().into(),
        changes.join(", "),
        entry.cause.actor,
        licenses.unwrap_or_default() + &entry.cause.detail,
    ]
}
