//! The acts that mend what does not work.

use axum::http::StatusCode;
use claviger_domain::{Term, Unit};
use claviger_service::vendor::{Act, ManageError};

use super::{
    about::{LOOK, address_of, subject},
    page::page,
};
use crate::{
    addresses::Link,
    fault::{Answer, Fault, sentence},
    record::record,
    rights::{may, not_permitted},
    visit::Visit,
};

pub(super) async fn mend(visit: Visit, word: &'static str) -> Answer {
    let (app, subject) = (visit.app()?.clone(), subject(&visit)?);
    if !may(visit.person()?, Some(&app), LOOK) {
        return Err(not_permitted());
    }
    let field = |name| visit.form.get(name).unwrap_or_default();
    let invalid = || Fault::Invalid("There is no such entry. Nothing was changed.".into());
    let act = Act::parse(word, Some((field("kind"), field("value")))).ok_or_else(invalid)?;
    let mut term = None;
    if act == Act::Extend {
        let text = visit.form.filled("days").unwrap_or_default();
        match Term::parse(text, Unit::Days, visit.now()) {
            Ok(Term::For(0)) => return refused(&visit, "Write more than no time at all.").await,
            Ok(read) => term = Some(read),
            Err(error) => return refused(&visit, &sentence(&error.to_string())).await,
        }
    }
    let subscription = visit.form.filled("subscription").map(String::from);
    match visit.service().mend(&app, subject, &act, term, subscription).await {
        Ok(mended) => {
            record(&visit, &app, word, &mended.done).await?;
            let to = Link::new(address_of(&app, subject)).with("did", word);
            visit.see_other_saying(to, &format!("{}.", mended.done))
        }
        Err(ManageError::Unknown { what: "user" | "license", .. }) => Err(Fault::NotFound),
        Err(ManageError::Unfit(why)) => refused(&visit, &sentence(&why)).await,
        Err(error @ ManageError::Unknown { .. }) => refused(&visit, &sentence(&error.to_string())).await,
        Err(error) => Err(error.into()),
    }
}

async fn refused(visit: &Visit, why: &str) -> Answer {
    page(visit, StatusCode::UNPROCESSABLE_ENTITY, Some(why.into())).await
}
