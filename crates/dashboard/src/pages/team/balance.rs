//! Giving a reseller more to make, or taking some away.

use axum::http::StatusCode;
use claviger_domain::{AccountRole, Balance};

use super::{
    found::{found, here, number},
    member,
};
use crate::{
    fault::{Answer, Fault},
    fields::Fields,
    record::record_about,
    team_words::{LENGTHS, told},
    visit::Visit,
};

/// Largest number that is given at once.
const MOST: i64 = 1_000_000;

pub(super) async fn change(visit: Visit) -> Answer {
    let details = found(&visit).await?;
    let account = &details.member.account;
    if account.role != AccountRole::Reseller {
        return Err(Fault::Invalid("A manager has no balance.".into()));
    }
    let more = match read(&visit.form) {
        Ok(more) => more,
        Err(problem) => return member::page(&visit, StatusCode::UNPROCESSABLE_ENTITY, Some(problem)).await,
    };
    let (app, by) = (visit.app()?, visit.person()?.name.clone());
    let changed =
        visit.service().add_member_balance(app, number(&visit)?, more, [by.as_str(), "dashboard"]).await?;
    let (old, new) = changed.ok_or(Fault::NotFound)?;
    let change = new.minus(&old);
    if change == Balance::default() {
        return visit.see_other_saying(here(&visit)?, "The balance is as it was: none goes below nothing.");
    }
    let said = told(&change, true);
    record_about(&visit, app, &account.username, "balance", &said).await?;
    visit.see_other_saying(here(&visit)?, &format!("Changed: {said}."))
}

fn read(form: &Fields) -> Result<Balance, String> {
    let mut counts = [0; 7];
    for (count, (field, word)) in counts.iter_mut().zip(LENGTHS) {
        let Some(text) = form.filled(field) else { continue };
        *count = text.parse().ok().filter(|count| (-MOST..=MOST).contains(count)).ok_or_else(|| {
            format!("For {word}, write a whole number, at most {MOST}; a negative one takes away.")
        })?;
    }
    if counts == [0; 7] {
        return Err("Write how many more, or fewer, for at least one length.".into());
    }
    Ok(Balance::from_counts(counts))
}
