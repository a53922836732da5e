//! Asking before something is done that cannot be undone: a page of its own, or the same words in a dialog.

use askama::Template;
use axum::http::StatusCode;

use crate::{
    fault::Answer,
    fields::Fields,
    form::{Input, Kind},
    frame::{Frame, Nav},
    visit::Visit,
};

/// A question, and the form that says yes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Confirm {
    /// As `Kill 214 sessions?`.
    pub title: String,
    /// What happens, to how many, and whether it can be undone: a paragraph each.
    pub words: Vec<String>,
    /// What the button says: the act by its name, never "OK".
    pub button: String,
    /// Where the form is posted to.
    pub action: String,
    /// What it brings besides the token.
    pub fields: Vec<(String, String)>,
    /// What must be said besides.
    pub inputs: Vec<Input>,
    /// What must be typed first; the field `typed`.
    pub typed: Option<String>,
    /// What is wrong with what was sent before.
    pub problem: Option<String>,
    /// Where "Cancel" leads.
    pub back: String,
}

#[derive(Template)]
#[template(path = "confirm.html")]
struct Page {
    frame: Frame,
    confirm: Confirm,
}

#[derive(Template)]
#[template(path = "confirm.html", block = "ask")]
struct Ask {
    frame: Frame,
    confirm: Confirm,
}

impl Confirm {
    /// With what was typed.
    pub fn with_values(mut self, fields: &Fields) -> Self {
        for input in &mut self.inputs {
            input.value = fields.kept(input.name);
        }
        self
    }

    /// With what is wrong with a field; with the first one where there is none of that name.
    pub fn wrong(mut self, name: &str, problem: String) -> Self {
        let at = self.inputs.iter().position(|input| input.name == name).unwrap_or(0);
        match self.inputs.get_mut(at) {
            Some(input) => input.problem = Some(problem),
            None => self.problem = Some(problem),
        }
        self
    }

    /// Asks.
    ///
    /// # Errors
    /// When the database or the template fails.
    pub async fn ask(self, visit: &Visit, nav: Nav) -> Answer {
        let wrong = self.inputs.iter().any(|input| input.problem.is_some());
        let status = if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
        let frame = visit.frame(self.title.clone(), nav).await?;
        if visit.is_fragment() {
            visit.render_as(status, &Ask { frame, confirm: self })
        } else {
            visit.render_as(status, &Page { frame, confirm: self })
        }
    }
}
