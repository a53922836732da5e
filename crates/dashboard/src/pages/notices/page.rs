//! The page and its forms.

use askama::Template;
use axum::http::StatusCode;
use claviger_domain::in_one_line;
use claviger_service::vendor::{BACKUP_DAYS, Notice, NoticeChange, NoticeSettings, Occasion};

use crate::{
    addresses::app_base,
    confirm::Confirm,
    fault::{Answer, Fault, refusal},
    frame::{Frame, Nav},
    moment::Moment,
    record::record,
    visit::Visit,
};

/// Something that can be told, and whether it is.
struct Choice {
    value: &'static str,
    words: &'static str,
    chosen: bool,
}

/// A message.
struct Row {
    when: Moment,
    subject: String,
    way: &'static str,
    /// Class and words for what came of it.
    came: (&'static str, String),
}

#[derive(Template)]
#[template(path = "notices.html")]
struct Page {
    frame: Frame,
    base: String,
    sends_mail: bool,
    email: String,
    confirmed: bool,
    url: String,
    choices: Vec<Choice>,
    refusals: String,
    days: String,
    backup_days: String,
    has_secret: bool,
    reaches: bool,
    /// A new secret, shown this once.
    secret: Option<String>,
    problem: Option<String>,
    rows: Vec<Row>,
}

fn words(occasion: Occasion) -> &'static str {
    match occasion {
        Occasion::SignIn => "You were signed in from a new network with a new browser",
        Occasion::Refusals => "Very many sign-ins of users were refused within an hour",
        Occasion::Ending => "Subscriptions end soon, once a day",
        Occasion::WebhookFails => "The webhook of the application's log has failed for an hour",
        Occasion::DiskLow => "The disk of the server's files is nearly full, once a day",
        Occasion::BackupOld => "The last backup of the server is old, once a day",
        Occasion::Test => "A test",
    }
}

fn address(visit: &Visit) -> Result<String, Fault> {
    Ok(format!("{}notices", app_base(visit.app()?)))
}

async fn page(visit: &Visit, settings: NoticeSettings) -> Result<Page, Fault> {
    let (app, service) = (visit.app()?, visit.service());
    let choice = |occasion: &Occasion| Choice {
        value: occasion.as_str(),
        words: words(*occasion),
        chosen: settings.tells(*occasion),
    };
    Ok(Page {
        frame: visit.frame("Notices", Nav::Notices).await?,
        base: address(visit)?,
        sends_mail: service.sends_mail(),
        confirmed: settings.confirmed,
        choices: Occasion::ALL.iter().map(choice).collect(),
        refusals: settings.refusals.to_string(),
        days: settings.days.to_string(),
        backup_days: settings.backup_days().to_string(),
        has_secret: settings.has_secret(),
        reaches: settings.reaches(),
        email: settings.email,
        url: settings.url,
        secret: None,
        problem: None,
        rows: service.notices(app).await?.iter().map(|notice| row(visit, notice)).collect(),
    })
}

fn row(visit: &Visit, notice: &Notice) -> Row {
    let came = match (&notice.arrived, &notice.failure, notice.due) {
        (Some(_), ..) => ("good", "arrived".to_owned()),
        (None, Some(why), Some(_)) => ("warn", format!("tried again: {why}")),
        (None, Some(why), None) => ("bad", format!("given up: {why}")),
        (None, None, _) => ("", "on its way".to_owned()),
    };
    Row {
        when: visit.moment(notice.created),
        subject: in_one_line(&notice.subject).into_owned(),
        way: if notice.way == "mail" { "mail" } else { "call" },
        came,
    }
}

pub(super) async fn show(visit: Visit) -> Answer {
    let settings = visit.service().notice_settings(visit.app()?).await?;
    visit.render(&page(&visit, settings).await?)
}

