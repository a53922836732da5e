//! What shops send when a customer has paid (`docs/protocol/seller.md`).

use super::read::{self, ENTRIES, Values};
use crate::{Params, body::Malformed, payload::number};

/// Where an order may be.
const ORDERS: &[&str] = &["", "data.", "data.order.", "data.invoice.", "order.", "invoice."];

/// A shop's payload. The customer wrote parts of it, so nothing in it is a parameter: only the quantity is looked at, and
/// what tells one delivery from another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shop(Values);

/// The order has several products and does not say which is to be delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unclear;

impl Shop {
    /// A JSON object that is a shop's.
    ///
    /// # Errors
    /// When it is malformed, or something that is looked at cannot be read: whose it is is not known then.
    pub(crate) fn in_json(text: &str) -> Result<Option<Self>, Malformed> {
        Ok(read::in_json(text)?.map(Self))
    }

    /// A form that is a shop's, where `data[order][id]` stands for an object in an object.
    pub(crate) fn in_form(params: &Params) -> Option<Self> {
        read::in_form(params).map(Self)
    }

    /// How many licenses the customer bought, if the payload says so. `product` is the one that is to be delivered, where
    /// the shop names it beside the payload.
    ///
    /// # Errors
    /// [`Unclear`].
    pub fn quantity(&self, product: Option<&str>) -> Result<Option<i64>, Unclear> {
        if let Some(quantity) = self.first_number(&["item.quantity", "data.item.quantity"]) {
            return Ok(Some(quantity));
        }
        let cart = self.entries(&["cart", "cart.items", "cart.products"]);
        let is_product = |entry: &&String| product.is_some_and(|product| self.names(entry, product));
        if let Some(entry) = cart.iter().find(is_product) {
            return Ok(Some(self.quantity_of(entry)));
        }
        let plain = [
            "data.quantity",
            "data.order.quantity",
            "data.Quantity",
            "quantity",
            "order.quantity",
            "invoice.quantity",
        ];
        let is_cart = ORDERS.iter().any(|order| self.get(&format!("{order}type")) == Some("SHOPPING_CART"));
        if let Some(quantity) = self.first_number(&plain).filter(|_| cart.is_empty() || !is_cart) {
            return Ok(Some(quantity));
        }
        let entries = if cart.is_empty() {
            self.entries(&["items", "line_items", "lineItems", "products"])
        } else {
            cart
        };
        match entries.as_slice() {
            [] => Ok(None),
            [entry] => Ok(Some(self.quantity_of(entry))),
            entries => match entries.iter().find(is_product) {
                Some(entry) => Ok(Some(self.quantity_of(entry))),
                None => Err(Unclear),
            },
        }
    }

    /// What tells this delivery from every other, the same when it is repeated; `None` when the payload has no id.
    /// `product` as in [`Shop::quantity`].
    pub fn delivery(&self, product: Option<&str>) -> Option<String> {
        let whole = ["idempotency_key", "idempotencyKey", "delivery_id", "deliveryId"];
        if let Some(id) = self.first(&whole.map(String::from)) {
            return Some(id.into());
        }
        let ids = ["unique_id", "uniqid", "order_id", "orderId", "invoice_id", "invoiceId"];
        let named = ORDERS.iter().flat_map(|order| ids.map(|id| format!("{order}{id}")));
        let within = ["data.order.id", "data.invoice.id", "order.id", "invoice.id"].map(String::from);
        // A bare id may be a product's, and two customers must not get one key: only an event's own is its name.
        let bare = ["data.id", "id"].map(String::from).into_iter().filter(|_| self.get("event").is_some());
        let order = self.first(&named.chain(within).chain(bare).collect::<Vec<_>>())?;
        // An order may have several products, each of which is delivered by an event of its own.
        let parts =
            ["", "item.", "product.", "variant.", "data.", "data.item.", "data.product.", "data.variant."];
        let ids = ["id", "uniqid", "product_id", "productId", "variant_id", "variantId"];
        let lines = parts.iter().flat_map(|part| ids.map(|id| format!("{part}{id}")));
        let lines = lines.filter_map(|path| self.get(&path).map(|id| format!("\0{path}={id}")));
        Some(format!("{order}\0{}{}", product.unwrap_or_default(), lines.collect::<String>()))
    }

