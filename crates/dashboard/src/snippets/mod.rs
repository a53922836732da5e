//! What a vendor pastes into a program: the lines in which each SDK names the application, and what it has as a
//! constant. Facts about the SDKs are in [`table`].

mod quote;
mod table;

use claviger_domain::{ApiVersions, in_one_line};

pub(crate) use self::table::{LANGUAGES, Language};
use self::{quote::Quote, table::Example};

/// Where the hosted service is, in SDKs that have its address as a constant.
const HOSTED: &str = "https://keyauth.win/api/";
/// The hosted service's public key, in SDKs of API 1.3.
const HOSTED_KEY: &str = "5586b4bc69c7a4b487e4563a4cd96afd39140f919bd31cea7d1c6a1e8439422b";
/// Stands in the secret's place until it is shown.
const NO_SECRET: &str = "the secret of the application";

/// What programs name their application by.
pub(crate) struct Facts<'a> {
    pub name: &'a str,
    pub owner_id: &'a str,
    pub version: &'a str,
    /// `None`: not to be shown now.
    pub secret: Option<&'a str>,
    pub public_key: &'a str,
    /// The address under which programs reach the server, without trailing slash.
    pub public_url: &'a str,
    /// Versions of the Client API that the application answers.
    pub api: ApiVersions,
}

/// What to put where, for one SDK and one version of the API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Snippet {
    /// Which SDK it is, in a few words.
    pub sdk: &'static str,
    /// Version of the Client API.
    pub api: &'static str,
    /// Whether the application answers that version.
    pub answered: bool,
    /// The file in which the lines are.
    pub file: &'static str,
    /// The lines.
    pub lines: String,
    /// Whether the secret stands in them.
    pub has_secret: bool,
    /// What is to be replaced elsewhere in the SDK.
    pub swaps: Vec<Swap>,
    /// What else it takes.
    pub also: Option<&'static str>,
}

/// A constant that is to be replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Swap {
    /// The file that it is in.
    pub file: &'static str,
    /// What stands there.
    pub old: String,
    /// What should.
    pub new: String,
}

impl Language {
    /// The snippets of a language: those that the application answers come first.
    pub fn snippets(&self, facts: &Facts<'_>) -> Vec<Snippet> {
        let mut snippets: Vec<Snippet> =
            self.examples.iter().map(|example| snippet(example, self.quote, facts)).collect();
        snippets.sort_by_key(|snippet| !snippet.answered);
        snippets
    }
}

fn snippet(example: &Example, quote: Quote, facts: &Facts<'_>) -> Snippet {
    let address = format!("{}/api/{}/", facts.public_url, example.api);
    let fields = [
        ("{name}", facts.name),
        ("{owner}", facts.owner_id),
        ("{version}", facts.version),
        ("{secret}", facts.secret.unwrap_or(NO_SECRET)),
        ("{address}", &address),
    ];
    let mut swaps = Vec::new();
    if let Some(file) = example.address_in {
        swaps.push(Swap { file, old: format!("{HOSTED}{}/", example.api), new: address.clone() });
    }
    if let Some(file) = example.key_in {
        swaps.push(Swap { file, old: HOSTED_KEY.into(), new: facts.public_key.into() });
    }
    Snippet {
        sdk: example.sdk,
        api: example.api,
        answered: answers(facts.api, example.api),
        file: example.file,
        lines: filled(example.lines, |field| {
            let (_, value) = fields.iter().find(|(name, _)| *name == field)?;
            Some(quote.literal(&in_one_line(value)))
        }),
        has_secret: example.lines.contains("{secret}"),
        swaps,
        also: example.also,
    }
}

/// The lines with literals in the place of fields. In one go: a name that looks like a field is none.
fn filled(lines: &str, literal: impl Fn(&str) -> Option<String>) -> String {
    let (mut made, mut rest) = (String::new(), lines);
    while let Some(start) = rest.find('{') {
        let end = rest[start..].find('}').map_or(rest.len(), |at| start + at + 1);
        let field = &rest[start..end];
        made.push_str(&rest[..start]);
        match literal(field) {
            Some(literal) => {
                made.push_str(&literal);
                rest = &rest[end..];
            }
            None => {
                made.push('{');
                rest = &rest[start + 1..];
            }
        }
    }
    made + rest
}

fn answers(api: ApiVersions, version: &str) -> bool {
    match version {
        "1.0" => api.v1_0,
        "1.1" => api.v1_1,
        "1.2" => api.v1_2,
        _ => api.v1_3,
    }
}

#[cfg(test)]
mod tests;
