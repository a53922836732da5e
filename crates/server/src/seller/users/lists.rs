//! Lists of users and of what they have (`docs/protocol/seller.md`).

use std::collections::HashMap;

use claviger_domain::{HwidList, in_one_line};
use claviger_service::vendor::{ManageError, User, UserSubscription};
use claviger_wire::{seller::SellerReply, told};
use futures_util::{FutureExt, future::BoxFuture};
use serde::Serialize;

use crate::seller::{
    Outcome, Request,
    kind::{
        CURSOR, Field, LIMIT, NEXT, PAGED, Shape, Type, Types, field, may, need, nullable, optional, text,
    },
    list::List,
};

pub(crate) const TYPES: Types = &[
    Type::new("fetchallusers", |request| fetch_all(request).boxed(), "Lists users, oldest first.")
        .params(&[LIMIT, CURSOR, may("include", "`subscriptions`: each row has the user's subscriptions")])
        .data(&[field("users", Shape::Rows(ROW)), NEXT])
        .statuses(&[400, 406]),
    Type::new("fetchallusernames", |request| names(request).boxed(), "Lists names of users, oldest first.")
        .params(PAGED)
        .data(&[field("usernames", Shape::Rows(&[text("username")])), NEXT])
        .statuses(&[400, 406]),
    Type::new("usersub", |request| subscriptions(request).boxed(), "Lists subscriptions of a user.")
        .params(&[need("user", "Name of the user")])
        .data(&[field("subs", Shape::Rows(SUBSCRIPTION))])
        .statuses(&[406]),
];

const ROW: &[Field] = &[
    text("id"),
    text("username"),
    field("email", Shape::Null),
    field("password", Shape::Null),
    nullable("hwid"),
    text("app"),
    text("owner"),
    text("createdate"),
    nullable("lastlogin"),
    nullable("banned"),
    nullable("ip"),
    nullable("cooldown"),
    optional("subscriptions", Shape::Rows(SUBSCRIPTION)),
];
const SUBSCRIPTION: &[Field] =
    &[text("id"), text("user"), text("subscription"), text("expiry"), nullable("key"), text("paused")];

/// A user with the subscriptions, where they were asked for.
#[derive(Clone)]
struct Listed {
    user: User,
    subscriptions: Option<Vec<UserSubscription>>,
}

const USERS: List<Listed> = List {
    message: "Successfully Retrieved Users",
    field: "users",
    none: "No users found",
    name: |listed| listed.user.id.to_string(),
    numbered: true,
    line: None,
};

const USERNAMES: List<User> = List {
    message: "Successfully Retrieved Usernames",
    field: "usernames",
    none: "No users found",
    name: |user| user.id.to_string(),
    numbered: true,
    line: Some(|user| user.username.clone()),
};

#[derive(Serialize)]
struct Row {
    id: String,
    username: String,
    email: Option<()>,
    password: Option<()>,
    hwid: Option<String>,
    app: String,
    owner: String,
    createdate: String,
    lastlogin: Option<String>,
    banned: Option<String>,
    ip: Option<String>,
    cooldown: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subscriptions: Option<Vec<Subscription>>,
}

#[derive(Serialize)]
struct Subscription {
    id: String,
    user: String,
    subscription: String,
    expiry: String,
    key: Option<String>,
    paused: &'static str,
}

impl Subscription {
    fn new(username: &str, one: UserSubscription) -> Self {
        Self {
            id: one.id.to_string(),
            user: username.into(),
            subscription: one.subscription,
            expiry: told(one.expires).to_string(),
            key: one.license_key,
            paused: if one.paused { "1" } else { "0" },
        }
    }
}

impl Row {
    fn new(listed: &Listed, app: &str) -> Self {
        let user = listed.user.clone();
        let subscriptions = listed
            .subscriptions
            .clone()
            .map(|all| all.into_iter().map(|one| Subscription::new(&user.username, one)).collect::<Vec<_>>());
        Self {
            id: user.id.to_string(),
            email: None,
            password: None,
            hwid: HwidList::from_stored(user.hwids.as_deref()).to_wire(),
            app: app.into(),
            owner: user.owner,
            createdate: user.created.to_string(),
            lastlogin: user.last_login.map(|second| second.to_string()),
            banned: user.banned,
            ip: user.ip,
            cooldown: user.cooldown.map(|second| second.to_string()),
            username: user.username,
            subscriptions,
        }
    }
}

async fn fetch_all(request: Request) -> Outcome {
    let include = match request.params.get("include").as_deref() {
        None => false,
        Some("subscriptions") => true,
        Some(_) => return Err(SellerReply::invalid_parameter("include").into()),
    };
    let (service, app, public_id) = (request.service().clone(), request.app.id, request.app.public_id());
    let read = move |after: String, limit| -> BoxFuture<'static, Result<Vec<Listed>, ManageError>> {
        let service = service.clone();
        async move {
            let users = service.users_page(app, after.parse().unwrap_or(0), limit).await?;
            let (Some(first), Some(last)) = (users.first(), users.last()) else { return Ok(Vec::new()) };
            let mut subscriptions: HashMap<i64, Vec<UserSubscription>> = HashMap::new();
            if include {
                for (user, one) in service.subscriptions_of_users(app, first.id - 1, last.id).await? {
                    subscriptions.entry(user).or_default().push(one);
                }
            }
            let listed = users.into_iter().map(|user| Listed {
                subscriptions: include.then(|| subscriptions.remove(&user.id).unwrap_or_default()),
                user,
            });
            Ok(listed.collect())
        }
        .boxed()
    };
    USERS.answer(&request, Box::new(read), move |listed| Row::new(listed, &public_id)).await
}

async fn names(request: Request) -> Outcome {
    #[derive(Serialize)]
    struct Name {
        username: String,
    }
    let (service, app) = (request.service().clone(), request.app.id);
    let read = move |after: String, limit| {
        let service = service.clone();
        async move { service.users_page(app, after.parse().unwrap_or(0), limit).await }.boxed()
    };
    let name = |user: &User| Name { username: user.username.clone() };
    USERNAMES.answer(&request, Box::new(read), name).await
}

async fn subscriptions(request: Request) -> Outcome {
    let none = || SellerReply::failure("No Subscriptions Found").status(406);
    let found = match request.service().user(&request.app, &request.text("user")).await {
        Ok(found) if !found.subscriptions.is_empty() => found,
        Ok(_) | Err(ManageError::Unknown { .. }) => return Err(none().into()),
        Err(error) => return Err(error.into()),
    };
    let username = &found.user.username;
    let rows: Vec<Subscription> =
        found.subscriptions.into_iter().map(|one| Subscription::new(username, one)).collect();
    let lines: Vec<String> = rows.iter().map(line).collect();
    let reply = SellerReply::success("Successfully Retrieved User Subscription").with("subs", &rows);
    Ok(reply.text(lines.join("\r\n")).into())
}

fn line(row: &Subscription) -> String {
    let key = row.key.as_deref().unwrap_or_default();
    let line = format!("{} {} {} {key}", row.user, row.subscription, row.expiry);
    // A name of an older release may have line ends.
    in_one_line(line.trim_end()).into_owned()
}
