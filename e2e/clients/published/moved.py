"""The published package `keyauth-ru` 1.2.1, API 1.2, with an application that was taken over from another server: all that
its program knows is from there."""

from published import platform_stubs
from published.keyauth_ru_1_2 import load
from published.platform_stubs import HWID, says
from steps import same

HASH = "0123456789abcdef0123456789abcdef"
# What the dump tells, whose server hashed the password with bcrypt.
PASSWORD = "correct horse"
WELCOME = "Déjà vu, ça va\\!"


def run(step, given):
    platform_stubs.pretend_windows()
    platform_stubs.catch_exits()
    platform_stubs.lead_to(given, "https://keyauth.ru/api/1.2/", "1.2")
    api = load()

    def start():
        return api(given.app_name, given.owner_id, given.secret, given.app_version, HASH)

    # The second login is by the hash that replaced the one of bcrypt.
    for which in ("first", "second"):
        with step(f"moved: the {which} login with the old password"):
            app = start()
            says("Password does not match.", app.login, "alice", "wrong", ends=True)
            says(WELCOME, app.login, "alice", PASSWORD)
            same((app.user_data.username, app.user_data.hwid), ("alice", HWID))
            same(app.user_data.expires, "4000000000")
            same(app.check(), True)
    with step("moved: variables"):
        same(app.getvar("colour"), "röt 😀")
        same(app.var("motd"), "Hello; \\ 'world' é 😀")
    with step("moved: bans, pauses and licenses"):
        says("The user is banned", start().login, "O'Brien \"\\", PASSWORD, ends=True)
        says("Your subscription is paused", start().login, "Zoë 😀", PASSWORD, ends=True)
        says("Your license is banned", start().license, "SHOP-BAD", ends=True)
        says(WELCOME, start().license, given.license())
