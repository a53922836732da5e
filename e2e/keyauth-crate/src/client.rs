//! The same walk with each version of the library's client: sign in, be listed, be killed, notice it.

use anyhow::{Result, ensure};
use serde_json::Value;

use crate::demo::Demo;
use crate::program::Program;
use crate::sessions;
use crate::steps::Steps;

/// Runs the group.
///
/// # Errors
/// At the first step that fails.
pub fn run<P: Program>(steps: &mut Steps, demo: &mut Demo) -> Result<()> {
    let licensed = with_license::<P>(steps, demo)?;
    let registered = with_password::<P>(steps, demo)?;
    killed_all(steps, demo, licensed, registered)?;
    refusals::<P>(steps, demo)
}

fn with_license<P: Program>(steps: &mut Steps, demo: &mut Demo) -> Result<P> {
    let version = P::VERSION;
    let license = demo.take_license()?;
    let mut program = P::new(demo);
    steps.run(&format!("{version}: init makes a session, listed at once"), || {
        program.init(None)?;
        sessions::newest(demo, None).map(drop)
    })?;
    steps.run(&format!("{version}: check fails before signing in"), || {
        let outcome = program.check();
        ensure!(outcome == Ok(false), "check answered {outcome:?}");
        Ok(())
    })?;
    steps.run(&format!("{version}: license signs in"), || {
        program.license(&license)?;
        let identity = program.identity();
        ensure!(identity == (license.as_str(), "127.0.0.1", "default"), "info says {identity:?}");
        sessions::newest(demo, Some(&license)).map(drop)
    })?;
    steps.run(&format!("{version}: check succeeds"), || alive(&mut program))?;
    steps.run(&format!("{version}: fetchOnline tells of it, and nothing of the key"), || {
        let users = program.online()?;
        let made_up =
            |user: &Value| user["credential"].as_str().is_some_and(|name| name.starts_with("user-"));
        ensure!(users.as_array().is_some_and(|users| users.iter().any(made_up)), "nobody is in {users}");
        ensure!(!users.to_string().contains(&license[..6]), "the key is in {users}");
        Ok(())
    })?;
    Ok(program)
}

fn with_password<P: Program>(steps: &mut Steps, demo: &mut Demo) -> Result<P> {
    let version = P::VERSION;
    let license = demo.take_license()?;
    let name = format!("e2e-user-{}", version.replace('.', "-"));
    steps.run(&format!("{version}: register makes a user and signs in"), || {
        let mut program = P::new(demo);
        program.init(None)?;
        program.register(&name, "correct horse", &license)?;
        let identity = program.identity();
        ensure!(identity == (name.as_str(), "127.0.0.1", "default"), "info says {identity:?}");
        sessions::newest(demo, Some(&name))?;
        alive(&mut program)
    })?;
    let mut program = P::new(demo);
    program.init(None)?;
    steps.run(&format!("{version}: login refuses a wrong password"), || {
        let refused = program.login(&name, "wrong");
        let text = refused.expect_err("it was accepted").to_string();
        ensure!(text.contains("Password does not match."), "it said: {text}");
        Ok(())
    })?;
    steps.run(&format!("{version}: login signs in"), || {
        program.login(&name, "correct horse")?;
        sessions::newest(demo, Some(&name))?;
        alive(&mut program)
    })?;
    Ok(program)
}

fn killed_all<P: Program>(steps: &mut Steps, demo: &Demo, licensed: P, registered: P) -> Result<()> {
    let version = P::VERSION;
    steps.run(&format!("{version}: the list has its three sessions, oldest first"), || {
        let listed = sessions::list(demo)?;
        ensure!(listed.len() == 3, "it has {}", listed.len());
        ensure!(listed.is_sorted_by(|one, next| one.id < next.id), "it is not in order");
        Ok(())
    })?;
    steps.run(&format!("{version}: kill all empties the list"), || {
        sessions::kill_all(demo)?;
        ensure!(sessions::list(demo)?.is_empty(), "the list has rows");
        Ok(())
    })?;
    steps.run(&format!("{version}: check fails for each program afterwards"), || {
        [licensed, registered].into_iter().try_for_each(|mut program| P::expect_dead(program.check()))
    })?;
    steps.run(&format!("{version}: a killed program may start again"), || {
        let mut again = P::new(demo);
        again.init(None)?;
        sessions::newest(demo, None)?;
        sessions::kill_all(demo)
    })
}

fn refusals<P: Program>(steps: &mut Steps, demo: &Demo) -> Result<()> {
    steps.run(&format!("{}: an unknown license is refused", P::VERSION), || {
        let mut program = P::new(demo);
        program.init(None)?;
        let refused = program.license("no-such-license").expect_err("it was accepted").to_string();
        ensure!(refused.contains("Invalid license key"), "it said: {refused}");
        sessions::kill_all(demo)
    })
}

fn alive(program: &mut impl Program) -> Result<()> {
    let outcome = program.check();
    ensure!(outcome == Ok(true), "check answered {outcome:?}");
    Ok(())
}
