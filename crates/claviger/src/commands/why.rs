//! `claviger why`: why a user or a license works or does not, by whatever a customer pasted.

use claviger_domain::{HwidList, NEVER};
use claviger_service::vendor::{Act, Found, Match, Tried, UserSubscription, Verdict, Who};
use serde_json::{Value, json};

use super::run::with_app;
use crate::{config::StoreArgs, output};

/// What to look for.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// OWNER/APP
    app: String,
    /// What the customer pasted: a name, a key, an e-mail address, a device, an address or network, a session id
    #[arg(required = true)]
    text: Vec<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Finds a user or a license and tells how it stands; lists what was found where that is more than one.
pub(crate) fn run(store: StoreArgs, Args { app, text, json }: Args) -> anyhow::Result<()> {
    let text = text.join(" ");
    with_app(store, &app, async |service, app| {
        let found = service.find(&app, &text).await?;
        let Some(subject) = found.one() else { return list(&found, json) };
        let verdict = service.why(&app, subject).await?;
        if json {
            return output::json(&as_json(&verdict));
        }
        print(&verdict);
        Ok(())
    })
}

fn list(found: &Found, json: bool) -> anyhow::Result<()> {
    let rows = if found.matches.is_empty() { &found.close } else { &found.matches };
    if json && !rows.is_empty() {
        let exact = !found.matches.is_empty();
        let rows: Vec<Value> = rows.iter().map(match_as_json).collect();
        return output::json(&json!({ "exact": exact, "matches": rows }));
    }
    let looked_for = output::plain(found.looked_for.first().map_or("", String::as_str));
    anyhow::ensure!(
        !rows.is_empty(),
        "nothing is found by `{looked_for}`: give a name, a key, an e-mail address, a device, an address or a session id"
    );
    if found.matches.is_empty() {
        println!("Nothing is exactly that; this begins so:");
    }
    output::table(["WHAT", "NAME", "FOUND BY"], rows.iter().map(match_row));
    Ok(())
}

fn match_row(one: &Match) -> [String; 3] {
    match one {
        Match::User { name, how, .. } => ["user".into(), name.clone(), how.text().into()],
        Match::License { key, how, .. } => ["license".into(), key.clone(), how.text().into()],
        Match::Session { id, ip } => ["session".into(), id.clone(), format!("nobody signed in, from {ip}")],
        Match::Entry(entry) => ["blacklist".into(), entry.value.clone(), entry.reason().into()],
        Match::Try(tried) => ["try".into(), who(tried), format!("{}, from {}", tried.text(), tried.ip)],
    }
}

fn match_as_json(one: &Match) -> Value {
    let [what, name, by] = match_row(one);
    json!({ "what": what, "name": name, "by": by })
}

fn print(verdict: &Verdict) {
    println!("{}\n", output::plain(&verdict.line));
    for (number, reason) in (1..).zip(&verdict.reasons) {
        println!("{number}. {}", output::plain(&reason.text(verdict.now)));
    }
    let acts: Vec<String> = verdict.acts.iter().map(Act::label).collect();
    if !verdict.reasons.is_empty() {
        println!();
    }
    output::pairs(&[("tell the customer", &verdict.tell), ("what can be done", &acts.join(", "))]);
    println!();
    if let Some(user) = &verdict.user {
        let hwids = HwidList::from_stored(user.hwids.as_deref());
        output::pairs(&[
            ("user", &user.username),
            ("created", &output::time(user.created)),
            ("last login", &output::time_or_dash(user.last_login)),
            ("ip", &output::or_dash(user.ip.as_deref())),
            ("devices", &output::or_dash(hwids.to_wire().as_deref())),
            ("live sessions", &verdict.sessions.len().to_string()),
        ]);
        println!();
        output::table(["SUBSCRIPTION", "ENDS", "LICENSE"], verdict.subscriptions.iter().map(subscription));
        println!();
    }
    if let Some(license) = &verdict.license {
        output::pairs(&[
            ("license", &license.key),
            ("status", license.status.as_str()),
            ("level", &license.level),
            ("seconds", &output::seconds(license.duration)),
            ("made by", &license.genby),
            ("used by", &output::or_dash(license.usedby.as_deref())),
        ]);
        println!();
    }
    output::table(["LAST TRIES", "TYPE", "CAME OF IT", "FROM", "DEVICE"], verdict.tries.iter().map(tried));
    if !verdict.nearby.is_empty() {
        println!();
        let rows = verdict.nearby.iter().map(tried);
        output::table(["OTHERS FROM THERE", "TYPE", "CAME OF IT", "FROM", "DEVICE"], rows);
    }
}

fn subscription(one: &UserSubscription) -> [String; 3] {
    let ends = match (one.paused, one.expires) {
        (false, end) => output::time(end),
        (true, NEVER) => "paused, never ends".into(),
        (true, left) => format!("paused, {left} seconds remain"),
    };
    [one.subscription.clone(), ends, output::or_dash(one.license_key.as_deref())]
}

fn who(tried: &Tried) -> String {
    match &tried.who {
        Who::User { name, .. } | Who::Typed(name) => name.clone(),
        Who::License { key, .. } => key.clone(),
        Who::Nobody => "-".into(),
    }
}

fn tried(one: &Tried) -> [String; 5] {
    let times = if one.count > 1 { format!(" ({} times)", one.count) } else { String::new() };
    [
        output::time(one.time),
        one.kind.clone(),
        format!("{}{times}", one.text()),
        one.ip.clone(),
        output::or_dash(one.hwid.as_deref()),
    ]
}

fn tried_as_json(one: &Tried) -> Value {
    json!({
        "time": one.time,
        "count": one.count,
        "type": one.kind,
        "outcome": one.outcome.as_str(),
        "detail": one.detail,
        "hwid": one.hwid,
        "ip": one.ip,
    })
}

fn as_json(verdict: &Verdict) -> Value {
    let reasons = verdict.reasons.iter().map(|reason| {
        json!({
            "code": reason.why.as_str(),
            "text": reason.text(verdict.now),
            "tell": reason.why.tell(),
            "seen": reason.seen.as_ref().map(|seen| seen.time),
        })
    });
    json!({
        "user": verdict.user.as_ref().map(|user| &user.username),
        "license": verdict.license.as_ref().map(|license| &license.key),
        "standing": verdict.standing.as_str(),
        "line": verdict.line,
        "tell": verdict.tell,
        "reasons": reasons.collect::<Vec<_>>(),
        "acts": verdict.acts.iter().map(Act::as_str).collect::<Vec<_>>(),
        "sessions": verdict.sessions.iter().map(|one| &one.id).collect::<Vec<_>>(),
        "tries": verdict.tries.iter().map(tried_as_json).collect::<Vec<_>>(),
        "nearby": verdict.nearby.iter().map(tried_as_json).collect::<Vec<_>>(),
    })
}
