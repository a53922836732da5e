"""The way of a program and its user through the Client API, the same in each version."""

import json
import re
import time

from given import HWID
from programs import base
from programs.base import EARLY, PLAIN, SESSION_NOT_FOUND, START, UNAUTHED
from steps import holds, same
from totp import Authenticator

PASSWORD = "correct horse & <b>battery</b> + 100% \u00e9\u20ac"
CHECK = "Session is validated."
ODD_TEXT = 'a "b" \\ / </c> \u00e9 \u20ac \U0001f600 \u2028 + % & = ; \x7f \t end'


def owner_text(which):
    return f"{which} Select app & copy code snippet from https://keyauth.cc/app/"


def walk(step, given, program_type):
    Walk(step, given, program_type).run()


class Walk:
    def __init__(self, step, given, program_type):
        self.named = lambda name: step(f"{program_type.label()}: {name}")
        self.given = given
        self.type = program_type
        self.version = program_type.version
        self.label = program_type.label()
        self.role = ',"role":"not_checked"' if self.version == "1.3" else ""
        # Two at the end tell versions apart, and longer names are masked in lists of users.
        self.user = f"Spec-User-{self.label.replace('.', '-')}"
        self.key = given.license()

    def new(self):
        return self.type(self.given).init()

    def run(self):
        self.start()
        self.strangers()
        self.register()
        program = self.login()
        self.variables(program)
        self.check(program)
        self.chat(program)
        self.log(program)
        self.blacklist(program)
        self.files(program)
        self.webhooks(program)
        self.online(program)
        self.upgrade(program)
        self.two_factor(program)
        self.rename(program)
        self.license()
        self.logout()
        self.ban()

    def start(self):
        with self.named("common checks answer in their order"):
            program = self.type(self.given)
            program.told_owner = ""
            program.fails("init", owner_text("No OwnerID specified."), protection=EARLY, ownerid=None)
            program.fails("init", owner_text("No OwnerID specified."), protection=EARLY, ownerid="0")
            program.told_owner = None
            program.fails("init", owner_text("No app name specified."), protection=EARLY, name=" ")
            program.told_owner = "short"
            program.fails("init", owner_text("OwnerID should be 10 characters long."), protection=EARLY,
                          ownerid="short")
            same(program.ask("init", protection=EARLY, name="no-such-app"), "KeyAuth_Invalid")
            program.told_owner = None
            unknown = ("Unhandled Type" if self.version == "1.0"
                       else "The value inputted for type paramater was not found")
            program.fails("Init", unknown, protection=PLAIN)
            program.fails("check", SESSION_NOT_FOUND, protection=PLAIN, sessionid="0" * 32)
            program.fails("check", SESSION_NOT_FOUND, protection=PLAIN)
        with self.named("init refuses another version"):
            program.fails("init", "invalidver", ',"download":""', protection=START,
                          **{**program.start_fields(), "ver": "0.9"})
        with self.named("init"):
            first = self.new()
            # Ids tell milliseconds: two of the same one sort either way.
            until = time.time_ns() + 2_000_000
            while time.time_ns() < until:
                pass
            second = self.new()
            holds(first.session < second.session, "ids of sessions do not sort by time")
        with self.named("an application's name may be written in another case"):
            self.type(self.given).tells(
                "init", "Initialized", ["sessionid", "appinfo", *(["newSession"] if first.nonce else [])],
                protection=START, **program.start_fields(), name=self.given.app_name.upper())

    def strangers(self):
        with self.named("what needs a login says so"):
            program = self.new()
            for kind, fields in [
                ("check", {}),
                ("setvar", {"var": "a", "data": "b"}),
                ("getvar", {"var": "a"}),
                ("var", {"varid": self.given.variables["authed"]["name"]}),
                ("chatget", {"channel": "general"}),
                ("chatsend", {"channel": "general", "message": "hi"}),
                ("webhook", {"webid": self.given.webhooks["authed"]}),
                ("file", {"fileid": self.given.files["authed"]}),
                ("ban", {}),
                ("changeUsername", {"newUsername": "somebody"}),
                ("2faenable", {}),
                ("2fadisable", {"code": "123456"}),
            ]:
                program.fails(kind, UNAUTHED, **fields)
        with self.named("what is public needs none"):
            public = self.given.variables["public"]
            program.succeeds("var", public["value"], varid=public["name"])
            program.succeeds("file", "File download successful",
                             f',"contents":"{self.given.files["public_hex"]}"',
                             fileid=self.given.files["public"])

    def info(self, reply, username, key, hwid=HWID):
        """Checks `info` of a reply, field for field, and returns when the subscription ends."""
        info = reply["info"]
        same(list(info), ["username", "subscriptions", "ip", "hwid", "createdate", "lastlogin"])
        same(info["username"], username)
        same(info["ip"], "127.0.0.1")
        same(info["hwid"], hwid)
        now = time.time()
        holds(re.fullmatch("[0-9]+", info["createdate"]), f"createdate is {info['createdate']!r}")
        holds(abs(now - int(info["lastlogin"])) < 5, f"lastlogin is {info['lastlogin']!r}")
        same(len(info["subscriptions"]), 1)
        subscription = info["subscriptions"][0]
        same(list(subscription), ["subscription", "key", "expiry", "timeleft", "level"])
        same(subscription["subscription"], "default")
        same(subscription["key"], key)
        same(subscription["level"], "1")
        holds(type(subscription["expiry"]) is str, f"expiry is {subscription['expiry']!r}")
        holds(type(subscription["timeleft"]) is int, f"timeleft is {subscription['timeleft']!r}")
        holds(abs(int(subscription["expiry"]) - now - subscription["timeleft"]) < 5, f"{subscription}")
        return int(subscription["expiry"])

    def account(self, **more):
        return {"username": self.user, "pass": PASSWORD, "hwid": HWID, **more}

    def register(self):
        program = self.new()
        with self.named("register refuses"):
            fields = self.account(key=self.key)
            for message, change in [
                ("Username must be shorter than 70 characters", {"username": "u" * 71}),
                ("Key must be shorter than 70 characters", {"key": "k" * 71}),
                ("Username too short, try longer one.", {"username": None}),
                ("Username already taken, choose a different one", {"username": "ALL"}),
                ("Password does not match.", {"pass": " "}),
                ("Invalid license key", {"key": "no-such-key"}),
                ("Invalid license key", {"key": None}),
            ]:
                program.fails("register", message, **{**fields, **change})
        with self.named("register makes a user and signs in"):
            reply = program.tells("register", "Logged in!", ["info"], **fields,
                                  email=f"{self.user}@Example.org")
            self.ends = self.info(reply, self.user, self.key)
            program.succeeds("check", CHECK, self.role)
        with self.named("register takes neither a used key nor a taken name"):
            other = self.new()
            other.fails("register", "License key has already been used", **{**fields, "username": "else"})
            other.fails("register", "Username already taken, choose a different one",
                        **{**fields, "username": self.user.lower(), "key": self.given.license()})

    def login(self):
        program = self.new()
        with self.named("login refuses"):
            for message, change in [
                ("HWID must be 20 or more characters, change this in app settings.", {"hwid": "short"}),
                ("Force HWID is enabled, disable in app settings if you want to use blank HWIDs",
                 {"hwid": "\n"}),
                ("Invalid username", {"username": "nobody"}),
                ("Invalid username", {"username": None}),
                ("Password does not match.", {"pass": "wrong"}),
                ("Password does not match.", {"pass": None}),
                ("HWID doesn't match. Ask for a HWID reset", {"hwid": HWID + "-other"}),
            ]:
                program.fails("login", message, **{**self.account(), **change})
            program.fails("check", UNAUTHED)
        with self.named("login signs in, whatever the case of the name"):
            reply = program.tells("login", "Logged in!", ["info"],
                                  **self.account(username=self.user.upper(), hwid=HWID + "\r\n", code=""))
            same(self.info(reply, self.user, self.key), self.ends)
            program.succeeds("check", CHECK, self.role)
        with self.named("loginEmail signs in"):
            other = self.new()
            fields = {"pass": PASSWORD, "hwid": HWID}
            other.fails("loginEmail", "Invalid username", email="nobody@example.org", **fields)
            reply = other.tells("loginEmail", "Logged in!", ["info"],
                                email=f"{self.user}@example.org", **fields)
            self.info(reply, self.user, self.key)
            other.succeeds("logout", "Successfully logged out.")
        return program

    def variables(self, program):
        with self.named("setvar and getvar"):
            program.fails("getvar", "Variable not found for user", var="mine")
            for value in [ODD_TEXT, "second", "0", "x" * 500]:
                program.succeeds("setvar", "Successfully set variable", var="mine", data=value)
                program.succeeds("getvar", "Successfully retrieved variable",
                                 f',"response":{base.text(value)}', var="mine")
            program.succeeds("setvar", "Successfully set variable", varid="alias", data="a")
            program.succeeds("getvar", "Successfully retrieved variable", ',"response":"a"', var="alias")
        with self.named("setvar refuses"):
            program.fails("setvar", "No variable name provided", data="b")
            program.fails("setvar", "No variable data provided", var="mine", data=" ")
            program.fails("setvar", "Failed to set variable", var="n" * 100, data="b")
            program.fails("setvar", "Variable data must be 500 characters or less", var="mine",
                          data="x" * 501)
            self.given.vendor("variable", "set-user", self.given.app, self.user, "fixed", "by vendor",
                              "--read-only")
            program.fails("setvar", "Variable is read only", var="fixed", data="b")
            program.succeeds("getvar", "Successfully retrieved variable", ',"response":"by vendor"',
                             var="fixed")
        with self.named("var"):
            for which in ("public", "authed"):
                variable = self.given.variables[which]
                program.succeeds("var", variable["value"], varid=variable["name"])
                program.succeeds("var", variable["value"], var=variable["name"])
            program.fails("var", "Variable not found.", varid="no-such-variable")

    def check(self, program):
        with self.named("check, with the fields of this version"):
            program.succeeds("check", CHECK, self.role)
            paid = ',"role":"seller"' if self.version == "1.3" else ""
            program.succeeds("check", CHECK, paid, check_paid="1")

    def chat(self, program):
        with self.named("chatsend and chatget"):
            said = []
            for message in [f"hello from {self.label}", ODD_TEXT]:
                program.succeeds("chatsend", "Successfully sent chat message", channel="general",
                                 message=message)
                said.append(message)
            reply = program.tells("chatget", "Successfully retrieved chat messages", ["messages"],
                                  channel="general")
            ours = [row for row in reply["messages"] if row["author"] == self.user]
            same([row["message"] for row in ours], said)
            for row in reply["messages"]:
                same(list(row), ["author", "message", "timestamp"])
                holds(type(row["timestamp"]) is int, f"timestamp is {row['timestamp']!r}")
            holds(abs(time.time() - ours[-1]["timestamp"]) < 5, f"{ours}")
            program.succeeds("chatget", "Successfully retrieved chat messages", ',"messages":[]',
                             channel="no-such-channel")
        with self.named("a channel keeps its newest 50 messages, oldest first"):
            said = [f"{number} of {self.label}" for number in range(52)]
            for message in said:
                program.succeeds("chatsend", "Successfully sent chat message", channel="general",
                                 message=message)
            reply = program.tells("chatget", "Successfully retrieved chat messages", ["messages"],
                                  channel="general")
            same([row["message"] for row in reply["messages"]], said[-50:])
        with self.named("chatsend refuses"):
            program.fails("chatsend", "Chat channel not found", channel="no-such-channel", message="hi")
            program.fails("chatsend", "Message can't be blank", channel="general", message="\n")
            program.fails("chatsend", "Message too long!", channel="general", message="x" * 2001)
            program.succeeds("chatsend", "Successfully sent chat message", channel="slow", message="one")
            program.fails("chatsend", "Chat slower, you've hit the delay limit", channel="slow",
                          message="two")
        with self.named("a muted user hears, but does not speak"):
            self.given.vendor("chat", "mute", self.given.app, self.user, "3600")
            body = json.loads(program.ask("chatsend", channel="general", message="hm"))
            holds(re.fullmatch("You're muted from chat until [A-Z][a-z]+ [0-9]+, 20[0-9]{2}, "
                               "[0-9]{1,2}:[0-9]{2} [ap]m", body["message"]), f"{body}")
            same(body["success"], False)
            self.given.vendor("chat", "unmute", self.given.app, self.user)
            program.succeeds("chatsend", "Successfully sent chat message", channel="general", message="ah")

    def log(self, program):
        with self.named("log writes a line, whoever asks"):
            line = f"line of {self.label} {ODD_TEXT}"
            for protected, message in [(program, line), (self.new(), "from a stranger"),
                                       (program, "x" * 276), (program, None)]:
                body = protected.ask("log", message=message, pcuser="p" * 40)
                told = '{"success":true,"code":68,"message":"Successfully sent log","ownerid":"%s"}'
                same(body, told % self.given.owner_id if self.version == "1.3" else "")
            rows = json.loads(self.given.vendor("log", "list", self.given.app, "--limit", "2", "--json"))
            same([(row["message"], row["credential"], row["pc_user"]) for row in rows],
                 [("from a stranger", None, "p" * 32), (line, self.user, "p" * 32)])

    def blacklist(self, program):
        with self.named("checkblacklist, before and after the vendor acts"):
            listed = self.given.app, "--hwid", HWID
            for kind in ("checkblacklist", "checkBlack"):
                program.fails(kind, "Client is not blacklisted", hwid=HWID)
            self.given.vendor("blacklist", "add", *listed)
            for kind in ("checkblacklist", "checkBlack"):
                program.succeeds(kind, "Client is blacklisted", hwid=HWID)
            program.fails("checkblacklist", "Client is not blacklisted")
            self.new().fails("login", "You've been blacklisted from our application", **self.account())
            self.given.vendor("blacklist", "delete", *listed)
            self.given.vendor("blacklist", "add", self.given.app, "--ip", "127.0.0.1")
            program.succeeds("checkblacklist", "Client is blacklisted")
            self.given.vendor("blacklist", "delete", self.given.app, "--ip", "127.0.0.1")
            program.fails("checkblacklist", "Client is not blacklisted", hwid=HWID)

    def files(self, program):
        files = self.given.files
        with self.named("file: uploaded, and from another server"):
            for which in ("public", "authed", "remote"):
                name = "public_hex" if which == "public" else "authed_hex"
                program.succeeds("file", "File download successful", f',"contents":"{files[name]}"',
                                 fileid=files[which])
            program.fails("file", "File not Found", fileid="no-such-file")
            program.fails("file", "File not Found")
            program.fails("file", "File no longer works, please notify the application developer.",
                          fileid=files["gone"])

    def webhooks(self, program):
        with self.named("webhook: GET, POST, and where it may not lead"):
            hooks = self.given.webhooks

            def answers(response, **fields):
                program.succeeds("webhook", "Webhook request successful",
                                 f',"response":{base.text(response)}', **fields)

            agent = "Agent of a vendor"
            answers(f"GET /hook?a=1&b=c%20d\nuser-agent: {agent}\ncontent-type: \n\n",
                    webid=hooks["authed"], params="?a=1%26b=c%2520d")
            answers(f"POST /hook/sub\nuser-agent: {agent}\ncontent-type: application/json\n\n"
                    ' {"\u00e9": 1}\n', webid=hooks["authed"], params="/sub", body=' {"\u00e9": 1}\n',
                    conttype="application/json")
            answers("", webid=hooks["authed"], params="/../else")
            program.fails("webhook", "Webhook Not Found.", webid="no-such-id")
            answers(f"GET /open?x=1\nuser-agent: {hooks['public_agent']}\ncontent-type: \n\n",
                    webid=hooks["public"], params="?x=1")

    def online(self, program):
        masked = self.user[:10] + "*" * (len(self.user) - 10)
        with self.named("fetchOnline names the user, masked; fetchStats counts the same"):
            online = program.tells("fetchOnline", "Successfully fetched online users.", ["users"])
            holds({"credential": masked} in online["users"], f"{masked} is not in {online['users']}")
            stats = program.tells("fetchStats", "Successfully fetched stats", ["appinfo"])["appinfo"]
            same(list(stats), ["numUsers", "numOnlineUsers", "numKeys", "version", "customerPanelLink"])
            for value in stats.values():
                same(type(value), str)
            same(stats["numOnlineUsers"], str(len(online["users"])))
            same(stats["numKeys"], "100")

    def upgrade(self, program):
        key = self.given.license()
        with self.named("upgrade prolongs, once"):
            stranger = self.new()
            stranger.fails("upgrade", "Invalid license key", username=self.user, key="no-such-key")
            stranger.fails("upgrade", "Invalid username", username="nobody", key=key)
            stranger.fails("upgrade", "Invalid username", username="all", key=key)
            stranger.succeeds("upgrade", "Upgraded successfully", username=self.user.lower(), key=key)
            stranger.fails("upgrade", "License key has already been used", username=self.user, key=key)
            stranger.fails("check", UNAUTHED)
            reply = program.tells("login", "Logged in!", ["info"], **self.account())
            same(self.info(reply, self.user, self.key), self.ends + 30 * 86400)

    def two_factor(self, program):
        wrong = "Invalid code please try again"
        with self.named("2faenable: a secret, then a code"):
            program.fails("2fadisable", "Please provide the 2fa code to disable 2fa")
            program.fails("2fadisable", "2fa is not enabled on this account", code="123456")
            program.fails("2faenable", "2fa session has expired", code="123456")
            reply = json.loads(program.ask("2faenable", code=""))
            same(reply["success"], True)
            secret = reply["2fa"]["secret_code"]
            holds(re.fullmatch("[A-Z2-7]{40}", secret), f"secret_code is {secret!r}")
            same(list(reply["2fa"].items()), [
                ("secret_code", secret),
                ("QRCode", f"otpauth://totp/{self.user}?secret={secret}&issuer=KeyAuth")])
            phone = Authenticator(secret)
            program.fails("2faenable", wrong, code=phone.wrong_code())
            program.succeeds("2faenable", "2fa successfully activated", code=phone.code())
            program.fails("2faenable", "2fa is already enabled on this account")
        with self.named("login asks for the code, and takes each once"):
            other = self.new()
            other.fails("login", "2FA code is required", **self.account())
            other.fails("login", "Invalid 2FA code", **self.account(code=phone.wrong_code()))
            code = phone.code()
            other.tells("login", "Logged in!", ["info"], **self.account(code=code))
            other.fails("login", "Invalid 2FA code", **self.account(code=code))
        with self.named("2fadisable"):
            program.fails("2fadisable", wrong, code=phone.wrong_code())
            program.succeeds("2fadisable", "2fa successfully disabled", code=phone.code())
            other.tells("login", "Logged in!", ["info"], **self.account())

    def rename(self, program):
        old, self.user = self.user, f"Renamed-User-{self.label.replace('.', '-')}"
        with self.named("changeUsername renames, and ends the session"):
            program.fails("changeUsername", "Username must be shorter than 70 characters",
                          newUsername="u" * 71)
            program.fails("changeUsername", "Username too short, try longer one.", newUsername="")
            program.succeeds("changeUsername", "Successfully changed username, user logged out.",
                             newUsername=self.user)
            program.is_dead()
            other = self.new()
            other.fails("login", "Invalid username", **self.account(username=old))
            other.tells("login", "Logged in!", ["info"], **self.account())
            other.succeeds("getvar", "Successfully retrieved variable", ',"response":"a"', var="alias")
            other.fails("changeUsername", "Failed to change username!", newUsername=self.user)

    def license(self):
        key = self.given.license()
        with self.named("license signs in with a key alone, again and again"):
            program = self.new()
            program.fails("license", "Invalid license key", key="no-such-key", hwid=HWID)
            program.fails("license", "Key must be shorter than 70 characters", key="k" * 71, hwid=HWID)
            for spelled in (key, key.lower()):
                program = self.new()
                reply = program.tells("license", "Logged in!", ["info"], key=spelled, hwid=HWID)
                self.info(reply, key, key)
                program.succeeds("check", CHECK, self.role)
            program.fails("license", "HWID doesn't match. Ask for a HWID reset", key=key,
                          hwid=HWID + "-other")

    def logout(self):
        with self.named("logout ends the session, signed in or not"):
            program = self.new()
            program.succeeds("logout", "Successfully logged out.")
            for kind in ("logout", "check", "fetchOnline"):
                program.is_dead(kind)

    def ban(self):
        hwid = f"{HWID}-banned-{self.label}"
        user = f"banned-{self.label}"
        with self.named("ban shuts the user and the device out"):
            program = self.new()
            account = {"username": user, "pass": PASSWORD, "hwid": hwid}
            program.tells("register", "Logged in!", ["info"], **account, key=self.given.license())
            program.fails("ban", "Reason must be 99 characters or less", reason="r" * 100)
            program.succeeds("ban", "Successfully Banned User", reason="cheating")
            program.is_dead()
            other = self.new()
            other.fails("login", "The user is banned", **account)
            other.succeeds("checkblacklist", "Client is blacklisted", hwid=hwid)
            key = self.given.license()
            fields = {"username": "friend", "pass": PASSWORD, "hwid": hwid, "key": key}
            other.fails("register", "You've been blacklisted from our application", **fields)
            other.fails("register", "Your license is banned", **{**fields, "hwid": HWID})
