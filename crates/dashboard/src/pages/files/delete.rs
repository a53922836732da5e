//! Deleting one file, those chosen, or all.

use claviger_service::vendor::ManageError;

use super::list::{address, named};
use crate::{
    chosen::Chosen, confirm::Confirm, fault::Answer, fields::Fields, frame::Nav, record::record_about,
    visit::Visit,
};

fn files(count: usize) -> String {
    if count == 1 { "1 file".into() } else { format!("{count} files") }
}

pub(super) async fn ask(visit: Visit) -> Answer {
    let app = visit.app()?;
    let chosen = Chosen::read(&visit.query, "id")?;
    let (title, button) = match &chosen {
        Chosen::All => {
            let count = visit.service().seller_stats(app).await?.files;
            (format!("Delete all {}?", files(usize::try_from(count).unwrap_or(0))), "Delete all".to_owned())
        }
        Chosen::These(ids) => match &ids[..] {
            [one] => {
                let fields = Fields::of(vec![("id".into(), one.clone())]);
                (format!("Delete {}?", named(&visit, &fields).await?.name), "Delete the file".into())
            }
            many => (format!("Delete {}?", files(many.len())), format!("Delete {}", files(many.len()))),
        },
    };
    let confirm = Confirm {
        title,
        words: vec![
            "Programs that ask for it are refused, and links to it end. To put another content in its place, replace it instead."
                .into(),
            "This cannot be undone.".into(),
        ],
        button,
        action: format!("{}/delete", address(app)),
        fields: chosen.fields("id"),
        back: address(app),
        ..Confirm::default()
    };
    confirm.ask(&visit, Nav::Files).await
}

pub(super) async fn delete(visit: Visit) -> Answer {
    let (app, service) = (visit.app()?, visit.service());
    let said = match Chosen::read(&visit.form, "id")? {
        Chosen::All => match service.delete_all_files(app).await? {
            true => {
                record_about(&visit, app, "all", "delete-files", "").await?;
                "All files are deleted.".to_owned()
            }
            false => "There were no files.".into(),
        },
        Chosen::These(ids) => {
            let mut deleted = 0;
            for id in ids {
                match service.delete_file(app, &id).await {
                    Ok(()) => {
                        deleted += 1;
                        record_about(&visit, app, &id, "delete-file", "").await?;
                    }
                    Err(ManageError::Unknown { .. }) => {}
                    Err(error) => return Err(error.into()),
                }
            }
            match deleted {
                0 => "These files were gone already.".into(),
                count => format!("{} deleted.", files(count)),
            }
        }
    };
    visit.see_other_saying(address(app), &said)
}
