//! How names of users are shown: whole to whoever may see users or licenses. To others only how they begin, since the name of
//! a user may be a license key, which is all that this user signs in with.

use claviger_domain::Permission;

use crate::{
    fault::Fault,
    rights::{Need, may},
    visit::Visit,
};

/// Characters that are told of a name at most.
const TOLD: usize = 4;

/// How names are shown to somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Names {
    /// Nothing is kept back.
    pub whole: bool,
}

impl Names {
    /// As the person who asks may see them.
    ///
    /// # Errors
    /// When nobody is signed in.
    pub fn of(visit: &Visit) -> Result<Self, Fault> {
        let need = Need::Either(Permission::Users, Permission::Licenses);
        Ok(Self { whole: may(visit.person()?, visit.app.as_deref(), need) })
    }

    /// A name as it is shown.
    pub fn show(self, name: &str) -> String {
        if self.whole { name.to_owned() } else { beginning(name) }
    }
}

/// How a name begins: four characters at most, and no more than half of it.
pub(crate) fn beginning(name: &str) -> String {
    let told = TOLD.min(name.chars().count() / 2);
    name.chars().take(told).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn others_see_how_a_name_begins() {
        let some = Names { whole: false };
        let shown = ["ABCDEF-GHIJKL", "mara", "é1", "x", ""].map(|name| some.show(name));
        assert_eq!(shown, ["ABCD…", "ma…", "é…", "…", "…"]);
        assert_eq!(Names { whole: true }.show("ABCDEF-GHIJKL"), "ABCDEF-GHIJKL");
    }
}
