//! A user's devices: each with a name, freed one by one or all, and when the user may do it again.

use claviger_domain::{HWID_MAX, HwidList, Term, Unit, normalize_hwid};

use super::{
    about::{address, done, plain, text, user},
    page::wrong,
};
use crate::{
    confirm::Confirm,
    fault::{Answer, Fault, sentence},
    frame::Nav,
    typed::refused,
    visit::Visit,
};

const PART: &str = "#devices";
/// Latest time of the next reset: the end of the year 9999.
const COOLDOWN_MAX: i64 = 253_402_300_799;

pub(super) async fn add(visit: Visit) -> Answer {
    let user = user(&visit).await?;
    let hwid = normalize_hwid(text(&visit, "hwid").trim());
    if hwid.trim().is_empty() || hwid.len() > HWID_MAX {
        let why = format!("A device has 1 to {HWID_MAX} bytes.");
        return wrong(&visit, "add-device", why).await;
    }
    if HwidList::from_stored(user.hwids.as_deref()).contains(&hwid) {
        return wrong(&visit, "add-device", "The user may sign in from there already.").await;
    }
    let (app, service, name) = (visit.app()?, visit.service(), text(&visit, "name"));
    if let Err(error) = service.add_hwid(app, &user.username, hwid.clone()).await {
        return wrong(&visit, "add-device", refused(error, "user")?).await;
    }
    let named = if name.trim().is_empty() {
        Ok(())
    } else {
        service.name_device(app, &user.username, &hwid, &name).await
    };
    let said = match named {
        Ok(()) => "The user may sign in from that device.".to_owned(),
        Err(error) => format!("The device is added, without its name. {}", refused(error, "user")?),
    };
    done(&visit, &user, ("add-device", &plain(&hwid)), PART, &said).await
}

pub(super) async fn name(visit: Visit) -> Answer {
    let (user, hwid, name) = (user(&visit).await?, text(&visit, "hwid"), visit.form.kept("name"));
    match visit.service().name_device(visit.app()?, &user.username, &hwid, &name).await {
        Ok(()) => {
            let changes = format!("{} → {}", plain(&hwid), plain(name.trim()));
            done(&visit, &user, ("name-device", &changes), PART, "The device is named.").await
        }
        Err(error) => wrong(&visit, "name-device", refused(error, "user")?).await,
    }
}

pub(super) async fn ask_free(visit: Visit) -> Answer {
    let (user, hwid) = (user(&visit).await?, visit.query.filled("hwid"));
    let list = HwidList::from_stored(user.hwids.as_deref());
    let count = list.iter().count();
    let (title, first, button) = match hwid {
        Some(hwid) if list.iter().any(|bound| bound == hwid) => (
            format!("Free the device of {}?", plain(&user.username)),
            format!("{} is forgotten, and its name.", plain(hwid)),
            "Free the device".to_owned(),
        ),
        Some(_) => return Err(Fault::Invalid("That device is not bound.".into())),
        None => (
            format!("Free all devices of {}?", plain(&user.username)),
            format!("{} forgotten; names that you gave stay.", devices(count)),
            format!("Free {}", if count == 1 { "1 device".into() } else { format!("{count} devices") }),
        ),
    };
    let here = address(&visit, &user)?;
    let confirm = Confirm {
        title,
        words: vec![
            first,
            "The next sign-in binds the device that it comes from, where the application binds devices. All sessions of \
             the user end."
                .into(),
        ],
        button,
        action: format!("{here}/free-device"),
        fields: hwid.map(|hwid| ("hwid".to_owned(), hwid.to_owned())).into_iter().collect(),
        back: here,
        ..Confirm::default()
    };
    confirm.ask(&visit, Nav::Users).await
}

fn devices(count: usize) -> String {
    if count == 1 { "1 device is".into() } else { format!("{count} devices are") }
}

pub(super) async fn free(visit: Visit) -> Answer {
    let (user, app, service) = (user(&visit).await?, visit.app()?, visit.service());
    let (freed, what) = match visit.form.get("hwid") {
        Some(hwid) => (service.release_device(app, &user.username, hwid).await, plain(hwid)),
        None => (service.reset_hwid(app, &user.username).await, "all".into()),
    };
    match freed {
        Ok(()) => {
            let said = if what == "all" { "All devices are free." } else { "The device is free." };
            done(&visit, &user, ("free-device", &what), PART, said).await
        }
        Err(error) => wrong(&visit, "devices", refused(error, "user")?).await,
    }
}

/// From when the user may ask for a reset again.
pub(super) async fn cooldown(visit: Visit) -> Answer {
    let (user, now) = (user(&visit).await?, visit.now());
    let days = visit.form.filled("days").unwrap_or_default();
    let until = match Term::parse(days, Unit::Days, now) {
        Ok(term) => now.saturating_add(term.seconds(now)).min(COOLDOWN_MAX),
        Err(error) => return wrong(&visit, "cooldown", sentence(&error.to_string())).await,
    };
    match visit.service().set_cooldown(visit.app()?, &user.username, until).await {
        Ok(()) => {
            let when = visit.moment(until).exact();
            let said = match until > now {
                true => format!("The user may ask for a reset of the devices from {when} on."),
                false => "The user may ask for a reset of the devices at once.".into(),
            };
            done(&visit, &user, ("set-cooldown", &when), PART, &said).await
        }
        Err(error) => wrong(&visit, "cooldown", refused(error, "user")?).await,
    }
}
