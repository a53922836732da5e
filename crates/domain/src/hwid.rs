//! Devices bound to a user.

/// The HWIDs that a user may log in from, each compared exactly.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HwidList(Vec<String>);

impl HwidList {
    /// Reads the stored form: one HWID a line.
    pub fn from_stored(text: Option<&str>) -> Self {
        Self(text.unwrap_or_default().lines().filter(|line| !line.is_empty()).map(String::from).collect())
    }

    /// The stored form; `None` when no device is bound.
    pub fn to_stored(&self) -> Option<String> {
        (!self.0.is_empty()).then(|| self.0.join("\n"))
    }

    /// The form on the wire: joined with commas; `None` when no device is bound.
    pub fn to_wire(&self) -> Option<String> {
        (!self.0.is_empty()).then(|| self.0.join(","))
    }

    /// Whether no device is bound.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `hwid` is bound.
    pub fn contains(&self, hwid: &str) -> bool {
        let hwid = normalize(hwid);
        self.0.contains(&hwid)
    }

    /// Binds `hwid`; line ends inside it become spaces, since a line is the separator.
    pub fn bind(&mut self, hwid: &str) {
        let hwid = normalize(hwid);
        if !self.contains(&hwid) {
            self.0.push(hwid);
        }
    }
}

/// A HWID as it is stored and compared.
fn normalize(hwid: &str) -> String {
    hwid.replace(['\r', '\n'], " ")
}
