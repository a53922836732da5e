"""How requests may be written, and that no version opens the sessions of another."""

import json
from urllib.parse import urlencode

import programs
from programs import base, v1_1, v1_2, v1_3
from programs.base import PLAIN, SESSION, START
from steps import holds, same

SUCCESS = '{"success":true,"message":"Initialized","sessionid":"'


def run(step, given):
    fields = {"type": "init", "name": given.app_name, "ownerid": given.owner_id, "ver": given.app_version}
    program = v1_1.Program(given)

    def starts(**request):
        reply = program.send(**request)
        program.check_transport(reply)
        holds(reply.body.decode().startswith(SUCCESS), f"it answered {reply.body!r}")

    with step("transport: form, query, and both"):
        form = urlencode(fields)
        starts(body=form)
        starts(body=None, method="GET", query=form)
        starts(body=urlencode({"type": "init", "ver": given.app_version}),
               query=urlencode({**fields, "type": "check", "ver": "0"}))
    with step("transport: without the last slash, with a user agent and a host of others"):
        starts(body=form, path="/api/1.1")
        starts(body=form, headers={"User-Agent": "KeyAuth", "Host": "keyauth.win"})
    with step("transport: multipart and JSON"):
        parts = "".join(f'--B\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
                        for name, value in fields.items())
        starts(body=parts + "--B--\r\n", content_type="multipart/form-data; boundary=B")
        starts(body=json.dumps(fields), content_type="application/json")
    with step("transport: values that are not encoded, in any order"):
        raw = "&".join(f"{name}={value}" for name, value in reversed(fields.items()))
        starts(body=raw + "&hash=C:\\a b\r\n&token=100%")
    with step("transport: Expect: 100-continue"):
        starts(body=form, headers={"Expect": "100-continue"})
    with step("transport: preflight of browsers, and methods that are none"):
        reply = program.send(None, method="OPTIONS")
        same((reply.status, reply.body), (204, b""))
        same(reply.headers["access-control-allow-origin"], "*")
        same(program.send(None, method="PUT").status, 405)
    strangers(step, given)
    unkeyed(step, given)


def strangers(step, given):
    with step("sessions of one version are unknown to the others"):
        sessions = {program_type: program_type(given).init().session for program_type in programs.ALL}
        for program_type in programs.ALL:
            for owner, session in sessions.items():
                if owner.version != program_type.version:
                    other = program_type(given).init()
                    other.fails("check", base.SESSION_NOT_FOUND, protection=PLAIN, sessionid=session)
                    other.fails("check", base.UNAUTHED, protection=SESSION)


def unkeyed(step, given):
    with step("1.2: without an encryption key the signature says so"):
        program = v1_2.Program(given, with_key=False).init()
        program.fails("check", base.UNAUTHED)
        program.fails("init", "invalidver", ',"download":""', protection=START, ver="0")
    with step("1.2: an encryption key that is too long"):
        v1_2.Program(given).fails(
            "init", 'The paramater "enckey" is too long. Must be 35 characters or less.',
            protection=START, ver=given.app_version, enckey="k" * 36)
    with step("1.3: an encryption key that is too long"):
        v1_3.Keyed(given).fails(
            "init", 'The paramater "enckey" is too long. Must be 35 characters or less.',
            protection=START, ver=given.app_version, enckey="k" * 36)
