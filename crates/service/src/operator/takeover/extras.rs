//! Webhooks, files with an address, and buttons of the web loader.

use claviger_store::{
    StoreError,
    buttons::{self, Button},
    files::{self, File},
    webhooks::{self, Webhook},
};

use super::{
    named::{Named, take_named},
    record::Record,
    slice::{Fate, Slice, told},
};
use crate::vendor::{buttons::check_button, files::check_fetched, webhooks::check_webhook};

/// Takes webhooks.
pub(super) fn take_webhooks(slice: &mut Slice<'_, '_>) -> Result<Vec<Fate>, StoreError> {
    let read = |record: &Record| {
        if record.has("short_baselink") && record.text(&["baselink"])?.is_none() {
            return Err(
                "its address is cut off in replies of the Seller API: take a dump, or add it by hand".into(),
            );
        }
        let webhook = check_webhook(&Webhook {
            id: record.needed(&["webid", "id"])?.into(),
            url: record.needed(&["baselink", "url"])?.into(),
            user_agent: record.text(&["useragent"])?.unwrap_or_default().into(),
            authed: record.flag(&["authed"])?.unwrap_or(true),
        });
        webhook.map_err(|error| told(&error))
    };
    take_named(
        slice,
        &Named {
            what: "webhook",
            read: &read,
            name: &|webhook: &Webhook| webhook.id.clone(),
            is_there: &|conn, app, webhook| Ok(webhooks::get(conn, app, &webhook.id)?.is_some()),
            make: &|conn, app, webhook| webhooks::insert(conn, app, webhook),
        },
    )
}

/// Takes files: where they are fetched from is looked at when they are asked for.
pub(super) fn take_files(slice: &mut Slice<'_, '_>) -> Result<Vec<Fate>, StoreError> {
    let now = slice.now;
    let read = |record: &Record| {
        let id = record.needed(&["id"])?;
        let file = check_fetched(File {
            id: id.into(),
            name: record.text(&["name"])?.unwrap_or(id).into(),
            url: Some(record.needed(&["url"])?.into()),
            size: record.text(&["size"])?.map_or(0, size),
            uploaded: record.second(&["uploaddate"])?.unwrap_or(now),
            authed: record.flag(&["authed"])?.unwrap_or(true),
        });
        file.map_err(|error| told(&error))
    };
    take_named(
        slice,
        &Named {
            what: "file",
            read: &read,
            name: &|file: &File| file.id.clone(),
            is_there: &|conn, app, file| Ok(files::get(conn, app, &file.id)?.is_some()),
            make: &|conn, app, file| files::insert(conn, app, file),
        },
    )
}

/// Bytes, of a text such as `1.5 MB`; 0 where it tells none.
fn size(text: &str) -> i64 {
    let digits = text.find(|character: char| character != '.' && !character.is_ascii_digit());
    let (number, unit) = text.split_at(digits.unwrap_or(text.len()));
    let factor = match unit.trim().to_ascii_uppercase().as_str() {
        "KB" => 1024.0,
        "MB" => 1_048_576.0,
        "GB" => 1_073_741_824.0,
        _ => 1.0,
    };
    number.parse::<f64>().map_or(0, |number| (number * factor) as i64)
}

/// Takes buttons.
pub(super) fn take_buttons(slice: &mut Slice<'_, '_>) -> Result<Vec<Fate>, StoreError> {
    let read = |record: &Record| {
        let button = Button {
            value: record.needed(&["value"])?.into(),
            label: record.needed(&["text", "label"])?.into(),
        };
        check_button(&button).map_err(|error| told(&error))
    };
    take_named(
        slice,
        &Named {
            what: "button",
            read: &read,
            name: &|button: &Button| button.value.clone(),
            is_there: &|conn, app, button| {
                Ok(buttons::all(conn, app)?.iter().any(|one| one.value == button.value))
            },
            make: &|conn, app, button| buttons::insert(conn, app, button),
        },
    )
}

#[cfg(test)]
mod tests {
    #[test]
    fn sizes_are_read() {
        for (text, bytes) in
            [("1.5 MB", 1_572_864), ("12", 12), ("2KB", 2048), ("", 0), ("x", 0), ("1.1.1 MB", 0)]
        {
            assert_eq!(super::size(text), bytes, "{text}");
        }
    }
}
