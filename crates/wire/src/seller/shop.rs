//! What shops send when a customer has paid (`docs/protocol/seller.md`).

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
};

use super::params::number;
use crate::body::Value;

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
