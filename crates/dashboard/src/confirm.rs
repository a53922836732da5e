//! Asking before something is done that cannot be undone: a page of its own, or the same words in a dialog.

use askama::Template;

use crate::{
    fault::Answer,
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
    /// Asks.
    ///
    /// # Errors
    /// When the database or the template fails.
    pub async fn ask(self, visit: &Visit, nav: Nav) -> Answer {
        let frame = visit.frame(self.title.clone(), nav).await?;
        if visit.is_fragment() {
            visit.render(&Ask { frame, confirm: self })
        } else {
            visit.render(&Page { frame, confirm: self })
        }
    }
}
