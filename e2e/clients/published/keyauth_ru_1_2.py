"""The published package `keyauth-ru` 1.2.1: API 1.2, every reply's signature verified."""

import os

from published import platform_stubs
from published.platform_stubs import HWID, refuses, says
from steps import holds, same

HASH = "0123456789abcdef0123456789abcdef"
PASSWORD = "correct horse"


def load():
    """The package imports its Windows module only where the system says it is Windows."""
    name, os.name = os.name, "nt"
    try:
        import keyauthru
    finally:
        os.name = name
    return keyauthru.api


def run(step, given):
    platform_stubs.pretend_windows()
    platform_stubs.catch_exits()
    platform_stubs.lead_to(given, "https://keyauth.ru/api/1.2/", "1.2")
    api = load()

    def start(name=given.app_name, version=given.app_version, secret=given.secret):
        return api(name, given.owner_id, secret, version, HASH)

    key = given.license()
    with step("keyauth-ru: init"):
        app = start()
        says("Invalid Version", lambda: start(version="0.9"), ends=True)
        says("Signature checksum failed", lambda: start(secret="0" * 64), ends=True)
        # The reply to an unknown application has no signature, which the package looks up.
        refuses(KeyError, "signature", lambda: start(name="no-such-app"))
    with step("keyauth-ru: check before signing in"):
        same(app.check(), False)
        says("Session is not validated", app.setvar, "mine", "a", ends=True)
    with step("keyauth-ru: register"):
        says("Invalid license key", app.register, "py-user", PASSWORD, "no-such-key", ends=True)
        says("Logged in!", app.register, "py-user", PASSWORD, key)
        user = app.user_data
        same((user.username, user.ip, user.hwid), ("py-user", "127.0.0.1", HWID))
        same(user.subscription, "default")
        holds(user.expires.isdigit() and user.lastlogin.isdigit(), f"{user.expires} {user.lastlogin}")
    with step("keyauth-ru: login"):
        app = start()
        says("Password does not match.", app.login, "py-user", "wrong", ends=True)
        says("Logged in!", app.login, "py-user", PASSWORD)
        same(app.user_data.subscriptions[0]["level"], "1")
        same(app.check(), True)
    with step("keyauth-ru: setvar, getvar, var"):
        same(app.setvar("mine", "a & b = \u00e9\U0001f600"), True)
        same(app.getvar("mine"), "a & b = \u00e9\U0001f600")
        says("Variable not found for user", app.getvar, "no-such-variable", ends=True)
        for which in ("public", "authed"):
            same(app.var(given.variables[which]["name"]), given.variables[which]["value"])
        says("Variable not found.", app.var, "no-such-variable", ends=True)
    with step("keyauth-ru: chatSend, chatGet"):
        same(app.chatSend("hello from keyauth-ru", "general"), True)
        same(app.chatSend("hello", "no-such-channel"), False)
        last = app.chatGet("general")[-1]
        same((last["author"], last["message"]), ("py-user", "hello from keyauth-ru"))
    with step("keyauth-ru: log, checkblacklist"):
        app.log("a line of keyauth-ru")
        holds("a line of keyauth-ru" in given.vendor("log", "list", given.app, "--json"), "no line was kept")
        same(app.checkblacklist(), False)
        given.vendor("blacklist", "add", given.app, "--hwid", HWID)
        same(app.checkblacklist(), True)
        given.vendor("blacklist", "delete", given.app, "--hwid", HWID)
    with step("keyauth-ru: fetchOnline, fetchStats"):
        online = app.fetchOnline()
        holds({"credential": "py-user"} in online, f"{online}")
        app.fetchStats()
        same((app.app_data.numUsers, app.app_data.onlineUsers), ("1", str(len(online))))
    with step("keyauth-ru: file, webhook"):
        same(app.file(given.files["authed"]).hex(), given.files["authed_hex"])
        says("File not Found", app.file, "no-such-file", ends=True)
        same(app.webhook(given.webhooks["authed"], "?a=1", "the body", "text/plain"),
             "Webhook request successful")
    with step("keyauth-ru: upgrade, after which the package ends the program"):
        says("Upgraded successfully", app.upgrade, "py-user", given.license(), ends=True)
        says("License key has already been used", app.upgrade, "py-user", key, ends=True)
    with step("keyauth-ru: changeUsername"):
        says("Successfully changed username", app.changeUsername, "py-renamed")
        app = start()
        says("Logged in!", app.login, "py-renamed", PASSWORD)
    with step("keyauth-ru: license"):
        app, key = start(), given.license()
        says("Logged in!", app.license, key)
        same((app.user_data.username, app.check()), (key, True))
    with step("keyauth-ru: logout, after which the package ends the program"):
        says("Successfully logged out", app.logout, ends=True)
        # A reply about a session that ended has no signature.
        refuses(KeyError, "signature", app.check)
    with step("keyauth-ru: ban"):
        app = start()
        says("Logged in!", app.license, key)
        same(app.ban(), True)
        says("The user is banned", start().license, key, ends=True)
