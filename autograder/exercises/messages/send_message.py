"""Messages over a stream

A socket carries a stream of bytes and nothing else: where one message ends and the next begins is for you to say. Use
the plainest of all frames: first the **length of the body in bytes**, as 4 bytes, most significant first; then the
body, the text in UTF-8. The message `"hé"` travels as `00 00 00 03 68 c3 a9`.

Write two functions.

- `send_message(connection, text)` sends one message.
- `receive_message(connection)` returns the text of the next message. If the other end has closed the stream, between
  two messages or in the middle of one, it raises `EOFError`.

A `connection` has three methods of a socket: `sendall(data)` sends all the bytes; `send(data)` sends some of them and
returns how many; `recv(size)` returns **at least one and at most** `size` bytes, and `b""` at the end of the stream.
"""

import socket
import struct
from multiprocessing import Process

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, given, raises

points = 5

hints = [
    "`text.encode()` gives the bytes of the body, `len(body).to_bytes(4, 'big')` the length in front of it, and "
    "`int.from_bytes(header, 'big')` the number again.",
    "Write a third function that returns exactly `size` bytes: it calls `recv` in a loop, each time for what is still "
    "missing. Use it for the length and for the body.",
    "When `recv` returns `b''`, the stream has ended, and no more calls will bring the missing bytes.",
]


def send_message(connection, text):
    """Send the text as one frame: 4 bytes with the length of its UTF-8 in bytes, then its UTF-8."""
    ### BEGIN SOLUTION
    body = text.encode()
    connection.sendall(len(body).to_bytes(4, "big") + body)
    ### END SOLUTION


def receive_message(connection):
    """Return the text of the next frame; raise EOFError if the stream ends before it is complete."""
    ### BEGIN SOLUTION
    length = int.from_bytes(receive_exactly(connection, 4), "big")
    return receive_exactly(connection, length).decode()


def receive_exactly(connection, size):
    received = b""
    while len(received) < size:
        some = connection.recv(size - len(received))
        if not some:
            raise EOFError("the stream ended in the middle of a message")
        received += some
    return received
    ### END SOLUTION


@given
def stream_of(data, piece):
    # A connection in memory that takes, and gives, at most `piece` bytes at a time.
    class Stream:
        def __init__(self):
            self.bytes = data

        def send(self, data):
            self.bytes += data[:piece]
            return len(data[:piece])

        def sendall(self, data):
            self.bytes += data

        def recv(self, size):
            some = self.bytes[: min(size, piece)]
            self.bytes = self.bytes[len(some) :]
            return some

    return Stream()


@given
def bytes_sent(*texts):
    stream = stream_of(b"", 5)
    for text in texts:
        send_message(stream, text)
    return stream.bytes


@given
def texts_received(data, piece, number):
    # At most so many messages; fewer if the stream ends before.
    stream, texts = stream_of(data, piece), []
    try:
        while len(texts) < number:
            texts.append(receive_message(stream))
    except EOFError:
        pass
    return texts


@given
def text_received(data):
    return receive_message(stream_of(data, 1_000))


@given
def send_all(connection, texts):
    for text in texts:
        send_message(connection, text)
    connection.close()


@given
def texts_from_another_process(texts):
    ours, theirs = socket.socketpair()
    sender = Process(target=send_all, args=(theirs, texts))
    sender.start()
    theirs.close()
    received = [receive_message(ours) for _ in texts]
    sender.join()
    ours.close()
    return received


@check("a message arrives in another process as it was sent")
def _(student):
    assert student.texts_from_another_process(["hello"]) == ["hello"]


@check("all bytes are sent, also when `send` takes only some of them")
def _(student):
    sent = student.bytes_sent("hello, world")
    assert len(sent) == 16, (
        f"the frame of 'hello, world' has 4 + 12 bytes, but {len(sent)} were sent: {sent!r}. `send` may take fewer "
        "bytes than it is given; `sendall` takes them all. Does the length come first, in 4 bytes?"
    )
    assert sent == b"\x00\x00\x00\x0chello, world"


@check("the length counts bytes, not characters")
def _(student):
    sent = student.bytes_sent("déjà vu")
    assert sent[:4] != b"\x00\x00\x00\x07", (
        "'déjà vu' has 7 characters, but 9 bytes in UTF-8, and the length says 7: whoever reads 7 bytes leaves 2 in the "
        "stream, and takes them for the beginning of the next message. Encode first, then count"
    )
    assert sent == b"\x00\x00\x00\x09d\xc3\xa9j\xc3\xa0 vu"


@check("two messages stay two, even if one `recv` could bring both")
def _(student):
    got = student.texts_received(b"\x00\x00\x00\x03one\x00\x00\x00\x03two", 1_000, 2)
    assert got == ["one", "two"], (
        f"'one' and 'two' were sent, and came back as {got}: one read is not one message. "
        "Ask `recv` for no more bytes than the message has"
    )


@check("one message stays one, even if `recv` brings it in pieces")
def _(student):
    for piece in (5, 4, 1):
        got = student.texts_received(b"\x00\x00\x00\x0chello, world", piece, 1)
        assert got == ["hello, world"], (
            f"'hello, world' came in pieces of {piece}, and {got} came back: `recv` may return fewer bytes than "
            "it is asked for. Call it again until all of them are there, for the length too"
        )


@check("a character may come in two pieces")
def _(student):
    assert student.texts_received(b"\x00\x00\x00\x04\xf0\x9f\x90\x8d", 3, 1) == ["🐍"]


