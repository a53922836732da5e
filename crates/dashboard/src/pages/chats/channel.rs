//! One channel: what is said there, saying something, its delay.

use askama::Template;
use axum::http::StatusCode;
use claviger_domain::Permission;
use claviger_service::{
    App,
    vendor::{Channel, Said},
};

use super::channels::{delay_words, seconds};
use crate::{
    addresses::{Link, app_base},
    channel_address::{channel_address, channel_name},
    fault::{Answer, Fault, refusal},
    frame::{Frame, Nav},
    moment::Moment,
    record::record_about,
    rights::{Need, may},
    visit::Visit,
};

/// What is wrong with what was sent.
#[derive(Default)]
pub(super) struct Problems {
    pub say: Option<String>,
    pub delay: Option<String>,
}

struct Row {
    author: String,
    /// Where the user is; `None` for the vendor, and for who signs in by license.
    user: Option<String>,
    /// Where the user is muted; `None` for the vendor.
    mute: Option<String>,
    text: String,
    sent: Moment,
}

/// What was said, the newest first; a part of the page.
#[derive(Template)]
#[template(path = "chat.html", block = "messages")]
pub(super) struct Messages {
    messages: Vec<Row>,
}

#[derive(Template)]
#[template(path = "chat.html")]
struct Page {
    frame: Frame,
    base: String,
    address: String,
    delay: i64,
    delay_words: String,
    messages: Vec<Row>,
    problems: Problems,
    author: String,
    text: String,
    typed_delay: String,
}

/// The channel that the address names.
///
/// # Errors
/// When there is none.
pub(super) async fn channel_of(visit: &Visit) -> Result<Channel, Fault> {
    let name = channel_name(visit.path("name"));
    if name.contains('\0') {
        return Err(Fault::NotFound);
    }
    visit.service().channel(visit.app()?, name).await?.ok_or(Fault::NotFound)
}

impl Messages {
    /// What is kept of a channel.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) async fn of(visit: &Visit, channel: &str) -> Result<Self, Fault> {
        let app = visit.app()?;
        let said = visit.service().said_in(app, channel).await?;
        let users = may(visit.person()?, Some(app), Need::App(Permission::Users));
        Ok(Self { messages: said.into_iter().map(|said| row(visit, app, said, users)).collect() })
    }
}

fn row(visit: &Visit, app: &App, said: Said, sees_users: bool) -> Row {
    let (base, Said { message, made_up }) = (app_base(app), said);
    let is_user = message.user != 0;
    let mute = Link::new(format!("{base}mutes")).with("user", &message.author);
    let mute = mute.with_some("id", made_up.then_some(message.user));
    Row {
        user: (is_user && !made_up && sees_users)
            .then(|| Link::new(format!("{base}find")).with("text", &message.author).into()),
        mute: is_user.then(|| mute.into()),
        author: message.author,
        text: message.message,
        sent: visit.moment(message.sent),
    }
}

pub(super) async fn page(visit: &Visit, status: StatusCode, problems: Problems) -> Answer {
    let (app, channel) = (visit.app()?, channel_of(visit).await?);
    let Messages { messages } = Messages::of(visit, &channel.name).await?;
    let page = Page {
        frame: visit.frame(channel.name.clone(), Nav::Chats).await?,
        base: app_base(app),
        address: channel_address(app, &channel.name),
        delay: channel.delay,
        delay_words: delay_words(channel.delay),
        messages,
        author: visit.form.get("author").map_or_else(|| app.name.clone(), str::to_owned),
        text: visit.form.kept("text"),
        typed_delay: visit.form.get("delay").map_or_else(|| channel.delay.to_string(), str::to_owned),
        problems,
    };
    visit.render_as(status, &page)
}

pub(super) async fn say(visit: Visit) -> Answer {
    let (app, channel) = (visit.app()?, channel_of(&visit).await?);
    let (author, text) = (visit.form.kept("author"), visit.form.kept("text").replace("\r\n", "\n"));
    if let Err(error) = visit.service().say_as(app, &channel.name, &author, &text).await {
        let problems = Problems { say: Some(refusal(error)?), ..Problems::default() };
        return page(&visit, StatusCode::UNPROCESSABLE_ENTITY, problems).await;
    }
    record_about(&visit, app, &channel.name, "say", &format!("as {}", author.trim())).await?;
    visit.see_other(channel_address(app, &channel.name))
}

pub(super) async fn set_delay(visit: Visit) -> Answer {
    let (app, channel) = (visit.app()?, channel_of(&visit).await?);
    let refused = async |problem| {
        let problems = Problems { delay: Some(problem), ..Problems::default() };
        page(&visit, StatusCode::UNPROCESSABLE_ENTITY, problems).await
    };
    let delay = match seconds(visit.form.get("delay").unwrap_or_default()) {
        Ok(delay) => delay,
        Err(problem) => return refused(problem).await,
    };
    let new = Channel { name: channel.name.clone(), delay };
    if let Err(error) = visit.service().set_channel_delay(app, new).await {
        return refused(refusal(error)?).await;
    }
    if delay != channel.delay {
        let changes = format!("delay: {} → {delay}", channel.delay);
        record_about(&visit, app, &channel.name, "editchan", &changes).await?;
    }
    let said = format!("Between two messages of a user: {}.", delay_words(delay));
    visit.see_other_saying(channel_address(app, &channel.name), &said)
}
