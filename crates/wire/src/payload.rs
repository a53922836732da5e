//! Values in a JSON body, and among them what shops send when a customer has paid (`docs/protocol/seller.md`).

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};

/// The object `data` of a shop's JSON. The customer wrote parts of it, so nothing in it is a parameter but the quantity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ShopPayload {
    quantity: Option<i64>,
    order_quantity: Option<i64>,
    capital_quantity: Option<i64>,
}

impl ShopPayload {
    /// How many licenses the customer bought, in the order in which the shops' spellings are looked up:
    /// `data.quantity`, `data.order.quantity`, `data.Quantity`.
    pub fn quantity(&self) -> Option<i64> {
        self.quantity.or(self.order_quantity).or(self.capital_quantity)
    }
}

impl<'de> Deserialize<'de> for ShopPayload {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PayloadVisitor)
    }
}

struct PayloadVisitor;

impl<'de> Visitor<'de> for PayloadVisitor {
    type Value = ShopPayload;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ShopPayload, A::Error> {
        let mut payload = ShopPayload::default();
        while let Some(name) = map.next_key::<String>()? {
            match name.as_str() {
                "quantity" => payload.quantity = payload.quantity.or(count(&map.next_value()?)),
                "Quantity" => {
                    payload.capital_quantity = payload.capital_quantity.or(count(&map.next_value()?));
                }
                // Of an order only the quantity is looked at, which this reader finds for an object of any kind.
                "order" => {
                    if let Value::Object(order) = map.next_value()? {
                        payload.order_quantity = payload.order_quantity.or(order.quantity);
                    }
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(payload)
    }
}

fn count(value: &Value) -> Option<i64> {
    match value {
        Value::Text(text) => number(text.trim()),
        Value::Object(_) | Value::Other => None,
    }
}

/// A number as text; decimals are cut off, and what is too large becomes the largest number there is.
pub(crate) fn number(text: &str) -> Option<i64> {
    let decimal = || text.parse::<f64>().ok().filter(|number| number.is_finite()).map(|number| number as i64);
    text.parse().ok().or_else(decimal)
}

/// A JSON value, as far as it matters here. Lists and unknown fields are skipped while reading, so that a body takes no
/// more memory than it has bytes.
#[derive(Default)]
pub(crate) enum Value {
    /// A text, or the text of a number or boolean.
    Text(String),
    Object(ShopPayload),
    /// `null` or a list.
    #[default]
    Other,
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.into()))
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Value, E> {
        Ok(Value::Text(truth.to_string()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Text(number.to_string()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Text(number.to_string()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::Text(number.to_string()))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Value::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Value, A::Error> {
        ShopPayload::deserialize(MapAccessDeserializer::new(map)).map(Value::Object)
    }
}
