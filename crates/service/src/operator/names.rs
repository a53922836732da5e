//! Names of owners and applications.

use claviger_domain::{NOT_A_LINE, is_line, tidy};

use crate::ServiceError;

/// A name as it is kept.
pub(super) fn check_name(what: &str, name: &str, max: usize) -> Result<String, ServiceError> {
    let name = tidy(name);
    if name.is_empty() || name.len() > max {
        return Err(refused(&format!("the name of an {what} has 1 to {max} bytes")));
    }
    if !is_line(name) {
        return Err(refused(&format!("the name of an {what} {NOT_A_LINE}")));
    }
    if is_step(name) {
        return Err(refused(&format!(
            "an {what} cannot be called `{name}`: browsers take that in an address for a step up or none"
        )));
    }
    Ok(name.into())
}

/// Whether browsers drop a name out of an address, so that what is below cannot be reached.
pub(super) fn is_step(name: &str) -> bool {
    matches!(name, "." | "..")
}

pub(crate) fn no_owner(name: &str) -> ServiceError {
    refused(&format!("there is no owner `{name}`; see `claviger owner list`"))
}

pub(super) fn refused(text: &str) -> ServiceError {
    ServiceError::Refused(text.into())
}
