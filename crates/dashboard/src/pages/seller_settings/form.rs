//! The form of a key: what was typed, and what is wrong with it.

use claviger_domain::{Network, SellerArea, SellerRights};
use claviger_service::vendor::{ManageError, NewKey, ShownKey, entry_end};

use crate::{
    fault::{Fault, sentence},
    fields::Fields,
};

/// What the boxes of areas stand for, among the choices of rights.
const AREAS: &str = "areas";

/// Choices of rights: the value, and its words.
const CHOICES: [(&str, &str); 5] = [
    ("all", "Everything"),
    ("read", "Read only: changes nothing"),
    ("sessions", "Sessions only"),
    ("licenses", "Licenses only"),
    (AREAS, "Some areas, chosen here:"),
];

/// A choice of rights, or an area.
pub(super) struct Choice {
    pub value: &'static str,
    pub words: &'static str,
    pub chosen: bool,
}

/// The form as it is shown.
#[derive(Default)]
pub(super) struct KeyForm {
    pub name: String,
    pub rights: Vec<Choice>,
    pub areas: Vec<Choice>,
    /// With areas: only reading.
    pub read: bool,
    pub addresses: String,
    pub until: String,
    pub problems: Problems,
}

/// What is wrong with a field.
#[derive(Default)]
pub(super) struct Problems {
    pub name: Option<String>,
    pub rights: Option<String>,
    pub addresses: Option<String>,
    pub until: Option<String>,
    pub whole: Option<String>,
}

impl Problems {
    fn any(&self) -> bool {
        [&self.name, &self.rights, &self.addresses, &self.until, &self.whole].iter().any(|one| one.is_some())
    }
}

impl KeyForm {
    /// An empty one.
    pub fn empty() -> Self {
        Self::of_rights(SellerRights::ALL)
    }

    /// What a key has.
    pub fn of(key: &ShownKey) -> Self {
        Self {
            name: key.name.clone(),
            addresses: key.addresses.join("\n"),
            until: key.until.map(written).unwrap_or_default(),
            ..Self::of_rights(key.rights)
        }
    }

    fn of_rights(rights: SellerRights) -> Self {
        let text = rights.to_string();
        let known = CHOICES.iter().any(|(value, _)| *value == text);
        let chosen = if known { text.as_str() } else { AREAS };
        let limited = !rights.is_everywhere();
        Self {
            rights: choices(chosen),
            areas: areas(|area| limited && rights.has(area)),
            read: rights.is_read_only(),
            ..Self::default()
        }
    }

    /// What was typed.
    pub fn typed(form: &Fields) -> Self {
        Self {
            name: form.kept("name"),
            rights: choices(form.get("rights").unwrap_or_default()),
            areas: areas(|area| form.all("area").any(|value| value == area.as_str())),
            read: form.has("read"),
            addresses: form.kept("addresses"),
            until: form.kept("until"),
            problems: Problems::default(),
        }
    }

    /// What is to be kept. Where something is wrong it is noted, and there is nothing.
    pub fn check(&mut self, now: i64) -> Option<NewKey> {
        let rights = self.chosen_rights();
        let rights = rights.map_err(|problem| self.problems.rights = Some(sentence(&problem))).ok();
        let entries = self.addresses.split(['\n', ',']).map(str::trim).filter(|entry| !entry.is_empty());
        let wrong = entries.clone().find_map(|entry| entry.parse::<Network>().err());
        self.problems.addresses = wrong.map(|error| sentence(&error.to_string()));
        let addresses = entries.collect::<Vec<_>>().join(",");
        let until = match self.until.trim() {
            "" => None,
            text => entry_end(Some(text), None, now)
                .map_err(|fault| self.problems.until = Some(sentence(&fault.to_string())))
                .ok()?,
        };
        if self.problems.any() {
            return None;
        }
        Some(NewKey { name: self.name.clone(), rights: rights?, addresses, until })
    }

    fn chosen_rights(&self) -> Result<SellerRights, String> {
        match self.rights.iter().find(|choice| choice.chosen).map(|choice| choice.value) {
            None => Err("choose what the key may do".into()),
            Some(AREAS) => {
                let chosen = self.areas.iter().filter(|area| area.chosen).map(|area| area.value);
                let words: Vec<&str> = chosen.collect();
                if words.is_empty() {
                    return Err("choose at least one area".into());
                }
                let read = if self.read { ",read" } else { "" };
                format!("{}{read}", words.join(",")).parse()
            }
            Some(word) => word.parse(),
        }
    }

    /// Notes why the service did not take it.
    ///
    /// # Errors
    /// When it was not the form's fault.
    pub fn refused(&mut self, error: ManageError) -> Result<(), Fault> {
        let told = sentence(&error.to_string());
        let place = match &error {
            ManageError::Taken { .. } => &mut self.problems.name,
            ManageError::Unfit(text) if text.starts_with("the name") => &mut self.problems.name,
            ManageError::Unfit(_) => &mut self.problems.whole,
            _ => return Err(error.into()),
        };
        *place = Some(told);
        Ok(())
    }
}

fn choices(chosen: &str) -> Vec<Choice> {
    CHOICES.iter().map(|&(value, words)| Choice { value, words, chosen: value == chosen }).collect()
}

fn areas(chosen: impl Fn(SellerArea) -> bool) -> Vec<Choice> {
    let choice =
        |area: SellerArea| Choice { value: area.as_str(), words: area.as_str(), chosen: chosen(area) };
    SellerArea::ALL.into_iter().map(choice).collect()
}

/// An end as it is typed: a date, with the time where that is not midnight.
fn written(second: i64) -> String {
    let Ok(time) = jiff::Timestamp::from_second(second) else { return second.to_string() };
    let text = time.to_string();
    text.strip_suffix("T00:00:00Z").map(String::from).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> KeyForm {
        KeyForm::typed(&Fields::parse(text.as_bytes()).unwrap())
    }

    #[test]
    fn rights_are_read_as_they_are_shown() {
        for rights in ["all", "read", "sessions", "licenses", "licenses,users", "sessions,read"] {
            let rights: SellerRights = rights.parse().unwrap();
            assert_eq!(KeyForm::of_rights(rights).chosen_rights(), Ok(rights));
        }
    }

    #[test]
    fn what_is_wrong_is_told_beside_its_field() {
        let mut form = typed("name=x&rights=areas&addresses=nowhere&until=yesterday");
        assert!(form.check(0).is_none());
        let Problems { name, rights, addresses, until, whole } = form.problems;
        assert!(rights.is_some() && addresses.is_some() && until.is_some());
        assert_eq!((name, whole), (None, None));
        let mut form = typed(
            "name=x&rights=areas&area=users&area=logs&read=1&addresses=%0A192.0.2.1%0D%0A,&until=2099-01-01",
        );
        let key = form.check(0).expect("fit");
        assert_eq!(
            (key.rights.to_string().as_str(), key.addresses.as_str()),
            ("users,logs,read", "192.0.2.1")
        );
        assert_eq!(key.until.map(written).as_deref(), Some("2099-01-01"));
        assert_eq!(written(1), "1970-01-01T00:00:01Z");
    }
}
