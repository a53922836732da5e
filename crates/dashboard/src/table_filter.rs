//! Which rows of a table a page is about, as its address tells it: what the tables of licenses and of users share.

use claviger_domain::{fold, tidy};
use claviger_service::vendor::{Cursor, Jump, Number, TableOrder, TablePage, TablePlace};

use crate::{addresses::Link, fields::Fields, session_rows::told, tables::Pages};

/// Longest text that is looked for, in bytes.
const TEXT_MAX: usize = 200;
/// Longest name in a cursor, in bytes.
const CURSOR_MAX: usize = 2000;
/// Seconds of a day.
pub(crate) const DAY: i64 = 86_400;
/// Most days that can be said: ten thousand years.
pub(crate) const DAYS_MAX: i64 = 3_652_500;
/// Rows of a page.
pub(crate) const ROWS: usize = 50;
/// What an address holds besides the filter.
pub(crate) const PLACES: [&str; 3] = ["after", "before", "at"];

/// What was typed into a filter, and what it means.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter<W> {
    /// The fields that say something, by their names.
    fields: Vec<(&'static str, String)>,
    /// The rows that are meant.
    pub wanted: W,
    pub order: TableOrder,
    /// What is wrong with it.
    pub problem: Option<String>,
}

impl<W> Filter<W> {
    /// What stands in a field.
    pub fn get(&self, name: &str) -> &str {
        self.fields.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
    }

    /// Whether nothing is filtered.
    pub fn is_empty(&self) -> bool {
        self.fields.iter().all(|(name, _)| *name == "order")
    }

    /// The fields that say the same.
    pub fn fields(&self) -> Vec<(String, String)> {
        self.fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
    }

    /// In words, for the audit log.
    pub fn words(&self) -> String {
        let said = self.fields.iter().filter(|(name, _)| *name != "order");
        let said: Vec<String> = said.map(|(name, value)| format!("{name}={value}")).collect();
        if said.is_empty() { "all".into() } else { said.join(" ") }
    }

    /// A link with these fields.
    pub fn link(&self, path: impl Into<String>) -> Link {
        self.fields.iter().fold(Link::new(path), |link, (name, value)| link.with(name, value))
    }

    /// The neighbouring pages of one.
    pub fn pages<R>(&self, path: &str, page: &TablePage<R>) -> Pages {
        let at = |name, cursor: &Option<Cursor>| {
            let value = match cursor.as_ref()? {
                Cursor::Number(number) => number.to_string(),
                Cursor::Name(text) => text.clone(),
            };
            Some(self.link(path).with(name, value).into())
        };
        Pages {
            first: page.previous.as_ref().map(|_| self.link(path).into()),
            back: at("before", &page.previous),
            on: at("after", &page.next),
        }
    }
}

/// Reads the fields of a filter one by one.
pub(crate) struct Reader<'f> {
    fields: &'f Fields,
    kept: Vec<(&'static str, String)>,
    problem: Option<String>,
}

impl<'f> Reader<'f> {
    pub fn new(fields: &'f Fields) -> Self {
        Self { fields, kept: Vec::new(), problem: None }
    }

    /// A text in one line.
    pub fn line(&mut self, name: &'static str) -> Option<String> {
        let text = self.fields.filled(name).map(tidy).filter(|text| !text.is_empty())?.to_owned();
        if text.len() > TEXT_MAX {
            self.wrong(format!("A text to look for has {TEXT_MAX} bytes at most."));
        }
        self.kept.push((name, text.clone()));
        Some(text)
    }

    /// A text as names are compared.
    pub fn folded(&mut self, name: &'static str) -> Option<String> {
        self.line(name).map(|text| fold(&text).into_owned())
    }

    /// One of some words.
    pub fn choice<T: Clone>(&mut self, name: &'static str, choices: &[(&str, T)]) -> Option<T> {
        let word = self.fields.filled(name)?;
        let (word, value) = choices.iter().find(|(known, _)| *known == word)?;
        self.kept.push((name, (*word).to_owned()));
        Some(value.clone())
    }

    pub fn yes_no(&mut self, name: &'static str) -> Option<bool> {
        self.choice(name, &[("yes", true), ("no", false)])
    }

    /// A day in UTC: the second in which it begins.
    pub fn day(&mut self, name: &'static str) -> Option<i64> {
        let text = self.line(name)?;
        let day = day(&text);
        if day.is_none() {
            self.wrong("This is no date: write one such as 2026-01-31.".into());
        }
        day
    }

    /// Two days, the second included, as seconds.
    pub fn days_between(&mut self, from: &'static str, to: &'static str) -> (Option<i64>, Option<i64>) {
        (self.day(from), self.day(to).map(|day| day + DAY))
    }

    /// A number of days, in seconds.
    pub fn days(&mut self, name: &'static str) -> Option<i64> {
        let text = self.line(name)?;
        let days = text.parse::<i64>().ok().filter(|days| (0..=DAYS_MAX).contains(days));
        if days.is_none() {
            self.wrong(format!("This is no number of days: write one from 0 to {DAYS_MAX}."));
        }
        days.map(|days| days * DAY)
    }

