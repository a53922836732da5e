//! `/dashboard/{app}/credentials/live`: the newest sessions beside the credentials, as programs begin them.

use askama::Template;
use claviger_domain::Permission;
use claviger_service::vendor::{SessionQuery, SessionWatch};
use futures_util::{Stream, stream};

use crate::{
    addresses::app_base,
    fault::{Answer, Fault},
    live::{self, Event},
    moment::Moment,
    names::Names,
    record::record,
    rights::Need,
    route::Route,
    visit::Visit,
};

const SESSIONS: Need = Need::App(Permission::Sessions);
/// Sessions that are shown: of a program that is being tried there are few.
const SHOWN: usize = 3;

pub(crate) const ROUTES: &[Route] = &[
    Route::get("/dashboard/{app}/credentials/live", SESSIONS, |visit| Box::pin(follow(visit))),
    Route::post("/dashboard/{app}/credentials/kill", SESSIONS, |visit| Box::pin(kill(visit))),
];

/// A session that just began.
struct Begun {
    id: String,
    ip: String,
    api: String,
    user: Option<String>,
    began: Moment,
}

/// The newest sessions; also a part of the page of credentials.
#[derive(Template)]
#[template(path = "first_session.html")]
pub(super) struct Newest {
    base: String,
    token: String,
    sessions: Vec<Begun>,
    more: bool,
}

impl Newest {
    /// The newest sessions of the visit's application.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) async fn of(visit: &Visit) -> Result<Self, Fault> {
        let app = visit.app()?;
        let query = SessionQuery { limit: SHOWN, ..SessionQuery::default() };
        let page = visit.service().session_page(app, query).await?;
        let names = Names::of(visit)?;
        let begun = |row: &claviger_service::vendor::Listed| Begun {
            id: row.id.as_str().into(),
            ip: row.ip.clone(),
            api: format!("{}.{}", row.api / 10, row.api % 10),
            user: row.user.as_ref().map(|(_, name)| names.show(name)),
            began: visit.moment((row.id.created_ms() / 1000) as i64),
        };
        Ok(Self {
            base: app_base(app),
            token: visit.token.clone(),
            sessions: page.rows.iter().map(begun).collect(),
            more: page.next.is_some(),
        })
    }
}

async fn follow(visit: Visit) -> Answer {
    // Watched first: what begins meanwhile is told anew rather than not at all.
    let watch = visit.service().watch_sessions(visit.app()?).await?;
    live::stream(&visit, Box::pin(pieces(visit.clone(), watch)))
}

/// How the newest sessions look, at first and after each change.
fn pieces(visit: Visit, watch: SessionWatch) -> impl Stream<Item = Event> + Send {
    stream::unfold((visit, watch, true), |(visit, mut watch, first)| async move {
        if !first {
            watch.next().await?;
        }
        let newest = Newest::of(&visit).await.ok()?;
        let data = newest.render().ok()?;
        Some((Event { name: "newest", data }, (visit, watch, false)))
    })
}

async fn kill(visit: Visit) -> Answer {
    let (app, id) = (visit.app()?, visit.form.get("id").unwrap_or_default());
    let back = format!("{}credentials", app_base(app));
    if !visit.service().end_session(app, id).await? {
        return visit.see_other_saying(back, "That session had ended already.");
    }
    record(&visit, app, "kill", &format!("session: {id}")).await?;
    visit.see_other_saying(back, "The session is killed: the program learns it at its next request.")
}
