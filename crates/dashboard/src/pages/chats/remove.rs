//! Emptying and deleting a channel; asked first.

use claviger_service::vendor::ManageError;

use super::channel::channel_of;
use crate::{
    addresses::app_base,
    channel_address::channel_address,
    confirm::Confirm,
    fault::{Answer, Fault},
    frame::Nav,
    record::record_about,
    visit::Visit,
};

async fn ask(visit: &Visit, act: &str, words: &str) -> Answer {
    let (app, channel) = (visit.app()?, channel_of(visit).await?);
    let count = visit.service().said_in(app, &channel.name).await?.len();
    let messages = if count == 1 { "1 message".into() } else { format!("{count} messages") };
    let back = channel_address(app, &channel.name);
    let (title, button) = match act {
        "clear" => (format!("Delete the messages of {}?", channel.name), format!("Delete {messages}")),
        _ => (format!("Delete the channel {}?", channel.name), "Delete the channel".into()),
    };
    let words = vec![format!("{messages} go for good."), words.to_owned()];
    Confirm { title, words, button, action: format!("{back}/{act}"), back, ..Confirm::default() }
        .ask(visit, Nav::Chats)
        .await
}

pub(super) async fn ask_clear(visit: Visit) -> Answer {
    ask(&visit, "clear", "The channel stays, and its delay.").await
}

pub(super) async fn ask_delete(visit: Visit) -> Answer {
    ask(&visit, "delete", "Programs that speak there are told that there is no such channel.").await
}

pub(super) async fn clear(visit: Visit) -> Answer {
    let (app, channel) = (visit.app()?, channel_of(&visit).await?);
    let back = channel_address(app, &channel.name);
    let count = visit.service().said_in(app, &channel.name).await?.len();
    if !visit.service().clear_channel(app, &channel.name).await? {
        return visit.see_other_saying(back, "There were no messages.");
    }
    record_about(&visit, app, &channel.name, "clearchannel", &format!("messages: {count} → 0")).await?;
    visit.see_other_saying(back, "The messages are deleted.")
}

pub(super) async fn delete(visit: Visit) -> Answer {
    let (app, channel) = (visit.app()?, channel_of(&visit).await?);
    match visit.service().delete_channel(app, &channel.name).await {
        Err(ManageError::Unknown { .. }) => return Err(Fault::NotFound),
        deleted => deleted?,
    }
    record_about(&visit, app, &channel.name, "delchannel", &format!("delay: {} → none", channel.delay))
        .await?;
    visit.see_other_saying(format!("{}chats", app_base(app)), &format!("{} is deleted.", channel.name))
}
