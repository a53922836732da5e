//! The form, its preview, and making.

use askama::Template;
use axum::http::StatusCode;
use claviger_domain::may_make_level;
use claviger_service::{
    people::{Person, Standing},
    vendor::AddEvent,
};

use crate::{
    addresses::app_base,
    fault::{Answer, Fault},
    fields::Fields,
    frame::{Frame, Nav},
    license_form::{LicenseForm, Preview, levels},
    record::record,
    visit::Visit,
};

/// Bytes of randomness that tell a form from others.
const FORM_BYTES: usize = 16;

#[derive(Template)]
#[template(path = "licenses_new.html")]
struct Page {
    frame: Frame,
    base: String,
    form: LicenseForm,
    /// What tells this form from others, so that it makes licenses once.
    id: String,
    preview: Option<Preview>,
}

#[derive(Template)]
#[template(path = "licenses_new.html", block = "preview")]
struct PreviewPart {
    preview: Option<Preview>,
}

pub(super) async fn show(visit: Visit) -> Answer {
    let person = who(visit.person()?);
    let kept = visit.service().kept_license_form(visit.app()?, &person).await?.unwrap_or_default();
    let kept = Fields::parse(kept.as_bytes()).unwrap_or_default();
    // What stands in the address goes before what was made last.
    let fields = if visit.query.has("amount") { &*visit.query } else { &kept };
    let mut form = read(&visit, fields).await?;
    // The level of last time may be gone.
    if form.levels.iter().all(|level| !level.chosen)
        && let Some(first) = form.levels.first_mut()
    {
        first.chosen = true;
    }
    page(&visit, StatusCode::OK, form, None).await
}

/// The form with what fields hold.
async fn read(visit: &Visit, fields: &Fields) -> Result<LicenseForm, Fault> {
    let app = visit.app()?;
    let offered = visit.service().subscriptions(app).await?;
    let person = visit.person()?;
    let levels = levels(&offered, fields.get("level"), |level| may(person, level));
    Ok(LicenseForm::new(fields, &app.settings.license_mask, levels))
}

/// Whether a person may make licenses of a level, as far as that is known before.
fn may(person: &Person, level: &str) -> bool {
    match &person.standing {
        Standing::Reseller { key_levels, .. } => may_make_level(key_levels, level),
        Standing::Owner { .. } | Standing::Manager { .. } => true,
    }
}

async fn page(visit: &Visit, status: StatusCode, form: LicenseForm, id: Option<String>) -> Answer {
    let page = Page {
        frame: visit.frame("Make licenses", Nav::Licenses).await?,
        base: app_base(visit.app()?),
        preview: form.preview(),
        form,
        id: id.unwrap_or_else(|| visit.service().random().hex(FORM_BYTES)),
    };
    visit.render_as(status, &page)
}

/// What the keys will look like: the part of the page alone.
pub(super) async fn preview(visit: Visit) -> Answer {
    let form = read(&visit, &visit.form).await?;
    visit.render(&PreviewPart { preview: form.preview() })
}

pub(super) async fn make(visit: Visit) -> Answer {
    let mut form = read(&visit, &visit.form).await?;
    let id = visit.form.get("form").filter(|id| is_form_id(id)).map(String::from);
    if visit.form.has("preview") {
        return page(&visit, StatusCode::OK, form, id).await;
    }
    let Some(id) = id else {
        return Err(Fault::Invalid("This form is not whole. Load the page anew; nothing was made.".into()));
    };
    let (app, person) = (visit.app()?, visit.person()?);
    let Some(keys) = form.check(&person.name, visit.now()) else {
        return page(&visit, StatusCode::UNPROCESSABLE_ENTITY, form, Some(id)).await;
    };
    let fields = form.fields();
    let params: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let event = AddEvent::by_form(&who(person), &id, &params);
    let told = format!("{} of level {}, mask {}", keys.amount, keys.level, keys.mask.as_str());
    match visit.service().make_licenses(app, keys, event).await {
        Ok(made) => {
            if !made.again {
                record(&visit, app, "make-licenses", &told).await?;
                let kept = fields.iter().filter(|(name, _)| *name != "note");
                let kept = form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish();
                visit.service().keep_license_form(app, &who(person), &kept).await?;
            }
            visit.see_other(format!("{}licenses/made/{id}", app_base(app)))
        }
        Err(failure) => {
            form.refused(failure)?;
            // Whatever it was, the next one is another form.
            page(&visit, StatusCode::UNPROCESSABLE_ENTITY, form, None).await
        }
    }
}

/// What a person's forms are kept under.
pub(super) fn who(person: &Person) -> String {
    format!("{}:{}", person.id.kind(), person.id.number())
}

pub(super) fn is_form_id(text: &str) -> bool {
    text.len() == 2 * FORM_BYTES && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
