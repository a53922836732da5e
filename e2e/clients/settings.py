"""What the vendor's settings of an application do to programs of each version."""

import hashlib
import json

import programs
from given import HWID, eventually
from programs import v1_2
from programs.base import SESSION, START
from steps import holds, same

HASH = hashlib.md5(b"the program").hexdigest()


def run(step, given):
    for program_type in programs.ALL:
        named = lambda name, version=program_type.label(): step(f"{version}: {name}")
        closed(named, given, program_type)
        program_checks(named, given, program_type)
        tokens(named, given, program_type)
        devices(named, given, program_type)
        others(named, given, program_type)
    with step("1.2: forceEncryption asks for a key"):
        program = v1_2.Program(given, with_key=False)
        given.set("forceEncryption=true")
        eventually(lambda: program.fails("init", "No encryption key supplied, encryption is forced.",
                                         protection=START, ver=given.app_version))
        v1_2.Program(given).init()
        given.set("forceEncryption=false")
        eventually(program.init)


def closed(named, given, program_type):
    program = program_type(given).init()
    for setting, back, message in [
        ("enabled=false", "enabled=true", "Gone fishing: back \u00e0 5 \"sharp\""),
        ("paused=true", "paused=false",
         "Application is currently paused, please wait for the developer to say otherwise."),
    ]:
        with named(f"{setting} closes the door to all"):
            given.set(setting, 'messages.appDisabled=Gone fishing: back \u00e0 5 "sharp"')
            eventually(lambda: program.fails("check", message))
            starting = program_type(given)
            starting.fails("init", message, protection=START, **starting.start_fields())
            given.set(back)
            eventually(lambda: program.fails("check", "Session is not validated"))
            program_type(given).init()
    with named("a version that is switched off"):
        switch = f"api.v{program_type.version.replace('.', '_')}"
        given.set(f"{switch}=false")
        off = f"API {program_type.version} is switched off for this application"
        eventually(lambda: program.fails("check", off, protection=START))
        given.set(f"{switch}=true")
        eventually(lambda: program.fails("check", "Session is not validated", protection=SESSION))


def program_checks(named, given, program_type):
    starting = program_type(given)

    def refused(message, payload="", **more):
        starting.fails("init", message, payload, protection=START, **{**starting.start_fields(), **more})

    def taken(**more):
        fields = {**starting.start_fields(), **more}
        holds('"message":"Initialized"' in starting.ask("init", protection=START, **fields), "it was refused")

    with named("a new version and where it is to be had"):
        given.set("version=2.1", "download=https://example.org/new?a=1&b=2")
        eventually(lambda: refused("invalidver", ',"download":"https://example.org/new?a=1&b=2"'))
        taken(ver="2.1")
        given.set("version=1.0", "download=")
        eventually(lambda: taken())
    with named("hashCheck compares the program's hash"):
        given.set("hashCheck=true", f"hashes={HASH}")
        eventually(lambda: refused(
            "This program hash does not match, make sure you're using latest version"))
        taken(hash=HASH)
        taken(hash=HASH.upper() + "\r\n")
        refused("This program hash does not match, make sure you're using latest version", hash="0" * 32)
        refused("This program hash does not match, make sure you're using latest version", hash=HASH[:16])
        given.set("hashCheck=false", "hashes=")
        eventually(lambda: taken())


def tokens(named, given, program_type):
    starting = program_type(given)

    def refused(message, **more):
        starting.fails("init", message, protection=START, **{**starting.start_fields(), **more})

    with named("tokenSystem asks for a token of the application"):
        key = given.license()
        program_type(given).init().tells("register", "Logged in!", ["info"], **{
            "username": f"token-{program_type.label()}", "pass": "secret", "key": key, "hwid": HWID})
        rows = json.loads(given.vendor("token", "list", given.app, "--json"))
        token = next(row["token"] for row in rows
                     if key in row.values() or f"token-{program_type.label()}" in row.values())
        given.set("tokenSystem=true")
        eventually(lambda: refused("Token Must Be Provided"))
        refused("Hash Must Be Provided", token=token)
        refused("Token Invalid", token="0" * 32, thash="a" * 64)
        for thash in ("Ab" * 32, "aB" * 32):
            fields = {**starting.start_fields(), "token": token, "thash": thash}
            holds('"Initialized"' in starting.ask("init", protection=START, **fields), "it was refused")
        refused("Token File Hashes Must Be The Same", token=token, thash="cd" * 32)
        given.vendor("token", "ban", given.app, token, "--reason", "leaked")
        refused("The Token Has Been Blacklisted For The Following Reason: leaked Contact Application "
                "Developer If This Is A Mistake", token=token, thash="ab" * 32)
        given.set("tokenSystem=false")
        eventually(program_type(given).init)


def devices(named, given, program_type):
    """As programs of the PHP and React SDKs do, which send no device."""
    account = {"username": f"no-device-{program_type.label()}", "pass": "secret"}
    program = program_type(given).init()

    def bound(kind, **fields):
        return program.tells(kind, "Logged in!", ["info"], **account, **fields)["info"]["hwid"]

    with named("forceHwid off: no device at first, then one, then no other"):
        same(bound("register", key=given.license()), None)
        program.fails("login", "Force HWID is enabled, disable in app settings if you want to use "
                               "blank HWIDs", **account)
        given.set("forceHwid=false")
        eventually(lambda: same(bound("login"), None))
        same(bound("login", hwid=HWID), HWID)
        for other in ({}, {"hwid": HWID[:-1]}, {"hwid": HWID.lower()}):
            program.fails("login", "HWID doesn't match. Ask for a HWID reset", **account, **other)
        given.vendor("user", "reset-hwid", given.app, account["username"])
        program.is_dead()
        program.init()
        same(bound("login"), None)
        given.set("forceHwid=true")
        eventually(lambda: program.fails(
            "login", "Force HWID is enabled, disable in app settings if you want to use blank HWIDs",
            **account))


def others(named, given, program_type):
    account = {"username": f"alone-{program_type.label()}", "pass": "secret", "hwid": HWID}
    first, second = program_type(given).init(), program_type(given).init()

    def signs_in(program):
        program.tells("login", "Welcome \u00e0 tous!", ["info"], **account)

    with named("killOtherSessions leaves the newest, and the greeting is the vendor's"):
        first.tells("register", "Logged in!", ["info"], **account, key=given.license())
        given.set("killOtherSessions=true", "messages.loggedIn=Welcome \u00e0 tous!")
        eventually(lambda: signs_in(second))
        first.is_dead()
        second.succeeds("check", "Session is validated.",
                        ',"role":"not_checked"' if program_type.version == "1.3" else "")
        given.set("killOtherSessions=false", "messages.loggedIn=Logged in!")
        eventually(lambda: first.init().tells("login", "Logged in!", ["info"], **account))
