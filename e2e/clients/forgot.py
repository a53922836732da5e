"""A user who forgot the password: the mail, its link, the page behind it, the new password."""

import email
import email.policy
import http.client
import re
import time
from urllib.parse import urlencode, urlsplit

from given import HWID
from programs import v1_2, v1_3
from steps import holds, same

MAILED = "Successfully sent email to change password."


def run(step, given):
    for program_type in (v1_2.Program, v1_3.Program):
        named = lambda name, version=program_type.version: step(f"{version}: {name}")
        forgotten(named, given, program_type)


def forgotten(named, given, program_type):
    user = f"forgetful-{program_type.version}"
    address = f"{user}@example.org"
    account = {"username": user, "hwid": HWID}
    program = program_type(given).init()
    with named("register with an address"):
        program.tells("register", "Logged in!", ["info"], **account, **{"pass": "old password"},
                      key=given.license(), email=address)
    with named("forgot refuses"):
        program.fails("forgot", "No user found with that username!", username="nobody", email=address)
        program.fails("forgot", "Email address doesn't match!", username=user, email="else@example.org")
        other = program_type(given).init()
        other.tells("register", "Logged in!", ["info"], username=f"silent-{user}", hwid=HWID,
                    **{"pass": "p"}, key=given.license())
        other.fails("forgot", "Email address not provided during register, ask developer to edit your "
                              "account and change email.", username=f"silent-{user}", email=address)
    with named("forgot mails a link"):
        program.succeeds("forgot", MAILED, username=user.upper(), email=address.upper())
        message = mail_to(given, address)
        same(str(message["from"]), "Claviger <no-reply@example.org>")
        holds(given.app_name in str(message["subject"]), f"the subject is {message['subject']}")
        text = message.get_content()
        found = re.search(r"https?://\S+/reset/\S+", text)
        holds(found, f"there is no link in {text!r}")
        link = found[0]
        holds(link.startswith(given.base_url + "/"), f"the link is {link}")
    with named("the page takes a password that is typed twice alike"):
        status, body = page(link)
        same(status, 200)
        for field in ("password", "password_again"):
            holds(f'name="{field}"' in body, f"the page has no field {field}")
        same(page(link, password="new password", password_again="newpassword")[0], 400)
        same(page(link, password="new password", password_again="new password")[0], 200)
        same(page(link)[0], 404)
        same(page(link, password="third", password_again="third")[0], 404)
    with named("the sessions ended, the old password is wrong, the new one right"):
        program.is_dead()
        program = program_type(given).init()
        program.fails("login", "Password does not match.", **account, **{"pass": "old password"})
        program.tells("login", "Logged in!", ["info"], **account, **{"pass": "new password"})


def mail_to(given, address):
    """Waits for the mail to this address."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        for file in sorted(given.mails.glob("*.eml")):
            message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
            # The server may keep the spelling that the program sent.
            if address.lower() in str(message["to"]).lower():
                return message
        time.sleep(0.05)
    raise AssertionError(f"no mail to {address} came")


def page(link, **form):
    """Opens the page, or sends its form."""
    url = urlsplit(link)
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=30)
    try:
        if form:
            connection.request("POST", url.path, urlencode(form),
                               {"Content-Type": "application/x-www-form-urlencoded"})
        else:
            connection.request("GET", url.path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()
