//! Parameters of a Seller API request (`docs/protocol/seller.md`).

use std::borrow::Cow;

use bytes::Bytes;

use crate::{
    Params,
    body::{Body, FilePart, Malformed, json_text},
    normalize,
    payload::number,
    shop::Shop,
};

/// A query and a body, read as one.
///
/// The query wins over the body, and of duplicates the first counts, even where it is empty: whoever can only append to
/// a vendor's URL changes nothing in it.
#[derive(Clone, Debug, Default)]
pub struct SellerParams {
    query: Params,
    body: Params,
    shop: Option<Shop>,
    file: Option<FilePart>,
}

impl SellerParams {
    /// Reads the query (without `?`) alone.
    pub fn of_query(query: &str) -> Self {
        Self { query: Params::from_query(query), ..Self::default() }
    }

    /// Reads the query (without `?`) and the body. Where the body is a shop's, nothing in it is a parameter.
    ///
    /// # Errors
    /// When the body is not what it claims to be.
    pub async fn parse(query: &str, content_type: Option<&str>, body: Bytes) -> Result<Self, Malformed> {
        let json = json_text(content_type.unwrap_or_default(), &body);
        let shop = json.map(|json| Shop::in_json(&json)).transpose()?.flatten();
        let body = Body::read(content_type, body).await;
        if let Some(malformed) = body.malformed {
            return Err(malformed);
        }
        let of_form = Self::of_form(query, body.params);
        if of_form.query.too_many() {
            return Err(Malformed::TooMany);
        }
        let read = Self { file: body.file, ..of_form };
        Ok(if shop.is_some() { Self { body: Params::default(), shop, ..read } } else { read })
    }

    /// Reads the query (without `?`) and the fields of a form. Where these are a shop's, none is a parameter.
    pub fn of_form(query: &str, fields: Params) -> Self {
        let shop = Shop::in_form(&fields);
        let body = if shop.is_some() { Params::default() } else { fields };
        Self { query: Params::from_query(query), body, shop, file: None }
    }

    /// A parameter, trimmed; `None` when it is missing or empty. The exact spelling of the name comes first, then any
    /// that differs in case.
    pub fn get(&self, name: &str) -> Option<Cow<'_, str>> {
        self.get_any(&[name])
    }

    /// As [`SellerParams::get`], for a parameter with several names, the preferred one first.
    pub fn get_any(&self, names: &[&str]) -> Option<Cow<'_, str>> {
        find(&self.query, names).or_else(|| find(&self.body, names)).and_then(normalize)
    }

    /// The names of all parameters, as they were sent, those of the query first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.query.iter().chain(self.body.iter()).map(|(name, _)| name)
    }

    /// All parameters, as they were sent: those of the query, then those of the body.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.query.iter().chain(self.body.iter())
    }

    /// The parameters of the body, as they were sent.
    pub fn of_body(&self) -> impl Iterator<Item = (&str, &str)> {
        self.body.iter()
    }

    /// Whether a parameter is there, even an empty one; names in any case.
    pub fn has(&self, name: &str) -> bool {
        self.names().any(|known| known.eq_ignore_ascii_case(name))
    }

    /// Whether `type`, in any case, stands more than once in the query.
    pub fn type_given_twice(&self) -> bool {
        self.query.iter().filter(|(name, _)| name.eq_ignore_ascii_case("type")).nth(1).is_some()
    }

    /// Whether the query has a `type`, in any case.
    pub fn has_type_in_query(&self) -> bool {
        self.query.iter().any(|(name, _)| name.eq_ignore_ascii_case("type"))
    }

    /// Whether a flag with one of these names is `1`, `true`, `yes` or `on`, in any case.
    pub fn flag(&self, names: &[&str]) -> bool {
        self.get_any(names).is_some_and(|value| is_one_of(&value, YES))
    }

    /// A flag that may be left out.
    ///
    /// # Errors
    /// When it is there, and says neither yes as in [`SellerParams::flag`] nor no.
    pub fn choice(&self, name: &str) -> Result<Option<bool>, NoChoice> {
        match self.get(name) {
            None if self.has(name) => Err(NoChoice),
            None => Ok(None),
            Some(value) if is_one_of(&value, YES) => Ok(Some(true)),
            Some(value) if is_one_of(&value, NO) => Ok(Some(false)),
            Some(_) => Err(NoChoice),
        }
    }

    /// A number; `default` when it is missing or no number. Decimals are cut off, and what is too large becomes the
    /// largest number there is.
    pub fn number_or(&self, name: &str, default: i64) -> i64 {
        self.get(name).and_then(|value| number(&value)).unwrap_or(default)
    }

    /// The file `file` of a multipart form.
    pub fn file(&self) -> Option<&FilePart> {
        self.file.as_ref()
    }

    /// A shop's payload, if the body is one.
    pub fn shop(&self) -> Option<&Shop> {
        self.shop.as_ref()
    }
}

/// A flag says neither yes nor no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoChoice;

const YES: &[&str] = &["1", "true", "yes", "on"];
const NO: &[&str] = &["0", "false", "no", "off"];

fn is_one_of(value: &str, words: &[&str]) -> bool {
    words.iter().any(|word| value.eq_ignore_ascii_case(word))
}

