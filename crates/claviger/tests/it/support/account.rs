//! The `info` that `register`, `login` and `license` answer.

use super::{Reply, Session, mask_number, now};

/// What `info` must hold, but for the times.
#[derive(Debug, Clone, Copy)]
pub struct Info<'a> {
    pub username: &'a str,
    pub key: &'a str,
    pub hwid: Option<&'a str>,
}

/// The times in `info`, in Unix seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    pub expiry: i64,
    pub created: i64,
    pub last_login: i64,
}

/// The reply is `Logged in!` with this `info`: every byte but the times, which must make sense.
pub fn assert_logged_in(session: &Session, reply: &Reply, info: Info<'_>) -> Times {
    let hwid = info.hwid.map_or("null".to_owned(), |hwid| format!(r#""{hwid}""#));
    let payload = format!(
        r##""info":{{"username":"{}","subscriptions":[{{"subscription":"default","key":"{}","expiry":"#","timeleft":#,"level":"1"}}],"ip":"127.0.0.1","hwid":{hwid},"createdate":"#","lastlogin":"#"}}"##,
        info.username, info.key
    );
    session.succeeds_masked(reply, "Logged in!", &payload, |body| {
        ["expiry", "timeleft", "createdate", "lastlogin"]
            .into_iter()
            .fold(body.to_owned(), |body, field| mask_number(&body, field).0)
    });
    let number = |field| mask_number(reply.text(), field).1;
    let times =
        Times { expiry: number("expiry"), created: number("createdate"), last_login: number("lastlogin") };
    let now = now();
    assert!(times.created <= times.last_login, "{times:?}");
    assert!((now - 60..=now).contains(&times.last_login), "{times:?} at {now}");
    assert_eq!(number("timeleft"), times.expiry - times.last_login, "{times:?}");
    times
}
