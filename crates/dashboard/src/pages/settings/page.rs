//! The page of all settings: groups, what each is, its default, whether it differs, and what was typed.

use std::collections::BTreeMap;

use askama::Template;
use axum::http::StatusCode;
use claviger_service::{
    App,
    vendor::{ShownSetting, Written, shown_settings},
};

use crate::{
    addresses::{Link, app_base},
    fault::Answer,
    fields::Fields,
    frame::{Frame, Nav},
    plots::grouped,
    rights::{Need, may},
    setting_groups::{GROUPS, Group},
    visit::Visit,
};

/// Which settings a form is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Those that whoever may change settings may change.
    Open,
    /// Those of the owner alone.
    Owner,
}

impl Part {
    pub fn groups(self) -> impl Iterator<Item = &'static Group> {
        GROUPS.iter().filter(move |group| group.owner_only == (self == Self::Owner))
    }

    /// The settings of this part.
    pub fn settings(self, app: &App) -> Vec<ShownSetting> {
        let is_here = |shown: &ShownSetting| {
            self.groups().flat_map(|group| group.settings).any(|(name, ..)| *name == shown.name)
        };
        shown_settings(&app.settings).into_iter().filter(is_here).collect()
    }

    /// Where its forms are posted to.
    pub fn path(self, base: &str) -> String {
        match self {
            Self::Open => format!("{base}settings"),
            Self::Owner => format!("{base}settings/owner"),
        }
    }
}

/// A setting in the form.
struct Row {
    name: &'static str,
    label: &'static str,
    sentence: &'static str,
    kind: &'static str,
    /// As it was typed, else as it is; of a list one entry a line.
    value: String,
    /// As it is: what the form was made with.
    was: String,
    /// The default in words.
    default: String,
    differs: bool,
    min: i64,
    max: i64,
    problem: Option<String>,
    /// What a program would show; empty for what none shows.
    preview: String,
    reset: String,
}

struct Rows {
    id: &'static str,
    title: &'static str,
    shown_by_programs: bool,
    rows: Vec<Row>,
}

/// A form of the page.
struct Form {
    action: String,
    groups: Vec<Rows>,
    reset_all: Option<String>,
}

#[derive(Template)]
#[template(path = "settings.html")]
struct Page {
    frame: Frame,
    base: String,
    text: String,
    changed_only: bool,
    forms: Vec<Form>,
    /// How many differ from their defaults.
    differ: usize,
    problems: usize,
    nothing: bool,
}

/// What a program would show of a text.
fn preview(text: &str) -> String {
    text.replace("{reason}", "charged back")
}

pub(super) async fn show(visit: Visit) -> Answer {
    page(&visit, StatusCode::OK, &BTreeMap::new()).await
}

/// The page, with what was typed, and with what is wrong by the names of settings.
pub(super) async fn page(visit: &Visit, status: StatusCode, problems: &BTreeMap<String, String>) -> Answer {
    let (app, base) = (visit.app()?, app_base(visit.app()?));
    let text = visit.query.filled("text").unwrap_or_default().to_owned();
    let changed_only = visit.query.has("changed");
    let filter = Filter { text: &text.to_lowercase(), changed_only };
    let mut parts = vec![Part::Open];
    if may(visit.person()?, Some(app), Need::AppOwner) {
        parts.push(Part::Owner);
    }
    let forms: Vec<Form> =
        parts.iter().map(|part| form(visit, app, &base, *part, &filter, problems)).collect();
    let differ = parts.iter().flat_map(|part| part.settings(app)).filter(ShownSetting::differs).count();
    let page = Page {
        frame: visit.frame("Settings", Nav::AppSettings).await?,
        nothing: forms.iter().all(|form| form.groups.is_empty()),
        problems: problems.len(),
        base,
        text,
        changed_only,
        forms,
        differ,
    };
    visit.render_as(status, &page)
}

struct Filter<'a> {
    /// In lower case.
    text: &'a str,
    changed_only: bool,
}

