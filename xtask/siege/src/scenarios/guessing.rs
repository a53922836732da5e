//! License keys guessed from very many networks, seller keys from one address, and what of it the log tells.

use std::fs;
use std::net::Ipv4Addr;
use std::time::Duration;

use anyhow::Result;

use crate::attack::{address, ask_on, network};
use crate::figures::{Figures, number};
use crate::honest::Errand;
use crate::http::get;
use crate::site::{HWID, Setup, Site};
use crate::stage::{Stage, errand, honest};
use crate::tenant::seller_path;

/// Guesses from each network.
const EACH: u64 = 3;
/// Connections of the proxy that the guesses come by.
const CONNECTIONS: u64 = 32;
/// Wrong seller keys, at strength 10.
const SELLER_KEYS: u64 = 600;
/// Of the guesses so many in a thousand may be answered as guesses. A /48 has 16 times what a /64 has.
const ANSWERED: f64 = 0.25;

/// Runs it.
///
/// # Errors
/// When the server ends.
pub fn run(stage: &Stage) -> Result<Figures> {
    let (mut site, tenants) = Site::prepare(stage.binary, &["neighbour", "attacked"])?;
    let (neighbour, attacked) = (&tenants[0], &tenants[1]);
    site.restart(&Setup::with(&["--trusted-proxies", "127.0.0.1"]))?;
    let own = site.sessions(attacked, 2)?;
    let keys =
        site.command(&["license", "add", &attacked.path(), "--days", "30", "--amount", "2", "--json"])?;
    let keys: Vec<String> = serde_json::from_str(&keys)?;
    let licenses = own.iter().zip(&keys).map(|(session, key)| {
        attacked.program("license", &[("sessionid", session), ("key", key), ("hwid", HWID)])
    });
    let licenses = Errand { from: vec![honest(21), honest(22)], ..errand(2, licenses.collect()) };
    let errands = [stage.checks(&site, neighbour)?, licenses];
    let networks = stage.scaled(3_000);
    let session = site.sessions(attacked, 1)?.remove(0);
    let sellers = crate::attack::Answers::default();
    let (laps, attack, _probe) = stage.laps(&mut site, &errands, |attack| {
        for connection in 0..CONNECTIONS {
            let (server, answers) = (attack.server, attack.answers.clone());
            let (attacked, session) = (attacked.clone(), session.clone());
            attack.spawn(async move {
                let mut kept = None;
                for number in (0..networks * EACH).filter(|number| number % CONNECTIONS == connection) {
                    let key = format!("GUESS-{number:06}");
                    let guess = [("sessionid", session.as_str()), ("key", &key), ("hwid", HWID)];
                    let request = attacked.program_by_proxy(&network(number % networks), "license", &guess);
                    let reply = ask_on(&mut kept, Ipv4Addr::LOCALHOST, server, &request).await;
                    match reply {
                        Ok(reply) if reply.status == 200 && !reply.text().contains("Invalid license key") => {
                            answers.note(format!("not looked at: {:.80}", reply.text()));
                        }
                        reply => answers.note_reply(&reply),
                    }
                }
            });
        }
        let (server, answers, wanted) = (attack.server, sellers.clone(), stage.scaled(SELLER_KEYS));
        attack.spawn(async move {
            let mut kept = None;
            for number in 0..wanted {
                let key = format!("Bearer {number:032x}");
                let request = get(&seller_path("setseller", &[]), &[("Authorization", &key)]);
                answers.note_reply(&ask_on(&mut kept, address(7, 50), server, &request).await);
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        });
        Ok(())
    })?;
    let mut figures = Figures::default();
    let asked = attack.answers.all().max(1);
    figures.tell("guesses of license keys", format!("{asked} from {networks} networks"));
    figures.tell("their answers", attack.answers.shown());
    let share = attack.answers.count("200") as f64 / asked as f64;
    figures.at_most("share that was no pause", share, ANSWERED, "", !stage.quick);
    figures.tell("wrong seller keys", sellers.shown());
    figures.honest("check", &laps.alone[0], &laps.attacked[0]);
    figures.honest("license at the same application, from elsewhere", &laps.alone[1], &laps.attacked[1]);
    drop(attack);
    let log = fs::read_to_string(site.log())?;
    let warnings = log.lines().filter(|line| line.contains(r#""level":"WARN""#));
    let (mut guesses, mut keys) = (0, 0);
    for line in warnings {
        guesses += u64::from(line.contains("2001:db8:5e00"));
        keys += u64::from(line.contains(&address(7, 50).to_string()));
    }
    figures.at_least("warnings of guesses, with the network", guesses as f64, 1.0, "");
    figures.at_least("warnings of seller keys, with the address", keys as f64, 1.0, "");
    figures.tell("size of the log", number(log.len() as f64 / 1024.0, "KiB"));
    site.stop()?;
    Ok(figures)
}
