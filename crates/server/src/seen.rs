//! What a request was, and what came of it, in the few words that are counted.

use std::sync::Arc;

use axum::http::StatusCode;
use claviger_service::App;

/// Which of the server's faces a request was for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Api {
    /// The Client API.
    Client,
    /// The Seller API.
    Seller,
    /// Pages for people, vendors and customers.
    Pages,
    /// Everything else: health, descriptions, links to files, what is not there.
    #[default]
    Other,
}

impl Api {
    /// In the order of the variants.
    pub(crate) const ALL: [Self; 4] = [Self::Client, Self::Seller, Self::Pages, Self::Other];

    /// Its name in metrics and lines.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Seller => "seller",
            Self::Pages => "pages",
            Self::Other => "other",
        }
    }
}

/// What came of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It was carried out.
    Ok,
    /// The answer is no.
    Refused,
    /// The caller asked too often.
    Limited,
    /// There was no room, or no database, for it.
    Busy,
    /// It failed, through no fault of the caller.
    Error,
}

impl Outcome {
    /// In the order of the variants.
    pub(crate) const ALL: [Self; 5] = [Self::Ok, Self::Refused, Self::Limited, Self::Busy, Self::Error];

    /// Its name in metrics and lines.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Refused => "refused",
            Self::Limited => "limited",
            Self::Busy => "busy",
            Self::Error => "error",
        }
    }
}

/// What a request was, as far as it was found out. Every request carries one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// Which face it was for.
    pub(crate) api: Api,
    /// The place of its type among those of the face, counted from 1; 0: none of them.
    pub(crate) kind: usize,
    /// Whether the body says no, whatever the status says.
    pub(crate) refused: bool,
    /// The application that it was about.
    pub(crate) app: Option<Arc<App>>,
}

impl Seen {
    /// A request whose type is not known yet.
    pub(crate) fn at(api: Api) -> Self {
        Self { api, ..Self::default() }
    }

    /// What came of it.
    pub(crate) fn outcome(&self, status: StatusCode) -> Outcome {
        match status {
            StatusCode::TOO_MANY_REQUESTS => Outcome::Limited,
            StatusCode::SERVICE_UNAVAILABLE => Outcome::Busy,
            status if status.is_server_error() => Outcome::Error,
            status if self.refused || status.is_client_error() => Outcome::Refused,
            _ => Outcome::Ok,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_follow_from_status_and_body() {
        let of = |status, refused| {
            let seen = Seen { refused, ..Seen::at(Api::Client) };
            seen.outcome(StatusCode::from_u16(status).unwrap()).as_str()
        };
        assert_eq!(
            [of(200, false), of(303, false), of(200, true), of(404, false)],
            ["ok", "ok", "refused", "refused"]
        );
        assert_eq!(
            [of(429, true), of(503, true), of(500, true), of(507, false)],
            ["limited", "busy", "error", "error"]
        );
    }

    #[test]
    fn names_stand_in_the_order_of_the_variants() {
        assert!(Api::ALL.into_iter().enumerate().all(|(place, api)| api as usize == place));
        assert!(Outcome::ALL.into_iter().enumerate().all(|(place, outcome)| outcome as usize == place));
    }
}
