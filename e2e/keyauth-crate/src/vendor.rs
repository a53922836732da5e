//! The library's seller module: users, variables, subscriptions and what else a vendor's bot manages.

use anyhow::{Result, ensure};
use keyauth::seller::{
    account, blacklists, chat, licenses, sessions, settings, subscriptions, user, variables, web_loader,
};

use crate::demo::{Demo, HWID};
use crate::sessions::says;
use crate::steps::{Steps, ok};

/// Runs the group, and leaves nothing behind.
///
/// # Errors
/// At the first step that fails.
pub fn run(steps: &mut Steps, demo: &Demo) -> Result<()> {
    let vendor = Vendor { key: &demo.seller_key, url: demo.seller_url() };
    vendor.licenses(steps, demo)?;
    vendor.users(steps, demo)?;
    vendor.user_variables(steps)?;
    vendor.subscriptions(steps)?;
    vendor.variables(steps)?;
    vendor.chats_and_blacklists(steps)?;
    vendor.settings(steps)?;
    vendor.the_end(steps)
}

struct Vendor<'a> {
    key: &'a str,
    url: String,
}

/// Whether the library was told this.
fn done(result: Result<String, String>, expected: &str) -> Result<()> {
    says(&ok(result)?, expected)
}

/// Whether the library was refused with this.
fn refused(result: Result<String, String>, expected: &str) -> Result<()> {
    says(&result.expect_err("it was accepted"), expected)
}

