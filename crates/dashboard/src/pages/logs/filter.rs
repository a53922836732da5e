//! The filter of lines, as it stands in the address.

use claviger_service::vendor::LineFilter;

use crate::{addresses::Link, fields::Fields, seconds::second};

/// Names of its fields.
const FIELDS: [&str; 6] = ["text", "user", "pc", "signed_in", "since", "until"];

#[derive(Clone, Default)]
pub(super) struct Filter {
    pub text: String,
    pub user: String,
    pub pc: String,
    /// `yes`, `no` or nothing.
    pub signed_in: String,
    pub since: String,
    pub until: String,
    /// What cannot be read of it.
    pub problem: Option<String>,
}

impl Filter {
    pub fn read(query: &Fields) -> Self {
        let field = |name| query.filled(name).unwrap_or_default().to_owned();
        let signed_in = query.get("signed_in").filter(|word| matches!(*word, "yes" | "no"));
        let mut filter = Self {
            text: field("text"),
            user: field("user"),
            pc: field("pc"),
            signed_in: signed_in.unwrap_or_default().to_owned(),
            since: field("since"),
            until: field("until"),
            problem: None,
        };
        let odd = |text: &String| !text.is_empty() && second(text).is_none();
        if odd(&filter.since) || odd(&filter.until) {
            let told = "A time is a date such as 2026-11-26, with or without 14:05 (UTC), or a Unix second.";
            filter.problem = Some(told.into());
        }
        filter
    }

    fn values(&self) -> [&String; 6] {
        [&self.text, &self.user, &self.pc, &self.signed_in, &self.since, &self.until]
    }

    pub fn is_empty(&self) -> bool {
        self.values().into_iter().all(String::is_empty)
    }

    pub fn wanted(&self) -> LineFilter {
        LineFilter {
            user: self.user.clone(),
            pc: self.pc.clone(),
            text: self.text.clone(),
            signed_in: (!self.signed_in.is_empty()).then(|| self.signed_in == "yes"),
            since: second(&self.since),
            until: second(&self.until),
        }
    }

    /// An address with the filter in it.
    pub fn link(&self, path: impl Into<String>) -> Link {
        let filled = FIELDS.into_iter().zip(self.values()).filter(|(_, value)| !value.is_empty());
        filled.fold(Link::new(path), |link, (name, value)| link.with(name, value))
    }
}
