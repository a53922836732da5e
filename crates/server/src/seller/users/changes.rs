//! Changes of a user (`docs/protocol/seller.md`).

use claviger_domain::{HWID_MAX, Secret, normalize_hwid};
use claviger_service::{accounts::NAME_MAX, vendor::ManageError};
use claviger_wire::seller::SellerReply;
use futures_util::FutureExt;

use crate::seller::{
    Outcome, Request, failure,
    kind::{Form, Param, Type, Types, may, need},
    settled, settled_if, success,
};

pub(crate) const TYPES: Types = &[
    Type::new("resetuser", |request| reset(request).boxed(), "Forgets the devices of a user.")
        .params(USER)
        .changes(&["user"]),
    Type::new("resetpw", |request| set_password(request).boxed(), "Sets a password; the sessions end.")
        .alias(&["changepw"])
        .params(&[need("user", "Name of the user"), may("passwd", "Without it the next login sets it")])
        .statuses(&[500])
        .changes(&["user"]),
    Type::new("pauseuser", |request| pause(request).boxed(), "Pauses the subscriptions of a user.")
        .params(USERNAME)
        .changes(&["username"]),
    Type::new("unpauseuser", |request| unpause(request).boxed(), "Lets them go on.")
        .params(USERNAME)
        .changes(&["username"]),
    Type::new(
        "setcooldown",
        |request| set_cooldown(request).boxed(),
        "Sets when devices may be reset again.",
    )
    .alias(&["sethwidcool"])
    .params(&[
        need("user", "Name of the user"),
        need("cooldown", "Seconds from now, or a Unix second").form(Form::Integer),
    ])
    .changes(&["user", "cooldown"]),
    Type::new("addhwiduser", |request| add_hwid(request).boxed(), "Lets a user in from one more device.")
        .params(&[need("user", "Name of the user"), need("hwid", "The device, at most 500 bytes")])
        .statuses(&[400])
        .changes(&["user", "hwid"]),
    Type::new("editemail", |request| set_email(request).boxed(), "Sets the e-mail address of a user.")
        .params(&[need("user", "Name of the user"), need("email", "The address")])
        .changes(&["user"]),
    Type::new("editusername", |request| rename(request).boxed(), "Renames a user; the sessions end.")
        .params(&[
            need("currentUsername", "Name of the user"),
            need("newUsername", "The new name, at most 70 bytes"),
            may("sessionID", "Not needed: all sessions of the user end"),
        ])
        .statuses(&[400])
        .changes(&["currentUsername", "newUsername"]),
];

const USER: &[Param] = &[need("user", "Name of the user")];
const USERNAME: &[Param] = &[need("username", "Name of the user")];

/// Latest time of the next reset: the end of the year 9999.
const COOLDOWN_MAX: i64 = 253_402_300_799;

async fn reset(request: Request) -> Outcome {
    let reset = request.service().reset_hwid(&request.app, &request.text("user")).await;
    settled(reset, "Successfully reset user!", "Failed to reset user!")
}

async fn set_password(request: Request) -> Outcome {
    let password = request.params.get("passwd").map(Secret::new);
    let user = request.text("user");
    match request.service().set_user_password(&request.app, &user, password.as_ref()).await {
        Ok(()) => success("Password reset successful"),
        Err(ManageError::Unknown { .. } | ManageError::Unfit(_)) => {
            Err(SellerReply::failure("Failed To reset password").status(500).into())
        }
        Err(error) => Err(error.into()),
    }
}

async fn pause(request: Request) -> Outcome {
    let paused = request.service().pause_user(&request.app, &request.text("username")).await;
    settled_if(paused, "Successfully paused user!", "Failed to pause user!")
}

async fn unpause(request: Request) -> Outcome {
    let going = request.service().unpause_user(&request.app, &request.text("username")).await;
    settled_if(going, "Successfully unpaused user!", "Failed to unpause user!")
}

async fn set_cooldown(request: Request) -> Outcome {
    const FAILED: &str = "Failed to set cooldown!";
    let cooldown = request.params.get("cooldown").and_then(|text| text.parse::<i64>().ok());
    let Some(cooldown) = cooldown.filter(|cooldown| (0..=COOLDOWN_MAX).contains(cooldown)) else {
        return failure(FAILED);
    };
    let set = request.service().set_cooldown(&request.app, &request.text("user"), cooldown).await;
    settled(set, "Cooldown set successfully!", FAILED)
}

async fn add_hwid(request: Request) -> Outcome {
    const FAILED: &str = "User not found";
    let Some(hwid) = request.stored("hwid", HWID_MAX)? else { return failure(FAILED) };
    let added = request.service().add_hwid(&request.app, &request.text("user"), normalize_hwid(&hwid)).await;
    settled(added, "Added HWID", FAILED)
}

async fn set_email(request: Request) -> Outcome {
    let email = request.text("email");
    let set = request.service().set_user_email(&request.app, &request.text("user"), Some(&email)).await;
    settled(set, "Successfully changed email!", "Failed to change email!")
}

async fn rename(request: Request) -> Outcome {
    const FAILED: &str = "Failed to change username!";
    let Some(name) = request.stored("newUsername", NAME_MAX)? else { return failure(FAILED) };
    let renamed = request.service().rename_user(&request.app, &request.text("currentUsername"), &name).await;
    match renamed {
        Err(ManageError::Taken { .. }) => failure("Username already used!"),
        renamed => settled(renamed, "Successfully changed username, user logged out!", FAILED),
    }
}
