//! Who runs a command.

use std::{env, fs, os::unix::fs::MetadataExt as _};

use claviger_service::{COMMAND_LINE, cut};

/// Bytes of a user's name that are kept.
const USER_MAX: usize = 32;

/// The system's user who runs this command; of root by sudo, who that was before.
pub(crate) fn actor() -> String {
    let user = fs::metadata("/proc/self").ok().map(|own| own.uid());
    let before = env::var("SUDO_USER").ok().filter(|name| user == Some(0) && !name.is_empty());
    let passwd = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let name = before.or_else(|| user.map(|user| name_of(user, &passwd)));
    actor_named(&name.unwrap_or_else(|| "unknown".into()))
}

/// The name of a user by number; the number where `passwd` does not have it.
fn name_of(user: u32, passwd: &str) -> String {
    let number = user.to_string();
    let found = passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1) == Some(&number)).then_some(name)
    });
    found.map_or(number.clone(), str::to_owned)
}

fn actor_named(name: &str) -> String {
    let plain = |character: char| character.is_ascii_alphanumeric() || "._-@$+".contains(character);
    let name: String = name.chars().map(|character| if plain(character) { character } else { '?' }).collect();
    format!("{COMMAND_LINE}{}", cut(&name, USER_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_have_plain_names() {
        let passwd = "root:x:0:0:root:/root:/bin/sh\nann:x:1000:1000::/:/bin/sh\n";
        assert_eq!((name_of(1000, passwd), name_of(7, passwd)), ("ann".into(), "7".into()));
        assert_eq!(actor_named("ann"), "cli:ann");
        assert_eq!(actor_named("a b\n\u{202E}ü"), "cli:a?b???");
        assert_eq!(actor_named(&"x".repeat(100)).len(), 4 + USER_MAX);
        assert!(actor().starts_with("cli:"));
    }
}
