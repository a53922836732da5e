//! The whole of the library: one user's way through variables, chat, files, webhooks and the rest.

use anyhow::{Result, bail, ensure};
use keyauth::v1_0;

use crate::demo::{Demo, HWID};
use crate::program::{Program, quietly};
use crate::sessions;
use crate::steps::Steps;

const PASSWORD: &str = "correct horse";
/// The library does not encode values; only `&` and `+` do not survive that.
const VALUE: &str = "100 % \"fine\" \\ / é = 1";
/// MD5 hashes of the program: the allowed one and another.
const HASHES: [&str; 2] = ["0123456789abcdef0123456789abcdef", "00000000000000000000000000000000"];

/// Runs the group.
///
/// # Errors
/// At the first step that fails.
pub fn run<P: Program>(steps: &mut Steps, demo: &mut Demo) -> Result<()> {
    let name = format!("e2e-full-{}", P::VERSION.replace('.', "-"));
    let license = demo.take_license()?;
    steps.run(&step::<P>("register"), || started::<P>(demo)?.register(&name, PASSWORD, &license))?;
    let mut program = started::<P>(demo)?;
    steps.run(&step::<P>("login"), || program.login(&name, PASSWORD))?;
    variables(steps, demo, &mut program)?;
    chat(steps, demo, &mut program, &name)?;
    vendor_sees(steps, demo, &mut program)?;
    outside(steps, demo, &mut program)?;
    upgrade::<P>(steps, demo, &name)?;
    ending(steps, demo, program, &name)?;
    hash::<P>(steps, demo)?;
    sessions::kill_all(demo)
}

/// Why `check` of API 1.0 is not the library's own in the steps before.
///
/// # Errors
/// When the library can do it.
pub fn own_check_of_1_0(steps: &mut Steps, demo: &Demo) -> Result<()> {
    steps.run("1.0: the library panics at its own check, which sends no init_iv", || {
        let mut program: v1_0::KeyauthApi = started(demo)?;
        let outcome = quietly(|| program.check_session());
        ensure!(outcome.is_none(), "it returned {outcome:?}");
        Ok(())
    })?;
    sessions::kill_all(demo)
}

fn step<P: Program>(name: &str) -> String {
    format!("{}: {name}", P::VERSION)
}

fn started<P: Program>(demo: &Demo) -> Result<P> {
    let mut program = P::new(demo);
    program.init(None)?;
    Ok(program)
}

/// Fails unless the call was refused with this text.
fn refused<T: std::fmt::Debug>(outcome: Result<T>, text: &str) -> Result<()> {
    match outcome {
        Ok(answer) => bail!("it was accepted: {answer:?}"),
        Err(said) => ensure!(said.to_string().contains(text), "it said: {said}"),
    }
    Ok(())
}

fn variables<P: Program>(steps: &mut Steps, demo: &Demo, program: &mut P) -> Result<()> {
    steps.run(&step::<P>("setvar, getvar"), || {
        program.set_var("mine", VALUE)?;
        let value = program.get_var("mine")?;
        ensure!(value == VALUE, "it is {value:?}");
        refused(program.get_var("no-such-variable"), "Variable not found for user")?;
        refused(started::<P>(demo)?.set_var("mine", VALUE), "Session is not validated")
    })?;
    steps.run(&step::<P>("var"), || {
        for (name, value) in [&demo.given.public_variable, &demo.given.authed_variable] {
            ensure!(program.var(name)? == *value, "{name} differs");
        }
        refused(program.var("no-such-variable"), "Variable not found.")?;
        let (authed, _) = &demo.given.authed_variable;
        refused(started::<P>(demo)?.var(authed), "Session is not validated")
    })
}

fn chat<P: Program>(steps: &mut Steps, demo: &Demo, program: &mut P, name: &str) -> Result<()> {
    steps.run(&step::<P>("chatsend, chatget"), || {
        let message = format!("hello from {}", P::VERSION);
        program.say(&demo.given.channel, &message)?;
        let heard = program.heard(&demo.given.channel)?;
        let last = heard.as_array().and_then(|messages| messages.last()).cloned().unwrap_or_default();
        ensure!(last["author"] == name && last["message"] == *message, "it is {last}");
        ensure!(last["timestamp"].is_u64(), "timestamp is {}", last["timestamp"]);
        refused(program.say("no-such-channel", &message), "Chat channel not found")
    })
}

