//! What happened with a user: tries to sign in, lines of the user's programs, changes that people made.

use askama::Template;
use claviger_domain::Permission;
use claviger_service::TryOutcome;

use super::about::{Head, permits, plain, user};
use crate::{
    fault::Answer,
    frame::{Frame, Nav},
    moment::Moment,
    rights::{Need, may},
    visit::Visit,
};

struct Try {
    when: Moment,
    text: String,
    class: &'static str,
    count: i64,
    kind: String,
    ip: String,
    hwid: Option<String>,
}

struct Line {
    when: Moment,
    text: String,
    pc: String,
}

struct Change {
    when: Moment,
    who: String,
    what: String,
    changes: String,
}

#[derive(Template)]
#[template(path = "user_history.html")]
struct Page {
    frame: Frame,
    head: Head,
    tries: Vec<Try>,
    /// `None`: the person may not read logs.
    lines: Option<Vec<Line>>,
    /// `None`: the person may not read the audit log.
    changes: Option<Vec<Change>>,
}

pub(super) async fn show(visit: Visit) -> Answer {
    let user = user(&visit).await?;
    let history = visit.service().user_history(visit.app()?, &user).await?;
    let tries = history.tries.iter().map(|one| Try {
        when: visit.moment(one.time),
        text: plain(&one.text()),
        class: if one.outcome == TryOutcome::Fine { "good" } else { "bad" },
        count: one.count,
        kind: one.kind.clone(),
        ip: one.ip.clone(),
        hwid: one.hwid.as_deref().map(plain),
    });
    let lines = history.lines.iter().map(|line| Line {
        when: visit.moment(line.written),
        text: plain(&line.message),
        pc: plain(line.pc_user.as_deref().unwrap_or_default()),
    });
    let changes = history.changes.iter().map(|change| Change {
        when: visit.moment(change.time),
        who: plain(&change.entry.actor),
        what: plain(&change.entry.action),
        changes: plain(&change.entry.changes),
    });
    let is_owner = may(visit.person()?, visit.app.as_deref(), Need::AppOwner);
    let page = Page {
        frame: visit.frame(plain(&user.username), Nav::Users).await?,
        head: Head::new(&visit, &user)?,
        tries: tries.collect(),
        lines: permits(&visit, Permission::Logs)?.then(|| lines.collect()),
        changes: is_owner.then(|| changes.collect()),
    };
    visit.render(&page)
}