/// What the form brings; what is no number is none that fits.
fn change(visit: &Visit) -> NoticeChange {
    let form = &visit.form;
    let number = |name| form.filled(name).and_then(|text| text.parse().ok()).unwrap_or(0);
    NoticeChange {
        email: form.kept("email"),
        url: form.kept("url"),
        occasions: Occasion::ALL
            .into_iter()
            .filter(|occasion| form.all("tell").any(|value| value == occasion.as_str()))
            .collect(),
        refusals: number("refusals"),
        days: number("days"),
        backup_days: if form.has("backup-days") { number("backup-days") } else { BACKUP_DAYS },
        new_secret: form.has("new-secret"),
    }
}

pub(super) async fn choose(visit: Visit) -> Answer {
    let (app, service, change) = (visit.app()?, visit.service(), change(&visit));
    // The mail's link leads to where the dashboard is for everybody.
    let base = format!("{}{}", visit.state.public_url, address(&visit)?);
    let told: Vec<&str> = change.occasions.iter().map(|occasion| occasion.as_str()).collect();
    let noted = format!(
        "mail: {}; call: {}; tells: {}",
        if change.email.is_empty() { "no" } else { "yes" },
        if change.url.is_empty() { "no" } else { "yes" },
        if told.is_empty() { "nothing".to_owned() } else { told.join(", ") }
    );
    let saved = match service.choose_notices(app, change, &base).await {
        Ok(saved) => saved,
        Err(error) => {
            let problem = refusal(error)?;
            let settings = service.notice_settings(app).await?;
            let form = &visit.form;
            let mut page = page(&visit, settings).await?;
            (page.email, page.url) = (form.kept("email"), form.kept("url"));
            (page.refusals, page.days) = (form.kept("refusals"), form.kept("days"));
            page.backup_days = form.kept("backup-days");
            for choice in &mut page.choices {
                choice.chosen = form.all("tell").any(|value| value == choice.value);
            }
            page.problem = Some(problem);
            return visit.render_as(StatusCode::UNPROCESSABLE_ENTITY, &page);
        }
    };
    record(&visit, app, "set notices", &noted).await?;
    if let Some(secret) = saved.secret {
        let settings = service.notice_settings(app).await?;
        let page = Page { secret: Some(secret.expose().to_owned()), ..page(&visit, settings).await? };
        return visit.render(&page);
    }
    let saying = match saved.mailed {
        None => "Saved.",
        Some(true) => "Saved. A link was mailed to the new address: open it, and mails begin to come.",
        Some(false) => {
            "Saved, but the link that confirms the address could not be mailed. Save again in an hour."
        }
    };
    visit.see_other_saying(address(&visit)?, saying)
}

pub(super) async fn test(visit: Visit) -> Answer {
    let sent = visit.service().test_notice(visit.app()?).await?;
    let saying = match sent {
        true => "A test is on its way.",
        false => "No test was sent: there is no way to send it, or one was sent just now.",
    };
    visit.see_other_saying(address(&visit)?, saying)
}

/// A link that is opened changes nothing by itself: programs that look at mails open links too.
pub(super) async fn ask(visit: Visit) -> Answer {
    let confirm = Confirm {
        title: "Get notices by mail?".into(),
        words: vec!["Mails about this application will go to the address that got this link.".into()],
        button: "Confirm the address".into(),
        action: format!("{}/confirm", address(&visit)?),
        fields: vec![("link".into(), visit.query.kept("link"))],
        back: address(&visit)?,
        ..Confirm::default()
    };
    confirm.ask(&visit, Nav::Notices).await
}

pub(super) async fn confirm(visit: Visit) -> Answer {
    let app = visit.app()?;
    if !visit.service().confirm_notices(app, &visit.form.kept("link")).await? {
        let why = "This link is too old, or another address was chosen since. Save the address again to get another.";
        return Err(Fault::Invalid(why.into()));
    }
    record(&visit, app, "confirm notices", "mail").await?;
    visit.see_other_saying(address(&visit)?, "Confirmed. Mails come from now on.")
}
