//! The channels of an application, and adding one.

use askama::Template;
use axum::http::StatusCode;
use claviger_service::vendor::{Channel, Spoken};

use crate::{
    addresses::{Link, app_base},
    channel_address::channel_address,
    fault::{Answer, refusal},
    frame::{Frame, Nav},
    moment::{Moment, span},
    record::record_about,
    tables::Pages,
    visit::Visit,
};

/// Channels on a page.
const ROWS: i64 = 100;

struct Row {
    name: String,
    address: String,
    delay: String,
    messages: i64,
    last: Option<Moment>,
}

#[derive(Template)]
#[template(path = "chats.html")]
struct Page {
    frame: Frame,
    base: String,
    rows: Vec<Row>,
    pages: Pages,
    problem: Option<String>,
    name: String,
    delay: String,
}

/// A delay in words.
pub(super) fn delay_words(seconds: i64) -> String {
    match seconds {
        ..=0 => "none".into(),
        seconds => span(seconds.unsigned_abs()),
    }
}

/// Reads seconds as a form has them; nothing means none.
pub(super) fn seconds(text: &str) -> Result<i64, String> {
    match text.trim() {
        "" => Ok(0),
        text => text.parse().map_err(|_| "The delay is a whole number of seconds, 0 for none.".to_owned()),
    }
}

pub(super) async fn page(visit: &Visit, status: StatusCode, problem: Option<String>) -> Answer {
    let (app, base) = (visit.app()?, app_base(visit.app()?));
    let after = visit.query.filled("after").filter(|after| !after.contains('\0')).unwrap_or_default();
    let mut channels = visit.service().channels_page(app, after.to_owned(), ROWS + 1).await?;
    let more = i64::try_from(channels.len()).is_ok_and(|count| count > ROWS);
    if more {
        channels.pop();
    }
    let path = format!("{base}chats");
    let last = channels.last().filter(|_| more).map(|last| last.channel.name.clone());
    let row = |Spoken { channel, messages, last }| Row {
        address: channel_address(app, &channel.name),
        delay: delay_words(channel.delay),
        name: channel.name,
        messages,
        last: last.map(|last| visit.moment(last)),
    };
    let page = Page {
        frame: visit.frame("Chats", Nav::Chats).await?,
        rows: channels.into_iter().map(row).collect(),
        pages: Pages {
            first: (!after.is_empty()).then(|| path.clone()),
            back: None,
            on: last.map(|last| Link::new(path.clone()).with("after", last).into()),
        },
        problem,
        name: visit.form.kept("name"),
        delay: visit.form.kept("delay"),
        base,
    };
    visit.render_as(status, &page)
}

pub(super) async fn add(visit: Visit) -> Answer {
    let (app, form) = (visit.app()?, visit.form.clone());
    let refused = async |problem| page(&visit, StatusCode::UNPROCESSABLE_ENTITY, Some(problem)).await;
    let delay = match seconds(form.get("delay").unwrap_or_default()) {
        Ok(delay) => delay,
        Err(problem) => return refused(problem).await,
    };
    let name = form.get("name").unwrap_or_default().trim().to_owned();
    if let Err(error) = visit.service().add_channel(app, Channel { name: name.clone(), delay }).await {
        return refused(refusal(error)?).await;
    }
    record_about(&visit, app, &name, "addchannel", &format!("delay: {delay}")).await?;
    visit.see_other_saying(channel_address(app, &name), &format!("The channel {name} is there."))
}
