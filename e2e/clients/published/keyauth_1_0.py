"""The published package `keyauth` 1.0.3: API 1.0."""

from published import platform_stubs
from published.platform_stubs import HWID, refuses
from steps import holds, same

HASH = "0123456789abcdef0123456789abcdef"
PASSWORD = "correct horse"


def run(step, given):
    platform_stubs.pretend_windows()
    platform_stubs.lead_to(given, "https://keyauth.win/api/1.0/", "1.0")
    from keyauth import ApplicationOutOfDate, InvalidApplication, Keyauth, KeyauthError

    def start(**change):
        fields = {"name": given.app_name, "owner_id": given.owner_id, "secret": given.secret,
                  "version": given.app_version, "file_hash": HASH}
        return Keyauth(**{**fields, **change})

    key = given.license()
    with step("keyauth: init"):
        app = start()
        same(app.application.version, given.app_version)
        holds(app.application.users_count.startswith("N/A"), app.application.users_count)
        refuses(ApplicationOutOfDate, "Invalid version.", lambda: start(version="0.9"))
        refuses(InvalidApplication, "doesn't exist", lambda: start(name="no-such-app"))
        refuses(InvalidApplication, "Invalid Application", lambda: start(secret="0" * 64))
    with step("keyauth: check before signing in"):
        same(app.check(), False)
        refuses(KeyauthError, "Session is not validated", app.getvar, "mine")
    with step("keyauth: register"):
        refuses(KeyauthError, "Invalid license key", app.register, "py-user", PASSWORD, "no-such-key")
        app.register("py-user", PASSWORD, key)
        same((app.user.username, app.user.ip, app.user.hwid), ("py-user", "127.0.0.1", HWID))
        same(app.user.subscription, "default")
        holds(app.user.expires.isdigit() and app.user.creation_date.isdigit(), str(app.user))
    with step("keyauth: login"):
        app = start()
        refuses(KeyauthError, "Password does not match.", app.login, "py-user", "wrong")
        app.login("py-user", PASSWORD)
        same(app.user.hwid, HWID)
        same(app.check(), True)
    with step("keyauth: setvar, getvar, var"):
        same(app.setvar("mine", "a & b = \u00e9"), True)
        same(app.getvar("mine"), "a & b = \u00e9")
        refuses(KeyauthError, "Variable not found for user", app.getvar, "no-such-variable")
        for which in ("public", "authed"):
            same(app.var(given.variables[which]["name"]), given.variables[which]["value"])
        refuses(KeyauthError, "Variable not found.", app.var, "no-such-variable")
    with step("keyauth: log, checkblacklist"):
        app.log("a line of keyauth")
        holds("a line of keyauth" in given.vendor("log", "list", given.app, "--json"), "no line was kept")
        same(app.check_blacklist(), False)
        given.vendor("blacklist", "add", given.app, "--hwid", HWID)
        same(app.check_blacklist(), True)
        given.vendor("blacklist", "delete", given.app, "--hwid", HWID)
    with step("keyauth: file, webhook"):
        same(app.file(given.files["authed"]).hex(), given.files["authed_hex"])
        refuses(KeyauthError, "File not Found", app.file, "no-such-file")
        same(app.webhook(given.webhooks["authed"], "?a=1"), "Webhook request successful")
    with step("keyauth: upgrade"):
        same(app.upgrade("py-user", given.license()), True)
        refuses(KeyauthError, "License key has already been used", app.upgrade, "py-user", key)
    with step("keyauth: license"):
        app, key = start(), given.license()
        same(app.license(key), True)
        same((app.user.username, app.user.hwid), (key, HWID))
        same(app.check(), True)
    with step("keyauth: ban"):
        same(app.ban(), True)
        refuses(KeyauthError, "The user is banned", start().license, key)
        # The package does not expect the plain reply about a session that ended.
        refuses(InvalidApplication, "Invalid Application", app.check)
