//! Users on the screen.

use claviger_domain::{HwidList, NEVER};
use claviger_service::{
    UsersPassword,
    vendor::{User, UserBan, UserDetails, UserSubscription},
};
use serde_json::{Value, json};

use super::super::{run::with_app, variable};
use crate::{
    config::StoreArgs,
    output::{self, Rows},
};

/// Users read at a time.
const PAGE: i64 = 1000;

/// Lists the users of an application.
pub(super) fn list(store: StoreArgs, app: &str, json: bool) -> anyhow::Result<()> {
    with_app(store, app, async |service, app| {
        let columns =
            [("USER", 25), ("CREATED", 20), ("LAST LOGIN", 20), ("IP", 15), ("2FA", 3), ("BANNED", 0)];
        let mut rows = Rows::new(json, columns);
        let mut after = 0;
        loop {
            let page = service.users_page(app.id, after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = last.id;
            for user in page {
                rows.add(&as_json(&user), cells(user))?;
            }
        }
        rows.end();
        Ok(())
    })
}

fn cells(user: User) -> [String; 6] {
    [
        user.username,
        output::time(user.created),
        output::time_or_dash(user.last_login),
        output::or_dash(user.ip.as_deref()),
        if user.totp.is_on() { "on" } else { "-" }.into(),
        output::or_dash(user.banned.as_deref()),
    ]
}

/// Shows one user.
pub(super) fn show(store: StoreArgs, app: &str, username: &str, json: bool) -> anyhow::Result<()> {
    with_app(store, app, async |service, app| {
        let UserDetails { user, subscriptions, variables } = service.user(&app, username).await?;
        let bans = service.bans_of_user(&app, user.id).await?;
        if json {
            let mut value = as_json(&user);
            value["bans"] = bans.iter().map(ban_as_json).collect();
            value["subscriptions"] = subscriptions.iter().map(subscription_as_json).collect();
            value["variables"] = variables.iter().map(variable::user_as_json).collect();
            return output::json(&value);
        }
        print_user(&user);
        println!();
        output::table(
            ["SUBSCRIPTION", "LEVEL", "ENDS", "LICENSE"],
            subscriptions.iter().map(subscription_row),
        );
        if !bans.is_empty() {
            println!();
            output::table(["BANNED", "WITH", "REASON"], bans.into_iter().map(ban_row));
        }
        if !variables.is_empty() {
            println!();
            let rows = variables.into_iter().map(variable::user_cells);
            output::table(["VARIABLE", "VALUE", "WRITERS"], rows);
        }
        Ok(())
    })
}

fn print_user(user: &User) {
    let hwids = HwidList::from_stored(user.hwids.as_deref());
    let hwids: Vec<&str> = hwids.iter().collect();
    let yes = |flag: bool| if flag { "yes" } else { "no" };
    output::pairs(&[
        ("user", &user.username),
        ("created", &output::time(user.created)),
        ("last login", &output::time_or_dash(user.last_login)),
        ("ip", &output::or_dash(user.ip.as_deref())),
        ("banned", &output::or_dash(user.banned.as_deref())),
        ("devices", if hwids.is_empty() { "-".into() } else { hwids.join(", ") }.as_str()),
        ("any device", yes(user.any_device)),
        ("password", UsersPassword::of(user.password.as_deref()).text()),
        ("e-mail", yes(user.email_hash.is_some())),
        ("two-factor", yes(user.totp.is_on())),
        ("made by", &user.owner),
    ]);
}

fn subscription_row(row: &UserSubscription) -> [String; 4] {
    let ends = match (row.paused, row.expires) {
        (false, end) => output::time(end),
        (true, NEVER) => "paused, never ends".into(),
        (true, left) => format!("paused, {left} seconds remain"),
    };
    [
        row.subscription.clone(),
        output::or_dash(row.level.as_deref()),
        ends,
        output::or_dash(row.license_key.as_deref()),
    ]
}

fn subscription_as_json(row: &UserSubscription) -> Value {
    json!({
        "name": row.subscription,
        "level": row.level,
        "expires": if row.paused { Value::Null } else { output::seconds_as_json(row.expires) },
        "paused_seconds": if row.paused { output::seconds_as_json(row.expires) } else { Value::Null },
        "license": row.license_key,
    })
}

fn ban_row(ban: UserBan) -> [String; 3] {
    let with = if ban.license.is_some() { "a license" } else { "-" };
    [output::time_or_dash(banned_at(&ban)), with.into(), ban.reason]
}

fn ban_as_json(ban: &UserBan) -> Value {
    json!({ "reason": ban.reason, "with_license": ban.license.is_some(), "banned_at": banned_at(ban) })
}

/// When; nobody noted it of old bans.
fn banned_at(ban: &UserBan) -> Option<i64> {
    Some(ban.banned_at).filter(|second| *second > 0)
}

/// Neither hashes nor secrets.
fn as_json(user: &User) -> Value {
    let hwids = HwidList::from_stored(user.hwids.as_deref());
    json!({
        "username": user.username,
        "created": user.created,
        "last_login": user.last_login,
        "ip": user.ip,
        "banned": user.banned,
        "hwids": hwids.iter().collect::<Vec<_>>(),
        "any_device": user.any_device,
        "has_password": UsersPassword::of(user.password.as_deref()) == UsersPassword::Set,
        "has_email": user.email_hash.is_some(),
        "two_factor": user.totp.is_on(),
        "created_by": user.owner,
    })
}
