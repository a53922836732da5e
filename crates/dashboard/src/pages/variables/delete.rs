//! Deleting one variable, those chosen, or all.

use super::list::address;
use crate::{
    chosen::Chosen, confirm::Confirm, fault::Answer, frame::Nav, plots::grouped, record::record_about,
    visit::Visit,
};

fn variables(count: i64) -> String {
    if count == 1 { "1 variable".into() } else { format!("{} variables", grouped(count)) }
}

pub(super) async fn ask(visit: Visit) -> Answer {
    let app = visit.app()?;
    let chosen = Chosen::read(&visit.query, "name")?;
    let (title, button) = match &chosen {
        Chosen::All => {
            let count = visit.service().seller_stats(app).await?.variables;
            (format!("Delete all {}?", variables(count)), "Delete all".to_owned())
        }
        Chosen::These(names) => match &names[..] {
            [one] => (format!("Delete {one}?"), "Delete the variable".into()),
            many => {
                let count = variables(many.len() as i64);
                (format!("Delete {count}?"), format!("Delete {count}"))
            }
        },
    };
    let confirm = Confirm {
        title,
        words: vec![
            "Programs that ask for what is gone are refused. Variables of single users stay.".into(),
            "This cannot be undone.".into(),
        ],
        button,
        action: format!("{}/delete", address(app)),
        fields: chosen.fields("name"),
        back: address(app),
        ..Confirm::default()
    };
    confirm.ask(&visit, Nav::Variables).await
}

pub(super) async fn delete(visit: Visit) -> Answer {
    let app = visit.app()?;
    let said = match Chosen::read(&visit.form, "name")? {
        Chosen::All => {
            if visit.service().delete_all_variables(app).await? {
                record_about(&visit, app, "all", "delete-variables", "").await?;
                "All variables are deleted.".to_owned()
            } else {
                "There were no variables.".into()
            }
        }
        Chosen::These(names) => {
            let words = names.join(", ");
            match visit.service().delete_variables(app, names).await? {
                0 => "These variables were gone already.".into(),
                count => {
                    record_about(&visit, app, &words, "delete-variables", &count.to_string()).await?;
                    format!("{} deleted.", variables(count as i64))
                }
            }
        }
    };
    visit.see_other_saying(address(app), &said)
}