    pub fn wrong(&mut self, problem: String) {
        self.problem.get_or_insert(problem);
    }

    /// The filter; `begins`: it asks for beginnings, which are sorted unless another order is said.
    pub fn end<W>(mut self, wanted: W, begins: bool) -> Filter<W> {
        const ORDERS: [(&str, TableOrder); 3] =
            [("newest", TableOrder::Newest), ("oldest", TableOrder::Oldest), ("name", TableOrder::Name)];
        let usual = if begins { TableOrder::Name } else { TableOrder::Newest };
        let order = self.choice("order", &ORDERS).unwrap_or(usual);
        if order == usual {
            self.kept.retain(|(name, _)| *name != "order");
        }
        Filter { fields: self.kept, wanted, order, problem: self.problem }
    }
}

/// A date as the second in which its day begins in UTC.
pub(crate) fn day(text: &str) -> Option<i64> {
    let date: jiff::civil::Date = text.parse().ok()?;
    Some(jiff::tz::Offset::UTC.to_timestamp(date.at(0, 0, 0, 0)).ok()?.as_second())
}

/// Where a page begins, as its address tells it.
///
/// # Errors
/// A sentence when that cannot be told.
pub(crate) fn place(fields: &Fields, order: TableOrder) -> Result<TablePlace, String> {
    let cursor = |name| {
        let text = fields.get(name).filter(|text| !text.is_empty() && text.len() <= CURSOR_MAX)?;
        match order {
            TableOrder::Name => Some(Cursor::Name(text.to_owned())),
            TableOrder::Newest | TableOrder::Oldest => text.parse().ok().map(Cursor::Number),
        }
    };
    if let Some(text) = fields.filled("at") {
        let share =
            text.trim_end_matches(['%', ' ']).parse::<i64>().ok().filter(|share| (0..=100).contains(share));
        let jump = day(text).map(Jump::Day).or(share.map(|share| Jump::Share(share * 10)));
        if order == TableOrder::Name {
            return Err(
                "In this order there is no going to a date: choose the newest or the oldest first.".into()
            );
        }
        return jump
            .map(TablePlace::At)
            .ok_or_else(|| "Go to a date such as 2026-01-31, or to a share such as 50 %.".into());
    }
    Ok(match (cursor("after"), cursor("before")) {
        (Some(cursor), _) => TablePlace::After(cursor),
        (None, Some(cursor)) => TablePlace::Before(cursor),
        (None, None) => TablePlace::Start,
    })
}

/// So many of something, in words.
pub(crate) fn counted(number: Number, one: &str, many: &str) -> String {
    match number {
        Number::Exactly(1) => format!("1 {one}"),
        number => format!("{} {many}", told(number)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(query: &str) -> Filter<Option<String>> {
        let fields = Fields::parse(query.as_bytes()).unwrap();
        let mut reader = Reader::new(&fields);
        let name = reader.folded("name");
        reader.yes_no("banned");
        reader.days_between("from", "to");
        reader.days("days");
        reader.end(name, false)
    }

    #[test]
    fn what_is_typed_is_kept_and_told_again() {
        let query = "name=%20Zo%C3%AB%26&banned=maybe&from=2026-01-31&to=&days=30&order=oldest&other=1";
        let filter = filter(query);
        assert_eq!(filter.wanted.as_deref(), Some("zoë&"));
        let link = filter.link("/x").to_string();
        assert_eq!(link, "/x?name=Zo%C3%AB%26&from=2026-01-31&days=30&order=oldest");
        assert!(filter.problem.is_none() && !filter.is_empty());
        assert_eq!(filter.words(), "name=Zoë& from=2026-01-31 days=30");
    }

    #[test]
    fn what_cannot_be_meant_is_told() {
        for query in [
            "from=31.1.2026",
            "to=x",
            "days=-1",
            "days=99999999999999999999",
            &format!("name={}", "x".repeat(201)),
        ] {
            assert!(filter(query).problem.is_some(), "{query}");
        }
        for query in ["", "name=%20", "order=newest", "order=oldest", "order=x", "banned=1"] {
            let filter = filter(query);
            assert!(filter.problem.is_none() && filter.is_empty(), "{query}");
        }
    }

    #[test]
    fn places_are_read_as_the_order_is() {
        let place = |query: &str, order| super::place(&Fields::parse(query.as_bytes()).unwrap(), order);
        assert_eq!(place("after=7", TableOrder::Newest), Ok(TablePlace::After(Cursor::Number(7))));
        assert_eq!(place("before=x&after=", TableOrder::Oldest), Ok(TablePlace::Start));
        assert_eq!(place("before=x", TableOrder::Name), Ok(TablePlace::Before(Cursor::Name("x".into()))));
        assert_eq!(place("at=1970-01-02", TableOrder::Newest), Ok(TablePlace::At(Jump::Day(DAY))));
        assert_eq!(place("at=50%25", TableOrder::Oldest), Ok(TablePlace::At(Jump::Share(500))));
        for query in ["at=x", "at=101", "at=-1"] {
            assert!(place(query, TableOrder::Newest).is_err(), "{query}");
        }
        assert!(place("at=50", TableOrder::Name).is_err());
    }
}
