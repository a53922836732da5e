//! `/dashboard/{app}/jobs`: changes of very many rows, how far they are and what became of them.

use askama::Template;
use claviger_domain::Permission;
use claviger_service::vendor::{Job, job_words};

use crate::{
    addresses::{Link, app_base},
    fault::{Answer, Fault},
    frame::{Frame, Nav},
    moment::{Moment, span},
    plots::grouped,
    rights::Need,
    route::Route,
    tables::Pages,
    visit::Visit,
};

const NEED: Need = Need::Either(Permission::Users, Permission::Licenses);
/// Rows of a page.
const ROWS: i64 = 50;

pub(crate) const ROUTES: &[Route] = &[
    Route::get("/dashboard/{app}/jobs", NEED, |visit| Box::pin(list(visit))),
    Route::get("/dashboard/{app}/jobs/{id}", NEED, |visit| Box::pin(show(visit))),
];

/// A job, as it is shown.
struct Shown {
    words: String,
    address: String,
    by: String,
    began: Moment,
    /// Word for its state, and the class of the tag.
    state: (&'static str, &'static str),
    /// In thousandths.
    share: i64,
    percent: String,
    rows: String,
    total: Option<String>,
    changed: String,
    ended: Option<Moment>,
    took: Option<String>,
    failed: Option<String>,
    result: Option<String>,
}

impl Shown {
    fn new(visit: &Visit, base: &str, job: &Job) -> Self {
        let share = job.share();
        let state = match (job.ended, &job.failed) {
            (Some(_), Some(_)) => ("failed", "bad"),
            (Some(_), None) => ("done", "good"),
            (None, _) if job.rows == 0 => ("waits", ""),
            (None, _) => ("under way", "warn"),
        };
        Self {
            words: job_words(job),
            address: format!("{base}jobs/{}", job.id),
            by: job.by.clone(),
            began: visit.moment(job.began),
            state,
            share,
            percent: format!("{} %", share / 10),
            rows: grouped(job.rows),
            total: job.total.map(grouped),
            changed: grouped(job.changed),
            ended: job.ended.map(|ended| visit.moment(ended)),
            took: job.ended.map(|ended| span((ended - job.began).unsigned_abs())),
            failed: job.failed.clone(),
            result: job.result.as_ref().map(|result| format!("{base}{result}")),
        }
    }
}

#[derive(Template)]
#[template(path = "jobs.html")]
struct List {
    frame: Frame,
    jobs: Vec<Shown>,
    pages: Pages,
}

#[derive(Template)]
#[template(path = "job.html")]
struct Page {
    frame: Frame,
    base: String,
    job: Shown,
}

#[derive(Template)]
#[template(path = "job.html", block = "state")]
struct State {
    job: Shown,
}

async fn list(visit: Visit) -> Answer {
    let (app, base) = (visit.app()?, app_base(visit.app()?));
    let before = visit.query.get("before").and_then(|id| id.parse().ok());
    let mut jobs = visit.service().jobs(app, before, ROWS + 1).await?;
    let more = jobs.len() as i64 > ROWS;
    jobs.truncate(ROWS as usize);
    let path = format!("{base}jobs");
    let pages = Pages {
        first: before.map(|_| path.clone()),
        back: None,
        on: jobs.last().filter(|_| more).map(|last| Link::new(path).with("before", last.id).into()),
    };
    visit.render(&List {
        frame: visit.frame("Jobs", Nav::Jobs).await?,
        jobs: jobs.iter().map(|job| Shown::new(&visit, &base, job)).collect(),
        pages,
    })
}

async fn show(visit: Visit) -> Answer {
    let (app, base) = (visit.app()?, app_base(visit.app()?));
    let id = visit.path("id").parse().map_err(|_| Fault::NotFound)?;
    let job = visit.service().job(app, id).await?.ok_or(Fault::NotFound)?;
    let job = Shown::new(&visit, &base, &job);
    if visit.is_fragment() {
        return visit.render(&State { job });
    }
    visit.render(&Page { frame: visit.frame(job.words.clone(), Nav::Jobs).await?, base, job })
}
