//! What tells an event of a shop from others, so that its repetition gets the same licenses.

use claviger_store::add_events::Event;

use crate::shared::vault::sha256;

/// An event for which licenses are made. Only hashes are kept, so that neither its length matters nor what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddEvent(pub(super) Event);

impl AddEvent {
    /// An event by a key that the caller chose: with other parameters it is refused.
    pub fn by_key(key: &str, params: &[String]) -> Self {
        Self(Event { id: digest(&["key", key]), params: digest_of(params) })
    }

    /// A form that a person sent, by what was drawn for it: sent again, it is the same.
    pub fn by_form(person: &str, form: &str, params: &[String]) -> Self {
        Self(Event { id: form_id(person, form), params: digest_of(params) })
    }

    /// An event by the ids in a shop's payload. Two products of one order may have the same ids; with other parameters it
    /// is another event.
    pub fn by_order(order: &str, params: &[String]) -> Self {
        let params = digest_of(params);
        Self(Event { id: digest(&["order", order, &params]), params })
    }
}

/// What the form of a person is remembered by.
pub(super) fn form_id(person: &str, form: &str) -> String {
    digest(&["form", person, form])
}

fn digest_of(params: &[String]) -> String {
    digest(&params.iter().map(String::as_str).collect::<Vec<_>>())
}

/// The hash of texts that may hold anything.
fn digest(texts: &[&str]) -> String {
    let whole: String = texts.iter().map(|text| format!("{}:{text}", text.len())).collect();
    hex::encode(sha256(&whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_told_apart() {
        let params = |texts: &[&str]| texts.iter().map(ToString::to_string).collect::<Vec<_>>();
        let [one, other] = [params(&["expiry=1", "level=2"]), params(&["expiry=1", "level=", "2"])];
        let events = [
            AddEvent::by_key("a", &one),
            AddEvent::by_key("b", &one),
            AddEvent::by_order("a", &one),
            AddEvent::by_order("a", &other),
            AddEvent::by_order("a\0", &one),
        ];
        for (n, event) in events.iter().enumerate() {
            assert!(events[..n].iter().all(|before| before.0.id != event.0.id), "{event:?}");
            assert_eq!((event.0.id.len(), event.0.params.len()), (64, 64));
        }
        // A key that comes with other parameters is known, and does not fit.
        let changed = AddEvent::by_key("a", &other);
        assert!(changed.0.id == events[0].0.id && changed.0.params != events[0].0.params);
    }
}
