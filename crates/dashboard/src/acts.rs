//! What can be done to rows of a table, and the question which of it is meant: a page, or a dialog.

use askama::Template;

use crate::{
    addresses::Link,
    fault::Answer,
    frame::{Frame, Nav},
    visit::Visit,
};

/// Something that can be done.
#[derive(Debug)]
pub(crate) struct Act {
    /// In addresses and forms.
    pub name: &'static str,
    /// For people.
    pub word: &'static str,
    /// Whether it takes something away.
    pub is_bad: bool,
}

impl Act {
    /// The one of a name.
    pub fn find<'a>(acts: &'a [Self], name: Option<&str>) -> Option<&'a Self> {
        acts.iter().find(|act| name == Some(act.name))
    }
}

struct Choice {
    act: &'static Act,
    address: String,
}

#[derive(Template)]
#[template(path = "acts.html")]
struct Page {
    frame: Frame,
    title: &'static str,
    choices: Vec<Choice>,
    back: String,
}

#[derive(Template)]
#[template(path = "acts.html", block = "ask")]
struct Part {
    title: &'static str,
    choices: Vec<Choice>,
    back: String,
}

/// Asks which of some acts is meant; each leads to its own question.
///
/// # Errors
/// When the database or the template fails.
pub(crate) async fn choose(
    visit: &Visit,
    nav: Nav,
    title: &'static str,
    acts: &'static [Act],
    path: &str,
    fields: &[(String, String)],
    back: String,
) -> Answer {
    let choice = |act: &'static Act| {
        let link = Link::new(path).with("act", act.name);
        let link = fields.iter().fold(link, |link, (name, value)| link.with(name, value));
        Choice { act, address: link.into() }
    };
    let choices = acts.iter().map(choice).collect();
    if visit.is_fragment() {
        visit.render(&Part { title, choices, back })
    } else {
        visit.render(&Page { frame: visit.frame(title, nav).await?, title, choices, back })
    }
}
