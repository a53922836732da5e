//! The page of one account.

use askama::Template;
use axum::http::StatusCode;
use claviger_domain::AccountRole;
use claviger_service::{
    people::{LogEntry, PersonId, ProviderName},
    vendor::{BalanceEntry, MemberDetails},
};

use super::found::{found, here, number, team};
use crate::{
    addresses::Link,
    browsers::browser,
    fault::{Answer, Fault},
    frame::{Frame, Nav},
    moment::Moment,
    tables::Pages,
    team_words::{LENGTHS, PERMISSIONS, RIGHTS, levels, told},
    visit::Visit,
};

/// Entries of the journal on a page.
const ENTRIES: i64 = 25;

/// How many licenses of a length may still be made.
struct Count {
    field: &'static str,
    word: &'static str,
    left: i64,
    /// What was typed into the field.
    typed: String,
}

/// A change of the balance.
struct Entry {
    time: Moment,
    kind: &'static str,
    actor: String,
    detail: String,
    /// Numbers of the licenses.
    licenses: Option<String>,
    change: String,
}

/// Something that happened to the account.
struct Event {
    time: Moment,
    event: String,
    detail: String,
    ip: String,
    browser: String,
}

#[derive(Template)]
#[template(path = "team_member.html")]
struct Page {
    frame: Frame,
    base: String,
    back: String,
    is_reseller: bool,
    role: &'static str,
    name: String,
    created: Moment,
    seen: Option<Moment>,
    suspended: Option<Moment>,
    has_password: bool,
    link_ends: Option<Moment>,
    sign_ins: usize,
    codes: bool,
    passkeys: usize,
    may: Vec<(&'static str, &'static str)>,
    levels: String,
    counts: Vec<Count>,
    problem: Option<String>,
    entries: Vec<Entry>,
    pages: Pages,
    events: Vec<Event>,
    providers: Vec<ProviderName>,
    identities: Vec<Linked>,
    identity_problem: Option<String>,
    identity_value: String,
}

/// What an identity provider knows the account by.
struct Linked {
    id: i64,
    provider: String,
    claim: &'static str,
    label: String,
}

pub(super) async fn show(visit: Visit) -> Answer {
    page(&visit, StatusCode::OK, None).await
}

/// The page; `problem`: what is wrong with a change of the balance.
pub(super) async fn page(visit: &Visit, status: StatusCode, problem: Option<String>) -> Answer {
    page_with(visit, status, problem, None).await
}

/// As [`page`]; `identity_problem`: what is wrong with an identity that was to be linked.
pub(super) async fn page_with(
    visit: &Visit,
    status: StatusCode,
    problem: Option<String>,
    identity_problem: Option<String>,
) -> Answer {
    let MemberDetails { member, sign_ins, codes, passkeys, log } = found(visit).await?;
    let (app, base, account) = (visit.app()?, here(visit)?, member.account);
    let is_reseller = account.role == AccountRole::Reseller;
    let (entries, pages) =
        if is_reseller { journal(visit, &base).await? } else { (Vec::new(), Pages::default()) };
    let may = if is_reseller {
        let rights = RIGHTS.iter().filter(|(right, ..)| right.is_in(account.rights));
        rights.map(|&(_, word, allows)| (word, allows)).collect()
    } else {
        let areas = PERMISSIONS.iter().filter(|(permission, ..)| permission.is_in(account.permissions));
        areas.map(|&(_, word, allows)| (word, allows)).collect()
    };
    let count = |((field, word), left)| Count { field, word, left, typed: visit.form.kept(field) };
    let providers = visit.service().providers();
    let linked = visit.service().identities(PersonId::Account(account.id)).await?;
    let linked = linked.into_iter().map(|identity| Linked {
        id: identity.id,
        provider: providers
            .iter()
            .find(|provider| provider.issuer == identity.issuer)
            .map_or(identity.issuer, |provider| provider.name.clone()),
        claim: identity.claim.as_str(),
        label: identity.label,
    });
    let identities: Vec<Linked> = linked.collect();
    let page = Page {
        identities,
        providers: providers.into_iter().filter(|provider| provider.owners_link_team).collect(),
        identity_problem,
        identity_value: visit.form.kept("value"),
        frame: visit.frame(account.username.clone(), Nav::Team).await?,
        back: team(app),
        base,
        is_reseller,
        role: account.role.as_str(),
        name: account.username,
        created: visit.moment(account.created),
        seen: member.seen.map(|seen| visit.moment(seen)),
        suspended: account.suspended.map(|since| visit.moment(since)),
        has_password: !account.password.is_empty(),
        link_ends: member.link_ends.map(|ends| visit.moment(ends)),
        sign_ins,
        codes,
        passkeys,
        may,
        levels: levels(&account.key_levels),
        counts: LENGTHS.into_iter().zip(account.balance.counts()).map(count).collect(),
        problem,
        entries,
        pages,
        events: log.into_iter().map(|entry| event(visit, entry)).collect(),
    };
    visit.render_as(status, &page)
}

async fn journal(visit: &Visit, base: &str) -> Result<(Vec<Entry>, Pages), Fault> {
    let before: Option<i64> = visit.query.filled("before").and_then(|text| text.parse().ok());
    let id = number(visit)?;
    let mut entries = visit.service().balance_journal(visit.app()?, id, before, ENTRIES + 1).await?;
    let more = i64::try_from(entries.len()).is_ok_and(|count| count > ENTRIES);
    if more {
        entries.pop();
    }
    let on = entries.last().filter(|_| more).map(|last| Link::new(base).with("before", last.id).into());
    let pages = Pages { first: before.map(|_| base.into()), back: None, on };
    Ok((entries.into_iter().map(|entry| row(visit, entry)).collect(), pages))
}

fn row(visit: &Visit, entry: BalanceEntry) -> Entry {
    let licenses = entry.cause.licenses.map(|(first, last)| match last - first {
        0 => format!("license {first}"),
        _ => format!("licenses {first} to {last}"),
    });
    Entry {
        time: visit.moment(entry.time),
        kind: entry.cause.kind.as_str(),
        actor: entry.cause.actor,
        detail: entry.cause.detail,
        licenses,
        change: told(&entry.change, true),
    }
}

fn event(visit: &Visit, entry: LogEntry) -> Event {
    Event {
        time: visit.moment(entry.time),
        event: entry.event,
        detail: entry.detail,
        ip: entry.ip,
        browser: if entry.user_agent.is_empty() { String::new() } else { browser(&entry.user_agent) },
    }
}
