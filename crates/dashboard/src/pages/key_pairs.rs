//! `/dashboard/{app}/app-settings/key-pairs`: the key pairs of API 1.3, who still needs those from before, another one, and
//! their end.

use askama::Template;
use claviger_domain::Permission;
use claviger_service::{App, FormerKeyPairUse};

use crate::{
    addresses::app_base,
    confirm::Confirm,
    fault::{Answer, Fault, refusal},
    form::{Form, Input, Kind},
    frame::{Frame, Nav},
    moment::Moment,
    plots::grouped,
    record::record,
    rights::{Need, may},
    route::Route,
    visit::Visit,
};

pub(crate) const ROUTES: &[Route] = &[
    Route::get("/dashboard/{app}/app-settings/key-pairs", Need::App(Permission::Settings), |visit| {
        Box::pin(show(visit))
    }),
    Route::get("/dashboard/{app}/app-settings/key-pairs/rotate", Need::AppOwner, |visit| {
        Box::pin(ask_rotate(visit))
    })
    .fresh(),
    Route::post("/dashboard/{app}/app-settings/key-pairs/rotate", Need::AppOwner, |visit| {
        Box::pin(rotate(visit))
    })
    .fresh(),
    Route::get("/dashboard/{app}/app-settings/key-pairs/end", Need::AppOwner, |visit| {
        Box::pin(ask_end(visit))
    })
    .fresh(),
    Route::post("/dashboard/{app}/app-settings/key-pairs/end", Need::AppOwner, |visit| Box::pin(end(visit)))
        .fresh(),
];

/// Versions of programs that are named in a row; of the rest, how many there are.
const VERSIONS_SHOWN: usize = 12;
/// How long the former key pair goes on to sign.
const FOREVER: &str = "always";
const GRACES: [(&str, &str); 5] = [
    (FOREVER, "It signs for them without end"),
    ("2592000", "It signs for them for 30 days"),
    ("7776000", "It signs for them for 90 days"),
    ("31536000", "It signs for them for a year"),
    ("0", "It signs no more: somebody may have stolen it"),
];

struct Row {
    number: u64,
    public_key: String,
    versions: String,
    replaced: Moment,
    until: Option<Moment>,
    signs: bool,
    started: String,
    outdated: String,
}

#[derive(Template)]
#[template(path = "key_pairs.html")]
struct Page {
    frame: Frame,
    base: String,
    /// Where this page is.
    here: String,
    is_owner: bool,
    /// One key pair signs for all applications.
    is_single: bool,
    public_key: String,
    /// The version that is set, where programs of it are still answered with a former key pair.
    old_version: Option<String>,
    rows: Vec<Row>,
}

fn address(app: &App) -> String {
    format!("{}app-settings/key-pairs", app_base(app))
}

async fn show(visit: Visit) -> Answer {
    let (app, service) = (visit.app()?, visit.service());
    let former = service.former_key_pairs(app).await?;
    let version = &app.settings.version;
    let is_old = former.iter().any(|former| former.signs && former.versions.contains(version));
    let row = |former: FormerKeyPairUse| Row {
        versions: versions(&former.versions),
        replaced: visit.moment(former.replaced),
        until: former.until.map(|until| visit.moment(until)),
        started: grouped(former.started),
        outdated: grouped(former.outdated),
        number: former.number,
        public_key: former.public_key,
        signs: former.signs,
    };
    visit.render(&Page {
        frame: visit.frame("Key pairs", Nav::AppSettings).await?,
        base: app_base(app),
        here: address(app),
        is_owner: may(visit.person()?, Some(app), Need::AppOwner),
        is_single: service.has_single_signing_key(),
        public_key: service.signing_key(app).public_hex().into(),
        old_version: is_old.then(|| version.clone()),
        rows: former.into_iter().map(row).collect(),
    })
}

