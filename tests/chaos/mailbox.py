"""A mail server of a few lines: takes every mail, keeps recipient and Message-ID."""

import email
import socketserver
import threading
from collections import defaultdict


class Mailbox(socketserver.ThreadingTCPServer):
    """`received[address]` lists the Message-ID of each delivery."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.received: dict[str, list[str]] = defaultdict(list)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Conversation(socketserver.StreamRequestHandler):
    server: Mailbox

    def handle(self) -> None:
        self._say("220 chaos")
        to: list[str] = []
        while line := self.rfile.readline().decode(errors="replace").strip():
            word = line.split(" ", 1)[0].split(":", 1)[0].upper()
            if word == "RCPT":
                to.append(line.partition("<")[2].partition(">")[0])
            if word == "DATA":
                self._say("354 go on")
                self._keep(to, self._read_mail())
                to = []
            self._say("221 bye" if word == "QUIT" else "250 fine")
            if word == "QUIT":
                return

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def _read_mail(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line)
        return b"".join(lines)

    def _keep(self, to: list[str], content: bytes) -> None:
        number = str(email.message_from_bytes(content)["Message-ID"])
        for address in to:
            self.server.received[address].append(number)
