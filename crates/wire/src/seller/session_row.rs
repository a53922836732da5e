//! The list of sessions, written row by row: an application may have millions (`docs/protocol/sessions.md`).

use std::io::Write;

use crate::json::write_text;

/// What stands before the first row.
pub const LIST_START: &[u8] = br#"{"success":true,"message":"Successfully retrieved sessions","sessions":["#;

/// One session as `fetchallsessions` tells it.
#[derive(Clone, Copy, Debug)]
pub struct SessionRow<'a> {
    /// Its id.
    pub id: &'a str,
    /// Who signed in; `None` until somebody did.
    pub credential: Option<&'a str>,
    /// When it ends, in Unix seconds; a string on the wire.
    pub expires: i64,
    /// Whether somebody signed in; `"1"` or `"0"` on the wire.
    pub validated: bool,
    /// Address of the client at `init`, empty if unknown.
    pub ip: &'a str,
}

impl SessionRow<'_> {
    /// Appends the row; `first` leaves out the comma before it.
    pub fn write(&self, out: &mut Vec<u8>, first: bool) {
        out.extend_from_slice(if first { br#"{"id":"# } else { br#",{"id":"# });
        write_text(out, self.id);
        out.extend_from_slice(br#","credential":"#);
        match self.credential {
            Some(credential) => write_text(out, credential),
            None => out.extend_from_slice(b"null"),
        }
        // Writing to memory does not fail.
        let _ = write!(out, r#","expiry":"{}","#, self.expires);
        out.extend_from_slice(if self.validated {
            br#""validated":"1","ip":"#
        } else {
            br#""validated":"0","ip":"#
        });
        write_text(out, self.ip);
        out.push(b'}');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seller::list_end;
    use proptest::prelude::*;

    fn list(rows: &[SessionRow<'_>], cursor: Option<&str>) -> String {
        let mut out = LIST_START.to_vec();
        for (index, row) in rows.iter().enumerate() {
            row.write(&mut out, index == 0);
        }
        list_end(&mut out, cursor);
        String::from_utf8(out).unwrap()
    }

    const ROW: SessionRow<'static> = SessionRow {
        id: "iMdaoCGXWr",
        credential: None,
        expires: 1_649_063_974,
        validated: false,
        ip: "203.0.113.7",
    };

    #[test]
    fn as_callers_know_it() {
        let row = r#"{"id":"iMdaoCGXWr","credential":null,"expiry":"1649063974","validated":"0","ip":"203.0.113.7"}"#;
        let start = r#"{"success":true,"message":"Successfully retrieved sessions","sessions":["#;
        assert_eq!(list(&[ROW], None), format!("{start}{row}]}}"));
        let other = r#"{"id":"x","credential":"a\"é\n","expiry":"-1","validated":"1","ip":""}"#;
        let signed_in =
            SessionRow { id: "x", credential: Some("a\"é\n"), expires: -1, validated: true, ip: "" };
        assert_eq!(
            list(&[ROW, signed_in], Some("next")),
            format!(r#"{start}{row},{other}],"cursor":"next"}}"#)
        );
        assert_eq!(list(&[], None), format!("{start}]}}"));
    }

    proptest! {
        #[test]
        fn rows_are_json(credential in any::<Option<String>>(), ip in any::<String>(), expires in any::<i64>()) {
            let row = SessionRow { credential: credential.as_deref(), ip: &ip, expires, ..ROW };
            let read: serde_json::Value = serde_json::from_str(&list(&[row, row], Some(&ip))).unwrap();
            let read = &read["sessions"][1];
            prop_assert_eq!(read["credential"].as_str(), credential.as_deref());
            prop_assert_eq!(read["ip"].as_str(), Some(ip.as_str()));
            prop_assert_eq!(read["expiry"].as_str().unwrap(), expires.to_string());
        }
    }
}
