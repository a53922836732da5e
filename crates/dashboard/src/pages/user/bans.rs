//! Keeping a user out, or from speaking in chats.

use claviger_domain::{Term, Unit};

use super::{
    about::{done, plain, text, user},
    page::wrong,
};
use crate::{
    fault::{Answer, refusal, sentence},
    typed::refused,
    visit::Visit,
};

const BANS: &str = "#bans";
const CHAT: &str = "#chat";
/// The longest mute in seconds, a hundred years: what `never` means here.
const MUTE_MAX: i64 = 3_153_600_000;

pub(super) async fn ban(visit: Visit) -> Answer {
    let (user, reason) = (user(&visit).await?, text(&visit, "reason"));
    let with_ip = visit.form.has("with_ip");
    match visit.service().ban_username(visit.app()?, &user.username, &reason, Some(with_ip)).await {
        Ok(()) => {
            let address = if with_ip { "; the address is blacklisted" } else { "" };
            let changes = format!("reason: {}{address}", plain(reason.trim()));
            let said = "Banned: all sessions ended, and the devices are on the blacklist.";
            done(&visit, &user, ("ban-user", &changes), BANS, said).await
        }
        Err(error) => wrong(&visit, "ban", refused(error, "user")?).await,
    }
}

pub(super) async fn unban(visit: Visit) -> Answer {
    let user = user(&visit).await?;
    match visit.service().unban_username(visit.app()?, &user.username).await {
        Ok(true) => {
            let was = format!("reason was: {}", plain(user.banned.as_deref().unwrap_or_default()));
            let said = "Unbanned: what the bans put on the blacklist is gone.";
            done(&visit, &user, ("unban-user", &was), BANS, said).await
        }
        Ok(false) => wrong(&visit, "bans", "The user is not banned.").await,
        Err(error) => wrong(&visit, "bans", refused(error, "user")?).await,
    }
}

pub(super) async fn mute(visit: Visit) -> Answer {
    let (user, now) = (user(&visit).await?, visit.now());
    let seconds = match Term::parse(visit.form.filled("days").unwrap_or_default(), Unit::Days, now) {
        Ok(Term::For(0)) => return wrong(&visit, "mute", "Write more than no time at all.").await,
        Ok(term) => term.seconds(now).min(MUTE_MAX),
        Err(error) => return wrong(&visit, "mute", sentence(&error.to_string())).await,
    };
    match visit.service().mute(visit.app()?, &user.username, seconds).await {
        Ok(until) => {
            let when = format!("until {}", visit.moment(until).exact());
            done(&visit, &user, ("mute-user", &when), CHAT, &format!("Muted {when}.")).await
        }
        Err(error) => wrong(&visit, "mute", refused(error, "user")?).await,
    }
}

pub(super) async fn unmute(visit: Visit) -> Answer {
    let user = user(&visit).await?;
    match visit.service().unmute(visit.app()?, &user.username).await {
        Ok(true) => done(&visit, &user, ("unmute-user", ""), CHAT, "The user may speak again.").await,
        Ok(false) => wrong(&visit, "mute", "Nothing kept the user from speaking.").await,
        Err(error) => wrong(&visit, "mute", refusal(error)?).await,
    }
}
