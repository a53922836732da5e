//! Names of owners and applications.

use crate::ServiceError;

pub(super) fn check_name(what: &str, name: &str, max: usize) -> Result<(), ServiceError> {
    if name.is_empty() || name.len() > max {
        return Err(refused(&format!("the name of an {what} has 1 to {max} bytes")));
    }
    if name.trim() != name || name.chars().any(char::is_control) {
        return Err(refused(&format!(
            "the name of an {what} must not begin or end with blanks or hold control characters"
        )));
    }
    Ok(())
}

pub(super) fn no_owner(name: &str) -> ServiceError {
    refused(&format!("there is no owner `{name}`; see `claviger owner list`"))
}

pub(super) fn refused(text: &str) -> ServiceError {
    ServiceError::Refused(text.into())
}
