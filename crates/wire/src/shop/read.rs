//! Reading what of a shop's payload is looked at, in whatever form it comes.

use std::{collections::BTreeMap, fmt};

use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::{Params, body::Malformed};

/// What only shops send: with one of these the body is a shop's.
const MARKS: &[&str] = &[
    "event",
    "item",
    "items",
    "line_items",
    "lineItems",
    "cart",
    "order",
    "invoice",
    "product",
    "products",
    "customer",
    "quantity",
    "unique_id",
    "uniqid",
    "order_id",
    "orderId",
    "invoice_id",
    "invoiceId",
    "product_id",
    "productId",
    "delivery_id",
    "deliveryId",
    "idempotency_key",
    "idempotencyKey",
];
/// Objects and lists that are looked into.
const PARTS: &[&str] = &[
    "data",
    "item",
    "items",
    "line_items",
    "lineItems",
    "cart",
    "order",
    "invoice",
    "product",
    "products",
    "variant",
];
/// Texts and numbers that are looked at.
const VALUES: &[&str] = &[
    "quantity",
    "Quantity",
    "unit_quantity",
    "type",
    "event",
    "id",
    "unique_id",
    "uniqid",
    "order_id",
    "orderId",
    "invoice_id",
    "invoiceId",
    "product_id",
    "productId",
    "variant_id",
    "variantId",
    "delivery_id",
    "deliveryId",
    "idempotency_key",
    "idempotencyKey",
];
/// Deepest object that is looked into.
const DEPTH: usize = 5;
/// Entries of a list that are looked at.
pub(super) const ENTRIES: usize = 1000;

/// Texts and numbers by their paths, such as `data.cart.0.quantity`; of duplicates the first. An entry of a list is
/// there itself, without a text.
pub(super) type Values = BTreeMap<String, String>;

/// What a JSON object holds, if it is a shop's; as in [`super::Shop::in_json`].
pub(super) fn in_json(text: &str) -> Result<Option<Values>, Malformed> {
    if !text.trim_start().starts_with('{') {
        return Ok(None);
    }
    let mut found = Found::default();
    let mut json = serde_json::Deserializer::from_str(text);
    let walked = json.deserialize_any(Walk { found: &mut found, path: "", depth: 0 });
    walked.and_then(|()| json.end()).map_err(|_| Malformed::Json)?;
    Ok(found.marked.then_some(found.values))
}

/// What a form holds, if it is a shop's; `data[order][id]` stands for an object in an object.
pub(super) fn in_form(params: &Params) -> Option<Values> {
    let mut found = Found::default();
    for (name, value) in params.iter() {
        let path = name.replace(']', "").replace('[', ".");
        let parts: Vec<&str> = path.split('.').collect();
        let (Some(first), Some(last)) = (parts.first(), parts.last()) else { continue };
        found.marked |= MARKS.contains(first) || (*first == "data" && parts.len() > 1);
        let inner = &parts[..parts.len() - 1];
        let known = inner.iter().all(|part| PARTS.contains(part) || part.parse::<usize>().is_ok());
        if !known || !VALUES.contains(last) || inner.len() >= DEPTH {
            continue;
        }
        if inner.last().is_some_and(|part| part.parse::<usize>().is_ok()) {
            found.keep(inner.join("."), "");
        }
        found.keep(path, value);
    }
    found.marked.then_some(found.values)
}

/// What a walk through a body has met.
#[derive(Default)]
struct Found {
    values: Values,
    marked: bool,
}

impl Found {
    fn keep(&mut self, path: String, value: &str) {
        self.values.entry(path).or_insert_with(|| value.trim().into());
    }
}

/// A list or an object on the walk. Values are read as they are written, and only those that are looked at, so that a body
/// takes little more memory than it has bytes.
struct Walk<'a> {
    found: &'a mut Found,
    path: &'a str,
    depth: usize,
}

/// What a value was.
enum Met {
    Text(String),
    /// An object or a list, whose own values were kept.
    Part,
    Nothing,
}

impl Walk<'_> {
    /// What a value in it is; `path` is that of the value.
    fn meet(&mut self, path: &str, value: &RawValue) -> serde_json::Result<Met> {
        let text = value.get();
        match text.as_bytes().first() {
            Some(b'{' | b'[') if self.depth < DEPTH => {
                let inner = Walk { found: self.found, path, depth: self.depth + 1 };
                serde_json::Deserializer::from_str(text).deserialize_any(inner).map(|()| Met::Part)
            }
            Some(b'"') => serde_json::from_str(text).map(Met::Text),
            Some(b'-' | b'0'..=b'9') => Ok(Met::Text(text.into())),
            _ => Ok(Met::Nothing),
        }
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list or an object")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        for place in 0..ENTRIES {
            let Some(value) = list.next_element::<&RawValue>()? else { return Ok(()) };
            let path = format!("{}.{place}", self.path);
            if let Met::Part = self.meet(&path, value).map_err(A::Error::custom)? {
                self.found.keep(path, "");
            }
        }
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut object: A) -> Result<(), A::Error> {
        let top = self.depth == 0;
        while let Some(name) = object.next_key::<String>()? {
            let value: &RawValue = object.next_value()?;
            self.found.marked |= top && MARKS.contains(&name.as_str());
            if !PARTS.contains(&name.as_str()) && !VALUES.contains(&name.as_str()) {
                continue;
            }
            let path = if self.path.is_empty() { name.clone() } else { format!("{}.{name}", self.path) };
            match self.meet(&path, value).map_err(A::Error::custom)? {
                Met::Text(text) if VALUES.contains(&name.as_str()) => self.found.keep(path, &text),
                Met::Part if top && name == "data" => self.found.marked = true,
                _ => {}
            }
        }
        Ok(())
    }
}
