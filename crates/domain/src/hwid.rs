//! Devices bound to a user.

/// Longest HWID that is kept and compared, in bytes; real ones are shorter.
pub const HWID_MAX: usize = 500;

/// Begins the stored form of HWIDs that an import brought as one text without separators. No HWID begins so: control
/// characters in one become spaces.
const IMPORTED: char = '\u{1F}';

/// The HWIDs that a user may log in from, each compared exactly.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HwidList {
    hwids: Vec<String>,
    /// HWIDs of an import, one behind the other: what is part of this text is one of them, until the first login
    /// tells which.
    imported: Option<String>,
}

impl HwidList {
    /// Reads the stored form: one HWID a line.
    pub fn from_stored(text: Option<&str>) -> Self {
        let mut list = Self::default();
        for line in text.unwrap_or_default().lines().filter(|line| !line.is_empty()) {
            match line.strip_prefix(IMPORTED) {
                Some(imported) => list.imported = Some(imported.into()),
                None => list.hwids.push(line.into()),
            }
        }
        list
    }

    /// HWIDs as another server kept them: one behind the other, without separators.
    pub fn from_import(concatenated: &str) -> Self {
        let text = normalize_hwid(concatenated);
        Self { hwids: Vec::new(), imported: (!text.is_empty()).then_some(text) }
    }

    /// The stored form; `None` when no device is bound.
    pub fn to_stored(&self) -> Option<String> {
        let imported = self.imported.iter().map(|text| format!("{IMPORTED}{text}"));
        let lines: Vec<String> = imported.chain(self.hwids.iter().cloned()).collect();
        (!lines.is_empty()).then(|| lines.join("\n"))
    }

    /// The form on the wire: joined with commas; `None` when no device is bound.
    pub fn to_wire(&self) -> Option<String> {
        let all: Vec<&str> = self.iter().collect();
        (!all.is_empty()).then(|| all.join(","))
    }

    /// The devices; those of an import as one.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.imported.iter().chain(&self.hwids).map(String::as_str)
    }

    /// Whether no device is bound.
    pub fn is_empty(&self) -> bool {
        self.hwids.is_empty() && self.imported.is_none()
    }

    /// Whether `hwid` is bound.
    pub fn contains(&self, hwid: &str) -> bool {
        let hwid = normalize_hwid(hwid);
        self.hwids.contains(&hwid) || self.is_part_of_import(&hwid)
    }

    fn is_part_of_import(&self, hwid: &str) -> bool {
        !hwid.is_empty() && self.imported.as_ref().is_some_and(|imported| imported.contains(hwid))
    }

    /// Binds `hwid`.
    pub fn bind(&mut self, hwid: &str) {
        let hwid = normalize_hwid(hwid);
        if !self.hwids.contains(&hwid) {
            self.hwids.push(hwid);
        }
    }

    /// Lets go of a device, as [`HwidList::iter`] tells it; `false` when it is not bound.
    pub fn release(&mut self, hwid: &str) -> bool {
        let before = self.iter().count();
        self.hwids.retain(|bound| bound != hwid);
        self.imported.take_if(|imported| imported == hwid);
        self.iter().count() < before
    }

    /// Whether it is a device that stands alone, not part of an import.
    pub fn has_alone(&self, hwid: &str) -> bool {
        self.hwids.iter().any(|bound| bound == hwid)
    }

    /// Takes note of a login from `hwid`, which was contained: an import is settled by it.
    pub fn settle(&mut self, hwid: &str) {
        if self.is_part_of_import(&normalize_hwid(hwid)) {
            self.imported = None;
            self.bind(hwid);
        }
    }
}

/// A HWID as it is stored and compared: control characters are spaces, since a line is the separator.
pub fn normalize_hwid(hwid: &str) -> String {
    hwid.replace(char::is_control, " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_import_is_matched_by_part_until_a_login_settles_it() {
        let imported = HwidList::from_import("AAAABBBB");
        let mut list = HwidList::from_stored(imported.to_stored().as_deref());
        assert_eq!(list, imported);
        assert!(
            list.contains("BBBB") && list.contains("AAAA") && !list.contains("CCCC") && !list.contains("")
        );
        list.settle("CCCC");
        assert!(list.contains("AAAA"));
        list.settle("BBBB");
        assert!(list.contains("BBBB") && !list.contains("AAAA") && !list.contains("BBB"));
        assert_eq!(list.to_stored().as_deref(), Some("BBBB"));
    }

    #[test]
    fn one_device_is_let_go() {
        let mut list = HwidList::from_stored(Some("\u{1F}AAAABBBB\none\ntwo"));
        assert!(!list.release("BBBB"), "part of an import is not told apart");
        assert!(list.has_alone("one") && !list.has_alone("AAAABBBB"));
        assert!(list.release("one") && !list.release("one"));
        assert_eq!(list.iter().collect::<Vec<_>>(), ["AAAABBBB", "two"]);
        assert!(list.release("AAAABBBB") && list.release("two"));
        assert!(list.is_empty());
    }

    proptest! {
        #[test]
        fn what_was_bound_is_found(hwids in prop::collection::vec(any::<String>(), 0..5), other in any::<String>()) {
            let mut list = HwidList::default();
            for hwid in hwids.iter().filter(|hwid| !hwid.is_empty()) {
                list.bind(hwid);
            }
            let read = HwidList::from_stored(list.to_stored().as_deref());
            prop_assert_eq!(&read, &list);
            for hwid in hwids.iter().filter(|hwid| !hwid.is_empty()) {
                prop_assert!(read.contains(hwid));
            }
            let known = hwids.iter().any(|hwid| normalize_hwid(hwid) == normalize_hwid(&other) && !hwid.is_empty());
            prop_assert_eq!(read.contains(&other), known);
            let mut rest = read.clone();
            for hwid in read.iter() {
                prop_assert!(rest.release(hwid) && !rest.release(hwid));
            }
            prop_assert!(rest.is_empty());
        }
    }
}
