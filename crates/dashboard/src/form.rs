//! A form of a few fields: a page of its own, or the same in a dialog. What was typed is kept when something is wrong.

use askama::Template;
use axum::http::StatusCode;

use crate::{
    fault::Answer,
    fields::Fields,
    frame::{Frame, Nav},
    visit::Visit,
};

/// How something is typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Kind {
    /// In one line.
    #[default]
    Line,
    /// In several lines.
    Text,
    /// A box that is checked or not; the value is `1` then.
    Check,
    /// One of some: the value and its words.
    Choice(Vec<(&'static str, &'static str)>),
    /// Told, and not to be changed.
    Fixed,
}

/// A field of a form.
#[derive(Clone, Debug, Default)]
pub(crate) struct Input {
    pub name: &'static str,
    pub label: &'static str,
    pub value: String,
    pub kind: Kind,
    pub hint: &'static str,
    pub problem: Option<String>,
}

impl Input {
    /// A field in one line.
    pub fn line(name: &'static str, label: &'static str, hint: &'static str) -> Self {
        Self { name, label, hint, ..Self::default() }
    }

    /// Of another kind.
    pub fn kind(self, kind: Kind) -> Self {
        Self { kind, ..self }
    }

    /// With this value.
    pub fn value(self, value: impl Into<String>) -> Self {
        Self { value: value.into(), ..self }
    }
}

/// A form, and what its button does.
#[derive(Clone, Debug, Default)]
pub(crate) struct Form {
    /// As `Add a variable`.
    pub title: &'static str,
    /// What it is for: a paragraph each.
    pub words: Vec<String>,
    pub inputs: Vec<Input>,
    /// What the button says: the act by its name.
    pub button: &'static str,
    /// Where it is posted to.
    pub action: String,
    /// What it brings besides.
    pub hidden: Vec<(String, String)>,
    /// Where "Cancel" leads.
    pub back: String,
    /// What is wrong with it as a whole.
    pub problem: Option<String>,
}

#[derive(Template)]
#[template(path = "form.html")]
struct Page {
    frame: Frame,
    form: Form,
}

#[derive(Template)]
#[template(path = "form.html", block = "ask")]
struct Part {
    frame: Frame,
    form: Form,
}

impl Form {
    /// With what was typed; a box that did not come is not checked.
    pub fn typed(mut self, fields: &Fields) -> Self {
        for input in &mut self.inputs {
            if input.kind != Kind::Fixed {
                input.value = fields.kept(input.name);
            }
        }
        self
    }

    /// With what is wrong with a field; with the form as a whole where there is no such field.
    pub fn wrong(mut self, name: &str, problem: String) -> Self {
        match self.inputs.iter_mut().find(|input| input.name == name) {
            Some(input) => input.problem = Some(problem),
            None => self.problem = Some(problem),
        }
        self
    }

    /// Shows it: empty, or as it was typed with what is wrong.
    ///
    /// # Errors
    /// When the database or the template fails.
    pub async fn show(self, visit: &Visit, nav: Nav) -> Answer {
        let wrong = self.problem.is_some() || self.inputs.iter().any(|input| input.problem.is_some());
        let status = if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
        let frame = visit.frame(self.title, nav).await?;
        if visit.is_fragment() {
            visit.render_as(status, &Part { frame, form: self })
        } else {
            visit.render_as(status, &Page { frame, form: self })
        }
    }
}
