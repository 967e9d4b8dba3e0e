"""A time-out against a value, against another time-out, and against work that goes on."""

import asyncio


class Wristwatch(asyncio.SelectorEventLoop):
    """A loop whose clock jumps to the next appointment, so that a minute takes no time."""

    now = began = 0.0

    def time(self):
        return self.now

    def _run_once(self):
        waiting = [call.when() for call in self._scheduled if not call.cancelled()]
        if not self._ready and waiting:
            self.now = max(self.now, min(waiting))
        super()._run_once()


loop = Wristwatch()


def scene(title):
    print(title)
    loop.began = loop.now


def say(words):
    print(f"{loop.now - loop.began:>4.0f} s  {words}")


async def shirt(takes):
    await asyncio.sleep(takes)
    say("the shirt is clean")
    return "Shirt"


async def within(limit, work):
    """What comes of work that may not take longer, in Rust's words."""
    try:
        async with asyncio.timeout(limit):
            return f"Ok({await work})"
    except TimeoutError:
        return "Err(Elapsed)"


async def main():
    scene("the time is over, and in the same turn the shirt is clean")
    say(await within(10, shirt(10)))

    scene("10 s within 20 s")
    say(await within(20, within(10, shirt(60))))

    scene("20 s within 10 s")
    say(await within(10, within(20, shirt(60))))

    scene("10 s, for a shirt that is to be washed whoever waits")
    slip = asyncio.create_task(shirt(60))
    say(await within(10, asyncio.shield(slip)))
    say(f"Ok({await slip})")


loop.run_until_complete(main())
loop.close()
