//! `/dashboard/{app}/sessions/live`: what begins, signs in and ends, as it happens.

use std::{collections::VecDeque, sync::Arc};

use askama::Template;
use claviger_domain::SessionId;
use claviger_service::vendor::{
    Listed, Order, Place, SessionNews, SessionQuery, SessionWatch, Wanted, WatchEvent,
};
use futures_util::stream;

use crate::{
    addresses::app_base,
    fault::Answer,
    live::{self, Event},
    names::Names,
    session_filter::Filter,
    session_rows::{Row, Rows, told},
    visit::Visit,
};

/// New rows that come in one by one; more are told as a number, since nobody reads so fast.
const ROWS: usize = 20;

/// What a page watches.
struct Watching {
    watch: SessionWatch,
    wanted: Option<Wanted>,
    visit: Visit,
    base: String,
    names: Names,
    waiting: VecDeque<Event>,
}

pub(super) async fn watch(visit: Visit) -> Answer {
    let (app, service) = (visit.app()?, visit.service());
    let names = Names::of(&visit)?;
    let filter = Filter::read(&visit.query, names);
    // Before the page's sessions are looked at once more, so that none is missed in between.
    let watch = service.watch_sessions(app).await?;
    let wanted = match &filter.problem {
        Some(_) => None,
        None => service.session_filter(app, filter.whose()).await?,
    };
    let (base, waiting) = (app_base(app), VecDeque::new());
    let mut watching = Watching { watch, wanted, base, names, visit: visit.clone(), waiting };
    if let Some(since) = visit.query.get("since").and_then(SessionId::parse)
        && watching.wanted.is_some()
    {
        let place = Place::Start;
        let query = SessionQuery { whose: filter.whose(), order: Order::Newest, place, limit: ROWS + 1 };
        let page = service.session_page(app, query).await?;
        let newer: Vec<Listed> = page.rows.into_iter().filter(|row| row.id > since).collect();
        watching.began(&newer, |row| shown(row.clone(), &app_base(app), &visit, names));
    }
    live::stream(&visit, Box::pin(stream::unfold(watching, next)))
}

async fn next(mut watching: Watching) -> Option<(Event, Watching)> {
    loop {
        if let Some(event) = watching.waiting.pop_front() {
            return Some((event, watching));
        }
        match watching.watch.next().await? {
            WatchEvent::News(news) => watching.learn(&news),
            WatchEvent::Missed => watching.tell("missed", String::new()),
        }
    }
}

/// A row as the table has it.
fn shown(session: Listed, base: &str, visit: &Visit, names: Names) -> String {
    let rows = Rows { rows: vec![Row::new(session, base, visit.now(), names)] };
    rows.render().map_or_else(|_| String::new(), |html| html.trim().to_owned())
}

impl Watching {
    fn tell(&mut self, name: &'static str, data: String) {
        self.waiting.push_back(Event { name, data });
    }

    /// Turns news into events for this page.
    fn learn(&mut self, news: &Arc<SessionNews>) {
        let make = || {
            let row = |row: &Listed| shown(row.clone(), &self.base, &self.visit, self.names);
            // Of a crowd only the number is told; who signed in is shown in rows that are there already.
            let crowd = news.began.len() > ROWS;
            let began = news.began.iter().map(|one| if crowd { String::new() } else { row(one) });
            began.chain(news.signed_in.iter().map(row)).collect()
        };
        // Made once for all who watch and see whole names: rows hold nothing else of whoever sees them.
        let own: Vec<String>;
        let rows: &Vec<String> = match self.names.whole {
            true => news.shown.get_or_init(make),
            false => {
                own = make();
                &own
            }
        };
        let Some(wanted) = &self.wanted else { return };
        let place =
            |row: &Listed| news.began.iter().chain(&news.signed_in).position(|each| each.id == row.id);
        let html = |row: &Listed| place(row).and_then(|at| rows.get(at)).cloned().unwrap_or_default();
        let began: Vec<Listed> = news.began.iter().filter(|row| wanted.admits(row)).cloned().collect();
        let (mut changed, mut altered) = (String::new(), String::new());
        for row in &news.signed_in {
            if wanted.admits(row) { changed += &html(row) } else { altered += &html(row) }
        }
        if news.and_more || news.began.len() > ROWS {
            let more = if news.and_more { "+" } else { "" };
            let crowd = (!began.is_empty()).then(|| format!("{}{more}", began.len()));
            crowd.into_iter().for_each(|crowd| self.tell("crowd", crowd));
        } else {
            self.began(&began, html);
        }
        for (name, rows) in [("changed", changed), ("altered", altered)] {
            if !rows.is_empty() {
                self.tell(name, rows);
            }
        }
        if !news.ended.is_empty() {
            let ended: Vec<&str> = news.ended.iter().map(SessionId::as_str).collect();
            self.tell("ended", ended.join(" "));
        }
        if let Some(live) = news.live {
            self.tell("live", told(live));
        }
    }

    fn began(&mut self, began: &[Listed], html: impl Fn(&Listed) -> String) {
        if began.len() > ROWS {
            self.tell("crowd", format!("{ROWS}+"));
        } else if !began.is_empty() {
            self.tell("began", began.iter().map(html).collect());
        }
    }
}
