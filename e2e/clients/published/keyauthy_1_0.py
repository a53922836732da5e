"""The published package `keyauthy` 0.2: API 1.0, with chat."""

from published import platform_stubs
from published.platform_stubs import refuses
from steps import holds, same

PASSWORD = "correct horse"


def run(step, given):
    platform_stubs.pretend_windows()
    platform_stubs.answer_commands()
    platform_stubs.lead_to(given, "https://keyauth.win/api/1.0/", "1.0")
    from keyauth import ApplicationDoesntExist, InvalidApplicationInformation, KeyAuth

    def start(name=given.app_name, secret=given.secret):
        return KeyAuth(name, given.owner_id, secret, given.app_version)

    def done(result, message):
        same((result.is_success, result.message), (True, message))

    def refused(result, message):
        same((result.is_success, result.message), (False, message))

    with step("keyauthy: init"):
        app = start()
        same(app.is_initialized, True)
        refuses(ApplicationDoesntExist, "doesn't exist", lambda: start(name="no-such-app"))
        refuses(InvalidApplicationInformation, "Long text", lambda: start(secret="0" * 64))
    with step("keyauthy: register, with the package's own hardware id"):
        refused(app.register("py-user", PASSWORD, "no-such-key"), "Invalid license key")
        result = app.register("py-user", PASSWORD, given.license())
        same((result.is_success, result.register_ip), (True, "127.0.0.1"))
        same(result.subscriptions[0].level, "default")
    with step("keyauthy: login"):
        app = start()
        refused(app.login("py-user", "wrong"), "Password does not match.")
        refused(app.save_variable("mine", "a"), "Session is not validated")
        done(app.login("py-user", PASSWORD), "Successfully logged in.")
    with step("keyauthy: setvar, getvar, var"):
        done(app.save_variable("mine", "a & b"), "Successfully set variable")
        done(app.get_variable("mine"), "a & b")
        variable = given.variables["authed"]
        done(app.variable(variable["name"]), variable["value"])
        refused(app.variable("no-such-variable"), "Variable not found.")
    with step("keyauthy: chatsend, chatget"):
        done(app.send_chat("hello from keyauthy", "general"), "Sent message successfully.")
        refused(app.send_chat("hello", "no-such-channel"), "Chat channel not found")
        last = app.get_chat("general").message[-1]
        same((last.author, last.message), ("py-user", "hello from keyauthy"))
    with step("keyauthy: file, webhook, log"):
        done(app.get_file(given.files["authed"]), given.files["authed_hex"])
        done(app.webhook(given.webhooks["authed"], "?a=1"), "Webhook request successful")
        app.log("a line of keyauthy")
        holds("a line of keyauthy" in given.vendor("log", "list", given.app, "--json"), "no line was kept")
    with step("keyauthy: upgrade, license"):
        done(app.upgrade("py-user", given.license()), "Successfully upgraded user.")
        refused(app.upgrade("nobody", given.license()), "Invalid username")
        done(start().license_key(given.license()), "Successfully logged with license key.")
