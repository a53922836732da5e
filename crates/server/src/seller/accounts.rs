//! Accounts: resellers and managers (`docs/protocol/seller.md`).

use claviger_domain::{AccountRole, Balance, Permission, Secret};
use claviger_service::vendor::{AddAccount, NewMember, TeamAccount};
use claviger_wire::seller::SellerReply;
use futures_util::FutureExt;
use serde::Serialize;

use super::{
    Answer, Outcome, Request, failure,
    kind::{Field, Form, Param, Shape, Type, Types, field, may, need, text},
    settled, silent, success, unknown,
};

pub(crate) const TYPES: Types = &[
    Type::new("addAccount", |request| add(request).boxed(), "Makes an account of a reseller or manager.")
        .params(&[
            need("role", "`Reseller` or `Manager`"),
            need("user", "Name to sign in with, at most 65 bytes"),
            need("pass", "The password"),
            need("email", "The e-mail address"),
            may("keylevels", "Levels of licenses that a reseller may make, separated by commas; `N/A`: all"),
            may("perms", "What a manager may do, as a sum of bits; 2047 unless given").form(Form::Integer),
        ])
        .statuses(&[400])
        .changes(&["role", "user"]),
    Type::new("deleteAccount", |request| delete(request).boxed(), "Deletes an account.")
        .params(&[need("user", "Name of the account")])
        .changes(&["user"]),
    Type::new("fetchteam", |request| team(request).boxed(), "Lists the accounts of the application.").data(
        &[
            field("resellers", Shape::Rows(&[text("username"), text("key_levels"), text("balance")])),
            field("managers", Shape::Rows(&[text("username"), text("permissions")])),
        ],
    ),
    Type::new("setbalance", |request| add_balance(request).boxed(), "Lets a reseller make more licenses.")
        .alias(&["balance"])
        .params(BALANCE_PARAMS)
        .changes(&["username"]),
    Type::new("getbalance", |request| balance(request).boxed(), "Tells how many licenses are left.")
        .params(&[need("username", "Name of the account"), may("appname", "Name of the application")])
        .data(&[field("balance", Shape::Object(BALANCE))])
        .silent(),
];

const BALANCE_PARAMS: &[Param] = &[
    need("username", "Name of the account"),
    may("day", "So many more for a day; a negative number takes away").form(Form::Integer),
    may("week", "For a week").form(Form::Integer),
    may("month", "For a month").form(Form::Integer),
    may("threemonth", "For three months").form(Form::Integer),
    may("sixmonth", "For half a year").form(Form::Integer),
    may("lifetime", "For ever").form(Form::Integer),
    may("year", "For a year").form(Form::Integer),
];
const BALANCE: &[Field] = &[
    text("day"),
    text("week"),
    text("month"),
    text("three_month"),
    text("six_month"),
    text("lifetime"),
    text("year"),
    field("total_keys", Shape::Number),
];

/// Longest name in bytes.
const NAME_MAX: usize = 65;
/// Longest list of levels in bytes.
const LEVELS_MAX: usize = 200;
/// All levels.
const ALL_LEVELS: &str = "N/A";

async fn add(request: Request) -> Outcome {
    const FAILED: &str = "Failed to add account!";
    let Ok(role) = request.text("role").parse::<AccountRole>() else {
        return failure("Role options are Manager or Reseller!");
    };
    let new = NewMember {
        role,
        username: request.stored("user", NAME_MAX)?.unwrap_or_default(),
        password: Some(Secret::new(request.text("pass"))),
        email: Some(request.stored("email", 254)?.unwrap_or_default()),
        key_levels: request.stored("keylevels", LEVELS_MAX)?.unwrap_or_else(|| ALL_LEVELS.into()),
        permissions: request.params.number_or("perms", Permission::DEFAULT),
    };
    match request.service().add_account(&request.app, new).await {
        Ok(AddAccount::Done(_)) => success("Successfully added account!"),
        Ok(AddAccount::NameTaken) => failure("Username already taken!"),
        Ok(AddAccount::EmailTaken) => failure("Email already taken!"),
        Ok(AddAccount::NoPermission) => {
            failure("Invalid permission value. You must have at least one permission flag enabled!")
        }
        Err(error) => settled::<()>(Err(error), "", FAILED),
    }
}