@check("an empty text is a message too")
def _(student):
    assert student.bytes_sent("", "a") == b"\x00\x00\x00\x00\x00\x00\x00\x01a"
    assert student.texts_received(b"\x00\x00\x00\x00\x00\x00\x00\x01a", 1_000, 2) == ["", "a"]


@check("the end of the stream raises EOFError, between messages and within one", limit=2)
def _(student):
    with raises(EOFError):
        student.text_received(b"")
    with raises(EOFError):
        student.text_received(b"\x00\x00")
    with raises(EOFError):
        student.text_received(b"\x00\x00\x00\x05hel")


@hidden
@check("many messages, long ones, from another process", limit=15)
def _(student, reference):
    texts = ["", "x" * 300_000, "Grüße, 世界 🐍"] + [str(number) * number for number in range(50)]
    assert student.bytes_sent(*texts[2:]) == reference.bytes_sent(*texts[2:])
    assert student.texts_from_another_process(texts) == texts


@wrong("✘ two messages stay two", "one read is not one message")
def one_read_is_one_message():
    def send_message(connection, text):
        body = text.encode()
        connection.sendall(len(body).to_bytes(4, "big") + body)

    def receive_message(connection):
        data = connection.recv(65_536)
        if not data:
            raise EOFError
        return data[4:].decode()


@wrong("7 characters, but 9 bytes", "Encode first, then count")
def length_in_characters():
    def send_message(connection, text):
        connection.sendall(len(text).to_bytes(4, "big") + text.encode())

    def receive_message(connection):
        length = int.from_bytes(receive_exactly(connection, 4), "big")
        return receive_exactly(connection, length).decode()

    def receive_exactly(connection, size):
        received = b""
        while len(received) < size:
            some = connection.recv(size - len(received))
            if not some:
                raise EOFError
            received += some
        return received


@wrong("`recv` may return fewer bytes than it is asked for")
def one_recv_for_the_body():
    def send_message(connection, text):
        body = text.encode()
        connection.sendall(len(body).to_bytes(4, "big") + body)

    def receive_message(connection):
        header = connection.recv(4)
        if len(header) < 4:
            raise EOFError
        return connection.recv(int.from_bytes(header, "big")).decode()


@wrong("for the length too")
def a_loop_for_the_body_but_not_for_the_length():
    def send_message(connection, text):
        body = text.encode()
        connection.sendall(len(body).to_bytes(4, "big") + body)

    def receive_message(connection):
        header = connection.recv(4)
        if not header:
            raise EOFError
        missing = int.from_bytes(header, "big")
        body = b""
        while missing:
            some = connection.recv(missing)
            if not some:
                raise EOFError
            body += some
            missing -= len(some)
        return body.decode()


@wrong("✘ all bytes are sent", "`send` may take fewer bytes than it is given")
def send_taken_for_sendall():
    def send_message(connection, text):
        body = text.encode()
        connection.send(len(body).to_bytes(4, "big"))
        connection.send(body)

    def receive_message(connection):
        length = int.from_bytes(receive_exactly(connection, 4), "big")
        return receive_exactly(connection, length).decode()

    def receive_exactly(connection, size):
        received = b""
        while len(received) < size:
            some = connection.recv(size - len(received))
            if not some:
                raise EOFError
            received += some
        return received


@wrong("✘ a character may come in two pieces", "raised UnicodeDecodeError")
def decodes_every_piece():
    def send_message(connection, text):
        body = text.encode()
        connection.sendall(len(body).to_bytes(4, "big") + body)

    def receive_message(connection):
        header = b""
        while len(header) < 4:
            some = connection.recv(4 - len(header))
            if not some:
                raise EOFError
            header += some
        missing, text = int.from_bytes(header, "big"), ""
        while missing:
            some = connection.recv(missing)
            if not some:
                raise EOFError
            text += some.decode()
            missing -= len(some)
        return text


@wrong("✘ the end of the stream raises EOFError", "did not come back")
def waits_for_ever_at_the_end_of_the_stream():
    def send_message(connection, text):
        body = text.encode()
        connection.sendall(len(body).to_bytes(4, "big") + body)

    def receive_message(connection):
        length = int.from_bytes(receive_exactly(connection, 4), "big")
        return receive_exactly(connection, length).decode()

    def receive_exactly(connection, size):
        received = b""
        while len(received) < size:
            received += connection.recv(size - len(received))
        return received


@also_right
def with_struct_and_two_calls():
    def send_message(connection, text):
        body = text.encode("utf-8")
        connection.sendall(struct.pack(">I", len(body)))
        connection.sendall(body)

    def receive_message(connection):
        (length,) = struct.unpack(">I", exactly(connection, 4))
        return exactly(connection, length).decode("utf-8")

    def exactly(connection, size):
        pieces = []
        while size:
            piece = connection.recv(min(size, 4_096))
            if not piece:
                raise EOFError
            pieces.append(piece)
            size -= len(piece)
        return b"".join(pieces)


@also_right
def with_send_in_a_loop_and_one_byte_at_a_time():
    def send_message(connection, text):
        body = text.encode()
        left = len(body).to_bytes(4, "big") + body
        while left:
            left = left[connection.send(left) :]

    def receive_message(connection):
        length = int.from_bytes(bytes(byte(connection) for _ in range(4)), "big")
        return bytes(byte(connection) for _ in range(length)).decode()

    def byte(connection):
        one = connection.recv(1)
        if not one:
            raise EOFError
        return one[0]