fn find<'a>(params: &'a Params, names: &[&str]) -> Option<&'a str> {
    names.iter().find_map(|name| params.first_ignoring_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;
    use proptest::prelude::*;

    const JSON: Option<&str> = Some("application/json");

    fn parse(query: &str, content_type: Option<&str>, body: &str) -> SellerParams {
        let body = Bytes::copy_from_slice(body.as_bytes());
        SellerParams::parse(query, content_type, body).now_or_never().unwrap().unwrap()
    }

    #[test]
    fn the_query_wins() {
        let params = parse("Type=kill&sessid=a%0A", None, "type=killall&SESSID=b&user=c&empty=+");
        assert_eq!(params.get("type").as_deref(), Some("kill"));
        assert_eq!(params.get("sessid").as_deref(), Some("a"));
        assert_eq!(params.get("User").as_deref(), Some("c"));
        assert_eq!(params.get("empty"), None);
        assert_eq!(params.get("missing"), None);
        assert!(!params.type_given_twice());
    }

    #[test]
    fn appending_to_a_query_changes_nothing_in_it() {
        let params = parse("type=setvar&data=&user=a&DATA=b&user=c&data=d", None, "data=e");
        assert_eq!(params.get("data"), None);
        assert_eq!(params.get("user").as_deref(), Some("a"));
    }

    #[test]
    fn sees_a_second_type() {
        assert!(parse("type=kill&x=1&TYPE=killall", None, "").type_given_twice());
        assert!(parse("type=kill&t%79pe=", None, "").type_given_twice());
        assert!(!parse("type=kill", None, "type=killall").type_given_twice());
    }

    #[test]
    fn knows_other_names() {
        let names = ["sessid", "session"];
        assert_eq!(parse("session=a", None, "").get_any(&names).as_deref(), Some("a"));
        assert_eq!(parse("session=a&sessid=b", None, "").get_any(&names).as_deref(), Some("b"));
        assert_eq!(parse("Session=a", None, "sessid=b").get_any(&names).as_deref(), Some("a"));
    }

    #[test]
    fn reads_flags_and_numbers() {
        let params = parse("a=1&b=True&c=YES&d=on&e=0&f=false&g=2&h=", None, "");
        for name in ["a", "b", "c", "d"] {
            assert!(params.flag(&["userToo", name]), "{name}");
        }
        for name in ["e", "f", "g", "h", "i"] {
            assert!(!params.flag(&[name]), "{name}");
        }
        let choices = ["a", "b", "d", "e", "f", "g", "h", "i"].map(|name| params.choice(name));
        let [yes, no, none] = [Ok(Some(true)), Ok(Some(false)), Err(NoChoice)];
        assert_eq!(choices, [yes, yes, yes, no, no, none, none, Ok(None)]);
        assert!(params.has("H") && !params.has("i"));
        let params = parse("a=-3&b=null&c=2.9&d=99999999999999999999&e=NaN&f=inf&g=1x&h=+7", None, "");
        let numbers = ["a", "b", "c", "d", "e", "f", "g", "h", "i"].map(|name| params.number_or(name, 1));
        assert_eq!(numbers, [-3, 1, 2, i64::MAX, 1, 1, 1, 7, 1]);
    }

    #[test]
    fn a_shops_payload_brings_no_parameters() {
        let body = r#"{"type":"x","note":"a&mask=b","data":{"quantity":3,"mask":"c"},"amount":9}"#;
        for content_type in [JSON, None, Some("text/plain"), Some("application/x-www-form-urlencoded")] {
            let params = parse("type=add", content_type, body);
            assert_eq!(params.shop().map(|shop| shop.quantity(None)), Some(Ok(Some(3))));
            assert_eq!(params.get("type").as_deref(), Some("add"));
            for name in ["note", "mask", "amount", "quantity"] {
                assert_eq!(params.get(name), None, "{name}");
            }
        }
    }

    #[test]
    fn a_shops_flat_body_brings_no_parameters() {
        const FORM: Option<&str> = Some("application/x-www-form-urlencoded");
        const MULTIPART: &str = "--x\r\nContent-Disposition: form-data; name=cart\r\n\r\n\r\n\
            --x\r\nContent-Disposition: form-data; name=note\r\n\r\na\r\n--x--\r\n";
        for (content_type, body) in [
            (JSON, r#"{"event":"paid","type":"x","amount":9,"mask":"y","format":"json","sellerkey":"z"}"#),
            (JSON, r#"{"order_id":1,"note":"a","level":3,"owner":"b","expiry":9}"#),
            (FORM, "event=paid&type=x&amount=9&mask=y&format=json&sellerkey=z"),
            (FORM, "item[id]=1&note=a&level=3&owner=b&expiry=9&character=2"),
            (Some("multipart/form-data; boundary=x"), MULTIPART),
        ] {
            let params = parse("type=add", content_type, body);
            assert!(params.shop().is_some(), "{body}");
            assert_eq!(params.get("type").as_deref(), Some("add"));
            for name in
                ["amount", "mask", "format", "sellerkey", "note", "level", "owner", "expiry", "character"]
            {
                assert_eq!(params.get(name), None, "{name} of {body}");
            }
        }
    }

    #[test]
    fn a_flat_object_brings_parameters() {
        let params = parse("", JSON, r#"{"type":"setvar","data":"x","level":2,"list":[1],"other":{"a":1}}"#);
        assert_eq!(params.get("data").as_deref(), Some("x"));
        assert_eq!(params.number_or("level", 1), 2);
        assert_eq!((params.get("list"), params.get("other"), params.get("a")), (None, None, None));
        assert_eq!(params.shop(), None);
    }

    proptest! {
        #[test]
        fn any_request_is_read(query in any::<String>(), body in "\\PC*", name in any::<String>()) {
            for content_type in [None, JSON] {
                let body = Bytes::copy_from_slice(body.as_bytes());
                let read = SellerParams::parse(&query, content_type, body).now_or_never().unwrap();
                let params = read.unwrap_or_else(|_| SellerParams::of_query(&query));
                let _ = (params.get(&name), params.flag(&[&name]), params.number_or(&name, 1));
                let _ = (params.type_given_twice(), params.shop().map(|shop| shop.quantity(Some(&name))));
            }
        }
    }
}