    fn get(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str).filter(|value| !value.is_empty())
    }

    fn first(&self, paths: &[String]) -> Option<&str> {
        paths.iter().find_map(|path| self.get(path))
    }

    fn first_number(&self, paths: &[&str]) -> Option<i64> {
        paths.iter().find_map(|path| number(self.get(path)?.trim()))
    }

    /// The entries of the first list of one of these names that has any.
    fn entries(&self, names: &[&str]) -> Vec<String> {
        let lists = ORDERS.iter().flat_map(|order| names.iter().map(move |name| format!("{order}{name}")));
        let entries = lists.map(|list| -> Vec<String> {
            let entries = (0..ENTRIES).map(|place| format!("{list}.{place}"));
            entries.take_while(|entry| self.0.contains_key(entry)).collect()
        });
        entries.into_iter().find(|entries| !entries.is_empty()).unwrap_or_default()
    }

    fn quantity_of(&self, entry: &str) -> i64 {
        let paths = ["unit_quantity", "quantity"].map(|name| format!("{entry}.{name}"));
        self.first(&paths).and_then(|text| number(text.trim())).unwrap_or(1)
    }

    fn names(&self, entry: &str, product: &str) -> bool {
        let ids = ["id", "uniqid", "product_id", "productId", "product.id", "product.uniqid"];
        ids.iter().any(|id| self.get(&format!("{entry}.{id}")) == Some(product))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn shop(json: &serde_json::Value) -> Shop {
        Shop::in_json(&json.to_string()).expect("JSON").expect("a shop's payload")
    }

    #[test]
    fn knows_shops_by_what_only_they_send() {
        for json in [
            r#"{"data":{}}"#,
            r#"{"data":[]}"#,
            r#"{"event":"paid","amount":3}"#,
            r#"{"event":null}"#,
            r#"{"mask":"x","item":{"quantity":1}}"#,
            r#"{"quantity":1}"#,
            r#"{"invoiceId":"x","level":2}"#,
            r#"{"data":{"quantity":1e999},"amount":5}"#,
            r#"{"data":{"other":"\ud800","list":[[[[[[[[1]]]]]]]]}}"#,
        ] {
            assert!(matches!(Shop::in_json(json), Ok(Some(_))), "{json}");
        }
        for json in [
            r#"{"type":"setvar","data":"x","name":"event"}"#,
            r#"{"id":1,"other":{"event":1},"list":[{"item":1}]}"#,
            r#"{"Event":1}"#,
            "{}",
            "[]",
            r#"[{"event":1}]"#,
            r#""event""#,
            r#"{"type":"setvar","data":1e999,"other":"\ud800"}"#,
            "",
        ] {
            assert_eq!(Shop::in_json(json), Ok(None), "{json}");
        }
        for json in [
            "{",
            r#"{"event":1} x"#,
            r#"{"event":1,"#,
            r#"{"data":{"id":"\ud800"},"amount":5}"#,
            r#"{"data":{"\ud800":1},"amount":5}"#,
        ] {
            assert_eq!(Shop::in_json(json), Err(Malformed::Json), "{json}");
        }
        for (form, is_shop) in [
            ("event=paid&amount=2", true),
            ("data%5Bid%5D=1", true),
            ("item[quantity]=2", true),
            ("type=add&data=x&amount=2", false),
            ("id=1", false),
        ] {
            assert_eq!(Shop::in_form(&Params::from_query(form)).is_some(), is_shop, "{form}");
        }
    }

    #[test]
    fn finds_each_shops_quantity() {
        for (payload, quantity) in [
            (json!({"data": {"quantity": "2", "order": {"quantity": 3}, "Quantity": 4}}), Ok(Some(2))),
            (
                json!({"data": {"quantity": null, "order": {"id": [1, {}], "quantity": 3}, "Quantity": 4}}),
                Ok(Some(3)),
            ),
            (json!({"data": {"order": "x", "Quantity": 4}}), Ok(Some(4))),
            (json!({"data": {"order": {"order": {"quantity": 3}}, "other": {"quantity": 5}}}), Ok(None)),
            (json!({"data": {}}), Ok(None)),
            (
                json!({"event": "INVOICE.ITEM.DELIVER-DYNAMIC", "amount": 9, "quantity": 8, "item": {"quantity": 5}}),
                Ok(Some(5)),
            ),
            (json!({"item": {"quantity": "many"}, "quantity": 2}), Ok(Some(2))),
            (json!({"quantity": 2.9}), Ok(Some(2))),
            (json!({"quantity": -3}), Ok(Some(-3))),
            (json!({"quantity": true}), Ok(None)),
            (json!({"order": {"quantity": 7}}), Ok(Some(7))),
            (json!({"items": [{"quantity": 4}]}), Ok(Some(4))),
            (json!({"items": [{"name": "x"}]}), Ok(Some(1))),
            (json!({"items": [{"quantity": 4}, {"quantity": 5}]}), Err(Unclear)),
            (json!({"items": [{"quantity": 4}, {"quantity": 5}], "quantity": 9}), Ok(Some(9))),
            (json!({"items": ["x", 1]}), Ok(None)),
            (
                json!({"data": {"type": "SHOPPING_CART", "quantity": 9, "cart": [{"uniqid": "a", "unit_quantity": 2}]}}),
                Ok(Some(2)),
            ),
            (
                json!({"data": {"type": "PRODUCT", "quantity": 9, "cart": [{"uniqid": "a", "unit_quantity": 2}]}}),
                Ok(Some(9)),
            ),
            (
                json!({"data": {"type": "SHOPPING_CART", "quantity": 9, "cart": [{"uniqid": "a"}, {"uniqid": "c"}]}}),
                Err(Unclear),
            ),
        ] {
            assert_eq!(shop(&payload).quantity(None), quantity, "{payload}");
        }
        let cart = json!({"data": {"type": "SHOPPING_CART", "quantity": 9, "cart":
            [{"uniqid": "a", "unit_quantity": 2}, {"uniqid": "b", "unit_quantity": "3"}, {"uniqid": "c"}]}});
        for (product, quantity) in
            [("a", Ok(Some(2))), ("b", Ok(Some(3))), ("c", Ok(Some(1))), ("d", Err(Unclear))]
        {
            assert_eq!(shop(&cart).quantity(Some(product)), quantity, "{product}");
        }
        for (form, quantity) in [
            ("event=paid&quantity=3", 3),
            ("data[order][quantity]=4", 4),
            ("cart[0][quantity]=5&cart[0][id]=x", 5),
            ("event=x&item%5Bquantity%5D=6&quantity=1", 6),
        ] {
            let shop = Shop::in_form(&Params::from_query(form)).expect("a shop's form");
            assert_eq!(shop.quantity(None), Ok(Some(quantity)), "{form}");
        }
    }

    #[test]
    fn the_same_event_is_the_same_delivery() {
        let sellauth = |item: u64, status: &str| {
            json!({"event": "INVOICE.ITEM.DELIVER-DYNAMIC", "id": 1, "unique_id": "8e-1", "status": status,
                "item": {"id": item, "product_id": 3, "quantity": 2}})
        };
        let delivery = |payload: &serde_json::Value, product| shop(payload).delivery(product);
        let first = delivery(&sellauth(5, "a"), None);
        assert!(first.is_some());
        assert_eq!(delivery(&sellauth(5, "b"), None), first);
        assert_ne!(delivery(&sellauth(6, "a"), None), first);
        let sellix = json!({"event": "product:dynamic", "data": {"uniqid": "x", "quantity": 1}});
        assert_ne!(delivery(&sellix, Some("a")), delivery(&sellix, Some("b")));
        assert_eq!(delivery(&sellix, Some("a")), delivery(&sellix, Some("a")));
        let shoppex = |order: &str, key: &str| json!({"invoiceId": order, "idempotencyKey": key});
        assert_eq!(delivery(&shoppex("a", "k"), None).as_deref(), Some("k"));
        assert_eq!(delivery(&shoppex("b", "k"), None), delivery(&shoppex("a", "k"), Some("x")));
        for payload in [
            json!({"data": {"order": {"id": 7}}}),
            json!({"event": "x", "id": 7}),
            json!({"event": "x", "data": {"id": "7"}}),
        ] {
            assert!(delivery(&payload, None).is_some(), "{payload}");
        }
        for payload in [
            json!({"data": {"quantity": 3}}),
            json!({"data": {"id": "7"}}),
            json!({"product": {}, "id": 7}),
            json!({"event": "x", "id": ""}),
            json!({"event": "x", "id": null}),
        ] {
            assert_eq!(delivery(&payload, None), None, "{payload}");
        }
    }

    #[test]
    fn of_duplicates_the_first_counts() {
        let json = r#"{"event":"x","data":{"quantity":2,"quantity":9,"id":"a","id":"b"},"data":{"quantity":8,"id":"c"}}"#;
        let once = shop(&json!({"event": "x", "data": {"id": "a"}}));
        let shop = Shop::in_json(json).expect("JSON").expect("a shop's payload");
        assert_eq!(shop.quantity(None), Ok(Some(2)));
        assert_eq!(shop.delivery(None), once.delivery(None));
    }

    #[test]
    fn long_and_deep_payloads_are_read() {
        let entries = vec![json!({"id": 1, "quantity": 2}); 5000];
        assert_eq!(shop(&json!({"items": entries})).quantity(None), Err(Unclear));
        let deep = format!("{}1{}", r#"{"data":"#.repeat(100), "}".repeat(100));
        let read = Shop::in_json(&deep).expect("JSON");
        assert_eq!(read.map(|shop| shop.quantity(None)), Some(Ok(None)));
        assert_eq!(Shop::in_json(&r#"{"data":"#.repeat(10_000)), Err(Malformed::Json));
    }

    proptest! {
        #[test]
        fn any_payload_is_read(json in "[\\[\\]{}:,\"a0-]{0,40}", form in any::<String>(), product in any::<Option<String>>()) {
            let product = product.as_deref();
            for json in [json.clone(), format!(r#"{{"data":{json}}}"#), format!(r#"{{"cart":[{json}]}}"#)] {
                if let Ok(Some(shop)) = Shop::in_json(&json) {
                    let _ = (shop.quantity(product), shop.delivery(product));
                }
            }
            let _ = Shop::in_form(&Params::from_query(&form)).map(|shop| shop.quantity(product));
        }
    }
}
