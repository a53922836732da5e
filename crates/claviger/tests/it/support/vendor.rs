//! What a vendor asks by the Seller API, and what is answered.

use std::thread;

use serde_json::Value;

use super::{App, HWID, Reply, Session, assert_json, encode, form};

/// The password of the users that [`App::add_user`] makes.
pub const PASS: &str = "p";

/// A success with nothing but a message.
pub fn success(message: &str) -> String {
    format!(r#"{{"success":true,"message":"{message}"}}"#)
}

/// A failure.
pub fn failure(message: &str) -> String {
    format!(r#"{{"success":false,"message":"{message}"}}"#)
}

/// Values that name nothing, as they stand in a query.
pub fn hostile() -> Vec<String> {
    let plain = ["%00", "al%00ice", "alice%0A1", "%FF%FE", "%C3", "%", "%zz", "-1", "1e999", "*", "null"];
    let mut values: Vec<String> = plain.map(str::to_owned).into();
    values.extend(["' OR 1=1 --", "<b>alice</b>", "alic%", "ali_e"].map(encode));
    values.extend([encode("é".repeat(5000)), "9".repeat(400)]);
    values
}

impl App {
    /// A request of the Seller API of this type, with parameters that need encoding.
    pub fn sell(&self, kind: &str, params: &[(&str, &str)]) -> Reply {
        self.seller(&format!("type={kind}&{}", form(params)))
    }

    /// Makes a user with a password and ten days of the first subscription.
    pub fn add_user(&self, name: &str) {
        let params = [("user", name), ("pass", PASS), ("sub", "default"), ("expiry", "10")];
        assert_json(&self.sell("adduser", &params), 200, &success("Successfully created user!"));
    }

    /// Makes many users, without passwords and with a day of the first subscription. Returns their names, sorted.
    pub fn add_users(&self, count: usize) -> Vec<String> {
        const THREADS: usize = 8;
        let names: Vec<String> = (0..count).map(|n| format!("user {n:0>6}")).collect();
        thread::scope(|scope| {
            for names in names.chunks(count.div_ceil(THREADS)) {
                scope.spawn(move || {
                    for name in names {
                        let reply =
                            self.sell("adduser", &[("user", name), ("sub", "default"), ("expiry", "1")]);
                        assert_json(&reply, 200, &success("Successfully created user!"));
                    }
                });
            }
        });
        names
    }

    /// What a login in a session of its own is answered.
    pub fn login(&self, name: &str, pass: &str, hwid: &str) -> Reply {
        self.init("1.2").call("login", &[("username", name), ("pass", pass), ("hwid", hwid)])
    }

    /// The message of that answer, for a user made by [`App::add_user`] on this computer.
    pub fn login_says(&self, name: &str, hwid: &str) -> String {
        self.login(name, PASS, hwid).json()["message"].as_str().expect("a message").to_owned()
    }

    /// A session in which such a user has signed in on the usual computer.
    pub fn sign_in(&self, name: &str) -> Session {
        let session = self.init("1.2");
        let reply = session.call("login", &[("username", name), ("pass", PASS), ("hwid", HWID)]);
        assert_eq!(reply.json()["message"], "Logged in!", "{reply:?}");
        session
    }

    /// What `userdata` tells.
    pub fn userdata(&self, name: &str) -> Value {
        let reply = self.sell("userdata", &[("user", name)]);
        assert_eq!(reply.json()["success"], true, "{reply:?}");
        reply.json()
    }

    /// When the n-th subscription of a user ends; while it is paused, the seconds that remain.
    pub fn expiry(&self, name: &str, n: usize) -> i64 {
        let reply = self.sell("usersub", &[("user", name)]).json();
        let expiry = reply["subs"][n]["expiry"].as_str();
        expiry.unwrap_or_else(|| panic!("{reply}")).parse().expect("a number")
    }

    /// The rows of a list, all at once; none where it says that there are none.
    pub fn rows(&self, kind: &str, field: &str) -> Vec<Value> {
        let reply = self.seller(&format!("type={kind}"));
        if reply.status == 406 {
            return Vec::new();
        }
        assert!(reply.json().get("cursor").is_none(), "{reply:?}");
        rows(&reply, field)
    }

    /// The rows of a list in pages of this size, which must be full but for the last one.
    pub fn pages(&self, kind: &str, field: &str, limit: usize) -> Vec<Value> {
        let (mut seen, mut more) = (Vec::new(), String::new());
        loop {
            let reply = self.seller(&format!("type={kind}&limit={limit}{more}"));
            let page = rows(&reply, field);
            let full = page.len() == limit;
            seen.extend(page);
            let json = reply.json();
            let Some(cursor) = json.get("cursor") else {
                assert!(reply.text().ends_with("}]}"), "{reply:?}");
                return seen;
            };
            let cursor = cursor.as_str().expect("a string");
            assert!(full && reply.text().ends_with(&format!(r#"}}],"cursor":"{cursor}"}}"#)), "{reply:?}");
            more = format!("&cursor={}", encode(cursor));
        }
    }

    /// A list refuses sizes and places that are none.
    pub fn refuses_bad_pages(&self, kind: &str) {
        for limit in ["0", "10001", "-1", "1.5", "ten", "99999999999999999999999", "1e3", "0x10", "2,", "%FF"]
        {
            let reply = self.seller(&format!("type={kind}&limit={limit}"));
            assert_json(&reply, 400, &failure("Invalid parameter: limit"));
        }
        for cursor in ["x", "!", "%C3%A9", "%FF", "%27%20OR%201=1%20--", &"A".repeat(5000)] {
            let reply = self.seller(&format!("type={kind}&limit=5&cursor={cursor}"));
            assert_json(&reply, 400, &failure("Invalid parameter: cursor"));
        }
    }
}

fn rows(reply: &Reply, field: &str) -> Vec<Value> {
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()[field].as_array().unwrap_or_else(|| panic!("{reply:?}")).clone()
}

impl App {
    /// Requests one after the other, each with its type and parameters as they stand in a query, and what is answered:
    /// status and body.
    pub fn walk(&self, steps: &[(&str, u16, &str)]) {
        for (query, status, body) in steps {
            let reply = self.seller(&format!("type={query}"));
            assert_eq!((reply.status, reply.text()), (*status, *body), "{query}");
        }
    }

    /// In text mode: the bare message with the same status.
    pub fn walk_text(&self, steps: &[(&str, u16, &str)]) {
        for (query, status, text) in steps {
            super::assert_text(&self.seller(&format!("type={query}&format=text")), *status, text);
        }
    }
}
