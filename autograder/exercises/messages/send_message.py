"""Messages over a stream

A socket carries a stream of bytes and nothing else: where one message ends and the next begins is for you to say. Use
the plainest of all frames: first the **length of the body in bytes**, as 4 bytes, most significant first; then the
body, the text in UTF-8. The message `"hé"` travels as `00 00 00 03 68 c3 a9`.

Write two functions.

- `send_message(connection, text)` sends one message.
- `receive_message(connection)` returns the text of the next message. If the other end has closed the stream, between
  two messages or in the middle of one, it raises `EOFError`.

A text may be empty or long, and several connections may be in use at the same time.

A `connection` has three methods of a socket: `sendall(data)` sends all the bytes; `send(data)` sends some of them and
returns how many; `recv(size)` returns **at least one and at most** `size` bytes, and `b""` at the end of the stream.
"""

import socket
import struct
from multiprocessing import Process

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, given

points = 5

hints = [
    "`text.encode()` gives the bytes of the body, `len(body).to_bytes(4, 'big')` the length in front of it, and "
    "`int.from_bytes(header, 'big')` the number again.",
    "Write a third function that returns exactly `size` bytes: it calls `recv` in a loop, each time for what is still "
    "missing. Use it for the length and for the body.",
    "When `recv` returns `b''`, the stream has ended, and no more calls will bring the missing bytes.",
]

equivalent_mutants = {
    "+ connection.sendall(len(body).to_bytes(4, ) + body)": "from Python 3.11 on, the most significant byte is the first",
    "+ length = int.from_bytes(receive_exactly(connection, 4), )": "from Python 3.11 on, the most significant byte is the first",
    "+ received += some": "b'' adds nothing",
}


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
    # A connection in memory that takes, and gives, at most `piece` bytes at a time. It notes when `send` took only some
    # of the bytes, and the first `recv` that asked for more than was missing of the length, or of the body.
    def unknown(self, name):
        raise AttributeError(f"a connection has `sendall`, `send` and `recv` here, and no `{name}`")

    stream = type("Connection", (), {"__getattr__": unknown})()
    stream.sent, stream.took_some, stream.too_many, stream.in_vain = bytearray(), False, None, 0
    ends, position = [], 0
    while data and ends[-1:] < [len(data)]:
        begin = ends[-1] if ends else 0
        ends += [begin + 4, begin + 4 + int.from_bytes(data[begin : begin + 4], "big")]

    def send(data):
        taken = memoryview(data)[:piece]
        stream.took_some = stream.took_some or len(taken) < len(data)
        sendall(taken)
        return len(taken)

    def sendall(data):
        stream.sent += memoryview(data)
        if len(stream.sent) > 1_000_000:
            raise RuntimeError("more than 1,000,000 bytes were sent, and no message is that long")

    def recv(size, flags=0):
        nonlocal position
        if size < 0:
            raise ValueError("negative buffersize in recv")
        missing = next((end for end in ends if end > position), position) - position
        if size > missing and position < len(data) and stream.too_many is None:
            stream.too_many = size, missing
        some = data[position : position + (size if flags & socket.MSG_WAITALL else min(size, piece))]
        stream.in_vain += size > 0 and not some
        if stream.in_vain > 100:
            raise RuntimeError("recv has returned b'' 100 times: the stream has ended, and nothing more will come")
        if not flags & socket.MSG_PEEK:
            position += len(some)
        return some

    stream.send, stream.sendall, stream.recv = send, sendall, recv
    return stream


@given
def sent(texts, piece):
    # The bytes of the messages, and whether `send` took only some of what it was given.
    stream = stream_of(b"", piece)
    for text in texts:
        send_message(stream, text)
    return bytes(stream.sent), stream.took_some


@given
def received(data, piece, number):
    # At most so many messages, fewer if the stream ends before; and the `recv` that asked for too many bytes.
    stream, texts = stream_of(data, piece), []
    try:
        while len(texts) < number:
            texts.append(receive_message(stream))
    except EOFError:
        pass
    except Exception:
        if stream.too_many is None:
            raise
    return texts, stream.too_many