impl Filter<'_> {
    fn admits(&self, row: &Row) -> bool {
        let texts = [row.name, row.label, row.sentence, &row.value];
        (self.text.is_empty() || texts.iter().any(|text| text.to_lowercase().contains(self.text)))
            && (!self.changed_only || row.differs)
    }
}

fn form(
    visit: &Visit,
    app: &App,
    base: &str,
    part: Part,
    filter: &Filter<'_>,
    problems: &BTreeMap<String, String>,
) -> Form {
    let (shown, path) = (part.settings(app), part.path(base));
    let group = |group: &Group| Rows {
        id: group.id,
        title: group.title,
        shown_by_programs: group.shown_by_programs,
        rows: group
            .settings
            .iter()
            .filter_map(|(name, label, sentence)| {
                let setting = shown.iter().find(|setting| setting.name == *name)?;
                let problem = problems.get(*name).cloned();
                let reset = Link::new(format!("{path}/reset")).with("name", name).into();
                let mut row = row(setting, &visit.form, problem);
                (row.label, row.sentence, row.reset) = (label, sentence, reset);
                if group.shown_by_programs {
                    row.preview = preview(&row.value);
                }
                (filter.admits(&row) || row.problem.is_some()).then_some(row)
            })
            .collect(),
    };
    Form {
        groups: part.groups().map(group).filter(|group| !group.rows.is_empty()).collect(),
        reset_all: shown.iter().any(ShownSetting::differs).then(|| format!("{path}/reset?all=yes")),
        action: path,
    }
}

fn row(setting: &ShownSetting, form: &Fields, problem: Option<String>) -> Row {
    let kind = kind(setting);
    let was = written(setting);
    let typed = form.has(&format!("was.{}", setting.name)).then(|| typed(setting, form)).flatten();
    let (min, max) = match setting.written {
        Written::Number { min, max } => (min, max),
        Written::Text(max) | Written::Hidden(max) => (0, i64::try_from(max).unwrap_or(i64::MAX)),
        _ => (0, 0),
    };
    Row {
        name: setting.name,
        label: "",
        sentence: "",
        kind,
        value: typed.unwrap_or_else(|| was.clone()),
        was,
        default: default(setting),
        differs: setting.differs(),
        min,
        max,
        problem,
        preview: String::new(),
        reset: String::new(),
    }
}

/// How it is put in.
fn kind(setting: &ShownSetting) -> &'static str {
    match setting.written {
        Written::Flag => "flag",
        Written::Number { .. } => "number",
        Written::List => "list",
        Written::Hidden(_) => "hidden",
        // A field of one line would drop line ends.
        Written::Text(_) if setting.value.contains(['\n', '\r']) => "lines",
        Written::Text(_) => "text",
    }
}

/// A value as the form has it: of a list one entry a line, nothing of what is hidden.
pub(super) fn written(setting: &ShownSetting) -> String {
    match setting.written {
        Written::List => setting.value.replace(',', "\n"),
        _ => setting.value.clone(),
    }
}

/// What was typed for a setting, in the words of [`written`]; `None` where nothing was.
pub(super) fn typed(setting: &ShownSetting, form: &Fields) -> Option<String> {
    match setting.written {
        Written::Flag => Some(form.has(setting.name).to_string()),
        Written::Hidden(_) if form.has(&format!("clear.{}", setting.name)) => Some(String::new()),
        Written::Hidden(_) => form.filled(setting.name).map(str::to_owned),
        _ => form.get(setting.name).map(|text| text.replace("\r\n", "\n")),
    }
}

fn default(setting: &ShownSetting) -> String {
    match (setting.written, setting.default.as_str()) {
        (Written::Flag, "true") => "on".into(),
        (Written::Flag, _) => "off".into(),
        (_, "") => "none".into(),
        (Written::Number { .. }, number) => grouped(number.parse().unwrap_or(0)),
        (_, text) => text.to_owned(),
    }
}
