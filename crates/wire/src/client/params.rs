//! Parameters of a Client API request (`docs/protocol/client.md`).

use std::borrow::Cow;

use super::v1_0;
use crate::{Params, normalize};

/// A form and a query, read as one.
#[derive(Clone, Debug, Default)]
pub struct ClientParams {
    form: Params,
    query: Params,
    /// API 1.0: the form as it was sent.
    sent: Params,
}

impl ClientParams {
    /// Joins what the body and the query brought.
    pub fn new(form: Params, query: Params) -> Self {
        Self { form, query, sent: Params::default() }
    }

    /// Of API 1.0, which has no query: only what is not encrypted can be read until [`ClientParams::decrypted`].
    pub fn encrypted(form: Params) -> Self {
        Self { form: v1_0::outer(&form), query: Params::default(), sent: form }
    }

    /// Of API 1.0: reads the rest. `key` is the app secret for `init`, else the session's `enckey`.
    pub fn decrypted(self, key: &str) -> Self {
        Self { form: v1_0::open(&self.sent, key), ..self }
    }

    /// A parameter, trimmed; `None` when it is missing or empty. The form decides if the field is in it at all; of
    /// duplicates the first counts; names are exact.
    pub fn get(&self, name: &str) -> Option<Cow<'_, str>> {
        self.raw(name).and_then(normalize)
    }

    /// Whether there were more parameters than are read.
    pub fn too_many(&self) -> bool {
        self.form.too_many() || self.query.too_many() || self.sent.too_many()
    }

    /// As [`ClientParams::get`], but the value as it was sent: for `init_iv` (API 1.0) and a webhook's `body`.
    pub fn raw(&self, name: &str) -> Option<&str> {
        self.form.first(name).or_else(|| self.query.first(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_decides() {
        let form = Params::from_query("type=login&code=&hwid=a%0A&user=1&user=2");
        let query = Params::from_query("type=init&code=7&check_paid=1&Name=x");
        let params = ClientParams::new(form, query);
        assert_eq!(params.get("type").as_deref(), Some("login"));
        assert_eq!(params.get("code"), None);
        assert_eq!(params.get("hwid").as_deref(), Some("a"));
        assert_eq!(params.raw("hwid"), Some("a\n"));
        assert_eq!(params.get("user").as_deref(), Some("1"));
        assert_eq!(params.get("check_paid").as_deref(), Some("1"));
        assert_eq!(params.get("name"), None);
    }
}