impl Vendor<'_> {
    fn url(&self) -> String {
        self.url.clone()
    }

    fn licenses(&self, steps: &mut Steps, demo: &Demo) -> Result<()> {
        let (key, mask) = (self.key, Some("VENDOR-****".to_owned()));
        let made = steps.run("vendor: licenses are made", || {
            ok(licenses::create(key, self.url(), 30, mask, Some(1), Some(3), Some("bot".to_owned())))
        })?;
        steps.run("vendor: a license is noted, banned, and unbanned", || {
            done(licenses::set_note(key, self.url(), &made[0], "for Bob"), "Successfully set note")?;
            done(licenses::ban(key, self.url(), &made[0], "why", None), "Successfully banned license!")?;
            let row = self.license(&made[0])?;
            ensure!((row.status.as_str(), row.banned.as_str()) == ("Banned", "why"), "it is {}", row.status);
            done(licenses::unban(key, self.url(), &made[0]), "Successfully unbanned license!")?;
            let row = self.license(&made[0])?;
            ensure!((row.status.as_str(), row.banned.as_str()) == ("Not Used", ""), "it is {}", row.status);
            ensure!(row.note.as_deref() == Some("for Bob") && row.gengy == "bot", "note or maker is lost");
            Ok(())
        })?;
        steps.run("vendor: unused licenses get more time", || {
            let said = licenses::add_time_to_unused(key, self.url(), 1);
            done(said, "Added time to unused licenses!")?;
            ensure!(
                self.license(&made[1])?.expires == (31 * 86_400).to_string(),
                "it lasts as long as before"
            );
            Ok(())
        })?;
        steps.run("vendor: a license becomes a user, whom a program knows", || {
            let said = licenses::use_license_create_user(key, self.url(), "carl", &made[0], "password");
            done(said, "Logged in!")?;
            done(licenses::retrieve_from_user(key, self.url(), "carl"), &made[0])?;
            self.logs_in(demo, "carl", true)
        })?;
        steps.run("vendor: a license and its user are deleted", || {
            let said = licenses::delete(key, self.url(), &made[0], Some(true));
            done(said, "Successfully deleted license!")?;
            refused(user::verify_exists(key, self.url(), "carl"), "User Not Found")?;
            let said = licenses::delete(key, self.url(), &made[0], None);
            refused(said, "Failed to delete license!")
        })?;
        steps.run("vendor: the other licenses are deleted", || {
            for license in &made[1..] {
                let said = licenses::delete(key, self.url(), license, None);
                done(said, "Successfully deleted license!")?;
                refused(licenses::verify_license_exists(key, self.url(), license), "Key Not Found")?;
            }
            Ok(())
        })
    }

    fn license(&self, wanted: &str) -> Result<licenses::License> {
        let all = ok(licenses::fetch_all(self.key, self.url()))?;
        all.into_iter().find(|row| row.key == wanted).ok_or_else(|| anyhow::anyhow!("{wanted} is not listed"))
    }

    /// Whether a program signs this user in.
    fn logs_in(&self, demo: &Demo, name: &str, expected: bool) -> Result<()> {
        let mut program = keyauth::v1_1::KeyauthApi::new(
            &demo.app_name,
            &demo.owner_id,
            &demo.app_secret,
            &demo.app_version,
            &demo.client_url("1.1"),
        );
        ok(program.init(None))?;
        let outcome = program.login(name.into(), "password".into(), Some(HWID.into()));
        ensure!(outcome.is_ok() == expected, "the login of {name} ends with {outcome:?}");
        Ok(())
    }

    fn users(&self, steps: &mut Steps, demo: &Demo) -> Result<()> {
        let key = self.key;
        steps.run("vendor: a user is made, listed and told about", || {
            let pass = Some("password".to_owned());
            let said = user::create(key, self.url(), "dora", "default", 5, pass);
            done(said, "Successfully created user!")?;
            done(user::verify_exists(key, self.url(), "dora"), "User Successfully Verified")?;
            let listed = ok(user::fetch_all_users(key, self.url()))?;
            ensure!(listed.iter().any(|row| row.username == "dora"), "she is not listed");
            let names = ok(user::fetch_all_usernames(key, self.url()))?;
            ensure!(names.contains(&"\"dora\"".to_owned()), "the names are {names:?}");
            let data = ok(user::user_data(key, self.url(), "dora"))?;
            ensure!(data.subscriptions.len() == 1 && data.token.len() == 32, "she has no subscription");
            self.logs_in(demo, "dora", true)
        })?;
        steps.run("vendor: a user is banned and unbanned", || {
            let said = user::ban(key, self.url(), "dora", Some("why".to_owned()));
            done(said, "Successfully banned user!")?;
            self.logs_in(demo, "dora", false)?;
            done(user::unban(key, self.url(), "dora"), "Successfully unbanned user!")?;
            self.logs_in(demo, "dora", true)
        })?;
        steps.run("vendor: a user's devices are reset and added", || {
            done(user::reset_hwid(key, self.url(), "dora"), "Successfully reset user!")?;
            done(user::add_hwid(key, self.url(), "dora", "another device of hers"), "Added HWID")?;
            self.logs_in(demo, "dora", false)?;
            done(user::reset_all_hwid(key, self.url()), "Successfully reset all users!")?;
            self.logs_in(demo, "dora", true)?;
            done(user::set_user_cooldown(key, self.url(), "dora", 60), "Cooldown set successfully!")
        })?;
        steps.run("vendor: a user's time is prolonged and shortened", || {
            let until = || -> Result<i64> {
                let data = ok(user::user_data(key, self.url(), "dora"))?;
                Ok(data.subscriptions[0].expiry.parse()?)
            };
            let before = until()?;
            let said = user::extend_user_subscription(key, self.url(), "dora", "default", "2", Some(true));
            done(said, "Successfully extended user(s)!")?;
            let said = user::subtract_subscription(key, self.url(), "dora", "default", "60");
            done(said, "Successfully subtracted time from subscription!")?;
            ensure!(until()? == before + 2 * 86_400 - 60, "it ends at {}", until()?);
            let count = ok(user::count_subscriptions(key, self.url(), "default"))?;
            ensure!(count == 1, "{count} run");
            Ok(())
        })?;
        steps.run("vendor: without a password the next login sets it", || {
            done(user::change_password(key, self.url(), "dora"), "Password reset successful")?;
            self.logs_in(demo, "dora", true)
        })
    }

    fn user_variables(&self, steps: &mut Steps) -> Result<()> {
        let key = self.key;
        steps.run("vendor: a user's variable is set, read, listed and deleted", || {
            done(user::set_var(key, self.url(), "dora", "rank", "1"), "Successfully set variable!")?;
            let said = user::get_var_data(key, self.url(), "dora", "rank");
            says(&ok(said)?, "1")?;
            let all = ok(user::fetch_all_vars(key, self.url()))?;
            ensure!(
                all.iter().any(|row| (row.name.as_str(), row.user.as_str()) == ("rank", "dora")),
                "not listed"
            );
            done(user::delete_var(key, self.url(), "dora", "rank"), "Successfully deleted variable")?;
            done(user::set_var(key, self.url(), "all", "rank", "2"), "Successfully set variable!")?;
            let said = user::del_all_vars(key, self.url(), "rank");
            done(said, "Successfully deleted user variables with that name!")
        })
    }

    fn subscriptions(&self, steps: &mut Steps) -> Result<()> {
        let key = self.key;
        steps.run("vendor: a subscription is offered, edited, listed and taken back", || {
            let said = subscriptions::create(key, self.url(), "gold", "7");
            done(said, "Successfully created subscription!")?;
            let said = subscriptions::edit(key, self.url(), "gold", "8");
            done(said, "Subscription successfully edited")?;
            let offered = ok(subscriptions::fetch_all(key, self.url()))?;
            ensure!(offered.iter().any(|row| row.name == "gold" && row.level == "8"), "it is not listed");
            let said = subscriptions::delete(key, self.url(), "gold");
            done(said, "Successfully deleted subscription!")
        })
    }

    fn variables(&self, steps: &mut Steps) -> Result<()> {
        let key = self.key;
        steps.run("vendor: a variable is made, edited, read, listed and deleted", || {
            let said = variables::create(key, self.url(), "vendor", "one", true);
            done(said, "Successfully created variable!")?;
            done(variables::edit(key, self.url(), "vendor", "two"), "Variable Edit Successful")?;
            done(variables::retrieve(key, self.url(), "vendor"), "two")?;
            let all = ok(variables::fetch_all(key, self.url()))?;
            let found = all.iter().any(|row| (row.varid.as_str(), row.authed.as_str()) == ("vendor", "1"));
            ensure!(found, "it is not listed");
            done(variables::delete(key, self.url(), "vendor"), "Successfully deleted variable!")?;
            refused(variables::retrieve(key, self.url(), "vendor"), "Variable not found")
        })
    }

    fn chats_and_blacklists(&self, steps: &mut Steps) -> Result<()> {
        let key = self.key;
        steps.run("vendor: a channel is made, edited, listed and deleted; a user is muted", || {
            let said = chat::create_channel(key, self.url(), "vendor", "5");
            done(said, "Successfully created channel!")?;
            let said = chat::edit_channel(key, self.url(), "vendor", "2");
            done(said, "Successfully updated channel!")?;
            let all = ok(chat::fetch_all_channels(key, self.url()))?;
            ensure!(all.iter().any(|row| row.name == "vendor" && row.delay == 120), "it is not listed");
            done(chat::mute_user(key, self.url(), "dora", 60), "Successfully muted user!")?;
            ensure!(ok(chat::fetch_all_mutes(key, self.url()))?.len() == 1, "she is not muted");
            done(chat::unmute_user(key, self.url(), "dora"), "Successfully unmuted user!")?;
            done(chat::delete_channel(key, self.url(), "vendor"), "Successfully deleted channel!")
        })?;
        steps.run("vendor: an address is blacklisted and whitelisted, and neither any more", || {
            let address = "192.0.2.77";
            let said = blacklists::add(key, self.url(), Some(address), None);
            done(said, "Blacklist Addition Successful")?;
            let all = ok(blacklists::fetch_all(key, self.url()))?;
            ensure!(all.iter().any(|row| row.ip.as_deref() == Some(address)), "it is not listed");
            let said = blacklists::delete(key, self.url(), address, "ip");
            done(said, "Successfully deleted blacklist!")?;
            let said = blacklists::add_whitelist(key, self.url(), address);
            done(said, "Successfully added whitelist!")?;
            let said = blacklists::del_whitelist(key, self.url(), address);
            done(said, "Successfully deleted whitelist!")
        })?;
        steps.run("vendor: a button of the web loader comes and goes", || {
            done(web_loader::add_button(key, self.url(), "run", "Run"), "Succesfully added button!")?;
            ensure!(ok(web_loader::retrieve_all_buttons(key, self.url()))?.len() == 1, "it is not listed");
            done(web_loader::delete_button(key, self.url(), "run"), "Successfully deleted button!")
        })
    }

    fn settings(&self, steps: &mut Steps) -> Result<()> {
        let key = self.key;
        steps.run("vendor: settings are read, and written back as they were", || {
            let read = ok(settings::retrieve(key, self.url()))?;
            done(settings::update(key, self.url(), read), "Settings Update Successful")
        })?;
        steps.run("vendor: hashes come and go", || {
            let hash = "0123456789abcdef0123456789abcdef";
            done(settings::add_hash(key, self.url(), hash), "Successfully added hash!")?;
            done(settings::reset_hash(key, self.url()), "Successfully reset hash!")
        })?;
        steps.run("vendor: the application is paused and goes on", || {
            done(settings::pause(key, self.url()), "Successfully paused application")?;
            done(settings::unpause(key, self.url()), "Successfully unpaused application")
        })?;
        steps.run("vendor: an account without a name, which the library cannot send, is refused", || {
            let said = account::create(key, self.url(), "Reseller", "pass", None, "a@example.org", "2047");
            refused(said, "Failed to add account!")
        })
    }

    fn the_end(&self, steps: &mut Steps) -> Result<()> {
        let key = self.key;
        steps.run("vendor: a subscription and the user are deleted", || {
            let said = user::delete_user_subscription(key, self.url(), "dora", "default");
            done(said, "Successfully deleted subscription!")?;
            done(user::delete_expired(key, self.url()), "Successfully deleted expired users!")?;
            refused(user::verify_exists(key, self.url(), "dora"), "User Not Found")
        })?;
        steps.run("vendor: the sessions that are left are killed", || {
            done(sessions::kill_all(key, self.url()), "Successfully killed all sessions!")
        })
    }
}
