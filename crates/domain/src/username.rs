//! Names that are compared without regard to case.

/// The form under which user names, app names and license keys are unique and looked up.
pub fn fold(name: &str) -> String {
    name.to_lowercase()
}
