//! Reading a channel along.

use askama::Template;
use claviger_service::vendor::{Along, Pulse};
use futures_util::stream;

use super::channel::{Messages, channel_of};
use crate::{
    fault::Answer,
    live::{self, Event},
    visit::Visit,
};

/// What a page reads along.
struct Following {
    visit: Visit,
    channel: String,
    pulse: Pulse,
    /// What was sent last: other channels of the application beat as well.
    last: Option<String>,
}

pub(super) async fn follow(visit: Visit) -> Answer {
    let channel = channel_of(&visit).await?.name;
    // Listened to first: what is said meanwhile is told twice rather than not at all.
    let pulse = visit.service().read_along(visit.app()?, Along::Chat);
    let following = Following { visit: visit.clone(), channel, pulse, last: None };
    live::stream(&visit, Box::pin(stream::unfold(following, next)))
}

async fn next(mut following: Following) -> Option<(Event, Following)> {
    loop {
        if following.last.is_some() && !following.pulse.beat().await {
            return None;
        }
        // A database that cannot be had for a moment is asked again with the next beat.
        let Ok(messages) = Messages::of(&following.visit, &following.channel).await else {
            following.last.get_or_insert_default();
            continue;
        };
        let data = messages.render().ok()?;
        if following.last.as_ref() != Some(&data) {
            following.last = Some(data.clone());
            return Some((Event { name: "messages", data }, following));
        }
    }
}
