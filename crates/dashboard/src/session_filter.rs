//! Which sessions a page is about, as its address tells it.

use claviger_domain::{Network, SessionId, tidy};
use claviger_service::vendor::{Order, Place, Whose};

use crate::{addresses::Link, fields::Fields, names::Names};

/// Longest text that is looked for, in bytes.
const TEXT_MAX: usize = 200;
/// Sessions that can be chosen at once.
pub(crate) const CHOSEN_MAX: usize = 500;

/// What was typed into the filter, and what it means.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    pub user: String,
    pub ip: String,
    /// `yes`, `no` or nothing.
    pub signed_in: String,
    pub text: String,
    pub oldest_first: bool,
    network: Option<Network>,
    /// What is wrong with it.
    pub problem: Option<String>,
}

impl Filter {
    /// Reads the fields of an address or a form.
    pub fn read(fields: &Fields, names: Names) -> Self {
        let line = |name| fields.filled(name).map(tidy).unwrap_or_default().to_owned();
        let (user, ip, text) = (line("user"), line("ip"), line("text"));
        let mut problem = None;
        let network = match ip.parse() {
            Ok(network) => Some(network),
            Err(_) if ip.is_empty() => None,
            Err(_) => {
                problem = Some(
                    "This is no address or network: write one such as 10.0.0.1 or 10.0.0.0/8.".to_owned(),
                );
                None
            }
        };
        if user.len() > TEXT_MAX || text.len() > TEXT_MAX {
            problem = Some(format!("A user or a text to look for has {TEXT_MAX} bytes at most."));
        }
        // By parts of names, a key could be guessed sign by sign.
        if !names.whole && !text.is_empty() && SessionId::parse(&text).is_none() {
            let told = "Write a whole session id: parts of names are looked for by whoever may see users or licenses.";
            problem = Some(told.to_owned());
        }
        let signed_in = fields.get("signed_in").filter(|value| matches!(*value, "yes" | "no"));
        Self {
            user,
            ip,
            text,
            signed_in: signed_in.unwrap_or_default().into(),
            oldest_first: fields.get("order") == Some("oldest"),
            network,
            problem,
        }
    }

    /// Whether nothing is filtered.
    pub fn is_empty(&self) -> bool {
        [&self.user, &self.ip, &self.signed_in, &self.text].iter().all(|text| text.is_empty())
    }

    /// The sessions that it means.
    pub fn whose(&self) -> Whose {
        let filled = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        Whose {
            user: filled(&self.user),
            ip: self.network,
            signed_in: match self.signed_in.as_str() {
                "yes" => Some(true),
                "no" => Some(false),
                _ => None,
            },
            text: filled(&self.text),
            ids: None,
        }
    }

    pub fn order(&self) -> Order {
        if self.oldest_first { Order::Oldest } else { Order::Newest }
    }

    /// The fields that say the same, without those that say nothing.
    pub fn fields(&self) -> Vec<(String, String)> {
        let order = if self.oldest_first { "oldest" } else { "" };
        let all = [
            ("user", self.user.as_str()),
            ("ip", &self.ip),
            ("signed_in", &self.signed_in),
            ("text", &self.text),
            ("order", order),
        ];
        let filled = all.into_iter().filter(|(_, value)| !value.is_empty());
        filled.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    /// A link with these fields.
    pub fn link(&self, path: String) -> Link {
        self.fields().into_iter().fold(Link::new(path), |link, (name, value)| link.with(&name, value))
    }
}

/// Where the page begins, as its address tells it.
pub(crate) fn place(fields: &Fields) -> Place {
    let id = |name| fields.get(name).and_then(SessionId::parse);
    match (id("after"), id("before")) {
        (Some(id), _) => Place::After(id),
        (None, Some(id)) => Place::Before(id),
        (None, None) => Place::Start,
    }
}

/// The sessions that were chosen by hand, each once; `None`: none were, or what was sent are no ids.
pub(crate) fn chosen(fields: &Fields) -> Option<Vec<SessionId>> {
    let mut ids: Vec<SessionId> = fields.all("id").take(CHOSEN_MAX).filter_map(SessionId::parse).collect();
    ids.sort_unstable();
    ids.dedup();
    Some(ids).filter(|_| fields.has("id"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Filter {
        Filter::read(&Fields::parse(query.as_bytes()).unwrap(), Names { whole: true })
    }

    #[test]
    fn what_is_typed_is_kept_and_told_again() {
        let query = "user=Zo%C3%AB%20%26&ip=10.0.0.0%2F8&signed_in=no&text=%3Cb%3E&order=oldest";
        let filter = read(&format!("{query}&other=1"));
        assert_eq!(filter.link("/x".into()).to_string(), format!("/x?{}", query.replace('+', "%20")));
        let whose = filter.whose();
        assert_eq!(whose.user.as_deref(), Some("Zoë &"));
        assert_eq!(whose.ip.map(|ip| ip.to_string()).as_deref(), Some("10.0.0.0/8"));
        assert_eq!((whose.signed_in, whose.text.as_deref()), (Some(false), Some("<b>")));
        assert!(!filter.is_empty() && filter.problem.is_none());
        assert!(read("user=%20&ip=&signed_in=maybe&text=%00").is_empty());
    }

    #[test]
    fn what_cannot_be_meant_is_told() {
        for query in ["ip=10.0.0", "ip=x", "ip=::/129", &format!("text={}", "x".repeat(201))] {
            let filter = read(query);
            assert!(filter.problem.is_some() && !filter.is_empty(), "{query}");
        }
    }

    #[test]
    fn ids_are_chosen_once_each() {
        let id = SessionId::lower_bound(7);
        let fields = |query: String| Fields::parse(query.as_bytes()).unwrap();
        assert_eq!(chosen(&fields(format!("id={id}&id=x&id={id}"))), Some(vec![id]));
        assert_eq!(chosen(&fields("id=x".into())), Some(vec![]));
        assert_eq!(chosen(&fields("ip=x".into())), None);
        assert_eq!(place(&fields(format!("after={id}"))), Place::After(id));
        assert_eq!(place(&fields(format!("before={id}&after=x"))), Place::Before(id));
        assert_eq!(place(&fields("before=".into())), Place::Start);
    }
}
