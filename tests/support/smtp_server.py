"""A mail relay on loopback that speaks enough of RFC 5321: tests wait for letters and say how it answers.

With a certificate it offers STARTTLS and takes nothing before it. `answers`: what the next MAIL, RCPT or DATA commands
are answered with, by command, before everything is taken again.
"""

import email
import email.policy
import socket
import socketserver
import ssl
import threading


class Smtp:
    def __init__(self, certificate=None, key=None, answers=None, login=None, bind="127.0.0.1"):
        self.letters, self.talk = [], []
        self.answers = {name: list(codes) for name, codes in (answers or {}).items()}
        self.login = login  # base64 of "\0user\0password"
        self.changed = threading.Condition()
        self.context = None
        if certificate:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(certificate, key)
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                try:
                    Conversation(outer, self.request).run()
                except (OSError, ValueError):
                    pass

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            allow_reuse_address = True

        self.server = Server((bind, 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    @property
    def port(self):
        return self.server.server_address[1]

    def wait_for(self, count, timeout=15):
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.letters) >= count, timeout), f"{len(self.letters)} letters"
            return list(self.letters)

    def next_answer(self, command):
        with self.changed:
            codes = self.answers.get(command)
            return codes.pop(0) if codes else None

    def take(self, letter):
        with self.changed:
            self.letters.append(letter)
            self.changed.notify_all()

    def close(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


class Letter:
    def __init__(self, sender, receivers, data, secure):
        self.sender, self.receivers, self.secure = sender, receivers, secure
        self.message = email.message_from_bytes(data, policy=email.policy.default)

    def part(self, subtype):
        return self.message.get_body((subtype,)).get_content()


class Conversation:
    def __init__(self, server, connection):
        self.server, self.connection = server, connection
        self.connection.settimeout(20)
        self.lines = connection.makefile("rb")
        self.secure = self.known = False
        self.forget()

    def forget(self):
        self.sender, self.receivers = None, []

    def say(self, text):
        self.connection.sendall(text.encode() + b"\r\n")

    def run(self):
        self.say("220 relay.test")
        while line := self.lines.readline():
            words = line.decode("ascii").strip()
            self.server.talk.append(words)
            command = words.split(" ", 1)[0].upper()
            if command == "QUIT":
                self.say("221 bye")
                break
            if self.answer(command, words) is False:
                break
        self.lines.close()
        self.connection.close()

    def answer(self, command, words):
        if command in ("EHLO", "HELO"):
            offers = ["relay.test"]
            if self.server.context and not self.secure:
                offers.append("STARTTLS")
            if self.server.login and (self.secure or not self.server.context):
                offers.append("AUTH PLAIN")
            for offer in offers[:-1]:
                self.say(f"250-{offer}")
            return self.say(f"250 {offers[-1]}")
        if command == "STARTTLS":
            self.say("220 go ahead")
            self.connection = self.server.context.wrap_socket(self.connection, server_side=True)
            self.lines = self.connection.makefile("rb")
            self.secure = True
            return None
        if self.server.context and not self.secure:
            return self.say("530 STARTTLS first")
        if command == "AUTH":
            if words.count(" ") == 1:  # Without an initial response.
                self.say("334 ")
                words = self.lines.readline().decode("ascii").strip()
            self.known = words.split(" ")[-1] == self.server.login
            return self.say("235 welcome" if self.known else "535 who are you")
        if self.server.login and not self.known:
            return self.say("530 log in first")
        code = self.server.next_answer(command)
        if code:
            return self.say(f"{code} not now, {words}")
        return self.letter(command, words)

    def letter(self, command, words):
        if command == "MAIL":
            self.sender = words.split("<")[1].split(">")[0]
        elif command == "RCPT":
            self.receivers.append(words.split("<")[1].split(">")[0])
        elif command == "DATA":
            self.say("354 go on")
            data = b""
            while (line := self.lines.readline()) not in (b".\r\n", b""):
                data += line[1:] if line.startswith(b".") else line
            self.server.take(Letter(self.sender, self.receivers, data, self.secure))
            self.forget()
        elif command == "RSET":
            self.forget()
        return self.say("250 ok")


def closed_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
