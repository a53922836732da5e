//! License keys: looking at them (`docs/protocol/seller.md`).

use claviger_domain::{HwidList, LicenseStatus};
use claviger_service::vendor::{License, LicenseFilter};
use claviger_wire::{seller::SellerReply, told};
use futures_util::FutureExt;
use serde::Serialize;

use crate::seller::{
    Outcome, Request, Stop,
    kind::{CURSOR, Field, LIMIT, NEXT, Param, Shape, Type, Types, field, may, need, nullable, text},
    list::List,
    silent, unknown,
};

pub(crate) const TYPES: Types = &[
    Type::new("fetchallkeys", |request| fetch_all(request).boxed(), "Lists licenses, oldest first.")
        .params(&[
            LIMIT,
            CURSOR,
            may("status", "Only those that are `Not Used`, `Used` or `Banned`"),
            may("level", "Only those of this level"),
            may("genby", "Only those that this maker made"),
        ])
        .data(&[field("keys", Shape::Rows(ROW)), NEXT])
        .statuses(&[400, 406]),
    Type::new("getkey", |request| of_user(request).boxed(), "Tells the first license that a user used.")
        .alias(&["getkeyfromuser"])
        .params(&[need("user", "Name of the user")])
        .data(&[text("key")])
        .silent(),
    Type::new("fetchnote", |request| note(request).boxed(), "Tells the remark of a license.")
        .params(KEY)
        .data(&[text("note")])
        .silent(),
    Type::new("info", |request| info(request).boxed(), "Tells about a license; what it lacks is empty.")
        .params(KEY)
        .data(INFO)
        .silent(),
    Type::new("keydata", |request| data(request).boxed(), "Tells about a license, as `fetchallkeys` does.")
        .params(KEY)
        .data(ROW)
        .silent(),
];

const KEY: &[Param] = &[need("key", "The license key")];
const ROW: &[Field] = &[
    text("id"),
    text("key"),
    nullable("note"),
    text("expires"),
    text("status"),
    text("level"),
    text("genby"),
    text("gengy"),
    text("gendate"),
    nullable("usedon"),
    nullable("usedby"),
    text("app"),
    text("banned"),
];
const INFO: &[Field] = &[
    text("duration"),
    text("hwid"),
    text("note"),
    text("status"),
    text("level"),
    text("createdby"),
    text("usedby"),
    text("usedon"),
    text("creationdate"),
];

const KEYS: List<License> = List {
    message: "Successfully Retrieved Licenses",
    field: "keys",
    none: "No keys found",
    name: |license| license.id.to_string(),
    numbered: true,
    line: Some(|license| license.key.clone()),
};

/// A license as callers see it.
#[derive(Serialize)]
struct Row {
    id: String,
    key: String,
    note: Option<String>,
    /// How many seconds it is worth.
    expires: String,
    status: &'static str,
    level: String,
    genby: String,
    /// As `genby`: the published Rust crate reads this spelling.
    gengy: String,
    gendate: String,
    usedon: Option<String>,
    usedby: Option<String>,
    app: String,
    banned: String,
}

impl Row {
    fn new(license: &License, app: &str) -> Self {
        let license = license.clone();
        Self {
            id: license.id.to_string(),
            key: license.key,
            note: license.note,
            expires: told(license.duration).to_string(),
            status: license.status.as_str(),
            level: license.level,
            gengy: license.genby.clone(),
            genby: license.genby,
            gendate: license.gendate.to_string(),
            usedon: license.usedon.map(|second| second.to_string()),
            usedby: license.usedby,
            app: app.into(),
            banned: license.banned.unwrap_or_default(),
        }
    }
}

async fn fetch_all(request: Request) -> Outcome {
    let status = request.params.get("status").map(|status| status.parse::<LicenseStatus>());
    let status = status.transpose().map_err(|()| SellerReply::invalid_parameter("status"))?;
    let owned = |name| request.params.get(name).map(std::borrow::Cow::into_owned);
    let filter = LicenseFilter { status, level: owned("level"), genby: owned("genby") };
    let (service, app) = (request.service().clone(), request.app.clone());
    let public_id = app.public_id();
    let read = move |after: String, limit| {
        let (service, app, filter) = (service.clone(), app.id, filter.clone());
        async move { service.licenses_page(app, filter, after.parse().unwrap_or(0), limit).await }.boxed()
    };
    KEYS.answer(&request, Box::new(read), move |license| Row::new(license, &public_id)).await
}

async fn of_user(request: Request) -> Outcome {
    match request.service().license_of_user(&request.app, &request.text("user")).await {
        Ok(license) => Ok(silent().with("key", &license.key).into()),
        Err(error) => unknown(error, "License not found"),
    }
}

async fn note(request: Request) -> Outcome {
    match request.service().find_license(&request.app, &request.text("key")).await {
        Ok(license) => Ok(silent().with("note", &license.note.unwrap_or_default()).into()),
        Err(error) => unknown(error, "Key not found"),
    }
}

async fn info(request: Request) -> Outcome {
    let license = match request.service().find_license(&request.app, &request.text("key")).await {
        Ok(license) => license,
        Err(error) => return unknown(error, "Key Not Found"),
    };
    let reply = silent()
        .with("duration", &told(license.duration).to_string())
        .with("hwid", &hwid(&request, &license).await?)
        .with("note", &license.note.unwrap_or_default())
        .with("status", &license.status.as_str())
        .with("level", &license.level)
        .with("createdby", &license.genby)
        .with("usedby", &license.usedby.unwrap_or_default())
        .with("usedon", &license.usedon.map(|second| second.to_string()).unwrap_or_default())
        .with("creationdate", &license.gendate.to_string());
    Ok(reply.into())
}

/// The devices of the user who used a license.
async fn hwid(request: &Request, license: &License) -> Result<String, Stop> {
    let user = request.service().user_of_license(&request.app, license).await?;
    let hwids = user.and_then(|user| HwidList::from_stored(user.hwids.as_deref()).to_wire());
    Ok(hwids.unwrap_or_default())
}

async fn data(request: Request) -> Outcome {
    let row = match request.service().find_license(&request.app, &request.text("key")).await {
        Ok(license) => Row::new(&license, &request.app.public_id()),
        Err(error) => return unknown(error, "Key Not Found"),
    };
    Ok(silent().with_fields(&row).into())
}
