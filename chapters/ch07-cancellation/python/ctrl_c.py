"""Somebody presses ctrl-c."""

import asyncio
import signal


def press():
    print("somebody presses ctrl-c")
    signal.raise_signal(signal.SIGINT)
    print("and nothing happens in the middle of this")


async def main():
    loop = asyncio.get_running_loop()
    asked = asyncio.Event()
    loop.add_signal_handler(signal.SIGINT, asked.set)
    loop.call_soon(press)
    print("open")
    await asked.wait()
    print("the loop tells us: we are asked to close")


asyncio.run(main())