async fn delete(request: Request) -> Outcome {
    let deleted = request.service().delete_account(&request.app, &request.text("user")).await;
    settled(deleted, "Successfully deleted account!", "Failed to delete account!")
}

#[derive(Serialize)]
struct Reseller {
    username: String,
    key_levels: String,
    balance: String,
}

#[derive(Serialize)]
struct Manager {
    username: String,
    permissions: String,
}

async fn team(request: Request) -> Outcome {
    let (resellers, managers): (Vec<TeamAccount>, Vec<TeamAccount>) = request
        .service()
        .team(&request.app)
        .await?
        .into_iter()
        .partition(|account| account.role == AccountRole::Reseller);
    let resellers = resellers.into_iter().map(|account| Reseller {
        username: account.username,
        key_levels: account.key_levels,
        balance: account.balance.counts().map(|count| count.to_string()).join("|"),
    });
    let managers = managers
        .into_iter()
        .map(|account| Manager { username: account.username, permissions: account.permissions.to_string() });
    let reply = SellerReply::success("Successfully retrieved team")
        .with("resellers", &resellers.collect::<Vec<_>>())
        .with("managers", &managers.collect::<Vec<_>>());
    Ok(reply.into())
}

async fn add_balance(request: Request) -> Outcome {
    let Some(username) = request.params.get("username") else { return failure("Username Not Set") };
    let count = |name| request.params.number_or(name, 0);
    let more = Balance {
        day: count("day"),
        week: count("week"),
        month: count("month"),
        three_month: count("threemonth"),
        six_month: count("sixmonth"),
        lifetime: count("lifetime"),
        year: count("year"),
    };
    let key = format!("key {}", request.key.name);
    let by = [key.as_str(), "Seller API"];
    match request.service().add_balance(&request.app, &username, more, by).await {
        Ok((old, new)) => {
            let reply = SellerReply::success("Balance Successfully Added");
            Ok(Answer::Changed(reply, differences(old, new)))
        }
        Err(error) => unknown(error, "You don't own account you were attemping to modify balance for"),
    }
}

/// What is another now, as the audit log tells it.
fn differences(old: Balance, new: Balance) -> String {
    let counts = BALANCE_PARAMS[1..].iter().zip(old.counts().into_iter().zip(new.counts()));
    let changed = counts.filter(|(_, (old, new))| old != new);
    let changed = changed.map(|(param, (old, new))| format!("{}: {old} → {new}", param.name));
    changed.collect::<Vec<_>>().join("; ")
}

#[derive(Serialize)]
struct Counts {
    day: String,
    week: String,
    month: String,
    three_month: String,
    six_month: String,
    lifetime: String,
    year: String,
    total_keys: i64,
}

impl From<Balance> for Counts {
    fn from(balance: Balance) -> Self {
        let total_keys = balance.counts().into_iter().fold(0, i64::saturating_add);
        let [day, week, month, three_month, six_month, lifetime, year] =
            balance.counts().map(|count| count.to_string());
        Self { day, week, month, three_month, six_month, lifetime, year, total_keys }
    }
}

async fn balance(request: Request) -> Outcome {
    const NOT_YOURS: &str = "Reseller Account Doesn't Exist Or It Doesn't Belong To You";
    if request.params.get("appname").is_some_and(|name| name != request.app.name) {
        return failure(NOT_YOURS);
    }
    match request.service().account(&request.app, &request.text("username")).await {
        Ok(account) => Ok(silent().with("balance", &Counts::from(account.balance)).into()),
        Err(error) => unknown(error, NOT_YOURS),
    }
}