fn versions(all: &[String]) -> String {
    let shown = all.iter().take(VERSIONS_SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    match all.len().saturating_sub(VERSIONS_SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

fn rotate_form(app: &App) -> Form {
    let back = address(app);
    Form {
        title: "Draw a new key pair",
        words: vec![
            "Programs of API 1.3 check replies with the public key that they were built with. Those that are out are told by \
             their version, and answered with the former key pair."
                .into(),
            "Build new programs with the new public key, give them a version that none had before, and set it in the settings."
                .into(),
        ],
        inputs: vec![
            Input::line("grace", "The former key pair", "").kind(Kind::Choice(GRACES.to_vec())),
            Input::line(
                "versions",
                "Other versions that are out",
                "Separated by commas. The version that is set is known, and those that were set before, by the reports.",
            ),
        ],
        button: "Draw a new key pair",
        action: format!("{back}/rotate"),
        // Sent twice, it would replace the one that was just drawn.
        hidden: vec![("former".into(), app.key_pairs.newest().public_hex().into())],
        back,
        ..Form::default()
    }
}

async fn ask_rotate(visit: Visit) -> Answer {
    rotate_form(visit.app()?).show(&visit, Nav::AppSettings).await
}

async fn rotate(visit: Visit) -> Answer {
    let app = visit.app()?;
    let wrong = |field, problem: &str| {
        rotate_form(app).typed(&visit.form).wrong(field, problem.into()).show(&visit, Nav::AppSettings)
    };
    if visit.form.get("former") != Some(app.key_pairs.newest().public_hex()) {
        return wrong("", "Another key pair was drawn meanwhile. Nothing was changed.").await;
    }
    let chosen = visit.form.get("grace").unwrap_or_default();
    let Some((grace, _)) = GRACES.iter().find(|(grace, _)| *grace == chosen) else {
        return wrong("grace", "Choose how long the former key pair signs.").await;
    };
    let more = visit.form.get("versions").unwrap_or_default().split(',').map(str::trim);
    let more: Vec<String> = more.filter(|version| !version.is_empty()).map(str::to_owned).collect();
    let seconds = grace.parse().ok();
    match visit.service().replace_key_pair(&app.owner_name, &app.name, seconds, &more).await {
        Ok(replaced) => {
            let count = replaced.versions.len();
            let told = format!(
                "public key: {} → {}, versions: {count}, grace: {grace}",
                replaced.former, replaced.public_key
            );
            record(&visit, app, "rotate-key-pair", &told).await?;
            let said = match seconds {
                Some(0) => "In two seconds the new key pair signs all replies.",
                _ => {
                    "In two seconds the new key pair signs; programs that are out go on with the former one."
                }
            };
            visit.see_other_saying(address(app), said)
        }
        Err(error) => wrong("versions", &refusal(error)?).await,
    }
}

/// The former key pair that the address or the form names, if it signs.
async fn named(visit: &Visit, number: Option<&str>) -> Result<FormerKeyPairUse, Fault> {
    let number: u64 = number.and_then(|text| text.parse().ok()).ok_or(Fault::NotFound)?;
    let former = visit.service().former_key_pairs(visit.app()?).await?;
    former.into_iter().find(|former| former.signs && former.number == number).ok_or(Fault::NotFound)
}

async fn ask_end(visit: Visit) -> Answer {
    let former = named(&visit, visit.query.get("number")).await?;
    let back = address(visit.app()?);
    let times = |count: i64| match count {
        1 => "once".to_owned(),
        count => format!("{} times", grouped(count)),
    };
    let used = match (former.started, former.outdated) {
        (0, 0) => "None of them was started in the last 30 days.".into(),
        (started, outdated) => format!(
            "In the last 30 days they were started {}, and told {} that there is a newer version.",
            times(started),
            times(outdated)
        ),
    };
    let confirm = Confirm {
        title: "End this former key pair?".into(),
        words: vec![
            format!(
                "Programs of the versions {} take replies for forged from then on.",
                versions(&former.versions)
            ),
            used,
            "It cannot be brought back.".into(),
        ],
        button: "End the key pair".into(),
        action: format!("{back}/end"),
        fields: vec![("number".into(), former.number.to_string())],
        back,
        ..Confirm::default()
    };
    confirm.ask(&visit, Nav::AppSettings).await
}

async fn end(visit: Visit) -> Answer {
    let (app, former) = (visit.app()?, named(&visit, visit.form.get("number")).await?);
    visit.service().end_key_pairs(&app.owner_name, &app.name, Some(former.number)).await?;
    record(&visit, app, "end-key-pair", &format!("public key: {}", former.public_key)).await?;
    visit.see_other_saying(address(app), "The former key pair signs no more.")
}
