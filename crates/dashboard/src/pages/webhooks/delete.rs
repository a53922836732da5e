//! Deleting one webhook, those chosen, or all.

use claviger_service::vendor::ManageError;

use super::list::address;
use crate::{
    chosen::Chosen, confirm::Confirm, fault::Answer, frame::Nav, record::record_about, visit::Visit,
};

fn webhooks(count: usize) -> String {
    if count == 1 { "1 webhook".into() } else { format!("{count} webhooks") }
}

pub(super) async fn ask(visit: Visit) -> Answer {
    let app = visit.app()?;
    let chosen = Chosen::read(&visit.query, "id")?;
    let (title, button) = match &chosen {
        Chosen::All => {
            let count = visit.service().seller_stats(app).await?.webhooks;
            (
                format!("Delete all {}?", webhooks(usize::try_from(count).unwrap_or(0))),
                "Delete all".to_owned(),
            )
        }
        Chosen::These(ids) => match &ids[..] {
            [one] => (format!("Delete the webhook {one}?"), "Delete the webhook".into()),
            many => (format!("Delete {}?", webhooks(many.len())), format!("Delete {}", webhooks(many.len()))),
        },
    };
    let confirm = Confirm {
        title,
        words: vec!["Programs that name what is gone are refused.".into(), "This cannot be undone.".into()],
        button,
        action: format!("{}/delete", address(app)),
        fields: chosen.fields("id"),
        back: address(app),
        ..Confirm::default()
    };
    confirm.ask(&visit, Nav::Webhooks).await
}

pub(super) async fn delete(visit: Visit) -> Answer {
    let (app, service) = (visit.app()?, visit.service());
    let said = match Chosen::read(&visit.form, "id")? {
        Chosen::All => match service.delete_all_webhooks(app).await? {
            true => {
                record_about(&visit, app, "all", "delete-webhooks", "").await?;
                "All webhooks are deleted.".to_owned()
            }
            false => "There were no webhooks.".into(),
        },
        Chosen::These(ids) => {
            let mut deleted = 0;
            for id in ids {
                match service.delete_webhook(app, &id).await {
                    Ok(()) => {
                        deleted += 1;
                        record_about(&visit, app, &id, "delete-webhook", "").await?;
                    }
                    Err(ManageError::Unknown { .. }) => {}
                    Err(error) => return Err(error.into()),
                }
            }
            match deleted {
                0 => "These webhooks were gone already.".into(),
                count => format!("{} deleted.", webhooks(count)),
            }
        }
    };
    visit.see_other_saying(address(app), &said)
}