@given
def received_in_turn(one, other):
    # Two messages from each of two connections.
    streams, texts = [stream_of(one, 1_000), stream_of(other, 1_000)], []
    try:
        for stream in streams * 2:
            texts.append(receive_message(stream))
    except EOFError:
        pass
    return texts


@given
def at_the_end(data):
    # What receive_message did when the stream ended after these bytes.
    stream = stream_of(data, 1_000)
    try:
        text = receive_message(stream)
    except EOFError:
        return "raised EOFError"
    except Exception as error:
        return "called it again and again" if stream.in_vain > 100 else f"raised {type(error).__qualname__}"
    return "returned the exception" if isinstance(text, BaseException) else "returned"


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
    try:
        return [receive_message(ours) for _ in texts]
    finally:
        ours.close()
        sender.join(2)
        sender.kill()  # it may have sent more than was read
        sender.join()


@given
def frames_and_lengths(sizes):
    # Of messages of so many bytes: how each begins and how long it is; and the lengths of their texts when they come.
    frames = [sent(["x" * size], 5_000)[0] for size in sizes]
    stream = stream_of(b"".join(size.to_bytes(4, "big") + b"x" * size for size in sizes), 5_000)
    return [(frame[:4], len(frame)) for frame in frames], [len(receive_message(stream)) for _ in sizes]


@check("a message arrives in another process as it was sent")
def _(student):
    assert student.texts_from_another_process(["hello"]) == ["hello"]


@check("all bytes are sent, also when `send` takes only some of them")
def _(student):
    frame, took_some = student.sent(["hello, world"], 3)
    assert frame == b"\x00\x00\x00\x0chello, world" or not took_some, (
        f"the frame of 'hello, world' has 4 + 12 bytes, and {len(frame)} were sent. `send` took only some of what it was given, "
        "as it may, and returned how many: go on with the rest, or use `sendall`, which takes them all"
    )
    length = int.from_bytes(frame[:4], "big")
    assert length in (12, len(frame) - 4), (
        "the length of 'hello, world', 12 bytes, comes first, in 4 bytes with the most significant first: 00 00 00 0c. "
        f"This frame begins with {frame[:4].hex(' ') or 'nothing'}"
    )
    assert frame == b"\x00\x00\x00\x0chello, world"


@check("the length counts bytes, not characters")
def _(student):
    frame, _ = student.sent(["déjà vu"], 1_000)
    assert frame != b"\x00\x00\x00\x07d\xc3\xa9j\xc3\xa0 vu", (
        "'déjà vu' has 7 characters, but 9 bytes in UTF-8, and the length says 7: whoever reads 7 bytes leaves 2 in the "
        "stream, and takes them for the beginning of the next message. Encode first, then count"
    )
    assert frame == b"\x00\x00\x00\x09d\xc3\xa9j\xc3\xa0 vu"


@check("two messages stay two, even if one `recv` could bring both")
def _(student):
    texts, too_many = student.received(b"\x00\x00\x00\x03one\x00\x00\x00\x03two", 1_000, 2)
    assert texts == ["one", "two"] or too_many is None, (
        f"`recv({too_many[0]})` was called where only {too_many[1]} of the bytes of the length, or of the body, were missing, and "
        "took what follows as well: one read is not one message. Ask for no more than is missing"
    )
    assert texts == ["one", "two"]


@check("a message stays one, even if `recv` brings it in pieces")
def _(student):
    for piece in 5, 4, 3, 1:
        part = "the body" if piece >= 4 else "the length"
        for number in 1, 2:
            texts, too_many = student.received(b"\x00\x00\x00\x0chello, world\x00\x00\x00\x03one", piece, number)
            assert texts == ["hello, world", "one"][:number] or too_many is None, (
                f"`recv({too_many[0]})` was called where `recv({too_many[1]})` would have brought the rest, and took what follows as "
                f"well. When some bytes of {part} have come, ask only for those that are still missing"
            )
            assert texts == ["hello, world", "one"][:number], (
                f"'hello, world' came in pieces, at most {piece} of its bytes at a time, and did not come back: `recv` may return "
                f"fewer bytes than it is asked for, here of {part}. Call it again until all of them are there"
            )


