"""A real SMTP server for tests, which does to a message what its recipient's name says.

  smtp-server.py FOLDER

Prints one line of JSON (ports, certificate), then serves until its standard input ends. What it
accepts stands in FOLDER as NUMBER.json, written before it is acknowledged: the envelope, the
message taken apart by Python's own strict parser, and what is wrong with its bytes.

Recipients: refuse-CODE (at RCPT), content-CODE (after the content), drop (closes at the content),
mute (never answers to the content); everybody else is accepted.
"""

import asyncio
import email
import email.policy
import json
import logging
import os
import re
import ssl
import subprocess
import sys
import warnings

from aiosmtpd.smtp import SMTP, AuthResult

USER, PASSWORD = b"quartermaster", "p@ss/w:ö%d".encode()


class Handler:
    def __init__(self, folder):
        self.folder = folder
        self.count = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        refusal = re.match(r"refuse-(\d{3})@", address)
        if refusal:
            return f"{refusal[1]} no mailbox {address} here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        name = envelope.rcpt_tos[0].split("@")[0]
        if name == "drop":
            server.transport.abort()
            return "421 gone"
        if name == "mute":
            await asyncio.sleep(3600)
        refusal = re.match(r"content-(\d{3})$", name)
        if refusal:
            return f"{refusal[1]} this content is not wanted"
        self.keep(session, envelope)
        return "250 taken"

    def keep(self, session, envelope):
        self.count += 1
        path = os.path.join(self.folder, f"{self.count:04}.json")
        with open(path + ".part", "w") as file:
            json.dump(taken_apart(session, envelope), file)
        os.rename(path + ".part", path)


def taken_apart(session, envelope):
    content = envelope.original_content
    message = email.message_from_bytes(content, policy=email.policy.default)
    parts = list(message.walk())
    headers = content.split(b"\r\n\r\n")[0]
    return {
        "mailFrom": envelope.mail_from,
        "recipients": envelope.rcpt_tos,
        "isEncrypted": session.ssl is not None,
        "isLoggedIn": bool(session.authenticated),
        "subject": message["Subject"],
        "from": str(message["From"].addresses[0].display_name),
        "fromAddress": message["From"].addresses[0].addr_spec,
        "to": message["To"].addresses[0].addr_spec,
        "headerID": message["Message-ID"],
        "date": int(message["Date"].datetime.timestamp()),
        "headerNames": message.keys(),
        "types": [part.get_content_type() for part in parts],
        "text": message.get_body(("plain",)).get_content().replace("\r\n", "\n"),
        "html": message.get_body(("html",)).get_content().replace("\r\n", "\n"),
        "defects": [str(d) for part in parts for d in part.defects]
        + [str(d) for value in message.values() for d in value.defects],
        "longestLine": max(len(line) for line in content.split(b"\r\n")),
        "longestHeaderLine": max(len(line) for line in headers.split(b"\r\n")),
        "bareBreaks": len(re.findall(rb"(?<!\r)\n|\r(?!\n)", content)),
        "highBytes": sum(byte > 126 for byte in content),
    }


def login(server, session, envelope, mechanism, data):
    good = data.login == USER and data.password == PASSWORD
    return AuthResult(success=good, handled=False, auth_data=data.login if good else None)


def certificate(folder):
    """A certificate of its own authority, for this machine only."""
    path, key = os.path.join(folder, "certificate.pem"), os.path.join(folder, "key.pem")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
         "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-out", path,
         "-keyout", key], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path, key)
    return path, context


async def serve(folder):
    handler, loop = Handler(folder), asyncio.get_running_loop()
    path, context = certificate(folder)
    kinds = {
        "plain": {},
        "startTLS": {
            "tls_context": context, "require_starttls": True, "authenticator": login,
            "auth_required": True,
        },
        "login": {"authenticator": login, "auth_require_tls": False, "auth_required": True},
    }
    ports = {}
    for name, options in kinds.items():
        server = await loop.create_server(
            lambda options=options: SMTP(handler, hostname="localhost", **options), "127.0.0.1", 0)
        ports[name] = server.sockets[0].getsockname()[1]
    silent = await loop.create_server(asyncio.Protocol, "127.0.0.1", 0)
    ports["silent"] = silent.sockets[0].getsockname()[1]
    print(json.dumps({"ports": ports, "certificate": path}), flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    # The thread that runs what never answers must not keep this alive.
    os._exit(0)


# Clients that are refused, go away or want no TLS are what it is for.
logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")
asyncio.run(serve(sys.argv[1]))
