"""Half a line, half a word, a line that is too long, and somebody who does not listen."""

import asyncio
import socket

LIMIT = 1024


def said(words):
    """A line whose other end has said this, and no more."""
    hears = asyncio.StreamReader(limit=LIMIT)
    hears.feed_data(words)
    hears.feed_eof()
    return hears


async def the_last_line_is_cut():
    print("a whole line, half a line, and the end")
    hears = said(b"DROP silk shirt\nPICK")
    for _ in range(3):
        print(" ", await hears.readline())


async def too_few():
    print("six bytes are wanted, and four come")
    try:
        await said(b"PICK").readexactly(6)
    except asyncio.IncompleteReadError as error:
        print("  IncompleteReadError; in its hands:", error.partial)


async def too_long():
    print("a line that is too long, and the next one")
    words = b"x" * (LIMIT + 2) + b"\nBYE\n"
    hears = said(words)
    for _ in range(2):
        try:
            print("  readline:", await hears.readline())
        except ValueError as error:
            print("  readline:", type(error).__name__)
    try:
        await said(words).readuntil()
    except asyncio.LimitOverrunError as error:
        print("  readuntil:", type(error).__name__)


async def given_up():
    print("half a line, the time is over, the other half")
    hears = asyncio.StreamReader()
    hears.feed_data(b"DROP silk")
    slip = asyncio.create_task(hears.readline())
    await three_turns()
    slip.cancel()
    await asyncio.wait([slip])
    print("  something else is done meanwhile")
    hears.feed_data(b" shirt\n")
    print(" ", await hears.readline())


async def three_turns():
    for _ in range(3):
        await asyncio.sleep(0)


async def two_listen():
    print("two listen at the same line")
    hears = asyncio.StreamReader()

    async def listen(name):
        try:
            print(f"  {name} hears {len(await hears.read(5))} bytes")
        except RuntimeError as error:
            print(f"  {name}: {error}")

    slips = [asyncio.create_task(listen(name)) for name in ["Ann", "Ben"]]
    await three_turns()
    hears.feed_data(b"hello")
    await asyncio.wait(slips)


async def nobody_listens():
    print("eight million bytes, and nobody listens")
    ours, theirs = socket.socketpair()
    _, talks = await asyncio.open_connection(sock=ours)
    talks.write(b"x" * 8_000_000)
    print("  all is written: True")
    low, high = talks.transport.get_write_buffer_limits()
    drains = asyncio.create_task(talks.drain())
    await three_turns()
    print(f"  drained, from {high} down to {low}: {drains.done()}")
    drains.cancel()
    talks.transport.abort()
    theirs.close()


async def main():
    await the_last_line_is_cut()
    await too_few()
    await too_long()
    await given_up()
    await two_listen()
    await nobody_listens()


asyncio.run(main())