fn vendor_sees<P: Program>(steps: &mut Steps, demo: &Demo, program: &mut P) -> Result<()> {
    steps.run(&step::<P>("log"), || {
        let message = format!("a line of the crate, {}", P::VERSION);
        program.log(&message);
        let kept = demo.given.vendor("log", "list", &["--json"])?;
        ensure!(kept.contains(&message), "the vendor sees {kept}");
        Ok(())
    })?;
    // By address: only the library's client of API 1.0 sends the device.
    steps.run(&step::<P>("checkblacklist, before and after the vendor acts"), || {
        ensure!(!program.is_blacklisted()?, "it is blacklisted");
        demo.given.vendor("blacklist", "add", &["--ip", "127.0.0.1"])?;
        ensure!(program.is_blacklisted()?, "it is not blacklisted");
        demo.given.vendor("blacklist", "delete", &["--ip", "127.0.0.1"])?;
        Ok(())
    })
}

fn outside<P: Program>(steps: &mut Steps, demo: &Demo, program: &mut P) -> Result<()> {
    steps.run(&step::<P>("fetchOnline"), || {
        let users = program.online()?;
        ensure!(users.as_array().is_some_and(|users| !users.is_empty()), "users are {users}");
        Ok(())
    })?;
    steps.run(&step::<P>("file"), || {
        ensure!(program.file(&demo.given.file)? == demo.given.file_content, "it differs");
        refused(program.file("no-such-file"), "File not Found")?;
        refused(started::<P>(demo)?.file(&demo.given.file), "Session is not validated")
    })?;
    steps.run(&step::<P>("webhook"), || {
        let said = program.webhook(&demo.given.webhook, "?from=crate")?;
        ensure!(said == "Webhook request successful", "it said: {said}");
        refused(program.webhook("no-such-hook", "?from=crate"), "Webhook Not Found.")
    })
}

fn upgrade<P: Program>(steps: &mut Steps, demo: &mut Demo, name: &str) -> Result<()> {
    let license = demo.take_license()?;
    steps.run(&step::<P>("upgrade, once"), || {
        let mut program = started::<P>(demo)?;
        refused(program.upgrade("no-such-user", &license), "Invalid username")?;
        program.upgrade(name, &license)?;
        refused(program.upgrade(name, &license), "License key has already been used")
    })
}

fn ending<P: Program>(steps: &mut Steps, demo: &Demo, mut program: P, name: &str) -> Result<()> {
    let renamed = format!("{name}-renamed");
    steps.run(&step::<P>("changeUsername ends the session"), || {
        let said = program.rename(&renamed)?;
        ensure!(said == "Successfully changed username, user logged out.", "it said: {said}");
        P::expect_dead(program.check())?;
        refused(started::<P>(demo)?.login(name, PASSWORD), "Invalid username")
    })?;
    steps.run(&step::<P>("ban shuts the user out"), || {
        let mut program = started::<P>(demo)?;
        program.login(&renamed, PASSWORD)?;
        program.ban();
        P::expect_dead(program.check())?;
        refused(started::<P>(demo)?.login(&renamed, PASSWORD), "The user is banned")?;
        // The device is shared by all programs here.
        demo.given.vendor("blacklist", "delete", &["--hwid", HWID]).map(drop)
    })
}

/// In API 1.0 the library encrypts the hash, as nobody else does.
fn hash<P: Program>(steps: &mut Steps, demo: &Demo) -> Result<()> {
    steps.run(&step::<P>("init with the program's hash"), || {
        let [allowed, other] = HASHES;
        demo.given.vendor("app", "set", &["hashCheck=true", &format!("hashes={allowed}")])?;
        demo.given
            .eventually(|| refused(P::new(demo).init(Some(other)), "This program hash does not match"))?;
        P::new(demo).init(Some(allowed))?;
        demo.given.vendor("app", "set", &["hashCheck=false", "hashes="])?;
        demo.given.eventually(|| P::new(demo).init(Some(other)))
    })
}