@check("a character may come in two pieces")
def _(student):
    snake = b"\x00\x00\x00\x06ab\xf0\x9f\x90\x8d"
    assert student.received(snake, 1_000, 1)[0] == ["ab🐍"]
    try:
        texts = student.received(snake, 4, 1)[0]
    except Exception:
        texts = []
    assert texts == ["ab🐍"], (
        "'ab🐍' has 6 bytes, of which 4 came first, so that the snake came in two pieces. Put the bytes together first, then "
        "decode all of them"
    )


@check("an empty text is a message too")
def _(student):
    assert student.sent(["", "a"], 1_000)[0] == b"\x00\x00\x00\x00\x00\x00\x00\x01a"
    texts, _ = student.received(b"\x00\x00\x00\x00\x00\x00\x00\x01a", 1_000, 2)
    assert texts != [], (
        "an empty text and 'a' were sent, and EOFError was raised. The body of an empty text has no bytes: there is nothing "
        "to read, and `recv(0)` returns b'' though the stream has not ended"
    )
    assert texts == ["", "a"]


@check("two connections do not disturb each other")
def _(student):
    one, other = b"\x00\x00\x00\x01a\x00\x00\x00\x01b", b"\x00\x00\x00\x01c\x00\x00\x00\x01d"
    assert student.received_in_turn(one, other) == ["a", "c", "b", "d"], (
        "two connections were read in turn, and what came back is not what was sent. A call must take no bytes that a later "
        "one needs, and keep none where another connection finds them"
    )


@check("the end of the stream raises EOFError, between messages and within one", limit=5)
def _(student):
    for data, where in (
        (b"", "between two messages"),
        (b"\x00\x00", "within a length"),
        (b"\x00\x00\x00\x05hel", "within a body"),
    ):
        end = student.at_the_end(data)
        assert end == "raised EOFError", (
            f"the stream ended {where}, where `recv` returns b'', and receive_message {end[:60]}: raise EOFError"
        )


@hidden
@check("long messages have their length in 4 bytes")
def _(student, reference):
    sizes = [1, 127, 128, 255, 256, 40_000, 70_000]
    frames, lengths = student.frames_and_lengths(sizes)
    assert frames == reference.frames_and_lengths(sizes)[0]
    assert lengths == sizes


@hidden
@check("many messages, of all kinds, from another process", limit=15)
def _(student):
    texts = [
        "",
        "Grüße, 世界 🐍",
        " two spaces  ",
        "\ttwo\nlines\n",
        "\x00",
        *(str(number) * number for number in range(50)),
    ]
    # The long one is the last, so that nothing depends on how much has come when it is read.
    texts.append("x" * 300_000)
    assert student.texts_from_another_process(texts) == texts


@wrong("✘ two messages stay two", "`recv(65536)` was called where only 4", "one read is not one message")
def one_read_is_one_message():
    def receive_message(connection):
        data = connection.recv(65_536)
        if not data:
            raise EOFError
        return data[4:].decode()


@wrong("7 characters, but 9 bytes", "Encode first, then count")
def length_in_characters():
    def send_message(connection, text):
        connection.sendall(len(text).to_bytes(4, "big") + text.encode())


@wrong("`recv` may return fewer bytes than it is asked for, here of the body")
def one_recv_for_the_body():
    def receive_message(connection):
        header = connection.recv(4)
        if len(header) < 4:
            raise EOFError
        return connection.recv(int.from_bytes(header, "big")).decode()


@wrong("`recv` may return fewer bytes than it is asked for, here of the length")
def a_loop_for_the_body_but_not_for_the_length():
    def receive_message(connection):
        header = connection.recv(4)
        if not header:
            raise EOFError
        return receive_exactly(connection, int.from_bytes(header, "big")).decode()


