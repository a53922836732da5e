//! The columns of a list of users: what they may be called, and what they are called as columns of the table of users.

use std::sync::Arc;

/// Names of a column as people write them, in small letters and digits alone, and its name here.
const NAMES: [(&[&str], &str); 15] = [
    (&["username", "user", "name", "login"], "username"),
    (&["password", "pass", "passwd"], "password"),
    (&["passwordhash", "hash", "bcrypt"], "hash"),
    (&["email", "mail", "emailaddress"], "email"),
    (&["hwid", "hwids"], "hwid"),
    (&["subscription", "sub"], "subscription"),
    (&["expiry", "expires", "until"], "expiry"),
    (&["days"], "days"),
    (&["banned", "banreason", "bannedreason"], "banned"),
    (&["ip", "lastip"], "ip"),
    (&["owner"], "owner"),
    (&["createdate", "created", "createdat", "registered"], "createdate"),
    (&["lastlogin", "lastsignin"], "lastlogin"),
    (&["cooldown"], "cooldown"),
    // No column of ours: what the other server called the application of a user.
    (&["app"], "app"),
];

/// The columns of a list, each under its name here, the others under their own.
///
/// # Errors
/// When none of them is the user's name, or two are the same: a sentence that says so.
pub(super) fn named(columns: &[String]) -> Result<Arc<[String]>, String> {
    let name = |column: &String| of(column).map_or_else(|| column.clone(), str::to_owned);
    let named: Vec<String> = columns.iter().map(name).collect();
    for (at, column) in named.iter().enumerate() {
        if let Some(before) = named[..at].iter().position(|other| other == column && of(other).is_some()) {
            return Err(format!(
                "the columns `{}` and `{}` say the same: leave one of them out",
                columns[before], columns[at]
            ));
        }
    }
    if named.iter().any(|column| column == "username") {
        return Ok(named.into());
    }
    // Not which there are: they are a user's password where somebody left the names out.
    Err("no column is called `username`: the first line must name the columns".into())
}

fn of(column: &str) -> Option<&'static str> {
    let plain: String = column.chars().filter(char::is_ascii_alphanumeric).collect();
    let is = |name: &&str| name.eq_ignore_ascii_case(&plain);
    NAMES.iter().find(|(names, _)| names.iter().any(is)).map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(columns: &str) -> Result<String, String> {
        let columns: Vec<String> = columns.split(',').map(str::to_owned).collect();
        named(&columns).map(|named| named.join(","))
    }

    #[test]
    fn columns_have_several_names() {
        for (columns, names) in [
            ("username,password", "username,password"),
            ("User Name,Password Hash,E-Mail,Last_Login,colour", "username,hash,email,lastlogin,colour"),
            ("name,registered,devices,subscriptions", "username,createdate,devices,subscriptions"),
            ("login,,", "username,,"),
        ] {
            assert_eq!(read(columns).as_deref(), Ok(names), "{columns}");
        }
    }

    #[test]
    fn what_names_no_user_or_says_a_thing_twice_is_told() {
        let told = |columns| read(columns).expect_err(columns);
        assert!(told("alice,secret").contains("no column is called `username`"), "{}", told("alice,secret"));
        assert!(!told("alice,secret").contains("secret"));
        assert!(
            told("user,Username").contains("`user` and `Username` say the same"),
            "{}",
            told("user,Username")
        );
    }
}
