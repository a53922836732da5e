//! A file that stays on a web server: its address is asked anew at each download.

use claviger_service::{
    cut,
    vendor::{FileContent, FileFault, ManageError, NewFile},
};

use super::{list::address, receive::NAME_MAX};
use crate::{
    fault::{Answer, Fault, refusal},
    form::{Form, Input, Kind},
    frame::Nav,
    record::record_about,
    sizes::bytes,
    visit::Visit,
};

fn form(visit: &Visit) -> Result<Form, Fault> {
    let back = address(visit.app()?);
    Ok(Form {
        title: "Add a file by its address",
        words: vec![
            "The server fetches it once now, to see whether it is there, and anew at each download.".into(),
        ],
        inputs: vec![
            Input::line("url", "Address", "http:// or https://, and not within the server's own network."),
            Input::line("name", "Name", "For you; left empty, the last part of the address."),
            Input::line("authed", "Only after somebody has signed in", "").kind(Kind::Check),
        ],
        button: "Add the file",
        action: format!("{back}/new-address"),
        back,
        ..Form::default()
    })
}

pub(super) async fn ask(visit: Visit) -> Answer {
    let mut form = form(&visit)?;
    form.inputs[2].value = "1".into();
    form.show(&visit, Nav::Files).await
}

/// Why an address has no file, as a sentence.
pub(super) fn told(fault: FileFault, max: u64) -> String {
    match fault {
        FileFault::Malformed => "This is no address of the web: it begins with http:// or https://.".into(),
        FileFault::Inner => "This address leads into the server's own network, which is not called.".into(),
        FileFault::TooLarge => {
            format!(
                "There are more than {}, the most that a file may have.",
                bytes(i64::try_from(max).unwrap_or(i64::MAX))
            )
        }
        FileFault::Status(0) => "The address does not answer.".into(),
        FileFault::Status(status) => format!("The address answers with status {status}."),
    }
}

pub(super) async fn add(visit: Visit) -> Answer {
    let (app, service) = (visit.app()?, visit.service());
    let url = visit.form.filled("url").unwrap_or_default().to_owned();
    let typed = || Ok::<_, Fault>(form(&visit)?.typed(&visit.form));
    let size = match service.measure_url(app, &url).await {
        Ok(size) => size,
        Err(fault) => {
            let why = told(fault, service.file_max_bytes());
            return typed()?.wrong("url", why).show(&visit, Nav::Files).await;
        }
    };
    let name = match visit.form.filled("name") {
        Some(name) => name.to_owned(),
        None => name_in(&url),
    };
    let new = NewFile {
        name,
        content: FileContent::Url { url: url.clone(), size },
        id: None,
        authed: visit.form.has("authed"),
    };
    match service.add_file(app, new).await {
        Ok(file) => {
            // What stands behind a question mark may be a secret.
            let shown = url.split(['?', '#']).next().unwrap_or_default();
            record_about(&visit, app, &file.id, "add-file", &format!("{}, {shown}", file.name)).await?;
            visit.see_other_saying(address(app), &format!("{} is added.", file.name))
        }
        Err(error) => {
            let field = match &error {
                ManageError::Unfit(why) if why.starts_with("the name") => "name",
                _ => "url",
            };
            typed()?.wrong(field, refusal(error)?).show(&visit, Nav::Files).await
        }
    }
}

/// The last part of an address's path.
fn name_in(url: &str) -> String {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let rest = path.split_once("://").map_or(path, |(_, rest)| rest);
    let name = rest.split_once('/').and_then(|(_, path)| path.trim_end_matches('/').rsplit('/').next());
    let name = cut(name.unwrap_or_default(), NAME_MAX);
    if name.is_empty() { "file".into() } else { name.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_called_as_in_its_address() {
        for (url, name) in [
            ("https://a.example/x/loader.exe?k=/y", "loader.exe"),
            ("https://a.example/x/", "x"),
            ("https://a.example", "file"),
        ] {
            assert_eq!(name_in(url), name);
        }
    }
}
