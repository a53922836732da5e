//! Pages with several forms: what was typed into one of them that was not accepted, and what is wrong with it.

use std::sync::Arc;

use claviger_service::vendor::ManageError;

use crate::{
    fault::{Fault, refusal},
    fields::Fields,
};

/// The form that was sent, if one was; all others show what is there.
#[derive(Clone, Debug, Default)]
pub(crate) struct Typed {
    form: &'static str,
    problem: String,
    fields: Arc<Fields>,
}

impl Typed {
    /// A form that was not accepted, with a sentence that says why.
    pub fn wrong(form: &'static str, problem: impl Into<String>, fields: &Arc<Fields>) -> Self {
        Self { form, problem: problem.into(), fields: fields.clone() }
    }

    /// What is wrong with a form.
    pub fn problem(&self, form: &str) -> Option<&str> {
        (self.form == form).then_some(self.problem.as_str())
    }

    /// What is wrong with the one of several alike forms in which a field has this value.
    pub fn problem_of(&self, form: &str, field: &str, value: &str) -> Option<&str> {
        self.problem(form).filter(|_| self.fields.get(field) == Some(value))
    }

    /// What stands in a field: what was typed, else what is there.
    pub fn kept<'a>(&'a self, form: &str, field: &str, there: &'a str) -> &'a str {
        if self.form == form { self.fields.get(field).unwrap_or_default() } else { there }
    }

    /// As [`Typed::kept`], of the one of several alike forms in which a field has this value.
    pub fn kept_of<'a>(
        &'a self,
        form: &str,
        field: &str,
        value: &str,
        wanted: &str,
        there: &'a str,
    ) -> &'a str {
        match self.problem_of(form, field, value) {
            Some(_) => self.fields.get(wanted).unwrap_or_default(),
            None => there,
        }
    }

    /// Whether a box of a form was checked; `there` unless the form was sent.
    pub fn checked(&self, form: &str, field: &str, there: bool) -> bool {
        if self.form == form { self.fields.has(field) } else { there }
    }
}

/// Why something was not done, as a sentence for the form. What the page is about, in one word of the service, may be
/// gone.
///
/// # Errors
/// When it is gone, and whatever else is not the form's fault.
pub(crate) fn refused(error: ManageError, about: &str) -> Result<String, Fault> {
    match error {
        ManageError::Unknown { what, .. } if what == about => Err(Fault::NotFound),
        error => refusal(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_stays_in_its_form() {
        let fields = Arc::new(Fields::parse(b"name=x&value=typed&box=1").unwrap());
        let typed = Typed::wrong("variable", "Too long.", &fields);
        assert_eq!((typed.problem("variable"), typed.problem("ban")), (Some("Too long."), None));
        assert_eq!(typed.kept("variable", "value", "there"), "typed");
        assert_eq!(typed.kept("ban", "value", "there"), "there");
        assert_eq!(typed.kept_of("variable", "name", "x", "value", "there"), "typed");
        assert_eq!(typed.kept_of("variable", "name", "y", "value", "there"), "there");
        assert_eq!(typed.problem_of("variable", "name", "y"), None);
        assert!(typed.checked("variable", "box", false) && !typed.checked("variable", "other", true));
        assert!(typed.checked("ban", "box", true));
        assert_eq!(Typed::default().problem("ban"), None);
    }
}
