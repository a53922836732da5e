//! Variables of applications and of users.

use claviger_store::{
    StoreError,
    takeover::{Kind, TakenVariable, add_user_variables, user_variables_of},
    variables::{self, UserVariable, Variable},
};

use super::{
    named::{Named, take_named},
    record::Record,
    slice::{Fate, Slice, told},
};
use crate::{
    shared::limits::NAME_MAX as USERNAME_MAX,
    vendor::{
        checks::{check_line, check_name, check_text},
        users::check_user_variable,
        variables::{NAME_MAX, VALUE_MAX},
    },
};

/// Takes the variables of an application.
pub(super) fn take(slice: &mut Slice<'_, '_>) -> Result<Vec<Fate>, StoreError> {
    let read = |record: &Record| {
        let name = check_name("the name of a variable", record.needed(&["varid", "name"])?, NAME_MAX);
        let value =
            check_text("the value of a variable", record.needed(&["msg", "data", "value"])?, VALUE_MAX);
        Ok(Variable {
            name: name.map_err(|error| told(&error))?,
            value: value.map_err(|error| told(&error))?,
            authed: record.flag(&["authed"])?.unwrap_or(true),
        })
    };
    take_named(
        slice,
        &Named {
            what: "variable",
            read: &read,
            name: &|variable: &Variable| variable.name.clone(),
            is_there: &|conn, app, variable| Ok(variables::get(conn, app, &variable.name)?.is_some()),
            make: &|conn, app, variable| variables::insert(conn, app, variable),
        },
    )
}

/// Takes the variables of users.
pub(super) fn take_of_users(slice: &mut Slice<'_, '_>) -> Result<Vec<Fate>, StoreError> {
    let read = slice.parse(|record| {
        let user = check_line("the name of a user", record.needed(&["user", "username"])?, USERNAME_MAX);
        let variable = check_user_variable(&UserVariable {
            name: record.needed(&["name"])?.into(),
            value: record.needed(&["data", "value"])?.into(),
            read_only: record.flag(&["readOnly"])?.unwrap_or_default(),
        });
        Ok((user.map_err(|error| told(&error))?, variable.map_err(|error| told(&error))?))
    });
    let names: Vec<&str> = read.iter().flatten().map(|(user, _)| user.as_str()).collect();
    let known = slice.known(Kind::User, &names)?;
    let mut ids: Vec<i64> = names.iter().filter_map(|name| known.get(name)).map(|known| known.id).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut there = user_variables_of(slice.conn, slice.app, &ids)?;
    let (mut fates, mut new) = (Vec::with_capacity(read.len()), Vec::new());
    for row in read {
        fates.push(match row {
            Err(fate) => fate,
            Ok((user, variable)) => match slice.find(Kind::User, &known, &user) {
                None => Fate::of_nobody("user", &user),
                Some(known) if !known.ours => Fate::There,
                // A dry run makes users of no number, and two of them may have the same variable.
                Some(known) if known.id != 0 && !there.insert((known.id, variable.name.clone())) => {
                    Fate::There
                }
                Some(known) => {
                    new.push(TakenVariable { user: known.id, variable });
                    slice.fate_of_new()
                }
            },
        });
    }
    if slice.makes() {
        add_user_variables(slice.conn, slice.app, &new)?;
    }
    Ok(fates)
}
