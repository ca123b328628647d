"""A next hop for tries: takes every mail and writes it to FOLDER/NUMBER-RECIPIENT.

sink.py PORT FOLDER
"""

import itertools
import pathlib
import socketserver
import sys

NUMBERS = itertools.count()


class Session(socketserver.StreamRequestHandler):
    """One connection."""

    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def handle(self):
        self.say("220 sink")
        recipient = ""
        for line in self.rfile:
            verb = line.split()[0].upper() if line.split() else b""
            if verb == b"EHLO":
                self.say("250-sink\r\n250 PIPELINING")
            elif verb == b"RCPT":
                recipient = line.decode().split("<")[1].split(">")[0]
                self.say("250 ok")
            elif verb == b"DATA":
                self.say("354 go on")
                self.keep(recipient)
                self.say("250 taken")
            elif verb == b"QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def keep(self, recipient):
        lines = iter(self.rfile.readline, b".\r\n")
        mail = b"".join(line[1:] if line.startswith(b"..") else line for line in lines)
        name = f"{next(NUMBERS):04}-{recipient}"
        pathlib.Path(sys.argv[2], name).write_bytes(mail)


class Sink(socketserver.ThreadingTCPServer):
    """All connections."""

    allow_reuse_address = True
    daemon_threads = True


Sink(("127.0.0.1", int(sys.argv[1])), Session).serve_forever()
