//! `/dashboard/{app}/web-loader`: the buttons with which users of the web loader tell a program what to do.

use askama::Template;
use claviger_domain::Permission;
use claviger_service::{
    App,
    vendor::{Button, ManageError},
};

use crate::{
    addresses::{Link, app_base},
    chosen::Chosen,
    confirm::Confirm,
    fault::{Answer, Fault, refusal},
    form::{Form, Input},
    frame::{Frame, Nav},
    record::record_about,
    rights::Need,
    route::Route,
    tables::Pages,
    visit::Visit,
};

const NEED: Need = Need::App(Permission::Settings);
/// Rows of a page.
const ROWS: i64 = 50;

pub(crate) const ROUTES: &[Route] = &[
    Route::get("/dashboard/{app}/web-loader", NEED, |visit| Box::pin(show(visit))),
    Route::get("/dashboard/{app}/web-loader/new", NEED, |visit| Box::pin(ask_new(visit))),
    Route::post("/dashboard/{app}/web-loader/new", NEED, |visit| Box::pin(add(visit))),
    Route::get("/dashboard/{app}/web-loader/delete", NEED, |visit| Box::pin(ask_delete(visit))),
    Route::post("/dashboard/{app}/web-loader/delete", NEED, |visit| Box::pin(delete(visit))),
];

/// A button in the table.
struct Row {
    button: Button,
    /// What acts on it are told: `?value=…`.
    named: String,
}

#[derive(Template)]
#[template(path = "web_loader.html")]
struct Page {
    frame: Frame,
    base: String,
    rows: Vec<Row>,
    pages: Pages,
}

fn address(app: &App) -> String {
    format!("{}web-loader", app_base(app))
}

async fn show(visit: Visit) -> Answer {
    let (app, base) = (visit.app()?, address(visit.app()?));
    let after = visit.query.get("after").unwrap_or_default();
    let mut buttons = visit.service().button_page(app, after, ROWS + 1).await?;
    let more = buttons.len() as i64 > ROWS;
    buttons.truncate(ROWS as usize);
    let last = buttons.last().filter(|_| more);
    let page = Page {
        frame: visit.frame("Web loader", Nav::WebLoader).await?,
        pages: Pages {
            first: (!after.is_empty()).then(|| base.clone()),
            back: None,
            on: last.map(|last| Link::new(base.clone()).with("after", &last.value).into()),
        },
        rows: buttons
            .into_iter()
            .map(|button| Row { named: Link::new("").with("value", &button.value).into(), button })
            .collect(),
        base,
    };
    visit.render(&page)
}

fn new_form(visit: &Visit) -> Result<Form, Fault> {
    let back = address(visit.app()?);
    Ok(Form {
        title: "Add a button",
        inputs: vec![
            Input::line("label", "Text", "What is written on it; at most 99 bytes."),
            Input::line(
                "value",
                "Value",
                "What the program gets when it is pressed; at most 99 bytes without blanks.",
            ),
        ],
        button: "Add",
        action: format!("{back}/new"),
        back,
        ..Form::default()
    })
}

async fn ask_new(visit: Visit) -> Answer {
    new_form(&visit)?.show(&visit, Nav::WebLoader).await
}

async fn add(visit: Visit) -> Answer {
    let app = visit.app()?;
    let (value, label) = (visit.form.kept("value"), visit.form.kept("label"));
    match visit.service().add_button(app, Button { value: value.clone(), label: label.clone() }).await {
        Ok(()) => {
            record_about(&visit, app, value.trim(), "add-button", &format!("text: {}", label.trim())).await?;
            visit.see_other_saying(address(app), &format!("The button {} is added.", label.trim()))
        }
        Err(error) => {
            let field = match &error {
                ManageError::Unfit(why) if why.starts_with("the text") => "label",
                _ => "value",
            };
            let form = new_form(&visit)?.typed(&visit.form).wrong(field, refusal(error)?);
            form.show(&visit, Nav::WebLoader).await
        }
    }
}

fn buttons(count: usize) -> String {
    if count == 1 { "1 button".into() } else { format!("{count} buttons") }
}

async fn ask_delete(visit: Visit) -> Answer {
    let app = visit.app()?;
    let chosen = Chosen::read(&visit.query, "value")?;
    let (title, button) = match &chosen {
        Chosen::All => ("Delete all buttons?".to_owned(), "Delete all".to_owned()),
        Chosen::These(values) => match &values[..] {
            [one] => (format!("Delete the button {one}?"), "Delete the button".into()),
            many => (format!("Delete {}?", buttons(many.len())), format!("Delete {}", buttons(many.len()))),
        },
    };
    let confirm = Confirm {
        title,
        words: vec!["Users do not see them any more. They can be added again.".into()],
        button,
        action: format!("{}/delete", address(app)),
        fields: chosen.fields("value"),
        back: address(app),
        ..Confirm::default()
    };
    confirm.ask(&visit, Nav::WebLoader).await
}

async fn delete(visit: Visit) -> Answer {
    let app = visit.app()?;
    let said = match Chosen::read(&visit.form, "value")? {
        Chosen::All => match visit.service().delete_all_buttons(app).await? {
            true => {
                record_about(&visit, app, "all", "delete-buttons", "").await?;
                "All buttons are deleted.".to_owned()
            }
            false => "There were no buttons.".into(),
        },
        Chosen::These(values) => {
            let words = values.join(", ");
            match visit.service().delete_buttons(app, values).await? {
                0 => "These buttons were gone already.".into(),
                count => {
                    record_about(&visit, app, &words, "delete-buttons", &count.to_string()).await?;
                    format!("{} deleted.", buttons(count))
                }
            }
        }
    };
    visit.see_other_saying(address(app), &said)
}
