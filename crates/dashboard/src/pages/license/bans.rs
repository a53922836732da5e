//! Banning a license, and lifting that.

use super::{
    about::{done, license, plain, text},
    page::wrong,
};
use crate::{fault::Answer, typed::refused, visit::Visit};

pub(super) async fn ban(visit: Visit) -> Answer {
    let (license, reason) = (license(&visit).await?, text(&visit, "reason"));
    let (user_too, with_ip) = (visit.form.has("user_too"), visit.form.has("with_ip"));
    let banned =
        visit.service().ban_license(visit.app()?, &license.key, &reason, user_too, Some(with_ip)).await;
    match banned {
        Ok(_) => {
            let user = if user_too { "; the user too" } else { "" };
            let changes = format!("reason: {}{user}", plain(reason.trim()));
            let said = match (user_too, &license.usedby) {
                (true, Some(_)) => "Banned, and its user with the devices.",
                (false, Some(_)) => "Banned. A user who signs in by it alone is banned too; others go on.",
                (_, None) => "Banned: nobody can use it.",
            };
            done(&visit, &license, ("ban-license", &changes), said).await
        }
        Err(error) => wrong(&visit, "ban", refused(error, "license")?).await,
    }
}

pub(super) async fn unban(visit: Visit) -> Answer {
    let license = license(&visit).await?;
    if license.banned.is_none() {
        return wrong(&visit, "unban", "It is not banned.").await;
    }
    match visit.service().unban_license(visit.app()?, &license.key).await {
        Ok(_) => {
            let changes = format!("reason was: {}", plain(license.banned.as_deref().unwrap_or_default()));
            done(&visit, &license, ("unban-license", &changes), "Unbanned, and its user of what came along.")
                .await
        }
        Err(error) => wrong(&visit, "unban", refused(error, "license")?).await,
    }
}
