//! Who else can read a file that holds a secret.

use std::{
    fs::{self, Metadata},
    io,
    os::unix::fs::MetadataExt as _,
    path::Path,
};

use rustix::process::geteuid;

/// Whether users who have nothing to do with a file may read or change it, and what to do about that, in words that go on
/// after its name; `None`: nobody may. Where root keeps the file and lends it to a group, as settings of a package or
/// secrets of a container, the group may read it.
///
/// # Errors
/// When the file cannot be looked at.
pub fn exposure(path: &Path) -> io::Result<Option<String>> {
    let found = fs::metadata(path)?;
    Ok(is_exposed(&Owned::of(&found)).then(|| told(path, &Owned::of(&found), geteuid().as_raw())))
}

/// Whose a file is, and who may do what with it.
struct Owned {
    user: u32,
    group: u32,
    mode: u32,
}

impl Owned {
    fn of(found: &Metadata) -> Self {
        Self { user: found.uid(), group: found.gid(), mode: found.mode() & 0o7777 }
    }

    /// The group is how the server comes to it.
    fn is_lent(&self) -> bool {
        self.user == 0 && self.group != 0
    }
}

fn is_exposed(found: &Owned) -> bool {
    found.mode & if found.is_lent() { 0o037 } else { 0o077 } != 0
}

/// Advice that keeps the file from nobody who needs it: the server may be another user than who follows it.
fn told(path: &Path, found: &Owned, me: u32) -> String {
    let (path, mode) = (path.display(), found.mode);
    let advice = match found {
        lent if lent.is_lent() => format!("`chmod 640 {path}`"),
        Owned { user: 0, .. } => format!(
            "`chmod 600 {path}`; where another user than root runs the server, `chgrp` it to that user's group and \
             `chmod 640` it instead"
        ),
        Owned { user, .. } if *user == me => format!("`chmod 600 {path}`"),
        _ => format!("`chmod 600 {path}`, once it belongs to the user that runs the server"),
    };
    format!("can be read by other users of this machine (mode {mode:04o}): {advice}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_may_read_what_root_lends_it() {
        for (user, group, mode, exposed) in [
            (0, 7, 0o440, false),
            (0, 7, 0o640, false),
            (0, 7, 0o644, true),
            (0, 7, 0o660, true),
            (0, 0, 0o640, true),
            (0, 0, 0o600, false),
            (7, 7, 0o640, true),
            (7, 7, 0o600, false),
        ] {
            assert_eq!(is_exposed(&Owned { user, group, mode }), exposed, "{user}:{group} {mode:o}");
        }
    }

    #[test]
    fn nobody_who_needs_it_is_locked_out() {
        let told = |user, group| told(Path::new("/f"), &Owned { user, group, mode: 0o644 }, 7);
        let begin = "can be read by other users of this machine (mode 0644): ";
        assert_eq!(told(7, 7), format!("{begin}`chmod 600 /f`"));
        assert_eq!(told(0, 7), format!("{begin}`chmod 640 /f`"));
        assert!(told(0, 0).ends_with("`chgrp` it to that user's group and `chmod 640` it instead"));
        assert!(told(8, 8).ends_with("`chmod 600 /f`, once it belongs to the user that runs the server"));
    }
}