@wrong("✘ all bytes are sent", "`send` took only some of what it was given, as it may")
def send_taken_for_sendall():
    def send_message(connection, text):
        body = text.encode()
        connection.send(len(body).to_bytes(4, "big"))
        connection.send(body)


@wrong("✘ a character may come in two pieces", "Put the bytes together first, then decode")
def decodes_every_piece():
    def receive_message(connection):
        missing, text = int.from_bytes(receive_exactly(connection, 4), "big"), ""
        while missing:
            some = connection.recv(missing)
            if not some:
                raise EOFError
            text += some.decode()
            missing -= len(some)
        return text


@wrong("✘ the end of the stream raises EOFError", "receive_message called it again and again: raise EOFError")
def waits_for_ever_at_the_end_of_the_stream():
    def receive_exactly(connection, size):
        received = b""
        while len(received) < size:
            received += connection.recv(size - len(received))
        return received


@wrong("✘ a message stays one", "`recv(12)` was called where `recv(7)` would have brought the rest")
def asks_again_for_all_of_it():
    def receive_exactly(connection, size):
        received = b""
        while len(received) < size:
            some = connection.recv(size)
            if not some:
                raise EOFError
            received += some
        return received[:size]


@wrong("most significant first: 00 00 00 0c", "begins with 0c 00 00 00")
def the_least_significant_byte_first():
    def send_message(connection, text):
        body = text.encode()
        connection.sendall(len(body).to_bytes(4, "little") + body)

    def receive_message(connection):
        length = int.from_bytes(receive_exactly(connection, 4), "little")
        return receive_exactly(connection, length).decode()


@wrong("✘ an empty text is a message too", "though the stream has not ended")
def reads_the_body_of_an_empty_text():
    def receive_exactly(connection, size):
        received = b""
        while True:
            some = connection.recv(size - len(received))
            if not some:
                raise EOFError
            received += some
            if len(received) == size:
                return received


@wrong(
    "the stream ended within a body, where `recv` returns b'', and receive_message returned: raise EOFError",
    replaced={
        'raise EOFError("the stream ended in the middle of a message")': "if len(received) < 3:\n                raise EOFError\n            break",
    },
)
def half_a_message_is_a_message(): ...


@wrong("✘ the end of the stream", "and receive_message returned the exception: raise EOFError")
def returns_the_exception():
    def receive_message(connection):
        try:
            length = int.from_bytes(receive_exactly(connection, 4), "big")
            return receive_exactly(connection, length).decode()
        except EOFError as end:
            return end


@wrong("✘ long messages have their length in 4 bytes", "raised OverflowError")
def a_length_of_two_bytes():
    def send_message(connection, text):
        body = text.encode()
        connection.sendall(bytes(2) + len(body).to_bytes(2, "big") + body)


@wrong(
    "`recv(4096)` was called where `recv(4)` would have brought the rest",
    "keep none where another connection finds them",
)
def one_buffer_for_all_connections():
    def receive_message(connection):
        global came
        while len(came) < 4 or len(came) < 4 + int.from_bytes(came[:4], "big"):
            some = connection.recv(4_096)
            if not some:
                came = b""
                raise EOFError
            came += some
        end = 4 + int.from_bytes(came[:4], "big")
        text, came = came[4:end].decode(), came[end:]
        return text

    came = b""


@also_right
def waiting_for_all_the_bytes():
    HEADER_SIZE = 4

    def send_message(connection, text):
        body = text.encode()
        connection.sendall(len(body).to_bytes(HEADER_SIZE, "big"))
        connection.sendall(body)

    def receive_message(connection):
        length = int.from_bytes(whole(connection, HEADER_SIZE), "big")
        return whole(connection, length).decode() if length else ""

    def whole(connection, size):
        data = connection.recv(size, socket.MSG_WAITALL)
        if len(data) < size:
            raise EOFError
        return data


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
